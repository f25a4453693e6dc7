//! `mcc lint`

use crate::command::check::{OutputFormat, report, trust};
use crate::env::Env;
use crate::failure::Failure;
use crate::package::Checked;
use camino::Utf8PathBuf;
use mc_compiler::diagnostic::nearest;
use mc_compiler::lint::{self, Level, RULES, Settings};
use std::fmt::Write as _;

/// Report what a package may say, and better would not
///
/// Levels come from the rules, then from `[lint]` in `masterchef.toml`, then from the command line. `docs/tool/lint.md`
/// tells more, and `mcc explain` shows the page of a code.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The package's folder
    #[arg(default_value = ".")]
    package: Utf8PathBuf,
    /// Apply the fixes that can be trusted, and report what is left
    #[arg(long)]
    fix: bool,
    /// With `--fix`: apply those too that only may be what was meant
    #[arg(long, requires = "fix")]
    guess: bool,
    /// Make errors of a rule's findings, by its name or code, or of all `warnings`
    #[arg(long, value_name = "RULE")]
    deny: Vec<String>,
    /// Make warnings of a rule's findings
    #[arg(long, value_name = "RULE")]
    warn: Vec<String>,
    /// Leave out a rule's findings
    #[arg(long, value_name = "RULE")]
    allow: Vec<String>,
    /// How to write it: `full` goes to standard error, the others to standard output
    #[arg(long, value_enum, default_value_t = OutputFormat::Full)]
    format: OutputFormat,
    /// List the rules instead
    #[arg(long, conflicts_with_all = ["fix", "deny", "warn", "allow"])]
    rules: bool,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    if args.rules {
        return env.answer(&table());
    }
    // What is written wrong on the command line is said before anything is read.
    settings(Settings::default(), args)?;
    let mut checked = Checked::load(&args.package)?;
    let settings = settings(lint::settings(&checked.db), args)?;
    if args.fix {
        checked.fix(&args.package, trust(args.guess), &|db| lint::lint(db, &settings), env)?;
    } else {
        checked.diagnostics = lint::lint(&checked.db, &settings);
    }
    report(&checked, args.format, "has nothing to complain about", env)?;
    if checked.has_errors() { Err(Failure::source()) } else { Ok(()) }
}

/// The settings with those of the command line over them.
fn settings(mut settings: Settings, args: &Args) -> Result<Settings, Failure> {
    let levels = [(&args.deny, Level::Deny), (&args.warn, Level::Warn), (&args.allow, Level::Allow)];
    for (names, level) in levels {
        for name in names {
            if name == "warnings" && level == Level::Deny {
                settings.deny_warnings();
                continue;
            }
            let Some(code) = lint::known(name) else {
                let failure = Failure::usage(format!("there is no rule `{name}`"));
                let near = nearest(name, RULES.iter().map(|rule| rule.name));
                return Err(failure.hint(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`mcc lint --rules` lists them".to_owned(),
                }));
            };
            settings.set(code, level);
        }
    }
    Ok(settings)
}

/// The rules, a line each.
fn table() -> String {
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    let mut out = String::new();
    for rule in RULES {
        let level = rule.level.name();
        let _ = writeln!(out, "{}  {:width$}  {level:5}  {}", rule.code, rule.name, rule.about);
    }
    out
}
