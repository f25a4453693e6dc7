//! Declarations about plans, hosts and fleets: guards, rollouts, tests and facts.

use super::{Block, Expr, Float, Let, Name, Path, SmolStr, TypeExpr};
use crate::Span;

/// `guard g { .. }`: what a plan may not contain, or only with an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The guard's name.
    pub name: Name,
    /// Its lines in the order of the source.
    pub items: Vec<GuardItem>,
}

/// A line of a guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardItem {
    /// What it says.
    pub kind: GuardItemKind,
    /// The whole line.
    pub span: Span,
}

/// The kinds of a guard's lines. The change that a step makes is called `change` in their expressions
/// (an [`super::ExprKind::Name`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardItemKind {
    /// `deny File f when e`: no plan may contain such a resource.
    Deny(Subject),
    /// `on Service s when e`: the resources that `require approval` is about.
    On(Subject),
    /// `require approval from "dba"`
    RequireApproval(Expr),
    /// `message "${f.path} would be world-writable"`
    Message(Expr),
    /// What could not be read.
    Error,
}

/// `File f when e`: some resources of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The resource type.
    pub path: Path,
    /// What each of them is called in the guard's expressions.
    pub name: Option<Name>,
    /// Which of them; all without one.
    pub condition: Option<Expr>,
}

/// `rollout r { .. }`: how a change to policies moves over the fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The rollout's name.
    pub name: Name,
    /// Its lines in the order of the source; waves run in that order.
    pub items: Vec<RolloutItem>,
}

/// A line of a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolloutItem {
    /// What it says.
    pub kind: RolloutItemKind,
    /// The whole line.
    pub span: Span,
}

/// The kinds of a rollout's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RolloutItemKind {
    /// `policy web`: a policy whose changes move this way.
    Policy(Name),
    /// `wave canary 1`, `wave early 10% pause 1h`, `wave lab when labels.env == .Staging`, `wave rest`
    Wave(Box<Wave>),
    /// `pause 10m`: how long a wave without a pause of its own has to stay healthy before the next begins.
    Pause(Expr),
    /// `health Service["nginx"]`, `health [Service["nginx"], Wait["site answers"]]`: the resources whose steps
    /// have to succeed on a host before it counts as healthy.
    Health(Expr),
    /// `budget 2`, `budget 5%`: how many hosts may fail before the rollout stops.
    Budget(Share),
    /// What could not be read.
    Error,
}

/// A wave of a rollout. Without size and condition it takes all hosts that are left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// The wave's name.
    pub name: Name,
    /// How many hosts it takes, of those that are left.
    pub size: Option<Share>,
    /// How long it has to stay healthy before the next wave begins.
    pub pause: Option<Expr>,
    /// Which hosts it takes.
    pub condition: Option<Expr>,
}

/// A number of hosts, or a part of all hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How much.
    pub amount: ShareAmount,
    /// Number and sign.
    pub span: Span,
}

/// The two ways to write a [`Share`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareAmount {
    /// `2`: so many hosts.
    Hosts(i64),
    /// `10%`, `0.5%`: so much of the fleet.
    Percent(Float),
}

/// `test "what holds" { .. }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Its name, a text without holes.
    pub name: SmolStr,
    /// Where the name stands, with its quotes.
    pub name_span: Span,
    /// Its lines in the order of the source.
    pub items: Vec<TestItem>,
}

/// A line of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestItem {
    /// What it says.
    pub kind: TestItemKind,
    /// The whole line.
    pub span: Span,
}

/// The kinds of a test's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestItemKind {
    /// `given facts = debian12`, `given facts in [debian12, ubuntu2404]`
    Given(Given),
    /// `let p = plan(web)`
    Let(Let),
    /// `expect e`
    Expect(Expr),
    /// `expect fails { .. }`, `expect fails MC0404 { .. }`, `expect fails "may not serve" { .. }`
    ExpectFails(ExpectFails),
    /// What could not be read.
    Error,
}

/// What a test assumes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// What is given: `facts`, `labels`.
    pub name: Name,
    /// With `in`, the value is a list, and the test runs once for each element. Several of them multiply.
    pub each: bool,
    /// The value.
    pub value: Expr,
}

/// `expect fails CODE "text" { .. }`: the block has to fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectFails {
    /// The code of the diagnostic, an `Upper` name: `MC0404`.
    pub code: Option<Name>,
    /// A part of the message.
    pub message: Option<Expr>,
    /// What has to fail.
    pub body: Block,
}

/// `fact raid: RaidState? from command ["mdadm", "--detail"] as json timeout 5s`,
/// `fact site: String from file "/etc/site" as text`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactDecl {
    /// The fact's name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Where a host takes it from.
    pub source: FactSource,
    /// How the text that is found there is read, and where that is written.
    pub format: Option<(FactFormat, Span)>,
    /// How long a host waits for it.
    pub timeout: Option<Expr>,
}

/// Where a host takes a fact from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactSource {
    /// `command ["mdadm", "--detail"]`: the standard output of a program, by its arguments and without a shell.
    Command(Expr),
    /// `file "/etc/site"`: the content of a file.
    File(Expr),
    /// What could not be read.
    Error(Span),
}

/// How the text of a fact is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FactFormat {
    /// `as json`: into the fact's type.
    Json,
    /// `as text`: one value, without the newline at its end.
    Text,
    /// `as lines`: a list with an element per line.
    Lines,
}
