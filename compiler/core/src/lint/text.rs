//! Texts, parentheses and messages.

use super::context::Cx;
use super::{Level, Rule};
use crate::diagnostic::code;
use crate::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, BinaryOp, Expr, ExprKind, StringPart};
use std::collections::BTreeSet;

pub(super) const NEEDLESS_PARENTHESES: Rule = Rule {
    code: code::NEEDLESS_PARENTHESES,
    name: "needless_parentheses",
    level: Level::Warn,
    about: "parentheses around what needs none",
    check: needless_parentheses,
};

pub(super) const NEEDLESS_INTERPOLATION: Rule = Rule {
    code: code::NEEDLESS_INTERPOLATION,
    name: "needless_interpolation",
    level: Level::Warn,
    about: "a text that is only a hole with a text in it",
    check: needless_interpolation,
};

pub(super) const TEXT_CONCATENATION: Rule = Rule {
    code: code::TEXT_CONCATENATION,
    name: "text_concatenation",
    level: Level::Warn,
    about: "a text that is put together with `+`",
    check: text_concatenation,
};

pub(super) const EMPTY_MESSAGE: Rule = Rule {
    code: code::EMPTY_MESSAGE,
    name: "empty_message",
    level: Level::Warn,
    about: "a `fail` or `check` that does not say why",
    check: empty_message,
};

/// The titles of resources and instances, and what is called: their parentheses belong there.
fn bound(cx: &Cx<'_>) -> (BTreeSet<Span>, BTreeSet<Span>) {
    let mut titles = BTreeSet::new();
    let mut callees = BTreeSet::new();
    for expr in cx.exprs() {
        match &expr.kind {
            ExprKind::Construct(node) => titles.extend(node.title.iter().map(|title| title.span)),
            ExprKind::Call { callee, .. } => drop(callees.insert(callee.span)),
            _ => {}
        }
    }
    (titles, callees)
}

fn needless_parentheses(cx: &mut Cx<'_>) {
    let (titles, callees) = bound(cx);
    for expr in cx.exprs() {
        let ExprKind::Paren(inner) = &expr.kind else { continue };
        if titles.contains(&expr.span) || callees.contains(&expr.span) || cx.has_comment(expr.span) {
            continue;
        }
        let behind = cx.text.get(expr.span.end as usize..).unwrap_or_default();
        let simple = match &inner.kind {
            ExprKind::Name(_)
            | ExprKind::Call { .. }
            | ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::String(_)
            | ExprKind::Bool(_)
            | ExprKind::SelfValue
            | ExprKind::Paren(_) => true,
            ExprKind::Int(_) | ExprKind::Duration(_) | ExprKind::Size(_) | ExprKind::Mode(_) => {
                !behind.starts_with('.') && !cx.source(inner.span).starts_with('-')
            }
            _ => false,
        };
        let text = cx.source(inner.span);
        if !simple || text.contains('\n') {
            continue;
        }
        // A word must not grow together with the one beside it.
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let before = cx.text.get(..expr.span.start as usize).unwrap_or_default();
        let left = before.ends_with(is_word) && text.starts_with(is_word);
        let right = behind.starts_with(is_word) && text.ends_with(is_word);
        let gap = |needed: bool| if needed { " " } else { "" };
        let better = format!("{}{text}{}", gap(left), gap(right));
        let found = cx
            .finding(&NEEDLESS_PARENTHESES, expr.span, "parentheses stand around what needs none")
            .here("the same without them")
            .fix_by(cx.fix("remove them", vec![(expr.span, better)]).safe());
        cx.found.push(found);
    }
}

fn needless_interpolation(cx: &mut Cx<'_>) {
    let (titles, _) = bound(cx);
    for expr in cx.exprs() {
        let ExprKind::String(parts) = &expr.kind else { continue };
        let [StringPart::Hole(hole)] = parts.as_slice() else { continue };
        let (Some(whole), Some(inner)) = (cx.ty(expr), cx.ty(hole)) else { continue };
        if whole != inner || !matches!(inner.plain(), Ty::String | Ty::Text(_)) || cx.has_comment(expr.span) {
            continue;
        }
        let text = cx.source(hole.span);
        let simple = matches!(hole.kind, ExprKind::Name(_) | ExprKind::Field { .. } | ExprKind::Call { .. });
        let better =
            if titles.contains(&expr.span) || !simple { format!("({text})") } else { text.to_owned() };
        let found = cx
            .finding(&NEEDLESS_INTERPOLATION, expr.span, "this text is only a hole")
            .here("what is in it is a text already")
            .fix_by(cx.replace(expr.span, better));
        cx.found.push(found);
    }
}

