//! `cargo xtask setup`.

use std::process::Command;

use anyhow::Result;

use crate::cargo;

/// Installs Debian packages and builds the image of the test hosts. What needs root is left out, with a
/// word, for another user: the tests that depend on it report themselves as ignored.
pub(crate) fn run() -> Result<()> {
    if cargo::read(Command::new("id").arg("-u"))?.trim() != "0" {
        println!("setup: not root, so no packages are installed and no test hosts are prepared");
        return Ok(());
    }
    cargo::run(&mut Command::new(mc_test_support::repository().join("tests/hosts/setup.sh")))
}
