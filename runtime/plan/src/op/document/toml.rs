//! TOML 1.0.
//!
//! Tables stand under headers, after the entries of the table that they are in; lists of maps are arrays of tables;
//! everything else is on one line.

use super::{Out, Result, key};
use crate::op::EvalError;
use crate::value::Value;

const WHAT: &str = "`toml`";

/// A document of a map.
pub(in crate::op) fn toml(value: &Value) -> Result<Value> {
    let Value::Map(entries) = value else { return Err(EvalError::Type(WHAT)) };
    let mut out = Out::new(WHAT);
    table(entries, &mut Vec::new(), &mut out)?;
    Ok(out.finish())
}

/// How a value stands in a table.
#[derive(PartialEq, Eq)]
enum Place {
    /// Nowhere.
    Left,
    /// After its key.
    Inline,
    /// Under a header.
    Table,
    /// Under headers in double brackets.
    Tables,
}

fn place(value: &Value) -> Place {
    match value {
        Value::None => Place::Left,
        Value::Map(_) => Place::Table,
        Value::List(list)
            if !list.is_empty() && list.iter().all(|element| matches!(element, Value::Map(_))) =>
        {
            Place::Tables
        }
        _ => Place::Inline,
    }
}

fn table<'a>(entries: &'a [(Value, Value)], path: &mut Vec<&'a str>, out: &mut Out) -> Result<()> {
    for (name, value) in entries {
        if place(value) == Place::Inline {
            write_key(key(WHAT, name)?, out)?;
            out.push(" = ")?;
            inline(value, out)?;
            out.push("\n")?;
        }
    }
    for (name, value) in entries {
        path.push(key(WHAT, name)?);
        match (place(value), value) {
            (Place::Table, Value::Map(inner)) => {
                // A table that only holds tables needs no header of its own.
                let own = inner.iter().any(|(_, value)| place(value) == Place::Inline);
                let below =
                    inner.iter().any(|(_, value)| matches!(place(value), Place::Table | Place::Tables));
                if own || !below {
                    header(path, ["[", "]"], out)?;
                }
                table(inner, path, out)?;
            }
            (Place::Tables, Value::List(list)) => {
                for element in list.iter() {
                    let Value::Map(inner) = element else { return Err(EvalError::Type(WHAT)) };
                    header(path, ["[[", "]]"], out)?;
                    table(inner, path, out)?;
                }
            }
            _ => {}
        }
        path.pop();
    }
    Ok(())
}

fn header(path: &[&str], [open, close]: [&str; 2], out: &mut Out) -> Result<()> {
    if !out.text.is_empty() {
        out.push("\n")?;
    }
    out.push(open)?;
    for (at, name) in path.iter().enumerate() {
        if at > 0 {
            out.push(".")?;
        }
        write_key(name, out)?;
    }
    out.push(close)?;
    out.push("\n")
}

fn write_key(name: &str, out: &mut Out) -> Result<()> {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(bare) { out.push(name) } else { out.quoted(name) }
}

fn inline(value: &Value, out: &mut Out) -> Result<()> {
    match value {
        Value::None => {
            Err(EvalError::Argument { function: "toml", problem: "none in a list: TOML has nothing for it" })
        }
        Value::List(list) => {
            out.push("[")?;
            for (at, element) in list.iter().enumerate() {
                if at > 0 {
                    out.push(", ")?;
                }
                inline(element, out)?;
            }
            out.push("]")
        }
        Value::Map(entries) => {
            let entries = entries.iter().filter(|(_, value)| *value != Value::None);
            let mut open = "{ ";
            for (name, value) in entries {
                out.push(open)?;
                open = ", ";
                write_key(key(WHAT, name)?, out)?;
                out.push(" = ")?;
                inline(value, out)?;
            }
            out.push(if open == "{ " { "{}" } else { " }" })
        }
        scalar => out.scalar(scalar),
    }
}
