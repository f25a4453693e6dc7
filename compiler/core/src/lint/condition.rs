//! Conditions that can be said more simply.

use super::context::Cx;
use super::{Level, Rule};
use crate::diagnostic::code;
use crate::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{
    self, BinaryOp, Block, BodyItem, ClauseKind, Condition, Else, Expr, ExprKind, PatternKind, StmtKind,
    UnaryOp,
};
use std::collections::BTreeSet;

pub(super) const BOOL_COMPARISON: Rule = Rule {
    code: code::BOOL_COMPARISON,
    name: "bool_comparison",
    level: Level::Warn,
    about: "a `Bool` that is compared with `true` or `false`",
    check: bool_comparison,
};

pub(super) const NEGATED_COMPARISON: Rule = Rule {
    code: code::NEGATED_COMPARISON,
    name: "negated_comparison",
    level: Level::Warn,
    about: "a comparison that is negated as a whole",
    check: negated_comparison,
};

pub(super) const DOUBLE_NEGATION: Rule = Rule {
    code: code::DOUBLE_NEGATION,
    name: "double_negation",
    level: Level::Warn,
    about: "a negation that is negated",
    check: double_negation,
};

pub(super) const BOOL_IF: Rule = Rule {
    code: code::BOOL_IF,
    name: "bool_if",
    level: Level::Warn,
    about: "an `if` that only gives `true` or `false`",
    check: bool_if,
};

pub(super) const BOOL_MATCH: Rule = Rule {
    code: code::BOOL_MATCH,
    name: "bool_match",
    level: Level::Warn,
    about: "a `match` on a `Bool`",
    check: bool_match,
};

pub(super) const NESTED_IF: Rule = Rule {
    code: code::NESTED_IF,
    name: "nested_if",
    level: Level::Warn,
    about: "an `if` that holds nothing but another `if`",
    check: nested_if,
};

pub(super) const NEEDLESS_ELSE: Rule = Rule {
    code: code::NEEDLESS_ELSE,
    name: "needless_else",
    level: Level::Warn,
    about: "an `else` that says what is so without it",
    check: needless_else,
};

pub(super) const SAME_OPERANDS: Rule = Rule {
    code: code::SAME_OPERANDS,
    name: "same_operands",
    level: Level::Warn,
    about: "an operator with the same on both sides",
    check: same_operands,
};

pub(super) const CONSTANT_CONDITION: Rule = Rule {
    code: code::CONSTANT_CONDITION,
    name: "constant_condition",
    level: Level::Warn,
    about: "a condition that is always the same",
    check: constant_condition,
};

/// What stands where a looser expression would need parentheses.
fn tight(cx: &Cx<'_>) -> BTreeSet<Span> {
    let mut found = BTreeSet::new();
    for expr in cx.exprs() {
        match &expr.kind {
            ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or, .. } => {}
            ExprKind::Binary { left, right, .. } => found.extend([left.span, right.span]),
            ExprKind::Unary { operand: inner, .. }
            | ExprKind::Field { base: inner, .. }
            | ExprKind::TupleIndex { base: inner, .. }
            | ExprKind::Index { base: inner, .. }
            | ExprKind::With { base: inner, .. }
            | ExprKind::Call { callee: inner, .. } => drop(found.insert(inner.span)),
            _ => {}
        }
    }
    found
}

fn without_parens(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => without_parens(inner),
        _ => expr,
    }
}

/// The source of the opposite of a `Bool`.
fn negated(cx: &Cx<'_>, expr: &Expr) -> String {
    let text = cx.source(expr.span);
    match &expr.kind {
        ExprKind::Paren(inner) => match opposite(cx, inner) {
            Some(better) => better,
            None => format!("!{text}"),
        },
        ExprKind::Unary { op: UnaryOp::Not, operand, .. } => cx.source(operand.span).to_owned(),
        ExprKind::Binary { .. } => opposite(cx, expr).unwrap_or_else(|| format!("!({text})")),
        ExprKind::If(_) | ExprKind::Match(_) | ExprKind::For(_) | ExprKind::Lambda(_) => format!("!({text})"),
        _ => format!("!{text}"),
    }
}

