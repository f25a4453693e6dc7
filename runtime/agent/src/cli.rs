//! The command line.

use std::time::Duration;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::host::Durability;

/// Bring this host to the state that a signed bundle describes
#[derive(Debug, Parser)]
#[command(name = "mc-agent", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Verify a bundle and apply it once
    Apply(Apply),
    /// Print what is known about this host
    Facts(Facts),
    /// Talk to an operator who pushes a bundle; `mc-control push` starts this
    Session(Session),
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The bundle that `mcc build` wrote
    pub(crate) bundle: Utf8PathBuf,
    /// Which keys are trusted [default: /etc/masterchef/trust.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Option<Utf8PathBuf>,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub(crate) noop: bool,
    /// Work on the files below this folder as if it were the root of a host
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<Utf8PathBuf>,
    /// Where state is kept, inside the root [default: /var/lib/masterchef]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<Utf8PathBuf>,
    /// Set a label, where the host has no file that does
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub(crate) labels: Vec<(String, String)>,
    /// Take facts from this JSON file; only with --noop or --root
    #[arg(long, value_name = "FILE")]
    pub(crate) facts: Option<Utf8PathBuf>,
    /// How many steps are worked on at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
    /// When managed files are made durable
    #[arg(long, value_enum, default_value_t = Durability::Batch)]
    pub(crate) durability: Durability,
    /// How long to wait for another run to end: 30s, 5m
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "0s")]
    pub(crate) wait: Duration,
    /// Run only this step: 'File["/etc/motd"]'; may be repeated
    #[arg(long, value_name = "KEY")]
    pub(crate) only: Vec<String>,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Exit with 10 when something changed or would change
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Facts {
    /// Also those that this bundle's packages declare: their programs run, if the bundle is verified
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<Utf8PathBuf>,
    /// Which keys are trusted [default: /etc/masterchef/trust.toml]
    #[arg(long, value_name = "FILE", requires = "bundle")]
    pub(crate) trust: Option<Utf8PathBuf>,
    /// Where state is kept, inside the root [default: /var/lib/masterchef]
    #[arg(long, value_name = "DIR", requires = "bundle")]
    pub(crate) state: Option<Utf8PathBuf>,
    /// Look below this folder as if it were the root of a host
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<Utf8PathBuf>,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Session {
    /// Talk on standard input and output, the only way there is
    #[arg(long, required = true)]
    pub(crate) stdio: bool,
}

/// Who reads the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A person.
    Human,
    /// A program.
    Json,
}

fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a label is written NAME=VALUE".to_owned()),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a duration is written as a number and a unit: 30s, 5m, 1h".to_owned();
    let at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(at);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(milliseconds).map(Duration::from_millis).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn durations_and_labels() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7200)));
        for wrong in ["", "5", "s", "-5s", "1.5s", "5 s", "99999999999999999999s", "18446744073709551615h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert_eq!(label("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(label("a").is_err() && label("=b").is_err());
    }
}
