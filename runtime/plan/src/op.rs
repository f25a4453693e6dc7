//! The pure operations of the language, shared by the compiler's constant folding and the host's evaluator:
//! both call these functions, so both give the same answer.
//!
//! They are strict. What is lazy (`&&`, `??`, `if`, ..) belongs to the evaluators. Every result is bounded
//! ([`MAX_TEXT`], [`MAX_LIST`]) before it is built; how much an evaluation produces in all, and how deep
//! values nest ([`MAX_DEPTH`]), is the evaluators' to bound.

use std::sync::Arc;

use crate::expr::{BinaryOp, UnaryOp};
use crate::text::TextError;
use crate::value::{Blob, DuplicateKey, Float, TextKind, Value};

mod call;
mod document;
mod each;
mod encoding;
mod list;
mod map;
mod mode;
mod network;
mod number;
mod parse;
mod path;
mod render;
mod text;
mod version;

pub use call::{call, work};
pub(crate) use each::elements_of;
pub use each::{each, ordered};
pub use render::{render_duration, render_float, render_mode, render_size, write_text};
pub use version::{version_compare, version_key, version_number};

/// The longest text that an operation gives, in bytes.
pub const MAX_TEXT: usize = 16 << 20;
/// The most elements that a list has.
pub const MAX_LIST: usize = 1 << 20;
/// How deep lists, records, payloads and maps nest: a scalar has depth 0, an empty list depth 1, and a map counts
/// twice (its entries are a level of their own).
pub const MAX_DEPTH: usize = 16;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A number outside its type.
    #[error("the result of {0} does not fit a 64-bit number")]
    Overflow(&'static str),
    /// A floating-point number that is not finite.
    #[error("the result of {0} is not a finite number")]
    NotFinite(&'static str),
    /// A duration or size below zero.
    #[error("{0} gives less than zero, and a {1} is never negative")]
    Negative(&'static str, &'static str),
    /// `a / 0`, `a % 0`
    #[error("division by zero")]
    DivisionByZero,
    /// A position that the list does not have.
    #[error("the list has {length} elements, so there is none at position {index} (positions start at 0)")]
    Index {
        /// The position.
        index: i64,
        /// The list's length.
        length: usize,
    },
    /// A key that the map does not have.
    #[error("the map has no key {0}")]
    NoKey(String),
    /// A key that a map would have twice.
    #[error("the key {0} is there twice")]
    DuplicateKey(String),
    /// A text that is not of a checked string type.
    #[error(transparent)]
    Text(#[from] Box<TextError>),
    /// `fail(message)`
    #[error("{0}")]
    Fail(Arc<str>),
    /// An argument that a built-in function does not take.
    #[error("`{function}` does not take {problem}")]
    Argument {
        /// The function as written in sources.
        function: &'static str,
        /// What it was given: "an empty separator".
        problem: &'static str,
    },
    /// `path.parent` of a path that has none.
    #[error("the relative path `{0}` has no parent")]
    NoParent(Arc<str>),
    /// One of the errors that would show a part of a value that depends on a secret.
    #[error("a value that depends on a secret is not what it should be: {0}")]
    Hidden(&'static str),
    /// A text longer than [`MAX_TEXT`].
    #[error("{0} gives a text of more than 16 MiB")]
    TextTooLong(&'static str),
    /// A list longer than [`MAX_LIST`].
    #[error("{0} gives a list of more than 1048576 elements")]
    ListTooLong(&'static str),
    /// A value deeper than [`MAX_DEPTH`].
    #[error("lists, records and maps nest more than 16 levels deep")]
    TooDeep,
    /// An evaluation that takes more steps than its budget has.
    #[error("the evaluation takes more than {0} steps")]
    TooManySteps(u64),
    /// An evaluation that produces more than its budget has.
    #[error("the evaluation produces more than {0} bytes")]
    TooMuchOutput(u64),
    /// The host could not say what a fact, label, output or attribute is.
    #[error("{0}")]
    Lookup(Arc<str>),
    /// An operation on a value that it is not defined for: the plan is broken, types were checked before.
    #[error("the plan is broken: it applies {0} to a value of another type")]
    Type(&'static str),
}

impl EvalError {
    /// Whether only a broken plan can cause it, never a source or a host.
    #[must_use]
    pub const fn is_internal(&self) -> bool {
        matches!(self, Self::Type(_))
    }

    /// The same without any part of a value, for values that depend on a secret.
    #[must_use]
    pub fn hidden(self) -> Self {
        match self {
            Self::Index { .. } => Self::Hidden("there is no such position"),
            Self::NoKey(_) => Self::Hidden("there is no such key"),
            Self::DuplicateKey(_) => Self::Hidden("a key is there twice"),
            Self::Text(error) => Self::Hidden(error.kind.problem()),
            Self::Fail(_) => Self::Hidden("`fail`"),
            Self::NoParent(_) => Self::Hidden("a relative path has no parent"),
            // None of these has a part of a value.
            Self::Overflow(_)
            | Self::NotFinite(_)
            | Self::Negative(..)
            | Self::DivisionByZero
            | Self::Argument { .. }
            | Self::Hidden(_)
            | Self::TextTooLong(_)
            | Self::ListTooLong(_)
            | Self::TooDeep
            | Self::TooManySteps(_)
            | Self::TooMuchOutput(_)
            | Self::Lookup(_)
            | Self::Type(_) => self,
        }
    }
}

type Result<T, E = EvalError> = std::result::Result<T, E>;

/// `-a` on numbers, `!a` on booleans.
///
/// # Errors
/// Overflow.
pub fn unary(op: UnaryOp, a: &Value) -> Result<Value> {
    match (op, a) {
        (UnaryOp::Negate, Value::Int(a)) => {
            a.checked_neg().map(Value::Int).ok_or(EvalError::Overflow("this negation"))
        }
        (UnaryOp::Negate, Value::Float(a)) => finite("this negation", -a.get()),
        (UnaryOp::Not, Value::Bool(a)) => Ok(Value::Bool(!a)),
        (UnaryOp::Negate, _) => Err(EvalError::Type("`-`")),
        (UnaryOp::Not, _) => Err(EvalError::Type("`!`")),
    }
}

/// A strict infix operator.
///
/// # Errors
/// Overflow, division by zero, a negative duration or size, a result beyond its bound.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Result<Value> {
    match op {
        BinaryOp::Add => add(a, b),
        BinaryOp::Subtract => subtract(a, b),
        BinaryOp::Multiply => multiply(a, b),
        BinaryOp::Divide => divide(a, b),
        BinaryOp::Remainder => remainder(a, b),
        BinaryOp::Equal => Ok(Value::Bool(equal(a, b))),
        BinaryOp::NotEqual => Ok(Value::Bool(!equal(a, b))),
        BinaryOp::Less => Ok(Value::Bool(order(a, b)?.is_lt())),
        BinaryOp::LessEqual => Ok(Value::Bool(order(a, b)?.is_le())),
        BinaryOp::Greater => Ok(Value::Bool(order(a, b)?.is_gt())),
        BinaryOp::GreaterEqual => Ok(Value::Bool(order(a, b)?.is_ge())),
        BinaryOp::In => match b {
            Value::List(list) => Ok(Value::Bool(list.iter().any(|element| equal(a, element)))),
            Value::Map(entries) => Ok(Value::Bool(Value::find(entries, a).is_some())),
            _ => Err(EvalError::Type("`in`")),
        },
    }
}

fn add(a: &Value, b: &Value) -> Result<Value> {
    const WHAT: &str = "this addition";
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int).ok_or(EvalError::Overflow(WHAT)),
        (Value::Duration(a), Value::Duration(b)) => {
            a.checked_add(*b).map(Value::Duration).ok_or(EvalError::Overflow(WHAT))
        }
        (Value::Size(a), Value::Size(b)) => {
            a.checked_add(*b).map(Value::Size).ok_or(EvalError::Overflow(WHAT))
        }
        (Value::Float(a), Value::Float(b)) => finite(WHAT, a.get() + b.get()),
        (Value::Str(a), Value::Str(b)) => {
            let mut out = text_buffer(WHAT, [a.len(), b.len()])?;
            out.push_str(a);
            out.push_str(b);
            Ok(Value::Str(out.into()))
        }
        (Value::List(a), Value::List(b)) => {
            check_list(WHAT, a.len().saturating_add(b.len()))?;
            Ok(Value::List(a.iter().chain(b.iter()).cloned().collect()))
        }
        _ => Err(EvalError::Type("`+`")),
    }
}

fn subtract(a: &Value, b: &Value) -> Result<Value> {
    const WHAT: &str = "this subtraction";
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.checked_sub(*b).map(Value::Int).ok_or(EvalError::Overflow(WHAT)),
        (Value::Duration(a), Value::Duration(b)) => {
            non_negative(a.checked_sub(*b).ok_or(EvalError::Overflow(WHAT))?, WHAT)
        }
        (Value::Size(a), Value::Size(b)) => {
            a.checked_sub(*b).map(Value::Size).ok_or(EvalError::Negative(WHAT, "Size"))
        }
        (Value::Float(a), Value::Float(b)) => finite(WHAT, a.get() - b.get()),
        _ => Err(EvalError::Type("`-`")),
    }
}

fn multiply(a: &Value, b: &Value) -> Result<Value> {
    const WHAT: &str = "this multiplication";
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.checked_mul(*b).map(Value::Int).ok_or(EvalError::Overflow(WHAT)),
        (Value::Duration(a), Value::Int(b)) | (Value::Int(b), Value::Duration(a)) => {
            non_negative(a.checked_mul(*b).ok_or(EvalError::Overflow(WHAT))?, WHAT)
        }
        (Value::Size(a), Value::Int(b)) | (Value::Int(b), Value::Size(a)) => {
            if *a == 0 {
                return Ok(Value::Size(0));
            }
            let b = u64::try_from(*b).map_err(|_| EvalError::Negative(WHAT, "Size"))?;
            a.checked_mul(b).map(Value::Size).ok_or(EvalError::Overflow(WHAT))
        }
        (Value::Float(a), Value::Float(b)) => finite(WHAT, a.get() * b.get()),
        _ => Err(EvalError::Type("`*`")),
    }
}

/// Towards zero. Like from like gives an integer: how often the one fits into the other.
fn divide(a: &Value, b: &Value) -> Result<Value> {
    const WHAT: &str = "this division";
    if is_zero(b) {
        return Err(EvalError::DivisionByZero);
    }
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.checked_div(*b).map(Value::Int).ok_or(EvalError::Overflow(WHAT)),
        (Value::Duration(a), Value::Int(b)) => {
            non_negative(a.checked_div(*b).ok_or(EvalError::Overflow(WHAT))?, WHAT)
        }
        (Value::Duration(a), Value::Duration(b)) => {
            a.checked_div(*b).map(Value::Int).ok_or(EvalError::Overflow(WHAT))
        }
        (Value::Size(a), Value::Int(b)) => {
            let quotient = u64::try_from(*b).ok().and_then(|b| a.checked_div(b));
            match quotient {
                Some(quotient) => Ok(Value::Size(quotient)),
                None if a.checked_div(b.unsigned_abs()) == Some(0) => Ok(Value::Size(0)),
                None => Err(EvalError::Negative(WHAT, "Size")),
            }
        }
        (Value::Size(a), Value::Size(b)) => {
            let quotient = a.checked_div(*b).ok_or(EvalError::DivisionByZero)?;
            i64::try_from(quotient).map(Value::Int).map_err(|_| EvalError::Overflow(WHAT))
        }
        (Value::Float(a), Value::Float(b)) => finite(WHAT, a.get() / b.get()),
        _ => Err(EvalError::Type("`/`")),
    }
}

