//! The typed form of a body: names resolved, types known, defaults and conversions explicit.
//!
//! One flat array of expressions per body. A block keeps its statements in an order in which every value is
//! there before it is used, which need not be the order of the source.

use crate::db::{Db, File};
use crate::diagnostic::Place;
use crate::name::DeclId;
use crate::ty::Ty;
use mc_plan::expr::{BinaryOp, Builtin, ChangeFact, EachKind, UnaryOp};
use mc_plan::plan::{FactFormat, Priority, Share};
use mc_plan::value::{TextKind, Value};
use mc_syntax::Span;
use mc_syntax::ast::ClauseKind;
use smol_str::SmolStr;
use std::sync::Arc;

/// An expression of a [`Body`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// A block of a [`Body`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub u32);

/// A checked body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The expressions.
    pub exprs: Vec<Expr>,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// The `defaults` of all blocks.
    pub defaults: Vec<Defaults>,
    /// The outermost block.
    pub root: Option<BlockId>,
    /// The expressions that were made of data files, in order.
    pub foreign: Vec<Foreign>,
    /// Of the values of a module, by position: what each was checked into.
    pub values: Vec<ModuleValue>,
}

/// The expressions and blocks that belong to a value of a module alone: those from the first on to before the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModuleValue {
    /// Its expressions.
    pub exprs: (u32, u32),
    /// Its blocks.
    pub blocks: (u32, u32),
    /// The value itself, unless it could not be checked.
    pub value: Option<ExprId>,
}

/// Expressions in a row that stand in another file than their body: what a data file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The first of them.
    pub first: u32,
    /// The one behind the last.
    pub end: u32,
    /// The file.
    pub file: File,
    /// Where the body's own file loads it.
    pub call: Span,
}

impl Body {
    /// An expression.
    pub fn expr(&self, id: ExprId) -> &Expr {
        // invariant: ids are made by pushing to this body.
        &self.exprs[id.0 as usize]
    }

    /// What is said of an expression that stands in another file.
    pub fn foreign(&self, id: ExprId) -> Option<&Foreign> {
        // Almost no body has any.
        if self.foreign.is_empty() {
            return None;
        }
        let next = self.foreign.partition_point(|range| range.first <= id.0);
        self.foreign.get(next.checked_sub(1)?).filter(|range| id.0 < range.end)
    }

    /// Where an expression stands, in a body of this file.
    pub fn place(&self, file: File, id: ExprId) -> Place {
        Place::new(self.foreign(id).map_or(file, |range| range.file), self.expr(id).span)
    }

    /// Where an expression stands in the body's own file.
    pub fn own_span(&self, id: ExprId) -> Span {
        self.foreign(id).map_or_else(|| self.expr(id).span, |range| range.call)
    }

    /// A block.
    pub fn block(&self, id: BlockId) -> &Block {
        // invariant: ids are made by pushing to this body.
        &self.blocks[id.0 as usize]
    }
}

/// An expression with its type and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it does.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Ty,
    /// Where it stands.
    pub span: Span,
}

/// A block: a scope and what happens in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The names it declares.
    pub locals: Vec<Local>,
    /// Its statements in an order that respects what needs what.
    pub stmts: Vec<Stmt>,
    /// The value of the block, evaluated last.
    pub value: Option<ExprId>,
}

/// A local name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// The name.
    pub name: SmolStr,
    /// Its type.
    pub ty: Ty,
    /// Where it is declared.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stmt {
    /// Sets a local.
    Let(u32, ExprId),
    /// Sets a local to a value that must be known when the bundle is built.
    ConstLet(u32, ExprId),
    /// Takes a value apart into locals; with the flag set it must be known when the bundle is built.
    Destructure(Pattern, ExprId, bool),
    /// Sets a parameter.
    Param(Param),
    /// Sets a local and the component's output at this position.
    Out(u32, u32, ExprId),
    /// Chooses the policy's hosts.
    Select(ExprId),
    /// The policies that come before this one, as named.
    After(Vec<(DeclId, Span)>),
    /// What of a policy goes when it is no longer declared.
    Prune(Prune),
    /// Demands that a condition holds, else gives a message.
    Check(ExprId, ExprId),
    /// A rule of a guard.
    Guard(GuardRule),
    /// What a rollout says.
    Rollout(Rollout),
    /// Where a declared fact comes from.
    Fact(FactSource),
    /// Is done for what it declares.
    Expr(ExprId),
    /// Of a test: must hold.
    Expect(ExprId),
    /// Of a test: must fail.
    ExpectFails(Failing),
}

