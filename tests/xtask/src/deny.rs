//! Licences, bans, sources and duplicates of dependencies, by cargo-deny and `deny.toml`.

use std::process::Command;

use anyhow::{Result, bail};
use camino::Utf8PathBuf;

use crate::cargo::{self, cargo};

const VERSION: &str = "0.20.2";

/// Checks the dependencies. Without cargo-deny, and without a way to install it, that is a failure in CI
/// and a remark elsewhere.
pub(crate) fn run() -> Result<()> {
    let Some(program) = program()? else {
        if cargo::in_ci() {
            bail!("cargo-deny cannot be installed");
        }
        println!("deny: skipped, since cargo-deny cannot be installed");
        return Ok(());
    };
    let root = mc_test_support::repository();
    let deny = || {
        let mut command = Command::new(&program);
        command.current_dir(&root).args(["--locked", "--workspace", "--log-level", "warn"]);
        command
    };
    cargo::run(deny().args(["check", "licenses", "bans", "sources"]))?;
    // The database lies outside of what CI can reach.
    let mut fetch = Command::new("timeout");
    fetch.arg("30").arg(&program).args(["fetch", "db"]).current_dir(&root);
    if cargo::succeeds(&mut fetch) {
        cargo::run(deny().args(["check", "--disable-fetch", "advisories"]))
    } else {
        println!("deny: advisories are not checked, since their database is out of reach");
        Ok(())
    }
}

fn program() -> Result<Option<Utf8PathBuf>> {
    let right = |program: &Utf8PathBuf| {
        cargo::read(Command::new(program).arg("--version")).is_ok_and(|version| version.contains(VERSION))
    };
    let tools = cargo::cache()?.join("tools");
    let installed = tools.join("bin/cargo-deny");
    if right(&installed) {
        return Ok(Some(installed));
    }
    println!("deny: installing cargo-deny {VERSION}");
    let mut install = cargo("install");
    // It runs for a second and compiles for minutes: not worth optimising. Not in the repository's target
    // folder, where it would lie beside our own programs.
    install.args(["cargo-deny", "--locked", "--debug", "--version", VERSION, "--root", tools.as_str()]);
    install.env("CARGO_TARGET_DIR", tools.join("target")).current_dir("/");
    let done = cargo::run(&mut install).is_ok() && right(&installed);
    // What was compiled is not needed again.
    if let Err(error) = std::fs::remove_dir_all(tools.join("target")) {
        println!("deny: {}: {error}", tools.join("target"));
    }
    Ok(done.then_some(installed))
}
