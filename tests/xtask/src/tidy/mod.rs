//! `cargo xtask tidy`: rules of this repository that no other tool checks. Each is a function from the
//! files to findings, and has a test in which it is broken.

mod manifest;
mod page;
mod source;
mod word;

use std::process::Command;

use anyhow::{Result, bail};

use crate::cargo;

/// The text files of the repository, by path from its root, sorted.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    files: Vec<File>,
}

/// One file.
#[derive(Debug)]
pub(crate) struct File {
    path: String,
    text: String,
}

/// A rule that is broken: a sentence that begins with the place.
type Finding = String;

pub(crate) fn run() -> Result<()> {
    let repository = Repository::load()?;
    let mut findings = Vec::new();
    findings.extend(source::size(&repository));
    findings.extend(source::purpose(&repository));
    findings.extend(source::edges(&repository));
    findings.extend(manifest::lints(&repository));
    findings.extend(page::diagnostics(&repository));
    findings.extend(page::produced(&repository));
    findings.extend(page::examples(&repository));
    findings.extend(word::unwanted(&repository, &word::of_this_machine()?));
    if !findings.is_empty() {
        findings.sort();
        bail!("{} findings\n{}", findings.len(), findings.join("\n"));
    }
    println!("tidy: {} files", repository.files.len());
    Ok(())
}

impl Repository {
    /// Everything that git knows or would take, without binary files.
    fn load() -> Result<Self> {
        let root = mc_test_support::repository();
        let mut list = Command::new("git");
        list.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]).current_dir(&root);
        let list = cargo::read(&mut list)?;
        let mut files = Vec::new();
        for path in list.split('\0').filter(|path| !path.is_empty()) {
            // A file may be deleted and not yet committed, or a link.
            let Ok(bytes) = std::fs::read(root.join(path)) else { continue };
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(File { path: path.to_owned(), text });
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        Ok(Self { files })
    }

    #[cfg(test)]
    fn planted(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| File { path: path.to_owned(), text: text.to_owned() };
        Self { files: files.iter().map(file).collect() }
    }

    fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }
}

impl File {
    /// Lines with their numbers, from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Written by a program.
    fn generated(&self) -> bool {
        self.path.contains("/generated/")
            || self.path.ends_with(".lock")
            || self.path.ends_with("package-lock.json")
    }

    /// Tests, or tools for them: not part of what is shipped.
    fn is_test(&self) -> bool {
        ["/tests/", "/examples/", "/benches/"].iter().any(|folder| self.path.contains(folder))
            || self.path.starts_with("tests/")
            || self.path.ends_with("/tests.rs")
    }
}
