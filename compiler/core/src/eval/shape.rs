//! Built-in functions that ask only for the shape of a collection: what they give is known as soon as the
//! shape is, and the elements may come later.

use super::Datum;
use mc_plan::expr::Builtin;
use mc_plan::op;
use mc_plan::value::Value;
use std::collections::BTreeMap;

/// What a built-in function gives for collections whose shape is known. None where it asks for more, or
/// fails: then the values decide.
pub(super) fn of_shape(builtin: Builtin, args: &[Datum]) -> Option<Datum> {
    let (first, rest) = args.split_first()?;
    let elements = first.elements()?;
    let truth = |value: bool| Some(Datum::Value(Value::Bool(value)));
    let count = |count: usize| Some(Datum::Value(Value::Int(count as i64)));
    match (builtin, rest) {
        (Builtin::Len, []) => count(elements.len()),
        (Builtin::IsEmpty, []) => truth(elements.is_empty()),
        (Builtin::First, []) => Some(elements.into_iter().next().unwrap_or(Datum::NONE)),
        (Builtin::Last, []) => Some(elements.into_iter().next_back().unwrap_or(Datum::NONE)),
        (Builtin::Indexed, []) => {
            let pair = |(i, x): (usize, Datum)| Datum::record(vec![Datum::Value(Value::Int(i as i64)), x]);
            Some(Datum::list(elements.into_iter().enumerate().map(pair).collect()))
        }
        (Builtin::Reverse | Builtin::Take | Builtin::Skip | Builtin::Slice, _) => {
            picked(builtin, elements, rest)
        }
        (Builtin::Flatten, []) => {
            let lists: Option<Vec<Vec<Datum>>> = elements.iter().map(Datum::elements).collect();
            Some(Datum::list(lists?.into_iter().flatten().collect()))
        }
        (Builtin::Zip, [other]) => {
            let pairs = elements.into_iter().zip(other.elements()?);
            Some(Datum::list(pairs.map(|(a, b)| Datum::record(vec![a, b])).collect()))
        }
        _ => of_map(builtin, first, rest),
    }
}

/// The elements at the positions that a function picks of a list of positions.
fn picked(builtin: Builtin, elements: Vec<Datum>, rest: &[Datum]) -> Option<Datum> {
    let mut values = vec![Value::List((0..elements.len() as i64).map(Value::Int).collect())];
    for argument in rest {
        let Datum::Value(value) = argument else { return None };
        values.push(value.clone());
    }
    let Ok(Value::List(positions)) = op::call(builtin, &values) else { return None };
    let element = |position: &Value| match position {
        Value::Int(at) => elements.get(*at as usize).cloned(),
        _ => None,
    };
    Some(Datum::list(positions.iter().map(element).collect::<Option<Vec<Datum>>>()?))
}

fn of_map(builtin: Builtin, map: &Datum, rest: &[Datum]) -> Option<Datum> {
    if let (Builtin::Merge, [other]) = (builtin, rest) {
        return merged(map, other);
    }
    let Datum::Map(entries) = map else { return None };
    let find = |key: &Value| entries.iter().find(|(known, _)| known == key);
    match (builtin, rest) {
        (Builtin::Values, []) => Some(Datum::list(entries.iter().map(|(_, value)| value.clone()).collect())),
        (Builtin::Entries, []) => Some(Datum::list(map.elements()?)),
        (Builtin::Keys, []) => {
            let keys: Vec<Value> = entries.iter().map(|(key, _)| key.clone()).collect();
            Some(Datum::Value(Value::List(keys.into())))
        }
        (Builtin::Get, [Datum::Value(key)]) => {
            Some(find(key).map_or(Datum::NONE, |(_, value)| value.clone()))
        }
        (Builtin::ContainsKey, [Datum::Value(key)]) => Some(Datum::Value(Value::Bool(find(key).is_some()))),
        (Builtin::Without, [Datum::Value(Value::List(keys))]) => {
            let kept = entries.iter().filter(|(key, _)| !keys.contains(key));
            Some(Datum::map(kept.cloned().collect()))
        }
        _ => None,
    }
}

/// Two maps in one; of a key that both have the second value counts.
fn merged(a: &Datum, b: &Datum) -> Option<Datum> {
    let entries = |map: &Datum| match map {
        Datum::Map(entries) => Some(entries.to_vec()),
        Datum::Value(Value::Map(entries)) => {
            let entry = |(key, value): &(Value, Value)| (key.clone(), Datum::Value(value.clone()));
            Some(entries.iter().map(entry).collect())
        }
        _ => None,
    };
    let all = entries(a)?.into_iter().chain(entries(b)?);
    Some(Datum::map(all.collect::<BTreeMap<_, _>>().into_iter().collect()))
}
