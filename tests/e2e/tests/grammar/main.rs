//! The tree-sitter grammar in `editors/tree-sitter-masterchef` against the compiler's own parser, over all sources of
//! the repository: the same nodes at the same places, mistakes in the same texts, and colours as the tokens say.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stand outside the product: they use the real machine"
)]

mod colour;
mod corpus;
mod tree;

use camino::Utf8PathBuf;
use corpus::Source;
use mc_test_support::scratch::Scratch;
use mc_test_support::suite::{self, Test};
use mc_test_support::{process, repository};
use serde::Deserialize;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let obstacle = || suite::python().err().or_else(|| suite::missing("cc"));
    let test = |name, run| Test { name, run, obstacle: obstacle() };
    suite::run(
        "grammar",
        vec![
            test("the_trees_are_those_of_the_compiler", the_trees_are_those_of_the_compiler),
            test("a_mistake_is_one_for_both", a_mistake_is_one_for_both),
            test("colours_are_those_of_the_tokens", colours_are_those_of_the_tokens),
            test("the_corpus_is_read_as_it_says", the_corpus_is_read_as_it_says),
            test("the_parser_comes_from_the_grammar", the_parser_comes_from_the_grammar),
        ],
    )
}

/// A node: its kind, the bytes it covers, its name in its parent, and the parent's kind.
type Node = (String, u32, u32, Option<String>, Option<String>);

/// A text as the grammar reads it.
#[derive(Debug, Deserialize)]
struct Read {
    mistake: bool,
    nodes: Vec<Node>,
    captures: Vec<(String, u32, u32)>,
    tree: String,
}

#[derive(Debug, Deserialize)]
struct Answer {
    queries: Vec<String>,
    texts: Vec<Read>,
}

fn folder() -> Utf8PathBuf {
    repository().join("editors/tree-sitter-masterchef")
}

/// Parses with the committed parser, compiled for this.
fn read(texts: &[&str]) -> Vec<Read> {
    let scratch = Scratch::new();
    let (library, source) = (scratch.join("masterchef.so"), folder().join("src"));
    let mut cc = Command::new("cc");
    cc.args([
        "-O1",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-shared",
        "-fPIC",
        "-I",
        source.as_str(),
        "-o",
        library.as_str(),
    ]);
    process::run(cc.arg(source.join("parser.c")).arg(source.join("scanner.c"))).success();
    let mut python = Command::new(suite::python().expect("looked for before"));
    python.arg(repository().join("tests/editors/tree-sitter/nodes.py")).arg(folder()).arg(library);
    let input = serde_json::to_vec(texts).expect("texts");
    let output = process::feed(&mut python, &input).success();
    let answer: Answer = serde_json::from_str(&output.stdout).expect("nodes");
    assert_eq!(answer.queries, ["folds", "highlights", "indents", "injections", "locals"]);
    assert_eq!(answer.texts.len(), texts.len());
    answer.texts
}

/// The sources that the compiler reads without a mistake, or the others.
fn sources(right: bool) -> Vec<(Source, Read)> {
    let mut sources = corpus::sources();
    sources.retain(|source| mc_syntax::parse(&source.text).errors.is_empty() == right);
    let texts: Vec<&str> = sources.iter().map(|source| source.text.as_str()).collect();
    let read = read(&texts);
    sources.into_iter().zip(read).collect()
}

fn the_trees_are_those_of_the_compiler() {
    let mut differences = Vec::new();
    let mut count = 0;
    for (source, read) in sources(true) {
        if read.mistake {
            differences.push(format!("{}: the grammar finds a mistake", source.name));
            continue;
        }
        let (ours, theirs) = (tree::of_compiler(&source.text), tree::of_grammar(&read.nodes));
        count += ours.len();
        let what = |(start, end, kind): &(u32, u32, &str)| {
            let text = source.text.get(*start as usize..*end as usize).unwrap_or_default();
            format!(
                "{}:{}: {kind} `{}`",
                source.name,
                line(&source.text, *start),
                text.lines().next().unwrap_or_default()
            )
        };
        differences
            .extend(ours.difference(&theirs).map(|node| format!("the compiler alone: {}", what(node))));
        differences.extend(theirs.difference(&ours).map(|node| format!("the grammar alone: {}", what(node))));
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), head(&differences));
    assert!(count > 20_000, "{count} nodes were compared");
}