/// A comparison with the opposite operator.
fn opposite(cx: &Cx<'_>, expr: &Expr) -> Option<String> {
    let ExprKind::Binary { op, left, right, .. } = &expr.kind else { return None };
    // Of a number that is none, neither `<` nor `>=` holds.
    let ordered = !cx.ty(left)?.any(&mut |ty| matches!(ty, Ty::Float | Ty::Error | Ty::Param(..)));
    let other = match op {
        BinaryOp::Equal => "!=",
        BinaryOp::NotEqual => "==",
        BinaryOp::Less if ordered => ">=",
        BinaryOp::LessEqual if ordered => ">",
        BinaryOp::Greater if ordered => "<=",
        BinaryOp::GreaterEqual if ordered => "<",
        _ => return None,
    };
    Some(format!("{} {other} {}", cx.source(left.span), cx.source(right.span)))
}

fn bool_comparison(cx: &mut Cx<'_>) {
    let tight = tight(cx);
    for expr in cx.exprs() {
        let ExprKind::Binary { op: op @ (BinaryOp::Equal | BinaryOp::NotEqual), left, right, .. } =
            &expr.kind
        else {
            continue;
        };
        let (value, literal) = match (&left.kind, &right.kind) {
            (_, ExprKind::Bool(literal)) => (left, *literal),
            (ExprKind::Bool(literal), _) => (right, *literal),
            _ => continue,
        };
        if !cx.is_bool(value) || matches!(value.kind, ExprKind::Bool(_)) {
            continue;
        }
        let better = match literal == (*op == BinaryOp::Equal) {
            true => cx.source(value.span).to_owned(),
            false => negated(cx, value),
        };
        let better = if tight.contains(&expr.span) { format!("({better})") } else { better };
        let found = cx
            .finding(&BOOL_COMPARISON, expr.span, format!("a `Bool` is compared with `{literal}`"))
            .here("it is a condition already")
            .fix_by(cx.replace(expr.span, better));
        cx.found.push(found);
    }
}

fn negated_comparison(cx: &mut Cx<'_>) {
    let tight = tight(cx);
    let mut negated: BTreeSet<Span> = BTreeSet::new();
    for expr in cx.exprs() {
        let ExprKind::Unary { op: UnaryOp::Not, operand, .. } = &expr.kind else { continue };
        negated.insert(without_parens(operand).span);
        // Of two negations both go.
        if !matches!(operand.kind, ExprKind::Paren(_)) || negated.contains(&expr.span) {
            continue;
        }
        let Some(better) = opposite(cx, without_parens(operand)) else { continue };
        let better = if tight.contains(&expr.span) { format!("({better})") } else { better };
        let found = cx
            .finding(&NEGATED_COMPARISON, expr.span, "a comparison is negated as a whole")
            .here("the opposite operator says it")
            .fix_by(cx.replace(expr.span, better));
        cx.found.push(found);
    }
}

fn double_negation(cx: &mut Cx<'_>) {
    for expr in cx.exprs() {
        let ExprKind::Unary { op: UnaryOp::Not, operand, .. } = &expr.kind else { continue };
        let ExprKind::Unary { op: UnaryOp::Not, operand: inner, .. } = &without_parens(operand).kind else {
            continue;
        };
        let found = cx
            .finding(&DOUBLE_NEGATION, expr.span, "a negation is negated")
            .here("the same as without both")
            .fix_by(cx.replace(expr.span, cx.source(inner.span)));
        cx.found.push(found);
    }
}

/// The one expression of a block.
fn only(block: &Block) -> Option<&Expr> {
    match block.stmts.as_slice() {
        [stmt] => match &stmt.kind {
            StmtKind::Expr(expr) => Some(expr),
            _ => None,
        },
        _ => None,
    }
}

fn bool_if(cx: &mut Cx<'_>) {
    for expr in cx.exprs() {
        let ExprKind::If(node) = &expr.kind else { continue };
        let (Condition::Value(condition), Some(Else::Block(otherwise))) = (&node.condition, &node.otherwise)
        else {
            continue;
        };
        let literal = |block| match only(block).map(|expr| &expr.kind) {
            Some(ExprKind::Bool(literal)) => Some(*literal),
            _ => None,
        };
        let (Some(then), Some(otherwise)) = (literal(&node.then), literal(otherwise)) else { continue };
        if then == otherwise || cx.has_comment(expr.span) {
            continue;
        }
        let better = if then { cx.source(condition.span).to_owned() } else { negated(cx, condition) };
        let found = cx
            .finding(&BOOL_IF, expr.span, "this `if` only gives `true` or `false`")
            .here("its condition says the same")
            .fix_by(cx.replace(expr.span, better));
        cx.found.push(found);
    }
}

