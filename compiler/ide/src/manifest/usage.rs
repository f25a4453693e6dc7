//! What the names in a manifest mean: packages that are needed, and their guards.

use super::place::{self, Part, Shape, holds_text, shape};
use super::tree::{self, Section, ValueKind};
use crate::definition::{self, Location};
use crate::link::{Link, LinkTarget};
use crate::reference::Usage;
use mc_compiler::lint;
use mc_compiler::name;
use mc_compiler::package::schema::{Holds, Text};
use mc_compiler::package::{self, Package, module_name};
use mc_compiler::signature::Target;
use mc_compiler::{Db, File, Program};
use mc_syntax::Span;
use mc_syntax::ast::ItemKind;
use smol_str::SmolStr;

/// What something in a manifest names.
enum Named {
    /// A package that is needed; whether its entry begins here.
    Package { name: String, declares: bool },
    /// A guard of one.
    Guard(String),
    /// A rule of `mcc lint`.
    Rule(String),
}

/// Everything in a manifest that names something, in its order.
fn named(text: &str, sections: &[Section]) -> Vec<(Span, Named)> {
    let mut found = Vec::new();
    place::each_part(sections, &mut |part| match part {
        Part::Name { path, span } => match shape(&path) {
            Some(Shape::Package(name, _)) => {
                found.push((span, Named::Package { name: name.to_owned(), declares: true }));
            }
            Some(Shape::Level(name)) => found.push((span, Named::Rule(name.to_owned()))),
            _ => {}
        },
        Part::Value { path, value } => {
            let ValueKind::Text(inner) = value.kind else { return };
            let shape = shape(&path);
            let written = text.get(inner.start as usize..inner.end as usize).unwrap_or_default();
            if let Some(Shape::Value(key)) = shape
                && matches!(key.holds, Holds::Guards)
            {
                let package = written.split('.').next().unwrap_or_default();
                let end = inner.start + package.len() as u32;
                let name = package.to_owned();
                found.push((Span::new(inner.start, end), Named::Package { name, declares: false }));
                found.push((inner, Named::Guard(written.to_owned())));
            } else if let (true, [.., name, _]) = (holds_text(shape, Text::Path), path.as_slice()) {
                found.push((inner, Named::Package { name: (*name).to_owned(), declares: false }));
            }
        }
    });
    found
}

/// Where what is named at an offset is declared.
pub(crate) fn definition(db: &dyn Db, file: File, offset: u32) -> Vec<Location> {
    let text = file.text(db);
    let sections = tree::sections(text);
    let mut found = Vec::new();
    // A guard says more than its package.
    for (span, named) in named(text, &sections).into_iter().rev().filter(|(span, _)| span.touches(offset)) {
        let location = match named {
            Named::Guard(name) => {
                package::guard(db, &name).and_then(|id| definition::location(db, &Target::Decl(id)))
            }
            Named::Package { name, .. } => {
                manifest(db, &name).map(|file| Location { file, span: Span::at(0) })
            }
            Named::Rule(_) => None,
        };
        if let Some(location) = location.filter(|at| at.file != file || at.span != span) {
            found.push(location);
            break;
        }
    }
    found
}

/// The manifest of a package that is needed, by its name here or in sources.
fn manifest(db: &dyn Db, name: &str) -> Option<File> {
    let wanted = module_name(name);
    let mut all = package::dependencies(db).iter();
    *all.find(|dependency| dependency.module_name(db) == wanted)?.manifest(db)
}

/// What in a manifest leads to a file: the folders of packages, and the rules to their pages.
pub(crate) fn links(db: &dyn Db, file: File) -> Vec<Link> {
    let text = file.text(db);
    let sections = tree::sections(text);
    let mut found = Vec::new();
    place::each_part(&sections, &mut |part| {
        if let Part::Value { path, value } = part
            && let ValueKind::Text(span) = value.kind
            && holds_text(shape(&path), Text::Path)
            && let [.., name, _] = path.as_slice()
            && let Some(manifest) = manifest(db, name)
        {
            found.push(Link { span, target: LinkTarget::File(manifest) });
        }
    });
    for (span, named) in named(text, &sections) {
        if let Named::Rule(name) = named
            && let Some(code) = lint::known(&name)
        {
            found.push(Link { span, target: LinkTarget::Page(code) });
        }
    }
    found.sort_by_key(|link| link.span);
    found
}

/// Where the package that is needed stands: its entry, the guards of it that are used, and the imports of its modules.
pub(crate) fn references(db: &dyn Db, file: File, offset: u32) -> Vec<(File, Vec<Usage>)> {
    let text = file.text(db);
    let sections = tree::sections(text);
    let all = named(text, &sections);
    let touched = all.iter().filter(|(span, _)| span.touches(offset)).find_map(|(_, named)| match named {
        Named::Package { name, .. } => Some(module_name(name)),
        _ => None,
    });
    let Some(wanted) = touched else { return Vec::new() };
    let mut here = Vec::new();
    for (span, named) in all {
        if let Named::Package { name, declares } = named
            && module_name(&name) == wanted
            // The path says where the package is, and not its name.
            && text.get(span.start as usize..span.end as usize).is_some_and(|written| module_name(written) == wanted)
        {
            here.push(Usage { span, declares });
        }
    }
    let mut found = vec![(file, here)];
    if Package::try_get(db).is_some_and(|package| *package.manifest(db) == file) {
        for module in Program::get(db).files(db) {
            let usages = imports(db, *module, &wanted);
            if !usages.is_empty() {
                found.push((*module, usages));
            }
        }
    }
    found.retain(|(_, usages)| !usages.is_empty());
    found.sort_by(|(a, _), (b, _)| a.path(db).cmp(b.path(db)));
    found
}

/// The imports of a module that begin with the name of a package.
fn imports(db: &dyn Db, file: File, package: &SmolStr) -> Vec<Usage> {
    if file.origin(db) != mc_compiler::Origin::Package {
        return Vec::new();
    }
    let imports = name::tree(db, file).items.iter().filter_map(|item| match &item.kind {
        ItemKind::Import(import) => import.module.first(),
        _ => None,
    });
    let of_package = imports.filter(|first| first.text == *package);
    of_package.map(|first| Usage { span: first.span, declares: false }).collect()
}
