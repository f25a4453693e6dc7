//! Every repair that the compiler offers, applied as an editor does it: its problem is gone and no error has come.
//!
//! The mistakes are those of the pages in `docs/diagnostics`, and of a table for codes whose page shows one that cannot be
//! repaired. Which codes can come with a repair is read from the compiler's sources, so that a new one is missed here.
#![allow(clippy::disallowed_methods, reason = "reads the pages and the sources of the repository")]

use super::assist::{errors, new_errors};
use crate::fixture::{self, MANIFEST};
use crate::{SourceChange, diagnostics, quick_fixes};
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::diagnostic::code;
use mc_compiler::{Database, lint, package};
use std::collections::{BTreeMap, BTreeSet};

/// The files of a package by path.
type Files = BTreeMap<String, String>;

/// Mistakes whose code's page shows another one, which nothing repairs. Files begin as in fixtures.
const MORE: &[(&str, &str)] = &[
    ("MC0204", "import std.fs.Fiel\n\npolicy p {}\n"),
    ("MC0309", "let a = 1 ?? 2\n\npolicy p {\n  check a == 1 else \"1\"\n}\n"),
    (
        "MC0310",
        "//- src/main.mc\nimport std.fs.File\n\npolicy p {\n  let name = \"a\"\n  File \"/a\" { content = template(\"a.mct\", \
         name) }\n}\n//- templates/a.mct\n%{ param name: String }\n${name}\n",
    ),
    ("MC0311", "import std.fs.File\n\npub fn f(of: File) -> AnyRef { of }\n\npolicy p {}\n"),
    (
        "MC0503",
        "import std.fs.File\n\npolicy p {\n  File \"/motd\" {}\n  File \"/b\" { after [File[\"/mtod\"]] }\n}\n",
    ),
    (
        "MC0702",
        "//- src/main.mc\nimport std.fs.File\n\npolicy p {\n  File \"/a\" { content = file(\"mtod\") }\n}\n//- files/motd\n\
         Hello.\n",
    ),
    (
        "MC0707",
        "//- src/main.mc\nenum Role { Web, Db }\nrecord Host { role: Role }\nlet host: Host = load(\"host.toml\")\n\npolicy \
         p {\n  check host.role == .Web else \"web\"\n}\n//- data/host.toml\nrole = \"Wbe\"\n",
    ),
    (
        "MC1013",
        "import std.fs.File\n\npolicy p {\n  let many = facts.cpu.count > 1\n  if many && many { File \"/a\" {} }\n}\n",
    ),
];

/// Codes that stand beside a repair in the sources, each with the reason why no mistake is tried here.
const NOT_HERE: &[(&str, &str)] = &[
    ("MC0305", "the repair beside it is that of an argument's name"),
    ("MC0320", "the repair beside it is that of a type's name"),
    ("MC0605", "the repair beside it is that of a label's name"),
    ("MC0610", "about dependencies: no other package is loaded here"),
    ("MC0611", "about dependencies"),
    ("MC0614", "about dependencies"),
    ("MC0615", "about dependencies"),
    ("MC0617", "about dependencies"),
    ("MC0622", "about dependencies"),
    ("MC0624", "about dependencies"),
];

fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn listed(folder: &Utf8Path, ending: &str) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir_utf8().expect("a folder of the repository") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a kind").is_dir() {
            found.extend(listed(entry.path(), ending));
        } else if entry.path().extension() == Some(ending) {
            found.push(entry.path().to_owned());
        }
    }
    found.sort();
    found
}

/// The wrong example of each page, by code.
fn pages() -> BTreeMap<String, Files> {
    let mut all = BTreeMap::new();
    for path in listed(&root().join("docs/diagnostics"), "md") {
        let text = std::fs::read_to_string(&path).expect("a page");
        let Some(code) = path.file_stem().filter(|code| code.starts_with("MC")) else { continue };
        let wrong =
            text.split("## Wrong").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or_default();
        let mut files = Files::from([(package::MANIFEST.to_owned(), MANIFEST.to_owned())]);
        for block in wrong.split("\n```").skip(1).step_by(2) {
            let (info, text) = block.split_once('\n').expect("a block");
            let words: Vec<&str> = info.split_whitespace().collect();
            match words.as_slice() {
                [_] => files.insert("src/main.mc".to_owned(), format!("{text}\n")),
                [_, file] => files.insert((*file).to_owned(), format!("{text}\n")),
                [_, file, ..] => files.remove(*file),
                [] => None,
            };
        }
        all.insert(code.to_owned(), files);
    }
    all
}

