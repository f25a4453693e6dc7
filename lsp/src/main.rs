//! The language server: what `mc-ide` knows, over the Language Server Protocol.
//!
//! A crate of its own because it is the only one that knows protocol types and an async runtime.
//!
//! The protocol's library starts the handlers of messages in their order and then runs them all at once. So
//! nothing is done in a handler: the first thing each of them does, before it waits for anything, is to
//! send an event to the one thread that owns the databases ([`owner`]), which changes them in the order of
//! the messages. What takes time is done on snapshots by a few other threads ([`worker`]), and is given up when
//! the database changes meanwhile.

mod answer;
mod capabilities;
mod command;
mod document;
mod event;
mod exit;
mod extension;
mod library;
mod notice;
mod owner;
mod place;
mod problems;
mod question;
mod server;
mod settings;
mod tokens;
mod type_hierarchy;
mod worker;
mod workspace;

use std::process::ExitCode;

// A snapshot that is overtaken by a change unwinds: with `abort` the first keystroke would end the server.
#[cfg(panic = "abort")]
compile_error!("the language server needs `panic = \"unwind\"`");

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "\
The language server of Masterchef. It is started by editors and speaks over standard input and output.

Usage: mc-lsp [--stdio]

Options:
      --stdio    Speak over standard input and output, as it does in any case
  -h, --help     Print help
  -V, --version  Print version
";

#[expect(clippy::disallowed_methods, reason = "the server's own arguments")]
fn main() -> ExitCode {
    for argument in std::env::args_os().skip(1) {
        match argument.to_str() {
            Some("--stdio") => {}
            Some("--help" | "-h") => return say(USAGE),
            Some("--version" | "-V") => return say(concat!("mc-lsp ", env!("CARGO_PKG_VERSION"), "\n")),
            _ => {
                log(&format!("unknown argument {argument:?}\n\n{USAGE}"));
                return ExitCode::from(2);
            }
        }
    }
    match server::run() {
        Ok(code) => code,
        Err(error) => {
            log(&format!("cannot start: {error}"));
            ExitCode::from(3)
        }
    }
}

#[expect(clippy::print_stdout, reason = "asked for instead of the protocol, which is not spoken then")]
fn say(text: &str) -> ExitCode {
    print!("{text}");
    ExitCode::SUCCESS
}

/// Writes a line for people: standard output is the protocol's.
#[expect(clippy::print_stderr, reason = "the server's log")]
fn log(text: &str) {
    eprintln!("mc-lsp: {text}");
}
