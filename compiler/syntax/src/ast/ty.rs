//! Written types.

use super::Name;
use crate::Span;

/// A written type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeExprKind,
    /// The whole type.
    pub span: Span,
}

/// The kinds of written types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeExprKind {
    /// `Site`, `List<Site>`, `nginx.Site`
    Path {
        /// The module's name, if qualified.
        module: Option<Name>,
        /// The type's name.
        name: Name,
        /// Its arguments.
        args: Vec<TypeExpr>,
    },
    /// `T?`
    Optional(Box<TypeExpr>),
    /// `(A, B)`: two types or more. `(T)` is `T` with the place of the parentheses.
    Tuple(Vec<TypeExpr>),
    /// `(A, B) -> C`. A `?` behind it belongs to its result: `((A) -> B)?` is an optional function.
    Function {
        /// The types of its parameters.
        params: Vec<TypeExpr>,
        /// The type of its result.
        result: Box<TypeExpr>,
    },
    /// What could not be read.
    Error,
}
