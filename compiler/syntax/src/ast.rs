//! The syntax tree of one file: what was written, nothing about what it means.
//!
//! Every node that a message may point at carries its [`Span`]. Recovery leaves `Error` nodes behind, so
//! a tree exists for every input; what is wrong with it stands in the parse's error list.
//! Comments are not in the tree but in the trivia table (`trivia.rs`), except documentation comments,
//! which belong to the declaration below them.

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

/// `let x: T = e`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Let {
    /// What is bound.
    pub name: Name,
    /// The written type.
    pub ty: Option<TypeExpr>,
    /// Its value.
    pub value: Expr,
}

/// `fn f(a: T, b: U = e) -> R { .. }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fn {
    /// The function's name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its result type.
    pub result: TypeExpr,
    /// Its body, whose last expression is the result.
    pub body: Block,
}

/// A parameter of a function or a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The text of the `///` lines above it.
    pub docs: Option<SmolStr>,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its default value.
    pub default: Option<Expr>,
    /// The whole parameter.
    pub span: Span,
}

/// `record R { a: T, b: U = e }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The record's name.
    pub name: Name,
    /// Its fields.
    pub fields: Vec<Param>,
}

/// `enum E { A, B { x: T } }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// The enum's name.
    pub name: Name,
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
    /// `out sha256: String`, `early out staged: AbsPath`
    Output {
        /// Known before the step acts.
        early: bool,
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
    /// What could not be read.
    Error(Span),
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

/// `component C { param .. }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The component's name.
    pub name: Name,
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
    /// `param x: T = e` (component)
    Param(Param),
    /// `out x: T = e` (component)
    Out(Out),
    /// `select e` (policy)
    Select(Expr),
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
    /// What could not be read.
    Error,
}

/// An `Upper` path in an expression: `File`, `nginx.Site`, `Tls.Off`, `nginx.Tls.Off`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// A module's name in front.
    pub module: Option<Name>,
    /// One or more `Upper` names; two are an enum and its variant.
    pub segments: Vec<Name>,
    /// The whole path.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The whole expression.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// `true`
    Bool(bool),
    /// `none`
    None,
    /// `80`
    Int(i64),
    /// `1h30m`, in nanoseconds.
    Duration(i64),
    /// `512MiB`, in bytes.
    Size(u64),
    /// `0o644`
    Mode(u32),
    /// `"text ${hole}"`; raw and block strings come out the same.
    String(Vec<StringPart>),
    /// A `lower` name.
    Name(SmolStr),
    /// An `Upper` path as a value: `Tls.Off`.
    Path(Path),
    /// `.Off`
    Variant(Name),
    /// `self`
    SelfValue,
    /// `a.b`, `a?.b`
    Field {
        /// Left of the dot.
        base: Box<Expr>,
        /// `?.`
        optional: bool,
        /// Right of the dot.
        name: Name,
    },
    /// `f(a, b = c)`, `x.map(|y| ..)`
    Call {
        /// What is called: a name or a field of something.
        callee: Box<Expr>,
        /// The arguments.
        args: Vec<Arg>,
    },
    /// `xs[0]`
    Index {
        /// What is indexed.
        base: Box<Expr>,
        /// The index.
        index: Box<Expr>,
    },
    /// `-a`, `!a`
    Unary {
        /// The operator.
        op: UnaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Its operand.
        operand: Box<Expr>,
    },
    /// `a + b`
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `Site { .. }`, `File "/etc/motd" { .. }`, `Tls.Managed { .. }`, `Nginx "blue" { .. }`
    Construct(Box<Construct>),
    /// `File["/etc/motd"]`
    Reference {
        /// The resource type.
        path: Path,
        /// Its key.
        key: Box<Expr>,
    },
    /// `AbsPath(x)`: a checked conversion.
    Convert {
        /// The type.
        path: Path,
        /// The value.
        value: Box<Expr>,
    },
    /// `if c { } else { }`
    If(Box<If>),
    /// `match x { }`
    Match(Box<Match>),
    /// `for x in xs { }`
    For(Box<For>),
    /// `|x| e`
    Lambda(Box<Lambda>),
    /// `(e)`
    Paren(Box<Expr>),
    /// What could not be read.
    Error,
}

/// A piece of a string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StringPart {
    /// Text with its escapes resolved.
    Text(SmolStr, Span),
    /// `${e}`
    Hole(Expr),
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// `name =`
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// Infix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Multiply,
    Divide,
    Remainder,
    Add,
    Subtract,
    Coalesce,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    And,
    Or,
}

/// A path with a body: a record, a variant with payload, a resource or a component instance.
/// Which of them it is, names and types decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Construct {
    /// The path; `None` together with `variant` for `.Managed { .. }`.
    pub path: Option<Path>,
    /// `.Managed` in front of the body.
    pub variant: Option<Name>,
    /// `"key"` or `(expr)` between path and body.
    pub title: Option<Expr>,
    /// The body.
    pub body: Body,
}

/// `{ .. }` with attributes and clauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Its items in the order of the source.
    pub items: Vec<BodyItem>,
    /// From brace to brace.
    pub span: Span,
}

/// An item of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyItem {
    /// `name = e`, or `name` for `name = name`.
    Attribute {
        /// The attribute's name.
        name: Name,
        /// Its value, unless the short form was used.
        value: Option<Expr>,
    },
    /// `after e`, `retry 2 every 5s`
    Clause(Clause),
    /// What could not be read.
    Error(Span),
}

/// A clause of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Which clause.
    pub kind: ClauseKind,
    /// Where its words stand.
    pub keyword: Span,
    /// Its value.
    pub value: Expr,
    /// The value after `every` (with `retry` only).
    pub every: Option<Expr>,
    /// The whole clause.
    pub span: Span,
}

/// The clauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ClauseKind {
    After,
    Before,
    Notify,
    RestartOn,
    ReloadOn,
    When,
    Timeout,
    Retry,
}

/// `if c { } else { }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct If {
    /// The condition.
    pub condition: Condition,
    /// The block when it holds.
    pub then: Block,
    /// The rest.
    pub otherwise: Option<Else>,
}

/// What an `if` asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `if e`
    Value(Expr),
    /// `if let p = e`
    Let(Pattern, Expr),
}

/// What follows `else`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Else {
    /// `else { }`
    Block(Block),
    /// `else if ..`, an [`ExprKind::If`].
    If(Box<Expr>),
}

/// `match e { p => e }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// What is matched.
    pub scrutinee: Expr,
    /// The arms in the order of the source.
    pub arms: Vec<Arm>,
    /// Where the word `match` stands.
    pub keyword: Span,
}

/// An arm of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// What it takes.
    pub pattern: Pattern,
    /// Its value; `=> { .. }` is a block, any other expression a block of one statement.
    pub body: Block,
    /// The whole arm.
    pub span: Span,
}

/// `for x in xs { }`, `for i, x in xs.indexed() { }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct For {
    /// One or two patterns.
    pub patterns: Vec<Pattern>,
    /// What is run over.
    pub iterable: Expr,
    /// The body.
    pub body: Block,
}

/// `|x| e`, `|x| { .. }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lambda {
    /// Its parameters.
    pub params: Vec<Pattern>,
    /// Its body; a bare expression is a block of one statement.
    pub body: Block,
}

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
    /// A literal: bool, `none`, number or a string without holes.
    Literal(Expr),
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
