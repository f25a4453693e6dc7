//! The Visual Studio Code extension is packaged.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stand outside the product: they use the real machine"
)]

use camino::Utf8Path;
use mc_test_support::process;
use mc_test_support::scratch::Scratch;
use mc_test_support::suite::{self, Test};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let test = |name, run, program: &str| Test { name, run, obstacle: suite::missing(program) };
    suite::run("editors", vec![test("the_extension_is_packaged", the_extension_is_packaged, "npm")])
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