fn a_mistake_is_one_for_both() {
    let mut differences = Vec::new();
    let mut count = 0;
    for (source, read) in sources(false) {
        let errors = mc_syntax::parse(&source.text).errors;
        let kinds: Vec<String> = errors.iter().map(|error| format!("{:?}", error.kind)).collect();
        let lenient = |kind: &String| LENIENT.iter().any(|lenient| kind.starts_with(lenient));
        if kinds.iter().all(lenient) {
            continue;
        }
        count += 1;
        if !read.mistake {
            differences.push(format!("{}: read, and it has {}", source.name, kinds.join(", ")));
        }
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), head(&differences));
    assert!(count > 50, "{count} mistakes were compared");
}

/// Mistakes that the grammar may read over. The compiler knows what was meant as well, and an editor's colours stay.
const LENIENT: &[&str] = &[
    // The grammar has the form of literals, and not their limits.
    "BadDuration",
    "NumberTooLarge",
    "ShareTooLarge",
    "NestingTooDeep",
    // Words and places.
    "BraceOnNextLine",
    "GivenTwice",
    "HoleInName",
    "MisplacedDoc",
    "PatternInModule",
    "ReservedWord",
    "UnknownFormat",
    // Read as something else that has this form.
    "ComparisonChained",
    "Habit(ArmWord)",
    "Habit(GenericCall)",
    "LiteralInHead",
    "TypeThenEquals",
];

fn colours_are_those_of_the_tokens() {
    let mut differences = Vec::new();
    for (source, read) in sources(true) {
        for (start, found) in colour::differences(&source.text, &read.captures) {
            differences.push(format!("{}:{}: {found}", source.name, line(&source.text, start)));
        }
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), head(&differences));
}

/// The examples in the form that `tree-sitter test` reads.
fn the_corpus_is_read_as_it_says() {
    let mut examples = Vec::new();
    for entry in folder().join("test/corpus").read_dir_utf8().expect("the corpus") {
        let text = std::fs::read_to_string(entry.expect("a file").path()).expect("a text");
        // A title between two lines of signs, a text, a line of signs, a tree.
        let parts: Vec<&str> = text.split("==================\n").skip(1).collect();
        for pair in parts.chunks(2) {
            let (title, rest) = (pair[0].trim().to_owned(), pair.get(1).expect("an example"));
            let (source, tree) = rest.split_once("\n---\n").expect("a tree");
            examples.push((title, source.to_owned(), tree.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    assert!(examples.len() > 8, "{} examples", examples.len());
    let texts: Vec<&str> = examples.iter().map(|(_, source, _)| source.as_str()).collect();
    for ((title, _, tree), read) in examples.iter().zip(read(&texts)) {
        let spaced = |tree: &str| tree.replace(" )", ")");
        assert_eq!(spaced(&read.tree), spaced(tree), "{title}");
    }
}

/// What `generate.sh` wrote belongs together.
fn the_parser_comes_from_the_grammar() {
    let mut check = Command::new("sha256sum");
    check.args(["--check", "--quiet", "src/generated.sha256"]).current_dir(folder());
    let output = process::run(&mut check);
    assert!(output.code() == 0, "run editors/tree-sitter-masterchef/generate.sh: {output}");
}

fn line(text: &str, offset: u32) -> usize {
    text.bytes().take(offset as usize).filter(|byte| *byte == b'\n').count() + 1
}

fn head(lines: &[String]) -> String {
    lines.iter().take(60).map(String::as_str).collect::<Vec<_>>().join("\n")
}
