//! Putting what a name stands for in its place.

use super::change::{Editor, Offers};
use super::context::{All, Cx, Node, is_atom, path_to};
use super::{Assist, AssistKind};
use mc_compiler::name::{self, DeclKind, Entity};
use mc_syntax::Span;
use mc_syntax::ast::visit::Visitor as _;
use mc_syntax::ast::{
    BodyItem, Component, Construct, Expr, ExprKind, Fn, Item, ItemKind, Param, Stmt, StmtKind,
};
use std::collections::BTreeMap;

pub(super) const INLINE_LET: Assist = Assist {
    id: "inline_let",
    kind: AssistKind::Inline,
    about: "Put a value where its name stands, and take the name away",
    example: "import std.fs.File\n\npolicy web {\n  let te$0xt = \"hello\\n\"\n  File \"/etc/motd\" { content = text }\n}\n",
    keeps_plan: true,
    find: inline_let,
};

fn inline_let(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((node, span)) = cx.let_head().filter(|(node, _)| node.pattern.is_none()) else { return };
    // What its written type makes of it, or that it is known early, would be lost.
    let is_plain = node.constant.is_none() && node.ty.as_ref().is_none_or(|_| keeps_type(cx, node));
    let module_level =
        cx.stmts().next().is_none() && matches!(cx.item(), Some((_, Item { kind: ItemKind::Let(_), .. })));
    let uses = if module_level {
        let Some((id, item)) = cx.item() else { return };
        if item.public.is_some() {
            return;
        }
        let mut uses = cx.uses_of(id);
        uses.extend(cx.uses(node.name.span));
        uses.sort();
        uses.dedup();
        uses
    } else {
        cx.uses(node.name.span)
    };
    if !is_plain || uses.is_empty() || cx.has_declaration(&node.value) || cx.has_comment(span) {
        return;
    }
    // A hole is on one line, and a long text does not get better by standing twice.
    let is_long = cx.source(node.value.span).contains('\n');
    if is_long && (uses.len() > 1 || uses.iter().any(|span| is_hole(cx, *span))) {
        return;
    }
    offers.add(format!("Inline `{}`", node.name.text), |edit| {
        for span in &uses {
            put(cx, edit, *span, &node.value);
        }
        edit.remove_lines(cx.text, span);
    });
}

/// Whether a value has the type that is written for it by itself.
fn keeps_type(cx: &Cx<'_>, node: &mc_syntax::ast::Let) -> bool {
    let takes_expected = matches!(
        node.value.kind,
        ExprKind::Variant(_)
            | ExprKind::List(_)
            | ExprKind::Map(_)
            | ExprKind::None
            | ExprKind::Comprehension(_)
            | ExprKind::Call { .. }
            | ExprKind::If(_)
            | ExprKind::Match(_)
    );
    let written = node.ty.as_ref().map(|ty| cx.source(ty.span));
    !takes_expected
        && matches!(written, Some("String" | "Int" | "Float" | "Bool" | "Duration" | "Size" | "Mode"))
}

/// Whether a place is a hole of a text.
fn is_hole(cx: &Cx<'_>, span: Span) -> bool {
    let path = path_to(cx.tree, span);
    path.iter().any(|node| matches!(node, Node::Expr(Expr { kind: ExprKind::String(_), .. })))
}

/// Puts a value where a name stands.
fn put(cx: &Cx<'_>, edit: &mut Editor, span: Span, value: &Expr) {
    let (span, text) = in_place(cx, span, value, &cx.moved(value.span, cx.indent(span.start)));
    edit.replace(span, text);
}

/// The source of a value as it has to stand in the place of a name, and what it takes the place of.
fn in_place(cx: &Cx<'_>, span: Span, value: &Expr, text: &str) -> (Span, String) {
    let path = path_to(cx.tree, span);
    if let Some(found) = in_text(cx, span, value, &path) {
        return found;
    }
    (span, beside(span, value, text, &path))
}

/// A literal in a hole that holds nothing else is a part of the text.
fn in_text(cx: &Cx<'_>, span: Span, value: &Expr, path: &[Node<'_>]) -> Option<(Span, String)> {
    let [.., Node::Expr(Expr { kind: ExprKind::String(_), span: whole }), Node::Expr(_)] = path else {
        return None;
    };
    let hole = Span::new(span.start.checked_sub(2)?, span.end + 1);
    let is_alone = cx.source(hole).starts_with("${") && cx.source(hole).ends_with('}');
    if !is_alone || cx.source(*whole).starts_with("\"\"\"") {
        return None;
    }
    let text = match &value.kind {
        ExprKind::Int(number) => number.to_string(),
        _ => super::text::escaped(super::secret::plain(value)?),
    };
    Some((hole, text))
}

