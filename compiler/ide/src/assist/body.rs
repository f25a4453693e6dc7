//! Braces and brackets: on one line or on several.

use super::change::Offers;
use super::context::{Cx, Node, item_span};
use super::{Assist, AssistKind};
use mc_syntax::Span;
use mc_syntax::ast::ExprKind;

pub(super) const SPLIT_LINES: Assist = Assist {
    id: "split_lines",
    kind: AssistKind::Rewrite,
    about: "Give each part of a body, a list or a block a line of its own",
    example: "import std.fs.File\n\npolicy web {\n  File \"/etc/motd\" {$0 content = \"hello\\n\", mode = 0o644 }\n}\n",
    keeps_plan: true,
    find: split_lines,
};

/// What is between a bracket and its partner.
struct Parts {
    /// With its brackets.
    whole: Span,
    items: Vec<Span>,
    /// What parts the items where they are on one line, and behind the last where each has a line.
    comma: bool,
    /// Whether a space stands within the brackets on one line.
    spaced: bool,
}

/// The innermost part with brackets around the cursor.
fn parts(cx: &Cx<'_>) -> Option<Parts> {
    cx.path.iter().rev().find_map(|node| match node {
        Node::Body(body) => Some(Parts {
            whole: body.span,
            items: body.items.iter().map(item_span).collect(),
            comma: false,
            spaced: true,
        }),
        Node::Block(block) if cx.source(block.span).starts_with('{') => Some(Parts {
            whole: block.span,
            items: block.stmts.iter().map(|stmt| stmt.span).collect(),
            comma: false,
            spaced: true,
        }),
        Node::Expr(expr) => match &expr.kind {
            ExprKind::List(parts) => Some(Parts {
                whole: expr.span,
                items: parts.iter().map(|part| part.span).collect(),
                comma: true,
                spaced: false,
            }),
            ExprKind::Map(entries) => Some(Parts {
                whole: expr.span,
                items: entries.iter().map(|(key, value)| key.span.to(value.span)).collect(),
                comma: true,
                spaced: false,
            }),
            _ => None,
        },
        _ => None,
    })
}

fn split_lines(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(parts) = parts(cx) else { return };
    if parts.items.is_empty() || cx.source(parts.whole).contains('\n') {
        return;
    }
    offers.add("Give each part a line of its own", |edit| {
        let indent = cx.indent(parts.whole.start);
        let mut out = String::from(cx.source(Span::new(parts.whole.start, parts.whole.start + 1)));
        for item in &parts.items {
            out.push_str(&format!("\n{indent}  {}", cx.source(*item)));
            if parts.comma {
                out.push(',');
            }
        }
        out.push_str(&format!("\n{indent}{}", cx.source(Span::new(parts.whole.end - 1, parts.whole.end))));
        edit.replace(parts.whole, out);
    });
}

pub(super) const JOIN_LINES: Assist = Assist {
    id: "join_lines",
    kind: AssistKind::Rewrite,
    about: "Write a body, a list or a block on one line",
    example: "import std.fs.File\n\npolicy web {\n  File \"/etc/motd\" {$0\n    content = \"hello\\n\"\n    mode = 0o644\n  }\n}\n",
    keeps_plan: true,
    find: join_lines,
};

fn join_lines(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(parts) = parts(cx) else { return };
    let is_short = parts.items.iter().all(|item| !cx.source(*item).contains('\n'));
    let length: usize = parts.items.iter().map(|item| item.len() as usize + 2).sum();
    let column = cx
        .text
        .get(..parts.whole.start as usize)
        .map_or(0, |before| before.len() - before.rfind('\n').map_or(0, |at| at + 1));
    let fits = column + length + 4 <= mc_syntax::WIDTH;
    if !cx.source(parts.whole).contains('\n')
        || !is_short
        || !fits
        || parts.items.is_empty()
        || cx.has_comment(parts.whole)
    {
        return;
    }
    offers.add("Write it on one line", |edit| {
        let items: Vec<&str> = parts.items.iter().map(|item| cx.source(*item)).collect();
        let open = cx.source(Span::new(parts.whole.start, parts.whole.start + 1));
        let close = cx.source(Span::new(parts.whole.end - 1, parts.whole.end));
        let space = if parts.spaced { " " } else { "" };
        edit.replace(parts.whole, format!("{open}{space}{}{space}{close}", items.join(", ")));
    });
}
