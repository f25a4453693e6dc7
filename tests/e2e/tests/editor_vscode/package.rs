//! The extension, from the committed lock file to a file that can be installed.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use mc_test_support::{process, repository};

/// What is shipped. The name of a folder stands for all files in it.
const FILES: &[&str] = &[
    "package.json",
    "readme.md",
    "LICENSE.txt",
    "language-configuration.json",
    "template-configuration.json",
    "dist/extension.js",
    "dist/plan.js",
    "dist/plan.css",
    "media/",
    "snippets/",
    "syntaxes/",
    "walkthrough/",
];

/// Copies the sources of the extension to `folder`, tests them and returns the path of the package. `modules` is
/// what `npm ci` makes of its lock file; nothing is downloaded.
pub(crate) fn build(folder: &Utf8Path, modules: &Utf8Path) -> Utf8PathBuf {
    copy(&repository().join("editors/vscode"), folder);
    std::os::unix::fs::symlink(modules, folder.join("node_modules")).expect("a link");
    let npm = |arguments: &[&str]| {
        let mut npm = Command::new("npm");
        npm.args(arguments).current_dir(folder).env("npm_config_offline", "true");
        process::run(&mut npm).success();
    };
    npm(&["test"]);
    npm(&["run", "package"]);
    let package = folder.join("masterchef.vsix");
    let mut list = Command::new("python3");
    list.args(["-m", "zipfile", "-l", package.as_str()]);
    let list = process::run(&mut list).success().stdout;
    let names: Vec<&str> =
        list.lines().filter_map(|line| line.split_whitespace().next()?.strip_prefix("extension/")).collect();
    for wanted in FILES {
        let found =
            names.iter().any(|name| name == wanted || wanted.ends_with('/') && name.starts_with(wanted));
        assert!(found, "{wanted} is missing: {names:?}");
    }
    for name in &names {
        let known = FILES.iter().any(|file| name == file || file.ends_with('/') && name.starts_with(file));
        assert!(known, "{name} should not be shipped");
    }
    package
}

/// Copies a folder, without what is made in it.
pub(crate) fn copy(from: &Utf8Path, to: &Utf8Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in from.read_dir_utf8().unwrap_or_else(|error| panic!("{from}: {error}")) {
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
