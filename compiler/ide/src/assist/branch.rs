//! `if`, `match` and `??`, one for another.

use super::change::Offers;
use super::condition::{if_head, only};
use super::context::{Cx, Node};
use super::{Assist, AssistKind};
use mc_compiler::signature::{self, Signature};
use mc_compiler::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::{Arm, BinaryOp, Block, Condition, Else, Expr, ExprKind, Match, Pattern, PatternKind};

pub(super) const IF_TO_MATCH: Assist = Assist {
    id: "if_to_match",
    kind: AssistKind::Rewrite,
    about: "Write an `if` as a `match`",
    example: "enum Tls { Off, On { port: Int } }\n\nfn port_of(tls: Tls) -> Int {\n  i$0f let .On { port } = tls { port } else { 80 }\n}\n",
    keeps_plan: false,
    find: if_to_match,
};

fn if_to_match(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, node)) = if_head(cx) else { return };
    let Some(Else::Block(otherwise)) = &node.otherwise else { return };
    // `else` is followed by `if` or by a block.
    if cx.is_behind(expr.span.start, "else") {
        return;
    }
    // A plain name takes an optional value apart, which no pattern of a `match` does.
    let (scrutinee, first, second) = match &node.condition {
        Condition::Value(condition) => (condition, "true".to_owned(), "false"),
        Condition::Let(pattern, value) => match pattern.kind {
            PatternKind::Bind(_) | PatternKind::Wildcard => return,
            _ => (value, cx.source(pattern.span).to_owned(), "_"),
        },
    };
    offers.add("Write it as a `match`", |edit| {
        let indent = cx.indent(expr.span.start);
        edit.replace(
            expr.span,
            format!(
                "match {} {{\n{indent}  {first} => {}\n{indent}  {second} => {}\n{indent}}}",
                cx.source(scrutinee.span),
                arm_body(cx, &node.then, indent),
                arm_body(cx, otherwise, indent)
            ),
        );
    });
}

/// A block as the body of an arm.
fn arm_body(cx: &Cx<'_>, block: &Block, indent: &str) -> String {
    match only(block) {
        Some(expr) if !cx.source(expr.span).contains('\n') && !cx.has_comment(block.span) => {
            cx.source(expr.span).to_owned()
        }
        _ => cx.moved(block.span, &format!("{indent}  ")),
    }
}

/// The `match` whose head the cursor is in.
fn match_head<'db>(cx: &Cx<'db>) -> Option<(&'db Expr, &'db Match)> {
    cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Match(node) if cx.range.end <= node.scrutinee.span.end + 2 => Some((expr, &**node)),
        _ => None,
    })
}

pub(super) const MATCH_TO_IF: Assist = Assist {
    id: "match_to_if",
    kind: AssistKind::Rewrite,
    about: "Write a `match` of two arms as an `if`",
    example: "enum Tls { Off, On { port: Int } }\n\nfn port_of(tls: Tls) -> Int {\n  ma$0tch tls {\n    .On { port } => port\n    _ => 80\n  }\n}\n",
    keeps_plan: false,
    find: match_to_if,
};

fn match_to_if(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, node)) = match_head(cx) else { return };
    let [first, second] = node.arms.as_slice() else { return };
    // The second takes all that is left, and needs nothing of it.
    let is_rest = match &second.pattern.kind {
        PatternKind::Wildcard => true,
        PatternKind::Literal(_) => true,
        PatternKind::Variant { fields, .. } => fields.as_ref().is_none_or(Vec::is_empty),
        _ => false,
    };
    if !is_rest || first.guard.is_some() || second.guard.is_some() || cx.has_comment(expr.span) {
        return;
    }
    let value = cx.source(node.scrutinee.span);
    let head = match &first.pattern.kind {
        PatternKind::Literal(Expr { kind: ExprKind::Bool(true), .. }) => value.to_owned(),
        PatternKind::Literal(Expr { kind: ExprKind::Bool(false), .. }) => {
            super::condition::negated(cx, &node.scrutinee)
        }
        PatternKind::Literal(literal) => {
            let is_loose = match &node.scrutinee.kind {
                ExprKind::Binary { op, .. } => {
                    super::condition::strength(*op) <= super::condition::strength(BinaryOp::Equal)
                }
                _ => false,
            };
            let value = if is_loose { format!("({value})") } else { value.to_owned() };
            format!("{value} == {}", cx.source(literal.span))
        }
        PatternKind::Variant { fields: Some(fields), .. } if !fields.is_empty() => {
            format!("let {} = {value}", cx.source(first.pattern.span))
        }
        PatternKind::Variant { .. } => format!("let {} = {value}", cx.source(first.pattern.span)),
        PatternKind::Record { .. } | PatternKind::Tuple(_) => return,
        PatternKind::Wildcard | PatternKind::Bind(_) | PatternKind::Error => return,
    };
    // A `match` of an optional value takes variants out of it, and so does an `if let`.
    let indent = cx.indent(expr.span.start);
    offers.add("Write it as an `if`", |edit| {
        edit.replace(
            expr.span,
            format!("if {head} {} else {}", braced(cx, first, indent), braced(cx, second, indent)),
        );
    });
}

