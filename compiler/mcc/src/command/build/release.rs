//! The release block: what a bundle is for, from the command line and the clock.

use crate::env::Env;
use crate::failure::Failure;
use crate::time;
use mc_plan::bundle::{Actions, Modes, Release};

/// What the bundle is for.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Release")]
pub(super) struct ReleaseArgs {
    /// The stream it belongs to [default: the one in the manifest, or the package's name]
    #[arg(long, value_name = "S")]
    stream: Option<String>,
    /// The stream's epoch
    #[arg(long, value_name = "N", default_value_t = 1)]
    epoch: u64,
    /// Its place in the stream, which only goes up [default: the time of `--issued` in milliseconds]
    #[arg(long, value_name = "N")]
    sequence: Option<u64>,
    /// When it is issued [default: SOURCE_DATE_EPOCH, or now]
    #[arg(long, value_name = "RFC3339", value_parser = time_of)]
    issued: Option<u64>,
    /// From when on it is valid [default: when it is issued]
    #[arg(long, value_name = "RFC3339", value_parser = time_of)]
    not_before: Option<u64>,
    /// How long it is valid, counted from then
    #[arg(long, value_name = "D", default_value = "7d", value_parser = span_of)]
    expires: u64,
    /// A host that it is for; may be repeated [default: whoever the policies select]
    #[arg(long, value_name = "HOST")]
    audience: Vec<String>,
}

fn time_of(text: &str) -> Result<u64, String> {
    time::parse(text).ok_or_else(|| "a time is written like 2026-03-01T12:00:00Z".to_owned())
}

fn span_of(text: &str) -> Result<u64, String> {
    match time::parse_span(text) {
        Some(0) | None => Err("a span of time is written like 7d, 12h or 1d12h".to_owned()),
        Some(span) => Ok(span),
    }
}

impl ReleaseArgs {
    /// The release block of a package with this stream.
    pub(super) fn release(&self, stream: &str, env: &Env) -> Result<Release, Failure> {
        let issued = match (self.issued, &env.source_date_epoch) {
            (Some(issued), _) => issued,
            (None, Some(seconds)) => {
                let millis = seconds.parse::<u64>().ok().and_then(|seconds| seconds.checked_mul(1000));
                millis.ok_or_else(|| Failure::usage("SOURCE_DATE_EPOCH is not a number of seconds"))?
            }
            (None, None) => env.now(),
        };
        let from = issued.max(self.not_before.unwrap_or(0));
        let mut audience = self.audience.clone();
        audience.sort();
        audience.dedup();
        Ok(Release {
            stream: self.stream.clone().unwrap_or_else(|| stream.to_owned()),
            epoch: self.epoch,
            sequence: self.sequence.unwrap_or(issued),
            issued,
            not_before: self.not_before,
            expires: from.saturating_add(self.expires),
            audience: (!audience.is_empty()).then_some(audience),
            modes: Modes::ALL,
            actions: Actions::CheckAndApply,
        })
    }
}
