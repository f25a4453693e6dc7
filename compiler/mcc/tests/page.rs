//! Every page in `docs/diagnostics/` is run: its wrong example gives exactly its code, its right one nothing.
//!
//! An example is the blocks of a section. A block's first word is its language, the second its file (by default
//! `src/main.mc`, and for `toml` the manifest); a third word `absent` takes the file away. Pages whose mistake
//! cannot be written down small have no such sections, and are listed here.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "test code: it uses the real machine, and what cannot be prepared fails the test"
)]

use camino::Utf8Path;
use mc_compiler::diagnostic::code;
use mc_compiler::diagnostic::fix::{self, Trust};
use mc_compiler::diagnostic::render::{Format, RenderOptions, render};
use mc_compiler::diff::{Side, diff};
use mc_compiler::system::MemorySystem;
use mc_compiler::test::Options;
use mc_compiler::{Database, Diagnostic, Severity, lint, package};
use std::collections::{BTreeMap, BTreeSet};

/// Pages of the compiler's codes without examples, each with the reason.
const WITHOUT_EXAMPLE: &[(&str, &str)] = &[
    ("MC0127", "a file of 4 GiB"),
    ("MC0143", "a file with very many mistakes"),
    ("MC0322", "a match over very many parts"),
    ("MC0405", "a program that takes long"),
    ("MC0606", "a page is text itself"),
    ("MC0622", "hundreds of packages"),
    ("MC0625", "what a server sends"),
    ("MC0703", "a link, or very large files"),
];

const MANIFEST: &str = "[package]\nname = \"page\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

struct Page {
    code: String,
    /// Files by path, of the wrong and the right example.
    examples: BTreeMap<&'static str, BTreeMap<String, String>>,
}

fn pages() -> Vec<Page> {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnostics");
    let mut pages: Vec<Page> = folder
        .read_dir_utf8()
        .expect("the folder of pages")
        .filter_map(|entry| {
            let entry = entry.expect("an entry");
            let code = entry.file_name().strip_suffix(".md")?.to_owned();
            let text = std::fs::read_to_string(entry.path()).expect("a page");
            code.starts_with("MC").then(|| read(code, &text))
        })
        .collect();
    pages.sort_by(|a, b| a.code.cmp(&b.code));
    pages
}

fn read(code: String, text: &str) -> Page {
    assert!(text.starts_with(&format!("# {code}: ")), "{code}: the page begins with its code");
    let mut examples: BTreeMap<&'static str, BTreeMap<String, String>> = BTreeMap::new();
    let mut section = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line {
            "## Wrong" => section = Some("wrong"),
            "## Right" => section = Some("right"),
            _ => {}
        }
        let (Some(info), Some(section)) = (line.strip_prefix("```"), section) else { continue };
        let mut block = String::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            block.push_str(line);
            block.push('\n');
        }
        let files = examples
            .entry(section)
            .or_insert_with(|| BTreeMap::from([("masterchef.toml".to_owned(), MANIFEST.to_owned())]));
        let words: Vec<&str> = info.split_whitespace().collect();
        let (file, absent) = match words.as_slice() {
            ["mc"] => ("src/main.mc", false),
            ["mc" | "mct" | "toml" | "yaml" | "json" | "text", file] => (*file, false),
            ["mc" | "toml", file, "absent"] => (*file, true),
            _ => panic!(
                "{code}: a block of an example is `mc`, `mct`, `toml`, `yaml`, `json` or `text`, not `{info}`"
            ),
        };
        if absent {
            files.remove(file);
        } else {
            files.insert(file.to_owned(), block);
        }
    }
    Page { code, examples }
}

/// The codes of what is wrong with the text of an example's templates.
fn template_mistakes(files: &BTreeMap<String, String>) -> Vec<&'static str> {
    let templates = files.iter().filter(|(path, _)| path.ends_with(".mct"));
    let errors = templates.flat_map(|(_, text)| mc_syntax::parse_template(text).errors);
    errors.map(|error| error.kind.code()).collect()
}

/// What is wrong with the tests of a package, as `mcc test` would say it.
fn mistakes_of_tests(db: &Database, goldens: BTreeMap<String, String>) -> Vec<Diagnostic> {
    let options = Options { filter: None, chosen: None, jobs: 1, goldens, update: false };
    let report = mc_compiler::test::run(db, &options).unwrap_or_default();
    report.outcomes.into_iter().flat_map(|outcome| outcome.diagnostics).collect()
}

fn database(files: &BTreeMap<String, String>) -> Database {
    let files = files.iter().map(|(path, text)| (format!("page/{path}").into(), text.clone()));
    let mut db = Database::new();
    package::load(&mut db, &MemorySystem::new(files), Utf8Path::new("page")).expect("the example loads");
    db
}

