//! `cargo xtask fuzz`: runs the targets in `tests/fuzz` with libFuzzer.
//!
//! What cargo-fuzz does, without installing it: a build with coverage counters, then the target over its corpus.
//! Address sanitizing is left out, since there is no unsafe code here that it could watch.

use std::process::Command;

use anyhow::{Result, bail};
use camino::Utf8Path;
use clap::Args;

use crate::cargo;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Which target; without one all, one after the other
    #[arg(value_parser = TARGETS)]
    target: Option<String>,
    /// How long each of them runs
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Put small inputs that reach something new into `tests/fuzz/corpus` afterwards
    #[arg(long)]
    keep: bool,
}

const TARGETS: [&str; 6] = ["syntax", "format", "template", "bundle", "check", "data"];

/// Where programs for this machine are built: not by the machine's default, so that the flags are for the targets
/// alone and not for build scripts.
const MACHINE: &str = "x86_64-unknown-linux-gnu";

/// The counters that libFuzzer reads.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Longest inputs, in bytes: in what a fuzzer finds, more is never needed.
const LONGEST: usize = 4096;
/// Longest inputs that are kept.
const LONGEST_KEPT: usize = 512;

pub(crate) fn run(options: &Options) -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("fuzz targets are built for {MACHINE} only");
    }
    if !cargo::succeeds(Command::new("c++").arg("--version")) {
        bail!("libFuzzer is compiled from C++, and there is no `c++`: install `g++`");
    }
    let root = mc_test_support::repository();
    let work = root.join("target/fuzz");
    let targets: Vec<&str> = match &options.target {
        Some(target) => vec![target],
        None => TARGETS.to_vec(),
    };
    build(&root, &work, &targets)?;
    for target in targets {
        let program = work.join(MACHINE).join("release").join(target);
        let kept = root.join("tests/fuzz/corpus").join(target);
        let found = work.join("corpus").join(target);
        let broken = work.join("broken").join(target);
        for folder in [&kept, &found, &broken] {
            std::fs::create_dir_all(folder)?;
        }
        println!("fuzz {target}: {} seconds", options.seconds);
        let mut command = Command::new(&program);
        command.arg(&found).arg(&kept);
        if matches!(target, "syntax" | "format" | "check") {
            command.arg(root.join("stdlib/src")).arg(root.join("examples"));
        }
        command
            .arg(format!("-max_total_time={}", options.seconds))
            .arg(format!("-max_len={LONGEST}"))
            .arg(format!("-artifact_prefix={broken}/"))
            .args(["-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0"]);
        if target != "bundle" {
            command.arg(format!("-dict={}", root.join("tests/fuzz/words.dict")));
        }
        cargo::run(&mut command)?;
        if options.keep {
            let mut command = Command::new(&program);
            command.args(["-merge=1", "-verbosity=0"]).arg(format!("-max_len={LONGEST_KEPT}"));
            cargo::run(command.arg(&kept).arg(&found))?;
        }
    }
    Ok(())
}

fn build(root: &Utf8Path, work: &Utf8Path, targets: &[&str]) -> Result<()> {
    let mut command = cargo::cargo("build");
    command
        .current_dir(root.join("tests/fuzz"))
        .args(["--locked", "--release", "--target", MACHINE])
        .env("CARGO_TARGET_DIR", work)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", FLAGS);
    for target in targets {
        command.args(["--bin", target]);
        if matches!(*target, "check" | "data") {
            command.args(["--features", "compiler"]);
        }
    }
    cargo::run(&mut command)
}
