//! Names that mean nothing where they stand, and what would make them mean something.

use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Fix, Place, code, nearest};
use crate::{name, ty};
use mc_syntax::{CommentKind, Span, ast};
use smol_str::SmolStr;

/// A complaint about a type's name that means nothing, with what may have been meant.
pub(super) fn unknown_type(db: &dyn Db, file: File, name: &ast::Name) -> Diagnostic {
    let place = Place::new(file, name.span);
    let diagnostic =
        Diagnostic::error(code::UNKNOWN_TYPE, place, format!("nothing here is called `{}`", name.text))
            .here("unknown name");
    if name::is_template(db, file) {
        let known =
            name::scope(db, file).keys().map(SmolStr::as_str).chain(ty::BUILTIN_NAMES.iter().copied());
        let diagnostic = match nearest(&name.text, known) {
            Some(near) => diagnostic.did_you_mean(&name.text, near, place),
            None => diagnostic,
        };
        return diagnostic.note("a template knows the types that `src/main.mc` declares or imports");
    }
    if let Some(found) = import_it(db, file, &name.text, &diagnostic) {
        return found;
    }
    let scope = name::scope(db, file);
    let upper = |s: &str| s.chars().next().is_some_and(char::is_uppercase);
    let known =
        scope.keys().map(SmolStr::as_str).filter(|s| upper(s)).chain(ty::BUILTIN_NAMES.iter().copied());
    match nearest(&name.text, known) {
        Some(near) => diagnostic.did_you_mean(&name.text, near, place),
        None => diagnostic,
    }
}

/// A complaint about an unknown name, with the import that makes it known, if some module exports it.
pub fn import_it(db: &dyn Db, file: File, name: &str, diagnostic: &Diagnostic) -> Option<Diagnostic> {
    let exporters = name::exporters(db, file, name);
    let module = exporters.first()?;
    let (place, lines) = import_of(db, file, module, name);
    let import = lines.trim_end();
    let fix = Fix::new(format!("add `{import}`"), vec![(place, lines.clone())]);
    let fix = if exporters.len() == 1 { fix.safe() } else { fix };
    Some(diagnostic.clone().help(format!("`{module}` exports it: `{import}`")).fix_by(fix))
}

/// The lines that import a name from a module, and where they are best put.
pub fn import_of(db: &dyn Db, file: File, module: &str, name: &str) -> (Place, String) {
    let is_upper = name.starts_with(|c: char| c.is_uppercase());
    let import =
        if is_upper { format!("import {module}.{name}") } else { format!("import {module}.{{{name}}}") };
    let gap = match name::tree(db, file).items.first() {
        Some(item) if !matches!(item.kind, ast::ItemKind::Import(_)) => "\n",
        _ => "",
    };
    (import_place(db, file), format!("{import}\n{gap}"))
}

/// Where a new import is best put: in front of the first item.
fn import_place(db: &dyn Db, file: File) -> Place {
    let parse = &name::parsed(db, file).0;
    let items = &parse.file.items;
    if let Some(import) = items.iter().find(|i| matches!(i.kind, ast::ItemKind::Import(_))) {
        return Place::new(file, Span::at(import.span.start));
    }
    let first = items.first().map_or(0, |item| item.span.start);
    // In front of the item's documentation too.
    let mut docs = parse.trivia.comments.iter().filter(|comment| comment.kind == CommentKind::Doc);
    Place::new(file, Span::at(docs.next().map_or(first, |comment| comment.span.start.min(first))))
}
