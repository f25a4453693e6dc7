//! What follows when files are renamed: imports of modules, paths of templates and data.

use crate::link::loaded;
use crate::occurrence::occurrences;
use crate::reference::{is_own, written};
use crate::rename::FileEdits;
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::name::{self, Module};
use mc_compiler::package::{self, TEMPLATES};
use mc_compiler::signature::Target;
use mc_compiler::{Db, File, Origin};
use mc_syntax::Span;
use mc_syntax::ast::ItemKind;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What changes in the package's sources when files or folders get other paths, from old to new, relative to the package.
/// Nothing changes for what becomes no module any more.
pub fn moved(db: &dyn Db, moves: &[(Utf8PathBuf, Utf8PathBuf)]) -> Vec<FileEdits> {
    let mut found = Vec::new();
    let modules = name::modules(db).values().copied().filter(|file| is_own(db, *file));
    // Templates know the modules that the root module imports.
    let mut of_root = BTreeMap::new();
    for file in modules {
        let mut imports = Imports::default();
        imports.read(db, file, moves);
        let mut edits = imports.edits;
        edits.extend(in_front_of_dots(db, file, &imports.renamed, &edits));
        for (span, target) in occurrences(db, file).all() {
            if let Target::Template(template) = target
                && let Some(path) = new_path(template.path(db), moves)
                && let Ok(inner) = path.strip_prefix(TEMPLATES)
            {
                let quote = if written(db, file, *span).starts_with('"') { "\"" } else { "" };
                edits.push((*span, format!("{quote}{inner}{quote}")));
            }
        }
        for (path, span) in loaded(db, file) {
            let folder = path.iter().next().unwrap_or_default();
            if let Some(new) = new_path(&path, moves)
                && let Ok(inner) = new.strip_prefix(folder)
            {
                edits.push((span, inner.to_string()));
            }
        }
        if file.module(db).is_empty() {
            of_root = imports.renamed;
        }
        found.push(FileEdits { file, edits });
    }
    for file in name::templates(db).filter(|file| is_own(db, *file)) {
        found.push(FileEdits { file, edits: in_front_of_dots(db, file, &of_root, &[]) });
    }
    found.iter_mut().for_each(|file| {
        file.edits.sort();
        file.edits.dedup();
    });
    found.retain(|file| !file.edits.is_empty());
    found
}

/// Where a file is after the moves; none if it stays.
fn new_path(path: &Utf8Path, moves: &[(Utf8PathBuf, Utf8PathBuf)]) -> Option<Utf8PathBuf> {
    moves.iter().find_map(|(from, to)| {
        let inner = path.strip_prefix(from).ok()?;
        Some(if inner.as_str().is_empty() { to.clone() } else { to.join(inner) })
    })
}

/// What changes in the imports of a module.
#[derive(Default)]
struct Imports {
    /// Their paths.
    edits: Vec<(Span, String)>,
    /// By the module: how it is called afterwards.
    renamed: BTreeMap<SmolStr, String>,
}

impl Imports {
    fn read(&mut self, db: &dyn Db, file: File, moves: &[(Utf8PathBuf, Utf8PathBuf)]) {
        for item in &name::tree(db, file).items {
            let ItemKind::Import(import) = &item.kind else { continue };
            let path = import.module.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            let Module::Is(module) = name::module_at(db, file, &path) else { continue };
            if module.origin(db) != Origin::Package {
                continue;
            }
            let Some(new) = new_path(module.path(db), moves) else { continue };
            let Ok(new) = package::module_of(&new) else { continue };
            let (Some(first), Some(last)) = (import.module.first(), import.module.last()) else { continue };
            self.edits.push((first.span.to(last.span), new.to_string()));
            let name = new.rsplit('.').next().unwrap_or_default();
            // An import of the module alone brings its last name.
            if import.names.is_none() && last.text != name {
                self.renamed.insert(module.module(db).clone(), name.to_owned());
            }
        }
    }
}

/// The names of modules outside of imports.
fn in_front_of_dots(
    db: &dyn Db,
    file: File,
    renamed: &BTreeMap<SmolStr, String>,
    imports: &[(Span, String)],
) -> Vec<(Span, String)> {
    let is_import = |span: &Span| imports.iter().any(|(i, _)| i.start <= span.start && span.end <= i.end);
    let names = occurrences(db, file).all().iter().filter(|(span, _)| !is_import(span));
    let renamed = names.filter_map(|(span, target)| match target {
        Target::Module(module) => Some((*span, renamed.get(module.module(db))?.clone())),
        _ => None,
    });
    renamed.collect()
}
