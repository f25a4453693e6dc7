//! Packages: `masterchef.toml`, the modules under `src/`, and how both get into the database.
//!
//! [`load`] reads a package from a [`System`]; [`set_text`] and [`remove`] change single files afterwards,
//! for the language server. Everything that is wrong with the package itself is in [`diagnostics`].

mod allow;
mod asset;
mod dependency;
mod folder;
mod lock;
pub(crate) mod manifest;
mod read;
mod resolve;
pub mod schema;
mod source;
pub mod tree;
mod written;

pub use allow::Allow;
pub use asset::{
    AssetKind, Assets, DATA, FILES, RefusedAsset, RefusedWhy, Static, TEMPLATE, TEMPLATES, all_statics,
    all_texts, asset_kind, assets,
};
pub use dependency::{Dependency, State, visible_packages};
pub use lock::{LOCK_FORMAT, Lock, Locked, MOST_PACKAGES, ParsedLock, VENDOR, parse_lock, vendor_folder};
pub use manifest::{
    Declared, EDITION, EDITIONS, GuardUse, Manifest, ParsedManifest, module_name, parse_manifest,
};
pub use resolve::{LockState, current_lock, declaration, guard, guards_in_use, lock_state};
pub use source::Source;
pub use written::{Written, in_hole};

use crate::db::{Database, Db, File, Origin, Program};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::name;
use crate::system::{System, SystemError};
use camino::{Utf8Path, Utf8PathBuf};
use mc_syntax::Span;
use mc_syntax::ast::{Item, ItemKind};
use salsa::Setter;
use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The manifest's name in the package's root folder.
pub const MANIFEST: &str = "masterchef.toml";
/// The lock's name in the package's root folder.
pub const LOCK: &str = "masterchef.lock";
/// The name of the standard library: no package has it.
pub const STANDARD: &str = "std";
/// The folder of the modules.
pub const SOURCES: &str = "src";
/// The extension of a module's file.
pub const EXTENSION: &str = "mc";

pub use input::Package;

#[expect(missing_docs, reason = "the macro writes methods without documentation")]
mod input {
    use super::{Dependency, RefusedAsset, Static};
    use crate::db::File;
    use camino::Utf8PathBuf;
    use smol_str::SmolStr;

    /// What belongs to the package beside its modules, which are the [`Program`]'s.
    #[salsa::input(singleton, debug)]
    pub struct Package {
        /// The root folder's own name, for messages and for a package whose manifest has no name.
        pub(super) folder: SmolStr,
        /// Where the package is, as it was given to [`super::load`]. Only compared with other paths.
        pub(super) root: Utf8PathBuf,
        /// The manifest. Its text is empty when it is missing.
        pub manifest: File,
        /// Whether the manifest is there.
        #[returns(copy)]
        pub has_manifest: bool,
        /// Where a manifest stands in a folder above, when this one has none.
        pub(super) above: Option<Utf8PathBuf>,
        /// Files under `src/` whose names cannot be a module's, sorted by path.
        pub misnamed: Vec<File>,
        /// Data files and templates, sorted by path.
        pub texts: Vec<File>,
        /// The files of `files/`, sorted by path.
        pub statics: Vec<Static>,
        /// What is not read, sorted by path.
        pub refused: Vec<RefusedAsset>,
        /// Files that are not text; in the database they are empty. Sorted by path.
        pub unreadable: Vec<File>,
        /// Files that were removed. Inputs are never freed, so one that comes back is used again.
        pub(super) removed: Vec<File>,
        /// The lock. Its text is empty when it is missing.
        pub lock: File,
        /// Whether the lock is there.
        #[returns(copy)]
        pub has_lock: bool,
        /// The packages that it needs, itself or through others; nearer ones first.
        pub dependencies: Vec<Dependency>,
        /// Dependencies that it does not need any more, and may need again.
        pub(super) left_dependencies: Vec<Dependency>,
    }
}

