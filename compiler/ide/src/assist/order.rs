//! The lines of bodies: their order, and short forms.

use super::change::Offers;
use super::context::{Cx, Node, item_span};
use super::{Assist, AssistKind};
use mc_compiler::signature::{self, Signature};
use mc_compiler::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::{BodyItem, Construct, Expr, ExprKind};

pub(super) const SORT_ATTRIBUTES: Assist = Assist {
    id: "sort_attributes",
    kind: AssistKind::Rewrite,
    about: "Bring attributes into the order in which their type declares them, clauses last",
    example: "import std.pkg.Package\nimport std.svc.Service\n\npolicy web {\n  let nginx = Package \"nginx\" {}\n  Serv$0ice \"nginx\" {\n    after nginx\n    enabled = true\n    running = true\n  }\n}\n",
    keeps_plan: true,
    find: sort_attributes,
};

/// The construct whose head or braces the cursor is in.
fn construct<'db>(cx: &Cx<'db>) -> Option<&'db Construct> {
    cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Construct(node) => Some(&**node),
        _ => None,
    })
}

fn sort_attributes(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(node) = construct(cx).filter(|node| cx.range.end <= node.body.span.start + 1) else { return };
    let Some((id, _)) = node.path.as_ref().and_then(|path| cx.resolve(path)) else { return };
    let fields = match signature::signature(cx.db, id) {
        Signature::Record(fields) | Signature::Component(fields, _) => fields,
        Signature::Resource(resource) => &resource.attributes,
        _ => return,
    };
    let rank = |item: &BodyItem| match item {
        BodyItem::Attribute { name, .. } => {
            fields.iter().position(|field| field.name == name.text).unwrap_or(fields.len())
        }
        BodyItem::Clause(_) | BodyItem::Error(_) => usize::MAX,
    };
    let items = &node.body.items;
    let mut sorted: Vec<&BodyItem> = items.iter().collect();
    sorted.sort_by_key(|item| rank(item));
    let is_sorted = items.iter().zip(&sorted).all(|(a, b)| item_span(a) == item_span(b));
    if is_sorted || cx.has_comment(node.body.span) {
        return;
    }
    offers.add("Sort the attributes", |edit| {
        for (item, other) in items.iter().zip(&sorted) {
            edit.replace(item_span(item), cx.source(item_span(other)));
        }
    });
}

pub(super) const EXPAND_SHORT: Assist = Assist {
    id: "expand_shorthand",
    kind: AssistKind::Rewrite,
    about: "Write `name = name` for `name`",
    example: "record Site { name: HostName }\n\nlet name: HostName = \"a.example\"\nlet site = Site { na$0me }\n",
    keeps_plan: true,
    find: expand_short,
};

/// The attribute whose name the cursor is in.
fn attribute<'db>(cx: &Cx<'db>) -> Option<(&'db mc_syntax::ast::Name, Option<&'db Expr>, bool)> {
    cx.path.iter().rev().find_map(|node| match node {
        Node::BodyItem(BodyItem::Attribute { name, value, priority }) => {
            Some((name, value.as_ref(), priority.is_some()))
        }
        _ => None,
    })
}

fn expand_short(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    if let Some((name, None, false)) = attribute(cx) {
        offers.add(format!("Write `{0} = {0}`", name.text), |edit| {
            edit.replace(name.span, format!("{0} = {0}", name.text));
        });
    }
}

pub(super) const COLLAPSE: Assist = Assist {
    id: "collapse_to_shorthand",
    kind: AssistKind::Rewrite,
    about: "Write `name` for `name = name`",
    example: "record Site { name: HostName }\n\nlet name: HostName = \"a.example\"\nlet site = Site { na$0me = name }\n",
    keeps_plan: true,
    find: collapse,
};

fn collapse(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((name, Some(value), false)) = attribute(cx) else { return };
    if matches!(&value.kind, ExprKind::Name(text) if *text == name.text) {
        offers.add(format!("Write `{}`", name.text), |edit| {
            edit.replace(name.span.to(value.span), name.text.as_str());
        });
    }
}

pub(super) const SORT_LIST: Assist = Assist {
    id: "sort_elements",
    kind: AssistKind::Rewrite,
    about: "Sort the texts of a set",
    example: "let names: Set<String> = [\"b.exam$0ple\", \"a.example\"]\n",
    keeps_plan: false,
    find: sort_list,
};

fn sort_list(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::List(parts) => Some((expr, parts)),
        _ => None,
    });
    let Some((expr, parts)) = found else { return };
    // The order of a list is what it means: the arguments of a command.
    if !cx.ty(expr).is_some_and(|ty| matches!(ty.some_plain(), Ty::Set(_))) {
        return;
    }
    let span = expr.span;
    let texts: Option<Vec<(&str, Span)>> =
        parts.iter().map(|part| super::secret::plain(part).map(|text| (text, part.span))).collect();
    let Some(texts) = texts.filter(|texts| texts.len() > 1) else { return };
    let mut sorted = texts.clone();
    sorted.sort();
    if sorted == texts || cx.has_comment(span) {
        return;
    }
    offers.add("Sort the elements", |edit| {
        for ((_, span), (_, other)) in texts.iter().zip(&sorted) {
            edit.replace(*span, cx.source(*other));
        }
    });
}