fn database(files: &Files) -> Database {
    let mut db = Database::new();
    for (path, text) in files {
        // Other packages are not loaded here: `compiler/mcc/tests/page.rs` does.
        package::set_text(&mut db, Utf8Path::new(path), text);
    }
    db
}

/// The codes of the problems of an example that are repaired, and what goes wrong when they are.
fn repaired(files: &Files, wrong: &mut String) -> BTreeSet<&'static str> {
    let db = database(files);
    let before = errors(&db);
    let all = diagnostics(&db);
    let mut codes = BTreeSet::new();
    for problem in all.iter().filter(|problem| problem.fix.is_some()) {
        let place = problem.primary;
        let actions = quick_fixes(&db, place.file, place.span);
        let Some(action) = actions.into_iter().find(|action| action.problem == *problem) else {
            wrong.push_str(&format!("{}: not offered\n", problem.code));
            continue;
        };
        codes.insert(problem.code.0);
        let change = SourceChange { files: action.edits, created: Vec::new() };
        let mut now = files.clone();
        now.extend(change.texts(&db).into_iter().map(|(path, text)| (path.to_string(), text)));
        let now = database(&now);
        let count = |found: &[mc_compiler::Diagnostic]| {
            found.iter().filter(|d| d.code == problem.code && d.headline == problem.headline).count()
        };
        let new = new_errors(&before, &errors(&now));
        if count(&diagnostics(&now)) >= count(&all) || !new.is_empty() {
            wrong.push_str(&format!("{}: {}: {new:?}\n", problem.code, action.title));
        }
    }
    codes
}

/// The codes that a function of the compiler names beside a repair.
fn with_repair() -> BTreeSet<&'static str> {
    let words = [".fix(", "fix_by(", ".did_you_mean(", "Fix::new(", "import_it("];
    let core = root().join("compiler/core/src");
    let declared = std::fs::read_to_string(core.join("diagnostic/code.rs")).expect("the codes");
    let by_name: BTreeMap<&str, &str> = declared
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.trim().split_once(" = code!(\"")?;
            Some((name, rest.split('"').next()?))
        })
        .collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for path in listed(&core, "rs") {
        let text = std::fs::read_to_string(&path).expect("a source");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        if path.as_str().contains("/diagnostic/") || path.as_str().contains("test") {
            continue;
        }
        for function in text.split("\nfn ").flat_map(|part| part.split(" fn ")) {
            if words.iter().any(|word| function.contains(word)) {
                let names = function.split("code::").skip(1).map(|rest| {
                    rest.split(|c: char| !c.is_ascii_uppercase() && c != '_').next().unwrap_or_default()
                });
                found.extend(names.filter_map(|name| by_name.get(name)));
                // A rule's function has the rule's name.
                let rule = function.split('(').next().unwrap_or_default();
                found.extend(lint::RULES.iter().filter(|known| known.name == rule).map(|known| known.code.0));
            }
        }
    }
    code::ALL.iter().map(|code| code.0).filter(|code| found.contains(code)).collect()
}

#[test]
fn each_repair_helps() {
    let mut wrong = String::new();
    let mut seen: BTreeSet<&'static str> = BTreeSet::new();
    for files in pages().values() {
        seen.extend(repaired(files, &mut wrong));
    }
    for (code, source) in MORE {
        let mut files = Files::from([(package::MANIFEST.to_owned(), MANIFEST.to_owned())]);
        files.extend(fixture::files(source));
        let codes = repaired(&files, &mut wrong);
        assert!(codes.contains(code), "{code}: nothing is repaired, but {codes:?}");
        seen.extend(codes);
    }
    assert!(wrong.is_empty(), "{wrong}");
    let never: BTreeSet<&str> = NOT_HERE.iter().map(|(code, _)| *code).collect();
    let missed: Vec<&str> =
        with_repair().into_iter().filter(|code| !seen.contains(code) && !never.contains(code)).collect();
    assert!(missed.is_empty(), "no mistake with a repair is tried for {missed:?}");
    let known: Vec<&&str> = never.iter().filter(|code| seen.contains(*code)).collect();
    assert!(known.is_empty(), "these have repairs after all: {known:?}");
    assert!(seen.len() >= 50, "{} codes with a repair", seen.len());
}