/// What [`load`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The package.
    pub package: Package,
    /// Its modules.
    pub program: Program,
}

/// A failure of the environment while a package is read. Mistakes in the package are [`diagnostics`].
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The package's folder is not there.
    #[error("there is no folder {path}")]
    NoFolder {
        /// What was looked for.
        path: Utf8PathBuf,
    },
    /// A file or folder cannot be read.
    #[error(transparent)]
    System(#[from] SystemError),
}

/// Why a path is no module's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleNameError {
    /// It is not a `.mc` file under `src/`, or it is hidden: not meant to be a module.
    NotAModule,
    /// This folder or file name (without the extension) is not a lower-case identifier.
    BadSegment(String),
    /// This folder or file name is a word of the language.
    Keyword(String),
    /// The module would be `std` or below it.
    Standard,
}

/// The module of a file, by its path relative to the package: `src/web/nginx.mc` is `web.nginx`, and
/// `src/main.mc` is the root module, whose name is empty.
pub fn module_of(path: &Utf8Path) -> Result<SmolStr, ModuleNameError> {
    if path.extension() != Some(EXTENSION) {
        return Err(ModuleNameError::NotAModule);
    }
    let inner = path.strip_prefix(SOURCES).map_err(|_| ModuleNameError::NotAModule)?.with_extension("");
    let segments: Vec<&str> = inner.iter().collect();
    if segments.iter().any(|s| s.starts_with('.')) {
        return Err(ModuleNameError::NotAModule);
    }
    if let Some(bad) = segments.iter().find(|s| !is_module_segment(s)) {
        return Err(ModuleNameError::BadSegment((*bad).to_owned()));
    }
    if let Some(word) = segments.iter().find(|s| KEYWORDS.contains(s)) {
        return Err(ModuleNameError::Keyword((*word).to_owned()));
    }
    match segments.as_slice() {
        ["main"] => Ok(SmolStr::default()),
        [STANDARD, ..] => Err(ModuleNameError::Standard),
        segments => Ok(SmolStr::new(segments.join("."))),
    }
}

/// Hard keywords of the lexer: they cannot name a module, because an import of it could not be written.
const KEYWORDS: &[&str] = &[
    "as", "const", "default", "else", "enum", "false", "fn", "for", "force", "if", "import", "in", "let",
    "match", "none", "pub", "record", "self", "true", "type", "where", "with",
];

