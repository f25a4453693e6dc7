//! Loops that the host runs: what is declared in one, repeated for each element of its list here.
//!
//! What comes out is a plan without loops. All that follows (merging, claims, edges, guards) sees nothing else, so a
//! resource means the same whether its loop was run when the bundle was built or here.

mod names;
mod rounds;

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::expr::{ExprId, Exprs, Node, Operand};
use crate::plan::{Declaration, Edge, Part, Plan, PlanRefusal, Retry, Setting, Step};
use crate::value::Value;

use super::Site;
use super::graph::at;
use super::refusal::{Code, Refusal};
use names::Names;
use rounds::{Round, Rounds};

/// How many edges a plan may have once its loops are unrolled.
const MOST_EDGES: usize = 8_000_000;
/// How many expressions.
const MOST_EXPRS: usize = 8_000_000;

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
    let rounds = Rounds::new(plan, site, only, most)?;
    let names = Names::new(plan, site, &rounds)?;
    let mut unroll = Unroll::new(plan, &rounds, &names);
    unroll.bound(most)?;
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
        barriers: unroll.barriers(),
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

type Outcome<T> = Result<T, Vec<Refusal>>;

struct Unroll<'p, 'r> {
    plan: &'p Plan,
    rounds: &'r Rounds<'p>,
    names: &'r Names<'p>,
    /// The innermost loop that each expression of the plan depends on.
    innermost: Vec<Option<u32>>,
    /// The loop around each vertex of the plan.
    around: Vec<Option<u32>>,
    /// The first copy of each vertex.
    first: Vec<u32>,
    /// The expressions: first those of the plan, at their old positions, then the copies.
    exprs: Exprs,
    /// The copies for each round of each loop.
    copies: Vec<Vec<FxHashMap<ExprId, ExprId>>>,
}

impl<'p, 'r> Unroll<'p, 'r> {
    fn new(plan: &'p Plan, rounds: &'r Rounds<'p>, names: &'r Names<'p>) -> Self {
        let around = plan.repeats_of_vertices();
        let mut first = Vec::with_capacity(around.len());
        let mut next = 0_usize;
        for repeat in &around {
            first.push(u32::try_from(next).unwrap_or(u32::MAX));
            next = next.saturating_add(rounds.count(*repeat));
        }
        let mut exprs = plan.exprs.clone();
        for node in &mut exprs.nodes {
            match node {
                Node::Output { step, .. }
                    if plan.steps.get(at(*step)).is_some_and(|s| s.repeat.is_none()) =>
                {
                    *step = first.get(at(*step)).copied().unwrap_or(u32::MAX);
                }
                // Nothing reads what stands in loops any more: it is copied.
                Node::Output { .. } | Node::Element(_) => *node = Node::Const(Value::None),
                _ => {}
            }
        }
        let copies =
            (0_u32..).zip(&plan.repeats).map(|(r, _)| vec![FxHashMap::default(); rounds.count(Some(r))]);
        Self {
            plan,
            rounds,
            names,
            innermost: plan.repeats_of_exprs(),
            around,
            first,
            copies: copies.collect(),
            exprs,
        }
    }

    /// How many copies there are of the vertices in this range.
    fn count(&self, vertices: std::ops::Range<usize>) -> usize {
        let around = self.around.get(vertices).unwrap_or_default();
        around.iter().fold(0, |sum, repeat| sum.saturating_add(self.rounds.count(*repeat)))
    }

    fn barriers(&self) -> u32 {
        u32::try_from(self.count(self.plan.steps.len()..self.around.len())).unwrap_or(u32::MAX)
    }

    fn bound(&self, most: usize) -> Outcome<()> {
        let steps = self.count(0..self.plan.steps.len());
        if steps > most {
            let message = format!("with its loops the plan has {steps} steps, and this host allows {most}");
            return Err(vec![Refusal::new(Code::TooManySteps, message)]);
        }
        let barriers = self.count(self.plan.steps.len()..self.around.len());
        if barriers > most.saturating_mul(2) {
            let message = format!("with its loops the plan has {barriers} boundaries of instances");
            return Err(vec![Refusal::new(Code::TooManySteps, message)]);
        }
        Ok(())
    }

    fn steps(&mut self) -> Outcome<Vec<Step>> {
        let plan = self.plan;
        let mut steps = Vec::with_capacity(self.count(0..plan.steps.len()));
        for step in &plan.steps {
            for round in self.rounds.of(step.repeat) {
                steps.push(Step {
                    schema: step.schema,
                    key: self.operand(&step.key, round)?,
                    scope: self.names.path(&step.scope, self.rounds, round),
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

    fn declaration(&mut self, declaration: &Declaration, round: Round) -> Outcome<Declaration> {
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
            instance: self.names.path(&declaration.instance, self.rounds, round),
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
            for round in self.rounds.of(refusal.repeat) {
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
    fn edges(&self) -> Outcome<Vec<Edge>> {
        let mut edges = Vec::with_capacity(self.plan.edges.len());
        for edge in &self.plan.edges {
            let around = |end: u32| self.around.get(at(end)).copied().flatten();
            let (from, to) = (around(edge.from), around(edge.to));
            let shared = self.rounds.shared(from, to);
            let of = |repeat| self.rounds.by(repeat, shared);
            let (froms, tos) = (of(from), of(to));
            for (froms, tos) in froms.iter().zip(&tos) {
                for a in froms.clone() {
                    for b in tos.clone() {
                        if edges.len() >= MOST_EDGES {
                            let message = format!("with its loops the plan has more than {MOST_EDGES} edges");
                            return Err(vec![Refusal::new(Code::TooManySteps, message)]);
                        }
                        edges.push(Edge {
                            from: self.vertex(edge.from, a),
                            to: self.vertex(edge.to, b),
                            ..edge.clone()
                        });
                    }
                }
            }
        }
        edges.sort_unstable();
        Ok(edges)
    }

    fn vertex(&self, vertex: u32, copy: u32) -> u32 {
        self.first.get(at(vertex)).copied().unwrap_or(u32::MAX).saturating_add(copy)
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
            if self.exprs.nodes.len() >= MOST_EXPRS {
                let message = format!("with its loops the plan has more than {MOST_EXPRS} expressions");
                return Err(vec![Refusal::new(Code::TooManySteps, message)]);
            }
            let copy = self.copy(node, round).ok_or_else(broken)?;
            let copy = self.exprs.push(copy);
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
                Node::Output { step: self.vertex(*step, copy), output: *output }
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