/// With the sign of the left side, so that `a == (a / b) * b + a % b`.
fn remainder(a: &Value, b: &Value) -> Result<Value> {
    const WHAT: &str = "this remainder";
    if is_zero(b) {
        return Err(EvalError::DivisionByZero);
    }
    match (a, b) {
        // The one case that overflows has the remainder zero.
        (Value::Int(_), Value::Int(-1)) => Ok(Value::Int(0)),
        (Value::Int(a), Value::Int(b)) => a.checked_rem(*b).map(Value::Int).ok_or(EvalError::Overflow(WHAT)),
        (Value::Duration(a), Value::Duration(b)) => {
            a.checked_rem(*b).map(Value::Duration).ok_or(EvalError::Overflow(WHAT))
        }
        (Value::Size(a), Value::Size(b)) => {
            a.checked_rem(*b).map(Value::Size).ok_or(EvalError::DivisionByZero)
        }
        // Exact, so the same on every machine.
        (Value::Float(a), Value::Float(b)) => finite(WHAT, a.get() % b.get()),
        _ => Err(EvalError::Type("`%`")),
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Int(0) | Value::Duration(0) | Value::Size(0) => true,
        Value::Float(n) => *n == Float::default(),
        _ => false,
    }
}

fn finite(what: &'static str, number: f64) -> Result<Value> {
    Float::new(number).map(Value::Float).ok_or(EvalError::NotFinite(what))
}

