//! Rules about what belongs together: a code and its page, an example and its test.

use std::collections::BTreeSet;

use super::{Finding, Repository};

const PAGES: &str = "docs/diagnostics/";

/// Every code that a diagnostic or a refusal may carry has a page, and every page a code. A code is
/// declared by a string of exactly its name in the source of a product crate.
pub(super) fn diagnostics(repository: &Repository) -> Vec<Finding> {
    let product = repository.rust().filter(|file| !file.is_test());
    let codes: BTreeSet<&str> = product.flat_map(|file| codes(&file.text)).collect();
    let pages = repository.files.iter().filter_map(|file| file.path.strip_prefix(PAGES)?.strip_suffix(".md"));
    let pages: BTreeSet<&str> = pages.filter(|page| is_code(page)).collect();
    let missing =
        codes.difference(&pages).map(|code| format!("{PAGES}{code}.md: missing; {code} is declared"));
    let stray =
        pages.difference(&codes).map(|code| format!("{PAGES}{code}.md: no source declares this code"));
    missing.chain(stray).collect()
}

fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').filter(|piece| is_code(piece))
}

fn is_code(word: &str) -> bool {
    word.strip_prefix("MC")
        .is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Every folder in `examples/` is named by a test.
pub(super) fn examples(repository: &Repository) -> Vec<Finding> {
    let names =
        repository.files.iter().filter_map(|file| file.path.strip_prefix("examples/")?.split_once('/'));
    let names: BTreeSet<&str> = names.map(|(name, _)| name).collect();
    let tested = |name: &str| {
        let place = format!("examples/{name}");
        repository.rust().any(|file| file.is_test() && file.text.contains(&place))
    };
    let untested = names.into_iter().filter(|name| !tested(name));
    untested.map(|name| format!("examples/{name}: no test builds it")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_without_a_page_and_a_page_without_a_code_are_found() {
        let files = [
            (
                "compiler/core/src/diagnostic/code.rs",
                "A = code!(\"MC0201\"); B = code!(\"MC0202\"); \"MC02012\"",
            ),
            ("compiler/core/tests/all.rs", "\"MC9998\""),
            ("docs/diagnostics/MC0201.md", ""),
            ("docs/diagnostics/MC0999.md", ""),
            ("docs/diagnostics/README.md", ""),
        ];
        assert_eq!(
            diagnostics(&Repository::planted(&files)),
            [
                "docs/diagnostics/MC0202.md: missing; MC0202 is declared",
                "docs/diagnostics/MC0999.md: no source declares this code"
            ]
        );
    }

    #[test]
    fn an_example_that_no_test_names_is_found() {
        let files = [
            ("examples/web/masterchef.toml", ""),
            ("examples/orphan/masterchef.toml", ""),
            ("tests/e2e/tests/web.rs", "build(\"examples/web\")"),
            ("compiler/mcc/src/main.rs", "// like examples/orphan"),
        ];
        assert_eq!(examples(&Repository::planted(&files)), ["examples/orphan: no test builds it"]);
    }
}
