//! `cargo xtask setup`.

use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;

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

/// The editors that tests drive, each by the `setup.sh` of its folder. They are downloads, so other things are
/// done meanwhile.
pub(crate) struct Editors(Vec<(Utf8PathBuf, Child)>);

impl Editors {
    /// Begins.
    pub(crate) fn start() -> Result<Self> {
        let mut scripts = Vec::new();
        for entry in mc_test_support::repository().join("tests/editors").read_dir_utf8()? {
            let script = entry?.path().join("setup.sh");
            if script.is_file() {
                scripts.push(script);
            }
        }
        scripts.sort();
        let start = |script: Utf8PathBuf| {
            let mut command = Command::new(&script);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let child = command.spawn().with_context(|| format!("cannot start {script}"))?;
            Ok((script, child))
        };
        Ok(Self(scripts.into_iter().map(start).collect::<Result<_>>()?))
    }

    /// Waits until they are there.
    pub(crate) fn wait(self) -> Result<()> {
        for (script, child) in self.0 {
            let output = child.wait_with_output().with_context(|| format!("cannot wait for {script}"))?;
            let told = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            if !output.status.success() {
                bail!("{} from: {script}\n{told}", output.status);
            }
            print!("{told}");
        }
        Ok(())
    }
}
