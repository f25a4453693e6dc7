//! `mc-control`, the operator's command line: brings signed bundles to hosts and shows what came of it.
//!
//! A crate of its own because it stands between the other two programs and must be neither: it moves signed
//! bytes. It links no compiler, so it cannot make a bundle, and no engine, so it cannot apply one.

mod cli;
mod environment;
mod failure;
mod human;
mod inventory;
mod json;
mod outcome;
mod push;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::run())
}