fn non_negative(nanoseconds: i64, what: &'static str) -> Result<Value> {
    if nanoseconds < 0 {
        Err(EvalError::Negative(what, "Duration"))
    } else {
        Ok(Value::Duration(nanoseconds))
    }
}

/// Whether two values are equal. Content is the same wherever the compiler put it: a blob, bytes and a text are
/// equal when they hold the same bytes.
#[must_use]
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Blob(blob), Value::Str(text)) | (Value::Str(text), Value::Blob(blob)) => {
            holds(blob, text.as_bytes())
        }
        (Value::Blob(blob), Value::Bytes(bytes)) | (Value::Bytes(bytes), Value::Blob(blob)) => {
            holds(blob, bytes)
        }
        (Value::Bytes(bytes), Value::Str(text)) | (Value::Str(text), Value::Bytes(bytes)) => {
            **bytes == *text.as_bytes()
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && (Arc::ptr_eq(a, b)
                    || a.iter().zip(b.iter()).all(|((i, a), (j, b))| equal(i, j) && equal(a, b)))
        }
        (Value::List(a), Value::List(b)) | (Value::Record(a), Value::Record(b)) => all_equal(a, b),
        (Value::Variant(i, a), Value::Variant(j, b)) => i == j && all_equal(a, b),
        _ => a == b,
    }
}

