//! What in a text is the name of a file.

use crate::occurrence::occurrences;
use camino::{Utf8Path, Utf8PathBuf};
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
}

/// The links of a module: its imports, and what it loads.
pub fn links(db: &dyn Db, file: File) -> Vec<Link> {
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
    let mut loads = Loads { db, found: Vec::new() };
    visit::walk_file(&mut loads, name::tree(db, file));
    found.append(&mut loads.found);
    found.sort_by_key(|link| link.span);
    found
}

/// `load("site.toml")`, `file("motd")`
struct Loads<'db> {
    db: &'db dyn Db,
    found: Vec<Link>,
}

impl<'a> Visitor<'a> for Loads<'_> {
    fn expr(&mut self, expr: &'a Expr) {
        if let ExprKind::Call { callee, args } = &expr.kind
            && let ExprKind::Name(name) = &callee.kind
            && let Some(first) = args.first()
        {
            match name.as_str() {
                "load" => self.add(DATA, &first.value),
                "file" => self.add(FILES, &first.value),
                _ => {}
            }
        }
        visit::walk_expr(self, expr);
    }
}

impl Loads<'_> {
    /// A path without holes, if there is such a file.
    fn add(&mut self, folder: &str, path: &Expr) {
        let ExprKind::String(parts) = &path.kind else { return };
        let [StringPart::Text(text, span)] = parts.as_slice() else { return };
        let path = Utf8Path::new(folder).join(text.as_str());
        let is_text = package::all_texts(self.db).any(|file| *file.path(self.db) == path);
        if is_text || package::all_statics(self.db).any(|file| *file.path(self.db) == path) {
            self.found.push(Link { span: *span, target: LinkTarget::Path(path) });
        }
    }
}
