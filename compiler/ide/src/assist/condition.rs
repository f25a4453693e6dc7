//! Conditions, said in another way.

use super::change::Offers;
use super::context::{Cx, is_atom};
use super::{Assist, AssistKind};
use mc_compiler::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::{BinaryOp, Block, Condition, Else, Expr, ExprKind, If, ItemKind, StmtKind, UnaryOp};

pub(super) const INVERT_IF: Assist = Assist {
    id: "invert_if",
    kind: AssistKind::Rewrite,
    about: "Negate the condition of an `if` and exchange its branches",
    example: "fn listen(port: Int) -> String {\n  i$0f port == 80 { \"listen\" } else { \"listen ${port}\" }\n}\n",
    keeps_plan: false,
    find: invert_if,
};

fn invert_if(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((_, node)) = if_head(cx) else { return };
    let (Condition::Value(condition), Some(Else::Block(otherwise))) = (&node.condition, &node.otherwise)
    else {
        return;
    };
    offers.add("Invert the `if`", |edit| {
        edit.replace(condition.span, negated(cx, condition));
        edit.replace(node.then.span, cx.source(otherwise.span));
        edit.replace(otherwise.span, cx.source(node.then.span));
    });
}

/// The `if` whose head the cursor is in.
pub(super) fn if_head<'db>(cx: &Cx<'db>) -> Option<(&'db Expr, &'db If)> {
    cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::If(node) if cx.range.end <= node.then.span.start + 1 => Some((expr, &**node)),
        _ => None,
    })
}

pub(super) const FLIP_OPERANDS: Assist = Assist {
    id: "flip_operands",
    kind: AssistKind::Rewrite,
    about: "Exchange the sides of an operator",
    example: "type Port = Int where it >$0= 1024\n",
    keeps_plan: false,
    find: flip_operands,
};

fn flip_operands(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((_, op, op_span, left, right)) = operator(cx) else { return };
    let flipped = match op {
        BinaryOp::Less => ">",
        BinaryOp::LessEqual => ">=",
        BinaryOp::Greater => "<",
        BinaryOp::GreaterEqual => "<=",
        BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::And | BinaryOp::Or => cx.source(op_span),
        // A sum of texts or lists has an order.
        BinaryOp::Add | BinaryOp::Multiply
            if cx.ty(left).is_some_and(|ty| matches!(ty, Ty::Int | Ty::Float)) =>
        {
            cx.source(op_span)
        }
        _ => return,
    };
    // What groups by itself on one side might not on the other one.
    let side = |expr: &Expr| match &expr.kind {
        ExprKind::Binary { op: inner, .. } if *inner == op || strength(*inner) <= strength(op) => {
            format!("({})", cx.source(expr.span))
        }
        ExprKind::Lambda(_) | ExprKind::If(_) | ExprKind::Match(_) | ExprKind::For(_) => {
            format!("({})", cx.source(expr.span))
        }
        _ => cx.source(expr.span).to_owned(),
    };
    let groups = |expr: &Expr| matches!(&expr.kind, ExprKind::Binary { op: inner, .. } if *inner == op);
    offers.add(format!("Exchange the sides of `{}`", cx.source(op_span)), |edit| {
        edit.replace(left.span, side(right));
        edit.replace(op_span, flipped);
        edit.replace(
            right.span,
            if groups(left) { format!("({})", cx.source(left.span)) } else { side(left) },
        );
    });
}

type Operator<'db> = (&'db Expr, BinaryOp, Span, &'db Expr, &'db Expr);

/// The operator that the cursor touches, with its sides.
fn operator<'db>(cx: &Cx<'db>) -> Option<Operator<'db>> {
    cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Binary { op, op_span, left, right }
            if op_span.touches(cx.range.start) && op_span.touches(cx.range.end) =>
        {
            Some((expr, *op, *op_span, &**left, &**right))
        }
        _ => None,
    })
}

pub(super) fn strength(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 0,
        BinaryOp::And => 1,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::In => 2,
        BinaryOp::Coalesce => 3,
        BinaryOp::Add | BinaryOp::Subtract => 4,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => 5,
    }
}

pub(super) const DE_MORGAN: Assist = Assist {
    id: "de_morgan",
    kind: AssistKind::Rewrite,
    about: "Move a negation into `&&` or `||`, or out of it",
    example: "fn quiet(a: Bool, b: Bool) -> Bool { !a &$0& !b }\n",
    keeps_plan: false,
    find: de_morgan,
};

fn de_morgan(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, op @ (BinaryOp::And | BinaryOp::Or), ..)) = operator(cx) else { return };
    let (own, other) = if op == BinaryOp::And { ("&&", "||") } else { ("||", "&&") };
    let mut parts = Vec::new();
    // The outermost of a chain of one operator.
    let whole = cx.exprs().take_while(|around| chain(around, op)).last().unwrap_or(expr);
    flatten(whole, op, &mut parts);
    let negation = cx.exprs().find(|around| match &around.kind {
        ExprKind::Unary { op: UnaryOp::Not, operand, .. } => {
            matches!(&operand.kind, ExprKind::Paren(inner) if inner.span == whole.span)
        }
        _ => false,
    });
    let is_tight = |span: Span| {
        cx.exprs().any(|around| match &around.kind {
            ExprKind::Binary { left, right, .. } => left.span == span || right.span == span,
            _ => false,
        })
    };
    let new: Vec<String> = parts
        .iter()
        .map(|part| {
            let text = negated(cx, part);
            // Under `&&`, what is joined by `||` stands in parentheses.
            if op == BinaryOp::Or && is_or(&text) { format!("({text})") } else { text }
        })
        .collect();
    let joined = new.join(&format!(" {other} "));
    offers.add(format!("Write `{own}` with `{other}`"), |edit| match negation {
        Some(around) if is_tight(around.span) => edit.replace(around.span, format!("({joined})")),
        Some(around) => edit.replace(around.span, joined),
        None => edit.replace(whole.span, format!("!({joined})")),
    });
}