/// The body of an arm in braces.
fn braced(cx: &Cx<'_>, arm: &Arm, indent: &str) -> String {
    let text = cx.moved(arm.body.span, indent);
    if text.starts_with('{') { text } else { format!("{{ {text} }}") }
}

pub(super) const IF_LET_TO_COALESCE: Assist = Assist {
    id: "if_let_to_coalesce",
    kind: AssistKind::Rewrite,
    about: "Write an `if let` that gives the value or another one as `??`",
    example: "fn port_of(given: Int?) -> Int {\n  i$0f let port = given { port } else { 80 }\n}\n",
    keeps_plan: false,
    find: if_let_to_coalesce,
};

fn if_let_to_coalesce(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, node)) = if_head(cx) else { return };
    let (Condition::Let(Pattern { kind: PatternKind::Bind(name), .. }, value), Some(Else::Block(otherwise))) =
        (&node.condition, &node.otherwise)
    else {
        return;
    };
    let (Some(then), Some(other)) = (only(&node.then), only(otherwise)) else { return };
    if !matches!(&then.kind, ExprKind::Name(found) if found == name) || cx.has_comment(expr.span) {
        return;
    }
    offers.add("Write it with `??`", |edit| {
        edit.replace(expr.span, format!("{} ?? {}", cx.operand(value), coalesced(cx, other)));
    });
}

/// The right side of `??`.
fn coalesced(cx: &Cx<'_>, expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Binary { op: BinaryOp::Coalesce, .. } => cx.source(expr.span).to_owned(),
        _ => cx.operand(expr),
    }
}

pub(super) const COALESCE_TO_IF_LET: Assist = Assist {
    id: "coalesce_to_if_let",
    kind: AssistKind::Rewrite,
    about: "Write `??` as an `if let`",
    example: "fn port(given: Int?) -> Int { given ?$0? 80 }\n",
    keeps_plan: false,
    find: coalesce_to_if_let,
};

fn coalesce_to_if_let(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Binary { op: BinaryOp::Coalesce, op_span, left, right }
            if op_span.touches(cx.range.start) =>
        {
            Some((expr, left, right))
        }
        _ => None,
    });
    let Some((expr, left, right)) = found else { return };
    // A secret cannot be asked whether it is there, and a block stands in no operand.
    let is_operand = cx.exprs().any(|around| match &around.kind {
        ExprKind::Binary { left, right, .. } => left.span == expr.span || right.span == expr.span,
        _ => false,
    });
    if is_operand || cx.ty(left).is_none_or(|ty| matches!(ty, Ty::Secret(_))) {
        return;
    }
    offers.add("Write it with `if let`", |edit| {
        let name = cx.fresh("found");
        edit.replace(
            expr.span,
            format!(
                "if let {name} = {} {{ {name} }} else {{ {} }}",
                cx.source(left.span),
                cx.source(right.span)
            ),
        );
    });
}

pub(super) const ADD_ELSE: Assist = Assist {
    id: "add_else",
    kind: AssistKind::Generate,
    about: "Add the `else` of an `if`",
    example: "import std.fs.File\n\npolicy web {\n  i$0f facts.cpu.count > 8 {\n    File \"/etc/many\" {}\n  }\n}\n",
    keeps_plan: true,
    find: add_else,
};

fn add_else(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, node)) = if_head(cx) else { return };
    // Where it is a value, an empty block is none.
    let is_statement = cx.stmts().next().is_some_and(|(_, stmt)| stmt.span == expr.span);
    let is_value = cx.ty(expr).is_some_and(|ty| *ty != Ty::Unit);
    if node.otherwise.is_some() || !is_statement || is_value {
        return;
    }
    offers.add("Add an `else`", |edit| {
        let indent = cx.indent(node.then.span.end);
        edit.insert(node.then.span.end, format!(" else {{\n{indent}}}"));
    });
}

pub(super) const FLATTEN_ELSE: Assist = Assist {
    id: "flatten_else",
    kind: AssistKind::Rewrite,
    about: "Write an `else` that only holds an `if` as `else if`",
    example: "fn size(n: Int) -> String {\n  i$0f n > 9 {\n    \"large\"\n  } else {\n    if n > 3 {\n      \"some\"\n    } else {\n      \"small\"\n    }\n  }\n}\n",
    keeps_plan: false,
    find: flatten_else,
};

fn flatten_else(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((_, node)) = if_head(cx) else { return };
    let Some(Else::Block(block)) = &node.otherwise else { return };
    let Some(inner) = only(block).filter(|inner| matches!(inner.kind, ExprKind::If(_))) else { return };
    if cx.has_comment(Span::new(block.span.start, inner.span.start)) {
        return;
    }
    offers.add("Write it as `else if`", |edit| {
        edit.replace(block.span, cx.moved(inner.span, cx.indent(block.span.end)));
    });
}

