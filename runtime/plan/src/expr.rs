//! Residual expressions: what the compiler could not know and leaves to the host.
//!
//! An [`Exprs`] is one flat array in which a node only names nodes before it, so there is no cycle and no
//! recursion: evaluation is a loop with an explicit stack. The compiler folds constants with the same
//! functions ([`crate::op`]), so that both sides give the same answer.

use crate::value::{TextKind, Value};

mod builtin;

pub use builtin::{Builtin, Form};

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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// A list's element by its position, a map's value by its key; an error where there is none.
    Index(ExprId, ExprId),
    /// Builds a list.
    List(Vec<ExprId>),
    /// Builds a record.
    Record(Vec<ExprId>),
    /// Builds a variant with its payload.
    Variant(u32, Vec<ExprId>),
    /// Joins the texts of its operands (strings, integers, floats, durations, sizes, modes, booleans).
    Concat(Vec<ExprId>),
    /// A built-in function.
    Call(Builtin, Vec<ExprId>),
    /// `xs.map(|x| body)` and its kin: a body that is evaluated per element.
    Each {
        /// What is done with the answers.
        kind: EachKind,
        /// What is run over: a list, a set, or a map, whose elements are records (key, value).
        list: ExprId,
        /// Depth of the parameter, for [`Node::Local`].
        local: u32,
        /// Evaluated per element.
        body: ExprId,
    },
    /// `xs.fold(init, |acc, x| body)`: the last answer; of no elements, `init`.
    Fold {
        /// What is run over, as of [`Node::Each`].
        list: ExprId,
        /// The first accumulator.
        init: ExprId,
        /// Depth of the accumulator; the element is one deeper.
        local: u32,
        /// The next accumulator.
        body: ExprId,
    },
    /// A checked conversion from text; a text that does not fit is an error.
    Convert(TextKind, ExprId),
    /// A checked conversion from text; none for a text that does not fit.
    TryConvert(TextKind, ExprId),
    /// The element of a loop that the host runs: position in the plan's repeats. Host phase.
    Element(u32),
    /// A secret: position in the plan's secrets. Run phase; what depends on it is never shown.
    Secret(u32),
    /// Builds a map. A key that is there twice is an error.
    Map(Vec<(ExprId, ExprId)>),
    /// What the step would do (`change.restarts`), a boolean. Only in guards; known right before it acts.
    Change(ChangeFact),
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
            | Self::Local(_)
            | Self::Element(_)
            | Self::Secret(_)
            | Self::Change(_) => {}
            Self::Unary(_, a)
            | Self::IsSome(a)
            | Self::IsVariant(a, _)
            | Self::Field(a, _)
            | Self::Payload(a, _)
            | Self::Convert(_, a)
            | Self::TryConvert(_, a)
            | Self::Fail(a) => visit(*a),
            Self::Binary(_, a, b)
            | Self::And(a, b)
            | Self::Or(a, b)
            | Self::Coalesce(a, b)
            | Self::IfSome(a, b)
            | Self::Index(a, b)
            | Self::Each { list: a, body: b, .. } => {
                visit(*a);
                visit(*b);
            }
            Self::If(a, b, c) | Self::Fold { list: a, init: b, body: c, .. } => {
                visit(*a);
                visit(*b);
                visit(*c);
            }
            Self::List(all)
            | Self::Record(all)
            | Self::Variant(_, all)
            | Self::Concat(all)
            | Self::Call(_, all) => all.iter().copied().for_each(visit),
            Self::Map(entries) => {
                for (key, value) in entries {
                    visit(*key);
                    visit(*value);
                }
            }
        }
    }

    /// The same operation on other operands: each is what `map` makes of the one that stands there, in the order of
    /// [`Node::operands`].
    #[must_use]
    pub fn with_operands(&self, mut map: impl FnMut(ExprId) -> ExprId) -> Self {
        let mut node = self.clone();
        match &mut node {
            Self::Const(_)
            | Self::Fact(_)
            | Self::Label(_)
            | Self::Output { .. }
            | Self::Key
            | Self::Attribute(_)
            | Self::Early(_)
            | Self::Local(_)
            | Self::Element(_)
            | Self::Secret(_)
            | Self::Change(_) => {}
            Self::Unary(_, a)
            | Self::IsSome(a)
            | Self::IsVariant(a, _)
            | Self::Field(a, _)
            | Self::Payload(a, _)
            | Self::Convert(_, a)
            | Self::TryConvert(_, a)
            | Self::Fail(a) => *a = map(*a),
            Self::Binary(_, a, b)
            | Self::And(a, b)
            | Self::Or(a, b)
            | Self::Coalesce(a, b)
            | Self::IfSome(a, b)
            | Self::Index(a, b)
            | Self::Each { list: a, body: b, .. } => {
                *a = map(*a);
                *b = map(*b);
            }
            Self::If(a, b, c) | Self::Fold { list: a, init: b, body: c, .. } => {
                *a = map(*a);
                *b = map(*b);
                *c = map(*c);
            }
            Self::List(all)
            | Self::Record(all)
            | Self::Variant(_, all)
            | Self::Concat(all)
            | Self::Call(_, all) => all.iter_mut().for_each(|operand| *operand = map(*operand)),
            Self::Map(entries) => {
                for (key, value) in entries {
                    *key = map(*key);
                    *value = map(*value);
                }
            }
        }
        node
    }
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum UnaryOp {
    Negate,
    Not,
}

