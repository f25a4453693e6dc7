//! INI files, as systemd, Git and most libraries read them: entries, then sections.
//!
//! The format has no standard and no escapes that all readers know, so what it cannot say is refused.

use super::{Out, Result, key, text_of};
use crate::op::EvalError;
use crate::value::Value;

const WHAT: &str = "`ini`";

fn refuse<T>(problem: &'static str) -> Result<T> {
    Err(EvalError::Argument { function: "ini", problem })
}

/// A document of a map: its own entries first, then those of the maps in it, each under its name.
pub(in crate::op) fn ini(value: &Value) -> Result<Value> {
    let Value::Map(entries) = value else { return Err(EvalError::Type(WHAT)) };
    let mut out = Out::new(WHAT);
    let is_section = |value: &Value| matches!(value, Value::Map(_));
    for (name, value) in entries.iter().filter(|(_, value)| !is_section(value)) {
        write_entry(key(WHAT, name)?, value, &mut out)?;
    }
    for (name, value) in entries.iter() {
        let Value::Map(section) = value else { continue };
        let name = key(WHAT, name)?;
        if name.is_empty() || name.trim() != name || name.contains(['[', ']']) || control(name) {
            return refuse("a section whose name is empty, has brackets, or has white space around it");
        }
        if !out.text.is_empty() {
            out.push("\n")?;
        }
        out.push("[")?;
        out.push(name)?;
        out.push("]\n")?;
        for (name, value) in section.iter() {
            write_entry(key(WHAT, name)?, value, &mut out)?;
        }
    }
    Ok(out.finish())
}

fn control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && c != '\t')
}

fn write_entry(name: &str, value: &Value, out: &mut Out) -> Result<()> {
    match value {
        Value::None => return Ok(()),
        Value::Map(_) => return refuse("a section in a section"),
        Value::List(list) => {
            for element in list.iter() {
                if matches!(element, Value::List(_)) {
                    return refuse("a list in a list");
                }
                write_entry(name, element, out)?;
            }
            return Ok(());
        }
        _ => {}
    }
    let special = name.contains(['=', ':', '[', ']', '"']) || name.starts_with(['#', ';']);
    if name.is_empty() || name.trim() != name || special || control(name) {
        return refuse(
            "a key that is empty, has one of `= : [ ] \"`, is a comment, or has white space around it",
        );
    }
    let text = text_of(value)?;
    if text.trim() != text || control(&text) {
        return refuse("a value with a line end or another control character, or white space around it");
    }
    out.push(name)?;
    out.push(" = ")?;
    out.push(&text)?;
    out.push("\n")
}
