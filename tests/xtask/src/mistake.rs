//! `cargo xtask mistakes`: writes `docs/tool/mistakes.md`, what `mcc` says of ten mistakes beside what other tools say. The
//! test that checks the page is its generator, because it needs the compiler, which tasks do not link.

use anyhow::Result;
use clap::Args;

use crate::cargo::{self, cargo};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only fail if the page is not as generated
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut test = cargo("test");
    test.args(["--quiet", "--locked", "--package", "mcc", "--test", "mistake"]);
    if !options.check {
        test.env("UPDATE_EXPECT", "1");
    }
    cargo::run(&mut test)
}
