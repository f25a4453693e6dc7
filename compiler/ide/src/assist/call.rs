//! Arguments of calls.

use super::change::Offers;
use super::context::Cx;
use super::{Assist, AssistKind};
use mc_compiler::name::{self, DeclKind, Entity};
use mc_compiler::signature::{self, Field, Signature};
use mc_syntax::ast::{Arg, Expr, ExprKind};

pub(super) const NAME_ARGUMENTS: Assist = Assist {
    id: "name_arguments",
    kind: AssistKind::Rewrite,
    about: "Name the arguments of a call",
    example: "fn url(host: String, port: Int) -> String { \"${host}:${port}\" }\n\nlet local = ur$0l(\"localhost\", 80)\n",
    keeps_plan: true,
    find: name_arguments,
};

/// A call of a function of this package or another one, with its parameters.
pub(super) fn call<'db>(cx: &Cx<'db>) -> Option<(&'db Expr, &'db [Arg], &'db [Field])> {
    cx.exprs().find_map(|expr| {
        let ExprKind::Call { callee, args } = &expr.kind else { return None };
        let ExprKind::Name(function) = &callee.kind else { return None };
        let Some(Entity::Decl(id, DeclKind::Fn)) = name::scope(cx.db, cx.file).get(function) else {
            return None;
        };
        let Signature::Fn(params, _) = signature::signature(cx.db, *id) else { return None };
        Some((expr, args.as_slice(), params.as_slice()))
    })
}

fn name_arguments(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((_, args, params)) = call(cx) else { return };
    let bare: Vec<(&Arg, &Field)> = args.iter().zip(params).filter(|(arg, _)| arg.name.is_none()).collect();
    if !bare.is_empty() && args.len() <= params.len() {
        offers.add("Name the arguments", |edit| {
            for (arg, param) in bare {
                edit.insert(arg.value.span.start, format!("{} = ", param.name));
            }
        });
    }
}

pub(super) const UNNAME_ARGUMENTS: Assist = Assist {
    id: "unname_arguments",
    kind: AssistKind::Rewrite,
    about: "Give the arguments of a call by position",
    example: "fn url(host: String, port: Int) -> String { \"${host}:${port}\" }\n\nlet local = ur$0l(port = 80, host = \"localhost\")\n",
    keeps_plan: true,
    find: unname_arguments,
};

fn unname_arguments(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((_, args, params)) = call(cx) else { return };
    if args.iter().all(|arg| arg.name.is_none()) {
        return;
    }
    // All from the first parameter on, without a gap.
    let mut ordered = Vec::with_capacity(args.len());
    for (at, param) in params.iter().enumerate().take(args.len()) {
        let positional = args.get(at).filter(|arg| arg.name.is_none());
        let named = args.iter().find(|arg| arg.name.as_ref().is_some_and(|name| name.text == param.name));
        let Some(arg) = positional.or(named) else { return };
        ordered.push(cx.source(arg.value.span));
    }
    let (Some(first), Some(last)) = (args.first(), args.last()) else { return };
    let start = first.name.as_ref().map_or(first.value.span.start, |name| name.span.start);
    let all = mc_syntax::Span::new(start, last.value.span.end);
    if !cx.has_comment(all) {
        offers.add("Give the arguments by position", |edit| edit.replace(all, ordered.join(", ")));
    }
}
