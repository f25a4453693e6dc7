//! What is made of the answers of a body that ran for each element.

use std::sync::Arc;

use super::{EvalError, Result, check_list};
use crate::expr::EachKind;
use crate::value::Value;

/// What [`crate::expr::Node::Each`] gives for a collection whose body gave these answers, one per element in
/// order. Answers may be missing at the end only after the one that decides `Any`, `All`, `Find` or `TakeWhile`.
///
/// # Errors
/// A list of more than [`super::MAX_LIST`] elements; an answer of another type, which is a broken plan's.
pub fn each(kind: EachKind, collection: &Value, answers: Vec<Value>) -> Result<Value> {
    let holds = |answer: &Value| match answer {
        Value::Bool(holds) => Ok(*holds),
        _ => Err(wrong(kind)),
    };
    match kind {
        EachKind::Map => Ok(Value::List(answers.into())),
        EachKind::FilterMap => {
            Ok(Value::List(answers.into_iter().filter(|answer| *answer != Value::None).collect()))
        }
        EachKind::FlatMap => flatten(kind.name(), &answers),
        EachKind::Filter => {
            let flags = answers.iter().map(holds).collect::<Result<Vec<bool>>>()?;
            pick(kind, collection, |at| flags.get(at) == Some(&true))
        }
        EachKind::Partition => {
            let flags = answers.iter().map(holds).collect::<Result<Vec<bool>>>()?;
            let yes = pick(kind, collection, |at| flags.get(at) == Some(&true))?;
            let no = pick(kind, collection, |at| flags.get(at) != Some(&true))?;
            Ok(Value::Record(Arc::new([yes, no])))
        }
        EachKind::Any | EachKind::All => {
            let wanted = kind == EachKind::Any;
            for answer in &answers {
                if holds(answer)? == wanted {
                    return Ok(Value::Bool(wanted));
                }
            }
            Ok(Value::Bool(!wanted))
        }
        EachKind::Find => match first(&answers, |answer| holds(answer))? {
            Some(at) => element(kind, collection, at),
            None => Ok(Value::None),
        },
        EachKind::TakeWhile | EachKind::SkipWhile => {
            let end = first(&answers, |answer| holds(answer).map(|holds| !holds))?.unwrap_or(answers.len());
            pick(kind, collection, |at| (at < end) == (kind == EachKind::TakeWhile))
        }
        EachKind::SortBy => {
            let elements = elements(kind, collection)?;
            let order = by_key(&answers)?;
            Ok(Value::List(order.into_iter().filter_map(|at| elements.get(at).cloned()).collect()))
        }
        EachKind::UniqueBy => {
            let elements = elements(kind, collection)?;
            let mut order = by_key(&answers)?;
            order.dedup_by(|b, a| answers.get(*b) == answers.get(*a));
            order.sort_unstable();
            Ok(Value::List(order.into_iter().filter_map(|at| elements.get(at).cloned()).collect()))
        }
        EachKind::GroupBy => {
            let elements = elements(kind, collection)?;
            let order = by_key(&answers)?;
            let groups = order.chunk_by(|a, b| answers.get(*a) == answers.get(*b));
            let entry = |group: &[usize]| {
                let key = group.first().and_then(|at| answers.get(*at)).cloned().unwrap_or(Value::None);
                (key, Value::List(group.iter().filter_map(|at| elements.get(*at).cloned()).collect()))
            };
            Ok(Value::Map(groups.map(entry).collect()))
        }
        EachKind::MinBy | EachKind::MaxBy => {
            answers.iter().try_for_each(ordered)?;
            let mut best: Option<(usize, &Value)> = None;
            for (at, answer) in answers.iter().enumerate() {
                let better =
                    best.is_none_or(
                        |(_, best)| {
                            if kind == EachKind::MinBy { answer < best } else { answer > best }
                        },
                    );
                if better {
                    best = Some((at, answer));
                }
            }
            best.map_or(Ok(Value::None), |(at, _)| element(kind, collection, at))
        }
    }
}

