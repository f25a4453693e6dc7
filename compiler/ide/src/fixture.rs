//! A package in one string, with a cursor in it.
//!
//! `//- src/site.mc` begins a file; a text without such a line is `src/main.mc`. `$0` is the cursor; two of them are the
//! ends of a selection.

use camino::Utf8Path;
use mc_compiler::system::MemorySystem;
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
        let mut found = Marked::new(source);
        for (path, text) in &found.files {
            assert!(package::set_text(&mut db, Utf8Path::new(path), text), "{path} is part of a package");
        }
        found.files.insert(0, (package::MANIFEST.to_owned(), MANIFEST.to_owned()));
        found.in_database(db)
    }

    /// The same with what it depends on, which only comes from a disk: `//- lib/nginx/masterchef.toml`.
    pub(crate) fn loaded(source: &str) -> Self {
        let mut found = Marked::new(source);
        if found.files.iter().all(|(path, _)| path != package::MANIFEST) {
            found.files.insert(0, (package::MANIFEST.to_owned(), MANIFEST.to_owned()));
        }
        let files = found.files.iter().map(|(path, text)| (format!("site/{path}").into(), text.clone()));
        let mut db = Database::new();
        package::load(&mut db, &MemorySystem::new(files), Utf8Path::new("site")).expect("the package loads");
        found.in_database(db)
    }
}

/// Files with their cursors taken out.
struct Marked {
    files: Vec<(String, String)>,
    /// The path and the place.
    cursor: Option<(String, u32)>,
    range: Span,
}

impl Marked {
    fn new(source: &str) -> Self {
        let mut found = Marked { files: Vec::new(), cursor: None, range: Span::at(0) };
        for (path, text) in files(source) {
            let at = text.find(CURSOR);
            let text = text.replacen(CURSOR, "", 1);
            let end = text.find(CURSOR);
            let text = text.replacen(CURSOR, "", 1);
            assert!(!text.contains(CURSOR), "one cursor or one selection");
            if let Some(at) = at {
                assert!(found.cursor.is_none(), "one cursor");
                found.cursor = Some((path.clone(), at as u32));
                found.range = Span::new(at as u32, end.unwrap_or(at) as u32);
            }
            found.files.push((path, text));
        }
        found
    }

    fn in_database(self, db: Database) -> Fixture {
        let file = |path: String| package::file(&db, Utf8Path::new(&path)).expect("just added");
        let cursor = self.cursor.map(|(path, at)| (file(path), at));
        Fixture { cursor, range: self.range, files: self.files, db }
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
