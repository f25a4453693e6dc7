//! Maps.

use super::{EvalError, Result, check_list, pair};
use crate::value::Value;

pub(super) fn from_pairs(list: &[Value]) -> Result<Value> {
    let entry = |element: &Value| match element {
        Value::Record(parts) => match &**parts {
            [key, value] => Ok((key.clone(), value.clone())),
            _ => Err(EvalError::Type("to_map")),
        },
        _ => Err(EvalError::Type("to_map")),
    };
    super::map(list.iter().map(entry).collect::<Result<_>>()?)
}

pub(super) fn entries(entries: &[(Value, Value)]) -> Value {
    Value::List(entries.iter().map(|(key, value)| pair(key.clone(), value.clone())).collect())
}

/// Both are sorted, so this is one pass.
pub(super) fn merge(a: &[(Value, Value)], b: &[(Value, Value)]) -> Result<Value> {
    let mut out = Vec::with_capacity(a.len().saturating_add(b.len()));
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let next = match (left.peek(), right.peek()) {
            (Some((i, _)), Some((j, _))) if i < j => left.next(),
            (Some((i, _)), Some((j, _))) => {
                if i == j {
                    left.next();
                }
                right.next()
            }
            (Some(_), None) => left.next(),
            (None, _) => right.next(),
        };
        match next {
            Some(entry) => out.push(entry.clone()),
            None => break,
        }
    }
    check_list("`merge`", out.len())?;
    Ok(Value::Map(out.into()))
}

pub(super) fn without(entries: &[(Value, Value)], keys: &[Value]) -> Value {
    let keys: std::collections::BTreeSet<&Value> = keys.iter().collect();
    Value::Map(entries.iter().filter(|(key, _)| !keys.contains(key)).cloned().collect())
}
