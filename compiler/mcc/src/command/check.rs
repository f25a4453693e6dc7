//! `mcc check`

use crate::env::Env;
use crate::failure::Failure;
use crate::package::Checked;
use camino::Utf8PathBuf;
use clap::ValueEnum;
use mc_compiler::diagnostic::Trust;
use mc_compiler::diagnostic::render::Format;
use mc_compiler::{Program, diagnostic::render::summary};

/// Report everything that is wrong with a package
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The package's folder
    #[arg(default_value = ".")]
    package: Utf8PathBuf,
    /// Fail where the lock is missing or behind the packages
    #[arg(long)]
    locked: bool,
    /// Apply the fixes that can be trusted, and report what is left
    #[arg(long)]
    fix: bool,
    /// With `--fix`: apply those too that only may be what was meant
    #[arg(long, requires = "fix")]
    guess: bool,
    /// How to write it: `full` goes to standard error, the others to standard output
    #[arg(long, value_enum, default_value_t = OutputFormat::Full)]
    format: OutputFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OutputFormat {
    /// With the places in the source, for people
    Full,
    /// One line for each
    Concise,
    /// One JSON object, for programs
    Json,
    /// One SARIF 2.1.0 log, for what collects the results of many tools
    Sarif,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let mut checked = Checked::load(&args.package)?;
    if args.fix {
        checked.fix(&args.package, trust(args.guess), &|db| mc_compiler::diagnostics(db), env)?;
    }
    checked.settle_lock(&args.package, args.locked, false, env)?;
    report(&checked, args.format, "is fine", env)?;
    if checked.has_errors() { Err(Failure::source()) } else { Ok(()) }
}

/// How far fixes are trusted.
pub(crate) fn trust(guess: bool) -> Trust {
    if guess { Trust::Guess } else { Trust::Safe }
}

/// Writes what was found. `praise` is said of a package with which nothing is.
pub(crate) fn report(
    checked: &Checked,
    format: OutputFormat,
    praise: &str,
    env: &Env,
) -> Result<(), Failure> {
    match format {
        OutputFormat::Full => {
            env.say(&checked.render(env, Format::Full));
            if summary(&checked.diagnostics).is_none() {
                let program = Program::get(&checked.db);
                let modules = match program.files(&checked.db).len() {
                    1 => "1 module".to_owned(),
                    n => format!("{n} modules"),
                };
                env.say(&format!("`{}` {praise} ({modules})\n", program.name(&checked.db)));
            }
            Ok(())
        }
        OutputFormat::Concise => env.answer(&checked.render(env, Format::Concise)),
        OutputFormat::Json => env.answer(&checked.render(env, Format::Json)),
        OutputFormat::Sarif => env.answer(&checked.sarif()),
    }
}
