//! Fits what was found into the types that a plan gives it.

use std::collections::BTreeMap;

use mc_plan::value::{TextKind, Type, TypeDef, TypeShape, Value};

use super::{FactError, Finding};

impl Finding {
    /// Fits what was found into a type. A variant that the type does not know becomes its `Other { name }`,
    /// so that older plans stand on newer hosts.
    pub fn into_value(self, ty: &Type, types: &[TypeDef]) -> Result<Value, FactError> {
        fit(self, ty, types, 0)
    }
}

/// A nesting deeper than this is no type that the language can declare.
const DEPTH: u32 = 32;

fn fit(finding: Finding, ty: &Type, types: &[TypeDef], depth: u32) -> Result<Value, FactError> {
    if depth > DEPTH {
        return Err(FactError::Misfit("the fact's type is nested too deeply".to_owned()));
    }
    let value = match (ty, finding) {
        (Type::Optional(_), Finding::None) => Value::None,
        (Type::Optional(inner), finding) => fit(finding, inner, types, depth + 1)?,
        (Type::Bool, Finding::Bool(b)) => Value::Bool(b),
        (Type::Int, Finding::Int(n)) => Value::Int(n),
        (Type::Duration, Finding::Int(n)) if n >= 0 => Value::Duration(n),
        (Type::Size, Finding::Int(n)) if n >= 0 => Value::Size(n.unsigned_abs()),
        (Type::Mode, Finding::Int(n)) if (0..=0o7777).contains(&n) => {
            Value::Mode(u32::try_from(n).unwrap_or_default())
        }
        (Type::String, Finding::Text(s)) => Value::Str(s.into()),
        (Type::Text(kind), Finding::Text(s)) => checked(*kind, s)?,
        (Type::List(inner), Finding::List(list)) => {
            let list: Result<Vec<Value>, FactError> =
                list.into_iter().map(|item| fit(item, inner, types, depth + 1)).collect();
            Value::List(list?.into())
        }
        (Type::Set(inner), Finding::List(list)) => {
            let list: Result<Vec<Value>, FactError> =
                list.into_iter().map(|item| fit(item, inner, types, depth + 1)).collect();
            Value::set(list?)
        }
        (Type::Map(key, value), Finding::Record(map)) => {
            let entries: Result<Vec<(Value, Value)>, FactError> = map
                .into_iter()
                .map(|(name, item)| {
                    let key = fit(Finding::Text(name), key, types, depth + 1)?;
                    Ok((key, fit(item, value, types, depth + 1)?))
                })
                .collect();
            // The names of a record differ, and what they are fitted to are texts.
            Value::map(entries?).map_err(|_| FactError::Misfit("a name was found twice".to_owned()))?
        }
        (Type::Named(at), finding) => {
            let named = usize::try_from(*at).ok().and_then(|at| types.get(at));
            let Some(named) = named else {
                return Err(FactError::Misfit("the fact's type is not in the plan".to_owned()));
            };
            fit_named(finding, named, types, depth)?
        }
        (ty, finding) => return Err(misfit(ty, &finding)),
    };
    Ok(value)
}

fn fit_named(finding: Finding, named: &TypeDef, types: &[TypeDef], depth: u32) -> Result<Value, FactError> {
    match (&named.shape, finding) {
        (TypeShape::Record(fields), Finding::Record(map)) => {
            Ok(Value::Record(fit_fields(map, fields, types, depth)?.into()))
        }
        (TypeShape::Enum(variants), finding) => {
            let (name, payload) = match finding {
                Finding::Text(name) => (name, BTreeMap::new()),
                Finding::Record(map) if map.len() == 1 => match map.into_iter().next() {
                    Some((name, Finding::Record(payload))) => (name, payload),
                    _ => return Err(FactError::Misfit(format!("what was found is no {}", named.name))),
                },
                _ => return Err(FactError::Misfit(format!("what was found is no {}", named.name))),
            };
            let at = variants.iter().position(|(known, _)| *known == name);
            let (at, payload) = match at {
                Some(at) => (at, payload),
                None => {
                    let Some(other) = variants.iter().position(|(known, fields)| {
                        known == "Other"
                            && matches!(fields.as_slice(), [(field, Type::String)] if field == "name")
                    }) else {
                        return Err(FactError::Misfit(format!("{} has no variant {name}", named.name)));
                    };
                    (other, BTreeMap::from([("name".to_owned(), Finding::Text(name))]))
                }
            };
            let fields = variants.get(at).map(|(_, fields)| fields.as_slice()).unwrap_or_default();
            let payload = fit_fields(payload, fields, types, depth)?;
            Ok(Value::Variant(u32::try_from(at).unwrap_or(u32::MAX), payload.into()))
        }
        (_, _) => Err(FactError::Misfit(format!("what was found is no {}", named.name))),
    }
}

