//! Rules about Rust files.

use super::{Finding, Repository};

const LONGEST: usize = 800;

/// A file of more lines is asking to be two.
pub(super) fn size(repository: &Repository) -> Vec<Finding> {
    let long = repository.rust().filter(|file| !file.generated() && file.text.lines().count() > LONGEST);
    long.map(|file| format!("{}: more than {LONGEST} lines; split it by meaning", file.path)).collect()
}

/// The root of a crate says what the crate is for.
pub(super) fn purpose(repository: &Repository) -> Vec<Finding> {
    let roots = repository.rust().filter(|file| {
        let parent = file.path.strip_suffix("/src/lib.rs").or_else(|| file.path.strip_suffix("/src/main.rs"));
        parent.is_some_and(|folder| repository.has(&format!("{folder}/Cargo.toml")))
    });
    let silent = roots.filter(|file| !file.text.starts_with("//!"));
    silent.map(|file| format!("{}: begins without saying what the crate is for", file.path)).collect()
}

/// Where the real machine may be used. Clippy bans it everywhere, by `clippy.toml`, and this is the list of
/// files that may lift the ban.
const EDGES: &[&str] = &[
    "compiler/mcc/src/",
    "compiler/core/src/system",
    "lsp/src/",
    "runtime/agent/src/",
    "runtime/control/src/",
    "runtime/transport/src/ssh",
];

/// The ban on the real machine is lifted at the edges only.
pub(super) fn edges(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.rust() {
        let at_edge = EDGES.iter().any(|edge| file.path.starts_with(edge));
        if at_edge || file.is_test() || file.path.ends_with("/build.rs") {
            continue;
        }
        for (number, line) in file.lines() {
            if line.contains("clippy::disallowed_methods") || line.contains("clippy::disallowed_types") {
                findings.push(format!(
                    "{}:{number}: this is no edge of the program; take what it needs through a trait",
                    file.path
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found_unless_it_is_generated() {
        let long = "// line\n".repeat(LONGEST + 1);
        let right = "// line\n".repeat(LONGEST);
        let files = [
            ("a/src/long.rs", long.as_str()),
            ("a/src/generated/long.rs", &long),
            ("a/src/right.rs", &right),
        ];
        assert_eq!(
            size(&Repository::planted(&files)),
            ["a/src/long.rs: more than 800 lines; split it by meaning"]
        );
    }

    #[test]
    fn a_crate_without_a_purpose_is_found() {
        let files = [
            ("a/Cargo.toml", ""),
            ("a/src/lib.rs", "pub mod b;"),
            ("b/Cargo.toml", ""),
            ("b/src/main.rs", "//! Does b.\n"),
            ("b/src/inner/lib.rs", ""),
        ];
        assert_eq!(
            purpose(&Repository::planted(&files)),
            ["a/src/lib.rs: begins without saying what the crate is for"]
        );
    }

    #[test]
    fn a_lifted_ban_inside_is_found() {
        let allow = "//! Words.\n#![allow(clippy::disallowed_methods, reason = \"because\")]\n";
        let files = [
            ("runtime/engine/src/run.rs", allow),
            ("runtime/agent/src/host.rs", allow),
            ("runtime/plan/build.rs", allow),
            ("tests/e2e/src/lib.rs", allow),
            ("compiler/core/tests/all.rs", allow),
        ];
        let found = edges(&Repository::planted(&files));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("runtime/engine/src/run.rs:2: "), "{found:?}");
    }
}
