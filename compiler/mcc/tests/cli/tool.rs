//! The pages in `docs/tool/` say what happens: their packages are written, their commands are run, and the
//! output is compared. `UPDATE_EXPECT=1` writes the blocks anew.
//!
//! A block is claimed by the comment above it: `write PATH`, `run COMMAND`, or `read PATH`. A block without a claim is text.
//! `quiet COMMAND` runs without a block; it knows `example NAME`, which copies a folder of `examples/`.

use crate::session::Session;
use camino::Utf8Path;
use expect_test::expect_file;
use std::fmt::Write;

#[test]
fn the_pages_about_tools_say_what_happens() {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tool");
    let mut names: Vec<String> = folder
        .read_dir_utf8()
        .expect("the folder of pages")
        .map(|entry| entry.expect("an entry").file_name().to_owned())
        .filter(|name| name.ends_with(".md"))
        .collect();
    names.sort();
    assert!(!names.is_empty());
    for name in names {
        let path = folder.join(&name);
        let page = std::fs::read_to_string(&path).expect("a page");
        // Boxes are drawn as they are in most terminals.
        let mut session = Session::with_package();
        session.variable("LANG", Some("C.UTF-8"));
        expect_file![path.as_str()].assert_eq(&rendered(&page, &session));
    }
}

/// The page with each claimed block filled with what belongs there.
fn rendered(page: &str, session: &Session) -> String {
    let mut out = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let _ = writeln!(out, "{line}");
        let claim = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
        let Some((verb, rest)) = claim.and_then(|claim| claim.split_once(' ')) else { continue };
        if verb == "quiet" {
            match rest.split(' ').collect::<Vec<_>>().as_slice() {
                ["mcc", arguments @ ..] => {
                    session.run(arguments).ok();
                }
                ["example", name] => session.example(name),
                _ => panic!("unknown command `{rest}`"),
            }
            continue;
        }
        let open = lines.next().expect("a claim stands above a block");
        assert!(open.starts_with("```"), "a claim stands above a block, not above `{open}`");
        let old: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let new = match verb {
            "write" => {
                let text = old.join("\n") + "\n";
                session.write(rest, &text);
                text
            }
            "run" => run(session, rest),
            "read" => String::from_utf8(session.read(rest)).expect("a text"),
            other => panic!("unknown claim `{other}`"),
        };
        let _ = writeln!(out, "{open}\n{}\n```", new.trim_end());
    }
    out
}

fn run(session: &Session, command: &str) -> String {
    let arguments = words(command.strip_prefix("mcc ").expect("pages run `mcc`"));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = session.run(&arguments);
    assert!(run.status != 2 && run.status < 100, "{command}: {}{}", run.stdout, run.stderr);
    let text = format!("{}{}", run.stdout, run.stderr);
    let lines: Vec<String> = text.lines().map(|line| steady(line.trim_end())).collect();
    format!("$ {command}\n{}", lines.join("\n"))
}

/// A line without what differs from run to run: identifiers of bundles.
fn steady(line: &str) -> String {
    let is_digest = |word: &str| {
        matches!(word.len(), 16 | 64)
            && word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    line.split(' ').map(|word| if is_digest(word) { ".." } else { word }).collect::<Vec<_>>().join(" ")
}

/// The words of a command; those with blanks or quotes stand in single quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            c => word.push(c),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}
