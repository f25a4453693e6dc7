//! A package in one string, with a cursor in it.
//!
//! `//- src/site.mc` begins a file; a text without such a line is `src/main.mc`. `$0` is the cursor.

use camino::Utf8Path;
use mc_compiler::{Database, File, package};

pub(crate) const CURSOR: &str = "$0";

const MANIFEST: &str = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

/// The files of a package, and where the cursor is.
pub(crate) struct Fixture {
    pub(crate) db: Database,
    pub(crate) cursor: Option<(File, u32)>,
}

impl Fixture {
    pub(crate) fn new(source: &str) -> Self {
        let mut db = Database::new();
        assert!(package::set_text(&mut db, Utf8Path::new(package::MANIFEST), MANIFEST));
        let mut cursor = None;
        for (path, text) in files(source) {
            let at = text.find(CURSOR);
            let text = text.replacen(CURSOR, "", 1);
            assert!(!text.contains(CURSOR), "one cursor");
            assert!(package::set_text(&mut db, Utf8Path::new(&path), &text), "{path} is part of a package");
            if let Some(at) = at {
                assert!(cursor.is_none(), "one cursor");
                let file = package::file(&db, Utf8Path::new(&path)).expect("just added");
                cursor = Some((file, at as u32));
            }
        }
        Fixture { db, cursor }
    }
}

/// The files with their texts.
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
