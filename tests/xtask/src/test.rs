//! `cargo xtask test` and `cargo xtask ci`.

use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;
use mc_test_support::hosts;

use crate::cargo::{self, cargo};
use crate::metadata::Metadata;
use crate::progress::Progress;
use crate::{bench, build, codegen, demo, deny, layer, setup, tidy};

#[derive(Debug, Default, Args)]
pub(crate) struct Options {
    /// Prepare nothing on this machine
    #[arg(long)]
    no_setup: bool,
}

/// Every check and every test, the quick ones first.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut progress = Progress::default();
    let mut editors = None;
    if !options.no_setup {
        progress.step("setup", setup::machine)?;
        editors = Some(setup::Editors::start()?);
    }
    progress.step("format", || cargo::run(cargo("fmt").args(["--all", "--check"])))?;
    progress.step("layers", layer::run)?;
    progress.step("tidy", tidy::run)?;
    progress.step("generated files", || codegen::run(&codegen::Options::CHECK))?;
    progress.step("dependencies", deny::run)?;
    progress.step("clippy", || {
        let mut clippy = cargo("clippy");
        cargo::run(clippy.args(["--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]))
    })?;
    // The tests that run programs run these.
    progress.step("release build", build::run)?;
    if let Some(editors) = editors {
        progress.step("editors", || editors.wait())?;
    }
    let nextest = cargo::succeeds(cargo("nextest").arg("--version"));
    progress.step("tests", || tests(nextest))?;
    progress.step("documentation tests", || {
        cargo::run(cargo("test").args(["--doc", "--workspace", "--locked", "--quiet"]))
    })?;
    progress.step("host tests", || host_tests(nextest))?;
    progress.finish();
    Ok(())
}

/// What CI does: nothing may be skipped.
pub(crate) fn ci() -> Result<()> {
    let required = std::env::var_os("MC_REQUIRE_HOSTS").is_some_and(|value| value == "1");
    if !required || !cargo::in_ci() {
        bail!("CI sets MC_REQUIRE_HOSTS=1 and CI=1, so that no check is skipped; `.ci/run` does");
    }
    run(&Options::default())?;
    demo::run()?;
    bench::run(&bench::Options::default())
}

fn tests(nextest: bool) -> Result<()> {
    if nextest {
        let mut tests = cargo("nextest");
        tests.args(["run", "--workspace", "--locked", "-E", "not binary(/^hosts_/)"]);
        return cargo::run(with_profile(&mut tests));
    }
    println!("tests: cargo-nextest is not installed, so `cargo test` runs them");
    for (package, targets) in without_host_suites(&Metadata::load()?) {
        let mut tests = cargo("test");
        tests.args(["--locked", "--quiet", "--package", &package]).args(targets);
        cargo::run(&mut tests)?;
    }
    Ok(())
}

/// For each package the arguments that choose its tests, without those that need hosts.
fn without_host_suites(metadata: &Metadata) -> Vec<(String, Vec<String>)> {
    let members = metadata.members().into_iter().map(|(name, package)| {
        let targets = package.targets.iter().flat_map(|target| {
            let of_kind = |kind: &str| target.kind.iter().any(|k| k == kind);
            if of_kind("lib") {
                vec!["--lib".to_owned()]
            } else if of_kind("bin") {
                vec!["--bin".to_owned(), target.name.clone()]
            } else if of_kind("test") && !target.name.starts_with("hosts_") {
                vec!["--test".to_owned(), target.name.clone()]
            } else {
                Vec::new()
            }
        });
        (name.to_owned(), targets.collect::<Vec<String>>())
    });
    members.filter(|(_, targets)| !targets.is_empty()).collect()
}

fn host_tests(nextest: bool) -> Result<()> {
    let metadata = Metadata::load()?;
    let suites = layer::host_suites(&metadata);
    if let Some(obstacle) = hosts::obstacle() {
        if hosts::required() {
            bail!("hosts: {} suites cannot run: {obstacle}", suites.len());
        }
        println!("hosts: {} suites skipped: {obstacle}", suites.len());
        return Ok(());
    }
    println!("hosts: {} suites", suites.len());
    if nextest {
        let mut tests = cargo("nextest");
        tests.args(["run", "--workspace", "--locked", "-E", "binary(/^hosts_/)"]);
        return cargo::run(with_profile(&mut tests));
    }
    for (package, suite) in suites {
        cargo::run(cargo("test").args(["--locked", "--package", &package.name, "--test", suite]))?;
    }
    Ok(())
}

fn with_profile(nextest: &mut Command) -> &mut Command {
    if cargo::in_ci() { nextest.args(["--profile", "ci"]) } else { nextest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_target_is_run_once_by_one_of_the_two_ways() {
        let metadata = Metadata::load().expect("cargo knows the workspace");
        let plain: Vec<String> =
            without_host_suites(&metadata).into_iter().flat_map(|(_, targets)| targets).collect();
        let hosts = layer::host_suites(&metadata);
        assert!(!hosts.is_empty(), "the rig tests itself");
        for package in metadata.members().into_values() {
            for target in
                package.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "test"))
            {
                let as_host = hosts.iter().any(|(_, name)| *name == target.name);
                assert_ne!(plain.contains(&target.name), as_host, "{}", target.name);
            }
        }
    }
}
