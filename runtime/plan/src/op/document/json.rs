//! JSON (RFC 8259).

use super::{Out, Result, key};
use crate::value::Value;

const WHAT: &str = "`json`";

/// On one line, or indented by two spaces and with a line end.
pub(in crate::op) fn json(value: &Value, pretty: bool) -> Result<Value> {
    let mut out = Out::new(WHAT);
    write(value, pretty.then_some(0), &mut out)?;
    if pretty {
        out.push("\n")?;
    }
    Ok(out.finish())
}

/// `indent` is that of the line on which the value begins.
fn write(value: &Value, indent: Option<usize>, out: &mut Out) -> Result<()> {
    match value {
        Value::None => out.push("null"),
        Value::List(list) => all(list, ["[", "]"], indent, out, write),
        Value::Map(entries) => all(entries, ["{", "}"], indent, out, |(name, value), indent, out| {
            out.quoted(key(WHAT, name)?)?;
            out.push(if indent.is_some() { ": " } else { ":" })?;
            write(value, indent, out)
        }),
        scalar => out.scalar(scalar),
    }
}

fn all<T>(
    items: &[T],
    [open, close]: [&str; 2],
    indent: Option<usize>,
    out: &mut Out,
    mut item: impl FnMut(&T, Option<usize>, &mut Out) -> Result<()>,
) -> Result<()> {
    out.push(open)?;
    let inner = indent.map(|indent| indent + 2);
    let line = |indent: Option<usize>, out: &mut Out| match indent {
        Some(indent) => out.push("\n").and_then(|()| out.spaces(indent)),
        None => Ok(()),
    };
    for (at, each) in items.iter().enumerate() {
        if at > 0 {
            out.push(",")?;
        }
        line(inner, out)?;
        item(each, inner, out)?;
    }
    if !items.is_empty() {
        line(indent, out)?;
    }
    out.push(close)
}
