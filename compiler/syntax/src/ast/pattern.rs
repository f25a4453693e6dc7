//! Patterns.

use super::{Expr, Name, Path, SmolStr};
use crate::Span;

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// The whole pattern.
    pub span: Span,
}

/// The kinds of patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternKind {
    /// `_`
    Wildcard,
    /// `x`: takes the value.
    Bind(SmolStr),
    /// A literal: bool, `none`, number (also a negative one) or a string without holes.
    Literal(Expr),
    /// `(a, b)`: two patterns or more.
    Tuple(Vec<Pattern>),
    /// `Site { name, .. }`: one `Upper` name in front of the braces is a record, two are an enum and a variant.
    Record {
        /// The record's path.
        path: Path,
        /// The fields that are named.
        fields: Vec<PatternField>,
        /// Where `..` stands.
        rest: Option<Span>,
    },
    /// `.Managed { key, .. }`, `Tls.Managed { key = k, .. }`
    Variant {
        /// The enum's path, if written.
        path: Option<Path>,
        /// The variant's name.
        name: Name,
        /// The fields of the payload; `None` if no braces were written.
        fields: Option<Vec<PatternField>>,
        /// Where `..` stands.
        rest: Option<Span>,
    },
    /// What could not be read.
    Error,
}

/// A field in a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternField {
    /// The field's name.
    pub name: Name,
    /// The pattern for its value; `None` binds it under its own name.
    pub pattern: Option<Pattern>,
}
