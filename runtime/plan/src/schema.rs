//! Resource schemas: what a provider manages, as declared in the standard library's `.mc` files.
//!
//! The schema has one home, the `.mc` source. The compiler checks it into this model; plans carry the model
//! of every type they use, the providers' Rust is generated from it, and the hash ties the three together.

use crate::expr::{ExprId, Exprs};
use crate::value::{Type, Value};

/// The providers that the agent of this version has, by name and protocol, sorted. The standard library may
/// declare more: who compiles learns from this list what such an agent would refuse. The providers' own tests
/// hold the list to what there is.
pub const BUILT_IN: [(&str, u32); 8] = [
    ("core.command", 1),
    ("core.directory", 1),
    ("core.file", 1),
    ("core.package", 1),
    ("core.query", 1),
    ("core.service", 1),
    ("core.symlink", 1),
    ("core.user", 1),
];

/// A checked resource schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Qualified name: `std.fs.File`.
    pub name: String,
    /// The provider's name: `core.file`.
    pub provider: String,
    /// The provider protocol's version.
    pub protocol: u32,
    /// The key attribute.
    pub key: Key,
    /// The other attributes in the order of the source.
    pub attributes: Vec<Attribute>,
    /// The outputs in the order of the source.
    pub outputs: Vec<Output>,
    /// Named types its attributes and outputs use; [`Type::Named`] in this schema points here.
    pub types: Vec<crate::value::TypeDef>,
    /// The expressions of claims, relations and rules, over [`crate::expr::Node::Key`] and
    /// [`crate::expr::Node::Attribute`].
    pub exprs: Exprs,
    /// What one declaration owns on a host.
    pub claims: Vec<Claim>,
    /// What its state depends on.
    pub reads: Vec<Claim>,
    /// What it changes.
    pub writes: Vec<Claim>,
    /// Automatic edges.
    pub autoedges: Vec<Autoedge>,
    /// Declared side effects: `fs.write`, `pkg.install`, with the value they act on.
    pub effects: Vec<Effect>,
}

impl Schema {
    /// Whether one of its outputs is there only where its step was not skipped.
    #[must_use]
    pub fn produces(&self) -> bool {
        self.outputs.iter().any(|output| output.kind != OutputKind::Read)
    }

    /// Whether the agent of this version manages resources of this type.
    pub fn is_built_in(&self) -> bool {
        BUILT_IN.contains(&(self.provider.as_str(), self.protocol))
    }
}

/// A schema's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Only a label: unique in its instance, not on the host.
    pub local: bool,
}

/// An attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its type; optional means that an unset one is not managed.
    pub ty: Type,
    /// The schema's default.
    pub default: Option<Value>,
    /// Whether a secret may flow into it.
    pub accepts_secret: bool,
    /// Whether merged declarations unite their lists.
    pub union: bool,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where its value comes from.
    pub kind: OutputKind,
}

/// Where the value of an output comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputKind {
    /// The step gives it: one that is skipped gives none.
    Produced,
    /// Known before the step acts; one that is skipped gives none either.
    Early,
    /// Read from the host, also where the step is skipped.
    Read,
}

impl OutputKind {
    /// All of them, in the order of their numbers in the encoding.
    pub const ALL: [Self; 3] = [Self::Produced, Self::Early, Self::Read];

    /// The words that declare one.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Produced => "out",
            Self::Early => "early out",
            Self::Read => "read out",
        }
    }
}

/// Something that exists once on a host: a value in the domain of its type (`AbsPath`, `UnitName`, ..).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The domain: the name of the value's type.
    pub domain: String,
    /// The value; none claims nothing.
    pub value: ExprId,
}

/// `after Directory[path.parent]`: an edge to a resource of this type and key, where one is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Autoedge {
    /// Qualified name of the other type.
    pub target: String,
    /// Its key: a value, none (no edge), or a list of values.
    pub key: ExprId,
    /// The rule as written, for messages: `Directory[path.parent]`.
    pub text: String,
}

/// A declared side effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// `fs.write`
    pub name: String,
    /// What it acts on.
    pub value: Option<ExprId>,
}
