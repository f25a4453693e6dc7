//! The packages that a package needs: found by following the manifests, read, checked against the lock, and put
//! into the database.
//!
//! Nothing of a fetched package is parsed before its files have the digest that the lock says. What a manifest
//! on the author's own disk names by a path is the author's, and is read as it is.

use super::asset::{Static, blob};
use super::folder::{PathError, at, from_root};
use super::lock::{MOST_PACKAGES, VENDOR, parse_lock, vendor_folder};
use super::manifest::{is_importable, module_name, parse_manifest};
use super::source::Source;
use super::tree::{Tree, TreeError, TreeHash, TreeText, read_tree};
use super::{LOCK, ModuleNameError, module_of, package, set_file_text};
use crate::db::{Database, Db, File, Origin};
use crate::system::{Kind, System, SystemError};
use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashMap;
use salsa::Setter;
use smol_str::SmolStr;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

pub use input::Dependency;

#[expect(missing_docs, reason = "the macro writes methods without documentation")]
mod input {
    use super::State;
    use crate::db::File;
    use crate::package::Static;
    use crate::package::source::Source;
    use camino::Utf8PathBuf;
    use smol_str::SmolStr;

    /// A package that another one needs.
    #[salsa::input(debug)]
    pub struct Dependency {
        /// Its name, as the packages that need it say.
        pub name: SmolStr,
        /// Where it comes from; a path is relative to the root package.
        pub source: Source,
        /// Its folder, seen from the root package.
        pub folder: Utf8PathBuf,
        /// How it stands with it. In every state but `Loaded` there are no files.
        pub state: State,
        /// Its manifest.
        pub manifest: Option<File>,
        /// Its modules, sorted by path.
        pub files: Vec<File>,
        /// Files under its `src/` whose names cannot be a module's.
        pub misnamed: Vec<File>,
        /// Its data files and templates, sorted by path.
        pub texts: Vec<File>,
        /// The files of its `files/`, sorted by path.
        pub statics: Vec<Static>,
        /// Files that are not text; in the database they are empty.
        pub unreadable: Vec<File>,
        /// Every file that it ever had. Inputs are never freed, so one that comes back is used again.
        pub(super) known: Vec<File>,
    }
}

/// How it stands with a dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It was read.
    Loaded {
        /// The digest of its files.
        hash: TreeHash,
    },
    /// There is no such folder.
    Missing,
    /// It was never fetched.
    NotVendored,
    /// The lock does not say what it has to be, or says it of another source.
    NotLocked,
    /// Its files are not those of the lock.
    Changed {
        /// The digest of the files that are there.
        found: TreeHash,
    },
    /// Its files are such that nobody may depend on them.
    Refused(TreeError),
}

/// A dependency that is to be read.
#[derive(Clone, Debug)]
struct Wanted {
    name: SmolStr,
    source: Source,
    folder: Utf8PathBuf,
}

/// Why the place of a dependency is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceError {
    /// A path leads where it may not.
    Path(PathError),
    /// A package that was fetched names a repository or an archive of this machine.
    LocalFromFetched,
}

/// The source of a dependency seen from the root package at `root`. `base` is the source of the package that
/// names it.
pub(super) fn locate(root: &Utf8Path, base: &Source, declared: &Source) -> Result<Source, PlaceError> {
    match declared {
        Source::Path(path) => match base.sibling(path).map_err(PlaceError::Path)? {
            Source::Path(path) => Ok(Source::Path(from_root(root, &path))),
            fetched => Ok(fetched),
        },
        Source::Git { url, .. } | Source::Archive { url, .. }
            if base.is_fetched() && url.starts_with("file:") =>
        {
            Err(PlaceError::LocalFromFetched)
        }
        fetched => Ok(fetched.clone()),
    }
}

/// The source of the root package, seen from itself.
pub(super) fn root_source() -> Source {
    Source::Path(Utf8PathBuf::new())
}

/// Brings the dependencies in the database up to date with the disk. The root's manifest is there already.
pub(super) fn load(db: &mut Database, system: &dyn System, root: &Utf8Path) -> Result<(), SystemError> {
    let input = package(db);
    load_lock(db, system, root)?;
    let manifest = parse_manifest(db, *input.manifest(db));
    let mut seen: BTreeSet<SmolStr> = manifest.name.iter().cloned().collect();
    let mut queue: VecDeque<(Source, File)> = VecDeque::from([(root_source(), *input.manifest(db))]);
    let mut current: Vec<Dependency> = Vec::new();
    while let Some((base, manifest)) = queue.pop_front() {
        for declared in parse_manifest(db, manifest).dependencies.clone() {
            if seen.contains(&declared.name)
                || !is_importable(&declared.name)
                || current.len() == MOST_PACKAGES
            {
                continue;
            }
            let Ok(source) = locate(root, &base, &declared.source) else { continue };
            let folder = match &source {
                Source::Path(path) if path.as_str().is_empty() => continue,
                Source::Path(path) => path.clone(),
                _ => vendor_folder(&declared.name),
            };
            seen.insert(declared.name.clone());
            let wanted = Wanted { name: declared.name, source: source.clone(), folder };
            let read = read(db, system, root, &wanted);
            let dependency = store(db, wanted, read);
            current.push(dependency);
            if let Some(manifest) = *dependency.manifest(db) {
                queue.push_back((source, manifest));
            }
        }
    }
    for gone in input.dependencies(db).clone() {
        if !current.contains(&gone) {
            clear(db, gone);
            let mut known = input.left_dependencies(db).clone();
            known.push(gone);
            input.set_left_dependencies(db).to(known);
        }
    }
    if input.dependencies(db) != &current {
        input.set_dependencies(db).with_durability(salsa::Durability::MEDIUM).to(current);
    }
    Ok(())
}

