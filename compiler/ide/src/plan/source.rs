//! Places of a plan in the sources.

use crate::definition::Location;
use mc_compiler::{Db, File, name};
use mc_plan::plan::{Plan, SourceSpan};
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{BodyItem, Construct, Expr, ExprKind};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// The files that a plan names.
pub(crate) struct Sources<'db> {
    db: &'db dyn Db,
    /// By position in the plan; a plan of another package names files that are not here.
    files: Vec<Option<(File, OnceCell<Vec<u32>>)>>,
}

impl<'db> Sources<'db> {
    pub(crate) fn new(db: &'db dyn Db, plan: &Plan) -> Self {
        let all: BTreeMap<&str, File> =
            name::modules(db).values().map(|file| (file.path(db).as_str(), *file)).collect();
        let file = |path: &String| all.get(path.as_str()).map(|file| (*file, OnceCell::new()));
        Sources { db, files: plan.files.iter().map(file).collect() }
    }

    pub(crate) fn file(&self, at: SourceSpan) -> Option<File> {
        self.files.get(at.file as usize)?.as_ref().map(|(file, _)| *file)
    }

    /// The place of a byte as the plan has it; none in a file that the plan does not name.
    pub(crate) fn span(&self, file: File, offset: u32) -> Option<SourceSpan> {
        let named =
            |known: &Option<(File, OnceCell<Vec<u32>>)>| known.as_ref().is_some_and(|(f, _)| *f == file);
        let position = self.files.iter().position(named)?;
        let before = file.text(self.db).get(..offset as usize)?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        Some(SourceSpan {
            file: position as u32,
            line: before.matches('\n').count() as u32 + 1,
            column: line.chars().count() as u32 + 1,
        })
    }

    /// The place, up to the end of the line or to what it opens there.
    pub(crate) fn location(&self, at: SourceSpan) -> Option<Location> {
        let (file, starts) = self.files.get(at.file as usize)?.as_ref()?;
        let text = file.text(self.db);
        let starts = starts.get_or_init(|| {
            let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(ends.map(|(end, _)| end as u32 + 1)).collect()
        });
        let start = *starts.get(at.line.checked_sub(1)? as usize)?;
        let line = text.get(start as usize..)?.lines().next().unwrap_or_default();
        let column = at.column.saturating_sub(1) as usize;
        let before: usize = line.chars().take(column).map(char::len_utf8).sum();
        let rest = line.get(before..).unwrap_or_default();
        let rest = rest.trim_end().trim_end_matches(['{', ',']).trim_end();
        let from = start + before as u32;
        Some(Location { file: *file, span: Span::new(from, from + rest.len() as u32) })
    }
}

/// What a place in the sources declares.
pub(crate) struct DeclaredHere {
    /// The steps of the plan, by position.
    pub(crate) steps: Vec<usize>,
    /// The attribute around the place.
    pub(crate) attribute: Option<String>,
}

/// What the innermost resource around an offset declares; none where no resource is.
pub(crate) fn declared_at(
    db: &dyn Db,
    plan: &Plan,
    sources: &Sources<'_>,
    file: File,
    offset: u32,
) -> Option<DeclaredHere> {
    if name::is_template(db, file) {
        return None;
    }
    let mut around = Around { offset, found: Vec::new() };
    visit::walk_file(&mut around, name::tree(db, file));
    // Records are written like resources.
    around.found.into_iter().rev().find_map(|(start, attribute)| {
        let at = sources.span(file, start)?;
        let declares = |step: &mc_plan::plan::Step| step.declarations.iter().any(|d| d.span == at);
        let steps: Vec<usize> =
            plan.steps.iter().enumerate().filter(|(_, step)| declares(step)).map(|(at, _)| at).collect();
        (!steps.is_empty()).then_some(DeclaredHere { steps, attribute })
    })
}

/// The constructs around an offset, the innermost last: where each begins, and its attribute there.
struct Around {
    offset: u32,
    found: Vec<(u32, Option<String>)>,
}

impl<'a> Visitor<'a> for Around {
    fn expr(&mut self, expr: &'a Expr) {
        if !expr.span.touches(self.offset) {
            return;
        }
        if let ExprKind::Construct(construct) = &expr.kind {
            self.found.push((expr.span.start, attribute_at(construct, self.offset)));
        }
        visit::walk_expr(self, expr);
    }
}

fn attribute_at(construct: &Construct, offset: u32) -> Option<String> {
    construct.body.items.iter().find_map(|item| match item {
        BodyItem::Attribute { name, value, .. } => {
            let end = value.as_ref().map_or(name.span.end, |value| value.span.end);
            Span::new(name.span.start, end).touches(offset).then(|| name.text.to_string())
        }
        _ => None,
    })
}