impl EachKind {
    /// Whether an answer decides the result, so that no further element is looked at.
    pub(crate) const fn decided_by(self, answer: &Value) -> bool {
        matches!(
            (self, answer),
            (Self::Any | Self::Find, Value::Bool(true)) | (Self::All | Self::TakeWhile, Value::Bool(false))
        )
    }

    /// Whether it may end before the last element. Then an answer that is not known yet ends it too: whether
    /// what follows is looked at at all depends on it.
    pub(crate) const fn may_end_early(self) -> bool {
        matches!(self, Self::Any | Self::All | Self::Find | Self::TakeWhile)
    }
}

/// The elements that a body runs over: of a map, records (key, value).
pub(crate) fn elements_of(collection: &Value) -> Option<Arc<[Value]>> {
    match collection {
        Value::List(list) => Some(Arc::clone(list)),
        Value::Map(entries) => Some(entries.iter().map(record).collect()),
        _ => None,
    }
}

fn record((key, value): &(Value, Value)) -> Value {
    Value::Record(Arc::new([key.clone(), value.clone()]))
}

fn wrong(kind: EachKind) -> EvalError {
    EvalError::Type(kind.name())
}

fn elements(kind: EachKind, collection: &Value) -> Result<Arc<[Value]>> {
    elements_of(collection).ok_or_else(|| wrong(kind))
}

fn element(kind: EachKind, collection: &Value, at: usize) -> Result<Value> {
    let element = match collection {
        Value::List(list) => list.get(at).cloned(),
        Value::Map(entries) => entries.get(at).map(record),
        _ => None,
    };
    element.ok_or_else(|| wrong(kind))
}

/// Some of the elements, in the same kind of collection.
fn pick(kind: EachKind, collection: &Value, mut wanted: impl FnMut(usize) -> bool) -> Result<Value> {
    fn some<T: Clone>(all: &[T], mut wanted: impl FnMut(usize) -> bool) -> Arc<[T]> {
        all.iter().enumerate().filter(|(at, _)| wanted(*at)).map(|(_, item)| item.clone()).collect()
    }
    match collection {
        Value::List(list) => Ok(Value::List(some(list, &mut wanted))),
        Value::Map(entries) => Ok(Value::Map(some(entries, &mut wanted))),
        _ => Err(wrong(kind)),
    }
}

fn first(answers: &[Value], holds: impl Fn(&Value) -> Result<bool>) -> Result<Option<usize>> {
    for (at, answer) in answers.iter().enumerate() {
        if holds(answer)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// The positions of the answers in their order; equal ones stay as they are.
fn by_key(answers: &[Value]) -> Result<Vec<usize>> {
    answers.iter().try_for_each(ordered)?;
    let mut order: Vec<usize> = (0..answers.len()).collect();
    order.sort_by(|a, b| answers.get(*a).cmp(&answers.get(*b)));
    Ok(order)
}

/// The elements of lists in one list.
pub(super) fn flatten(name: &'static str, lists: &[Value]) -> Result<Value> {
    let mut length = 0_usize;
    for list in lists {
        let Value::List(list) = list else { return Err(EvalError::Type(name)) };
        length = length.saturating_add(list.len());
    }
    check_list("this list of lists", length)?;
    Ok(Value::List(lists.iter().flat_map(Value::parts).cloned().collect()))
}

/// A value that can be a key or be sorted: one without content.
///
/// # Errors
/// Content, which is a broken plan's.
pub fn ordered(value: &Value) -> Result<()> {
    match value {
        Value::Blob(_) => Err(EvalError::Type("an order")),
        Value::List(parts) | Value::Record(parts) | Value::Variant(_, parts) => {
            parts.iter().try_for_each(ordered)
        }
        Value::Map(entries) => {
            entries.iter().try_for_each(|(key, value)| ordered(key).and_then(|()| ordered(value)))
        }
        _ => Ok(()),
    }
}
