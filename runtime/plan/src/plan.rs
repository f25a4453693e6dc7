//! The plan: the dependency graph that an agent executes.

use std::collections::BTreeSet;

use crate::expr::{Exprs, Node, Operand};
use crate::schema::{Effect, Schema};
use crate::value::{Blob, Type, TypeDef, Value};

mod fact;
pub mod feature;
mod guard;
mod repeat;
mod rollout;
mod secret;

pub use fact::{DeclaredFact, Fact, FactFormat, Probe};
pub use guard::{Guard, GuardAction, is_word};
pub use repeat::{HostInstance, MAX_REPEATS, Repeat};
pub use rollout::{Rollout, Share, Wave};
pub use secret::{SecretUse, placeholder, secret_name};

/// Everything one bundle can do to a host. It is evaluated against the host's facts and labels there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Source files by their path in the package; spans point here.
    pub files: Vec<String>,
    /// Record and enum types of facts and labels; [`Type::Named`] in this plan (outside schemas) points here.
    pub types: Vec<TypeDef>,
    /// The declared labels.
    pub labels: Vec<Label>,
    /// The facts the plan uses.
    pub facts: Vec<Fact>,
    /// The schemas that steps, removals and guards use, sorted by name.
    pub schemas: Vec<Schema>,
    /// The policies, sorted by name.
    pub policies: Vec<Policy>,
    /// Residual expressions of the whole plan.
    pub exprs: Exprs,
    /// The steps, sorted by schema and key where the key is known, in order of source after that.
    pub steps: Vec<Step>,
    /// How many barriers there are. Vertices `steps.len()..steps.len() + barriers` are barriers: points
    /// that do nothing and order what is before them against what is after (component boundaries).
    pub barriers: u32,
    /// The edges, sorted.
    pub edges: Vec<Edge>,
    /// What refuses the plan on a host where it holds: `fail`, `check` and refinements of the host phase.
    pub refusals: Vec<PlanRefusal>,
    /// The secrets that expressions read, sorted by name.
    pub secrets: Vec<SecretUse>,
    /// What is removed when it is no longer declared.
    pub prune: Vec<Prune>,
    /// The rules of guards, sorted by the guards' names.
    pub guards: Vec<Guard>,
    /// How changes move over the fleet, sorted by name.
    pub rollouts: Vec<Rollout>,
    /// The loops that the host runs, each after the one around it.
    pub repeats: Vec<Repeat>,
    /// The instances whose names only the host knows, sorted by path.
    pub instances: Vec<HostInstance>,
}

/// `prune [File, Cron] limit 20`: what this stream once managed, of these types, and declares no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prune {
    /// Position in the plan's policies; counts only on hosts that get the policy.
    pub policy: u32,
    /// The resource types: positions in the plan's schemas, sorted.
    pub schemas: Vec<u32>,
    /// More than this is refused (host phase, integer).
    pub limit: Option<Operand>,
    /// Where it is declared.
    pub span: SourceSpan,
}

/// What a refusal comes from, for its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalKind {
    /// `fail(message)` is reached.
    Fail,
    /// `check c else message`: its condition, negated, holds.
    Check,
    /// A value is not what its type demands (`type Port = Int where ..`).
    Refinement,
}

/// A part of an expression, to show why it has the value that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// As it is written: `facts.cpu.count`.
    pub text: String,
    /// Its value (host phase).
    pub value: Operand,
}

/// A condition under which the plan does not stand on a host: a `fail`, `check` or refinement there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRefusal {
    /// Position in the plan's policies; counts only on hosts that get the policy.
    pub policy: u32,
    /// What it comes from.
    pub kind: RefusalKind,
    /// When it is reached (host phase, boolean).
    pub condition: Operand,
    /// The message (host phase, text).
    pub message: Operand,
    /// What its condition is made of, where that helps.
    pub parts: Vec<Part>,
    /// The innermost loop around it: a position in the plan's repeats.
    pub repeat: Option<u32>,
    /// Where it stands.
    pub span: SourceSpan,
}

/// A declared label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Its type: text, integer, boolean, or an enum without payload.
    pub ty: Type,
    /// Its value on hosts that do not set it. Without one, such a host is refused.
    pub default: Option<Value>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Whether a host gets it (host phase, boolean).
    pub select: Operand,
    /// Where it is declared.
    pub span: SourceSpan,
}

/// A resource: one identity with one or more declarations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Position in the plan's schemas.
    pub schema: u32,
    /// The key (`const` or host phase).
    pub key: Operand,
    /// The instance path that scopes a `local` key; empty for all others.
    pub scope: String,
    /// What declares it. At least one.
    pub declarations: Vec<Declaration>,
    /// The innermost loop around it: a position in the plan's repeats.
    pub repeat: Option<u32>,
}

