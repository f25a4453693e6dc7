//! Loops, comprehensions and functions over collections.

use super::change::Offers;
use super::context::Cx;
use super::{Assist, AssistKind};
use mc_compiler::name::{self, DeclKind, Entity};
use mc_compiler::signature::{self, Signature};
use mc_compiler::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::{Comprehension, Expr, ExprKind, Lambda, Pattern, PatternKind};

pub(super) const TO_METHODS: Assist = Assist {
    id: "comprehension_to_methods",
    kind: AssistKind::Rewrite,
    about: "Write a comprehension with `filter` and `map`",
    example: "record Site { name: String, on: Bool = true }\n\nfn names(sites: List<Site>) -> List<String> { [site.name fo$0r site in sites if site.on] }\n",
    keeps_plan: false,
    find: to_methods,
};

fn to_methods(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Comprehension(node) => Some((expr, &**node)),
        _ => None,
    });
    let Some((expr, node)) = found else { return };
    let [pattern] = node.patterns.as_slice() else { return };
    // Of another type than a list it takes the form of what is expected.
    let is_list = |expr: &Expr| cx.ty(expr).is_some_and(|ty| matches!(ty.plain(), Ty::List(_)));
    if node.value.is_some() || !is_list(&node.iterable) || !is_list(expr) || cx.has_comment(expr.span) {
        return;
    }
    offers.add("Write it with methods", |edit| {
        let name = cx.source(pattern.span);
        let mut out = cx.operand(&node.iterable);
        if let Some(condition) = &node.condition {
            out.push_str(&format!(".filter(|{name}| {})", cx.source(condition.span)));
        }
        let is_same = matches!((&node.element.kind, &pattern.kind), (ExprKind::Name(a), PatternKind::Bind(b)) if a == b);
        if !is_same {
            out.push_str(&format!(".map(|{name}| {})", cx.source(node.element.span)));
        }
        edit.replace(expr.span, out);
    });
}

pub(super) const TO_COMPREHENSION: Assist = Assist {
    id: "methods_to_comprehension",
    kind: AssistKind::Rewrite,
    about: "Write `filter` and `map` as a comprehension",
    example: "record Site { name: String, on: Bool = true }\n\nfn names(sites: List<Site>) -> List<String> { sites.filter(|site| site.on).m$0ap(|site| site.name) }\n",
    keeps_plan: false,
    find: to_comprehension,
};

/// `list.method(|pattern| body)`
fn over<'a>(expr: &'a Expr, method: &str) -> Option<(&'a Expr, &'a Pattern, &'a Expr)> {
    let ExprKind::Call { callee, args } = &expr.kind else { return None };
    let ExprKind::Field { base, optional: false, name } = &callee.kind else { return None };
    let [arg] = args.as_slice() else { return None };
    let ExprKind::Lambda(lambda) = &arg.value.kind else { return None };
    let [pattern] = lambda.params.as_slice() else { return None };
    (name.text == method && arg.name.is_none()).then_some((
        &**base,
        pattern,
        super::condition::only(&lambda.body)?,
    ))
}

fn to_comprehension(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| over(expr, "map").map(|found| (expr, found)));
    let Some((expr, (base, pattern, element))) = found else { return };
    let is_list = |expr: &Expr| cx.ty(expr).is_some_and(|ty| matches!(ty.plain(), Ty::List(_)));
    if !is_list(base) || !is_list(expr) || cx.has_comment(expr.span) {
        return;
    }
    let name = cx.source(pattern.span);
    let filtered = over(base, "filter").filter(|(_, inner, _)| cx.source(inner.span) == name);
    offers.add("Write it as a comprehension", |edit| {
        let element = match element.kind {
            ExprKind::If(_) | ExprKind::Match(_) | ExprKind::For(_) | ExprKind::Lambda(_) => {
                format!("({})", cx.source(element.span))
            }
            _ => cx.source(element.span).to_owned(),
        };
        let (list, condition) = match filtered {
            Some((list, _, condition)) => (list, format!(" if {}", cx.source(condition.span))),
            None => (base, String::new()),
        };
        edit.replace(expr.span, format!("[{element} for {name} in {}{condition}]", cx.operand(list)));
    });
}

pub(super) const LAMBDA_TO_FUNCTION: Assist = Assist {
    id: "lambda_to_function",
    kind: AssistKind::Rewrite,
    about: "Give a function itself where a lambda only calls it",
    example: "fn url(name: String) -> String { \"https://${name}\" }\n\nlet urls = [\"a\", \"b\"].map(|n$0ame| url(name))\n",
    keeps_plan: true,
    find: lambda_to_function,
};

fn lambda<'db>(cx: &Cx<'db>) -> Option<(&'db Expr, &'db Lambda)> {
    cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Lambda(node) => Some((expr, &**node)),
        _ => None,
    })
}

