//! The concrete graph: what a plan comes to on one host.

mod cycle;
mod knot;
mod refresh;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use crate::expr::{ExprId, Operand};
use crate::plan::{Plan, SourceSpan};
use crate::value::Value;

use crate::instance::refusal::{Place, Refusal};
use crate::instance::render;

pub use cycle::refuse as refuse_cycle;
pub use refresh::links;

/// A vertex: a step, or after all of them a barrier.
pub type Vertex = u32;

/// Position in a slice.
pub fn at(vertex: Vertex) -> usize {
    vertex as usize
}

/// The concrete graph of one host.
#[derive(Debug)]
pub struct Graph<'p> {
    /// The plan it was made from.
    pub plan: &'p Plan,
    /// Vertices `0..steps.len()`.
    pub steps: Vec<Step<'p>>,
    /// How many vertices there are, barriers among them.
    pub vertices: usize,
    /// Edges by the vertex that comes first.
    pub edges: Edges,
    /// All vertices, each after what it depends on.
    pub order: Vec<Vertex>,
    /// Who refreshes whom, sorted by sender.
    pub refreshes: Vec<Refresh>,
    /// Steps by their position in the plan.
    pub of_plan: Vec<Vertex>,
    /// Steps whose outputs are read by others.
    pub outputs_used: Vec<bool>,
    /// The policies this host gets, by position in the plan.
    pub selected: Vec<u32>,
}

/// A resource on this host.
#[derive(Debug)]
pub struct Step<'p> {
    /// Position in the plan's schemas.
    pub schema: u32,
    /// Its key; none only for a step that is absent.
    pub key: Value,
    /// The instance that scopes a key which is only a label.
    pub scope: &'p str,
    /// `File["/etc/motd"]`
    pub name: Box<str>,
    /// Whether a declaration of it exists on this host.
    pub present: bool,
    /// Attributes by position; those that are known later are none.
    pub desired: Vec<Option<Value>>,
    /// Attributes that are known while the plan runs, each after those it reads.
    pub later: Vec<Later>,
    /// Early outputs by position; none where nobody can tell them yet.
    pub early: Option<Vec<Option<Value>>>,
    /// Bound of one attempt.
    pub timeout: Option<Duration>,
    /// Attempts after the first.
    pub retries: u32,
    /// Pause before each of them.
    pub every: Duration,
    /// How it is executed, where a declaration or a guard says something of that.
    pub execution: Option<Box<Execution<'p>>>,
    /// The first declaration, by the plan's policy, and where it is.
    pub policy: u32,
    /// Where it is declared first.
    pub span: SourceSpan,
}

/// How a step is executed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Execution<'p> {
    /// Names for selection and reports, sorted.
    pub tags: Vec<&'p str>,
    /// It is left out where all of these hold; never where there are none.
    pub skip: Vec<Skip<'p>>,
    /// Whose consent it needs before it acts.
    pub approvals: Vec<Approval<'p>>,
    /// The guards that can judge it only when it is about to act, by position in the plan.
    pub guards: Vec<u32>,
}

/// A `skip when`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip<'p> {
    /// Its condition.
    pub condition: &'p Operand,
    /// The declaration that says it.
    pub span: SourceSpan,
}

/// Somebody's consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval<'p> {
    /// Whose.
    pub role: &'p str,
    /// What a guard says to it.
    pub why: Option<String>,
}

/// An attribute that is known while the plan runs.
#[derive(Clone, Copy, Debug)]
pub struct Later {
    /// Position in the schema's attributes.
    pub attribute: u32,
    /// What gives its value.
    pub expr: ExprId,
    /// Where it is set.
    pub span: SourceSpan,
}

/// How a receiver is refreshed. The strongest of several counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefreshKind {
    /// `reload on`
    Reload,
    /// `notify`: in the type's own way.
    Notify,
    /// `restart on`
    Restart,
}

impl RefreshKind {
    /// The word for it in reports and journals.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reload => "reload",
            Self::Notify => "notify",
            Self::Restart => "restart",
        }
    }
}

impl serde::Serialize for RefreshKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Who refreshes whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refresh {
    /// Whose change it is.
    pub sender: Vertex,
    /// Who is refreshed.
    pub receiver: Vertex,
    /// In which way.
    pub kind: RefreshKind,
}

/// Edges, sorted by both ends.
#[derive(Debug, Default)]
pub struct Edges {
    list: Vec<Edge>,
    starts: Vec<u32>,
}

