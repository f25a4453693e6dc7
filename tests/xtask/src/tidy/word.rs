//! Words that must not be in the repository.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::Result;

use super::{Finding, Repository};
use crate::cargo;

/// A word in two pieces, so that this file does not find itself, and why it is unwanted.
type Word = (&'static str, &'static str, &'static str);

/// Unwanted in any file.
const ANYWHERE: &[Word] = &[
    ("FIX", "ME", "mend it, or say in an issue what is wrong"),
    ("TO", "DO:", "do it, or say in an issue what is missing"),
    ("XX", "X:", "mend it, or say in an issue what is wrong"),
    ("/wo", "rk/", "a path of one machine"),
    ("/tmp/", "mc/", "a path of one machine"),
    ("deb.debian", ".org", "the mirror is the one that apt uses; read it at run time"),
];

/// Unwanted in Rust.
const IN_RUST: &[Word] = &[
    ("todo", "!(", "finish it, or leave it out"),
    ("unimplemented", "!(", "finish it, or leave it out"),
    ("#[ig", "nore", "a test runs, or is not there"),
    ("thread::", "sleep", "wait for the thing itself"),
];

/// The one place that waits because it is asked to.
const REAL_CLOCK: &str = "runtime/agent/src/host/clock.rs";

/// Finds unwanted words in any file: the fixed ones, and `machine`, which are those of this machine.
pub(super) fn unwanted(repository: &Repository, machine: &BTreeSet<String>) -> Vec<Finding> {
    let mut words: Vec<(String, &str, bool)> = Vec::new();
    for (list, only_rust) in [(ANYWHERE, false), (IN_RUST, true)] {
        words.extend(list.iter().map(|(head, tail, why)| (format!("{head}{tail}"), *why, only_rust)));
    }
    words.extend(machine.iter().map(|word| (word.clone(), "an address or path of this machine", false)));
    let mut findings = Vec::new();
    for file in repository.files.iter().filter(|file| !file.generated() && file.path != REAL_CLOCK) {
        // Most files hold none of them.
        let found = words.iter().filter(|(word, _, only_rust)| {
            (!only_rust || file.path.ends_with(".rs")) && file.text.contains(word.as_str())
        });
        for (word, why, _) in found {
            for (number, _) in file.lines().filter(|(_, line)| line.contains(word.as_str())) {
                findings.push(format!("{}:{number}: `{word}`: {why}", file.path));
            }
        }
    }
    findings
}

/// The repository's own path, and the hosts that apt fetches packages from.
pub(super) fn of_this_machine() -> Result<BTreeSet<String>> {
    let mut words = BTreeSet::from([mc_test_support::repository().into_string()]);
    let mut targets = Command::new("apt-get");
    targets.args(["indextargets", "--format", "$(SITE)", "Created-By: Packages"]);
    if cargo::succeeds(Command::new("apt-get").arg("--version")) {
        words.extend(hosts(&cargo::read(&mut targets)?));
    }
    Ok(words)
}

/// The host in each address: `http://host:port/path` or `host`. A short name could be any word.
fn hosts(addresses: &str) -> impl Iterator<Item = String> {
    let host = |address: &str| {
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or_default().to_owned()
    };
    addresses.lines().map(host).filter(|host| host.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unwanted_word_is_found_with_its_line() {
        for (head, tail, _) in ANYWHERE.iter().chain(IN_RUST) {
            let text = format!("fine\nnot {head}{tail} fine\n");
            let repository =
                Repository::planted(&[("a/b.rs", &text), ("a/generated/b.rs", &text), ("c.md", "fine")]);
            let found = unwanted(&repository, &BTreeSet::new());
            assert_eq!(found.len(), 1, "{head}{tail}: {found:?}");
            assert!(found[0].starts_with("a/b.rs:2: "), "{found:?}");
        }
    }

    #[test]
    fn prose_may_speak_of_rust() {
        let (head, tail, _) = IN_RUST[0];
        let repository = Repository::planted(&[("a.md", &format!("{head}{tail}"))]);
        assert_eq!(unwanted(&repository, &BTreeSet::new()), [""; 0]);
    }

    #[test]
    fn the_mirror_of_this_machine_is_found() {
        let machine = hosts("http://mirror.example.net:3142/debian\nlocalhost\n").collect();
        assert_eq!(machine, BTreeSet::from(["mirror.example.net".to_owned()]));
        let repository = Repository::planted(&[("a.sh", "curl http://mirror.example.net/debian")]);
        assert_eq!(unwanted(&repository, &machine).len(), 1);
    }
}
