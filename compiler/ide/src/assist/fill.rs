//! What is missing: the compiler knows it, and its repair is offered in all of the part that is incomplete, not only
//! where the mistake is reported.

use super::change::Offers;
use super::context::{Cx, Node};
use super::{Assist, AssistKind};
use mc_compiler::compile;
use mc_compiler::diagnostic::{Code, Diagnostic, code};
use mc_syntax::Span;
use mc_syntax::ast::ExprKind;

pub(super) const FILL_REQUIRED: Assist = Assist {
    id: "fill_required",
    kind: AssistKind::Repair,
    about: "Add the attributes, fields or parameters that a body must have",
    example: "record Site {\n  name: HostName\n  port: Int\n}\n\nlet site = S$0ite {}\n",
    keeps_plan: false,
    find: fill_required,
};

fn fill_required(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let body = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Construct(construct) => Some((expr.span, construct.body.span)),
        _ => None,
    });
    let Some((whole, body)) = body else { return };
    let found = problem(cx, code::MISSING_FIELD, |problem| problem == body || problem == whole);
    offer(cx, offers, found, "Add all that is required");
}

pub(super) const FILL_ARMS: Assist = Assist {
    id: "fill_arms",
    kind: AssistKind::Repair,
    about: "Add the arms that a `match` needs to cover every value",
    example: "enum Role { Web, Db }\n\nfn port(role: Role) -> Int {\n  ma$0tch role {\n    .Web => 80\n  }\n}\n",
    keeps_plan: false,
    find: fill_arms,
};

fn fill_arms(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let scrutinee = cx.path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Match(node) => Some(node.scrutinee.span),
            _ => None,
        },
        _ => None,
    });
    let Some(scrutinee) = scrutinee else { return };
    let found = problem(cx, code::NOT_EXHAUSTIVE, |problem| problem == scrutinee);
    offer(cx, offers, found, "Add the arms that are missing");
}

/// A problem of the module with this code at a place, unless the cursor touches it: then its repair is offered anyway.
fn problem<'db>(cx: &Cx<'db>, code: Code, is_here: impl Fn(Span) -> bool) -> Option<&'db Diagnostic> {
    let found = compile::file_diagnostics(cx.db, cx.file).iter();
    let mut found = found.filter(|found| found.code == code && is_here(found.primary.span));
    found.find(|found| {
        let span = found.primary.span;
        span.start > cx.range.end || cx.range.start > span.end
    })
}

fn offer(cx: &Cx<'_>, offers: &mut Offers<'_>, found: Option<&Diagnostic>, title: &str) {
    let Some(fix) = found.and_then(|found| found.fix.as_ref()) else { return };
    if fix.edits.iter().all(|(place, _)| place.file == cx.file) {
        offers.add(title, |edit| {
            for (place, text) in &fix.edits {
                edit.replace(place.span, text.clone());
            }
        });
    }
}