fn lambda_to_function(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, node)) = lambda(cx) else { return };
    let Some(Expr { kind: ExprKind::Call { callee, args }, .. }) = super::condition::only(&node.body) else {
        return;
    };
    let ExprKind::Name(name) = &callee.kind else { return };
    let is_function = matches!(name::scope(cx.db, cx.file).get(name), Some(Entity::Decl(id, DeclKind::Fn))
        if matches!(signature::signature(cx.db, *id), Signature::Fn(params, _) if params.len() == args.len()));
    let passes_on = args.len() == node.params.len() && args.iter().zip(&node.params).all(|(arg, param)| {
        arg.name.is_none()
            && matches!((&arg.value.kind, &param.kind), (ExprKind::Name(a), PatternKind::Bind(b)) if a == b)
    });
    if is_function && passes_on {
        offers.add(format!("Give `{name}` itself"), |edit| edit.replace(expr.span, name.as_str()));
    }
}

pub(super) const FUNCTION_TO_LAMBDA: Assist = Assist {
    id: "function_to_lambda",
    kind: AssistKind::Rewrite,
    about: "Write a function that is given to another one as a lambda",
    example: "fn url(name: String) -> String { \"https://${name}\" }\n\nlet urls = [\"a\", \"b\"].map(u$0rl)\n",
    keeps_plan: true,
    find: function_to_lambda,
};

fn function_to_lambda(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let mut exprs = cx.exprs();
    let (Some(expr), Some(call)) = (exprs.next(), exprs.next()) else { return };
    let (ExprKind::Name(name), ExprKind::Call { args, .. }) = (&expr.kind, &call.kind) else { return };
    let Some(Entity::Decl(id, DeclKind::Fn)) = name::scope(cx.db, cx.file).get(name) else { return };
    let Signature::Fn(params, _) = signature::signature(cx.db, *id) else { return };
    if args.iter().any(|arg| arg.value.span == expr.span) && !params.is_empty() {
        offers.add("Write it as a lambda", |edit| {
            let names: Vec<String> = params.iter().map(|param| cx.fresh(&param.name)).collect();
            let names = names.join(", ");
            edit.replace(expr.span, format!("|{names}| {name}({names})"));
        });
    }
}

pub(super) const ADD_INDEX: Assist = Assist {
    id: "add_index",
    kind: AssistKind::Rewrite,
    about: "Count the rounds of a loop",
    example: "import std.fs.File\n\npolicy web {\n  fo$0r name in [\"a\", \"b\"] {\n    File \"/etc/${name}\" {}\n  }\n}\n",
    keeps_plan: true,
    find: add_index,
};

fn add_index(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::For(node) => Some((&node.patterns, &node.iterable, node.body.span.start)),
        ExprKind::Comprehension(node) => {
            let Comprehension { patterns, iterable, .. } = &**node;
            Some((patterns, iterable, expr.span.end))
        }
        _ => None,
    });
    let Some((patterns, iterable, end)) = found.filter(|(.., end)| cx.range.end <= *end) else { return };
    let [pattern] = patterns.as_slice() else { return };
    if cx.ty(iterable).is_some_and(|ty| matches!(ty.plain(), Ty::List(_))) && end >= pattern.span.end {
        offers.add("Count the rounds with `.indexed()`", |edit| {
            edit.insert(pattern.span.start, format!("{}, ", cx.fresh("i")));
            let list = cx.operand(iterable);
            edit.replace(iterable.span, format!("{list}.indexed()"));
        });
    }
}

pub(super) const CALLS_TO_COMPREHENSION: Assist = Assist {
    id: "calls_to_comprehension",
    kind: AssistKind::Rewrite,
    about: "Write a list of equal calls as a comprehension",
    example: "fn url(name: String) -> String { \"https://${name}\" }\n\nlet urls = $0[url(\"a\"), url(\"b\")]\n",
    keeps_plan: true,
    find: calls_to_comprehension,
};

fn calls_to_comprehension(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::List(parts) if parts.len() > 1 => Some((expr, parts)),
        _ => None,
    });
    let Some((expr, parts)) = found else { return };
    // What lies over what is read where it is written.
    let is_layers = cx.exprs().any(|around| match &around.kind {
        ExprKind::Call { callee, .. } => matches!(&callee.kind, ExprKind::Name(name) if name == "layers"),
        _ => false,
    });
    if is_layers {
        return;
    }
    // `f(a)` with one argument that differs.
    let calls: Option<Vec<(Span, Span)>> = parts
        .iter()
        .map(|part| match &part.kind {
            ExprKind::Call { callee, args } => match (&callee.kind, args.as_slice()) {
                (ExprKind::Name(_), [arg]) if arg.name.is_none() => Some((callee.span, arg.value.span)),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let Some(calls) = calls else { return };
    let Some((first, _)) = calls.first() else { return };
    if calls.iter().any(|(callee, _)| cx.source(*callee) != cx.source(*first)) || cx.has_comment(expr.span) {
        return;
    }
    offers.add("Write it as a comprehension", |edit| {
        let name = cx.fresh("item");
        let items: Vec<&str> = calls.iter().map(|(_, arg)| cx.source(*arg)).collect();
        edit.replace(
            expr.span,
            format!("[{}({name}) for {name} in [{}]]", cx.source(*first), items.join(", ")),
        );
    });
}
