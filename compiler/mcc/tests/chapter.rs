//! Every example of the language reference (`docs/language/`) is run.
//!
//! A block `mc` is a package of its own: its text is `src/main.mc`, or one file of several when blocks with a
//! path (`mc src/web.mc`, `toml data/sites.toml`) stand above it. What it gets wrong stands behind the line
//! where it is reported: `//~ MC0301`, more codes with a space between. Nothing else may be reported, and
//! a line without such a mark is right. The mark may stand in a comment of a data file and in a template's text; for
//! JSON it stands behind the file's name, with the number of its line (`json data/a.json 3:MC0706`). A block `mc part`
//! is no whole program and is only parsed.
//! Its tests are run as well, and have to pass.
//! An example without imports gets those of the standard library, and one without a policy an empty one.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "test code: it uses the real machine, and what cannot be prepared fails the test"
)]

use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::diagnostic::render::{Format, RenderOptions, render};
use mc_compiler::system::MemorySystem;
use mc_compiler::test::Options;
use mc_compiler::{Database, package};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const MANIFEST: &str = "[package]\nname = \"example\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

const IMPORTS: &str = "import std.fs.{Directory, File, Symlink}\nimport std.pkg.Package\nimport std.svc.Service\n\
                       import std.user.User\nimport std.exec.{Command, Query}\n";

/// An example: where it stands, and its files.
struct Example {
    place: String,
    files: BTreeMap<String, String>,
    /// What is expected where no mark can stand: file, line, code.
    expected: BTreeSet<(String, usize, String)>,
    /// Whether it is only parsed.
    part: bool,
}

fn chapters() -> Vec<(Utf8PathBuf, String)> {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/language");
    let mut chapters: Vec<(Utf8PathBuf, String)> = folder
        .read_dir_utf8()
        .expect("the folder of chapters")
        .map(|entry| entry.expect("an entry").path().to_owned())
        .filter(|path| path.extension() == Some("md"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a chapter");
            (path, text)
        })
        .collect();
    chapters.sort();
    chapters
}

fn examples(path: &Utf8Path, text: &str) -> Vec<Example> {
    let name = path.file_name().expect("a chapter's name");
    let mut found = Vec::new();
    let mut files = BTreeMap::new();
    let mut expected = BTreeSet::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let mut block = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
            block.push_str(line);
            block.push('\n');
        }
        let words: Vec<&str> = info.split_whitespace().collect();
        let place = format!("{name}:{}", number + 1);
        match words.as_slice() {
            ["mc"] => {
                files.insert("src/main.mc".to_owned(), block);
                let (files, expected) = (std::mem::take(&mut files), std::mem::take(&mut expected));
                found.push(Example { place, files, expected, part: false });
            }
            ["mc", "part"] => {
                let files = BTreeMap::from([("src/main.mc".to_owned(), block)]);
                found.push(Example { place, files, expected: BTreeSet::new(), part: true });
            }
            ["text" | "sh" | "console"] => {}
            [_, file, marks @ ..] => {
                for mark in marks {
                    let (line, code) = mark.split_once(':').expect("a line and a code");
                    let line = line.parse().expect("the number of a line");
                    expected.insert(((*file).to_owned(), line, code.to_owned()));
                }
                files.insert((*file).to_owned(), block);
            }
            _ => {
                panic!("{place}: a block is `mc`, `mc part`, `text`, or a language and a file, not `{info}`")
            }
        }
    }
    assert!(files.is_empty(), "{name}: a file belongs to the `mc` block below it, and there is none");
    found
}

/// What an example expects: lines of its files with codes.
fn expectations(files: &BTreeMap<String, String>) -> BTreeSet<(String, usize, String)> {
    let mut expected = BTreeSet::new();
    for (file, text) in files {
        for (number, line) in text.lines().enumerate() {
            let Some((_, codes)) = line.split_once("//~ ") else { continue };
            for code in codes.split_whitespace() {
                expected.insert((file.clone(), number + 1, code.to_owned()));
            }
        }
    }
    expected
}