/// One place that declares a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Position in the plan's policies.
    pub policy: u32,
    /// Instance path from the policy: `web/Nginx`.
    pub instance: String,
    /// When it exists (host phase), besides its policy's `select`.
    pub condition: Operand,
    /// The attributes it sets, sorted by position in the schema.
    pub attributes: Vec<Setting>,
    /// Bound of one attempt, in nanoseconds (host phase).
    pub timeout: Option<Operand>,
    /// How often a failed attempt is repeated, and the pause between.
    pub retry: Option<Retry>,
    /// Names for selection and reports, sorted. See [`is_word`].
    pub tags: Vec<String>,
    /// `skip when`: the step is left out where it holds (run phase, boolean, never of a secret), and what
    /// depends on it goes on. Of several declarations all must say so.
    pub skip: Option<Operand>,
    /// Whose consent the step needs before it acts: a role. See [`is_word`].
    pub approval: Option<String>,
    /// Where it is declared.
    pub span: SourceSpan,
}

/// A value given to an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Position in the schema's attributes.
    pub attribute: u32,
    /// Which of several declarations wins.
    pub priority: Priority,
    /// The value; none is "not set".
    pub value: Operand,
    /// Where it is set.
    pub span: SourceSpan,
}

/// Priorities from weak to strong; only equal ones conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Of a `defaults` block.
    Inherited,
    /// `name = default value`
    Default,
    /// `name = value`
    Plain,
    /// `name = force value`
    Force,
}

/// `retry N every D`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts after the first (integer).
    pub times: Operand,
    /// Pause before each (nanoseconds).
    pub every: Operand,
}

/// `from` runs before `to`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// Vertex that comes first.
    pub from: u32,
    /// Vertex that comes after.
    pub to: u32,
    /// Whether change travels along it.
    pub kind: EdgeKind,
    /// Why it is there.
    pub reason: EdgeReason,
    /// The declaration that brings it. `true`: of `to`, else of `from`. A refresh is carried only where that
    /// exists; of a step with several declarations each brings its edges only where it exists itself.
    pub carrier: Option<(bool, u32)>,
    /// Where it was said.
    pub span: SourceSpan,
}

/// Whether change travels along an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// Order only.
    Order,
    /// A change refreshes the receiver in its default way (`notify`).
    Notify,
    /// A change restarts the receiver.
    Restart,
    /// A change makes the receiver reload.
    Reload,
}

/// Why an edge is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeReason {
    /// `after`, `before`, `notify`, `restart on`, `reload on`
    Clause(Clause),
    /// An attribute reads an output of the other step.
    Output,
    /// An automatic edge: schema of the step that declares the rule, position of the rule there.
    Auto {
        /// Position in the plan's schemas.
        schema: u32,
        /// Position in the schema's autoedges.
        rule: u32,
    },
    /// The boundary of a component instance.
    Boundary,
    /// The order of policies (`after POLICY`). Policies have a barrier before their steps and one after them.
    Policy,
}

/// The clause that made an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Clause {
    After,
    Before,
    Notify,
    RestartOn,
    ReloadOn,
}

/// A place in a source file of the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SourceSpan {
    /// Position in the plan's files.
    pub file: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Plan {
    /// The effects that its resources may have, sorted: `fs.write`. One on an attribute that every resource of the type
    /// leaves unset is none.
    #[must_use]
    pub fn capabilities(&self) -> Vec<String> {
        let mut set: BTreeSet<(u32, u32)> = BTreeSet::new();
        for step in &self.steps {
            let settings = step.declarations.iter().flat_map(|declaration| &declaration.attributes);
            let given = settings.filter(|setting| setting.value != Operand::Value(Value::None));
            set.extend(given.map(|setting| (step.schema, setting.attribute)));
        }
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for (at, schema) in (0..).zip(&self.schemas) {
            let acts = |effect: &&Effect| match effect.value.and_then(|id| schema.exprs.get(id)) {
                Some(Node::Attribute(position)) => {
                    let attribute = schema.attributes.get(*position as usize);
                    let is_optional = attribute.is_some_and(|attribute| {
                        matches!(attribute.ty, Type::Optional(_)) && attribute.default.is_none()
                    });
                    !is_optional || set.contains(&(at, *position))
                }
                _ => true,
            };
            names.extend(schema.effects.iter().filter(acts).map(|effect| effect.name.as_str()));
        }
        names.into_iter().map(str::to_owned).collect()
    }

    /// Calls `visit` for every content that the plan names, as often as it names it.
    pub fn visit_blobs(&self, mut visit: impl FnMut(&Blob)) {
        let schemas = self.schemas.iter().flat_map(|schema| constants(&schema.exprs));
        schemas.chain(constants(&self.exprs)).for_each(|value| visit_blobs(value, &mut visit));
        self.visit_values(|value| visit_blobs(value, &mut visit));
    }
}

fn constants(exprs: &Exprs) -> impl Iterator<Item = &Value> {
    exprs.nodes.iter().filter_map(|node| match node {
        Node::Const(value) => Some(value),
        _ => None,
    })
}

fn visit_blobs(value: &Value, visit: &mut dyn FnMut(&Blob)) {
    match value {
        Value::Blob(blob) => visit(blob),
        Value::List(parts) | Value::Record(parts) | Value::Variant(_, parts) => {
            parts.iter().for_each(|part| visit_blobs(part, visit));
        }
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            visit_blobs(key, visit);
            visit_blobs(value, visit);
        }),
        _ => {}
    }
}
