//! Lists and sets.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::text::bounds;
use super::{BinaryOp, EvalError, Result, binary, check_list, count, equal, ordered, pair, size};
use crate::expr::Builtin;
use crate::value::Value;

pub(super) fn get(list: &[Value], at: i64) -> Value {
    usize::try_from(at).ok().and_then(|at| list.get(at)).cloned().unwrap_or(Value::None)
}

pub(super) fn index_of(list: &[Value], element: &Value) -> Value {
    list.iter().position(|other| equal(other, element)).map_or(Value::None, count)
}

pub(super) fn slice(list: &[Value], from: i64, to: i64) -> Result<Value> {
    let (from, length) = bounds(from, to)?;
    Ok(Value::List(list.iter().skip(from).take(length).cloned().collect()))
}

pub(super) fn indexed(list: &[Value]) -> Value {
    Value::List(list.iter().enumerate().map(|(at, element)| pair(count(at), element.clone())).collect())
}

pub(super) fn sort(list: &[Value]) -> Result<Value> {
    list.iter().try_for_each(ordered)?;
    let mut sorted = list.to_vec();
    sorted.sort();
    Ok(Value::List(sorted.into()))
}

pub(super) fn distinct(list: &[Value]) -> Result<Value> {
    list.iter().try_for_each(ordered)?;
    let mut seen = BTreeSet::new();
    Ok(Value::List(list.iter().filter(|element| seen.insert(*element)).cloned().collect()))
}

pub(super) fn flatten(function: Builtin, lists: &[Value]) -> Result<Value> {
    super::each::flatten(function.name(), lists)
}

pub(super) fn take(list: &Arc<[Value]>, n: i64) -> Result<Value> {
    let n = size("take", n)?;
    if n >= list.len() {
        return Ok(Value::List(Arc::clone(list)));
    }
    Ok(Value::List(list[..n].into()))
}

pub(super) fn skip(list: &[Value], n: i64) -> Result<Value> {
    let n = size("skip", n)?;
    Ok(Value::List(list.get(n..).unwrap_or_default().into()))
}

pub(super) fn zip(a: &[Value], b: &[Value]) -> Value {
    Value::List(a.iter().zip(b).map(|(a, b)| pair(a.clone(), b.clone())).collect())
}

pub(super) fn sum(list: &[Value], zero: &Value) -> Result<Value> {
    match zero {
        Value::Int(_) | Value::Float(_) | Value::Duration(_) | Value::Size(_) => {}
        _ => return Err(EvalError::Type("sum")),
    }
    list.iter().try_fold(zero.clone(), |sum, element| binary(BinaryOp::Add, &sum, element))
}

pub(super) fn extreme(list: &[Value], least: bool) -> Result<Value> {
    list.iter().try_for_each(ordered)?;
    let found = if least { list.iter().min() } else { list.iter().max() };
    Ok(found.cloned().unwrap_or(Value::None))
}

pub(super) fn range(from: i64, to: i64) -> Result<Value> {
    let length = if from < to { usize::try_from(to.abs_diff(from)).unwrap_or(usize::MAX) } else { 0 };
    check_list("`range`", length)?;
    Ok(Value::List((from..to).map(Value::Int).collect()))
}

pub(super) fn chunks(list: &[Value], n: i64) -> Result<Value> {
    match size("chunks", n)? {
        0 => Err(EvalError::Argument { function: "chunks", problem: "chunks of no elements" }),
        n => Ok(Value::List(list.chunks(n).map(|chunk| Value::List(chunk.into())).collect())),
    }
}

pub(super) fn set(list: &[Value]) -> Result<Value> {
    list.iter().try_for_each(ordered)?;
    Ok(Value::set(list.to_vec()))
}

pub(super) fn union(a: &[Value], b: &[Value]) -> Result<Value> {
    check_list("`union`", a.len().saturating_add(b.len()))?;
    let both: Vec<Value> = a.iter().chain(b).cloned().collect();
    set(&both)
}

/// The elements of a set that another one has, or has not.
pub(super) fn both(a: &[Value], b: &[Value], wanted: bool) -> Value {
    Value::List(a.iter().filter(|element| b.binary_search(element).is_ok() == wanted).cloned().collect())
}
