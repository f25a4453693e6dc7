//! Editors with the programs that are shipped: Neovim drives the language server, and the Visual Studio Code
//! extension is packaged.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stand outside the product: they use the real machine"
)]

use camino::Utf8Path;
use mc_test_support::scratch::Scratch;
use mc_test_support::suite::{self, Test};
use mc_test_support::{binary, process};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let test = |name, run, program: &str| Test { name, run, obstacle: suite::missing(program) };
    suite::run(
        "editors",
        vec![
            test("neovim_shows_what_the_server_knows", neovim_shows_what_the_server_knows, "nvim"),
            test("the_extension_is_packaged", the_extension_is_packaged, "npm"),
        ],
    )
}

const MAIN: &str = "\
import site.{Site, base}
import std.fs.File

policy web {
  let site = Site { name = \"www.example.com\", port = base + 80 }
  File \"/etc/é😀/${site.name}\" { content = \"${site.port} ${wrong}\" }
}
";

const SITE: &str = "\
/// One virtual host.
pub record Site {
  name: HostName
  /// Where it listens.
  port: Int
}

/// Added to every port.
pub let base = 8000
";

/// The conversation is in `neovim.lua`, which checks each step.
fn neovim_shows_what_the_server_knows() {
    let scratch = Scratch::new();
    scratch.write(
        "package/masterchef.toml",
        "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2026\"\n",
    );
    scratch.write("package/src/site.mc", SITE);
    let main = scratch.write("package/src/main.mc", MAIN);
    let script = mc_test_support::repository().join("tests/e2e/tests/editor/neovim.lua");
    let mut editor = Command::new("nvim");
    editor.args(["--headless", "--clean", "-c", &format!("luafile {script}")]);
    // The command line starts the server beside it.
    editor.env("MC_SERVER", binary::program("mcc")).env("MC_FILE", &main);
    // Checked here as well, so that an old one is not used.
    binary::program("mc-lsp");
    for folder in ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
        editor.env(folder, scratch.path());
    }
    let output = process::run(&mut editor);
    let log = std::fs::read_to_string(scratch.join("nvim/lsp.log")).unwrap_or_default();
    assert!(output.code() == 0 && output.stderr.contains("all steps passed"), "{output}\n--- log\n{log}");
}

/// From the committed lock file to a file that can be installed; after `npm ci` nothing is downloaded.
fn the_extension_is_packaged() {
    let scratch = Scratch::new();
    let source = mc_test_support::repository().join("editors/vscode");
    copy(&source, scratch.path());
    let npm = |arguments: &[&str], offline: bool| {
        let mut npm = Command::new("npm");
        npm.args(arguments).current_dir(scratch.path()).env("npm_config_offline", offline.to_string());
        process::run(&mut npm).success()
    };
    npm(&["ci"], false);
    npm(&["test"], true);
    npm(&["run", "package"], true);
    let mut list = Command::new("python3");
    list.args(["-m", "zipfile", "-l", "masterchef.vsix"]).current_dir(scratch.path());
    let list = process::run(&mut list).success().stdout;
    let names: Vec<&str> =
        list.lines().filter_map(|line| line.split_whitespace().next()?.strip_prefix("extension/")).collect();
    for wanted in [
        "package.json",
        "dist/extension.js",
        "language-configuration.json",
        "syntaxes/masterchef.tmLanguage.json",
        "readme.md",
        "LICENSE.txt",
    ] {
        assert!(names.contains(&wanted), "{wanted} is missing: {names:?}");
    }
    assert_eq!(names.len(), 6, "nothing else is shipped: {names:?}");
}

/// Copies the sources of the extension, without what is made from them.
fn copy(from: &Utf8Path, to: &Utf8Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in from.read_dir_utf8().expect("the extension's folder") {
        let entry = entry.expect("an entry");
        let (name, target) = (entry.file_name(), to.join(entry.file_name()));
        if entry.file_type().expect("a type").is_dir() {
            if !matches!(name, "node_modules" | "dist") {
                copy(entry.path(), &target);
            }
        } else if !name.ends_with(".vsix") {
            std::fs::copy(entry.path(), &target).expect("copied");
        }
    }
}
