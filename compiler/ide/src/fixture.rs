//! A package in one string, with a cursor in it.
//!
//! `//- src/site.mc` begins a file; a text without such a line is `src/main.mc`. `$0` is the cursor; two of them are the
//! ends of a selection.

use camino::Utf8Path;
use mc_compiler::{Database, File, package};
use mc_syntax::Span;

pub(crate) const CURSOR: &str = "$0";

pub(crate) const MANIFEST: &str = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

/// The files of a package, and where the cursor is.
pub(crate) struct Fixture {
    pub(crate) db: Database,
    pub(crate) cursor: Option<(File, u32)>,
    /// What is selected; empty at the cursor.
    pub(crate) range: Span,
    /// Each file with its text, the manifest first.
    pub(crate) files: Vec<(String, String)>,
}

impl Fixture {
    pub(crate) fn new(source: &str) -> Self {
        let mut db = Database::new();
        assert!(package::set_text(&mut db, Utf8Path::new(package::MANIFEST), MANIFEST));
        let mut cursor = None;
        let mut range = Span::at(0);
        let mut all = vec![(package::MANIFEST.to_owned(), MANIFEST.to_owned())];
        for (path, text) in files(source) {
            let at = text.find(CURSOR);
            let text = text.replacen(CURSOR, "", 1);
            let end = text.find(CURSOR);
            let text = text.replacen(CURSOR, "", 1);
            assert!(!text.contains(CURSOR), "one cursor or one selection");
            assert!(package::set_text(&mut db, Utf8Path::new(&path), &text), "{path} is part of a package");
            all.push((path.clone(), text.clone()));
            if let Some(at) = at {
                assert!(cursor.is_none(), "one cursor");
                let file = package::file(&db, Utf8Path::new(&path)).expect("just added");
                cursor = Some((file, at as u32));
                range = Span::new(at as u32, end.unwrap_or(at) as u32);
            }
        }
        Fixture { db, cursor, range, files: all }
    }
}

/// The files of a text, by path.
pub(crate) fn files(source: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in source.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("//- ") {
            files.push((path.trim().to_owned(), String::new()));
            continue;
        }
        if files.is_empty() {
            files.push(("src/main.mc".to_owned(), String::new()));
        }
        if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        }
    }
    files
}