fn bool_match(cx: &mut Cx<'_>) {
    for expr in cx.exprs() {
        let ExprKind::Match(node) = &expr.kind else { continue };
        let [first, second] = node.arms.as_slice() else { continue };
        if !cx.is_bool(&node.scrutinee) || first.guard.is_some() || second.guard.is_some() {
            continue;
        }
        let literal = |pattern: &ast::Pattern| match &pattern.kind {
            PatternKind::Literal(Expr { kind: ExprKind::Bool(literal), .. }) => Some(*literal),
            _ => None,
        };
        let Some(then) = literal(&first.pattern) else { continue };
        if literal(&second.pattern) != Some(!then) && second.pattern.kind != PatternKind::Wildcard {
            continue;
        }
        let block = |block: &Block| {
            let text = cx.source(block.span);
            if text.starts_with('{') { text.to_owned() } else { format!("{{ {text} }}") }
        };
        let (yes, no) = if then { (first, second) } else { (second, first) };
        let condition = cx.source(node.scrutinee.span);
        let better = format!("if {condition} {} else {}", block(&yes.body), block(&no.body));
        let found = cx.finding(&BOOL_MATCH, node.keyword, "a `match` on a `Bool`").here("an `if` is shorter");
        let found = if cx.has_comment(expr.span) {
            found.help("write an `if`")
        } else {
            found.fix_by(cx.replace(expr.span, better))
        };
        cx.found.push(found);
    }
}

fn nested_if(cx: &mut Cx<'_>) {
    // An `else if` is no `if` of its own.
    let chained: BTreeSet<Span> = cx
        .exprs()
        .into_iter()
        .filter_map(|expr| match &expr.kind {
            ExprKind::If(node) => match &node.otherwise {
                Some(Else::If(next)) => Some(next.span),
                _ => None,
            },
            _ => None,
        })
        .collect();
    for expr in cx.exprs() {
        let ExprKind::If(outer) = &expr.kind else { continue };
        let (Condition::Value(first), None) = (&outer.condition, &outer.otherwise) else { continue };
        let Some(inner_expr) = only(&outer.then) else { continue };
        let ExprKind::If(inner) = &inner_expr.kind else { continue };
        let (Condition::Value(second), None) = (&inner.condition, &inner.otherwise) else { continue };
        if chained.contains(&expr.span) {
            continue;
        }
        let found = cx
            .finding(
                &NESTED_IF,
                Span::new(expr.span.start, first.span.end),
                "this `if` holds nothing but another `if`",
            )
            .here("both conditions have to hold")
            .label(cx.place(second.span), "the other condition");
        let gap = Span::new(outer.then.span.start, inner.then.span.start);
        let tail = Span::new(inner.then.span.end, outer.then.span.end);
        let body = cx.source(inner.then.span);
        if cx.has_comment(gap) || cx.has_comment(tail) || body.contains("r\"") {
            cx.found.push(found.help("join the conditions with `&&`"));
            continue;
        }
        let operand = |expr: &Expr| match expr.kind {
            ExprKind::Binary { op: BinaryOp::Or, .. } => format!("({})", cx.source(expr.span)),
            _ => cx.source(expr.span).to_owned(),
        };
        // What moves out of a block moves to the left.
        let on_lines = cx.source(gap).contains('\n');
        let body = if on_lines { body.replace("\n  ", "\n") } else { body.to_owned() };
        let better = format!("if {} && {} {body}", operand(first), operand(second));
        let fix = cx.fix("join the conditions with `&&`", vec![(expr.span, better)]).safe();
        cx.found.push(found.fix_by(fix));
    }
}

fn needless_else(cx: &mut Cx<'_>) {
    for expr in cx.exprs() {
        let ExprKind::If(node) = &expr.kind else { continue };
        let Some(Else::Block(block)) = &node.otherwise else { continue };
        let is_none = only(block).is_some_and(|value| value.kind == ExprKind::None);
        if !(block.stmts.is_empty() || is_none) || cx.has_comment(block.span) || node.then.stmts.is_empty() {
            continue;
        }
        let span = Span::new(node.then.span.end, block.span.end);
        let here = if is_none { "an `if` without it gives `none` too" } else { "nothing is in it" };
        let shown = Span::new(block.span.start, block.span.end);
        let found = cx
            .finding(&NEEDLESS_ELSE, shown, "this `else` says what is so without it")
            .here(here)
            .fix_by(cx.fix("remove the `else`", vec![(span, String::new())]).safe());
        cx.found.push(found);
    }
}