/// The parts of a chain of `+`, from left to right.
fn summands<'a>(expr: &'a Expr, found: &mut Vec<&'a Expr>) {
    match &expr.kind {
        ExprKind::Binary { op: BinaryOp::Add, left, right, .. } => {
            summands(left, found);
            summands(right, found);
        }
        _ => found.push(expr),
    }
}

fn text_concatenation(cx: &mut Cx<'_>) {
    let mut inside: BTreeSet<Span> = BTreeSet::new();
    for expr in cx.exprs() {
        let ExprKind::Binary { op: BinaryOp::Add, left, right, .. } = &expr.kind else { continue };
        inside.extend([left.span, right.span]);
        if inside.contains(&expr.span) || !cx.ty(expr).is_some_and(|ty| *ty.plain() == Ty::String) {
            continue;
        }
        let mut parts = Vec::new();
        summands(expr, &mut parts);
        let is_text = |part: &&Expr| matches!(part.kind, ExprKind::String(_));
        if !parts.iter().any(is_text) {
            continue;
        }
        let found = cx
            .finding(&TEXT_CONCATENATION, expr.span, "a text is put together with `+`")
            .here("a text with holes shows what comes out");
        let mut better = String::from("\"");
        let mut fits = !cx.has_comment(expr.span);
        for part in parts {
            let text = cx.source(part.span);
            match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                Some(inner) if is_text(&part) => {
                    fits &= !text.contains('\n') && !text.starts_with("\"\"\"");
                    better.push_str(inner);
                }
                _ => {
                    fits &= !text.contains('\n') && !is_text(&part);
                    better.push_str(&format!("${{{text}}}"));
                }
            }
        }
        better.push('"');
        cx.found.push(if fits {
            found.fix_by(cx.replace(expr.span, better))
        } else {
            found.help("write one text with holes: `\"${a} and ${b}\"`")
        });
    }
}

fn empty_message(cx: &mut Cx<'_>) {
    struct All<'a>(Vec<&'a Expr>);
    impl<'a> Visitor<'a> for All<'a> {
        fn check(&mut self, check: &'a ast::Check) {
            self.0.push(&check.message);
            visit::walk_check(self, check);
        }
        fn expr(&mut self, expr: &'a Expr) {
            if let ExprKind::Call { callee, args } = &expr.kind
                && matches!(&callee.kind, ExprKind::Name(name) if name == "fail")
            {
                self.0.extend(args.first().map(|arg| &arg.value));
            }
            visit::walk_expr(self, expr);
        }
    }
    let mut all = All(Vec::new());
    visit::walk_file(&mut all, cx.tree);
    for message in all.0 {
        let ExprKind::String(parts) = &message.kind else { continue };
        let blank = parts.iter().all(|part| match part {
            StringPart::Text(text, _) => text.trim().is_empty(),
            StringPart::Hole(_) => false,
        });
        if blank {
            let found = cx
                .finding(&EMPTY_MESSAGE, message.span, "this message says nothing")
                .here("empty")
                .help("say what is wrong, for the one who reads it on a host");
            cx.found.push(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{check, fixed};
    use expect_test::expect;

    #[test]
    fn texts_are_written_plainly() {
        fixed(
            "import std.fs.File\n\npolicy p {\n  let id = facts.os.id\n  let n = (3)\n  let dir = \"/srv/\" + id + \"/\" + \"${n}\"\n  \
             for x in(range(0, (n))) {\n    File \"${dir}/${(x)}\" { content = \"${id}\", owner = \"root\" }\n  }\n}\n",
            expect![[r#"
                import std.fs.File

                policy p {
                  let id = facts.os.id
                  let n = 3
                  let dir = "/srv/${id}/${n}"
                  for x in range(0, n) {
                    File "${dir}/${x}" { content = id, owner = "root" }
                  }
                }
            "#]],
        );
    }

    #[test]
    fn titles_and_operands_keep_their_parentheses() {
        check(
            "import std.fs.File\n\nlet path: AbsPath = \"/a\"\n\npolicy p {\n  let sum = (1 + 2) * 3\n  File (path) { content = \"${sum}\" }\n}\n",
            expect![""],
        );
    }

    #[test]
    fn messages_that_say_nothing() {
        check(
            "import std.fs.File\n\npolicy p {\n  check facts.cpu.count > 0 else \" \"\n  File \"/a\" {}\n}\n",
            expect![[r#"
                src/main.mc:4:34: warning[MC1034]: this message says nothing
            "#]],
        );
    }
}
