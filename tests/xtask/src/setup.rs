//! `cargo xtask setup`.

use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::cargo;

/// Prepares this machine for all tests.
pub(crate) fn run() -> Result<()> {
    machine()?;
    Editors::start()?.wait()
}

/// Installs Debian packages and builds the image of the test hosts. What needs root is left out, with a
/// word, for another user: the tests that depend on it report themselves as ignored.
pub(crate) fn machine() -> Result<()> {
    if cargo::read(Command::new("id").arg("-u"))?.trim() != "0" {
        println!("setup: not root, so no packages are installed and no test hosts are prepared");
        return Ok(());
    }
    cargo::run(&mut Command::new(mc_test_support::repository().join("tests/hosts/setup.sh")))
}

/// Puts Visual Studio Code where its tests find it, while other things are done: it is a download.
pub(crate) struct Editors(Option<Child>);

impl Editors {
    /// Begins. Without npm nothing is done: the tests report themselves as ignored.
    pub(crate) fn start() -> Result<Self> {
        if !cargo::succeeds(Command::new("npm").arg("--version")) {
            println!("setup: npm is not installed, so no editor is prepared");
            return Ok(Self(None));
        }
        let script = mc_test_support::repository().join("tests/editors/vscode/setup.sh");
        let mut command = Command::new(&script);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(Self(Some(command.spawn().with_context(|| format!("cannot start {script}"))?)))
    }

    /// Waits until it is there.
    pub(crate) fn wait(self) -> Result<()> {
        let Some(child) = self.0 else { return Ok(()) };
        let output = child.wait_with_output().context("the editor's setup")?;
        if !output.status.success() {
            bail!("no editor: {}", String::from_utf8_lossy(&output.stderr));
        }
        print!("editors: {}", String::from_utf8_lossy(&output.stdout));
        Ok(())
    }
}
