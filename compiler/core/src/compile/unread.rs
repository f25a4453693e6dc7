//! Files of the package's folders that nothing in it names.

use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::name;
use crate::package::{self, DATA, FILES, Package, TEMPLATES, Written};
use camino::Utf8Path;
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{Expr, ExprKind};

/// A warning for each file that no `load`, `template`, `file` or `dir` of the package names. Only for modules that
/// can be read.
pub(super) fn diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let Some(package) = Package::try_get(db) else { return Vec::new() };
    let manifest = *package.manifest(db);
    let Some(assets) = package::assets(db, manifest) else { return Vec::new() };
    let mut named = Named::default();
    for file in name::modules(db).values().filter(|file| name::is_root(db, **file)) {
        visit::walk_file(&mut named, name::tree(db, *file));
    }
    let own = |file: &File| Place::new(*file, Span::at(0));
    let files = assets.data.iter().map(|(path, file)| (DATA, path, own(file)));
    let files = files.chain(assets.templates.iter().map(|(path, file)| (TEMPLATES, path, own(file))));
    // What is taken as it is need not be text, so that no place in it can be shown.
    let start = Place::new(manifest, Span::at(0));
    let files = files.chain(assets.files.keys().map(|path| (FILES, path, start)));
    files
        .filter(|(folder, path, _)| {
            !named.names(folder, path) && !path.iter().any(|part| part.starts_with('.'))
        })
        .map(|(folder, path, place)| {
            let headline = format!("nothing in the package names `{folder}/{path}`");
            let found = Diagnostic::warning(code::UNREAD_FILE, place, headline);
            let here = if folder == FILES { "this package" } else { "never read" };
            found.here(here).help("take it out of the package, or use it")
        })
        .collect()
}

/// The paths that are written, by the function that takes them.
#[derive(Default)]
struct Named<'a>(Vec<(&'a str, Written<'a>)>);

impl Named<'_> {
    fn names(&self, folder: &str, path: &Utf8Path) -> bool {
        self.0.iter().any(|(function, written)| {
            folder == self::folder(function)
                && match written {
                    Written::Whole(whole) if *function == "dir" => path.starts_with(whole),
                    written => written.names(path.as_str()),
                }
        })
    }
}

/// The folder that the paths of a function begin in.
fn folder(function: &str) -> &'static str {
    match function {
        "load" => DATA,
        "template" => TEMPLATES,
        _ => FILES,
    }
}

impl<'a> Visitor<'a> for Named<'a> {
    fn expr(&mut self, expr: &'a Expr) {
        if let ExprKind::Call { callee, args } = &expr.kind
            && let ExprKind::Name(function) = &callee.kind
            && matches!(function.as_str(), "load" | "template" | "file" | "dir")
            && let Some(ExprKind::String(parts)) = args.first().map(|arg| &arg.value.kind)
            && let Some(written) = Written::of(parts)
        {
            self.0.push((function.as_str(), written));
        }
        visit::walk_expr(self, expr);
    }
}
