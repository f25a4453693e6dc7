//! What in a text is the name of a file.

use crate::manifest;
use crate::occurrence::occurrences;
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::diagnostic::Code;
use mc_compiler::name;
use mc_compiler::package::{self, DATA, FILES};
use mc_compiler::signature::Target;
use mc_compiler::{Db, File};
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{Expr, ExprKind, ItemKind, StringPart};

/// A part of a text that leads to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The name of the file in the text.
    pub span: Span,
    /// The file.
    pub target: LinkTarget,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// To a module or a template.
    File(File),
    /// To a file of the package that is no source, by its path in the package.
    Path(Utf8PathBuf),
    /// To the page of a code.
    Page(Code),
}

/// The links of a module: its imports, and what it loads.
pub fn links(db: &dyn Db, file: File) -> Vec<Link> {
    if manifest::is_manifest(db, file) {
        return manifest::links(db, file);
    }
    let mut found = Vec::new();
    if name::is_template(db, file) {
        return found;
    }
    for item in &name::tree(db, file).items {
        let ItemKind::Import(import) = &item.kind else { continue };
        let path = import.module.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        if let (name::Module::Is(module), Some(first), Some(last)) =
            (name::module_at(db, file, &path), import.module.first(), import.module.last())
        {
            found.push(Link { span: first.span.to(last.span), target: LinkTarget::File(module) });
        }
    }
    for (span, target) in occurrences(db, file).all() {
        if let Target::Template(template) = target {
            found.push(Link { span: *span, target: LinkTarget::File(*template) });
        }
    }
    for (path, span) in loaded(db, file) {
        let is_text = package::all_texts(db).any(|file| *file.path(db) == path);
        if is_text || package::all_statics(db).any(|file| *file.path(db) == path) {
            found.push(Link { span, target: LinkTarget::Path(path) });
        }
    }
    found.sort_by_key(|link| link.span);
    found
}

/// What a module reads by a path without holes, whether it is there or not: `load("site.toml")`, `file("motd")`,
/// `dir("conf.d")`. Each with its path in the package, and where the path stands that is written in its folder.
pub(crate) fn loaded(db: &dyn Db, file: File) -> Vec<(Utf8PathBuf, Span)> {
    struct Loads(Vec<(Utf8PathBuf, Span)>);
    impl<'a> Visitor<'a> for Loads {
        fn expr(&mut self, expr: &'a Expr) {
            if let ExprKind::Call { callee, args } = &expr.kind
                && let ExprKind::Name(name) = &callee.kind
                && let Some(folder) = folder_of(name)
                && let Some(ExprKind::String(parts)) = args.first().map(|first| &first.value.kind)
                && let [StringPart::Text(text, span)] = parts.as_slice()
            {
                self.0.push((Utf8Path::new(folder).join(text.as_str()), *span));
            }
            visit::walk_expr(self, expr);
        }
    }
    let mut loads = Loads(Vec::new());
    visit::walk_file(&mut loads, name::tree(db, file));
    loads.0
}

/// The folder that the path is in which a function is given.
pub(crate) fn folder_of(function: &str) -> Option<&'static str> {
    match function {
        "load" => Some(DATA),
        "file" | "dir" => Some(FILES),
        _ => None,
    }
}
