//! Texts: how they are quoted and what they are made of.

use super::change::Offers;
use super::context::Cx;
use super::secret::plain;
use super::{Assist, AssistKind};
use mc_compiler::ty::Ty;
use mc_syntax::ast::{BinaryOp, Expr, ExprKind, StringPart};

/// The text that the cursor is in, not in a hole of it.
fn literal<'db>(cx: &Cx<'db>) -> Option<&'db Expr> {
    cx.expr().filter(|expr| matches!(expr.kind, ExprKind::String(_)))
}

fn is_block(source: &str) -> bool {
    source.starts_with("\"\"\"") || source.starts_with("r\"\"\"")
}

pub(super) const TO_RAW: Assist = Assist {
    id: "raw_text",
    kind: AssistKind::Rewrite,
    about: "Write a text with backslashes as a raw one",
    example: "let number: Regex = \"\\\\d$0+\"\n",
    keeps_plan: true,
    find: to_raw,
};

fn to_raw(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(expr) = literal(cx) else { return };
    let (Some(text), source) = (plain(expr), cx.source(expr.span)) else { return };
    let fits = !text.contains(['"', '\n', '\t', '\r', '\0']) && text.contains(['\\', '$']);
    if fits && source.starts_with('"') && !is_block(source) {
        offers.add("Write it as a raw text", |edit| edit.replace(expr.span, format!("r\"{text}\"")));
    }
}

pub(super) const FROM_RAW: Assist = Assist {
    id: "plain_text",
    kind: AssistKind::Rewrite,
    about: "Write a raw text as a plain one",
    example: "let number: Regex = r\"\\d$0+\"\n",
    keeps_plan: true,
    find: from_raw,
};

fn from_raw(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(expr) = literal(cx) else { return };
    let source = cx.source(expr.span);
    if let Some(text) = plain(expr).filter(|_| source.starts_with("r\"") && !is_block(source)) {
        offers.add("Write it as a plain text", |edit| {
            edit.replace(expr.span, format!("\"{}\"", escaped(text)));
        });
    }
}

/// A text as it stands between quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '$' if chars.peek() == Some(&'{') => out.push_str("\\$"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

pub(super) const TO_BLOCK: Assist = Assist {
    id: "text_to_block",
    kind: AssistKind::Rewrite,
    about: "Write a text of several lines as a block",
    example: "let motd = \"Hello.\\nHave a ni$0ce day.\\n\"\n",
    keeps_plan: true,
    find: to_block,
};

fn to_block(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(expr) = literal(cx) else { return };
    let ExprKind::String(parts) = &expr.kind else { return };
    if !cx.source(expr.span).starts_with('"') || is_block(cx.source(expr.span)) {
        return;
    }
    // The last line ends with a newline, and what a block drops or cannot hold is not in it.
    let ends = matches!(parts.last(), Some(StringPart::Text(text, _)) if text.ends_with('\n'));
    let odd = parts.iter().any(|part| match part {
        StringPart::Text(text, _) => text.contains(['\r', '\0']) || text.contains("\"\"\""),
        StringPart::Hole(_) => false,
    });
    let Some(lines) = block_lines(cx, parts).filter(|_| ends && !odd) else { return };
    let ends_blank = lines.iter().any(|line| line.ends_with([' ', '\t']));
    if ends_blank || lines.first().is_none_or(|line| line.starts_with([' ', '\t'])) {
        return;
    }
    offers.add("Write it as a block", |edit| {
        let indent = format!("{}  ", cx.indent(expr.span.start));
        let mut out = "\"\"\"\n".to_owned();
        for line in &lines {
            if !line.is_empty() {
                out.push_str(&indent);
                out.push_str(line);
            }
            out.push('\n');
        }
        out.push_str(&indent);
        out.push_str("\"\"\"");
        edit.replace(expr.span, out);
    });
}

/// The lines of a text as they stand in a block.
fn block_lines(cx: &Cx<'_>, parts: &[StringPart]) -> Option<Vec<String>> {
    let mut all = String::new();
    for part in parts {
        match part {
            StringPart::Text(text, _) => {
                all.push_str(&text.replace('\\', "\\\\").replace("${", "\\${"));
            }
            StringPart::Hole(hole) => {
                let source = cx.source(hole.span);
                if source.contains('\n') {
                    return None;
                }
                all.push_str(&format!("${{{source}}}"));
            }
        }
    }
    Some(all.strip_suffix('\n')?.split('\n').map(str::to_owned).collect())
}

pub(super) const FROM_BLOCK: Assist = Assist {
    id: "block_to_text",
    kind: AssistKind::Rewrite,
    about: "Write a block as a text on one line",
    example: "let motd = \"\"\"\n  Hello.\n  Have a ni$0ce day.\n  \"\"\"\n",
    keeps_plan: true,
    find: from_block,
};

