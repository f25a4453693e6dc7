//! Modules: which there are in a build, and what the path of an import means in a package.
//!
//! A module of a dependency is called `nginx.site` in the packages that depend on `nginx`, and `site` in `nginx`
//! itself. Names of packages are the build's, so `nginx.site` is one module wherever it is said.

use crate::db::{Db, File, Origin, Program};
use crate::diagnostic::{Diagnostic, Place, code, nearest};
use crate::package::{self, Dependency, Package, STANDARD};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The file of each module, by the name it has in the whole build.
#[salsa::tracked(returns(ref))]
pub fn modules(db: &dyn Db) -> BTreeMap<SmolStr, File> {
    let program = Program::get(db);
    let needed = package::dependencies(db).iter().flat_map(|dependency| dependency.files(db));
    // Where a name is there twice, which is reported, the package's own module counts.
    let files = needed.chain(program.standard(db)).chain(program.files(db));
    files.filter(|f| f.path(db).extension() == Some("mc")).map(|f| (f.module(db).clone(), *f)).collect()
}

/// What a path means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// A module.
    Is(File),
    /// Something in a package that is not there, which is reported.
    Broken,
    /// Nothing.
    Unknown,
}

/// What the path of an import means in a file.
pub fn module_at(db: &dyn Db, from: File, path: &str) -> Module {
    let found = |name: &str| modules(db).get(name).map_or(Module::Unknown, |file| Module::Is(*file));
    let first = path.split('.').next().unwrap_or_default();
    if first == STANDARD {
        return found(path);
    }
    if visible(db, from).is_some_and(|packages| packages.contains(first)) {
        let mut packages = package::dependencies(db).iter();
        let loaded = packages.any(|d| d.module_name(db) == first && d.is_loaded(db));
        return if loaded { found(path) } else { Module::Broken };
    }
    match from.origin(db) {
        Origin::Dependency(own) => found(&format!("{}.{path}", own.module_name(db))),
        Origin::Standard => Module::Unknown,
        Origin::Package => match found(path) {
            // A package that only others need.
            Module::Is(file) if matches!(file.origin(db), Origin::Dependency(_)) => Module::Unknown,
            found => found,
        },
    }
}

/// The packages that the package of a file may import from, as sources write them.
fn visible(db: &dyn Db, from: File) -> Option<&BTreeSet<SmolStr>> {
    let manifest = match from.origin(db) {
        Origin::Standard => return None,
        Origin::Package => *Package::try_get(db)?.manifest(db),
        Origin::Dependency(dependency) => (*dependency.manifest(db))?,
    };
    Some(package::visible_packages(db, manifest))
}

/// How a file's package writes the name of a module; `None` if it cannot import it.
pub fn written(db: &dyn Db, from: File, module: File) -> Option<SmolStr> {
    let name = module.module(db);
    let own = |file: File| match file.origin(db) {
        Origin::Dependency(dependency) => Some(dependency),
        Origin::Package | Origin::Standard => None,
    };
    let importable = |name: &SmolStr| (!name.is_empty()).then(|| name.clone());
    match (own(from), own(module)) {
        (a, Some(b)) if a == Some(b) => {
            let inner = name.strip_prefix(b.module_name(db).as_str())?.strip_prefix('.')?;
            Some(SmolStr::new(inner))
        }
        (_, Some(b)) => visible(db, from)?.contains(&b.module_name(db)).then(|| name.clone()),
        (None, None) => importable(name),
        (Some(_), None) => importable(name).filter(|_| module.origin(db) == Origin::Standard),
    }
}

/// Whether `a.b` is a declaration `b` of the module `a`.
fn declared_in_parent(db: &dyn Db, from: File, path: &str) -> bool {
    let Some((module, name)) = path.rsplit_once('.') else { return false };
    match module_at(db, from, module) {
        Module::Is(file) => super::declarations(db, file).contains_key(name),
        Module::Broken | Module::Unknown => false,
    }
}

/// An import of a module that is not there, with the names that it wants.
pub(super) fn unknown_module(
    db: &dyn Db,
    from: File,
    place: Place,
    path: &str,
    wanted: &[&str],
) -> Diagnostic {
    let first = path.split('.').next().unwrap_or_default();
    let packages = visible(db, from);
    let here = match packages {
        Some(packages) if packages.contains(first) => format!("not found in the package `{first}`"),
        Some(packages) if !packages.is_empty() => {
            "not found in this package, its dependencies or the standard library".to_owned()
        }
        _ => "not found in this package or the standard library".to_owned(),
    };
    let diagnostic =
        Diagnostic::error(code::UNKNOWN_MODULE, place, format!("there is no module `{path}`")).here(here);
    if path == "main" {
        return diagnostic
            .help("nothing is imported from `src/main.mc`: move what others need to a module of its own");
    }
    if declared_in_parent(db, from, path) {
        let (module, name) = path.rsplit_once('.').unwrap_or_default();
        return diagnostic
            .help(format!("`{module}` declares it: names that begin small are imported in braces"))
            .fix(format!("change to `{module}.{{{name}}}`"), place, format!("{module}.{{{name}}}"));
    }
    if let Some(package) = only_needed_by_others(db, from, first) {
        let name = package.name(db);
        return diagnostic.help(format!(
            "the package `{name}` is in this build because another one needs it: name it under `[dependencies]` to import from it"
        ));
    }
    let has_all = |file: &File| {
        let declared = super::declarations(db, *file);
        wanted.iter().all(|name| declared.get(*name).is_some_and(|found| found.public))
    };
    let all = modules(db).values().filter_map(|file| Some((file, written(db, from, *file)?)));
    // A module that has what is wanted is meant before one that is only spelt alike.
    let (having, others): (Vec<_>, Vec<_>) = all.partition(|(file, _)| !wanted.is_empty() && has_all(file));
    if let [(_, only)] = having.as_slice() {
        return diagnostic.did_you_mean(path, only, place);
    }
    let known: Vec<SmolStr> = having.into_iter().chain(others).map(|(_, name)| name).collect();
    match nearest(path, known.iter().map(SmolStr::as_str)) {
        Some(near) => diagnostic.did_you_mean(path, near, place),
        None if packages.is_some_and(|packages| packages.contains(first)) => diagnostic,
        None => {
            let file = format!("src/{}.mc", path.replace('.', "/"));
            diagnostic.help(format!("a module is a file: `{path}` would be `{file}`"))
        }
    }
}

fn only_needed_by_others(db: &dyn Db, from: File, first: &str) -> Option<Dependency> {
    if from.origin(db) == Origin::Standard {
        return None;
    }
    package::dependencies(db).iter().copied().find(|dependency| dependency.module_name(db) == first)
}

/// Where a public declaration of this name is exported from, as `from` would write it, for "import it" hints.
pub fn exporters(db: &dyn Db, from: File, name: &str) -> Vec<SmolStr> {
    let has = |file: &File| super::declarations(db, *file).get(name).is_some_and(|d| d.public);
    modules(db).values().filter(|file| has(file)).filter_map(|file| written(db, from, *file)).collect()
}