fn fit_fields(
    mut map: BTreeMap<String, Finding>,
    fields: &[(String, Type)],
    types: &[TypeDef],
    depth: u32,
) -> Result<Vec<Value>, FactError> {
    fields
        .iter()
        .map(|(name, ty)| {
            let finding = map.remove(name).unwrap_or(Finding::None);
            fit(finding, ty, types, depth + 1).map_err(|error| match error {
                FactError::Misfit(why) => FactError::Misfit(format!("{name}: {why}")),
                other => other,
            })
        })
        .collect()
}

fn checked(kind: TextKind, text: String) -> Result<Value, FactError> {
    match kind.check(&text) {
        Ok(()) => Ok(Value::Str(text.into())),
        Err(error) => Err(FactError::Misfit(error.to_string())),
    }
}

fn misfit(ty: &Type, finding: &Finding) -> FactError {
    let found = match finding {
        Finding::None => "nothing was found",
        Finding::Bool(_) => "a truth was found",
        Finding::Int(_) => "a number was found",
        Finding::Text(_) => "a text was found",
        Finding::List(_) => "a list was found",
        Finding::Record(_) => "a record was found",
    };
    let wanted = match ty {
        Type::Bool => "Bool",
        Type::Int => "Int",
        Type::String => "String",
        Type::Duration => "Duration",
        Type::Size => "Size",
        Type::Mode => "Mode",
        Type::Text(kind) => kind.name(),
        Type::Blob => "Blob",
        Type::List(_) => "List",
        Type::Optional(_) => "an optional",
        Type::Named(_) => "a named type",
        Type::Float => "Float",
        Type::Bytes => "Bytes",
        Type::Set(_) => "Set",
        Type::Map(..) => "Map",
        Type::Tuple(_) => "a tuple",
        Type::Secret(_) => "a secret",
    };
    FactError::Misfit(format!("{found} where {wanted} is wanted"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> Vec<TypeDef> {
        let other = ("Other".to_owned(), vec![("name".to_owned(), Type::String)]);
        vec![
            TypeDef {
                name: "std.facts.Os".into(),
                shape: TypeShape::Record(vec![
                    ("family".into(), Type::Named(1)),
                    ("version".into(), Type::Optional(Box::new(Type::String))),
                ]),
            },
            TypeDef {
                name: "std.facts.OsFamily".into(),
                shape: TypeShape::Enum(vec![("Debian".into(), vec![]), ("RedHat".into(), vec![]), other]),
            },
            TypeDef { name: "closed".into(), shape: TypeShape::Enum(vec![("Only".into(), vec![])]) },
        ]
    }

    fn record(fields: &[(&str, Finding)]) -> Finding {
        Finding::Record(fields.iter().map(|(name, finding)| ((*name).to_owned(), finding.clone())).collect())
    }

    #[test]
    fn records_fill_what_is_optional_and_variants_go_by_name() {
        let found = record(&[("family", Finding::Text("RedHat".into())), ("unknown", Finding::Bool(true))]);
        let value = found.into_value(&Type::Named(0), &types());
        assert_eq!(value, Ok(Value::Record([Value::Variant(1, [].into()), Value::None].into())));
    }

    #[test]
    fn a_variant_that_is_not_known_is_other() {
        for found in [
            Finding::Text("Plan9".into()),
            record(&[("Other", record(&[("name", Finding::Text("Plan9".into()))]))]),
            record(&[("Plan9", record(&[("edition", Finding::Int(4))]))]),
        ] {
            let value = found.into_value(&Type::Named(1), &types());
            assert_eq!(value, Ok(Value::Variant(2, [Value::Str("Plan9".into())].into())));
        }
        let closed = Finding::Text("Plan9".into()).into_value(&Type::Named(2), &types());
        assert_eq!(closed, Err(FactError::Misfit("closed has no variant Plan9".into())));
    }

    #[test]
    fn what_does_not_fit_says_where() {
        let found = record(&[("family", Finding::Int(1))]);
        let error = found.into_value(&Type::Named(0), &types()).expect_err("a number is no variant");
        assert_eq!(error.to_string(), "family: what was found is no std.facts.OsFamily");
        let error = Finding::Int(-1).into_value(&Type::Size, &[]).expect_err("no size is negative");
        assert_eq!(error.to_string(), "a number was found where Size is wanted");
        let error = Finding::Text("-".into()).into_value(&Type::Text(TextKind::HostName), &[]);
        assert!(error.is_err());
        assert!(Finding::None.into_value(&Type::Named(9), &[]).is_err(), "a type that is not there");
    }
}