/// `expect fails CODE "text" { .. }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// The code of the failure.
    pub code: Option<SmolStr>,
    /// A part of its message.
    pub text: Option<ExprId>,
    /// What has to fail.
    pub body: BlockId,
    /// The whole line.
    pub span: Span,
}

/// What a test gives in place of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Which.
    pub kind: GivenKind,
    /// Its value, or with `in` the list of its values.
    pub value: ExprId,
    /// With `in`: the values as written, where they are written one by one.
    pub each: Option<Vec<SmolStr>>,
}

/// The kinds of [`Given`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GivenKind {
    /// `given facts = ..`
    Facts,
    /// `given labels = ..`
    Labels,
    /// `given raid = ..`: a declared fact.
    Fact(DeclId),
}

impl GivenKind {
    /// As it is written: `facts`.
    pub fn word(self, db: &dyn Db) -> SmolStr {
        match self {
            GivenKind::Facts => SmolStr::new_static("facts"),
            GivenKind::Labels => SmolStr::new_static("labels"),
            GivenKind::Fact(id) => id.text(db),
        }
    }
}

/// A question that a test asks of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlanMethod {
    /// Whether a resource exists.
    Has,
    /// The content of a resource as text.
    Content,
    /// Whether one resource comes before another.
    Before,
    /// Whether a change of one resource refreshes another.
    Refreshes,
    /// The names of the secrets that a resource is given.
    Secrets,
    /// The names of the policies that select the host.
    Policies,
    /// The resources in the order in which they are done.
    Order,
    /// Whether the plan is the one that was stored.
    Matches,
}

/// `prune [File] limit 20`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prune {
    /// The resource types, each once.
    pub types: Vec<DeclId>,
    /// How many removals in one run are too many.
    pub limit: Option<ExprId>,
    /// The whole line.
    pub span: Span,
}

/// `deny File f when e`, or `on Service s when e` with `require approval from "dba"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardRule {
    /// The resource type.
    pub decl: DeclId,
    /// The block that its expressions stand in.
    pub block: BlockId,
    /// When it holds; none is always. Key and attributes of the resource are those of `self`.
    pub predicate: Option<ExprId>,
    /// Why, for people.
    pub message: Option<ExprId>,
    /// Whose approval is required, in the block around; none denies.
    pub approval: Option<ExprId>,
    /// The line of the rule.
    pub span: Span,
}

/// `rollout web { .. }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The policies, each once; none are all.
    pub policies: Vec<(DeclId, Span)>,
    /// The waves in their order.
    pub waves: Vec<Wave>,
    /// How long a wave is watched that says nothing else.
    pub pause: Option<ExprId>,
    /// The resources that have to be in order: a reference, or a list of them.
    pub health: Option<ExprId>,
    /// How many hosts may fail.
    pub budget: Option<Share>,
}

/// `from command ["mdadm", "--detail"] as json timeout 5s`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactSource {
    /// The program with its arguments, or the path of a file.
    pub from: ExprId,
    /// Whether it is a program.
    pub command: bool,
    /// How what is found there is read.
    pub format: FactFormat,
    /// How long a program may take.
    pub timeout: Option<ExprId>,
}

/// A wave of a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// Its name.
    pub name: SmolStr,
    /// Where the name stands.
    pub span: Span,
    /// How many hosts it reaches, and where that stands.
    pub size: Option<(Share, Span)>,
    /// How long it is watched.
    pub pause: Option<ExprId>,
    /// Which hosts it takes.
    pub condition: Option<ExprId>,
}

