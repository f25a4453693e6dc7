//! `mc-agent`: verifies bundles and brings this host to the state that they describe.
//!
//! A crate of its own because it is the only place with the real host, and the one program that runs on
//! every machine: it links no compiler and, for `apply`, no network.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the one place that is the outside world for the engine and the providers"
)]

mod apply;
mod cli;
mod config;
mod fact;
mod host;
mod output;
mod session;
mod store;

use std::process::ExitCode;

use clap::Parser as _;
use mc_engine::state::Stop;

fn main() -> ExitCode {
    close_inherited();
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Asking for help is no mistake.
            let status = if error.use_stderr() { output::USAGE } else { output::DONE };
            let _ = error.print();
            return ExitCode::from(status);
        }
    };
    let stop = Stop::new();
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        if let Err(error) = signal_hook::flag::register(signal, stop.flag().clone()) {
            eprintln!("error: cannot listen for signals: {error}");
            return ExitCode::from(output::ENVIRONMENT);
        }
    }
    ExitCode::from(match arguments.command {
        cli::Command::Apply(options) => apply::command(&options, &stop),
        cli::Command::Facts(options) => fact::command(&options, &stop),
        cli::Command::Session(_) => session::command(&stop),
    })
}

/// Closes what the caller left open by mistake, so that no child inherits it. Nothing of ours is open yet
/// but the three standard streams.
fn close_inherited() {
    let Ok(entries) = std::fs::read_dir("/proc/self/fd") else { return };
    let open: Vec<i32> = entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|fd: &i32| *fd > 2)
        .collect();
    for fd in open {
        // The one that the list was read through is closed already.
        let _ = nix::unistd::close(fd);
    }
}
