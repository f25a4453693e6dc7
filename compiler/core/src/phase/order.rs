//! The order of the analysis: callees first, so that a chain of declarations of any length needs no deep stack.

use super::analysis::checked;
use super::summary::{Unit, UnitPart};
use super::summary_of;
use crate::db::{Db, File};
use crate::hir::{Body, ExprId, ExprKind};
use crate::name;
use rustc_hash::FxHashSet;

/// The units whose summaries a unit asks for.
#[salsa::tracked(returns(ref))]
fn uses_query(db: &dyn Db, file: File, part: UnitPart) -> Vec<(File, UnitPart)> {
    let body = &checked(db, Unit { file, part }).body;
    let mut found = Vec::new();
    let mut known = FxHashSet::default();
    for expr in &body.exprs {
        let unit = match &expr.kind {
            ExprKind::Global(file, _) => Unit::values(*file),
            ExprKind::CallFn(decl, _) | ExprKind::Function(decl) => Unit::item(*decl),
            ExprKind::CallTemplate(file, _) => Unit::template(*file),
            ExprKind::Record(decl, fields) | ExprKind::Variant(decl, _, fields)
                if fields.iter().any(|field| field.is_none_or(|field| is_open(body, field))) =>
            {
                Unit::item(*decl)
            }
            ExprKind::Instance(instance) => Unit::item(instance.decl),
            _ => continue,
        };
        if known.insert(unit) {
            found.push((unit.file, unit.part));
        }
    }
    found
}

/// Whether a field may be left to its default.
fn is_open(body: &Body, field: ExprId) -> bool {
    matches!(body.expr(field).kind, ExprKind::OrDefault(..))
}

/// Analyses everything that the package declares, callees first.
pub fn prepare(db: &dyn Db) {
    let mut done = FxHashSet::default();
    for file in name::modules(db).values().filter(|file| name::is_user(db, **file)) {
        for unit in super::units(db, *file) {
            visit(db, unit, &mut done);
        }
    }
    for file in name::templates(db) {
        visit(db, Unit::template(file), &mut done);
    }
}

/// Analyses what a unit uses, callees first.
pub(super) fn prepare_for(db: &dyn Db, unit: Unit) {
    visit(db, unit, &mut FxHashSet::default());
}

/// Depth-first with a stack of its own.
fn visit(db: &dyn Db, start: Unit, done: &mut FxHashSet<Unit>) {
    if !done.insert(start) {
        return;
    }
    let mut stack = vec![(start, 0usize)];
    while let Some((unit, next)) = stack.last_mut() {
        let unit = *unit;
        if let Some((file, part)) = uses_query(db, unit.file, unit.part).get(*next) {
            *next += 1;
            let used = Unit { file: *file, part: *part };
            if done.insert(used) {
                stack.push((used, 0));
            }
            continue;
        }
        summary_of(db, unit);
        stack.pop();
    }
}
