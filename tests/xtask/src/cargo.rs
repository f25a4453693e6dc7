//! Starting programs, cargo above all.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;

/// A cargo command in the root of the repository. `Cargo.lock` is never changed by a task.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.arg(subcommand).current_dir(mc_test_support::repository());
    command
}

/// Runs a command with this process's streams. It must succeed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", line(command)))?;
    if !status.success() {
        bail!("{status} from: {}", line(command));
    }
    Ok(())
}

/// Runs a command and returns what it printed. It must succeed.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {}", line(command)))?;
    if !output.status.success() {
        bail!("{} from: {}\n{}", output.status, line(command), String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).with_context(|| format!("not UTF-8, from: {}", line(command)))
}

/// Whether a command exists and succeeds; it prints nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Where things are kept between runs that take long to make. Mirrors `tests/hosts/lib.sh`.
pub(crate) fn cache() -> Result<Utf8PathBuf> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty()).map(Utf8PathBuf::from);
    if let Some(cache) = set("MC_CACHE") {
        return Ok(cache);
    }
    let user = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    Ok(user.context("neither MC_CACHE nor HOME is set")?.join("masterchef"))
}

/// Whether a check that the machine cannot do is a failure.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
