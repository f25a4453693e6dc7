//! One package with its database.

use crate::place::{SINGLE, normal};
use crate::problems::Problems;
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::package::{self, MANIFEST, Source};
use mc_compiler::system::{Entry, Kind, OsSystem, System, SystemError};
use mc_compiler::{Database, File};
use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;
use tokio::sync::oneshot;
use tower_lsp::ls_types::{Diagnostic, Uri};

/// The manifest of a document on its own.
const SINGLE_MANIFEST: &str = "[package]\nname = \"document\"\nversion = \"0.0.0\"\nedition = \"2026\"\n";

/// A package, its database and what was said about it.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) db: Database,
    /// Grows with each change. What was found in an earlier one is not shown.
    pub(crate) revision: u64,
    /// When the package as a whole is to be checked.
    pub(crate) due: Option<Due>,
    /// Dropped when the package was checked for the first time.
    pub(crate) opening: Option<oneshot::Sender<()>>,
    /// Why it could not be read last time.
    pub(crate) unreadable: Option<String>,
    /// What is wrong with it.
    pub(crate) problems: Problems,
    /// What it has to say about each document. The client shows what all packages say about one together.
    pub(crate) published: BTreeMap<Uri, Published>,
}

/// When a check is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    /// The first change that was not checked.
    pub(crate) since: Instant,
    /// The time.
    pub(crate) at: Instant,
}

/// What was published for a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Published {
    pub(crate) version: Option<i32>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Workspace {
    /// A package without files.
    pub(crate) fn new() -> Self {
        Workspace {
            db: Database::new(),
            revision: 0,
            due: None,
            opening: None,
            unreadable: None,
            problems: Problems::default(),
            published: BTreeMap::new(),
        }
    }

    /// A document on its own.
    pub(crate) fn single(text: &str) -> Self {
        let mut workspace = Self::new();
        package::set_text(&mut workspace.db, Utf8Path::new(MANIFEST), SINGLE_MANIFEST);
        package::set_text(&mut workspace.db, Utf8Path::new(SINGLE), text);
        workspace
    }

    /// Brings the package up to date with its folder and with the documents that are shown.
    pub(crate) fn load(&mut self, system: &dyn System, root: &Utf8Path) -> Result<(), package::LoadError> {
        package::load(&mut self.db, system, root).map(drop)
    }

    /// The module, template or manifest at a path of the package, or a module of the standard library.
    pub(crate) fn document(&self, path: &Utf8Path) -> Option<File> {
        if path == MANIFEST { package::file(&self.db, path) } else { self.file(path) }
    }

    /// Where a file of a package that this one needs by its path is in the database. `root` is this one's folder.
    pub(crate) fn dependency_path(&self, root: &Utf8Path, file: &Utf8Path) -> Option<Utf8PathBuf> {
        // What was fetched is compared with the lock, so its files are read as a whole.
        let by_path = |d: &&package::Dependency| matches!(d.source(&self.db), Source::Path(_));
        let mut found = package::dependencies(&self.db).iter().filter(by_path).filter_map(|dependency| {
            let folder = dependency.folder(&self.db);
            let inner = file.strip_prefix(normal(&root.join(folder))).ok()?;
            Some(folder.join(inner))
        });
        found.next()
    }

    /// The module or template at a path of the package, or a module of the standard library.
    pub(crate) fn file(&self, path: &Utf8Path) -> Option<File> {
        if !matches!(path.extension(), Some(package::EXTENSION | package::TEMPLATE)) {
            return None;
        }
        if path.starts_with("std") {
            let mut modules = mc_compiler::name::modules(&self.db).values();
            return modules.find(|file| file.path(&self.db) == path).copied();
        }
        package::file(&self.db, path)
    }
}

/// How many folders are looked into for packages below one that is open, and how many packages are opened unasked.
const MOST_FOLDERS: usize = 4_000;
const MOST_PACKAGES: usize = 32;

