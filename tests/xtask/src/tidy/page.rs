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

/// Codes that no test names, each with the reason.
const UNTESTED: &[(&str, &str)] = &[
    ("MC6006", "tested as a value by `runtime/transport/src/ssh/tests.rs`"),
    ("MC6008", "needs an agent that is damaged on its way"),
    ("MC6009", "tested as a value by `runtime/transport/tests/ssh.rs`"),
    ("MC6010", "needs an agent that breaks the protocol"),
    ("MC6012", "tested as a value by `runtime/transport/tests/ssh.rs`"),
    ("MC6013", "needs a machine without ssh"),
    ("MC6110", "needs an expression that the compiler lets through and a host cannot compute"),
    ("MC6160", "a bundle that the compiler never makes"),
];

/// What `compiler/mcc/tests/page.rs` holds of pages whose wrong example is not run.
const EXAMPLES: &str = "compiler/mcc/tests/page.rs";

/// The tasks themselves: they name codes and produce none.
const TASKS: &str = "tests/xtask/";

/// Every code is produced by a test: by the wrong example of its page, which is run for the codes of the compiler and
/// of rules, or by a test that names it.
pub(super) fn produced(repository: &Repository) -> Vec<Finding> {
    let product = repository.rust().filter(|file| !file.is_test());
    let codes: BTreeSet<&str> = product.flat_map(|file| codes(&file.text)).collect();
    let exempt = repository.files.iter().find(|file| file.path == EXAMPLES).map_or("", |file| &file.text);
    // The list, and not what else the file says.
    let exempt = exempt.split_once("WITHOUT_EXAMPLE").map_or("", |(_, list)| list);
    let exempt: BTreeSet<&str> = words(exempt.split_once("];").map_or(exempt, |(list, _)| list)).collect();
    let mut tested: BTreeSet<&str> = BTreeSet::new();
    for file in &repository.files {
        if let Some(code) = file.path.strip_prefix(PAGES).and_then(|name| name.strip_suffix(".md")) {
            let is_run = code.starts_with("MC0") || code.starts_with("MC10");
            if is_run && file.text.contains("\n## Wrong\n") && !exempt.contains(code) {
                tested.insert(code);
            }
        } else if file.path.starts_with("docs/language/") {
            tested.extend(words(&file.text));
        } else if file.path.ends_with(".rs") && file.path != EXAMPLES && !file.path.starts_with(TASKS) {
            let own = if file.is_test() { Some(file.text.as_str()) } else { test_part(&file.text) };
            tested.extend(own.into_iter().flat_map(words));
        }
    }
    let listed: BTreeSet<&str> = UNTESTED.iter().map(|(code, _)| *code).collect();
    let missing = codes.difference(&tested).filter(|code| !listed.contains(*code));
    let missing = missing.map(|code| format!("{PAGES}{code}.md: no test produces {code}"));
    let stale = listed.intersection(&tested).map(|code| format!("tests/xtask: {code} is tested now"));
    missing.chain(stale).collect()
}

/// The tests at the end of a source file.
fn test_part(text: &str) -> Option<&str> {
    text.split_once("#[cfg(test)]").map(|(_, tests)| tests)
}

/// The codes that a text names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| is_code(word))
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
    fn a_code_that_nothing_produces_is_found() {
        let wrong = "# A page\n\n## Wrong\n";
        let files = [
            (
                "compiler/core/src/diagnostic/code.rs",
                "(\"MC0201\") (\"MC0202\") (\"MC0203\") (\"MC0204\") (\"MC5001\") (\"MC6006\")\n#[cfg(test)]\nMC0203",
            ),
            ("compiler/mcc/tests/page.rs", "WITHOUT_EXAMPLE = [(\"MC0202\", \"long\")];"),
            ("docs/diagnostics/MC0201.md", wrong),
            ("docs/diagnostics/MC0202.md", wrong),
            ("docs/diagnostics/MC5001.md", wrong),
            ("docs/language/types.md", "let a = b //~ MC0204\n"),
        ];
        assert_eq!(
            produced(&Repository::planted(&files)),
            [
                "docs/diagnostics/MC0202.md: no test produces MC0202",
                "docs/diagnostics/MC5001.md: no test produces MC5001"
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