fn same_operands(cx: &mut Cx<'_>) {
    let is_literal = |expr: &Expr| {
        matches!(
            expr.kind,
            ExprKind::Bool(_)
                | ExprKind::Int(_)
                | ExprKind::Float(_)
                | ExprKind::String(_)
                | ExprKind::Duration(_)
                | ExprKind::Size(_)
        )
    };
    for expr in cx.exprs() {
        let ExprKind::Binary { op, left, right, .. } = &expr.kind else { continue };
        let (l, r) = (without_parens(left), without_parens(right));
        if cx.source(l.span) != cx.source(r.span) || is_literal(l) {
            continue;
        }
        let (what, fixes) = match op {
            BinaryOp::Equal | BinaryOp::LessEqual | BinaryOp::GreaterEqual => ("it always holds", false),
            BinaryOp::NotEqual | BinaryOp::Less | BinaryOp::Greater => ("it never holds", false),
            BinaryOp::And | BinaryOp::Or => ("one of them is enough", true),
            BinaryOp::Subtract => ("it is always zero", false),
            BinaryOp::Divide => ("it is always one", false),
            _ => continue,
        };
        let found =
            cx.finding(&SAME_OPERANDS, expr.span, "the same stands on both sides of an operator").here(what);
        let found = if fixes {
            found.fix_by(cx.replace(expr.span, cx.source(left.span)))
        } else {
            found.help("one side is probably meant to be something else")
        };
        cx.found.push(found);
    }
}

