//! Putting what is declared under a condition or into a loop, and taking it out again.

use super::change::Offers;
use super::context::{Cx, Node};
use super::resource::{add_item, constant_key, head};
use super::{Assist, AssistKind};
use mc_compiler::name;
use mc_compiler::signature::{self, Signature};
use mc_compiler::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::{
    Block, BodyItem, ClauseKind, Condition, Expr, ExprKind, For, If, ItemKind, Stmt, StmtKind,
};

/// The condition that is put in where one is to be filled in: what policies ask most often.
fn condition(cx: &Cx<'_>) -> String {
    let labels = name::label_source(cx.db).as_ref().and_then(|source| {
        match &name::tree(cx.db, source.file).items.get(source.item as usize)?.kind {
            ItemKind::Labels(labels) => labels.fields.first(),
            _ => None,
        }
    });
    let of_label =
        labels.zip(signature::label_types(cx.db).first()).and_then(|(field, known)| match &known.ty {
            Ty::Enum(id, _) => match signature::signature(cx.db, *id) {
                Signature::Enum(variants) => {
                    let (variant, _) = variants.iter().find(|(_, fields)| fields.is_empty())?;
                    Some(format!("labels.{} == .{variant}", field.name.text))
                }
                _ => None,
            },
            Ty::Bool => Some(format!("labels.{}", field.name.text)),
            _ => None,
        });
    of_label.unwrap_or_else(|| "facts.os.family == .Debian".to_owned())
}

pub(super) const WRAP_IN_WHEN: Assist = Assist {
    id: "wrap_in_when",
    kind: AssistKind::Generate,
    about: "Let a resource exist only where a condition holds",
    example: "import std.pkg.Package\n\npolicy web {\n  Pack$0age \"nginx\" {}\n}\n",
    keeps_plan: false,
    find: wrap_in_when,
};

fn wrap_in_when(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(head) = head(cx) else { return };
    let has_when = head
        .construct
        .body
        .items
        .iter()
        .any(|item| matches!(item, BodyItem::Clause(clause) if clause.kind == ClauseKind::When));
    // What a name stands for would become optional.
    let is_statement = matches!(head.stmt, Some((_, Stmt { kind: StmtKind::Expr(_), .. })));
    if !has_when && is_statement {
        let condition = condition(cx);
        offers.add(format!("Add `when {condition}`"), |edit| {
            add_item(cx, edit, head.construct, &format!("when {condition}"));
        });
    }
}

/// The statements that are selected, or the one whose head the cursor is in, if all of them can stand in a block of
/// their own: nothing outside uses what they declare.
pub(super) fn statements<'db>(cx: &Cx<'db>) -> Option<(&'db Block, &'db [Stmt], Span)> {
    let block = cx.path.iter().rev().find_map(|node| match node {
        Node::Block(block) => Some(*block),
        _ => None,
    })?;
    let is_part = |stmt: &Stmt| stmt.span.start < cx.range.end && cx.range.start < stmt.span.end;
    let found = if cx.range.is_empty() {
        let (block, stmt) = cx.stmts().next()?;
        let at = block.stmts.iter().position(|found| found.span == stmt.span)?;
        // Inside of what it declares the cursor is about that.
        let is_head = match &stmt.kind {
            StmtKind::Expr(Expr { kind: ExprKind::Construct(construct), .. }) => {
                cx.range.end <= construct.body.span.start + 1
            }
            _ => true,
        };
        return is_head
            .then_some(())
            .and_then(|()| block.stmts.get(at..=at))
            .and_then(|stmts| movable(cx, block, stmts).map(|span| (block, stmts, span)));
    } else {
        let first = block.stmts.iter().position(is_part)?;
        let last = block.stmts.iter().rposition(is_part)?;
        block.stmts.get(first..=last)?
    };
    let span = movable(cx, block, found)?;
    (span.start >= cx.range.start && span.end <= cx.range.end).then_some((block, found, span))
}

fn movable(cx: &Cx<'_>, block: &Block, stmts: &[Stmt]) -> Option<Span> {
    let (first, last) = (stmts.first()?, stmts.last()?);
    let can_move =
        |stmt: &Stmt| matches!(stmt.kind, StmtKind::Expr(_) | StmtKind::Let(_) | StmtKind::Check(_));
    let is_braced = cx.source(block.span).starts_with('{');
    let declares = stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Expr(expr) => cx.has_declaration(expr),
        StmtKind::Let(node) => cx.has_declaration(&node.value),
        _ => false,
    });
    if !is_braced || !declares || !stmts.iter().all(can_move) {
        return None;
    }
    let span = Span::new(first.span.start, last.span.end);
    // Nothing outside needs what is declared in them.
    let declared = cx.names(span).filter_map(|(at, target)| match target {
        signature::Target::Local(_, of) if of == at => Some(*of),
        _ => None,
    });
    let is_inside = |at: Span| span.start <= at.start && at.end <= span.end;
    let mut all = declared.flat_map(|declared| cx.uses(declared));
    all.all(is_inside).then_some(span)
}