/// Reads an example that is no whole program: it has to be well written all the same.
fn parse(example: &Example) -> Result<(), String> {
    let mut found = BTreeSet::new();
    for (path, text) in &example.files {
        for error in mc_syntax::parse(text).errors {
            let line = text[..error.span.start as usize].matches('\n').count() + 1;
            found.insert((path.clone(), line, error.kind.code().to_owned()));
        }
    }
    let expected = expectations(&example.files);
    match found == expected {
        true => Ok(()),
        false => Err(format!("expected {expected:?}, found {found:?}")),
    }
}

/// Runs an example; what is wrong about it.
fn run(example: &Example) -> Result<(), String> {
    // What is not among the package's templates is only read.
    let mut templates =
        example.files.iter().filter(|(path, _)| path.ends_with(".mct") && !path.starts_with("templates/"));
    if let Some((path, text)) = templates.find(|(_, text)| !mc_syntax::parse_template(text).errors.is_empty())
    {
        return Err(format!("{path}: {:?}", mc_syntax::parse_template(text).errors));
    }
    if example.part {
        return parse(example);
    }
    let main = example.files.get("src/main.mc").cloned().unwrap_or_default();
    let mut files = example.files.clone();
    let shift = if main.contains("import ") { 0 } else { IMPORTS.lines().count() };
    let mut source = if shift == 0 { main } else { format!("{IMPORTS}{main}") };
    if !source.lines().any(|line| line.trim_start().starts_with("policy ")) {
        source.push_str("policy example {}\n");
    }
    files.insert("src/main.mc".to_owned(), source);
    files.entry("masterchef.toml".to_owned()).or_insert_with(|| MANIFEST.to_owned());
    let system =
        MemorySystem::new(files.iter().map(|(path, text)| (format!("example/{path}").into(), text.clone())));
    let mut db = Database::new();
    package::load(&mut db, &system, Utf8Path::new("example")).map_err(|error| error.to_string())?;
    let mut diagnostics = mc_compiler::diagnostics(&db);
    let options = Options { filter: None, chosen: None, jobs: 1, goldens: BTreeMap::new(), update: false };
    let report = mc_compiler::test::run(&db, &options).unwrap_or_default();
    diagnostics.extend(report.outcomes.into_iter().flat_map(|outcome| outcome.diagnostics));
    let found: BTreeSet<(String, usize, String)> = diagnostics
        .iter()
        .map(|diagnostic| {
            let file = diagnostic.primary.file;
            let path = file.path(&db).to_string();
            let at = diagnostic.primary.span.start as usize;
            let line = file.text(&db)[..at].matches('\n').count() + 1;
            let path = path.strip_prefix("example/").unwrap_or(&path).to_owned();
            let line = if path == "src/main.mc" { line.saturating_sub(shift) } else { line };
            (path, line, diagnostic.code.0.to_owned())
        })
        .collect();
    let mut expected = expectations(&example.files);
    expected.extend(example.expected.iter().cloned());
    if found == expected {
        return Ok(());
    }
    let mut problem = String::new();
    for (file, line, code) in expected.difference(&found) {
        let _ = writeln!(problem, "{file}:{line}: {code} is not reported");
    }
    for (file, line, code) in found.difference(&expected) {
        let _ = writeln!(problem, "{file}:{line}: {code} is not expected");
    }
    let options = RenderOptions { format: Format::Full, ascii: true, ..RenderOptions::default() };
    problem.push_str(&render(&db, &diagnostics, &options));
    Err(problem)
}

#[test]
fn every_example_of_the_reference_is_right() {
    let mut wrong = String::new();
    let mut count = 0;
    for (path, text) in chapters() {
        for example in examples(&path, &text) {
            count += 1;
            if let Err(problem) = run(&example) {
                let _ = writeln!(wrong, "docs/language/{}:\n{problem}\n", example.place);
            }
        }
    }
    assert!(count > 0, "the reference has examples");
    assert!(wrong.is_empty(), "{wrong}");
}
