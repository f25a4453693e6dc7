//! JSON: what `mc_plan::json` reads, with its mistakes as diagnostics.

use super::{Entry, MAX_DEPTH, MAX_NODES, Node, Reader, Value, span};
use crate::diagnostic::code;
use mc_plan::json::{self, Json, Limits, ProblemKind};
use mc_syntax::Span;
use smol_str::SmolStr;
use std::ops::Range;

pub(super) fn read(text: &str, reader: &mut Reader) -> Option<Node> {
    let parsed = json::parse(text, Limits { nodes: MAX_NODES, depth: MAX_DEPTH });
    for problem in parsed.problems {
        let at = place(&problem.span);
        match problem.kind {
            ProblemKind::Duplicate { key, first } => reader.duplicate(&key, at, place(&first)),
            ProblemKind::TooMany | ProblemKind::TooDeep => {
                reader.error(code::DATA_LIMIT, at, problem.headline).primary_label = problem.here.to_owned();
            }
            ProblemKind::Syntax => {
                let found = reader.syntax(at, problem.headline, problem.here);
                found.help = problem.help.map(str::to_owned);
            }
        }
    }
    parsed.root.map(node)
}

fn place(range: &Range<usize>) -> Span {
    span(range.start, range.end)
}

/// It nests no deeper than `MAX_DEPTH`.
fn node(read: json::Node) -> Node {
    let value = match read.value {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(b),
        Json::Int(i) => Value::Int(i),
        Json::Float(f) => Value::Float(f),
        Json::Str(text) => Value::Str(text),
        Json::List(items) => Value::List(items.into_iter().map(node).collect()),
        Json::Table(entries) => Value::Table(
            entries
                .into_iter()
                .map(|entry| Entry {
                    key: SmolStr::new(&entry.key),
                    key_span: place(&entry.key_span),
                    value: node(entry.value),
                })
                .collect(),
        ),
        Json::Broken => Value::Broken,
    };
    Node { value, span: place(&read.span) }
}
