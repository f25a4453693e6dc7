//! `masterchef.toml`. It is written in TOML, so nothing that reads modules may see it: each feature that knows manifests asks
//! [`is_manifest`] first, and the server asks no other about one.
//!
//! What a manifest may say comes from the compiler's schema of it. Places come from the text, of which half may be missing.

mod completion;
mod hover;
mod outline;
mod place;
mod tree;
mod usage;

pub(crate) use completion::completion;
pub(crate) use hover::hover;
pub(crate) use outline::{folds, selections, symbols};
pub(crate) use usage::{definition, links, references};

use mc_compiler::lint::Level;
use mc_compiler::name;
use mc_compiler::package::{self, Dependency, Package};
use mc_compiler::{Db, File};
use mc_syntax::ast::ItemKind;

/// A package on the disk that a manifest could name by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearby {
    /// What its manifest calls it.
    pub name: String,
    /// Its folder, seen from the folder of the manifest: `../nginx`.
    pub path: String,
}

/// Whether a file is the manifest of the package or of one that it needs.
pub fn is_manifest(db: &dyn Db, file: File) -> bool {
    let own = Package::try_get(db).map(|package| *package.manifest(db));
    let mut others = package::dependencies(db).iter().filter_map(|dependency| *dependency.manifest(db));
    own == Some(file) || others.any(|manifest| manifest == file)
}

/// The name that the text of a manifest gives its package.
pub fn manifest_name(text: &str) -> Option<String> {
    let sections = tree::sections(text);
    let mut found = None;
    place::each_part(&sections, &mut |part| {
        if let place::Part::Value { path, value } = part
            && path == ["package", "name"]
            && let tree::ValueKind::Text(inner) = value.kind
        {
            found = text.get(inner.start as usize..inner.end as usize).map(str::to_owned);
        }
    });
    found
}

/// The package that is needed under a name, if its files are there.
fn dependency(db: &dyn Db, name: &str) -> Option<Dependency> {
    let mut all = package::dependencies(db).iter().copied();
    all.find(|dependency| dependency.name(db) == name && dependency.is_loaded(db))
}

/// The guards of the packages that are needed, as a manifest names them, with their documentation.
fn guards(db: &dyn Db) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for dependency in package::dependencies(db).iter().filter(|dependency| dependency.is_loaded(db)) {
        for file in dependency.files(db) {
            for item in &name::tree(db, *file).items {
                if let ItemKind::Guard(guard) = &item.kind {
                    let docs = item.docs.as_ref().map_or_else(String::new, crate::describe::text);
                    found.push((format!("{}.{}", file.module(db), guard.name.text), docs));
                }
            }
        }
    }
    found.sort();
    found
}

/// What a level means.
fn level_about(level: Level) -> &'static str {
    match level {
        Level::Allow => "Findings are not reported.",
        Level::Warn => "Findings are warnings.",
        Level::Deny => "Findings are errors.",
    }
}
