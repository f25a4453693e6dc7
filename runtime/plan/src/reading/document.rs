//! The other way round: a value as the document that it is read from.

use crate::expr::Builtin;
use crate::op::{self, EvalError};
use crate::value::{Type, TypeDef, TypeShape, Value};

/// A JSON document from which [`json`](super::json) reads this value of this type.
///
/// # Errors
/// What is no value of the type, or not of one that hosts can read.
pub fn document(value: &Value, ty: &Type, types: &[TypeDef]) -> Result<String, EvalError> {
    let plain = Writer { types }.plain(value, ty)?;
    match op::call(Builtin::Json, &[plain])? {
        Value::Str(text) => Ok(text.to_string()),
        _ => Err(WRONG),
    }
}

const WRONG: EvalError = EvalError::Type("a document");

type Fields = [(String, Type)];

struct Writer<'t> {
    types: &'t [TypeDef],
}

impl Writer<'_> {
    /// The value as maps, lists, texts and numbers.
    fn plain(&self, value: &Value, ty: &Type) -> Result<Value, EvalError> {
        Ok(match (ty, value) {
            (Type::Optional(_), Value::None) => Value::None,
            (Type::Optional(inner), _) => return self.plain(value, inner),
            (Type::List(inner) | Type::Set(inner), Value::List(items)) => {
                Value::List(items.iter().map(|item| self.plain(item, inner)).collect::<Result<_, _>>()?)
            }
            (Type::Tuple(types), Value::Record(parts)) if types.len() == parts.len() => {
                let parts = parts.iter().zip(types).map(|(part, ty)| self.plain(part, ty));
                Value::List(parts.collect::<Result<_, _>>()?)
            }
            (Type::Map(key, inner), Value::Map(entries)) => {
                let entry = |(name, value): &(Value, Value)| {
                    Ok::<_, EvalError>((self.key(name, key)?, self.plain(value, inner)?))
                };
                Value::Map(entries.iter().map(entry).collect::<Result<_, _>>()?)
            }
            (Type::Named(at), _) => return self.named(value, *at),
            (
                Type::Bool
                | Type::Int
                | Type::Float
                | Type::String
                | Type::Text(_)
                | Type::Duration
                | Type::Size
                | Type::Mode,
                _,
            ) => value.clone(),
            _ => return Err(WRONG),
        })
    }

    /// The key of a table: a text.
    fn key(&self, value: &Value, ty: &Type) -> Result<Value, EvalError> {
        let mut text = String::new();
        op::write_text(&self.plain(value, ty)?, &mut text)?;
        Ok(Value::Str(text.into()))
    }

    fn named(&self, value: &Value, at: u32) -> Result<Value, EvalError> {
        let def = usize::try_from(at).ok().and_then(|at| self.types.get(at)).ok_or(WRONG)?;
        match (&def.shape, value) {
            (TypeShape::Record(fields), Value::Record(values)) => self.table(values, fields),
            (TypeShape::Enum(variants), Value::Variant(tag, payload)) => {
                let at = usize::try_from(*tag).ok();
                let (name, fields) = at.and_then(|at| variants.get(at)).ok_or(WRONG)?;
                let is_other = name == "Other";
                let name = Value::Str(name.as_str().into());
                match (fields.as_slice(), &**payload) {
                    ([], []) => Ok(name),
                    // What it is called, if no other variant is.
                    ([(field, Type::String)], [Value::Str(text)])
                        if is_other
                            && field == "name"
                            && variants.iter().all(|(known, _)| **known != **text) =>
                    {
                        Ok(Value::Str(text.clone()))
                    }
                    _ => Ok(Value::Map([(name, self.table(payload, fields)?)].into())),
                }
            }
            _ => Err(WRONG),
        }
    }

    fn table(&self, values: &[Value], fields: &Fields) -> Result<Value, EvalError> {
        if values.len() != fields.len() {
            return Err(WRONG);
        }
        let entry = |(value, (name, ty)): (&Value, &(String, Type))| {
            Ok::<_, EvalError>((Value::Str(name.as_str().into()), self.plain(value, ty)?))
        };
        Ok(Value::Map(values.iter().zip(fields).map(entry).collect::<Result<_, _>>()?))
    }
}
