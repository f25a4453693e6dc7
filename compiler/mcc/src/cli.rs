//! The command line itself: what can be written, and which command that is.

use crate::command::{
    build, check, diff, doc, explain, fmt, graph, inspect, key, lint, lsp, new, test, vendor, verify, why,
};
use crate::env::{Env, complain};
use clap::{Parser, Subcommand};

/// Compile, sign and look into Masterchef packages
///
/// Exit status: 0 done, 1 the source is wrong, 2 usage, 3 environment (a file is missing, the disk is
/// full), 4 the bundle is refused.
#[derive(Debug, Parser)]
#[command(name = "mcc", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Key(key::Args),
    New(new::Args),
    Vendor(vendor::Args),
    Check(check::Args),
    Lint(lint::Args),
    Test(test::Args),
    Fmt(fmt::Args),
    Build(build::Args),
    Verify(verify::Args),
    Inspect(inspect::Args),
    Graph(graph::Args),
    Diff(diff::Args),
    Why(why::Args),
    Doc(doc::Args),
    Explain(explain::Args),
    Lsp(lsp::Args),
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
    let env = Env::from_process();
    let result = match cli.command {
        Command::Key(args) => key::run(&args, &env),
        Command::New(args) => new::run(&args, &env),
        Command::Vendor(args) => vendor::run(&args, &env),
        Command::Check(args) => check::run(&args, &env),
        Command::Lint(args) => lint::run(&args, &env),
        Command::Test(args) => test::run(&args, &env),
        Command::Fmt(args) => fmt::run(&args, &env),
        Command::Build(args) => build::run(&args, &env),
        Command::Verify(args) => verify::run(&args, &env),
        Command::Inspect(args) => inspect::run(&args, &env),
        Command::Graph(args) => graph::run(&args, &env),
        Command::Diff(args) => diff::run(&args, &env),
        Command::Why(args) => why::run(&args, &env),
        Command::Doc(args) => doc::run(&args, &env),
        Command::Explain(args) => explain::run(&args, &env),
        Command::Lsp(args) => lsp::run(&args, &env),
    };
    match result {
        Ok(()) => 0,
        Err(failure) => {
            complain(&failure.text(env.color));
            failure.status as u8
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