/// The packages in a folder, the nearest first. Not in hidden folders, nor in packages, nor behind links.
pub(crate) fn find_packages(system: &dyn System, folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    let mut open = VecDeque::from([folder.to_owned()]);
    for _ in 0..MOST_FOLDERS {
        let Some(folder) = open.pop_front().filter(|_| found.len() < MOST_PACKAGES) else { break };
        if system.exists(&folder.join(MANIFEST)) {
            found.push(folder);
            continue;
        }
        // What cannot be read has nothing in it for us.
        for name in system.names(&folder).unwrap_or_default() {
            let inner = folder.join(&name);
            let is_left_out = name.starts_with('.') || matches!(name.as_str(), "node_modules" | "target");
            if !is_left_out && open.len() < MOST_FOLDERS && system.kind(&inner) == Some(Kind::Folder) {
                open.push_back(inner);
            }
        }
    }
    found
}

/// The real file system with the documents that are shown laid over it: their texts are newer than the disk's,
/// and some are not on the disk yet.
#[derive(Debug)]
pub(crate) struct Overlay<'a> {
    disk: OsSystem,
    open: BTreeMap<Utf8PathBuf, &'a str>,
}

impl<'a> Overlay<'a> {
    pub(crate) fn new(open: BTreeMap<Utf8PathBuf, &'a str>) -> Self {
        Overlay { disk: OsSystem, open }
    }
}

impl System for Overlay<'_> {
    fn read_to_string(&self, path: &Utf8Path) -> Result<String, SystemError> {
        match self.open.get(path) {
            Some(text) => Ok((*text).to_owned()),
            None => self.disk.read_to_string(path),
        }
    }

    fn list_files(&self, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, SystemError> {
        let mut files = if self.disk.exists(folder) { self.disk.list_files(folder)? } else { Vec::new() };
        files.extend(
            self.open.keys().filter_map(|path| path.strip_prefix(folder).ok()).map(Utf8Path::to_owned),
        );
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn exists(&self, path: &Utf8Path) -> bool {
        self.open.keys().any(|open| open.starts_with(path)) || self.disk.exists(path)
    }

    fn read(&self, path: &Utf8Path, limit: u64) -> Result<Vec<u8>, SystemError> {
        match self.open.get(path) {
            Some(text) if text.len() as u64 <= limit => Ok(text.as_bytes().to_vec()),
            Some(_) => Err(SystemError::TooLarge { path: path.to_owned(), limit }),
            None => self.disk.read(path, limit),
        }
    }

    fn kind(&self, path: &Utf8Path) -> Option<Kind> {
        let on_disk = self.disk.kind(path);
        let shown = || {
            let mut below = self.open.keys().filter(|open| open.starts_with(path));
            below.next().map(|open| if open == path { Kind::File } else { Kind::Folder })
        };
        on_disk.or_else(shown)
    }

    fn names(&self, folder: &Utf8Path) -> Result<Vec<String>, SystemError> {
        let mut names = if self.disk.exists(folder) { self.disk.names(folder)? } else { Vec::new() };
        let open = self.open.keys().filter_map(|path| path.strip_prefix(folder).ok()?.iter().next());
        names.extend(open.map(str::to_owned));
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn walk(&self, folder: &Utf8Path, most: usize) -> Result<Vec<Entry>, SystemError> {
        let mut found = if self.disk.exists(folder) { self.disk.walk(folder, most)? } else { Vec::new() };
        for path in self.open.keys().filter_map(|path| path.strip_prefix(folder).ok()) {
            if !found.iter().any(|entry| entry.path == path) {
                found.push(Entry { path: path.to_owned(), kind: Kind::File });
            }
        }
        found.sort();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mc_test_support::scratch::Scratch;

    #[test]
    fn shown_documents_lie_over_the_disk() {
        let scratch = Scratch::new();
        let main = scratch.write("src/main.mc", "let a = 1\n");
        scratch.write("src/other.mc", "let b = 1\n");
        let unsaved = scratch.join("src/new.mc");
        let overlay =
            Overlay::new(BTreeMap::from([(main.clone(), "let a = 2\n"), (unsaved.clone(), "let c = 1\n")]));
        assert_eq!(overlay.read_to_string(&main).expect("there"), "let a = 2\n");
        assert_eq!(overlay.read_to_string(&scratch.join("src/other.mc")).expect("there"), "let b = 1\n");
        let files = overlay.list_files(&scratch.join("src")).expect("there");
        assert_eq!(files, ["main.mc", "new.mc", "other.mc"]);
        assert!(overlay.exists(&unsaved) && overlay.exists(&main) && !overlay.exists(&scratch.join("no")));
    }
}
