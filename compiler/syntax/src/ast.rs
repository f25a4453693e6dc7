//! The syntax tree of one file: what was written, nothing about what it means.
//!
//! Every node that a message may point at carries its [`Span`]. Recovery leaves `Error` nodes behind, so
//! a tree exists for every input; what is wrong with it stands in the parse's error list.
//! Comments are not in the tree but in the trivia table (`trivia.rs`), except documentation comments,
//! which belong to the declaration below them.

mod expr;
mod operation;
mod pattern;
mod schema;
mod template;
mod ty;
pub mod visit;

pub use expr::*;
pub use operation::*;
pub use pattern::*;
pub use schema::*;
pub use template::*;
pub use ty::*;

use crate::span::Span;
pub use smol_str::SmolStr;

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SourceFile {
    /// The text of the leading `//!` lines, joined by newlines, without the markers.
    pub docs: Option<SmolStr>,
    /// The items in the order of the source.
    pub items: Vec<Item>,
}

/// A name with its place. Whether it is `Upper` or `lower` was decided by the lexer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name as written.
    pub text: SmolStr,
    /// Where it stands.
    pub span: Span,
}

/// A top-level declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The text of the `///` lines above it.
    pub docs: Option<SmolStr>,
    /// Where `pub` stands, if it is exported.
    pub public: Option<Span>,
    /// What it declares.
    pub kind: ItemKind,
    /// From `pub` or the keyword to its last token.
    pub span: Span,
}

/// The kinds of top-level declarations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `import a.b.{C, d as e}`
    Import(Import),
    /// `let x: T = e`
    Let(Let),
    /// `fn f(a: T) -> U { .. }`
    Fn(Fn),
    /// `type Port = Int where it > 0`
    TypeAlias(TypeAlias),
    /// `record R { .. }`
    Record(Record),
    /// `enum E { .. }`
    Enum(Enum),
    /// `labels { .. }`
    Labels(Labels),
    /// `resource R { .. }`
    Resource(Resource),
    /// `component C { .. }`
    Component(Component),
    /// `policy p { .. }`
    Policy(Policy),
    /// `guard g { .. }`
    Guard(Guard),
    /// `rollout r { .. }`
    Rollout(Rollout),
    /// `test "what holds" { .. }`
    Test(Test),
    /// `fact f: T from ..`
    FactDecl(FactDecl),
    /// What could not be read as an item.
    Error,
}

/// `import a.b`, `import a.b.C`, `import a.b.{C, d as e}`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module path, `a.b`. Never empty.
    pub module: Vec<Name>,
    /// The names taken from it; `None` imports the module itself under its last segment.
    pub names: Option<Vec<ImportName>>,
}

/// One imported name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportName {
    /// The name in the module.
    pub name: Name,
    /// The name here, if it was given another.
    pub alias: Option<Name>,
}

/// `let x: T = e`, `const let x = e`, `let (a, b) = e`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Let {
    /// Where `const` stands, if the value has to be known when the bundle is built.
    pub constant: Option<Span>,
    /// What is bound. With a pattern its text is empty and its place that of the pattern.
    pub name: Name,
    /// The pattern that takes the value apart, if it is no plain name. Only in blocks: a declaration of a
    /// module has one name.
    pub pattern: Option<Box<Pattern>>,
    /// The written type.
    pub ty: Option<TypeExpr>,
    /// Its value.
    pub value: Expr,
}

/// `fn f<T>(a: T, b: U = e) -> R { .. }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fn {
    /// The function's name.
    pub name: Name,
    /// Its type parameters.
    pub generics: Vec<Name>,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its result type.
    pub result: TypeExpr,
    /// Its body, whose last expression is the result.
    pub body: Block,
}

/// `type Port = Int where 1 <= it && it <= 65535`, `type Pair<A, B> = (A, B)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeAlias {
    /// The type's name.
    pub name: Name,
    /// Its type parameters.
    pub generics: Vec<Name>,
    /// What it stands for.
    pub ty: TypeExpr,
    /// The condition on its values, which calls them `it` (an [`ExprKind::Name`]).
    pub refinement: Option<Expr>,
}