/// Statements within new braces, from the brace on.
fn wrapped(cx: &Cx<'_>, head: &str, span: Span) -> String {
    let indent = cx.indent(span.start);
    format!("{head} {{\n{indent}  {}\n{indent}}}", cx.moved(span, &format!("{indent}  ")))
}

pub(super) const WRAP_IN_IF: Assist = Assist {
    id: "wrap_in_if",
    kind: AssistKind::Generate,
    about: "Put statements into an `if`",
    example: "import std.pkg.Package\n\npolicy web {\n  $0Package \"nginx\" {}\n  Package \"openssl\" {}$0\n}\n",
    keeps_plan: false,
    find: wrap_in_if,
};

fn wrap_in_if(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((_, stmts, span)) = statements(cx) else { return };
    let what = if stmts.len() == 1 { "it" } else { "them" };
    offers.add(format!("Put {what} into an `if`"), |edit| {
        edit.replace(span, wrapped(cx, &format!("if {}", condition(cx)), span));
    });
}

pub(super) const WRAP_IN_FOR: Assist = Assist {
    id: "wrap_in_for",
    kind: AssistKind::Generate,
    about: "Declare a resource once for each key of a list",
    example: "import std.pkg.Package\n\npolicy web {\n  Pack$0age \"nginx\" {}\n}\n",
    keeps_plan: true,
    find: wrap_in_for,
};

fn wrap_in_for(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(head) = head(cx) else { return };
    let Some((_, Stmt { kind: StmtKind::Expr(_), span, .. })) = head.stmt else { return };
    let Some(key) = constant_key(head.construct) else { return };
    // The body of an arm has no place for a loop.
    if cx.is_behind(span.start, "=>") {
        return;
    }
    // A key that is more than a text is one in a list too.
    let Signature::Resource(resource) = signature::signature(cx.db, head.id) else { return };
    let ty = match &resource.key.ty {
        Ty::String => None,
        ty => match cx.written(ty) {
            Some(written) => Some(written),
            None => return,
        },
    };
    offers.add("Declare one for each key of a list", |edit| {
        let name = cx.fresh(&resource.key.name);
        let indent = cx.indent(span.start);
        let behind = cx.moved(Span::new(key.span.end, span.end), &format!("{indent}  "));
        let keys = format!("[{}]", cx.source(key.span));
        let (before, list) = match ty {
            Some(written) => {
                edit.import(written.imports);
                let list = cx.fresh(&format!("{}s", resource.key.name));
                (format!("let {list}: List<{}> = {keys}\n{indent}", written.text), list)
            }
            None => (String::new(), keys),
        };
        edit.replace(
            *span,
            format!(
                "{before}for {name} in {list} {{\n{indent}  {} ({name}){behind}\n{indent}}}",
                cx.source(head.path.span)
            ),
        );
    });
}

pub(super) const UNWRAP: Assist = Assist {
    id: "unwrap",
    kind: AssistKind::Rewrite,
    about: "Take statements out of the `if` around them",
    example: "import std.pkg.Package\n\npolicy web {\n  i$0f facts.cpu.count > 1 {\n    Package \"nginx\" {}\n  }\n}\n",
    keeps_plan: false,
    find: unwrap,
};

fn unwrap(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::If(node) => match &**node {
            If { condition: Condition::Value(_), then, otherwise: None } => Some((expr, then, "if")),
            _ => None,
        },
        ExprKind::For(node) => {
            let For { body, .. } = &**node;
            Some((expr, body, "for"))
        }
        _ => None,
    });
    let Some((expr, block, word)) = found.filter(|(_, block, _)| cx.range.end <= block.span.start + 1) else {
        return;
    };
    let is_statement =
        cx.stmts().any(|(_, stmt)| matches!(&stmt.kind, StmtKind::Expr(value) if value.span == expr.span));
    // What the loop takes apart would be unknown.
    let uses_loop = cx.names(block.span).any(|(_, target)| match target {
        signature::Target::Local(_, of) => expr.span.start <= of.start && of.end <= block.span.start,
        _ => false,
    });
    let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) else { return };
    if is_statement && !uses_loop {
        offers.add(format!("Take it out of the `{word}`"), |edit| {
            let inner = Span::new(block.span.start + 1, block.span.end - 1);
            let trimmed = cx.source(inner).trim();
            let start = if trimmed.starts_with("//") {
                inner.start + (cx.source(inner).len() - cx.source(inner).trim_start().len()) as u32
            } else {
                first.span.start
            };
            let end = inner.start + cx.source(inner).trim_end().len() as u32;
            let kept = Span::new(start, end.max(last.span.end));
            edit.replace(expr.span, cx.moved(kept, cx.indent(expr.span.start)));
        });
    }
}