/// Whether a code is of the compiler, the parser or a rule, so that `mcc` finds its mistake in a package.
fn is_checked(code: &str) -> bool {
    (code.starts_with("MC0") || is_lint(code)) && WITHOUT_EXAMPLE.iter().all(|(other, _)| *other != code)
}

fn is_lint(code: &str) -> bool {
    code.starts_with("MC10")
}

/// Everything that is wrong with a package, as `mcc check` would say it, or `mcc lint` for the code of a rule.
fn find(db: &Database, code: &str) -> Vec<Diagnostic> {
    if is_lint(code) { lint::lint(db, &lint::settings(db)) } else { mc_compiler::diagnostics(db) }
}

/// The same with what `mcc test` says, and drawn.
fn check(files: &BTreeMap<String, String>, code: &str) -> (Vec<Diagnostic>, String) {
    let db = database(files);
    let golden = |(path, text): (&String, &String)| {
        let name = path.strip_prefix("tests/golden/")?.strip_suffix(".txt")?;
        Some((name.to_owned(), text.clone()))
    };
    let mut diagnostics = find(&db, code);
    if !is_lint(code) {
        diagnostics.extend(mistakes_of_tests(&db, files.iter().filter_map(golden).collect()));
    }
    let options = RenderOptions { format: Format::Full, ascii: true, ..RenderOptions::default() };
    let text = render(&db, &diagnostics, &options);
    (diagnostics, text)
}

#[test]
fn every_page_is_right_about_its_examples() {
    let mut wrong = String::new();
    for page in pages().iter().filter(|page| is_checked(&page.code)) {
        let (Some(bad), Some(good)) = (page.examples.get("wrong"), page.examples.get("right")) else {
            wrong.push_str(&format!("{}: no `## Wrong` and `## Right` with examples\n\n", page.code));
            continue;
        };
        let (found, text) = check(bad, &page.code);
        let templates = template_mistakes(bad);
        let codes = found.iter().map(|diagnostic| diagnostic.code.0).chain(templates);
        let codes: BTreeSet<&str> = codes.collect();
        if codes != BTreeSet::from([page.code.as_str()]) {
            wrong.push_str(&format!("{}: the wrong example gives {codes:?}:\n{text}\n", page.code));
        }
        let (found, text) = check(good, &page.code);
        if !found.is_empty() || !template_mistakes(good).is_empty() {
            wrong.push_str(&format!("{}: the right example gives:\n{text}\n", page.code));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is offered for the mistake of a page repairs it: when it is applied the code is gone, and no other error
/// comes. What a rule offers as safe leaves the plan as it is.
#[test]
fn the_fixes_of_pages_apply() {
    let mut wrong = String::new();
    let mut count = 0;
    for page in pages().iter().filter(|page| is_checked(&page.code)) {
        let Some(bad) = page.examples.get("wrong") else { continue };
        let before = database(bad);
        let offered = find(&before, &page.code).into_iter().filter_map(|found| found.fix);
        let Some(trust) = offered.map(|fix| fix.trust).max() else { continue };
        count += 1;
        let mut after = database(bad);
        let applied = fix::apply(&mut after, trust, &|db| find(db, &page.code));
        let options = RenderOptions { format: Format::Concise, ..RenderOptions::default() };
        let left = render(&after, &applied.left, &options);
        let has_errors = applied.left.iter().any(|found| found.severity == Severity::Error);
        let unfixed = applied.left.iter().any(|found| found.code.0 == page.code && found.fix.is_some());
        if applied.count == 0 || applied.taken_back || has_errors || unfixed {
            let text: String = applied.texts.into_values().collect();
            wrong.push_str(&format!("{}: the fix does not help:\n{left}{text}\n", page.code));
            continue;
        }
        if !lint::RULES.iter().any(|rule| rule.code.0 == page.code && lint::keeps_plan(rule.code))
            || trust != Trust::Safe
        {
            continue;
        }
        let plan = |db| mc_compiler::compiled_plan(db).expect("a plan").plan.clone();
        let (old, new) = (plan(&before), plan(&after));
        let none = |_: &[u8; 32]| None;
        let found = diff(Side { plan: &old, contents: &none }, Side { plan: &new, contents: &none });
        if !found.is_empty() {
            wrong.push_str(&format!("{}: the fix changes the plan: {}\n", page.code, found.summary()));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count >= 30, "{count} pages offer a fix");
}

#[test]
fn every_code_has_a_page() {
    let pages: BTreeSet<String> = pages().into_iter().map(|page| page.code).collect();
    let missing: Vec<&str> =
        code::ALL.iter().map(|code| code.0).filter(|code| !pages.contains(*code)).collect();
    assert!(missing.is_empty(), "no page in docs/diagnostics for {missing:?}");
}