fn all_equal(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && (std::ptr::eq(a, b) || a.iter().zip(b).all(|(a, b)| equal(a, b)))
}

fn holds(blob: &Blob, bytes: &[u8]) -> bool {
    blob.size == bytes.len() as u64 && blob.digest == crate::digest::sha256(bytes)
}

fn order(a: &Value, b: &Value) -> Result<std::cmp::Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) | (Value::Duration(a), Value::Duration(b)) => Ok(a.cmp(b)),
        (Value::Size(a), Value::Size(b)) => Ok(a.cmp(b)),
        (Value::Mode(a), Value::Mode(b)) => Ok(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => Ok(a.cmp(b)),
        (Value::Str(a), Value::Str(b)) => Ok(a.cmp(b)),
        _ => Err(EvalError::Type("a comparison")),
    }
}

/// `list[index]`, `map[key]`
///
/// # Errors
/// There is no such position or key.
pub fn index(list: &Value, index: &Value) -> Result<Value> {
    if let Value::Map(entries) = list {
        return Value::find(entries, index).cloned().ok_or_else(|| EvalError::NoKey(shown(index)));
    }
    let (Value::List(list), Value::Int(index)) = (list, index) else {
        return Err(EvalError::Type("`[ ]`"));
    };
    usize::try_from(*index)
        .ok()
        .and_then(|at| list.get(at))
        .cloned()
        .ok_or(EvalError::Index { index: *index, length: list.len() })
}

/// A record's field.
///
/// # Errors
/// Only of a broken plan.
pub fn field(record: &Value, position: u32) -> Result<Value> {
    match record {
        Value::Record(fields) => fields.get(position as usize).cloned().ok_or(EvalError::Type("a field")),
        _ => Err(EvalError::Type("a field")),
    }
}

/// A field of a variant's payload.
///
/// # Errors
/// Only of a broken plan.
pub fn payload(variant: &Value, position: u32) -> Result<Value> {
    match variant {
        Value::Variant(_, fields) => {
            fields.get(position as usize).cloned().ok_or(EvalError::Type("a payload"))
        }
        _ => Err(EvalError::Type("a payload")),
    }
}

/// Whether a variant is the one at `position`.
///
/// # Errors
/// Only of a broken plan.
pub fn is_variant(value: &Value, position: u32) -> Result<Value> {
    match value {
        Value::Variant(index, _) => Ok(Value::Bool(*index == position)),
        _ => Err(EvalError::Type("a match")),
    }
}

/// A list of these elements.
///
/// # Errors
/// More than [`MAX_LIST`].
pub fn list(elements: Vec<Value>) -> Result<Value> {
    check_list("this list", elements.len())?;
    Ok(Value::List(elements.into()))
}

/// A map of these entries.
///
/// # Errors
/// A key that is there twice, more than [`MAX_LIST`] entries.
pub fn map(entries: Vec<(Value, Value)>) -> Result<Value> {
    check_list("this map", entries.len())?;
    entries.iter().try_for_each(|(key, _)| ordered(key))?;
    Value::map(entries).map_err(|DuplicateKey(key)| EvalError::DuplicateKey(shown(&key)))
}

