//! The order of versions.

use std::sync::Arc;

use super::{EvalError, Result};
use crate::text::version::{Identifier, Version};
use crate::value::Value;

/// How `a` compares with `b`: -1, 0 or 1. The order of versions is that of [`crate::text`]'s rule: numbers as
/// numbers, a pre-release before its release.
///
/// # Errors
/// Only of a broken plan.
pub fn version_compare(a: &str, b: &str) -> Result<Value> {
    Ok(Value::Int(parse(a)?.compare(&parse(b)?) as i64))
}

/// A value that is ordered as its version is: what versions are sorted by.
///
/// # Errors
/// Only of a broken plan.
pub fn version_key(text: &str) -> Result<Value> {
    let version = parse(text)?;
    let identifier = |identifier: &Identifier<'_>| match identifier {
        Identifier::Number(n) => Value::Variant(0, Arc::new([Value::Int(*n)])),
        Identifier::Text(text) => Value::Variant(1, Arc::new([Value::Str((*text).into())])),
    };
    let pre = if version.pre.is_empty() {
        Value::Variant(1, Arc::new([]))
    } else {
        Value::Variant(0, version.pre.iter().map(identifier).collect())
    };
    let numbers = Value::List(version.numbers.iter().map(|n| Value::Int(*n)).collect());
    Ok(Value::Record(Arc::new([numbers, pre, Value::Str(version.text().into())])))
}

/// The number at a position, 0 where the version has none.
///
/// # Errors
/// Only of a broken plan.
pub fn version_number(text: &str, at: usize) -> Result<Value> {
    Ok(Value::Int(parse(text)?.number(at)))
}

fn parse(text: &str) -> Result<Version<'_>> {
    Version::parse(text).ok_or(EvalError::Type("a version"))
}