fn constant_condition(cx: &mut Cx<'_>) {
    struct All<'a> {
        conditions: Vec<(&'a Expr, Option<Span>)>,
        operands: Vec<(&'a Expr, bool, &'a Expr)>,
    }
    impl<'a> Visitor<'a> for All<'a> {
        fn body_item(&mut self, item: &'a BodyItem) {
            if let BodyItem::Clause(clause) = item
                && matches!(clause.kind, ClauseKind::When | ClauseKind::SkipWhen)
            {
                self.conditions.push((&clause.value, Some(clause.span)));
            }
            visit::walk_body_item(self, item);
        }
        fn check(&mut self, check: &'a ast::Check) {
            self.conditions.push((&check.condition, None));
            visit::walk_check(self, check);
        }
        fn expr(&mut self, expr: &'a Expr) {
            match &expr.kind {
                ExprKind::If(node) => {
                    if let Condition::Value(value) = &node.condition {
                        self.conditions.push((value, None));
                    }
                }
                ExprKind::Comprehension(node) => {
                    self.conditions.extend(node.condition.iter().map(|condition| (condition, None)));
                }
                ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or, left, right, .. } => {
                    for (operand, other) in [(left, right), (right, left)] {
                        if let ExprKind::Bool(literal) = without_parens(operand).kind {
                            self.operands.push((expr, literal, other));
                        }
                    }
                }
                _ => {}
            }
            visit::walk_expr(self, expr);
        }
    }
    let mut all = All { conditions: Vec::new(), operands: Vec::new() };
    visit::walk_file(&mut all, cx.tree);
    for (condition, clause) in all.conditions {
        let ExprKind::Bool(literal) = without_parens(condition).kind else { continue };
        let which = if literal { "always holds" } else { "never holds" };
        let found =
            cx.finding(&CONSTANT_CONDITION, condition.span, format!("this condition {which}")).here(which);
        let is_idle_clause = clause.filter(|clause| {
            let skips = cx.source(*clause).starts_with("skip");
            literal != skips
        });
        let found = match is_idle_clause {
            Some(clause) => {
                let fix = cx.fix("remove the clause", vec![(cx.whole_lines(clause), String::new())]);
                found.fix_by(fix.safe())
            }
            None => found.help("write what is meant without a condition"),
        };
        cx.found.push(found);
    }
    for (expr, literal, other) in all.operands {
        let is_and = matches!(expr.kind, ExprKind::Binary { op: BinaryOp::And, .. });
        let found = cx.finding(&CONSTANT_CONDITION, expr.span, "one side of this is always the same");
        // `a && true` is `a`; `a && false` is `false`.
        let better = if is_and == literal { cx.source(other.span).to_owned() } else { literal.to_string() };
        let found = found.here(format!("the same as `{better}`")).fix_by(cx.replace(expr.span, better));
        cx.found.push(found);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{check, fixed, same};
    use expect_test::expect;

    #[test]
    fn comparisons_with_literals() {
        check(
            "import std.fs.File\n\npub fn f(a: Bool, b: Bool?) -> Bool {\n  a == true && b == true && false != a\n}\n\n\
             policy p {\n  File \"/a\" {}\n}\n",
            expect![[r#"
                src/main.mc:3:8: warning[MC1035]: `f` is exported without documentation
                src/main.mc:4:3: warning[MC1006]: a `Bool` is compared with `true`
                src/main.mc:4:29: warning[MC1006]: a `Bool` is compared with `false`
            "#]],
        );
    }

    #[test]
    fn bodies_are_rewritten() {
        fixed(
            "import std.fs.File\n\npub fn f(a: Bool, b: Bool, n: Int, x: Float) -> Bool {\n  \
             let c = a == true && (n > 1) != true\n  let d = !(n == 1) || !(x < 1.0) || !!(a || b)\n  \
             let e = if a { true } else { false }\n  let g = if n > 3 { false } else { true }\n  \
             let h = match c { true => d, false => { e } }\n  let i = a && a || g && true\n  h && i\n}\n\n\
             policy p {\n  File \"/a\" { when true }\n  File \"/b\" {\n    mode = 0o644\n    skip when false\n  }\n}\n",
            expect![[r#"
                import std.fs.File

                pub fn f(a: Bool, b: Bool, n: Int, x: Float) -> Bool {
                  let c = a && n <= 1
                  let d = n != 1 || !(x < 1.0) || (a || b)
                  let e = a
                  let g = n <= 3
                  let h = if c { d } else { e }
                  let i = a || g
                  h && i
                }

                policy p {
                  File "/a" {}
                  File "/b" {
                    mode = 0o644
                  }
                }
            "#]],
        );
    }

    #[test]
    fn blocks_that_hold_one_if() {
        fixed(
            "import std.fs.File\n\npolicy p {\n  if facts.cpu.count > 1 || facts.cpu.count < 0 {\n    if facts.os.id == \"debian\" {\n      \
             File \"/a\" {\n        mode = 0o644\n      }\n    }\n  }\n  \
             if facts.cpu.count > 1 { File \"/b\" {} } else {}\n  File \"/c\" {\n    owner = if facts.cpu.count > 2 { \"www\" } else { none }\n  }\n}\n",
            expect![[r#"
                import std.fs.File

                policy p {
                  if (facts.cpu.count > 1 || facts.cpu.count < 0) && facts.os.id == "debian" {
                    File "/a" {
                      mode = 0o644
                    }
                  }
                  if facts.cpu.count > 1 { File "/b" {} }
                  File "/c" {
                    owner = if facts.cpu.count > 2 { "www" }
                  }
                }
            "#]],
        );
    }

    #[test]
    fn what_is_known_comes_out_the_same() {
        same(
            "import std.fs.File\n\npolicy p {\n  for x in [1, 2, 3] {\n    if !(x == 2) && !!(x < 3) {\n      \
             if (x > 0) == true || false {\n        File \"/${x}\" { content = match x > 1 { true => \"a\" + \"${x}\", _ => \"b\" } }\n      }\n    }\n    \
             let late = if x > 2 { true } else { false }\n    if late && late { File \"/late\" { when true } } else {}\n  }\n}\n",
        );
    }

    #[test]
    fn operands_that_are_the_same() {
        check(
            "import std.fs.File\n\npub fn f(n: Int) -> Bool {\n  n - n == 0 && n == n && (n < n)\n}\n\npolicy p {\n  File \"/a\" {}\n}\n",
            expect![[r#"
                src/main.mc:3:8: warning[MC1035]: `f` is exported without documentation
                src/main.mc:4:3: warning[MC1013]: the same stands on both sides of an operator
                src/main.mc:4:17: warning[MC1013]: the same stands on both sides of an operator
                src/main.mc:4:28: warning[MC1013]: the same stands on both sides of an operator
            "#]],
        );
    }
}