/// `from` comes before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// What comes first.
    pub from: Vertex,
    /// What comes after.
    pub to: Vertex,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an edge comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The plan's edge at this position.
    Plan(u32),
    /// An automatic edge that only this host could find: position of the rule in the schema of `to`.
    Host(u32),
}

impl Edges {
    /// The edges of a graph with so many vertices.
    pub fn new(vertices: usize, mut list: Vec<Edge>) -> Self {
        list.sort_unstable();
        let mut starts = Vec::with_capacity(vertices + 1);
        let mut next = 0;
        for vertex in 0..=vertices {
            while list.get(next).is_some_and(|edge| at(edge.from) < vertex) {
                next += 1;
            }
            starts.push(u32::try_from(next).unwrap_or(u32::MAX));
        }
        Self { list, starts }
    }

    /// The edges that leave a vertex.
    pub fn from(&self, vertex: Vertex) -> &[Edge] {
        let bound = |index: usize| self.starts.get(index).map_or(self.list.len(), |start| *start as usize);
        self.list.get(bound(at(vertex))..bound(at(vertex) + 1)).unwrap_or_default()
    }

    /// All of them.
    pub fn all(&self) -> &[Edge] {
        &self.list
    }

    /// How many edges arrive at each vertex.
    pub fn arriving(&self, vertices: usize) -> Vec<u32> {
        let mut count = vec![0; vertices];
        for edge in &self.list {
            if let Some(count) = count.get_mut(at(edge.to)) {
                *count += 1;
            }
        }
        count
    }

    /// All vertices, each after what it depends on and, where that leaves a choice, in order of their
    /// numbers; or fewer, if there is a cycle (A. B. Kahn, Topological sorting of large networks, 1962).
    pub fn sort(&self, vertices: usize) -> Vec<Vertex> {
        let mut waiting = self.arriving(vertices);
        let mut ready: BinaryHeap<Reverse<Vertex>> = BinaryHeap::new();
        for (vertex, count) in (0_u32..).zip(&waiting) {
            if *count == 0 {
                ready.push(Reverse(vertex));
            }
        }
        let mut order = Vec::with_capacity(vertices);
        while let Some(Reverse(vertex)) = ready.pop() {
            order.push(vertex);
            for edge in self.from(vertex) {
                if let Some(count) = waiting.get_mut(at(edge.to)) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(Reverse(edge.to));
                    }
                }
            }
        }
        order
    }
}

impl<'p> Graph<'p> {
    /// A step by its vertex; none for a barrier.
    pub fn step(&self, vertex: Vertex) -> Option<&Step<'p>> {
        self.steps.get(at(vertex))
    }

    /// Whom a step refreshes.
    pub fn refreshed_by(&self, sender: Vertex) -> &[Refresh] {
        let start = self.refreshes.partition_point(|refresh| refresh.sender < sender);
        let rest = self.refreshes.get(start..).unwrap_or_default();
        let count = rest.partition_point(|refresh| refresh.sender == sender);
        rest.get(..count).unwrap_or_default()
    }

    /// A step's identity between runs.
    pub fn identity(&self, vertex: Vertex) -> String {
        let Some(step) = self.step(vertex) else { return String::new() };
        let schema = self.plan.schemas.get(at(step.schema)).map_or("", |schema| schema.name.as_str());
        render::identity(schema, &step.key, step.scope)
    }

    /// The place where a step is declared first.
    pub fn place(&self, vertex: Vertex) -> Place {
        Place::of(self.plan, self.step(vertex).map(|step| step.span).unwrap_or_default())
    }
}

impl Step<'_> {
    /// What people named it by, sorted.
    #[must_use]
    pub fn tags(&self) -> &[&str] {
        self.execution.as_ref().map_or(&[], |execution| execution.tags.as_slice())
    }
}

/// Orders the graph, or says what the shortest cycle is. Gives the edges that order it as well.
pub fn order(
    plan: &Plan,
    steps: &[Step<'_>],
    edges: Edges,
    vertices: usize,
) -> Result<(Edges, Vec<Vertex>), Box<Refusal>> {
    let order = edges.sort(vertices);
    if order.len() == vertices {
        return Ok((edges, order));
    }
    let edges = knot::untie(&edges, steps, vertices);
    let order = edges.sort(vertices);
    if order.len() == vertices {
        Ok((edges, order))
    } else {
        Err(Box::new(refuse_cycle(plan, steps, &edges, &order)))
    }
}
