//! The snippets of the extension, each as it is before anything is filled in.

use std::process::Command;

use mc_test_support::scratch::Scratch;
use mc_test_support::{binary, process, repository};

/// Those that are items of a policy. All others stand in a file.
const IN_POLICIES: [&str; 7] = ["resource", "letresource", "file", "pkgsvc", "for", "if", "match"];

const PRELUDE: &str = "\
import std.facts.fixture.{debian12}
import std.fs.File
import std.pkg.Package
import std.svc.Service
";

/// Each is a package of its own, so that none leans on another.
pub(crate) fn each_compiles() {
    let file = repository().join("editors/vscode/snippets/masterchef.json");
    let text = std::fs::read_to_string(&file).expect("the snippets");
    let snippets: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let snippets = snippets.as_object().expect("an object");
    assert!(snippets.len() > 15, "{}", snippets.len());
    let mut failures = Vec::new();
    for (name, snippet) in snippets {
        let lines: Vec<&str> =
            snippet["body"].as_array().expect("lines").iter().filter_map(|line| line.as_str()).collect();
        let code = filled(&lines.join("\n")).replace('\t', "  ");
        let prefix = snippet["prefix"].as_str().expect("a prefix");
        let source = if IN_POLICIES.contains(&prefix) {
            format!("{PRELUDE}\npolicy snippet {{\n{code}\n}}\n")
        } else if prefix == "import" {
            format!("{code}\n\npolicy snippet {{}}\n")
        } else {
            // A package has a policy.
            format!("{PRELUDE}\n{code}\n\npolicy other {{}}\n")
        };
        let scratch = Scratch::new();
        scratch.write(
            "masterchef.toml",
            "[package]\nname = \"snippet\"\nversion = \"0.1.0\"\nedition = \"2026\"\n",
        );
        scratch.write("src/main.mc", &source);
        for command in ["check", "test"] {
            if command == "test" && !prefix.starts_with("test") {
                continue;
            }
            let output = process::run(
                Command::new(binary::program("mcc")).args([command, "."]).current_dir(scratch.path()),
            );
            if output.code() != 0 {
                failures.push(format!("{name}:\n{source}\n{output}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A snippet with its suggestions taken: `${1:text}` and, wherever it stands, `$1`.
fn filled(body: &str) -> String {
    let mut values = Vec::new();
    let text = expand(&mut body.chars().peekable(), &mut values, false);
    values.sort_by_key(|(number, _): &(String, String)| std::cmp::Reverse(number.len()));
    // What is not suggested anywhere is empty.
    let mut text =
        values.iter().fold(text, |text, (number, value)| text.replace(&format!("\u{1}{number}\u{2}"), value));
    while let Some((before, rest)) = text.clone().split_once('\u{1}') {
        let after = rest.split_once('\u{2}').map_or("", |(_, after)| after);
        text = format!("{before}{after}");
    }
    text
}

/// Up to the end, or to the brace that closes a suggestion. References are left between two marks.
fn expand(
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    values: &mut Vec<(String, String)>,
    inner: bool,
) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            '\\' => text.extend(rest.next()),
            '}' if inner => return text,
            '$' => {
                let braces = rest.next_if_eq(&'{').is_some();
                let mut number = String::new();
                while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                    number.push(digit);
                }
                if braces && rest.next_if_eq(&':').is_some() {
                    let value = expand(rest, values, true);
                    text.push_str(&value);
                    values.push((number, value));
                } else {
                    if braces {
                        rest.next_if_eq(&'}');
                    }
                    text.push_str(&format!("\u{1}{number}\u{2}"));
                }
            }
            c => text.push(c),
        }
    }
    text
}
