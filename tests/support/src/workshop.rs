//! A folder in which packages are written, built and applied, with a key of its own.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::binary::Binaries;
use crate::process;
use crate::scratch::Scratch;

/// Such a folder. The key is `keys/signing.pem`, and `keys/trust.toml` trusts it; a package NAME is built
/// into `NAME.mcb`.
#[derive(Debug)]
pub struct Workshop {
    scratch: Scratch,
    binaries: Binaries,
}

impl Workshop {
    /// A folder with a key and nothing else.
    pub fn new() -> Self {
        let workshop = Self { scratch: Scratch::new(), binaries: Binaries::locate() };
        process::run(&mut workshop.mcc(&["key", "new", "--out", "keys", "--unencrypted"])).success();
        workshop
    }

    /// Where it is.
    pub fn path(&self) -> &Utf8Path {
        self.scratch.path()
    }

    /// The path of `name` in it.
    pub fn join(&self, name: &str) -> Utf8PathBuf {
        self.scratch.join(name)
    }

    /// Writes a file in it, with the folders above, and returns its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Utf8PathBuf {
        self.scratch.write(name, content)
    }

    /// Makes a package with this root module.
    pub fn package(&self, name: &str, source: &str) {
        process::run(&mut self.mcc(&["new", name])).success();
        self.scratch.write(&format!("{name}/src/main.mc"), source);
    }

    /// Makes a package of these modules: their paths below `src`, and their texts.
    pub fn modules(&self, name: &str, modules: &[(String, String)]) {
        process::run(&mut self.mcc(&["new", name])).success();
        for (path, text) in modules {
            self.scratch.write(&format!("{name}/src/{path}"), text);
        }
    }

    /// Copies a package from `examples/`.
    pub fn example(&self, name: &str) {
        let from = crate::repository().join("examples").join(name);
        process::run(Command::new("cp").arg("-r").arg(from).arg(self.join(name))).success();
    }

    /// `mcc` in this folder, with nothing of the user's in its environment.
    pub fn mcc(&self, arguments: &[&str]) -> Command {
        self.program(&self.binaries.mcc, arguments)
    }

    /// `mc-agent`, likewise.
    pub fn agent(&self, arguments: &[&str]) -> Command {
        self.program(&self.binaries.agent, arguments)
    }

    /// `mc-control`, likewise.
    pub fn control(&self, arguments: &[&str]) -> Command {
        self.program(&self.binaries.control, arguments)
    }

    /// The command that checks, compiles and signs a package.
    pub fn build(&self, name: &str) -> Command {
        self.mcc(&["build", name, "-o", &format!("{name}.mcb"), "--key", "keys/signing.pem"])
    }

    /// The command that applies the bundle of a package below the folder `root`, which exists.
    pub fn apply(&self, name: &str, root: &str) -> Command {
        self.agent(&["apply", &format!("{name}.mcb"), "--trust", "keys/trust.toml", "--root", root])
    }

    /// The programs it uses.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    fn program(&self, path: &Utf8Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(path);
        command.args(arguments).current_dir(self.path());
        // One by one: unlike `env_clear`, that can be read back, so the command can be traced and measured.
        for (name, _) in std::env::vars_os() {
            command.env_remove(name);
        }
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", self.path());
        command.env("LANG", "C.UTF-8").env("NO_COLOR", "1");
        command
    }
}

impl Default for Workshop {
    fn default() -> Self {
        Self::new()
    }
}