/// A `lower` name: the same rule as the lexer's.
fn is_module_segment(segment: &str) -> bool {
    segment.starts_with(|c: char| c.is_ascii_lowercase())
        && segment.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Reads the package at `root` into the database. Called again, it brings the database up to date with the
/// folder and touches only what changed.
pub fn load(db: &mut Database, system: &dyn System, root: &Utf8Path) -> Result<Loaded, LoadError> {
    if !system.exists(root) {
        return Err(LoadError::NoFolder { path: root.to_owned() });
    }
    let asset::Found { texts: found, statics, refused } = asset::read(system, root)?;
    let has_manifest = found.iter().any(|(path, _)| path == MANIFEST);
    let above = if has_manifest { None } else { manifest_above(system, root) };

    let folder = SmolStr::new(root.file_name().unwrap_or("package"));
    let package = package(db);
    if package.folder(db) != &folder {
        package.set_folder(db).to(folder);
    }
    if package.root(db) != root {
        package.set_root(db).to(root.to_owned());
    }
    if package.above(db) != &above {
        package.set_above(db).to(above);
    }
    if package.refused(db) != &refused {
        package.set_refused(db).to(refused);
    }
    let paths: BTreeSet<Utf8PathBuf> = found.iter().map(|(path, _)| path.clone()).collect();
    let gone: Vec<Utf8PathBuf> = present(db)
        .into_iter()
        .map(|file| file.path(db).clone())
        .filter(|path| !paths.contains(path))
        .collect();
    for path in gone {
        remove(db, &path);
    }
    // All new files enter the program in one change: one by one would be quadratic.
    let mut places = Places::of(db);
    for (path, text) in found {
        let readable = text.is_some();
        let file = put(db, &mut places, &path, &text.unwrap_or_default());
        places.mark(file, readable);
    }
    let known: BTreeSet<&Utf8PathBuf> = statics.iter().map(|(path, _)| path).collect();
    places.statics.retain(|file| known.contains(file.path(db)));
    for (path, content) in &statics {
        places.put_static(db, path, Arc::clone(content));
    }
    places.store(db);
    refresh_name(db);
    dependency::load(db, system, root)?;
    Ok(Loaded { package, program: Program::get(db) })
}

/// Sets the text of one file of the package (`src/web/nginx.mc`, `masterchef.toml`), which is added if it is
/// new. An equal text changes nothing. `false` if the path is nothing a package is made of. Files of its
/// dependencies are changed only: which there are, [`load`] finds out.
pub fn set_text(db: &mut Database, path: &Utf8Path, text: &str) -> bool {
    if let Some(file) = dependency_file(db, path) {
        set_file_text(db, file, text);
        return true;
    }
    let asset = asset_kind(path);
    if path != MANIFEST && asset.is_none() && module_of(path) == Err(ModuleNameError::NotAModule) {
        return false;
    }
    let mut places = Places::of(db);
    if asset == Some(AssetKind::Static) {
        places.put_static(db, path, Arc::from(text.as_bytes()));
    } else {
        let file = put(db, &mut places, path, text);
        places.mark(file, true);
    }
    places.store(db);
    if path == MANIFEST {
        refresh_name(db);
    }
    true
}

/// Takes a file out of the package. `false` if it is not in it.
pub fn remove(db: &mut Database, path: &Utf8Path) -> bool {
    let package = package(db);
    if path == MANIFEST {
        let had = package.has_manifest(db);
        if had {
            let manifest = *package.manifest(db);
            set_file_text(db, manifest, "");
            package.set_has_manifest(db).to(false);
            refresh_name(db);
        }
        return had;
    }
    let mut places = Places::of(db);
    let removed = places.remove(db, path);
    places.store(db);
    removed
}

/// The file of the package or of one of its dependencies at this path relative to its root.
pub fn file(db: &dyn Db, path: &Utf8Path) -> Option<File> {
    present(db).into_iter().find(|file| file.path(db) == path).or_else(|| dependency_file(db, path))
}

fn dependency_file(db: &dyn Db, path: &Utf8Path) -> Option<File> {
    let mut all = dependencies(db).iter().filter(|d| path.starts_with(d.folder(db)));
    all.find_map(|d| d.all_files(db).find(|file| file.path(db) == path))
}

/// The packages that this one needs, itself or through others.
pub fn dependencies(db: &dyn Db) -> &[Dependency] {
    Package::try_get(db).map_or(&[], |package| package.dependencies(db))
}

/// What is wrong with the package itself: its manifest and the names of its files. What is wrong inside
/// its modules is [`crate::compile`]'s.
pub fn diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let Some(package) = Package::try_get(db) else { return Vec::new() };
    let mut all = Vec::new();
    let place = Place::new(*package.manifest(db), Span::at(0));
    if package.has_manifest(db) {
        all.extend(parse_manifest(db, *package.manifest(db)).diagnostics.iter().cloned());
    } else if !asset::is_manifest_refused(db, package) {
        all.push(no_manifest(db, package, place));
    }
    all.extend(package.misnamed(db).iter().filter_map(|file| misnamed(db, *file)));
    all.extend(package.unreadable(db).iter().map(|file| unreadable(db, *file)));
    all.extend(asset::diagnostics(db, package));
    all.extend(resolve::diagnostics(db, package));
    let program = Program::get(db);
    if package.has_manifest(db) && program.files(db).is_empty() && package.misnamed(db).is_empty() {
        let diagnostic = Diagnostic::error(code::NO_POLICY, place, "the package has no modules");
        all.push(diagnostic.here("this package").help("write its first policy in `src/main.mc`"));
    } else if package.has_manifest(db) && !has_policy(db, program) {
        let diagnostic = Diagnostic::error(code::NO_POLICY, place, "the package has no policy");
        let help = "write one in `src/main.mc`: `policy base { .. }` says what every host gets";
        all.push(diagnostic.here("this package").help(help));
    }
    all
}