/// A parameter of a function or component, or a field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The local that it sets.
    pub local: u32,
    /// Its position in the signature.
    pub position: u32,
    /// Its value where none is given.
    pub default: Option<ExprId>,
    /// Whether it must be known when the bundle is built (`const param`).
    pub constant: bool,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// Stands where a mistake was reported.
    Error,
    /// A literal.
    Value(Value),
    /// A local, so many blocks out, at this position.
    Local(u32, u32),
    /// A module-level value, by file and position.
    Global(File, u32),
    /// The host's facts.
    Facts,
    /// A declared fact.
    HostFact(DeclId),
    /// A label by position.
    Label(u32),
    /// The key of the resource around.
    SelfKey,
    /// An attribute of the resource around, by position.
    SelfAttribute(u32),
    /// An early output of the resource around, by position.
    SelfEarly(u32),
    /// What the step that a guard judges would do.
    Change(ChangeFact),
    /// A field of a record or a part of a tuple, by position; `?.` if the flag is set.
    Field(ExprId, u32, bool),
    /// The key of a referred resource; `?.` if the flag is set.
    Key(ExprId, bool),
    /// An output of a referred resource by position; `?.` if the flag is set.
    Output(ExprId, u32, bool),
    /// An output of an instance by position; `?.` if the flag is set.
    InstanceOut(ExprId, u32, bool),
    /// A built-in function; `?.` on its first argument if the flag is set.
    Call(Builtin, Vec<ExprId>, bool),
    /// A user's function with its arguments by position; none takes the default.
    CallFn(DeclId, Vec<Option<ExprId>>),
    /// A user's function as an argument.
    Function(DeclId),
    /// `|a, b| ..`: its patterns, whose names are the block's first locals.
    Lambda(Vec<Pattern>, BlockId),
    /// A call of a function that is a parameter or an argument; `?.` on its first argument if the flag is set.
    CallValue(ExprId, Vec<ExprId>, bool),
    /// `xs.map(f)` and its kind: the collection and the function; `?.` if the flag is set.
    Each(EachKind, ExprId, ExprId, bool),
    /// `xs.fold(start, f)`: the collection, the start, the function; `?.` if the flag is set.
    Fold(ExprId, ExprId, ExprId, bool),
    /// `fail(message)`
    Fail(ExprId),
    /// Stands where a file would be chosen that is not there; the message says which.
    NoFile(ExprId),
    /// A field of a record: where the first holds the second, else its default.
    OrDefault(ExprId, ExprId),
    /// A template with its arguments by position; none takes the default.
    CallTemplate(File, Vec<Option<ExprId>>),
    /// A prefix operator.
    Unary(UnaryOp, ExprId),
    /// A strict operator.
    Binary(BinaryOp, ExprId, ExprId),
    /// `a && b`
    And(ExprId, ExprId),
    /// `a || b`
    Or(ExprId, ExprId),
    /// `a ?? b`
    Coalesce(ExprId, ExprId),
    /// A string with holes.
    Concat(Vec<ExprId>),
    /// The name of an enum value's variant.
    VariantName(ExprId),
    /// A list.
    List(Vec<ExprId>),
    /// A set.
    Set(Vec<ExprId>),
    /// A map.
    Map(Vec<(ExprId, ExprId)>),
    /// A tuple.
    Tuple(Vec<ExprId>),
    /// `xs[i]`, `m[k]`
    Index(ExprId, ExprId),
    /// `a with { b.c = d }`: the record, and each new value with the positions of the fields that lead to it.
    With(ExprId, Vec<(Vec<u32>, ExprId)>),
    /// `secret("name")`
    Secret(Arc<str>),
    /// A secret whose name is computed when the bundle is built.
    SecretNamed(ExprId),
    /// A value with the names of its fields, as formats like JSON need it.
    Described(ExprId),
    /// A record with its fields by position; none takes the default.
    Record(DeclId, Vec<Option<ExprId>>),
    /// A variant by position with the fields of its payload; none takes the default.
    Variant(DeclId, u32, Vec<Option<ExprId>>),
    /// A checked conversion of a text.
    Convert(TextKind, ExprId),
    /// The same, absent where the text does not fit.
    TryConvert(TextKind, ExprId),
    /// The variant of this name, absent where the enum has none.
    TryVariant(DeclId, ExprId),
    /// A value that must meet the condition of a `type`.
    Refine(DeclId, ExprId),
    /// The same, absent where the condition does not hold.
    TryRefine(DeclId, ExprId),
    /// A value as one of the wider type that was written for it.
    Typed(ExprId),
    /// A block's value.
    Block(BlockId),
    /// Condition, then, otherwise.
    If(ExprId, BlockId, Option<ExprId>),
    /// `if let`: what is matched, the pattern, the block that binds, otherwise.
    IfLet(ExprId, Pattern, BlockId, Option<ExprId>),
    /// A match.
    Match(ExprId, Vec<Arm>),
    /// What is run over, what takes each element apart, and the body.
    For(ExprId, Pattern, BlockId),
    /// Declares a resource.
    Resource(Box<Resource>),
    /// Declares an instance of a component.
    Instance(Box<Instance>),
    /// `File["/etc/motd"]`
    Reference(DeclId, ExprId),
    /// `plan(web)`, in tests: the plan of these policies, or of all.
    Plan(Vec<DeclId>),
    /// A question about a plan.
    PlanCall(PlanMethod, ExprId, Vec<ExprId>),
    /// How many resources a plan has: of a type, or of all.
    PlanCount(ExprId, Option<DeclId>),
    /// `p[File["/etc/motd"]]`: a resource of a plan.
    Planned(ExprId, ExprId),
    /// The key of a resource of a plan; `?.` if the flag is set.
    PlannedKey(ExprId, bool),
    /// An attribute of a resource of a plan, by position; `?.` if the flag is set.
    PlannedAttribute(ExprId, u32, bool),
    /// `Labels { .. }`: a host's labels by position; none takes the default.
    LabelValues(Vec<Option<ExprId>>),
}