fn from_block(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(expr) = literal(cx) else { return };
    let ExprKind::String(parts) = &expr.kind else { return };
    if is_block(cx.source(expr.span)) {
        offers.add("Write it on one line", |edit| {
            let part = |part: &StringPart| match part {
                StringPart::Text(text, _) => escaped(text),
                StringPart::Hole(hole) => format!("${{{}}}", cx.source(hole.span)),
            };
            edit.replace(expr.span, format!("\"{}\"", parts.iter().map(part).collect::<String>()));
        });
    }
}

pub(super) const JOIN_TEXTS: Assist = Assist {
    id: "join_texts",
    kind: AssistKind::Rewrite,
    about: "Write texts that are put together as one with holes",
    example: "fn url(name: String) -> String { \"https://\" $0+ name + \"/\" }\n",
    keeps_plan: false,
    find: join_texts,
};

fn join_texts(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let is_sum = |expr: &&Expr| matches!(expr.kind, ExprKind::Binary { op: BinaryOp::Add, .. });
    let Some(whole) = cx.exprs().skip_while(|expr| !is_sum(expr)).take_while(is_sum).last() else { return };
    let mut parts = Vec::new();
    flatten(whole, &mut parts);
    let is_string =
        |expr: &&&Expr| cx.ty(expr).is_some_and(|ty| matches!(ty.plain(), Ty::String | Ty::Text(_)));
    let has_literal = parts.iter().any(|part| matches!(part.kind, ExprKind::String(_)));
    let is_short = parts.iter().all(|part| !cx.source(part.span).contains('\n'));
    if !has_literal
        || !is_short
        || parts.iter().filter(is_string).count() != parts.len()
        || cx.has_comment(whole.span)
    {
        return;
    }
    offers.add("Write it as one text with holes", |edit| {
        let mut out = String::new();
        for part in parts {
            match &part.kind {
                ExprKind::String(pieces) => {
                    for piece in pieces {
                        match piece {
                            StringPart::Text(text, _) => out.push_str(&escaped(text)),
                            StringPart::Hole(hole) => out.push_str(&format!("${{{}}}", cx.source(hole.span))),
                        }
                    }
                }
                _ => out.push_str(&format!("${{{}}}", cx.source(part.span))),
            }
        }
        edit.replace(whole.span, format!("\"{out}\""));
    });
}

fn flatten<'a>(expr: &'a Expr, parts: &mut Vec<&'a Expr>) {
    match &expr.kind {
        ExprKind::Binary { op: BinaryOp::Add, left, right, .. } => {
            flatten(left, parts);
            flatten(right, parts);
        }
        _ => parts.push(expr),
    }
}

pub(super) const SPLIT_TEXT: Assist = Assist {
    id: "split_text",
    kind: AssistKind::Rewrite,
    about: "Write a text with holes as texts that are put together",
    example: "fn url(name: String) -> String { \"https:$0//${name}/\" }\n",
    keeps_plan: false,
    find: split_text,
};

fn split_text(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(expr) = literal(cx) else { return };
    let ExprKind::String(parts) = &expr.kind else { return };
    let holes: Vec<&Expr> = parts
        .iter()
        .filter_map(|part| match part {
            StringPart::Hole(hole) => Some(hole),
            StringPart::Text(..) => None,
        })
        .collect();
    // What is no text yet is made one by a hole alone, and a checked text is checked as a whole.
    let are_texts = holes.iter().all(|hole| cx.ty(hole).is_some_and(|ty| matches!(ty.plain(), Ty::String)));
    let is_string = cx.ty(expr).is_some_and(|ty| matches!(ty.plain(), Ty::String));
    if holes.is_empty() || !are_texts || !is_string || parts.len() < 2 || is_block(cx.source(expr.span)) {
        return;
    }
    // A title is a text or stands in parentheses.
    let is_title = cx.exprs().any(|around| match &around.kind {
        ExprKind::Construct(construct) => {
            construct.title.as_ref().is_some_and(|title| title.span == expr.span)
        }
        _ => false,
    });
    let is_operand = is_title
        || cx.exprs().skip(1).take(1).any(|around| {
            matches!(around.kind, ExprKind::Field { .. } | ExprKind::Binary { .. } | ExprKind::Index { .. })
        });
    offers.add("Write it as texts that are put together", |edit| {
        let part = |part: &StringPart| match part {
            StringPart::Text(text, _) => format!("\"{}\"", escaped(text)),
            StringPart::Hole(hole) => cx.operand(hole),
        };
        let joined = parts.iter().map(part).collect::<Vec<_>>().join(" + ");
        edit.replace(expr.span, if is_operand { format!("({joined})") } else { joined });
    });
}
