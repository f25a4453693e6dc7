//! Residual expressions: what the compiler could not know and leaves to the host.
//!
//! An [`Exprs`] is one flat array in which a node only names nodes before it, so there is no cycle and no
//! recursion: evaluation is a loop with an explicit stack. The compiler folds constants with the same
//! functions ([`crate::op`]), so that both sides give the same answer.

use crate::value::{TextKind, Value};

/// A node's position in its [`Exprs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// The residual expressions of a plan or a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exprs {
    /// The nodes; operands come before their users.
    pub nodes: Vec<Node>,
}

impl Exprs {
    /// Adds a node. Its operands were added before.
    pub fn push(&mut self, node: Node) -> ExprId {
        debug_assert!(
            {
                let mut backwards = true;
                node.operands(|operand| backwards &= (operand.0 as usize) < self.nodes.len());
                backwards
            },
            "a node's operands come before it"
        );
        let id = ExprId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        id
    }

    /// The node at a position.
    #[must_use]
    pub fn get(&self, id: ExprId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }
}

/// A value, or the expression that gives it on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Known when the bundle was built.
    Value(Value),
    /// Known on the host, or while the plan runs.
    Expr(ExprId),
}

/// One residual operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A constant operand.
    Const(Value),
    /// A fact: position in the plan's fact table. Host phase.
    Fact(u32),
    /// A label: position in the plan's label table. Host phase.
    Label(u32),
    /// An output of a step: step and position in its schema's outputs. Run phase.
    Output {
        /// Position in the plan's steps.
        step: u32,
        /// Position in the schema's outputs.
        output: u32,
    },
    /// The step's own key (`self.path`), or a schema rule's.
    Key,
    /// The step's own attribute, by its position in the schema; or a schema rule's.
    Attribute(u32),
    /// The step's own early output, by its position in the schema's outputs.
    Early(u32),
    /// The parameter of the enclosing lambda, by depth from the outermost.
    Local(u32),
    /// `-a`, `!a`
    Unary(UnaryOp, ExprId),
    /// A strict operator.
    Binary(BinaryOp, ExprId, ExprId),
    /// `a && b`, `a || b`: the right side only where it is needed.
    And(ExprId, ExprId),
    /// See [`Node::And`].
    Or(ExprId, ExprId),
    /// `a ?? b`: the right side only where the left one is none.
    Coalesce(ExprId, ExprId),
    /// Condition, then, otherwise.
    If(ExprId, ExprId, ExprId),
    /// `a?.f`: none stays none; else the second expression. It names the first again where it needs it: a
    /// present optional is the value itself.
    IfSome(ExprId, ExprId),
    /// Whether an optional holds a value.
    IsSome(ExprId),
    /// Whether a variant is the one at this position.
    IsVariant(ExprId, u32),
    /// A record's field by position.
    Field(ExprId, u32),
    /// A payload's field by position; the variant was tested before.
    Payload(ExprId, u32),
    /// A list's element.
    Index(ExprId, ExprId),
    /// Builds a list.
    List(Vec<ExprId>),
    /// Builds a record.
    Record(Vec<ExprId>),
    /// Builds a variant with its payload.
    Variant(u32, Vec<ExprId>),
    /// Joins the texts of its operands (strings, integers, durations, sizes, modes, booleans).
    Concat(Vec<ExprId>),
    /// A built-in function.
    Call(Builtin, Vec<ExprId>),
    /// `xs.map(|x| body)`: the list, the lambda's depth for [`Node::Local`], its body.
    Map {
        /// What is run over.
        list: ExprId,
        /// Depth of the parameter.
        local: u32,
        /// Evaluated per element.
        body: ExprId,
    },
    /// A checked conversion from text; a text that does not fit is an error.
    Convert(TextKind, ExprId),
    /// Stops with this message: the plan is refused (host phase) or the step fails (run phase).
    Fail(ExprId),
}

impl Node {
    /// The operands in the order in which they are evaluated.
    pub fn operands(&self, mut visit: impl FnMut(ExprId)) {
        match self {
            Self::Const(_)
            | Self::Fact(_)
            | Self::Label(_)
            | Self::Output { .. }
            | Self::Key
            | Self::Attribute(_)
            | Self::Early(_)
            | Self::Local(_) => {}
            Self::Unary(_, a)
            | Self::IsSome(a)
            | Self::IsVariant(a, _)
            | Self::Field(a, _)
            | Self::Payload(a, _)
            | Self::Convert(_, a)
            | Self::Fail(a) => visit(*a),
            Self::Binary(_, a, b)
            | Self::And(a, b)
            | Self::Or(a, b)
            | Self::Coalesce(a, b)
            | Self::IfSome(a, b)
            | Self::Index(a, b)
            | Self::Map { list: a, body: b, .. } => {
                visit(*a);
                visit(*b);
            }
            Self::If(a, b, c) => {
                visit(*a);
                visit(*b);
                visit(*c);
            }
            Self::List(all)
            | Self::Record(all)
            | Self::Variant(_, all)
            | Self::Concat(all)
            | Self::Call(_, all) => all.iter().copied().for_each(visit),
        }
    }
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum UnaryOp {
    Negate,
    Not,
}

/// Strict infix operators. Arithmetic is on `Int`, `Duration` and `Size` (`Add` also joins strings and
/// lists); `Duration * Int` and `Size * Int` scale; overflow and division by zero are errors. Order is on
/// `Int`, `Duration`, `Size`, `Mode` and strings; equality on everything. `In` looks a value up in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
}

/// Built-in functions and methods. The receiver of a method is its first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Builtin {
    /// `xs.join(separator)` over strings.
    Join,
    /// `xs.len()`, `s.len()` (characters).
    Len,
    /// `xs.first()`: none for an empty list.
    First,
    /// `xs.last()`: none for an empty list.
    Last,
    /// `xs.contains(x)`, `s.contains(part)`.
    Contains,
    /// `s.lines()`: without line ends; a last empty line does not count.
    Lines,
    /// `s.trim()`
    Trim,
    /// `s.starts_with(p)`
    StartsWith,
    /// `s.ends_with(p)`
    EndsWith,
    /// `s.replace(from, to)`
    Replace,
    /// `s.split(separator)`
    Split,
    /// `s.upper()`
    Upper,
    /// `s.lower()`
    Lower,
    /// `path.parent`: of the root, the root.
    Parent,
    /// `path.name`: the last segment; of the root, the empty text.
    FileName,
    /// `xs.indexed()`: a list of records of position and element.
    Indexed,
    /// `x.text()`, and the text of a hole.
    Text,
}
