//! The values that a name or an expression takes when the bundle is built, in words.

use crate::occurrence::{occurrences, unit_at};
use crate::why::code;
use mc_compiler::diagnostic::Place;
use mc_compiler::eval::{self, Samples};
use mc_compiler::hir::{Body, ExprId, ExprKind, Stmt};
use mc_compiler::phase::{self, Unit};
use mc_compiler::signature::Target;
use mc_compiler::ty::Ty;
use mc_compiler::{Db, File};
use mc_syntax::Span;

/// The values of the name at a place, which means these; empty where none is known.
pub(crate) fn of_name(db: &dyn Db, file: File, span: Span, targets: &[&Target]) -> String {
    let Some(unit) = unit_at(db, file, span.start) else { return String::new() };
    let body = &phase::checked(db, unit).body;
    let mut exprs = set_at(body, span);
    if exprs.is_empty() {
        exprs = used_at(body, span);
    }
    if exprs.is_empty() {
        // A parameter, an element of a loop: it has a value where it is used.
        let uses = occurrences(db, file).all().iter();
        let own = Target::Local(file, span);
        let uses =
            uses.filter(|(other, target)| *other != span && (targets.contains(&target) || *target == own));
        exprs = uses.flat_map(|(other, _)| used_at(body, *other)).collect();
    }
    of_exprs(db, unit, exprs)
}

/// The values of an expression of a unit; empty where none is known.
pub(crate) fn of_expr(db: &dyn Db, unit: Unit, expr: ExprId) -> String {
    of_exprs(db, unit, vec![expr])
}

fn of_exprs(db: &dyn Db, unit: Unit, mut exprs: Vec<ExprId>) -> String {
    let Some(first) = exprs.first() else { return String::new() };
    let body = &phase::checked(db, unit).body;
    let first = body.expr(*first);
    // The content of a file says nothing as a number of bytes.
    let is_shown = !first.ty.any(&mut |ty| matches!(ty, Ty::Blob | Ty::Bytes | Ty::Error));
    if !is_shown {
        return String::new();
    }
    // The values of modules are the same wherever they are read.
    if let ExprKind::Global(file, local) = first.kind {
        let unit = Unit::values(file);
        let body = &phase::checked(db, unit).body;
        let stmts = body.root.map_or(&[][..], |root| &body.block(root).stmts);
        let value = stmts.iter().find_map(|stmt| match stmt {
            Stmt::Let(at, value) | Stmt::ConstLet(at, value) if *at == local => Some(*value),
            _ => None,
        });
        return value.map(|value| sampled(db, unit, vec![value])).unwrap_or_default();
    }
    let ty = first.ty.clone();
    exprs.retain(|expr| body.expr(*expr).ty == ty);
    sampled(db, unit, exprs)
}

fn sampled(db: &dyn Db, unit: Unit, exprs: Vec<ExprId>) -> String {
    let Some(Samples { values, more, late }) = eval::samples(db, unit, exprs.clone()) else {
        return String::new();
    };
    let is_alone = values.len() == 1 && !more && !late;
    let body = &phase::checked(db, unit).body;
    let written = |expr: &ExprId| {
        let Place { file, span } = body.place(unit.file, *expr);
        file.text(db).get(span.start as usize..span.end as usize)
    };
    if let ([value], [expr]) = (values.as_slice(), exprs.as_slice())
        && is_alone
        && written(expr) == Some(value.text.as_str())
    {
        // It stands there.
        return String::new();
    }
    let mut parts: Vec<String> = Vec::new();
    for value in &values {
        let place = if is_alone || value.instance.is_empty() {
            String::new()
        } else {
            format!(" in {}", code(&value.instance))
        };
        parts.push(format!("{}{place}", code(&value.text)));
    }
    let said = match parts.as_slice() {
        [] => return String::new(),
        [one] => format!("Value: {one}"),
        _ => format!("Values: {}", parts.join(", ")),
    };
    match (more, late) {
        (false, false) => said,
        (true, false) => format!("{said}, and perhaps more"),
        (false, true) => format!("{said}, and what only the host knows"),
        (true, true) => format!("{said}, and perhaps more, some of which only the host knows"),
    }
}

/// What a `let` or an attribute at this place is set to.
fn set_at(body: &Body, span: Span) -> Vec<ExprId> {
    for block in &body.blocks {
        for stmt in &block.stmts {
            let (Stmt::Let(local, value) | Stmt::ConstLet(local, value) | Stmt::Out(local, _, value)) = stmt
            else {
                continue;
            };
            if block.locals.get(*local as usize).is_some_and(|local| local.span == span) {
                return vec![*value];
            }
        }
    }
    let resources = body.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Resource(resource) => Some(&resource.attributes),
        _ => None,
    });
    let settings = resources.chain(body.defaults.iter().map(|defaults| &defaults.attributes)).flatten();
    settings.filter(|setting| setting.span == span).map(|setting| setting.value).collect()
}

/// The expressions that a name at this place is, or is the end of: `b` is `a.b`.
fn used_at(body: &Body, span: Span) -> Vec<ExprId> {
    let named = (0..).map(ExprId).zip(&body.exprs).filter(|(id, expr)| {
        expr.span.end == span.end && expr.span.start <= span.start && body.foreign(*id).is_none()
    });
    let named = named.filter(|(_, expr)| match &expr.kind {
        ExprKind::Local(..) | ExprKind::Global(..) => expr.span == span,
        ExprKind::Field(..)
        | ExprKind::Key(..)
        | ExprKind::InstanceOut(..)
        | ExprKind::Call(..)
        | ExprKind::PlannedKey(..) => true,
        _ => false,
    });
    let shortest = named.clone().map(|(_, expr)| expr.span.len()).min();
    named.filter(|(_, expr)| Some(expr.span.len()) == shortest).map(|(id, _)| id).collect()
}
