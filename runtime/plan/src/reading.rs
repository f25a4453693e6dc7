//! Reads what a host says into a type: the text of a declared fact, and what stands in for it.
//!
//! The forms are those of data files: durations, sizes and modes are texts with a unit, an enum's variant is its
//! name, or a table of its name and its payload. What a document has more is passed over, because programs of other
//! versions print more. Nothing here trusts its input: it is bounded, and whatever it holds gives a value or a reason.

mod document;

pub use document::document;

use std::fmt::Write as _;

use crate::expr::Builtin;
use crate::json::{self, Entry, Json, Limits, Node};
use crate::op::{self, MAX_DEPTH};
use crate::plan::FactFormat;
use crate::value::{Float, Type, TypeDef, TypeShape, Value};

/// How much a document may hold.
const LIMITS: Limits = Limits { nodes: 1 << 18, depth: 64 };

/// The largest whole number up to which every whole number is a `Float`.
const EXACT: i64 = 1 << 53;

/// The longest text that is quoted in a message, in characters.
const SHOWN: usize = 60;

/// Why a text is no value of a type, with the way to what is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", prefix(.way))]
pub struct Misfit {
    /// From the outermost part inwards: `[0]`, `name`.
    way: Vec<String>,
    what: String,
}

fn prefix(way: &[String]) -> String {
    let mut out = String::new();
    for step in way {
        if !out.is_empty() && !step.starts_with('[') {
            out.push('.');
        }
        out.push_str(step);
    }
    if !out.is_empty() {
        out.push_str(": ");
    }
    out
}

impl Misfit {
    fn new(what: impl Into<String>) -> Self {
        Self { way: Vec::new(), what: what.into() }
    }

    fn inside(mut self, step: impl Into<String>) -> Self {
        self.way.insert(0, step.into());
        self
    }
}

type Read<T> = Result<T, Misfit>;

/// Reads bytes in one of the formats of facts.
///
/// # Errors
/// What does not fit.
pub fn bytes(bytes: &[u8], format: FactFormat, ty: &Type, types: &[TypeDef]) -> Read<Value> {
    let text = std::str::from_utf8(bytes).map_err(|_| Misfit::new("it is no UTF-8 text"))?;
    match format {
        FactFormat::Json => json(text, ty, types),
        FactFormat::Text => scalar(line_end(text), ty, types),
        FactFormat::Lines => lines(text, ty, types),
    }
}

/// Reads a JSON document.
///
/// # Errors
/// What does not fit.
pub fn json(text: &str, ty: &Type, types: &[TypeDef]) -> Read<Value> {
    let parsed = json::parse(text, LIMITS);
    if let Some(problem) = parsed.problems.first() {
        let before = text.get(..problem.span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        return Err(Misfit::new(format!("line {line}, column {column}: {}", problem.headline)));
    }
    match parsed.root {
        Some(root) => node(&root, ty, types),
        None => Err(Misfit::new("there is no value in it")),
    }
}

/// Reads a value of a document.
///
/// # Errors
/// What does not fit.
pub fn node(from: &Node, ty: &Type, types: &[TypeDef]) -> Read<Value> {
    let value = Reader { types }.value(from, ty)?;
    if op::depth(&value) > MAX_DEPTH {
        return Err(Misfit::new(format!("it nests more than {MAX_DEPTH} levels")));
    }
    Ok(value)
}

/// Reads one value of a text that is nothing but this value.
fn scalar(text: &str, ty: &Type, types: &[TypeDef]) -> Read<Value> {
    Reader { types }.text(text, ty)
}

fn lines(text: &str, ty: &Type, types: &[TypeDef]) -> Read<Value> {
    let element = match ty {
        Type::Optional(inner) => return lines(text, inner, types),
        Type::List(element) => element,
        _ => return Err(Misfit::new("lines are a list")),
    };
    let reader = Reader { types };
    let all = line_end(text);
    let lines = if text.is_empty() { Vec::new() } else { all.split('\n').collect() };
    let read = |(at, line): (usize, &str)| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        reader.text(line, element).map_err(|error| error.inside(format!("[line {}]", at + 1)))
    };
    Ok(Value::List(lines.into_iter().enumerate().map(read).collect::<Read<_>>()?))
}

/// A text without the newline at its end.
fn line_end(text: &str) -> &str {
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text)
}

/// Reads values whose named types are in a table.
struct Reader<'t> {
    types: &'t [TypeDef],
}

