//! The command line itself.

use clap::{Parser, Subcommand};

use crate::{environment, push};

/// Bring signed bundles to hosts
///
/// Exit status: 0 done, 1 a step failed on some host, 2 usage, 3 environment (a file is missing, a host is
/// out of reach), 4 the bundle is refused, here or by some host. When several hold, the first of 4, 1, 3.
#[derive(Debug, Parser)]
#[command(name = "mc-control", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Push(push::Args),
}

/// Reads the process's command line, runs it, and gives the exit status.
pub(crate) fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; everything else is a complaint.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let Command::Push(arguments) = cli.command;
    match push::run(&arguments) {
        Ok(status) => status,
        Err(failure) => {
            environment::complain(&failure.text());
            failure.status as u8
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
