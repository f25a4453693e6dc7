//! Packages that are written by a program, and the key that signs them.

use std::fmt::Write as _;
use std::process::Command;

use anyhow::{Context as _, Result};
use camino::Utf8PathBuf;
use mc_test_support::binary;
use mc_test_support::process;
use mc_test_support::scratch::Scratch;

use crate::cargo;

/// A folder with a key and packages.
pub(super) struct Workshop {
    scratch: Scratch,
    mcc: Utf8PathBuf,
}

impl Workshop {
    pub(super) fn new() -> Result<Self> {
        let workshop = Self { scratch: Scratch::new(), mcc: binary::program("mcc") };
        cargo::run(
            workshop
                .mcc(&["key", "new", "--out", "keys", "--unencrypted"])
                .stdout(std::process::Stdio::null()),
        )?;
        Ok(workshop)
    }

    /// Makes a package with this root module.
    pub(super) fn package(&self, name: &str, source: &str) -> Result<()> {
        let made = process::run(&mut self.mcc(&["new", name]));
        anyhow::ensure!(made.code() == 0, "{made}");
        let main = self.scratch.join(name).join("src/main.mc");
        std::fs::write(&main, source).with_context(|| format!("cannot write {main}"))
    }

    /// `mcc` in this folder.
    pub(super) fn mcc(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.mcc);
        command.args(arguments).current_dir(self.scratch.path());
        command
    }

    /// The command that checks, compiles and signs a package into `NAME.mcb`.
    pub(super) fn build(&self, name: &str) -> Command {
        self.mcc(&["build", name, "-o", &format!("{name}.mcb"), "--key", "keys/signing.pem"])
    }

    /// The command that applies the bundle of a package below `NAME.root`.
    pub(super) fn apply(&self, name: &str, durability: &str) -> Command {
        let mut command = Command::new(binary::program("mc-agent"));
        command.args([
            "apply",
            &format!("{name}.mcb"),
            "--trust",
            "keys/trust.toml",
            "--durability",
            durability,
        ]);
        command.arg("--root").arg(self.root(name)).current_dir(self.scratch.path());
        command
    }

    /// The root that a bundle is applied below.
    pub(super) fn root(&self, name: &str) -> Utf8PathBuf {
        self.scratch.join(&format!("{name}.root"))
    }

    /// Makes that root as it was before any run.
    pub(super) fn clear(&self, name: &str) -> Result<()> {
        let root = self.root(name);
        if root.exists() {
            std::fs::remove_dir_all(&root)?;
        }
        std::fs::create_dir(&root).with_context(|| format!("cannot create {root}"))
    }
}

/// `count` files in one policy, each with an interpolated name and a reference to the one before.
pub(super) fn linked_files(count: usize) -> String {
    let mut source = head();
    for number in 0..count {
        let before = match number.checked_sub(1) {
            Some(before) => format!("after ${{f{before}.path}}"),
            None => "first".to_owned(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            source,
            "  let f{number} = File \"${{base}}/file-{number:06}\" {{ content = \"{before}\\n\", mode = 0o644 }}"
        );
    }
    source + "}\n"
}

/// `count` files of a kibibyte each, with nothing between them but their folder.
pub(super) fn plain_files(count: usize) -> String {
    let mut source = head();
    source.push_str("  Directory (base) { mode = 0o755 }\n");
    for number in 0..count {
        let mode = if number % 2 == 0 { "0o644" } else { "0o640" };
        let content = content(number);
        let _ = writeln!(
            source,
            "  File \"${{base}}/file-{number:06}\" {{ content = \"{content}\", mode = {mode} }}"
        );
    }
    source + "}\n"
}

/// `count` values, each from the one before.
pub(super) fn chain(count: usize) -> String {
    let mut source = String::from("let v0 = 1\n");
    for number in 1..count {
        let _ = writeln!(source, "let v{number} = v{} + 1", number - 1);
    }
    let last = count.saturating_sub(1);
    let _ = write!(
        source,
        "\nimport std.fs.File\n\npolicy bench {{\n  File \"/last\" {{ content = \"${{v{last}}}\\n\" }}\n}}\n"
    );
    source
}

/// A policy that wants nothing.
pub(super) fn nothing() -> String {
    "policy bench {\n}\n".to_owned()
}

fn head() -> String {
    "import std.fs.{Directory, File}\n\nlet base = \"/bench\"\n\npolicy bench {\n".to_owned()
}

/// A kibibyte of lines, escaped for a string of the language.
fn content(number: usize) -> String {
    let mut text = String::new();
    let mut length = 0;
    let mut line = 0_usize;
    while length < 1000 {
        let next = format!("option_{line:03} = {:05}", (number * 37 + line * 11) % 99_991);
        length += next.len() + 1;
        text.push_str(&next);
        text.push_str("\\n");
        line += 1;
    }
    text.push_str(&"#".repeat(1023_usize.saturating_sub(length)));
    text.push_str("\\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_a_kibibyte_and_differs() {
        assert_eq!(content(0).replace("\\n", "\n").len(), 1024);
        assert_eq!(content(999).replace("\\n", "\n").len(), 1024);
        assert_ne!(content(1), content(2));
    }

    #[test]
    fn each_file_refers_to_the_one_before() {
        let source = linked_files(3);
        assert_eq!(source.matches(" = File ").count(), 3);
        assert!(
            source.contains("let f2 = File \"${base}/file-000002\" { content = \"after ${f1.path}\\n\""),
            "{source}"
        );
    }
}