impl Reader<'_> {
    fn value(&self, from: &Node, ty: &Type) -> Read<Value> {
        let value = match (ty, &from.value) {
            (Type::Optional(_), Json::Null) => Value::None,
            (Type::Optional(inner), _) => return self.value(from, inner),
            (Type::Bool, Json::Bool(b)) => Value::Bool(*b),
            (Type::Int, Json::Int(n)) => Value::Int(*n),
            (Type::Float, Json::Int(n)) if (-EXACT..=EXACT).contains(n) => {
                op::call(Builtin::ToFloat, &[Value::Int(*n)])
                    .map_err(|error| Misfit::new(error.to_string()))?
            }
            (Type::Float, Json::Float(n)) => match Float::new(*n) {
                Some(n) => Value::Float(n),
                None => return Err(Misfit::new("this number is too large")),
            },
            (Type::String | Type::Text(_) | Type::Duration | Type::Size | Type::Mode, Json::Str(text)) => {
                return self.text(text, ty);
            }
            (Type::List(inner), Json::List(items)) => Value::List(self.items(items, inner)?.into()),
            (Type::Set(inner), Json::List(items)) => Value::set(self.items(items, inner)?),
            (Type::Tuple(parts), Json::List(items)) => {
                if parts.len() != items.len() {
                    let (wanted, found) = (parts.len(), items.len());
                    return Err(Misfit::new(format!("{wanted} parts are expected, and {found} are there")));
                }
                let read = |(at, (ty, item)): (usize, (&Type, &Node))| {
                    self.value(item, ty).map_err(|error| error.inside(format!("[{at}]")))
                };
                Value::Record(parts.iter().zip(items).enumerate().map(read).collect::<Read<_>>()?)
            }
            (Type::Map(key, value), Json::Table(entries)) => {
                let read = |entry: &Entry| {
                    let inside = |error: Misfit| error.inside(quoted(&entry.key));
                    Ok((
                        self.text(&entry.key, key).map_err(inside)?,
                        self.value(&entry.value, value).map_err(inside)?,
                    ))
                };
                let entries = entries.iter().map(read).collect::<Read<Vec<_>>>()?;
                Value::map(entries).map_err(|_| Misfit::new("two keys are the same"))?
            }
            (Type::Named(at), _) => return self.named(from, *at),
            (_, found) => return Err(mismatch(&self.wanted(ty), found)),
        };
        Ok(value)
    }

    fn items(&self, items: &[Node], ty: &Type) -> Read<Vec<Value>> {
        let read = |(at, item): (usize, &Node)| {
            self.value(item, ty).map_err(|error| error.inside(format!("[{at}]")))
        };
        items.iter().enumerate().map(read).collect()
    }

    fn definition(&self, at: u32) -> Read<&TypeDef> {
        let found = usize::try_from(at).ok().and_then(|at| self.types.get(at));
        found.ok_or_else(|| Misfit::new("its type is not in the plan"))
    }

    fn named(&self, from: &Node, at: u32) -> Read<Value> {
        let def = self.definition(at)?;
        match (&def.shape, &from.value) {
            (TypeShape::Record(fields), Json::Table(entries)) => {
                Ok(Value::Record(self.fields(entries, fields)?.into()))
            }
            (TypeShape::Enum(variants), Json::Str(name)) => self.variant(def, variants, name, &[]),
            (TypeShape::Enum(variants), Json::Table(entries)) => match entries.as_slice() {
                [Entry { key, value: Node { value: Json::Table(payload), .. }, .. }] => {
                    self.variant(def, variants, key, payload)
                }
                _ => Err(Misfit::new(format!("the name of one variant of `{}` is expected", short(def)))),
            },
            (_, found) => Err(mismatch(&format!("`{}`", short(def)), found)),
        }
    }

    fn fields(&self, entries: &[Entry], fields: &[(String, Type)]) -> Read<Vec<Value>> {
        let read = |(name, ty): &(String, Type)| match entries.iter().find(|entry| *entry.key == **name) {
            Some(entry) => self.value(&entry.value, ty).map_err(|error| error.inside(name.as_str())),
            None if matches!(ty, Type::Optional(_)) => Ok(Value::None),
            None => Err(Misfit::new(format!("it has no `{name}`"))),
        };
        fields.iter().map(read).collect()
    }

    /// A variant by name. One that the type does not know is its `Other { name }`, where there is one.
    fn variant(
        &self,
        def: &TypeDef,
        variants: &[(String, Vec<(String, Type)>)],
        name: &str,
        payload: &[Entry],
    ) -> Read<Value> {
        if let Some((tag, (_, fields))) = variants.iter().enumerate().find(|(_, (known, _))| known == name) {
            let fields = self.fields(payload, fields).map_err(|error| error.inside(name))?;
            return Ok(Value::Variant(u32::try_from(tag).unwrap_or(u32::MAX), fields.into()));
        }
        let other = variants.iter().position(|(known, fields)| {
            known == "Other" && matches!(fields.as_slice(), [(field, Type::String)] if field == "name")
        });
        match other {
            Some(tag) => {
                let tag = u32::try_from(tag).unwrap_or(u32::MAX);
                Ok(Value::Variant(tag, [Value::Str(name.into())].into()))
            }
            None => {
                let known: Vec<String> = variants.iter().map(|(name, _)| format!("`{name}`")).collect();
                let mut what = format!("`{}` has no variant {}", short(def), quoted(name));
                if known.len() <= 12 {
                    // Writing to a text does not fail.
                    let _ = write!(what, "; it has {}", known.join(", "));
                }
                Err(Misfit::new(what))
            }
        }
    }

    /// A text that is the value and nothing else.
    fn text(&self, text: &str, ty: &Type) -> Read<Value> {
        let parse = |builtin| match op::call(builtin, &[Value::Str(text.into())]) {
            Ok(value) if value != Value::None => Ok(value),
            _ => Err(Misfit::new(format!("{} is no {}", quoted(text), self.wanted(ty)))),
        };
        match ty {
            Type::Optional(inner) => self.text(text, inner),
            Type::String => Ok(Value::Str(text.into())),
            Type::Text(kind) => match kind.check(text) {
                Ok(()) => Ok(Value::Str(text.into())),
                Err(error) => Err(Misfit::new(error.to_string())),
            },
            Type::Bool => parse(Builtin::ParseBool),
            Type::Int => parse(Builtin::ParseInt),
            Type::Float => parse(Builtin::ParseFloat),
            Type::Duration => parse(Builtin::ParseDuration),
            Type::Size => parse(Builtin::ParseSize),
            Type::Mode => parse(Builtin::ParseMode),
            Type::Named(at) => {
                let def = self.definition(*at)?;
                match &def.shape {
                    TypeShape::Enum(variants) => self.variant(def, variants, text, &[]),
                    TypeShape::Record(_) => Err(Misfit::new(format!("a `{}` is no single text", short(def)))),
                }
            }
            _ => Err(Misfit::new(format!("a {} is no single text", self.wanted(ty)))),
        }
    }

    /// A type in words.
    fn wanted(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "`Bool`".to_owned(),
            Type::Int => "whole number".to_owned(),
            Type::Float => "number".to_owned(),
            Type::String => "text".to_owned(),
            Type::Text(kind) => format!("`{}`", kind.name()),
            Type::Duration => "duration with its unit, such as `90s`".to_owned(),
            Type::Size => "size with its unit, such as `512MiB`".to_owned(),
            Type::Mode => "mode, such as `0o644`".to_owned(),
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => "list".to_owned(),
            Type::Map(..) => "table".to_owned(),
            Type::Optional(inner) => self.wanted(inner),
            Type::Named(at) => {
                self.definition(*at).map_or_else(|_| "value".to_owned(), |def| format!("`{}`", short(def)))
            }
            Type::Blob | Type::Bytes | Type::Secret(_) => "value that facts can have".to_owned(),
        }
    }
}

fn mismatch(wanted: &str, found: &Json) -> Misfit {
    let found = match found {
        Json::Null => "`null`".to_owned(),
        Json::Bool(b) => format!("`{b}`"),
        Json::Int(n) => format!("the number {n}"),
        Json::Float(n) => format!("the number {n}"),
        Json::Str(text) => format!("the text {}", quoted(text)),
        Json::List(_) => "a list".to_owned(),
        Json::Table(_) => "a table".to_owned(),
        Json::Broken => "a mistake".to_owned(),
    };
    Misfit::new(format!("{found} stands where a {wanted} is expected"))
}

/// The last part of a type's name.
fn short(def: &TypeDef) -> &str {
    def.name.rsplit('.').next().unwrap_or(&def.name)
}

/// A text as a message shows it.
fn quoted(text: &str) -> String {
    crate::text::quoted(text, SHOWN)
}

#[cfg(test)]
mod tests;
