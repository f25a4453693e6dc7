//! Types of a plan or a schema, with the table that their names point into.

use super::short;
use mc_plan::value::{Type, TypeDef, TypeShape};

/// A type and the table that its names point into.
#[derive(Clone, Copy)]
pub struct Typed<'p> {
    pub(super) ty: &'p Type,
    pub(super) types: &'p [TypeDef],
}

impl<'p> Typed<'p> {
    /// A type with the table of a plan or of a schema.
    pub fn new(ty: &'p Type, types: &'p [TypeDef]) -> Self {
        Typed { ty, types }
    }

    /// Without the question mark: a present optional is the value itself.
    pub(super) fn present(self) -> Self {
        match self.ty {
            Type::Optional(inner) | Type::Secret(inner) => Typed { ty: inner, ..self }.present(),
            _ => self,
        }
    }

    pub(super) fn shape(self) -> Option<&'p TypeDef> {
        match self.present().ty {
            Type::Named(at) => self.types.get(*at as usize),
            _ => None,
        }
    }

    /// The names of an enum's variants.
    pub fn variants(self) -> Option<Vec<&'p str>> {
        match &self.shape()?.shape {
            TypeShape::Enum(variants) => Some(variants.iter().map(|(name, _)| name.as_str()).collect()),
            TypeShape::Record(_) => None,
        }
    }

    pub(super) fn element(self) -> Option<Self> {
        match self.present().ty {
            Type::List(inner) | Type::Set(inner) => Some(Typed { ty: inner, ..self }),
            _ => None,
        }
    }

    pub(super) fn entry(self) -> Option<(Self, Self)> {
        match self.present().ty {
            Type::Map(key, value) => Some((Typed { ty: key, ..self }, Typed { ty: value, ..self })),
            _ => None,
        }
    }

    pub(super) fn part(self, at: usize) -> Option<Self> {
        match self.present().ty {
            Type::Tuple(parts) => parts.get(at).map(|ty| Typed { ty, ..self }),
            _ => None,
        }
    }
}

/// A type as written: `List<Site>?`.
pub fn type_name(typed: Typed<'_>) -> String {
    match typed.ty {
        Type::Bool => "Bool".to_owned(),
        Type::Int => "Int".to_owned(),
        Type::String => "String".to_owned(),
        Type::Duration => "Duration".to_owned(),
        Type::Size => "Size".to_owned(),
        Type::Mode => "Mode".to_owned(),
        Type::Text(kind) => kind.name().to_owned(),
        Type::Blob => "Blob".to_owned(),
        Type::List(inner) => format!("List<{}>", type_name(Typed { ty: inner, ..typed })),
        Type::Optional(inner) => format!("{}?", type_name(Typed { ty: inner, ..typed })),
        Type::Float => "Float".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Set(inner) => format!("Set<{}>", type_name(Typed { ty: inner, ..typed })),
        Type::Map(key, value) => format!(
            "Map<{}, {}>",
            type_name(Typed { ty: key, ..typed }),
            type_name(Typed { ty: value, ..typed })
        ),
        Type::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(|ty| type_name(Typed { ty, ..typed })).collect();
            format!("({})", parts.join(", "))
        }
        Type::Secret(inner) => format!("Secret<{}>", type_name(Typed { ty: inner, ..typed })),
        Type::Named(at) => {
            typed.types.get(*at as usize).map_or("?".to_owned(), |def| short(&def.name).to_owned())
        }
    }
}

/// A variant's name and the fields of its payload.
pub(super) fn variant(typed: Option<Typed<'_>>, at: u32) -> (String, &[(String, Type)]) {
    match typed.and_then(Typed::shape).map(|def| &def.shape) {
        Some(TypeShape::Enum(variants)) => match variants.get(at as usize) {
            Some((name, fields)) => (name.clone(), fields),
            None => (format!("#{at}"), &[]),
        },
        _ => (format!("#{at}"), &[]),
    }
}

/// A record's field: its name and type.
pub(super) fn field<'p>(typed: Option<Typed<'p>>, at: u32) -> (String, Option<Typed<'p>>) {
    if let Some(typed) = typed
        && let Some(TypeShape::Record(fields)) = typed.shape().map(|def| &def.shape)
        && let Some((name, ty)) = fields.get(at as usize)
    {
        return (name.clone(), Some(Typed { ty, ..typed }));
    }
    (format!("#{at}"), None)
}

/// A payload's field; only known where one variant alone has it.
pub(super) fn payload<'p>(typed: Option<Typed<'p>>, at: u32) -> (String, Option<Typed<'p>>) {
    if let Some(typed) = typed
        && let Some(TypeShape::Enum(variants)) = typed.shape().map(|def| &def.shape)
    {
        let mut found = variants.iter().filter_map(|(_, fields)| fields.get(at as usize));
        if let (Some((name, ty)), None) = (found.next(), found.next()) {
            return (name.clone(), Some(Typed { ty, ..typed }));
        }
    }
    (format!("#{at}"), None)
}
