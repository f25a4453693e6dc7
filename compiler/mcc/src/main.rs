//! `mcc`, the author's command line: check, build and sign packages, and look into bundles.
//!
//! A crate of its own because it is where the compiler meets the world: the real file system, the terminal,
//! the clock and the keys. What a command does is in `command/`, one module for each.

mod bundle;
mod cli;
mod command;
mod env;
mod failure;
mod fetch;
mod file;
mod key;
mod package;
mod subject;
mod time;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Deeply nested sources need a deep stack; the one of the main thread depends on the system.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    let worker = std::thread::Builder::new().name("mcc".to_owned()).stack_size(STACK).spawn(cli::run);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(status)) => ExitCode::from(status),
        // A broken invariant: the panic's message is on the screen already.
        Ok(Err(_)) => ExitCode::from(101),
        Err(error) => {
            env::complain(&format!("error: cannot start: {error}\n"));
            ExitCode::from(failure::Status::Environment as u8)
        }
    }
}