/// Whether a source is that of an `||`.
fn is_or(text: &str) -> bool {
    let parsed = mc_syntax::parse(&format!("let a = {text}")).file;
    matches!(parsed.items.first().map(|item| &item.kind), Some(ItemKind::Let(node)) if chain(&node.value, BinaryOp::Or))
}

fn chain(expr: &Expr, op: BinaryOp) -> bool {
    matches!(&expr.kind, ExprKind::Binary { op: found, .. } if *found == op)
}

fn flatten<'a>(expr: &'a Expr, op: BinaryOp, parts: &mut Vec<&'a Expr>) {
    match &expr.kind {
        ExprKind::Binary { op: found, left, right, .. } if *found == op => {
            flatten(left, op, parts);
            flatten(right, op, parts);
        }
        _ => parts.push(expr),
    }
}

/// The source of the opposite of a `Bool`.
pub(super) fn negated(cx: &Cx<'_>, expr: &Expr) -> String {
    let text = cx.source(expr.span);
    match &expr.kind {
        ExprKind::Bool(value) => (!value).to_string(),
        ExprKind::Paren(inner) if matches!(inner.kind, ExprKind::Binary { .. } | ExprKind::Unary { .. }) => {
            negated(cx, inner)
        }
        ExprKind::Unary { op: UnaryOp::Not, operand, .. } => match &operand.kind {
            ExprKind::Paren(inner) => cx.source(inner.span).to_owned(),
            _ => cx.source(operand.span).to_owned(),
        },
        ExprKind::Binary { op, left, right, .. } => {
            // Of a number that is none, neither `<` nor `>=` holds.
            let is_ordered = || {
                cx.ty(left)
                    .is_some_and(|ty| !ty.any(&mut |ty| matches!(ty, Ty::Float | Ty::Error | Ty::Param(..))))
            };
            let other = match op {
                BinaryOp::Equal => "!=",
                BinaryOp::NotEqual => "==",
                BinaryOp::Less if is_ordered() => ">=",
                BinaryOp::LessEqual if is_ordered() => ">",
                BinaryOp::Greater if is_ordered() => "<=",
                BinaryOp::GreaterEqual if is_ordered() => "<",
                _ => return format!("!({text})"),
            };
            format!("{} {other} {}", cx.source(left.span), cx.source(right.span))
        }
        _ if is_atom(expr) => format!("!{text}"),
        _ => format!("!({text})"),
    }
}

pub(super) const MERGE_IFS: Assist = Assist {
    id: "merge_ifs",
    kind: AssistKind::Rewrite,
    about: "Join an `if` with the only `if` inside of it",
    example: "import std.fs.File\n\npolicy web {\n  i$0f facts.cpu.count > 1 {\n    if facts.cpu.count < 8 {\n      File \"/etc/some\" {}\n    }\n  }\n}\n",
    keeps_plan: false,
    find: merge_ifs,
};

fn merge_ifs(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((_, node)) = if_head(cx) else { return };
    let (Condition::Value(outer), None) = (&node.condition, &node.otherwise) else { return };
    let Some(Expr { kind: ExprKind::If(nested), span }) = only(&node.then) else { return };
    let (Condition::Value(inner), None) = (&nested.condition, &nested.otherwise) else { return };
    let between = [Span::new(node.then.span.start, span.start), Span::new(span.end, node.then.span.end)];
    if between.into_iter().any(|part| cx.has_comment(part)) {
        return;
    }
    offers.add("Join both conditions with `&&`", |edit| {
        let side = |expr: &Expr| match &expr.kind {
            ExprKind::Binary { op: BinaryOp::Or, .. } => format!("({})", cx.source(expr.span)),
            _ => cx.source(expr.span).to_owned(),
        };
        edit.replace(outer.span, format!("{} && {}", side(outer), side(inner)));
        edit.replace(node.then.span, cx.moved(nested.then.span, cx.indent(node.then.span.end)));
    });
}

/// The one expression of a block.
pub(super) fn only(block: &Block) -> Option<&Expr> {
    match block.stmts.as_slice() {
        [stmt] => match &stmt.kind {
            StmtKind::Expr(expr) => Some(expr),
            _ => None,
        },
        _ => None,
    }
}

pub(super) const SPLIT_IF: Assist = Assist {
    id: "split_if",
    kind: AssistKind::Rewrite,
    about: "Make two nested `if`s of one with `&&`",
    example: "import std.fs.File\n\npolicy web {\n  if facts.cpu.count > 1 &$0& facts.cpu.count < 8 {\n    File \"/etc/some\" {}\n  }\n}\n",
    keeps_plan: false,
    find: split_if,
};

fn split_if(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((_, node)) = if_head(cx) else { return };
    let (Condition::Value(condition), None) = (&node.condition, &node.otherwise) else { return };
    let Some((expr, BinaryOp::And, _, left, right)) = operator(cx) else { return };
    if expr.span != condition.span {
        return;
    }
    offers.add("Split it into nested `if`s", |edit| {
        let indent = cx.indent(node.then.span.end);
        let inner = cx.moved(node.then.span, &format!("{indent}  "));
        edit.replace(
            Span::new(condition.span.start, node.then.span.end),
            format!(
                "{} {{\n{indent}  if {} {inner}\n{indent}}}",
                cx.source(left.span),
                cx.source(right.span)
            ),
        );
    });
}
