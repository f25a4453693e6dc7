//! Clients of the language server with the programs that are shipped: the suite over `pytest-lsp`, Neovim and Emacs.
//! Each is shown to fail when the server has a fault.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stand outside the product: they use the real machine"
)]

mod emacs;
mod fault;
mod neovim;
mod package;
mod protocol;

use camino::Utf8PathBuf;
use mc_test_support::process;
use mc_test_support::suite::{self, Test};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let test = |name, run, obstacle| Test { name, run, obstacle };
    suite::run(
        "clients",
        vec![
            test(
                "a_fault_spoils_its_method_alone",
                fault::spoils_its_method_alone,
                suite::missing("python3"),
            ),
            test("every_method_answers_every_client", protocol::every_method, suite::python().err()),
            test(
                "neovim_shows_what_the_server_knows",
                neovim::shows_what_the_server_knows,
                suite::missing("nvim"),
            ),
            test("neovim_finds_a_planted_fault", neovim::finds_a_planted_fault, suite::missing("nvim")),
            test(
                "emacs_shows_what_the_server_knows",
                emacs::shows_what_the_server_knows,
                suite::missing("emacs"),
            ),
            test("emacs_finds_a_planted_fault", emacs::finds_a_planted_fault, suite::missing("emacs")),
            test("the_configuration_of_helix_fits_together", helix_fits_together, suite::missing("python3")),
            test("the_mode_for_emacs_compiles", emacs::the_mode_compiles, suite::missing("emacs")),
        ],
    )
}

fn helix_fits_together() {
    let mut check = Command::new("python3");
    check.arg(script("helix.py")).arg(mc_test_support::repository().join("editors/helix"));
    process::run(&mut check).success();
}

/// A file of the tests that is not in Rust.
fn script(name: &str) -> Utf8PathBuf {
    mc_test_support::repository().join("tests/editors").join(name)
}
