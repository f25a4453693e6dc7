//! Lines of the audit log: one JSON object each.

use serde::Serialize;

/// What happened.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(super) enum Event<'a> {
    /// A run is about to act for the first time.
    Begin { bundle: &'a str, boot: &'a str, resumed: u32 },
    /// A step may act from now on.
    Intent { step: &'a str, attempt: u32, diff: &'a str },
    /// What came of it.
    Result { step: &'a str, outcome: &'a str, note: &'a str },
    /// A run is over.
    End { status: u8, report: &'a str },
    /// A plan was refused; nothing was done.
    Refused { bundle: &'a str, codes: &'a [&'a str] },
}

/// A line: when, in which run, what.
#[derive(Clone, Copy, Debug, Serialize)]
struct Line<'a> {
    /// Nanoseconds since the Unix epoch.
    time: i64,
    run: &'a str,
    what: Event<'a>,
}

/// The text of a line.
pub(super) fn line(time: i64, run: &str, what: Event<'_>) -> Result<String, crate::state::StateError> {
    serde_json::to_string(&Line { time, run, what })
        .map_err(|error| crate::state::StateError(format!("an audit record cannot be written: {error}")))
}
