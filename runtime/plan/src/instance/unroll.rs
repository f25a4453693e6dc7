//! Loops that the host runs: what is declared in one, repeated for each element of its list here.
//!
//! What comes out is a plan without loops. All that follows (merging, claims, edges, guards) sees nothing else, so a
//! resource means the same whether its loop was run when the bundle was built or here.

mod names;
mod question;
mod rounds;
mod work;

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::expr::{ExprId, Exprs, Node, Operand};
use crate::plan::{Declaration, Edge, EdgeKind, Part, Plan, PlanRefusal, Retry, Setting, Step};
use crate::value::Value;

use super::Site;
use super::graph::at;
use super::refusal::{Code, Place, Refusal};
use names::Names;
pub use question::Questions;
use rounds::{Asker, Round, Rounds};
use work::Work;

/// Repeats what is in loops for each element of their lists on this host, and names the instances that the host
/// names. A plan without them is given back as it is.
///
/// `only` says which policies count, as for [`super::Inputs`]; `most` how many steps the host allows.
///
/// # Errors
/// A list or a name that has no value here, two instances of one name, more steps than are allowed.
pub fn unroll<'p, S: Site>(
    plan: &'p Plan,
    site: &S,
    only: Option<&[u32]>,
    most: usize,
) -> Result<Cow<'p, Plan>, Vec<Refusal>> {
    if plan.repeats.is_empty() && plan.instances.is_empty() {
        return Ok(Cow::Borrowed(plan));
    }
    let mut work = Work::new();
    let mut asker = Asker::new(plan, site, only);
    let rounds = Rounds::new(plan, &mut asker, &mut work, most)?;
    let names = Names::new(plan, &mut asker, &rounds, &mut work)?;
    let mut unroll = Unroll::new(plan, &rounds, &names, work, most)?;
    let steps = unroll.steps()?;
    let refusals = unroll.refusals()?;
    let edges = unroll.edges()?;
    Ok(Cow::Owned(Plan {
        files: plan.files.clone(),
        types: plan.types.clone(),
        labels: plan.labels.clone(),
        facts: plan.facts.clone(),
        schemas: plan.schemas.clone(),
        policies: plan.policies.clone(),
        barriers: unroll.barriers,
        edges,
        refusals,
        secrets: plan.secrets.clone(),
        prune: plan.prune.clone(),
        guards: plan.guards.clone(),
        rollouts: plan.rollouts.clone(),
        steps,
        exprs: unroll.exprs,
        repeats: Vec::new(),
        instances: Vec::new(),
    }))
}

/// The rounds of a loop for each round of one around it.
type Ranges = Vec<Range<u32>>;

type Outcome<T> = Result<T, Vec<Refusal>>;

struct Unroll<'p, 'r> {
    plan: &'p Plan,
    rounds: &'r Rounds<'p>,
    names: &'r Names<'p>,
    work: Work,
    /// The innermost loop that each expression of the plan depends on.
    innermost: Vec<Option<u32>>,
    /// The loop around each vertex of the plan.
    around: Vec<Option<u32>>,
    /// The copies of each vertex by round. A step in a round without an element is a barrier: it does nothing, and what
    /// is ordered by it still is.
    vertices: Vec<Vec<u32>>,
    /// How many steps there are.
    steps: u32,
    /// How many barriers there are.
    barriers: u32,
    /// The expressions: first those of the plan, at their old positions, then the copies.
    exprs: Exprs,
    /// The copies for each round of each loop.
    copies: Vec<Vec<FxHashMap<ExprId, ExprId>>>,
    /// The copies by what they are: equal elements have equal expressions.
    known: FxHashMap<Node, ExprId>,
}