/// A key for a message.
fn shown(key: &Value) -> String {
    const MOST: usize = 80;
    let mut out = String::new();
    match (key, write_text(key, &mut out)) {
        (Value::Str(text), _) if text.chars().count() > MOST => {
            format!("{:?}..", text.chars().take(MOST).collect::<String>())
        }
        (Value::Str(text), _) => format!("{text:?}"),
        (_, Ok(())) => out,
        (..) => "that was asked for".to_owned(),
    }
}

/// Joins the texts of values: a string with its holes.
///
/// # Errors
/// More than [`MAX_TEXT`].
pub fn concat(parts: &[Value]) -> Result<Value> {
    const WHAT: &str = "this text";
    if let [Value::Str(text)] = parts {
        return Ok(Value::Str(text.clone()));
    }
    let mut out =
        text_buffer(WHAT, parts.iter().map(|part| if let Value::Str(s) = part { s.len() } else { 8 }))?;
    for part in parts {
        write_text(part, &mut out)?;
    }
    if out.len() > MAX_TEXT {
        return Err(EvalError::TextTooLong(WHAT));
    }
    Ok(Value::Str(out.into()))
}

/// A text as one of a checked string type.
///
/// # Errors
/// The text is not of that type.
pub fn convert(kind: TextKind, text: &str) -> Result<Value> {
    check_text(kind, text)?;
    Ok(Value::Str(text.into()))
}

/// [`convert`] of a value, which is shared, not copied.
///
/// # Errors
/// The text is not of that type.
pub fn convert_value(kind: TextKind, value: &Value) -> Result<Value> {
    let Value::Str(text) = value else { return Err(EvalError::Type("a conversion")) };
    check_text(kind, text)?;
    Ok(value.clone())
}

/// Whether a text is of a checked string type: itself, or none.
///
/// # Errors
/// Only of a broken plan.
pub fn try_convert(kind: TextKind, value: &Value) -> Result<Value> {
    let Value::Str(text) = value else { return Err(EvalError::Type("a conversion")) };
    Ok(if kind.check(text).is_ok() { value.clone() } else { Value::None })
}

fn check_text(kind: TextKind, text: &str) -> Result<()> {
    kind.check(text).map_err(|error| EvalError::Text(Box::new(error)))
}

/// A list's length or position. Lists are far shorter than what an integer holds.
fn count(n: usize) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A number of things, which is not negative.
fn size(function: &'static str, n: i64) -> Result<usize> {
    if n < 0 {
        return Err(EvalError::Argument { function, problem: "a negative number" });
    }
    Ok(usize::try_from(n).unwrap_or(usize::MAX))
}

fn pair(a: Value, b: Value) -> Value {
    Value::Record(Arc::new([a, b]))
}

fn check_list(what: &'static str, length: usize) -> Result<()> {
    if length > MAX_LIST { Err(EvalError::ListTooLong(what)) } else { Ok(()) }
}

/// Room for a text of these lengths together, if it may be that long.
fn text_buffer(what: &'static str, lengths: impl IntoIterator<Item = usize>) -> Result<String> {
    let length = lengths.into_iter().fold(0_usize, usize::saturating_add);
    if length > MAX_TEXT { Err(EvalError::TextTooLong(what)) } else { Ok(String::with_capacity(length)) }
}

/// How deep a value nests, up to one more than [`MAX_DEPTH`].
#[must_use]
pub fn depth(value: &Value) -> usize {
    fn below(value: &Value, left: usize) -> usize {
        let deepest = |values: &mut dyn Iterator<Item = &Value>, left: usize| {
            let mut deepest = 0;
            for value in values {
                deepest = deepest.max(below(value, left));
                if deepest > left {
                    break;
                }
            }
            deepest
        };
        match value {
            Value::List(_) | Value::Record(_) | Value::Variant(..) => match left.checked_sub(1) {
                Some(left) => 1 + deepest(&mut value.parts().iter(), left),
                None => 1,
            },
            Value::Map(entries) => match left.checked_sub(2) {
                Some(left) => 2 + deepest(&mut entries.iter().flat_map(|(key, value)| [key, value]), left),
                None => left + 1,
            },
            _ => 0,
        }
    }
    below(value, MAX_DEPTH)
}

#[cfg(test)]
mod tests;
