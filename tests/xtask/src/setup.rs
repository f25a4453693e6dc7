//! `cargo xtask setup`.

use std::process::Command;

use anyhow::Result;

use crate::cargo;

/// Installs Debian packages, builds the image of the test hosts and fetches the editors that tests drive. What
/// needs root is left out, with a word, for another user: the tests that depend on it report themselves as ignored.
pub(crate) fn run() -> Result<()> {
    let tests = mc_test_support::repository().join("tests");
    if cargo::read(Command::new("id").arg("-u"))?.trim() == "0" {
        cargo::run(&mut Command::new(tests.join("hosts/setup.sh")))?;
    } else {
        println!("setup: not root, so no packages are installed and no test hosts are prepared");
    }
    let mut scripts = Vec::new();
    for entry in tests.join("editors").read_dir_utf8()? {
        let script = entry?.path().join("setup.sh");
        if script.is_file() {
            scripts.push(script);
        }
    }
    scripts.sort();
    scripts.iter().try_for_each(|script| cargo::run(&mut Command::new(script)))
}