impl<'p, 'r> Unroll<'p, 'r> {
    fn new(
        plan: &'p Plan,
        rounds: &'r Rounds<'p>,
        names: &'r Names<'p>,
        mut work: Work,
        most: usize,
    ) -> Outcome<Self> {
        let around = plan.repeats_of_vertices();
        let count = plan.steps.len();
        let mut vertices: Vec<Vec<u32>> = Vec::with_capacity(around.len());
        let (mut steps, mut barriers) = (0_u32, 0_u32);
        for (vertex, repeat) in around.iter().enumerate() {
            work.take(rounds.count(*repeat))?;
            let mut place = |round: Round| {
                let next = if vertex < count && rounds.is_real(round) { &mut steps } else { &mut barriers };
                let own = *next;
                *next = next.saturating_add(1);
                own
            };
            vertices.push(rounds.of(*repeat).map(&mut place).collect());
        }
        if steps as usize > most {
            let message = format!("with its loops the plan has {steps} steps, and this host allows {most}");
            return Err(vec![Refusal::new(Code::TooManySteps, message)]);
        }
        // Barriers come after the steps.
        for (vertex, (copies, repeat)) in vertices.iter_mut().zip(&around).enumerate() {
            for (copy, round) in copies.iter_mut().zip(rounds.of(*repeat)) {
                if vertex >= count || !rounds.is_real(round) {
                    *copy = copy.saturating_add(steps);
                }
            }
        }
        let mut exprs = plan.exprs.clone();
        for node in &mut exprs.nodes {
            match node {
                Node::Output { step, .. }
                    if plan.steps.get(at(*step)).is_some_and(|s| s.repeat.is_none()) =>
                {
                    *step = vertices
                        .get(at(*step))
                        .and_then(|copies| copies.first())
                        .copied()
                        .unwrap_or(u32::MAX);
                }
                // Nothing reads what stands in loops any more: it is copied.
                Node::Output { .. } | Node::Element(_) => *node = Node::Const(Value::None),
                _ => {}
            }
        }
        let copies =
            (0_u32..).zip(&plan.repeats).map(|(r, _)| vec![FxHashMap::default(); rounds.count(Some(r))]);
        Ok(Self {
            plan,
            rounds,
            names,
            work,
            innermost: plan.repeats_of_exprs(),
            around,
            vertices,
            steps,
            barriers,
            copies: copies.collect(),
            exprs,
            known: FxHashMap::default(),
        })
    }

    /// The rounds of a loop in which something is declared.
    fn real(&self, repeat: Option<u32>) -> impl Iterator<Item = Round> + use<'p, 'r> {
        let rounds = self.rounds;
        rounds.of(repeat).filter(move |round| rounds.is_real(*round))
    }

