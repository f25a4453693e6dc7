//! Expressions.

use super::{Block, Name, Pattern, SmolStr};
use crate::Span;

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

/// The kinds of expressions. What is rare and large is boxed: a tree consists of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// `true`
    Bool(bool),
    /// `none`
    None,
    /// `80`; `-9223372036854775808` with its sign, since it has no positive counterpart.
    Int(i64),
    /// `1.5`, `2e-3`
    Float(Float),
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
    Path(Box<Path>),
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
    /// `(a, b)`: two elements or more.
    Tuple(Vec<Expr>),
    /// `pair.0`, `pair?.0`
    TupleIndex {
        /// Left of the dot.
        base: Box<Expr>,
        /// Which element, counted from 0.
        index: u32,
        /// Where the number stands.
        index_span: Span,
        /// `?.`
        optional: bool,
    },
    /// `[a, b]`: a list, a set, or an empty map, as the type that is expected says.
    List(Vec<Expr>),
    /// `["a" => 1]`: never empty.
    Map(Vec<(Expr, Expr)>),
    /// `[x.name for x in xs if x.on]`
    Comprehension(Box<Comprehension>),
    /// `a with { port = 81, tls.port = 443 }`
    With {
        /// What is changed.
        base: Box<Expr>,
        /// The changes in the order of the source.
        items: Vec<WithItem>,
    },
    /// `Site { .. }`, `File "/etc/motd" { .. }`, `Tls.Managed { .. }`, `Nginx "blue" { .. }`
    Construct(Box<Construct>),
    /// `File["/etc/motd"]`
    Reference {
        /// The resource type.
        path: Box<Path>,
        /// Its key.
        key: Box<Expr>,
    },
    /// `AbsPath(x)`: a checked conversion.
    Convert {
        /// The type.
        path: Box<Path>,
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

/// The value of a number with a fraction or an exponent: finite and not negative. Equal if the bits are.
#[derive(Clone, Copy, Debug)]
pub struct Float(f64);

impl Float {
    /// None for what no number in a source can be.
    pub fn new(value: f64) -> Option<Self> {
        (value.is_finite() && value.is_sign_positive()).then_some(Float(value))
    }

    /// The value.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Float {}

/// `[element for patterns in iterable if condition]`, `[element => value for ..]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comprehension {
    /// Each element, or each key of a map.
    pub element: Expr,
    /// Each value of a map.
    pub value: Option<Expr>,
    /// One or two patterns.
    pub patterns: Vec<Pattern>,
    /// What is run over.
    pub iterable: Expr,
    /// Which elements are taken.
    pub condition: Option<Expr>,
}

/// `cpu.count = 4` in a `with`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithItem {
    /// The field, or the way to a field of a field. Never empty.
    pub path: Vec<Name>,
    /// Its new value.
    pub value: Expr,
    /// The whole item.
    pub span: Span,
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
        /// `default` or `force` in front of the value.
        priority: Option<(Priority, Span)>,
        /// Its value, unless the short form was used.
        value: Option<Expr>,
    },
    /// `after e`, `retry 2 every 5s`
    Clause(Clause),
    /// What could not be read.
    Error(Span),
}

/// How a value stands against another one of the same attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Priority {
    /// `default`: yields to a plain value.
    Default,
    /// `force`: wins over a plain value.
    Force,
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
    SkipWhen,
    Approval,
    Tags,
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
    /// What else has to hold: `p if e => ..`.
    pub guard: Option<Expr>,
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
