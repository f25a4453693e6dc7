//! YAML 1.2, in block style.
//!
//! A text stands bare only where no reader can take it for anything else, of version 1.1 neither: it begins with a
//! letter, has only letters, digits and a few signs, and is none of the words for truth and nothing. A text of
//! several lines is a literal block where its lines allow it. All others are in double quotes.

use super::{Out, Result, escaped, key};
use crate::op::EvalError;
use crate::value::Value;

const WHAT: &str = "`yaml`";

/// A document with a line end.
pub(in crate::op) fn yaml(value: &Value) -> Result<Value> {
    let mut out = Out::new(WHAT);
    block(value, 0, false, &mut out)?;
    Ok(out.finish())
}

/// A value whose lines are indented by `indent`. With `begun`, its first line already is.
fn block(value: &Value, indent: usize, begun: bool, out: &mut Out) -> Result<()> {
    let mut begun = begun;
    let mut line = |out: &mut Out| if std::mem::take(&mut begun) { Ok(()) } else { out.spaces(indent) };
    match value {
        Value::List(list) if !list.is_empty() => {
            for element in list.iter() {
                line(out)?;
                out.push("- ")?;
                // A list or map in a list begins on the line of its hyphen.
                if is_block(element) {
                    block(element, indent + 2, true, out)?;
                } else {
                    flow(element, indent + 2, out)?;
                }
            }
            Ok(())
        }
        Value::Map(entries) if !entries.is_empty() => {
            for (name, value) in entries.iter() {
                line(out)?;
                write_key(key(WHAT, name)?, out)?;
                if is_block(value) {
                    out.push(":\n")?;
                    block(value, indent + 2, false, out)?;
                } else {
                    out.push(": ")?;
                    flow(value, indent + 2, out)?;
                }
            }
            Ok(())
        }
        other => {
            line(out)?;
            flow(other, indent + 2, out)
        }
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::List(list) => !list.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        _ => false,
    }
}

/// What stands after its key or hyphen, with the line end. Further lines are indented by `indent`.
fn flow(value: &Value, indent: usize, out: &mut Out) -> Result<()> {
    match value {
        Value::None => out.push("null")?,
        Value::List(_) => out.push("[]")?,
        Value::Map(_) => out.push("{}")?,
        Value::Str(text) if is_literal(text) => return literal(text, indent, out),
        Value::Str(text) if is_bare(text) => out.push(text)?,
        scalar => out.scalar(scalar)?,
    }
    out.push("\n")
}

/// The longest key on the line of its value: 1024 characters with its quotes, and escapes take up to six.
const KEY: usize = 1000 / 6;

fn write_key(name: &str, out: &mut Out) -> Result<()> {
    if name.chars().count() > KEY {
        return Err(EvalError::Argument { function: "yaml", problem: "a key of more than 166 characters" });
    }
    if is_bare(name) { out.push(name) } else { out.quoted(name) }
}

fn is_bare(text: &str) -> bool {
    const WORDS: [&str; 12] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "t", "f", "nan"];
    let first = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '_');
    let rest = |c: char| c.is_ascii_alphanumeric() || "/_.-+@ ".contains(c);
    text.starts_with(first)
        && text.chars().all(rest)
        && !text.ends_with(' ')
        && text.len() <= 1024
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a text can be a literal block: several lines of which the first has something and does not begin with
/// white space (which would be taken for indentation), nothing but line ends to escape, one line end at the end
/// or none, and no line of only white space.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !body.is_empty()
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && body.lines().all(|line| line.is_empty() || !line.trim().is_empty())
        && !body.chars().any(|c| c != '\n' && c != '"' && c != '\\' && escaped(c))
}

fn literal(text: &str, indent: usize, out: &mut Out) -> Result<()> {
    out.push(if text.ends_with('\n') { "|\n" } else { "|-\n" })?;
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            out.spaces(indent)?;
            out.push(line)?;
        }
        out.push("\n")?;
    }
    Ok(())
}