pub(super) const EXPAND_WILDCARD: Assist = Assist {
    id: "expand_wildcard",
    kind: AssistKind::Rewrite,
    about: "Write an arm for each variant that `_` takes",
    example: "enum Role { Web, Db, Cache }\n\nfn port(role: Role) -> Int {\n  match role {\n    .Web => 80\n    $0_ => 9000\n  }\n}\n",
    keeps_plan: false,
    find: expand_wildcard,
};

fn expand_wildcard(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Match(node) => {
            let last = node.arms.last()?;
            let touches =
                last.pattern.span.touches(cx.range.start) && last.pattern.span.touches(cx.range.end);
            (touches && matches!(last.pattern.kind, PatternKind::Wildcard)).then_some((node, last))
        }
        _ => None,
    });
    let Some((node, last)) = found.filter(|(_, last)| last.guard.is_none()) else { return };
    let Some(Ty::Enum(id, _)) = cx.ty(&node.scrutinee) else { return };
    let Signature::Enum(variants) = signature::signature(cx.db, *id) else { return };
    let is_taken = |name: &str| {
        node.arms.iter().any(|arm| {
            let takes_all = |fields: &Option<Vec<mc_syntax::ast::PatternField>>| {
                fields.as_ref().is_none_or(|fields| fields.iter().all(|field| field.pattern.is_none()))
            };
            arm.guard.is_none()
                && matches!(&arm.pattern.kind, PatternKind::Variant { name: found, fields, .. } if found.text == name && takes_all(fields))
        })
    };
    let missing: Vec<String> = variants
        .iter()
        .filter(|(name, _)| !is_taken(name))
        .map(
            |(name, fields)| if fields.is_empty() { format!(".{name}") } else { format!(".{name} {{ .. }}") },
        )
        .collect();
    if missing.is_empty() {
        return;
    }
    offers.add("Write an arm for each variant", |edit| {
        let (indent, body) = (cx.indent(last.span.start), cx.source(last.body.span));
        let arms: Vec<String> = missing.iter().map(|pattern| format!("{pattern} => {body}")).collect();
        edit.replace(last.span, arms.join(&format!("\n{indent}")));
    });
}

pub(super) const EXPAND_REST: Assist = Assist {
    id: "expand_rest",
    kind: AssistKind::Rewrite,
    about: "Name the fields that `..` leaves open in a pattern",
    example: "enum Tls { Off, On { cert: AbsPath, port: Int } }\n\nfn port_of(tls: Tls) -> Int {\n  match tls {\n    .Off => 80\n    .On { port, .$0. } => port\n  }\n}\n",
    keeps_plan: true,
    find: expand_rest,
};

fn expand_rest(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.path.iter().rev().find_map(|node| match node {
        Node::Pattern(pattern) => match &pattern.kind {
            PatternKind::Record { fields, rest: Some(rest), path } => {
                Some((None, Some(path), fields, *rest, pattern.span))
            }
            PatternKind::Variant { name, fields: Some(fields), rest: Some(rest), .. } => {
                Some((Some(name), None, fields, *rest, pattern.span))
            }
            _ => None,
        },
        _ => None,
    });
    let Some((variant, path, fields, rest, span)) = found else { return };
    let wanted: Vec<String> = match (variant, path) {
        (Some(name), _) => {
            let Some(id) = pattern_enum(cx, name.span) else { return };
            let Signature::Enum(variants) = signature::signature(cx.db, id) else { return };
            let payload = variants.iter().find(|(found, _)| *found == name.text);
            payload.iter().flat_map(|(_, fields)| fields).map(|field| field.name.to_string()).collect()
        }
        (None, Some(path)) => {
            let Some((id, _)) = cx.resolve(path) else { return };
            let Signature::Record(fields) = signature::signature(cx.db, id) else { return };
            fields.iter().map(|field| field.name.to_string()).collect()
        }
        (None, None) => return,
    };
    let missing: Vec<String> = wanted
        .into_iter()
        .filter(|name| fields.iter().all(|field| field.name.text != *name))
        .map(|name| {
            let free = cx.fresh(&name);
            if free == name { name } else { format!("{name} = {free}") }
        })
        .collect();
    if !missing.is_empty() && cx.range.end <= span.end {
        offers.add("Name the fields that are left open", |edit| edit.replace(rest, missing.join(", ")));
    }
}

/// The enum whose variant stands at a place.
fn pattern_enum(cx: &Cx<'_>, variant: Span) -> Option<mc_compiler::name::DeclId> {
    cx.names(variant).chain(cx.names(Span::new(variant.start.saturating_sub(1), variant.end))).find_map(
        |(_, target)| match target {
            signature::Target::Member(id, _) => Some(*id),
            _ => None,
        },
    )
}