/// An arm of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// What it takes.
    pub pattern: Pattern,
    /// A further condition, which sees the names that the pattern binds: it belongs into `block`.
    pub guard: Option<ExprId>,
    /// Its block; the pattern's names are the first locals.
    pub block: BlockId,
    /// Where its pattern stands.
    pub span: Span,
}

/// A declared resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its type.
    pub decl: DeclId,
    /// Its key.
    pub key: ExprId,
    /// `when`
    pub when: Option<ExprId>,
    /// The attributes that it sets, by position.
    pub attributes: Vec<Setting>,
    /// The `defaults` that count for it, the innermost first: how many blocks out each stands, and which it is.
    pub inherited: Vec<(u32, u32)>,
    /// The other clauses.
    pub clauses: Vec<Clause>,
    /// Type and key as written, for messages.
    pub head: Span,
}

/// A value given to an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The attribute's position.
    pub attribute: u32,
    /// Its value.
    pub value: ExprId,
    /// Where the attribute is named.
    pub span: Span,
    /// Which of several settings wins.
    pub priority: Priority,
}

/// `defaults File { .. }`: what resources of a type leave open in a block and those inside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// The resource type.
    pub decl: DeclId,
    /// The attributes by position.
    pub attributes: Vec<Setting>,
    /// The clauses.
    pub clauses: Vec<Clause>,
}

/// A declared instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its component.
    pub decl: DeclId,
    /// Its name.
    pub name: Option<ExprId>,
    /// `when`
    pub when: Option<ExprId>,
    /// The arguments by position; none takes the default.
    pub args: Vec<Option<ExprId>>,
    /// The other clauses.
    pub clauses: Vec<Clause>,
    /// Component and name as written, for messages.
    pub head: Span,
}

/// A clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Which.
    pub kind: ClauseKind,
    /// Its value.
    pub value: ExprId,
    /// What follows `every`.
    pub every: Option<ExprId>,
    /// The whole clause.
    pub span: Span,
}

/// A checked pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Takes anything.
    Wildcard,
    /// Takes anything and binds it to the arm's local at this position.
    Bind(u32),
    /// Takes what is there of an optional, and tests it further.
    Some(Box<Pattern>),
    /// Takes an absent value.
    None,
    /// Takes an equal value.
    Value(Value),
    /// Takes a variant, and tests the fields of its payload by position.
    Variant(u32, Vec<(u32, Pattern)>),
    /// Takes a record or a tuple, and tests its parts by position.
    Parts(Vec<(u32, Pattern)>),
}
