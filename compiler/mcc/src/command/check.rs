//! `mcc check`

use crate::env::Env;
use crate::failure::Failure;
use crate::package::Checked;
use camino::Utf8PathBuf;
use clap::ValueEnum;
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
    /// How to write it: `full` goes to standard error, the others to standard output
    #[arg(long, value_enum, default_value_t = OutputFormat::Full)]
    format: OutputFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OutputFormat {
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
    checked.settle_lock(&args.package, args.locked, false, env)?;
    match args.format {
        OutputFormat::Full => {
            env.say(&checked.render(env, Format::Full));
            if summary(&checked.diagnostics).is_none() {
                let program = Program::get(&checked.db);
                let modules = match program.files(&checked.db).len() {
                    1 => "1 module".to_owned(),
                    n => format!("{n} modules"),
                };
                env.say(&format!("`{}` is fine ({modules})\n", program.name(&checked.db)));
            }
        }
        OutputFormat::Concise => env.answer(&checked.render(env, Format::Concise))?,
        OutputFormat::Json => env.answer(&checked.render(env, Format::Json))?,
        OutputFormat::Sarif => env.answer(&checked.sarif())?,
    }
    if checked.has_errors() { Err(Failure::source()) } else { Ok(()) }
}