fn load_lock(db: &mut Database, system: &dyn System, root: &Utf8Path) -> Result<(), SystemError> {
    let path = root.join(LOCK);
    let text = match system.kind(&path) {
        None => None,
        Some(_) => Some(system.read(&path, super::read::TEXT_LIMIT as u64 + 1)?),
    };
    let input = package(db);
    let has_lock = text.is_some();
    if input.has_lock(db) != has_lock {
        input.set_has_lock(db).to(has_lock);
    }
    // What is not UTF-8 becomes something that is not TOML either.
    let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
    let lock = *input.lock(db);
    set_file_text(db, lock, &text);
    Ok(())
}

/// Reads one dependency and compares it with the lock.
fn read(db: &Database, system: &dyn System, root: &Utf8Path, wanted: &Wanted) -> Result<Tree, State> {
    let at = at(root, &wanted.folder);
    if !wanted.source.is_fetched() {
        return match system.exists(&at) {
            true => read_tree(system, &at).map_err(State::Refused),
            false => Err(State::Missing),
        };
    }
    for folder in [Utf8Path::new(VENDOR), &wanted.folder] {
        match system.kind(&root.join(folder)) {
            Some(Kind::Folder) => {}
            None => return Err(State::NotVendored),
            Some(Kind::Link) => return Err(State::Refused(TreeError::Link { path: folder.to_owned() })),
            Some(_) => return Err(State::Refused(TreeError::Special { path: folder.to_owned() })),
        }
    }
    let lock = parse_lock(db, *package_lock(db));
    let locked = match lock.get(&wanted.name) {
        Some((locked, _)) if locked.source == wanted.source => locked,
        _ => return Err(State::NotLocked),
    };
    let tree = read_tree(system, &at).map_err(State::Refused)?;
    if tree.hash == locked.hash { Ok(tree) } else { Err(State::Changed { found: tree.hash }) }
}

fn package_lock(db: &Database) -> &File {
    super::Package::get(db).lock(db)
}

/// Puts a dependency into the database, and changes only what differs.
fn store(db: &mut Database, wanted: Wanted, read: Result<Tree, State>) -> Dependency {
    let dependency = handle(db, &wanted);
    if dependency.source(db) != &wanted.source {
        dependency.set_source(db).to(wanted.source);
    }
    let (tree, state) = match read {
        Ok(tree) => {
            let state = State::Loaded { hash: tree.hash };
            (tree, state)
        }
        Err(state) => {
            clear(db, dependency);
            if dependency.state(db) != &state {
                dependency.set_state(db).to(state);
            }
            return dependency;
        }
    };
    let mut known: FxHashMap<Utf8PathBuf, File> =
        dependency.known(db).iter().map(|file| (file.path(db).clone(), *file)).collect();
    let mut new: Vec<File> = Vec::new();
    let mut lists = Lists::default();
    let manifest = file(db, dependency, &mut known, &mut new, &tree.manifest);
    if tree.manifest.text.is_none() {
        lists.unreadable.push(manifest);
    }
    for source in &tree.sources {
        let name = module_of(&source.path);
        if name == Err(ModuleNameError::NotAModule) {
            continue;
        }
        let found = file(db, dependency, &mut known, &mut new, source);
        if name.is_ok() {
            lists.files.push(found);
        } else {
            lists.misnamed.push(found);
        }
        if source.text.is_none() {
            lists.unreadable.push(found);
        }
    }
    for text in &tree.texts {
        let found = file(db, dependency, &mut known, &mut new, text);
        lists.texts.push(found);
        if text.text.is_none() {
            lists.unreadable.push(found);
        }
    }
    let mut old: FxHashMap<Utf8PathBuf, Static> =
        dependency.statics(db).iter().map(|file| (file.path(db).clone(), *file)).collect();
    for (path, content) in &tree.statics {
        let path = dependency.folder(db).join(path);
        let blob = blob(content);
        lists.statics.push(match old.remove(&path) {
            Some(file) => {
                if file.blob(db) != blob {
                    file.set_blob(db).to(blob);
                    file.set_content(db).to(Arc::clone(content));
                }
                file
            }
            None => Static::new(db, path, blob, Arc::clone(content)),
        });
    }
    set_lists(db, dependency, Some(manifest), lists);
    if !new.is_empty() {
        let all = dependency.known(db).iter().copied().chain(new).collect();
        dependency.set_known(db).to(all);
    }
    if dependency.state(db) != &state {
        dependency.set_state(db).to(state);
    }
    dependency
}

