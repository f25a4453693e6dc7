//! `docs/tool/mistakes.md`: what `mcc` says of the ten mistakes in `tests/language/mistakes/`, beside what other tools
//! say. All ten are found in one run, each in a place inside the line that has it. `cargo xtask mistakes` writes
//! the page.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "test code: it uses the real machine, and what cannot be prepared fails the test"
)]

use camino::Utf8Path;
use expect_test::expect_file;
use mc_compiler::diagnostic::render::{Format, RenderOptions, render};
use mc_compiler::system::MemorySystem;
use mc_compiler::{Database, Diagnostic, package};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The mistake that is two others at once.
const TWO: usize = 8;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn read(path: &str) -> String {
    std::fs::read_to_string(Utf8Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows of the table, each with its cells; the first one names the tools.
fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---"));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    lines.map(cells).collect()
}

/// The mistakes, by the line below the comment that numbers them.
fn numbered(source: &str) -> BTreeMap<usize, usize> {
    let lines: Vec<&str> = source.lines().collect();
    let number = |line: &str| line.trim().strip_prefix("// ")?.parse::<usize>().ok();
    lines.iter().enumerate().filter_map(|(at, line)| Some((at + 2, number(line)?))).collect()
}

/// The number of the line that a byte stands in, from 1.
fn line_of(source: &str, byte: u32) -> usize {
    source[..byte as usize].matches('\n').count() + 1
}

#[test]
fn ten_mistakes_in_one_run() {
    let source = read("tests/language/mistakes/src/main.mc");
    let files = [
        ("p/masterchef.toml".into(), read("tests/language/mistakes/masterchef.toml")),
        ("p/src/main.mc".into(), source.clone()),
    ];
    let mut db = Database::new();
    package::load(&mut db, &MemorySystem::new(files), Utf8Path::new("p")).expect("the package loads");
    let found = mc_compiler::diagnostics(&db);
    let numbers = numbered(&source);
    let mut by_number: BTreeMap<usize, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in &found {
        let at = diagnostic.primary.span;
        let line = line_of(&source, at.start);
        let above = numbers.range(..=line).next_back();
        let (_, number) = above.unwrap_or_else(|| panic!("line {line}: {}", diagnostic.headline));
        // The place is a field, a value or a name, and not the whole line.
        let text = source.lines().nth(line - 1).expect("a line").trim();
        assert!(((at.end - at.start) as usize) < text.len() / 2, "line {line}: all of it is marked");
        by_number.entry(*number).or_default().push(diagnostic.clone());
    }
    let table = rows(&read("tests/language/mistakes/peers.md"));
    let (tools, mistakes) = table.split_first().expect("a table");
    assert_eq!(mistakes.len(), 10);
    let mut page = String::from(
        "# Ten mistakes\n\nThe same ten mistakes were given to seven other tools. Here they stand in one package \
         (`tests/language/mistakes/`), and one run of `mcc check` finds all of them. Below each is what the others do: \
         when they find it, which place they show, and what they suggest. `cargo xtask mistakes` writes this page.\n",
    );
    let options = RenderOptions { format: Format::Full, ..RenderOptions::default() };
    for (index, row) in mistakes.iter().enumerate() {
        let number = index + 1;
        let (title, cells) = row.split_first().expect("a title");
        let _ = write!(page, "\n## {number}. {title}\n\n");
        if number == TWO {
            let _ =
                writeln!(page, "All the messages on this page come from one run: {} of them.", found.len());
        } else {
            let own = by_number.get(&number).map_or(&[][..], Vec::as_slice);
            assert_eq!(own.len(), 1, "mistake {number}, {title}: {own:#?}");
            let text = render(&db, own, &options);
            let text = text.rsplit_once("\n\n").map_or(text.as_str(), |(text, _)| text);
            let _ = write!(page, "```text\n{}\n```\n", text.trim_end());
        }
        page.push_str("\n| tool | |\n|---|---|\n");
        for (tool, cell) in tools.iter().skip(1).zip(cells) {
            let _ = writeln!(page, "| {tool} | {cell} |");
        }
    }
    expect_file![Utf8Path::new(ROOT).join("docs/tool/mistakes.md").as_str()].assert_eq(&page);
}
