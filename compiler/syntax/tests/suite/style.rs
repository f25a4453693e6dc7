//! The repository's own sources: all are in the one style, and the formatter is faithful to every example of the
//! documentation.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    reason = "test code: it reads the repository, and what cannot be read fails the test"
)]

use crate::faithful::formatted;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The files below a folder with this ending, sorted.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "nothing in {folder}");
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file")
}

/// `mcc fmt` would not change them. `UPDATE_EXPECT=1` formats them.
#[test]
fn sources_are_formatted() {
    let mut wrong = String::new();
    for path in files("stdlib/src", "mc").into_iter().chain(files("examples", "mc")) {
        let text = read(&path);
        let right = formatted(&text);
        if right == text {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, right).expect("a file");
        } else {
            let _ = writeln!(wrong, "{}", path.display());
        }
    }
    assert!(wrong.is_empty(), "run `mcc fmt` on these:\n{wrong}");
}

#[test]
fn examples_of_the_documentation_are_kept() {
    let mut count = 0;
    for path in files("docs", "md") {
        let text = read(&path);
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(info) = line.trim_start().strip_prefix("```") else { continue };
            let block: String = lines
                .by_ref()
                .take_while(|line| line.trim() != "```")
                .fold(String::new(), |text, line| text + line + "\n");
            let is_code = info == "mc" || info.starts_with("mc ");
            if is_code && mc_syntax::parse(&block).errors.is_empty() {
                formatted(&block);
                count += 1;
            }
        }
    }
    assert!(count > 200, "{count} examples");
}
