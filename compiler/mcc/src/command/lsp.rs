//! `mcc lsp`

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the server is a program beside this one"
)]

use crate::env::Env;
use crate::failure::Failure;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// Start the language server, `mc-lsp`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Speak over standard input and output, as it does in any case
    #[arg(long)]
    stdio: bool,
}

const SERVER: &str = "mc-lsp";

pub(crate) fn run(args: &Args, _env: &Env) -> Result<(), Failure> {
    let beside = std::env::current_exe().ok().and_then(|me| Some(me.parent()?.join(SERVER)));
    let program = beside.filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(SERVER));
    let mut command = Command::new(program);
    if args.stdio {
        command.arg("--stdio");
    }
    // The server takes this process's place: signals and the pipes of the editor go straight to it.
    let error = command.exec();
    Err(Failure::environment(format!("cannot start `{SERVER}`: {error}"))
        .hint("it belongs beside `mcc`, or into a folder of `PATH`"))
}
