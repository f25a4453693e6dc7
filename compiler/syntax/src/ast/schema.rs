//! Resource schemas.

use super::{Check, Expr, ExprKind, Name, Param, SmolStr};
use crate::Span;

/// `resource File { .. }`: the schema of something a provider manages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The type's name.
    pub name: Name,
    /// Its parts in the order of the source.
    pub items: Vec<ResourceItem>,
}

/// A part of a resource schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceItem {
    /// `provider "core.file" protocol 1`
    Provider {
        /// The provider's name.
        name: SmolStr,
        /// Where the name stands.
        name_span: Span,
        /// The protocol version.
        protocol: i64,
        /// The whole line.
        span: Span,
    },
    /// `key path: AbsPath`, `local key name: String`
    Key {
        /// Whether the key is only a label, unique in its instance.
        local: bool,
        /// Name and type; a key has no default.
        param: Param,
    },
    /// `content: Blob? accepts secret`, `union groups: List<GroupName>?`
    Attribute {
        /// Name, type and default.
        param: Param,
        /// Whether a secret may flow into it.
        accepts_secret: bool,
        /// Whether merged declarations unite their values.
        union: bool,
    },
    /// `out sha256: String`, `early out staged: AbsPath`, `read out version: String`
    Output {
        /// Where its value comes from.
        kind: OutputKind,
        /// Name and type; an output has no default.
        param: Param,
    },
    /// `claims path`, `reads path`, `writes path`: expressions over key and attributes.
    Relation {
        /// Which relation.
        kind: RelationKind,
        /// What is claimed, read or written.
        values: Vec<Expr>,
        /// The whole line.
        span: Span,
    },
    /// `after Directory[path.parent], User[owner]`: an automatic edge.
    After {
        /// `Type[key]` references over own key and attributes.
        targets: Vec<Expr>,
        /// The whole line.
        span: Span,
    },
    /// `effects fs.write(path), pkg.install`
    Effects {
        /// `domain.verb` or `domain.verb(value)`.
        effects: Vec<Expr>,
        /// The whole line.
        span: Span,
    },
    /// `check C else "why"`: holds for each declared resource, whose attributes it names.
    Check(Check),
    /// What could not be read.
    Error(Span),
}

impl ResourceItem {
    /// Whether it is `writes none`: nothing is ever changed.
    pub fn writes_none(&self) -> bool {
        match self {
            Self::Relation { kind: RelationKind::Writes, values, .. } => {
                matches!(values.as_slice(), [Expr { kind: ExprKind::None, .. }])
            }
            _ => false,
        }
    }
}

/// Where the value of an output comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutputKind {
    /// `out`: the step gives it, so one that is skipped does not.
    Produced,
    /// `early out`: known before the step acts.
    Early,
    /// `read out`: read from the host, also where the step is skipped.
    Read,
}

/// What a schema's relation line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelationKind {
    /// One owner on a host.
    Claims,
    /// Depends on the state of.
    Reads,
    /// Changes the state of.
    Writes,
}