/// Strict infix operators. Arithmetic is on `Int`, `Float`, `Duration` and `Size` (`Add` also joins strings and
/// lists), never mixed; `Duration * Int` and `Size * Int` scale; overflow and division by zero are errors. Order
/// is on `Int`, `Float`, `Duration`, `Size`, `Mode` and strings; equality on everything. `In` looks a value up in a
/// list or set, or among the keys of a map.
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

/// What [`Node::Each`] does with the answers of its body.
///
/// What a set or map remains one of: `Filter`, `TakeWhile`, `SkipWhile` and `Partition` give what they run over
/// (a list, a set, a map) with fewer elements. All others give lists, values or [`Value::Map`]s as said. Keys and
/// their order are those of values; where keys are equal the order of the elements stays. `Any`, `All`, `Find` and
/// `TakeWhile` evaluate no further than they need; the others evaluate the body for every element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EachKind {
    /// `xs.map(|x| ..)`: the list of the answers.
    Map,
    /// `xs.filter(|x| ..)`: the elements for which it holds.
    Filter,
    /// `xs.flat_map(|x| ..)`: the answers are lists; their elements in one list.
    FlatMap,
    /// `xs.filter_map(|x| ..)`: the answers that are there.
    FilterMap,
    /// `xs.any(|x| ..)`: whether it holds for one.
    Any,
    /// `xs.all(|x| ..)`: whether it holds for all.
    All,
    /// `xs.find(|x| ..)`: the first element for which it holds; none where there is none.
    Find,
    /// `xs.sort_by(|x| ..)`: a list in the order of the answers.
    SortBy,
    /// `xs.group_by(|x| ..)`: a map from each answer to the list of its elements.
    GroupBy,
    /// `xs.partition(|x| ..)`: a pair, those for which it holds and the rest.
    Partition,
    /// `xs.min_by(|x| ..)`: the first element with the least answer; none of no elements.
    MinBy,
    /// `xs.max_by(|x| ..)`: the first element with the greatest answer; none of no elements.
    MaxBy,
    /// `xs.take_while(|x| ..)`: the elements before the first for which it does not hold.
    TakeWhile,
    /// `xs.skip_while(|x| ..)`: the elements from the first on for which it does not hold.
    SkipWhile,
    /// `xs.unique_by(|x| ..)`: a list of the first element of each answer.
    UniqueBy,
}

impl EachKind {
    /// All of them, in the order of their codes in plans.
    pub const ALL: [Self; 15] = [
        Self::Map,
        Self::Filter,
        Self::FlatMap,
        Self::FilterMap,
        Self::Any,
        Self::All,
        Self::Find,
        Self::SortBy,
        Self::GroupBy,
        Self::Partition,
        Self::MinBy,
        Self::MaxBy,
        Self::TakeWhile,
        Self::SkipWhile,
        Self::UniqueBy,
    ];

    /// Its name in sources.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Filter => "filter",
            Self::FlatMap => "flat_map",
            Self::FilterMap => "filter_map",
            Self::Any => "any",
            Self::All => "all",
            Self::Find => "find",
            Self::SortBy => "sort_by",
            Self::GroupBy => "group_by",
            Self::Partition => "partition",
            Self::MinBy => "min_by",
            Self::MaxBy => "max_by",
            Self::TakeWhile => "take_while",
            Self::SkipWhile => "skip_while",
            Self::UniqueBy => "unique_by",
        }
    }
}

/// What a guard may ask about the change that a step would make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeFact {
    /// `change.creates`: nothing of what it manages is there yet.
    Creates,
    /// `change.removes`: what it manages goes away.
    Removes,
    /// `change.restarts`: something is started or restarted.
    Restarts,
    /// `change.reloads`: something reads its configuration again, without a restart.
    Reloads,
}

impl ChangeFact {
    /// All of them, in the order of their codes in plans.
    pub const ALL: [Self; 4] = [Self::Creates, Self::Removes, Self::Restarts, Self::Reloads];

    /// Its name in sources.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Creates => "creates",
            Self::Removes => "removes",
            Self::Restarts => "restarts",
            Self::Reloads => "reloads",
        }
    }
}
