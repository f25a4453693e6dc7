//! What the agent prints. The report is the engine's; here it becomes lines for people, or one JSON document.

use std::fmt::Write as _;
use std::io::Write as _;

use mc_engine::report::{Cause, Outcome as StepOutcome, Report, Status, StepReport};
use serde_json::json;

use crate::apply::{Events, Outcome};
use crate::cli::Format;

/// All went well.
pub(crate) const DONE: u8 = 0;
/// Something has no place on this host.
pub(crate) const FAILED: u8 = 1;
/// The command line makes no sense.
pub(crate) const USAGE: u8 = 2;
/// Something is missing or does not work.
pub(crate) const ENVIRONMENT: u8 = 3;
/// The bundle is refused.
pub(crate) const REFUSED: u8 = 4;
/// Another run holds the lock.
pub(crate) const LOCKED: u8 = 6;
/// Stopped by a signal.
pub(crate) const STOPPED: u8 = 7;

/// A line on the standard output. Nobody may be reading it any more.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A line on the standard error.
pub(crate) fn complaint(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// A text whose control characters, and those that turn the direction of writing, are shown as escapes:
/// what comes from a host must not act on a terminal.
pub(crate) fn printable(text: &str) -> String {
    let acts = |c: char| {
        (c.is_control() && c != '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(acts) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if acts(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// Says that the command line makes no sense, and gives the exit status.
pub(crate) fn usage(format: Format, message: &str) -> u8 {
    problem(format, "usage", None, message, None);
    USAGE
}

/// Says that something is missing or does not work, and gives the exit status.
pub(crate) fn environment(format: Format, message: &str) -> u8 {
    problem(format, "environment", None, message, None);
    ENVIRONMENT
}

fn problem(format: Format, kind: &str, code: Option<&str>, message: &str, help: Option<&str>) {
    match format {
        Format::Json => {
            let mut document =
                json!({ "format": mc_engine::report::FORMAT, "status": kind, "message": message });
            if let Some(fields) = document.as_object_mut() {
                fields.extend(code.map(|code| ("code".to_owned(), json!(code))));
                fields.extend(help.map(|help| ("help".to_owned(), json!(help))));
            }
            line(&document.to_string());
        }
        Format::Human => {
            let code = code.map(|code| format!("[{code}]")).unwrap_or_default();
            let mut lines = message.lines();
            complaint(&format!("error{code}: {}", printable(lines.next().unwrap_or_default())));
            for more in lines {
                complaint(&format!("  {}", printable(more)));
            }
            if let Some(help) = help {
                complaint(&format!("  help: {help}"));
            }
        }
    }
}

/// Tells a person what is going on.
pub(crate) struct Teller(Format);

impl Teller {
    pub(crate) fn new(format: Format) -> Self {
        Self(format)
    }
}

impl Events for Teller {
    fn say(&mut self, text: &str) {
        if self.0 == Format::Human {
            complaint(&printable(text));
        }
    }
}

/// Prints what came of it.
pub(crate) fn outcome(format: Format, outcome: &Outcome) {
    match outcome {
        Outcome::Report(report) => match format {
            Format::Json => {
                let out = std::io::stdout().lock();
                let mut out = std::io::BufWriter::new(out);
                let _ = serde_json::to_writer(&mut out, report);
                let _ = out.write_all(b"\n");
            }
            Format::Human => {
                let text = human(report);
                let _ = std::io::stdout().lock().write_all(text.as_bytes());
            }
        },
        Outcome::Refused { code, message, help } => {
            problem(format, "bundle-refused", Some(code), message, Some(help));
        }
        Outcome::Locked(by) => {
            let by = by.as_deref().map(|by| format!(" ({by})")).unwrap_or_default();
            problem(
                format,
                "locked",
                None,
                &format!("another run is at work on this state folder{by}"),
                None,
            );
        }
        Outcome::Stopped => problem(format, "stopped", None, "stopped before anything was done", None),
        Outcome::Environment(message) => problem(format, "environment", None, message, None),
    }
}

/// The report for people.
pub(crate) fn human(report: &Report) -> String {
    let mut out = String::new();
    for refusal in &report.refusals {
        for (at, text) in refusal.to_string().lines().enumerate() {
            let _ = match at {
                0 => writeln!(out, "error: {}", printable(text)),
                _ => writeln!(out, "{}", printable(text)),
            };
        }
    }
    let shown: Vec<&StepReport> = report
        .steps
        .iter()
        .filter(|step| {
            !matches!(step.outcome, StepOutcome::Unchanged | StepOutcome::Absent | StepOutcome::Skipped)
        })
        .collect();
    let word = shown.iter().map(|step| step.outcome.words().len()).max().unwrap_or(0);
    let name = shown.iter().map(|step| step.name.chars().count()).filter(|n| *n <= 60).max().unwrap_or(0);
    for step in shown {
        write_step(step, word, name, &mut out);
    }
    for owed in &report.owed {
        let _ = writeln!(
            out,
            "owed: {} of {}, because of {}",
            owed.kind.word(),
            printable(&owed.receiver),
            printable(&owed.sender)
        );
    }
    for note in &report.notes {
        let _ = writeln!(out, "note: {}", printable(note));
    }
    out.push_str(&summary(report));
    out.push('\n');
    out
}

fn write_step(step: &StepReport, word: usize, name: usize, out: &mut String) {
    let place = &step.place;
    let mut head = format!(
        "{:word$}  {:name$}  {}:{}",
        step.outcome.words(),
        printable(&step.name),
        printable(&place.file),
        place.line
    );
    if step.cause == Some(Cause::Drift) {
        head.push_str("  (drift)");
    }
    let _ = writeln!(out, "{}", head.trim_end());
    if let Some(reason) = &step.reason {
        for text in reason.lines() {
            let _ = writeln!(out, "    {}", printable(text));
        }
    }
    for link in &step.chain {
        let _ = writeln!(out, "    because of {}", printable(link));
    }
    for change in &step.changes {
        let _ = match (&change.old, &change.new) {
            (Some(old), Some(new)) => {
                writeln!(out, "    {}: {} -> {}", change.property, printable(old), printable(new))
            }
            (None, Some(new)) => writeln!(out, "    {}: {}", change.property, printable(new)),
            (Some(old), None) => writeln!(out, "    {}: {} -> nothing", change.property, printable(old)),
            (None, None) => writeln!(out, "    {}", change.property),
        };
    }
    if let Some(diff) = &step.diff {
        for text in diff.lines() {
            let _ = writeln!(out, "    {}", printable(text));
        }
    }
    if let Some(refresh) = &step.refresh {
        let _ =
            writeln!(out, "    {} because of {}", refresh.kind.word(), printable(&refresh.from.join(", ")));
    }
    for note in &step.notes {
        let _ = writeln!(out, "    {}", printable(note));
    }
    if step.attempts > 1 {
        let _ = writeln!(out, "    {} attempts", step.attempts);
    }
}

/// `3 changed, 41 unchanged (0.8 s)`
fn summary(report: &Report) -> String {
    match report.status {
        Status::Refused => return "nothing was done: the plan does not stand on this host".to_owned(),
        Status::NothingSelected => return "nothing to do: no policy selects this host".to_owned(),
        Status::Done | Status::Failed | Status::Held | Status::Stopped => {}
    }
    let word = |outcome: StepOutcome| match outcome {
        StepOutcome::WouldChange if !report.noop => "differ",
        other => other.words(),
    };
    let parts = report.counts.each().into_iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = parts.map(|(outcome, count)| format!("{count} {}", word(outcome))).collect();
    let parts =
        if parts.is_empty() { "nothing to do: the plan is empty".to_owned() } else { parts.join(", ") };
    let stopped = if report.status == Status::Stopped { "stopped: " } else { "" };
    let (seconds, tenths) = (report.took_ms / 1000, report.took_ms % 1000 / 100);
    format!("{stopped}{parts} ({seconds}.{tenths} s)")
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn what_acts_on_a_terminal_is_shown() {
        assert_eq!(printable("plain\tt\u{e4}xt"), "plain\tt\u{e4}xt");
        assert_eq!(printable("a\u{1b}[31mb\rc\u{202e}d\u{7f}"), "a\\u{1b}[31mb\\rc\\u{202e}d\\u{7f}");
    }
}