#[derive(Default)]
struct Lists {
    files: Vec<File>,
    misnamed: Vec<File>,
    texts: Vec<File>,
    statics: Vec<Static>,
    unreadable: Vec<File>,
}

fn clear(db: &mut Database, dependency: Dependency) {
    set_lists(db, dependency, None, Lists::default());
}

fn set_lists(db: &mut Database, dependency: Dependency, manifest: Option<File>, lists: Lists) {
    if dependency.manifest(db) != &manifest {
        dependency.set_manifest(db).to(manifest);
    }
    if dependency.files(db) != &lists.files {
        dependency.set_files(db).to(lists.files);
    }
    if dependency.misnamed(db) != &lists.misnamed {
        dependency.set_misnamed(db).to(lists.misnamed);
    }
    if dependency.texts(db) != &lists.texts {
        dependency.set_texts(db).to(lists.texts);
    }
    if dependency.statics(db) != &lists.statics {
        dependency.set_statics(db).to(lists.statics);
    }
    if dependency.unreadable(db) != &lists.unreadable {
        dependency.set_unreadable(db).to(lists.unreadable);
    }
}

/// The input of a dependency: one that is there, one that was there before, or a new one. Files know their
/// package and their path, so only one of the same name in the same folder will do.
fn handle(db: &mut Database, wanted: &Wanted) -> Dependency {
    let input = package(db);
    let fits = |d: &Dependency, db: &Database| d.name(db) == &wanted.name && d.folder(db) == &wanted.folder;
    if let Some(found) = input.dependencies(db).iter().find(|d| fits(d, db)) {
        return *found;
    }
    let mut left = input.left_dependencies(db).clone();
    if let Some(at) = left.iter().position(|d| fits(d, db)) {
        let found = left.swap_remove(at);
        input.set_left_dependencies(db).to(left);
        return found;
    }
    let Wanted { name, source, folder } = wanted.clone();
    let (files, misnamed, unreadable, known) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (texts, statics, state) = (Vec::new(), Vec::new(), State::Missing);
    Dependency::builder(name, source, folder, state, None, files, misnamed, texts, statics, unreadable, known)
        .durability(salsa::Durability::MEDIUM)
        .new(db)
}

/// The file of a dependency with this text.
fn file(
    db: &mut Database,
    dependency: Dependency,
    known: &mut FxHashMap<Utf8PathBuf, File>,
    new: &mut Vec<File>,
    from: &TreeText,
) -> File {
    let path = dependency.folder(db).join(&from.path);
    let text = from.text.as_deref().unwrap_or_default();
    if let Some(file) = known.get(&path).copied() {
        set_file_text(db, file, text);
        return file;
    }
    let module = match module_of(&from.path) {
        Ok(inner) => qualified(dependency.name(db), &inner),
        Err(_) => SmolStr::default(),
    };
    let file = File::new(db, path.clone(), module, Origin::Dependency(dependency), Arc::from(text));
    known.insert(path, file);
    new.push(file);
    file
}

/// A module of a package as others call it: `nginx.site`, and `nginx` for the root module.
fn qualified(package: &str, module: &str) -> SmolStr {
    let package = module_name(package);
    if module.is_empty() { package } else { SmolStr::new(format!("{package}.{module}")) }
}

impl Dependency {
    /// What it is called in sources: the first part of its modules' names.
    pub fn module_name(self, db: &dyn Db) -> SmolStr {
        module_name(self.name(db))
    }

    /// Whether its files are there.
    pub fn is_loaded(self, db: &dyn Db) -> bool {
        matches!(self.state(db), State::Loaded { .. })
    }

    /// Everything of it that is compiled, its manifest too.
    pub(super) fn all_files(self, db: &dyn Db) -> impl Iterator<Item = File> {
        let others = self.files(db).iter().chain(self.misnamed(db)).chain(self.texts(db)).copied();
        (*self.manifest(db)).into_iter().chain(others)
    }
}

/// What a package's sources may import beside its own modules and the standard library: the names of its
/// dependencies as sources write them.
#[salsa::tracked(returns(ref))]
pub fn visible_packages(db: &dyn Db, manifest: File) -> BTreeSet<SmolStr> {
    parse_manifest(db, manifest).dependencies.iter().map(|declared| module_name(&declared.name)).collect()
}