    fn steps(&mut self) -> Outcome<Vec<Step>> {
        let plan = self.plan;
        let mut steps = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            for round in self.real(step.repeat) {
                self.work.take(4)?;
                steps.push(Step {
                    schema: step.schema,
                    key: self.operand(&step.key, round)?,
                    scope: self.path(&step.scope, round)?,
                    declarations: step
                        .declarations
                        .iter()
                        .map(|declaration| self.declaration(declaration, round))
                        .collect::<Outcome<_>>()?,
                    repeat: None,
                });
            }
        }
        Ok(steps)
    }

    fn path(&mut self, path: &str, round: Round) -> Outcome<String> {
        let path = self.names.path(path, self.rounds, round);
        self.work.text(&path)?;
        Ok(path)
    }

    fn declaration(&mut self, declaration: &Declaration, round: Round) -> Outcome<Declaration> {
        self.work.take(4 + declaration.attributes.len() + declaration.tags.len())?;
        let setting = |this: &mut Self, setting: &Setting| {
            Ok(Setting { value: this.operand(&setting.value, round)?, ..setting.clone() })
        };
        let retry = match &declaration.retry {
            None => None,
            Some(retry) => Some(Retry {
                times: self.operand(&retry.times, round)?,
                every: self.operand(&retry.every, round)?,
            }),
        };
        Ok(Declaration {
            policy: declaration.policy,
            instance: self.path(&declaration.instance, round)?,
            condition: self.operand(&declaration.condition, round)?,
            attributes: declaration.attributes.iter().map(|s| setting(self, s)).collect::<Outcome<_>>()?,
            timeout: self.optional(declaration.timeout.as_ref(), round)?,
            retry,
            tags: declaration.tags.clone(),
            skip: self.optional(declaration.skip.as_ref(), round)?,
            approval: declaration.approval.clone(),
            span: declaration.span,
        })
    }

    fn refusals(&mut self) -> Outcome<Vec<PlanRefusal>> {
        let plan = self.plan;
        let mut refusals = Vec::with_capacity(plan.refusals.len());
        for refusal in &plan.refusals {
            for round in self.real(refusal.repeat) {
                self.work.take(4 + refusal.parts.len())?;
                let part = |this: &mut Self, part: &Part| {
                    Ok(Part { text: part.text.clone(), value: this.operand(&part.value, round)? })
                };
                refusals.push(PlanRefusal {
                    policy: refusal.policy,
                    kind: refusal.kind,
                    condition: self.operand(&refusal.condition, round)?,
                    message: self.operand(&refusal.message, round)?,
                    parts: refusal.parts.iter().map(|p| part(self, p)).collect::<Outcome<_>>()?,
                    repeat: None,
                    span: refusal.span,
                });
            }
        }
        Ok(refusals)
    }

    /// Both ends of an edge mean the same element in the loops that are around both; of every other loop, each element.
    /// Where many rounds stand before many, a barrier stands between them: the edges grow with the rounds, and not with
    /// their product.
    fn edges(&mut self) -> Outcome<Vec<Edge>> {
        let plan = self.plan;
        let mut edges = Vec::with_capacity(plan.edges.len());
        let mut ranges: FxHashMap<(Option<u32>, Option<u32>), Ranges> = FxHashMap::default();
        for edge in &plan.edges {
            let around = |end: u32| self.around.get(at(end)).copied().flatten();
            let (from, to) = (around(edge.from), around(edge.to));
            let shared = self.rounds.shared(from, to);
            for repeat in [from, to] {
                if let Entry::Vacant(entry) = ranges.entry((repeat, shared)) {
                    self.work.take(self.rounds.count(repeat).saturating_add(self.rounds.count(shared)))?;
                    entry.insert(self.rounds.by(repeat, shared));
                }
            }
            let (Some(froms), Some(tos)) = (ranges.get(&(from, shared)), ranges.get(&(to, shared))) else {
                continue;
            };
            for (froms, tos) in froms.iter().zip(tos) {
                let all = froms.len().saturating_mul(tos.len()).max(1);
                let apart = froms.len().saturating_add(tos.len());
                let has_barrier = edge.kind == EdgeKind::Order && all > apart;
                self.work.take(if has_barrier { apart } else { all }).map_err(|refusals| {
                    let at = Place::of(plan, edge.span);
                    let told =
                        |refusal: Refusal| refusal.at(at.clone(), "this orders every round by every round");
                    refusals.into_iter().map(told).collect::<Vec<_>>()
                })?;
                if has_barrier {
                    edges.extend(self.barrier(edge, froms.clone(), tos.clone()));
                    continue;
                }
                for a in froms.clone() {
                    for b in tos.clone() {
                        edges.extend(self.edge(edge, (from.map(|r| (r, a)), a), (to.map(|r| (r, b)), b)));
                    }
                }
            }
        }
        edges.sort_unstable();
        edges.dedup();
        Ok(edges)
    }

    /// Edges from many rounds to a new barrier, and from it to many rounds.
    fn barrier(&mut self, edge: &Edge, froms: Range<u32>, tos: Range<u32>) -> Vec<Edge> {
        let barrier = self.steps.saturating_add(self.barriers);
        self.barriers = self.barriers.saturating_add(1);
        let around = |end: u32| self.around.get(at(end)).copied().flatten();
        let (from, to) = (around(edge.from), around(edge.to));
        let vertex = |vertex: u32, copy: u32| self.vertices.get(at(vertex))?.get(at(copy)).copied();
        // What brings the edge does so at its own end.
        let carrier = |of_to: bool, repeat: Option<u32>, copy: u32| {
            let is_real = self.rounds.is_real(repeat.map(|repeat| (repeat, copy)));
            edge.carrier.filter(|(end, _)| *end == of_to && is_real)
        };
        let before = froms.filter_map(|copy| {
            let from = (vertex(edge.from, copy)?, carrier(false, from, copy));
            Some(Edge { from: from.0, to: barrier, carrier: from.1, ..edge.clone() })
        });
        let after = tos.filter_map(|copy| {
            let to = (vertex(edge.to, copy)?, carrier(true, to, copy));
            Some(Edge { from: barrier, to: to.0, carrier: to.1, ..edge.clone() })
        });
        before.chain(after).collect()
    }

    /// An edge between two copies. What carries change does not where an end is only a place in the order.
    fn edge(&self, edge: &Edge, (from, a): (Round, u32), (to, b): (Round, u32)) -> Option<Edge> {
        let vertex = |vertex: u32, copy: u32| self.vertices.get(at(vertex))?.get(at(copy)).copied();
        let edge = Edge { from: vertex(edge.from, a)?, to: vertex(edge.to, b)?, ..edge.clone() };
        if self.rounds.is_real(from) && self.rounds.is_real(to) {
            return Some(edge);
        }
        Some(Edge { kind: EdgeKind::Order, carrier: None, ..edge })
    }

    fn optional(&mut self, operand: Option<&Operand>, round: Round) -> Outcome<Option<Operand>> {
        operand.map(|operand| self.operand(operand, round)).transpose()
    }

    fn operand(&mut self, operand: &Operand, round: Round) -> Outcome<Operand> {
        match operand {
            Operand::Value(value) => Ok(Operand::Value(value.clone())),
            Operand::Expr(id) => self.expr(*id, round).map(Operand::Expr),
        }
    }

    /// An expression with the elements of a round.
    fn expr(&mut self, id: ExprId, round: Round) -> Outcome<ExprId> {
        let plan = self.plan;
        let mut open = vec![id];
        while let Some(&top) = open.last() {
            if self.copied(top, round).is_some() {
                open.pop();
                continue;
            }
            let Some(node) = plan.exprs.get(top) else {
                return Err(broken());
            };
            let before = open.len();
            node.operands(|operand| {
                if self.copied(operand, round).is_none() {
                    open.push(operand);
                }
            });
            if open.len() > before {
                continue;
            }
            open.pop();
            let mut operands = 0;
            node.operands(|_| operands += 1);
            self.work.take(2 + operands)?;
            let copy = self.copy(node, round).ok_or_else(broken)?;
            let copy = match self.known.get(&copy) {
                Some(known) => *known,
                None => {
                    let id = self.exprs.push(copy.clone());
                    self.known.insert(copy, id);
                    id
                }
            };
            let own = self.innermost.get(at(top.0)).copied().flatten();
            let place = own.and_then(|own| self.rounds.around(round, own));
            let map = place.and_then(|(repeat, k)| self.copies.get_mut(at(repeat))?.get_mut(at(k)));
            map.ok_or_else(broken)?.insert(top, copy);
        }
        self.copied(id, round).ok_or_else(broken)
    }

    /// The copy of an expression for a round; itself, where it depends on no loop.
    fn copied(&self, id: ExprId, round: Round) -> Option<ExprId> {
        let Some(own) = self.innermost.get(at(id.0)).copied().flatten() else { return Some(id) };
        let (repeat, k) = self.rounds.around(round, own)?;
        self.copies.get(at(repeat))?.get(at(k))?.get(&id).copied()
    }

    fn copy(&self, node: &Node, round: Round) -> Option<Node> {
        Some(match node {
            Node::Element(repeat) => {
                let (repeat, k) = self.rounds.around(round, *repeat)?;
                Node::Const(self.rounds.element(repeat, k)?.clone())
            }
            Node::Output { step, output } => {
                let own = self.plan.steps.get(at(*step))?.repeat;
                let copy = match own {
                    Some(own) => self.rounds.around(round, own)?.1,
                    None => 0,
                };
                let step = *self.vertices.get(at(*step))?.get(at(copy))?;
                Node::Output { step, output: *output }
            }
            // invariant: the operands were copied before.
            other => other.with_operands(|operand| self.copied(operand, round).unwrap_or(operand)),
        })
    }
}

/// For what [`Plan::check`] rules out.
fn broken() -> Vec<Refusal> {
    let message = "the plan is broken: what is in a loop depends on another one";
    vec![Refusal::new(Code::BrokenPlan, message)]
}

#[cfg(test)]
mod tests;