/// Digest of everything the package is made of: SHA-256 over the count and then, sorted by path, each file's
/// path and content, every one with its length in 8 bytes (big-endian) in front.
pub fn source_digest(db: &dyn Db) -> [u8; 32] {
    let statics: &[Static] = Package::try_get(db).map_or(&[], |package| package.statics(db));
    let statics = statics.iter().map(|file| (file.path(db).as_str(), &**file.content(db)));
    let texts = present(db).into_iter().map(|file| (file.path(db).as_str(), file.text(db).as_bytes()));
    let mut files: Vec<(&str, &[u8])> = texts.chain(statics).collect();
    files.sort_unstable();
    let mut hasher = Sha256::new();
    hasher.update((files.len() as u64).to_be_bytes());
    for (path, content) in files {
        for part in [path.as_bytes(), content] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().into()
}

/// Whether some module has a policy. One that cannot be read may hold it.
fn has_policy(db: &dyn Db, program: Program) -> bool {
    program.files(db).iter().any(|file| {
        let parsed = name::parsed(db, *file);
        let is_policy = |item: &Item| matches!(item.kind, ItemKind::Policy(_));
        !parsed.0.errors.is_empty() || parsed.0.file.items.iter().any(is_policy)
    })
}

/// Every file that is there now.
fn present(db: &dyn Db) -> Vec<File> {
    let mut files = Vec::new();
    if let Some(package) = Package::try_get(db) {
        if package.has_manifest(db) {
            files.push(*package.manifest(db));
        }
        files.extend_from_slice(package.misnamed(db));
        files.extend_from_slice(package.texts(db));
    }
    files.extend_from_slice(Program::get(db).files(db));
    files
}

/// The folder above `root`, if one of them is a package: people stand in `src/` or name a file.
fn manifest_above(system: &dyn System, root: &Utf8Path) -> Option<Utf8PathBuf> {
    root.ancestors()
        .skip(1)
        .find(|above| system.exists(&above.join(MANIFEST)))
        .map(|above| if above.as_str().is_empty() { Utf8PathBuf::from(".") } else { above.to_owned() })
}

/// The package's input, made at its first use.
fn package(db: &mut Database) -> Package {
    match Package::try_get(db) {
        Some(package) => package,
        None => {
            let manifest = new_file(db, Utf8Path::new(MANIFEST), "");
            let lock = new_file(db, Utf8Path::new(LOCK), "");
            Package::builder(
                SmolStr::new("package"),
                Utf8PathBuf::from("package"),
                manifest,
                false,
                None,
                Vec::new(),
                Vec::new(),
                Vec::new(),
                Vec::new(),
                Vec::new(),
                Vec::new(),
                lock,
                false,
                Vec::new(),
                Vec::new(),
            )
            .durability(salsa::Durability::MEDIUM)
            .new(db)
        }
    }
}

fn new_file(db: &Database, path: &Utf8Path, text: &str) -> File {
    let module = module_of(path).unwrap_or_default();
    File::new(db, path.to_owned(), module, Origin::Package, Arc::from(text))
}

fn set_file_text(db: &mut Database, file: File, text: &str) {
    // A setter counts as a change even when the value is equal.
    if &**file.text(db) != text {
        file.set_text(db).to(Arc::from(text));
    }
}

/// The file at `path` with this text.
fn put(db: &mut Database, places: &mut Places, path: &Utf8Path, text: &str) -> File {
    if path == MANIFEST {
        let package = package(db);
        let manifest = *package.manifest(db);
        set_file_text(db, manifest, text);
        if !package.has_manifest(db) {
            package.set_has_manifest(db).to(true);
        }
        return manifest;
    }
    if let Some(file) = places.find(db, path) {
        set_file_text(db, file, text);
        return file;
    }
    let file = match places.take_removed(db, path) {
        Some(file) => {
            set_file_text(db, file, text);
            file
        }
        None => new_file(db, path, text),
    };
    places.insert(db, file);
    file
}

/// The program is named as its manifest says.
fn refresh_name(db: &mut Database) {
    let package = package(db);
    let name = match &parse_manifest(db, *package.manifest(db)).name {
        Some(name) => name.clone(),
        None => package.folder(db).clone(),
    };
    let program = Program::get(db);
    if program.name(db) != &name {
        program.set_name(db).with_durability(salsa::Durability::HIGH).to(name);
    }
}

/// The lists of files, changed together and stored once.
struct Places {
    files: Vec<File>,
    misnamed: Vec<File>,
    texts: Vec<File>,
    statics: Vec<Static>,
    unreadable: Vec<File>,
    removed: Vec<File>,
}

impl Places {
    fn of(db: &mut Database) -> Self {
        let package = package(db);
        Places {
            files: Program::get(db).files(db).clone(),
            misnamed: package.misnamed(db).clone(),
            texts: package.texts(db).clone(),
            statics: package.statics(db).clone(),
            unreadable: package.unreadable(db).clone(),
            removed: package.removed(db).clone(),
        }
    }

    fn find(&self, db: &Database, path: &Utf8Path) -> Option<File> {
        [&self.files, &self.misnamed, &self.texts]
            .into_iter()
            .find_map(|list| Some(list[search(db, list, path).ok()?]))
    }

    fn take_removed(&mut self, db: &Database, path: &Utf8Path) -> Option<File> {
        let at = self.removed.iter().position(|file| file.path(db) == path)?;
        Some(self.removed.swap_remove(at))
    }

    fn insert(&mut self, db: &Database, file: File) {
        let path = file.path(db);
        let list = match module_of(path) {
            Ok(_) => &mut self.files,
            Err(_) if asset_kind(path).is_some() => &mut self.texts,
            Err(_) => &mut self.misnamed,
        };
        if let Err(at) = search(db, list, path) {
            list.insert(at, file);
        }
    }

    /// A file of `files/` with this content.
    fn put_static(&mut self, db: &mut Database, path: &Utf8Path, content: Arc<[u8]>) {
        let blob = asset::blob(&content);
        match self.search_static(db, path) {
            Ok(at) => {
                let file = self.statics[at];
                if file.blob(db) != blob {
                    file.set_blob(db).to(blob);
                    file.set_content(db).to(content);
                }
            }
            Err(at) => self.statics.insert(at, Static::new(db, path.to_owned(), blob, content)),
        }
    }

    fn search_static(&self, db: &Database, path: &Utf8Path) -> Result<usize, usize> {
        self.statics.binary_search_by(|file| file.path(db).as_str().cmp(path.as_str()))
    }

    fn remove(&mut self, db: &Database, path: &Utf8Path) -> bool {
        if let Ok(at) = self.search_static(db, path) {
            self.statics.remove(at);
            return true;
        }
        for list in [&mut self.files, &mut self.misnamed, &mut self.texts] {
            if let Ok(at) = search(db, list, path) {
                let file = list.remove(at);
                self.removed.push(file);
                self.unreadable.retain(|other| *other != file);
                return true;
            }
        }
        false
    }

    fn mark(&mut self, file: File, readable: bool) {
        self.unreadable.retain(|other| *other != file);
        if !readable {
            self.unreadable.push(file);
        }
    }

    fn store(self, db: &mut Database) {
        let program = Program::get(db);
        if program.files(db) != &self.files {
            program.set_files(db).with_durability(salsa::Durability::MEDIUM).to(self.files);
        }
        let package = package(db);
        if package.misnamed(db) != &self.misnamed {
            package.set_misnamed(db).to(self.misnamed);
        }
        if package.texts(db) != &self.texts {
            package.set_texts(db).to(self.texts);
        }
        if package.statics(db) != &self.statics {
            package.set_statics(db).to(self.statics);
        }
        if package.unreadable(db) != &self.unreadable {
            package.set_unreadable(db).to(self.unreadable);
        }
        if package.removed(db) != &self.removed {
            package.set_removed(db).to(self.removed);
        }
    }
}

/// Lists of files are sorted by path.
fn search(db: &Database, list: &[File], path: &Utf8Path) -> Result<usize, usize> {
    list.binary_search_by(|file| file.path(db).as_str().cmp(path.as_str()))
}

fn no_manifest(db: &dyn Db, package: Package, place: Place) -> Diagnostic {
    let folder = package.folder(db);
    let diagnostic = Diagnostic::error(code::NO_MANIFEST, place, format!("`{folder}` has no `{MANIFEST}`"))
        .here("there is no such file");
    match package.above(db) {
        Some(above) => diagnostic.help(format!("the package is in `{above}`: name that folder instead")),
        None => diagnostic.help(format!(
            "make a package with `mcc new {folder}`, or write a `{MANIFEST}` with a `[package]` table"
        )),
    }
}

fn unreadable(db: &dyn Db, file: File) -> Diagnostic {
    let at = Place::new(file, Span::at(0));
    let headline = format!("`{}` is not valid UTF-8", file.path(db));
    Diagnostic::error(code::NOT_TEXT, at, headline)
        .here("this file")
        .help("save the file in the encoding UTF-8")
}

/// The file's path in its own package.
fn inner_path(db: &dyn Db, file: File) -> &Utf8Path {
    let path = file.path(db);
    match file.origin(db) {
        Origin::Dependency(dependency) => path.strip_prefix(dependency.folder(db)).unwrap_or(path),
        Origin::Package | Origin::Standard => path,
    }
}

fn misnamed(db: &dyn Db, file: File) -> Option<Diagnostic> {
    let path = inner_path(db, file);
    let error = |headline: String| {
        Diagnostic::error(code::BAD_MODULE_NAME, Place::new(file, Span::at(0)), headline).here("this file")
    };
    let rule = "a module's path is its name: small letters, digits and `_`, beginning with a letter";
    match module_of(path) {
        Ok(_) | Err(ModuleNameError::NotAModule) => None,
        Err(ModuleNameError::BadSegment(segment)) => {
            let diagnostic = error(format!("`{segment}` cannot be part of a module's name")).note(rule);
            let better = path.as_str().replace(segment.as_str(), &nearest_segment(&segment));
            Some(diagnostic.help(format!("rename `{path}` to `{better}`")))
        }
        Err(ModuleNameError::Keyword(word)) => Some(
            error(format!("`{word}` is a word of the language and cannot name a module"))
                .help(format!("rename `{path}`")),
        ),
        Err(ModuleNameError::Standard) => Some(
            error("modules named `std` belong to the standard library".to_owned())
                .help(format!("move `{path}` out of `src/std`")),
        ),
    }
}

/// A name that would do: `FrontEnd` and `front-end` are `front_end`.
fn nearest_segment(segment: &str) -> String {
    let mut name = String::new();
    let mut after_small = false;
    for c in segment.chars() {
        if c.is_ascii_alphanumeric() && !(name.is_empty() && c.is_ascii_digit()) {
            if c.is_ascii_uppercase() && after_small {
                name.push('_');
            }
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    let name = name.trim_end_matches('_');
    if name.is_empty() { "module".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests;