fn beside(span: Span, value: &Expr, text: &str, path: &[Node<'_>]) -> String {
    if let Some(Node::BodyItem(BodyItem::Attribute { name, value: None, .. })) = path.last()
        && name.span == span
    {
        return format!("{} = {text}", name.text);
    }
    let around = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) if expr.span != span => Some(*expr),
        _ => None,
    });
    let is_tight = around.is_some_and(|around| match &around.kind {
        ExprKind::Unary { .. } | ExprKind::Binary { .. } => true,
        ExprKind::Field { base, .. }
        | ExprKind::TupleIndex { base, .. }
        | ExprKind::Index { base, .. }
        | ExprKind::With { base, .. } => base.span == span,
        ExprKind::Call { callee, .. } => callee.span == span,
        ExprKind::If(_) | ExprKind::Match(_) | ExprKind::For(_) => {
            text.contains('{') && text.starts_with(char::is_alphabetic)
        }
        _ => false,
    });
    let is_construct = matches!(value.kind, ExprKind::Construct(_))
        && around.is_some_and(|a| matches!(a.kind, ExprKind::Field { .. }));
    if (is_tight && (!is_atom(value) || text.contains('{'))) || is_construct {
        format!("({text})")
    } else {
        text.to_owned()
    }
}

pub(super) const INLINE_FUNCTION: Assist = Assist {
    id: "inline_function",
    kind: AssistKind::Inline,
    about: "Put the body of a function where it is called",
    example: "import std.fs.File\n\nfn line(name: String, port: Int) -> String { \"${name} ${port}\\n\" }\n\npolicy web {\n  File \"/etc/web\" { content = li$0ne(\"web\", 80) }\n}\n",
    keeps_plan: true,
    find: inline_function,
};

fn inline_function(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Call { callee, args } if cx.range.end <= callee.span.end => match &callee.kind {
            ExprKind::Name(name) => Some((expr, name, args)),
            _ => None,
        },
        _ => None,
    });
    let Some((expr, function, args)) = found else { return };
    let Some(Entity::Decl(id, DeclKind::Fn)) = name::scope(cx.db, cx.file).get(function) else { return };
    // What it names has a meaning in its own module.
    let ItemKind::Fn(Fn { params, body, generics, .. }) = &id.item(cx.db).kind else { return };
    let Some(body) = super::condition::only(body).filter(|_| id.file == cx.file && generics.is_empty())
    else {
        return;
    };
    let mut values: BTreeMap<&str, &Expr> = BTreeMap::new();
    for (at, param) in params.iter().enumerate() {
        let positional = args.get(at).filter(|arg| arg.name.is_none());
        let named =
            args.iter().find(|arg| arg.name.as_ref().is_some_and(|name| name.text == param.name.text));
        let Some(value) = positional.or(named).map(|arg| &arg.value).or(param.default.as_ref()) else {
            return;
        };
        values.insert(&param.name.text, value);
    }
    // A name that its body binds may mean something else where it is called.
    let mut all = All::default();
    all.expr(body);
    let text = cx.source(body.span);
    if !all.patterns.is_empty() || text.contains('\n') && is_hole(cx, expr.span) || cx.has_comment(body.span)
    {
        return;
    }
    offers.add(format!("Inline the call of `{function}`"), |edit| {
        let spans: BTreeMap<Span, &Expr> = params_used(cx, params, &values, body.span);
        let new = substituted(cx, body.span, &spans);
        let path = path_to(cx.tree, expr.span);
        edit.replace(expr.span, beside(expr.span, body, &new, &path));
    });
}

/// Where parameters are used in a part of their declaration, with their values.
fn params_used<'a>(
    cx: &Cx<'_>,
    params: &[Param],
    values: &BTreeMap<&str, &'a Expr>,
    within: Span,
) -> BTreeMap<Span, &'a Expr> {
    let mut found = BTreeMap::new();
    for param in params {
        let Some(value) = values.get(param.name.text.as_str()) else { continue };
        for span in cx.uses(param.name.span) {
            if within.start <= span.start && span.end <= within.end {
                found.insert(span, *value);
            }
        }
    }
    found
}

