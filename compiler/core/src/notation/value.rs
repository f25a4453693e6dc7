//! Values as they are written.

use super::typed::{Typed, variant};
use super::{escape, separate, short};
use mc_plan::op::{render_duration, render_float, render_mode, render_size};
use mc_plan::value::{Type, TypeShape, Value};

/// A value of a known type, as it is written. Longer than `limit` bytes, it is cut.
pub fn value_text(value: &Value, expected: Typed<'_>, limit: usize) -> String {
    let mut out = String::new();
    write_value(&mut out, value, Some(expected), limit);
    cut(&mut out, limit);
    out
}

pub(super) fn cut(out: &mut String, limit: usize) {
    if out.len() > limit {
        let mut end = limit;
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        let more = out.len() - end;
        out.truncate(end);
        out.push_str(&format!(".. ({more} more bytes)"));
    }
}

/// Writes a value; with no type, without the names of its parts.
pub(super) fn write_value(out: &mut String, value: &Value, expected: Option<Typed<'_>>, limit: usize) {
    if out.len() > limit {
        return;
    }
    match value {
        Value::None => out.push_str("none"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Duration(value) => out.push_str(&render_duration(*value)),
        Value::Size(value) => out.push_str(&render_size(*value)),
        Value::Float(value) => out.push_str(&render_float(*value)),
        Value::Bytes(bytes) => {
            out.push_str(&format!("bytes {} ({} bytes)", mc_plan::digest::hex(bytes), bytes.len()));
        }
        Value::Map(entries) => {
            let expected = expected.and_then(Typed::entry);
            out.push('[');
            for (at, (key, value)) in entries.iter().enumerate() {
                separate(out, at);
                write_value(out, key, expected.map(|(key, _)| key), limit);
                out.push_str(" => ");
                write_value(out, value, expected.map(|(_, value)| value), limit);
            }
            out.push(']');
        }
        Value::Record(values) if expected.is_some_and(|typed| typed.part(0).is_some()) => {
            out.push('(');
            for (at, value) in values.iter().enumerate() {
                separate(out, at);
                write_value(out, value, expected.and_then(|typed| typed.part(at)), limit);
            }
            out.push(')');
        }
        Value::Mode(value) => out.push_str(&render_mode(*value)),
        Value::Str(text) => {
            out.push('"');
            escape(out, text);
            out.push('"');
        }
        Value::List(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                separate(out, at);
                write_value(out, element, expected.and_then(Typed::element), limit);
            }
            out.push(']');
        }
        Value::Record(values) => {
            let def = expected.and_then(Typed::shape);
            let fields = match def.map(|def| &def.shape) {
                Some(TypeShape::Record(fields)) => fields.as_slice(),
                _ => &[],
            };
            out.push_str(def.map_or("", |def| short(&def.name)));
            write_fields(out, values, fields, expected, limit);
        }
        Value::Variant(at, payload) => {
            let (name, fields) = variant(expected, *at);
            out.push('.');
            out.push_str(&name);
            if !payload.is_empty() {
                write_fields(out, payload, fields, expected, limit);
            }
        }
        Value::Blob(blob) => {
            out.push_str("blob ");
            out.push_str(&mc_plan::digest::hex(&blob.digest));
            out.push_str(&format!(" ({} bytes)", blob.size));
        }
    }
}

fn write_fields(
    out: &mut String,
    values: &[Value],
    fields: &[(String, Type)],
    expected: Option<Typed<'_>>,
    limit: usize,
) {
    out.push_str(" { ");
    for (at, value) in values.iter().enumerate() {
        separate(out, at);
        let field = fields.get(at);
        if let Some((name, _)) = field {
            out.push_str(name);
            out.push_str(" = ");
        }
        let expected = expected.zip(field).map(|(typed, (_, ty))| Typed { ty, types: typed.types });
        write_value(out, value, expected, limit);
    }
    out.push_str(" }");
}
