//! Rules about manifests.

use super::{Finding, Repository};

/// Every crate takes the workspace's lints.
pub(super) fn lints(repository: &Repository) -> Vec<Finding> {
    let crates = repository.files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    let lax = crates.filter(|file| !file.text.contains("[lints]\nworkspace = true"));
    lax.map(|file| format!("{}: does not take the workspace's lints", file.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_with_its_own_lints_is_found() {
        let files = [
            ("Cargo.toml", "[workspace]\n"),
            ("a/Cargo.toml", "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"),
            ("b/Cargo.toml", "[package]\nname = \"b\"\n"),
        ];
        assert_eq!(
            lints(&Repository::planted(&files)),
            ["b/Cargo.toml: does not take the workspace's lints"]
        );
    }
}
