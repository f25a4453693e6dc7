//! `cargo xtask build`: the programs as they are released.

use std::process::Command;

use anyhow::{Result, bail};
use mc_test_support::binary::{self, TARGET};

use crate::cargo::{self, cargo};

/// Builds all programs with one configuration, into the folder where tests look for them. They are linked
/// statically, so that the agent runs on any Linux and `mcc` beside any libc.
pub(crate) fn run() -> Result<()> {
    // On its own: built together with the others it would get their features, such as signing.
    // And a broken invariant ends it at once: its journal is made for that, its threads are not.
    release(&["mc-agent"], &["--config", "profile.release.panic=\"abort\""])?;
    release(&["mcc", "mc-control", "mc-lsp", "mc-test-support"], &[])?;
    for program in ["mcc", "mc-agent", "mc-control", "mc-lsp", "mc-floor"] {
        let path = binary::program(program);
        let size = path.metadata()?.len();
        println!("{program:<12} {:>6.2} MB", size as f64 / 1e6);
        // Programs with an interpreter need the machine's C library.
        let headers =
            cargo::read(Command::new("readelf").args(["--program-headers", "--wide", path.as_str()]))?;
        if headers.contains("INTERP") {
            bail!("{path} is not linked statically");
        }
    }
    Ok(())
}

fn release(packages: &[&str], configuration: &[&str]) -> Result<()> {
    let mut command = cargo("build");
    command.args(["--locked", "--release", "--bins", "--target", TARGET]).args(configuration);
    for package in packages {
        command.args(["--package", package]);
    }
    // These would hide the flags below.
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    let flags = format!("CARGO_TARGET_{}_RUSTFLAGS", TARGET.to_uppercase().replace('-', "_"));
    cargo::run(command.env(flags, "-C target-feature=+crt-static"))
}