/// A parameter of a function or a component, a field of a record or a payload, a label, or a line of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The text of the `///` lines above it.
    pub docs: Option<SmolStr>,
    /// Where `const` stands, if its value has to be known when the bundle is built (`const param`).
    pub constant: Option<Span>,
    /// How layers of data join their values (a field of a record only).
    pub merge: Option<Merge>,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its default value.
    pub default: Option<Expr>,
    /// The whole parameter.
    pub span: Span,
}

/// The word in front of a record's field that says how layers of data join: `append aliases: List<HostName>`.
/// It stands where a schema has its `union`, and for the same reason. A field without one is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Which rule.
    pub rule: MergeRule,
    /// Where the word stands.
    pub span: Span,
}

/// How the values that several layers give to one field become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MergeRule {
    /// The last layer's value is taken whole.
    Replace,
    /// Lists are put one behind the other, sets are united.
    Append,
    /// Records are joined field by field, maps key by key.
    Merge,
}

/// `record R<T> { a: T, append b: List<U> = e, check c else "why" }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The record's name.
    pub name: Name,
    /// Its type parameters.
    pub generics: Vec<Name>,
    /// Its fields.
    pub fields: Vec<Param>,
    /// What holds for its values.
    pub checks: Vec<Check>,
}

/// `check C else "why"`: an assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What has to hold.
    pub condition: Expr,
    /// Why, for the one whose values break it.
    pub message: Expr,
    /// The whole line.
    pub span: Span,
}

/// `enum E<T> { A, B { x: T } }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// The enum's name.
    pub name: Name,
    /// Its type parameters.
    pub generics: Vec<Name>,
    /// Its variants.
    pub variants: Vec<Variant>,
}

/// One variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The text of the `///` lines above it.
    pub docs: Option<SmolStr>,
    /// The variant's name, `Upper`.
    pub name: Name,
    /// The payload's fields; empty without a payload.
    pub fields: Vec<Param>,
    /// What holds for its payload.
    pub checks: Vec<Check>,
    /// The whole variant.
    pub span: Span,
}

/// `labels { role: Role, env: Env = .Dev }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Where the word `labels` stands.
    pub keyword: Span,
    /// The declared labels.
    pub fields: Vec<Param>,
}

/// `component C<T> { param .. }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The component's name.
    pub name: Name,
    /// Its type parameters.
    pub generics: Vec<Name>,
    /// Its body.
    pub body: Block,
}

/// `policy p { select .. }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The policy's name.
    pub name: Name,
    /// Its body.
    pub body: Block,
}

/// `{ .. }` with statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The statements in the order of the source.
    pub stmts: Vec<Stmt>,
    /// From brace to brace.
    pub span: Span,
}

/// A statement of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stmt {
    /// The text of the `///` lines above it (`param` and `out` have documentation).
    pub docs: Option<SmolStr>,
    /// What it is.
    pub kind: StmtKind,
    /// The whole statement.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StmtKind {
    /// `let x = e`
    Let(Let),
    /// `param x: T = e`, `const param x: T` (component)
    Param(Box<Param>),
    /// `out x: T = e` (component)
    Out(Out),
    /// `select e` (policy)
    Select(Expr),
    /// `after other_policy` (policy): the order of whole policies.
    After(Expr),
    /// `check C else "why"`
    Check(Check),
    /// `defaults File { mode = 0o644 }`
    Defaults(Defaults),
    /// `prune [File, Cron] limit 20` (policy)
    Prune(Prune),
    /// A declaration, a control construct or the block's value.
    Expr(Expr),
    /// What could not be read.
    Error,
}

/// `out url: String = e`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Out {
    /// The output's name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its value.
    pub value: Expr,
}

/// `defaults File { .. }`: what resources of a type in this block and the blocks inside of it leave open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// The resource type.
    pub path: Path,
    /// Attributes and clauses.
    pub body: Body,
}

/// `prune [File, Cron] limit 20`: the removal of what the policy no longer declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prune {
    /// The resource types.
    pub types: Vec<Path>,
    /// How many removals in one run are too many.
    pub limit: Option<Expr>,
}
