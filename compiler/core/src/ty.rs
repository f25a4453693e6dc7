//! Types.

use crate::db::Db;
use crate::name::DeclId;
use mc_plan::value::TextKind;
use std::sync::Arc;

/// A type. Records, enums, resources and components are nominal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub enum Ty {
    /// Stands where a mistake was reported; fits everything, so that no second message follows.
    Error,
    /// Of an expression that never gives a value (`fail`); fits everything.
    Never,
    /// Of a construct that is not used as a value.
    Unit,
    /// `Bool`
    Bool,
    /// `Int`
    Int,
    /// `String`
    String,
    /// `Duration`
    Duration,
    /// `Size`
    Size,
    /// `Mode`
    Mode,
    /// A checked string type.
    Text(#[salsa_value(unsafe(prove(TextKind: 'static)))] TextKind),
    /// `Blob`
    Blob,
    /// `List<T>`
    List(Arc<Ty>),
    /// `T?`
    Optional(Arc<Ty>),
    /// Two values: what `indexed()` gives.
    Pair(Arc<Ty>, Arc<Ty>),
    /// A record.
    Record(DeclId),
    /// An enum.
    Enum(DeclId),
    /// A reference to a resource of this type.
    Ref(DeclId),
    /// A reference to any resource.
    AnyRef,
    /// An instance of a component.
    Instance(DeclId),
    /// The labels of the host.
    Labels,
}

impl Ty {
    /// `List<self>`
    pub fn list(self) -> Ty {
        Ty::List(Arc::new(self))
    }

    /// `self?`; optional types do not nest.
    pub fn optional(self) -> Ty {
        match self {
            Ty::Optional(_) | Ty::Error => self,
            other => Ty::Optional(Arc::new(other)),
        }
    }

    /// The type without `?`.
    pub fn some(&self) -> &Ty {
        match self {
            Ty::Optional(inner) => inner,
            other => other,
        }
    }

    /// Whether it stands for a mistake or for no value at all.
    pub fn is_bottom(&self) -> bool {
        matches!(self, Ty::Error | Ty::Never)
    }

    /// Whether a value of `self` may stand where a `target` is expected.
    pub fn fits(&self, target: &Ty) -> bool {
        match (self, target) {
            (Ty::Error | Ty::Never, _) | (_, Ty::Error | Ty::Unit) => true,
            (a, b) if a == b => true,
            (Ty::Optional(a), Ty::Optional(b)) => a.fits(b),
            (a, Ty::Optional(b)) => a.fits(b),
            (Ty::Text(_), Ty::String) => true,
            (Ty::Text(_) | Ty::String, Ty::Blob) => true,
            (Ty::List(a), Ty::List(b)) => a.fits(b),
            (Ty::Pair(a, b), Ty::Pair(c, d)) => a.fits(c) && b.fits(d),
            (Ty::Ref(_), Ty::AnyRef) => true,
            _ => false,
        }
    }

    /// The smallest type that both fit, if there is one.
    pub fn join(&self, other: &Ty) -> Option<Ty> {
        if self.fits(other) {
            return Some(other.clone());
        }
        if other.fits(self) {
            return Some(self.clone());
        }
        match (self, other) {
            (Ty::Optional(a), b) | (b, Ty::Optional(a)) => Some(a.join(b.some())?.optional()),
            (Ty::Text(_), Ty::Text(_)) => Some(Ty::String),
            (Ty::List(a), Ty::List(b)) => Some(a.join(b)?.list()),
            (Ty::Ref(_), Ty::Ref(_)) => Some(Ty::AnyRef),
            _ => None,
        }
    }

    /// As users write it.
    pub fn display(&self, db: &dyn Db) -> String {
        match self {
            Ty::Error => "_".to_owned(),
            Ty::Never => "Never".to_owned(),
            Ty::Unit => "nothing".to_owned(),
            Ty::Bool => "Bool".to_owned(),
            Ty::Int => "Int".to_owned(),
            Ty::String => "String".to_owned(),
            Ty::Duration => "Duration".to_owned(),
            Ty::Size => "Size".to_owned(),
            Ty::Mode => "Mode".to_owned(),
            Ty::Text(kind) => kind.name().to_owned(),
            Ty::Blob => "Blob".to_owned(),
            Ty::List(inner) if inner.is_bottom() => "List<_>".to_owned(),
            Ty::List(inner) => format!("List<{}>", inner.display(db)),
            Ty::Optional(inner) if inner.is_bottom() => "none".to_owned(),
            Ty::Optional(inner) => format!("{}?", inner.display(db)),
            Ty::Pair(a, b) => format!("({}, {})", a.display(db), b.display(db)),
            Ty::Record(id) | Ty::Enum(id) | Ty::Instance(id) => id.text(db).to_string(),
            Ty::Ref(id) => format!("Ref<{}>", id.text(db)),
            Ty::AnyRef => "AnyRef".to_owned(),
            Ty::Labels => "the host's labels".to_owned(),
        }
    }

    /// Whether its values have a text of their own in a string.
    pub fn has_text(&self) -> bool {
        matches!(
            self,
            Ty::Error
                | Ty::Never
                | Ty::Bool
                | Ty::Int
                | Ty::String
                | Ty::Duration
                | Ty::Size
                | Ty::Mode
                | Ty::Text(_)
        )
    }
}

/// A built-in type by its name, if it takes no arguments.
pub fn builtin(name: &str) -> Option<Ty> {
    Some(match name {
        "Bool" => Ty::Bool,
        "Int" => Ty::Int,
        "String" => Ty::String,
        "Duration" => Ty::Duration,
        "Size" => Ty::Size,
        "Mode" => Ty::Mode,
        "Blob" => Ty::Blob,
        "AnyRef" => Ty::AnyRef,
        other => Ty::Text(TextKind::from_name(other)?),
    })
}

/// The names of the built-in types, for suggestions.
pub const BUILTIN_NAMES: &[&str] = &[
    "AbsPath",
    "AnyRef",
    "Blob",
    "Bool",
    "Cidr",
    "Duration",
    "GroupName",
    "HostName",
    "Int",
    "IpAddr",
    "List",
    "Mode",
    "PackageName",
    "Ref",
    "RelPath",
    "Size",
    "String",
    "UnitName",
    "Url",
    "UserName",
];
