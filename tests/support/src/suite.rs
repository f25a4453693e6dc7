//! Tests that need something of the machine.
//!
//! Where it is missing they are reported as ignored, with the reason: they are listed and counted, and never
//! pass without having run. With `MC_REQUIRE_HOSTS=1` they fail instead. A test target of such tests has
//! `harness = false`.

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};

use crate::process;

/// A test and what keeps it from being run.
#[derive(Debug, Clone)]
pub struct Test {
    /// Its name.
    pub name: &'static str,
    /// What it does; it panics to fail.
    pub run: fn(),
    /// Why it cannot run on this machine.
    pub obstacle: Option<String>,
}

/// Runs tests with the command line of the standard test harness. `what` names them in a message.
pub fn run(what: &str, tests: Vec<Test>) -> ExitCode {
    report(what, &tests);
    let required = required();
    let trials = tests.into_iter().map(|Test { name, run, obstacle }| {
        let ignored = obstacle.is_some() && !required;
        let trial = Trial::test(name, move || match obstacle {
            Some(obstacle) => Err(obstacle.into()),
            None => {
                run();
                Ok(())
            }
        });
        trial.with_ignored_flag(ignored)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// Whether a test that cannot run is a failure.
pub fn required() -> bool {
    std::env::var_os("MC_REQUIRE_HOSTS").is_some_and(|value| value == "1")
}

/// Why a program cannot be used: it does not start.
pub fn missing(program: &str) -> Option<String> {
    let found = Command::new(program).arg("--version").output();
    let works = found.as_ref().is_ok_and(|output| output.status.success());
    (!works).then(|| format!("`{program}` is not installed; `cargo xtask setup` installs what tests need"))
}

/// The interpreter with the packages that tests in Python need, or why there is none.
pub fn python() -> Result<String, String> {
    let script = crate::repository().join("tests/editors/python/setup.sh");
    let found = process::run(Command::new(script).arg("where"));
    if found.code() == 0 { Ok(found.stdout.trim().to_owned()) } else { Err(found.stderr.trim().to_owned()) }
}

#[allow(clippy::print_stderr, reason = "the test runner shows it beside the ignored tests")]
fn report(what: &str, tests: &[Test]) {
    let stopped: Vec<&String> = tests.iter().filter_map(|test| test.obstacle.as_ref()).collect();
    if let Some(obstacle) = stopped.first() {
        eprintln!("{what}: {} tests cannot run: {obstacle}", stopped.len());
    }
}
