//! Values and names for people.

use std::fmt::Write as _;

use crate::digest::hex;
use crate::op::write_text;
use crate::plan::Plan;
use crate::value::{Type, TypeDef, TypeShape, Value};

/// The longest text that is shown whole, in characters.
const SHOWN: usize = 200;

/// A value as a source would write it, cut where it is long. `types` names records and variants.
pub fn value(value: &Value, ty: Option<&Type>, types: &[TypeDef]) -> String {
    let mut out = String::new();
    write_value(value, ty, types, &mut out);
    if let Some((cut, _)) = out.char_indices().nth(SHOWN) {
        out.truncate(cut);
        out.push_str("..");
    }
    out
}

fn write_value(value: &Value, ty: Option<&Type>, types: &[TypeDef], out: &mut String) {
    let mut ty = ty;
    while let Some(Type::Optional(inner) | Type::Secret(inner)) = ty {
        ty = Some(inner);
    }
    let shape = match ty {
        Some(Type::Named(at)) => usize::try_from(*at).ok().and_then(|at| types.get(at)).map(|def| &def.shape),
        _ => None,
    };
    match value {
        Value::None => out.push_str("none"),
        Value::Str(text) => quote(text, out),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Duration(_)
        | Value::Size(_)
        | Value::Mode(_) => {
            // These all have a text.
            let _ = write_text(value, out);
        }
        Value::List(list) => {
            let inner = match ty {
                Some(Type::List(inner) | Type::Set(inner)) => Some(&**inner),
                _ => None,
            };
            out.push('[');
            for (at, element) in list.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                if out.len() > SHOWN * 4 {
                    out.push_str("..");
                    break;
                }
                write_value(element, inner, types, out);
            }
            out.push(']');
        }
        Value::Bytes(bytes) => {
            let _ = write!(out, "{} bytes", bytes.len());
        }
        Value::Map(entries) => {
            let (key_type, value_type) = match ty {
                Some(Type::Map(key, value)) => (Some(&**key), Some(&**value)),
                _ => (None, None),
            };
            out.push('[');
            for (at, (key, value)) in entries.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                if out.len() > SHOWN * 4 {
                    out.push_str("..");
                    break;
                }
                write_value(key, key_type, types, out);
                out.push_str(" => ");
                write_value(value, value_type, types, out);
            }
            out.push(']');
        }
        Value::Record(parts) if matches!(ty, Some(Type::Tuple(_))) => {
            let Some(Type::Tuple(types_of)) = ty else { return };
            out.push('(');
            for (at, (part, ty)) in parts.iter().zip(types_of).enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_value(part, Some(ty), types, out);
            }
            out.push(')');
        }
        Value::Record(fields) => {
            let declared = match shape {
                Some(TypeShape::Record(declared)) => declared.as_slice(),
                _ => &[],
            };
            write_fields(fields, declared, types, out);
        }
        Value::Variant(at, payload) => {
            let variant = match shape {
                Some(TypeShape::Enum(variants)) => usize::try_from(*at).ok().and_then(|at| variants.get(at)),
                _ => None,
            };
            match variant {
                Some((name, _)) => {
                    let _ = write!(out, ".{name}");
                }
                None => {
                    let _ = write!(out, "variant {at}");
                }
            }
            if !payload.is_empty() {
                out.push(' ');
                write_fields(
                    payload,
                    variant.map(|(_, fields)| fields.as_slice()).unwrap_or_default(),
                    types,
                    out,
                );
            }
        }
        Value::Blob(blob) => {
            let digest = hex(&blob.digest);
            let _ = write!(out, "{} bytes, sha256 {}", blob.size, digest.get(..16).unwrap_or(&digest));
        }
    }
}

fn write_fields(values: &[Value], declared: &[(String, Type)], types: &[TypeDef], out: &mut String) {
    out.push('{');
    for (at, value) in values.iter().enumerate() {
        out.push_str(if at > 0 { ", " } else { " " });
        if out.len() > SHOWN * 4 {
            out.push_str("..");
            break;
        }
        let field = declared.get(at);
        if let Some((name, _)) = field {
            let _ = write!(out, "{name} = ");
        }
        write_value(value, field.map(|(_, ty)| ty), types, out);
    }
    out.push_str(" }");
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars().take(SHOWN * 4) {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A step's name: `File["/etc/motd"]`, and for a key that is only a label `Command["x"] in web/Nginx`.
pub fn step_name(schema: &str, key: &Value, scope: &str) -> String {
    let short = schema.rsplit_once('.').map_or(schema, |(_, short)| short);
    identity(short, key, scope)
}

/// A step's identity: its name with the qualified type.
pub fn identity(schema: &str, key: &Value, scope: &str) -> String {
    let mut out = String::with_capacity(schema.len() + 32);
    out.push_str(schema);
    out.push('[');
    match key {
        // Whole, unlike in messages: identities must not meet.
        Value::Str(text) => {
            out.push('"');
            for c in text.chars() {
                match c {
                    '"' | '\\' => {
                        out.push('\\');
                        out.push(c);
                    }
                    c if c.is_control() => out.extend(c.escape_default()),
                    c => out.push(c),
                }
            }
            out.push('"');
        }
        other => write_value(other, None, &[], &mut out),
    }
    out.push(']');
    if !scope.is_empty() {
        out.push_str(" in ");
        out.push_str(scope);
    }
    out
}

/// A schema's short name: `File` of `std.fs.File`.
pub fn short_name(plan: &Plan, schema: u32) -> &str {
    let name =
        usize::try_from(schema).ok().and_then(|at| plan.schemas.get(at)).map_or("", |s| s.name.as_str());
    name.rsplit_once('.').map_or(name, |(_, short)| short)
}

/// The name of a step of this identity.
pub fn name_of(identity: &str) -> String {
    let (schema, rest) = identity.split_once('[').map_or((identity, ""), |(schema, rest)| (schema, rest));
    let short = schema.rsplit_once('.').map_or(schema, |(_, short)| short);
    if rest.is_empty() { short.to_owned() } else { format!("{short}[{rest}") }
}
