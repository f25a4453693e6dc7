//! Templates, the `.mct` files.

use super::{Condition, Expr, Param, Pattern, SmolStr};
use crate::Span;

/// A whole template.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Template {
    /// What it is given, from the `%{ param name: Type }` at its beginning. It sees nothing else.
    pub params: Vec<Param>,
    /// Its text and what stands in it, in the order of the source.
    pub parts: Vec<TemplatePart>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// Text that is copied, its escapes resolved. The line of a lone `%{ .. }` is not in it.
    Text(SmolStr, Span),
    /// `${e}`
    Hole(Expr),
    /// `%{ if c }..%{ else if d }..%{ else }..%{ end }`
    If(TemplateIf),
    /// `%{ for x in xs }..%{ end }`
    For(TemplateFor),
    /// `%{ match e }%{ case p }..%{ end }`
    Match(TemplateMatch),
    /// What could not be read.
    Error(Span),
}

/// `%{ if c }..%{ else if d }..%{ else }..%{ end }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateIf {
    /// The conditions in the order of the source, each with its text. Never empty.
    pub branches: Vec<(Condition, Vec<TemplatePart>)>,
    /// The text behind `else`.
    pub otherwise: Option<Vec<TemplatePart>>,
    /// From the first tag to `%{ end }`.
    pub span: Span,
}

/// `%{ for i, x in xs.indexed() }..%{ end }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFor {
    /// One or two patterns.
    pub patterns: Vec<Pattern>,
    /// What is run over.
    pub iterable: Expr,
    /// The text for each element.
    pub body: Vec<TemplatePart>,
    /// From the first tag to `%{ end }`.
    pub span: Span,
}

/// `%{ match e }%{ case p }..%{ end }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateMatch {
    /// What is matched.
    pub scrutinee: Expr,
    /// The cases in the order of the source.
    pub arms: Vec<TemplateArm>,
    /// From the first tag to `%{ end }`.
    pub span: Span,
}

/// `%{ case p if e }..`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateArm {
    /// What it takes.
    pub pattern: Pattern,
    /// What else has to hold.
    pub guard: Option<Expr>,
    /// Its text.
    pub body: Vec<TemplatePart>,
    /// From its tag to the next.
    pub span: Span,
}