/// The source of a part with values in the place of names.
fn substituted(cx: &Cx<'_>, part: Span, values: &BTreeMap<Span, &Expr>) -> String {
    let mut out = String::new();
    let mut at = part.start;
    for (span, value) in values {
        let (place, text) = in_place(cx, *span, value, cx.source(value.span));
        out.push_str(cx.source(Span::new(at, place.start)));
        out.push_str(&text);
        at = place.end;
    }
    out.push_str(cx.source(Span::new(at, part.end)));
    out
}

pub(super) const INLINE_COMPONENT: Assist = Assist {
    id: "inline_component",
    kind: AssistKind::Inline,
    about: "Put what a component declares where it is instantiated",
    example: "import std.fs.File\n\ncomponent Motd {\n  param text: String\n  File \"/etc/motd\" { content = text }\n}\n\npolicy web {\n  Mo$0td { text = \"hello\\n\" }\n}\n",
    keeps_plan: false,
    find: inline_component,
};

fn inline_component(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(head) = super::resource::head(cx) else { return };
    let Some((_, Stmt { kind: StmtKind::Expr(_), span: stmt, .. })) = head.stmt else { return };
    let Construct { title: None, body: given, .. } = head.construct else { return };
    let ItemKind::Component(Component { body, generics, .. }) = &head.id.item(cx.db).kind else { return };
    if head.id.file != cx.file || !generics.is_empty() {
        return;
    }
    let mut values: BTreeMap<&str, &Expr> = BTreeMap::new();
    let mut params: Vec<Param> = Vec::new();
    let mut rest: Vec<&Stmt> = Vec::new();
    for stmt in &body.stmts {
        match &stmt.kind {
            StmtKind::Param(param) => {
                let found = given.items.iter().find_map(|item| match item {
                    BodyItem::Attribute { name, value, priority: None } if name.text == param.name.text => {
                        Some(value)
                    }
                    _ => None,
                });
                let value = match found {
                    Some(Some(value)) => value,
                    // The short form: the same name means the value here.
                    Some(None) => return,
                    None => match &param.default {
                        Some(default) => default,
                        None => return,
                    },
                };
                values.insert(&param.name.text, value);
                params.push((**param).clone());
            }
            StmtKind::Expr(_) | StmtKind::Let(_) | StmtKind::Check(_) => rest.push(stmt),
            _ => return,
        }
    }
    let only_arguments = given.items.iter().all(|item| matches!(item, BodyItem::Attribute { .. }));
    // A name that is declared in it may be taken here, and what `defaults` fill in reaches it here.
    let is_free = rest.iter().all(|stmt| match &stmt.kind {
        StmtKind::Let(node) => node.pattern.is_none() && !is_taken(cx, &node.name.text),
        _ => true,
    });
    let has_defaults =
        cx.stmts().any(|(block, _)| block.stmts.iter().any(|s| matches!(s.kind, StmtKind::Defaults(_))));
    let (Some(first), Some(last)) = (rest.first(), rest.last()) else { return };
    let part = Span::new(first.span.start, last.span.end);
    let is_apart = rest.len() + params.len() == body.stmts.len()
        && params.iter().all(|param| param.span.end <= part.start);
    if !only_arguments || !is_free || has_defaults || !is_apart {
        return;
    }
    offers.add(format!("Inline the instance of `{}`", cx.source(head.path.span)), |edit| {
        let used = params_used(cx, &params, &values, part);
        let new = substituted(cx, part, &used);
        let (own, indent) = (cx.indent(part.start), cx.indent(stmt.start));
        let lines: Vec<String> = new
            .split('\n')
            .enumerate()
            .map(|(at, line)| match line.strip_prefix(own).filter(|rest| at > 0 && !rest.is_empty()) {
                Some(rest) => format!("{indent}{rest}"),
                None => line.to_owned(),
            })
            .collect();
        edit.replace(*stmt, lines.join("\n"));
    });
}

/// Whether a name is declared in the item around the cursor.
fn is_taken(cx: &Cx<'_>, name: &str) -> bool {
    let Some((_, item)) = cx.item() else { return true };
    cx.names(item.span).any(|(span, target)| {
        matches!(target, mc_compiler::signature::Target::Local(_, of) if of == span)
            && cx.source(*span) == name
    })
}
