//! The project's tasks: `cargo xtask TASK`.
//!
//! A crate of its own because tasks are programs with dependencies and tests like any other, and none of
//! that belongs in a shell script or in a product crate.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "runs compilers and tests on the real machine; there is nothing to inject"
)]

#[cfg(test)]
mod ban;
mod bench;
mod build;
mod cargo;
mod codegen;
mod demo;
mod deny;
mod fuzz;
mod layer;
mod metadata;
mod mistake;
mod progress;
mod setup;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of the Masterchef repository
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Install what the tests need on this machine, and build the image of the test hosts
    Setup,
    /// Run every check and every test
    Test(test::Options),
    /// Build a policy, apply it twice, and repair a hand edit, as README shows it
    Demo,
    /// Measure speed and size against their goals
    Bench(bench::Options),
    /// Run the fuzz targets
    Fuzz(fuzz::Options),
    /// Build the programs as they are released
    Build,
    /// Check who may depend on whom
    Layers,
    /// Check what no other tool checks: file sizes, words, pages, examples
    Tidy,
    /// Write the generated parts of the repository
    Codegen(codegen::Options),
    /// Write the page that shows our messages for ten mistakes beside those of other tools
    Mistakes(mistake::Options),
    /// Do what CI does
    Ci,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.task {
        Task::Setup => setup::run(),
        Task::Test(options) => test::run(&options),
        Task::Demo => demo::run(),
        Task::Bench(options) => bench::run(&options),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Build => build::run(),
        Task::Layers => layer::run(),
        Task::Tidy => tidy::run(),
        Task::Codegen(options) => codegen::run(&options),
        Task::Mistakes(options) => mistake::run(&options),
        Task::Ci => test::ci(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
