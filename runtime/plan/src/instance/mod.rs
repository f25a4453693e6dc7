//! From a plan to the concrete graph of one host: policies, conditions, attributes, merging, conflicts,
//! claims, automatic edges, order. Everything that is wrong is said at once.
//!
//! Agents run it on a host ([`Site`]), and the compiler's tests on the facts and labels that they give.

mod edge;
mod guard;
mod merge;

pub mod graph;
pub mod refusal;
pub mod render;
pub mod resolve;
mod unroll;

pub use guard::{Finding, Judgement, judge, known_attributes};
pub use unroll::{Questions, unroll};

use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::eval::{Context, Failure, Lookup};
use crate::expr::{Node, Operand};
use crate::op::EvalError;
use crate::plan::{Plan, RefusalKind, SourceSpan};
use crate::value::Value;
use graph::{Graph, Step, Vertex, at};
use refusal::{Code, Place, Refusal, Refusals};
use resolve::{Own, Relations, Resolver};

/// What a plan is instantiated on: a host with its providers, or what a test gives in its place.
pub trait Site {
    /// The fact at this position of the plan's table.
    fn fact(&self, position: u32) -> Lookup;

    /// The label at this position of the plan's table.
    fn label(&self, position: u32) -> Lookup;

    /// A secret, by its position in the plan's table.
    fn secret(&self, position: u32) -> Lookup {
        ().secret(position)
    }

    /// The early outputs of a step, by position in its schema; none where nobody can tell them yet.
    fn early(&self, schema: u32, key: &Value) -> Option<Vec<Option<Value>>>;

    /// What else stands against these steps here.
    fn refused(&self, steps: &[Step<'_>]) -> Vec<Refusal>;
}

/// What a plan is instantiated with.
pub struct Inputs<'p, S> {
    /// The plan, without loops: [`unroll`] comes before.
    pub plan: &'p Plan,
    /// Where.
    pub site: S,
    /// The policies that count, by position; none is all of them. Their `select` must hold all the same.
    pub only: Option<Vec<u32>>,
}

/// A plan on one host.
pub struct Instance<'p, S> {
    /// The graph.
    pub graph: Graph<'p>,
    /// What evaluates the rest of the plan's expressions.
    pub resolver: Resolver<'p, S>,
    /// What evaluates the schemas' rules.
    pub relations: Relations<'p>,
}

/// Instantiates a plan.
///
/// # Errors
/// Every reason why it does not stand here.
pub fn instantiate<'p, S: Site>(inputs: Inputs<'p, S>) -> Result<Instance<'p, S>, Vec<Refusal>> {
    let plan = inputs.plan;
    let mut build = Build {
        plan,
        only: inputs.only,
        resolver: Resolver::new(plan, inputs.site),
        relations: Relations::new(plan),
        refusals: Refusals::default(),
        selected: vec![false; plan.policies.len()],
        exists: Exists::new(plan),
        steps: Vec::with_capacity(plan.steps.len()),
        sources: Vec::with_capacity(plan.steps.len()),
        of_plan: Vec::with_capacity(plan.steps.len()),
    };
    build.select();
    build.refusals.stand()?;
    build.existence();
    build.refused_by_policy();
    build.keys();
    build.attributes();
    build.refused_by_site();
    build.refusals.stand()?;
    build.claims();
    build.guards();
    build.refusals.stand()?;
    build.finish()
}

/// Which declarations exist on this host.
struct Exists {
    starts: Vec<u32>,
    flags: Vec<bool>,
}

impl Exists {
    fn new(plan: &Plan) -> Self {
        let mut starts = Vec::with_capacity(plan.steps.len() + 1);
        let mut next = 0_usize;
        for step in &plan.steps {
            starts.push(u32::try_from(next).unwrap_or(u32::MAX));
            next += step.declarations.len();
        }
        Self { starts, flags: vec![false; next] }
    }

    fn index(&self, step: u32, declaration: u32) -> Option<usize> {
        Some(at(*self.starts.get(at(step))?) + at(declaration))
    }

    fn set(&mut self, step: u32, declaration: u32) {
        if let Some(flag) = self.index(step, declaration).and_then(|index| self.flags.get_mut(index)) {
            *flag = true;
        }
    }

    fn get(&self, step: u32, declaration: u32) -> bool {
        self.index(step, declaration).and_then(|index| self.flags.get(index)).copied().unwrap_or(false)
    }
}

/// What a step of the graph was made from: positions in the plan's steps. Almost always one.
#[derive(Clone, Debug)]
struct Sources {
    first: u32,
    more: Vec<u32>,
}

impl Sources {
    fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }
}

struct Build<'p, S> {
    plan: &'p Plan,
    only: Option<Vec<u32>>,
    resolver: Resolver<'p, S>,
    relations: Relations<'p>,
    refusals: Refusals,
    selected: Vec<bool>,
    exists: Exists,
    steps: Vec<Step<'p>>,
    sources: Vec<Sources>,
    of_plan: Vec<Vertex>,
}

impl<'p, S: Site> Build<'p, S> {
    fn refuse(&mut self, refusal: Refusal) {
        self.refusals.push(refusal);
    }

    fn failed(&mut self, failure: &Failure, span: SourceSpan, what: &str) {
        let refusal = refused(self.plan, failure, span, what);
        // Whoever else reads the fact has nothing new to tell.
        let told = |known: &Refusal| known.code == Code::Fact && known.message == refusal.message;
        if refusal.code == Code::Fact && self.refusals.any(told) {
            return;
        }
        self.refuse(refusal);
    }

    fn later(&mut self, span: SourceSpan, what: &str) {
        let place = Place::of(self.plan, span);
        let refusal =
            Refusal::new(Code::BrokenPlan, format!("the plan is broken: {what} is known only while it runs"));
        self.refuse(refusal.at(place, what.to_owned()));
    }

    /// A condition; one that has no value is refused and does not hold.
    fn condition(&mut self, operand: &Operand, span: SourceSpan, what: &str) -> bool {
        match self.resolver.early(operand, Own::NOTHING) {
            Ok(Some(Value::Bool(holds))) => holds,
            Ok(None) => {
                self.later(span, what);
                false
            }
            Ok(Some(_)) => {
                let refusal =
                    Refusal::new(Code::BrokenPlan, format!("the plan is broken: {what} is no truth"));
                self.refuse(refusal.at(Place::of(self.plan, span), what.to_owned()));
                false
            }
            Err(failure) => {
                self.failed(&failure, span, what);
                false
            }
        }
    }

    fn select(&mut self) {
        for (position, policy) in (0_u32..).zip(&self.plan.policies) {
            if self.only.as_ref().is_some_and(|only| !only.contains(&position)) {
                continue;
            }
            let holds = self.condition(&policy.select, policy.span, "the policy's `select`");
            if let Some(flag) = self.selected.get_mut(at(position)) {
                *flag = holds;
            }
        }
    }

    fn is_selected(&self, policy: u32) -> bool {
        self.selected.get(at(policy)).copied().unwrap_or(false)
    }

    fn refused_by_policy(&mut self) {
        for refusal in &self.plan.refusals {
            if !self.is_selected(refusal.policy)
                || !self.condition(&refusal.condition, refusal.span, "a `fail`")
            {
                continue;
            }
            let message = match self.resolver.early(&refusal.message, Own::NOTHING) {
                Ok(Some(Value::Str(message))) => message.to_string(),
                Ok(_) => "the policy refuses this host".to_owned(),
                Err(failure) => failure.to_string(),
            };
            let place = Place::of(self.plan, refusal.span);
            let what = match refusal.kind {
                RefusalKind::Fail => "`fail` is reached on this host",
                RefusalKind::Check => "this `check` does not hold on this host",
                RefusalKind::Refinement => "this value does not fit on this host",
            };
            let mut found = Refusal::new(Code::Fail, message).at(place, what);
            for part in &refusal.parts {
                if let Ok(Some(value)) = self.resolver.early(&part.value, Own::NOTHING) {
                    found.notes.push(format!("{} = {}", part.text, render::value(&value, None, &[])));
                }
            }
            self.refuse(found);
        }
    }

    fn existence(&mut self) {
        for (step, plan_step) in (0_u32..).zip(&self.plan.steps) {
            for (position, declaration) in (0_u32..).zip(&plan_step.declarations) {
                if self.is_selected(declaration.policy)
                    && self.condition(
                        &declaration.condition,
                        declaration.span,
                        "the condition of this resource",
                    )
                {
                    self.exists.set(step, position);
                }
            }
        }
    }

    /// Keys; steps whose keys meet on this host become one.
    fn keys(&mut self) {
        let mut known: FxHashMap<(u32, &'p str, Value), Vertex> = FxHashMap::default();
        known.reserve(self.plan.steps.len());
        for (position, plan_step) in (0_u32..).zip(&self.plan.steps) {
            let first = (0_u32..).zip(&plan_step.declarations).find(|(d, _)| self.exists.get(position, *d));
            let span = plan_step.declarations.first().map(|d| d.span).unwrap_or_default();
            let next = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
            let key = match (&plan_step.key, &first) {
                (Operand::Value(key), _) => Some(key.clone()),
                // A key that nobody needs may have no value.
                (Operand::Expr(_), None) => None,
                (Operand::Expr(_), Some((_, declaration))) => {
                    match self.resolver.early(&plan_step.key, Own::NOTHING) {
                        Ok(Some(key)) => Some(key),
                        Ok(None) => {
                            self.later(declaration.span, "the key of this resource");
                            None
                        }
                        Err(failure) => {
                            self.failed(&failure, declaration.span, "the key of this resource");
                            None
                        }
                    }
                }
            };
            if let (Some(key), Some(_)) = (&key, &first) {
                let identity = (plan_step.schema, plan_step.scope.as_str(), key.clone());
                if let Some(&vertex) = known.get(&identity) {
                    if let Some(sources) = self.sources.get_mut(at(vertex)) {
                        sources.more.push(position);
                    }
                    self.of_plan.push(vertex);
                    continue;
                }
                known.insert(identity, next);
            }
            let schema = self.plan.schemas.get(at(plan_step.schema));
            let key = key.unwrap_or(Value::None);
            let (policy, place) = first.map_or((0, span), |(_, d)| (d.policy, d.span));
            self.of_plan.push(next);
            self.sources.push(Sources { first: position, more: Vec::new() });
            self.steps.push(Step {
                schema: plan_step.schema,
                name: render::step_name(schema.map_or("", |s| &s.name), &key, &plan_step.scope)
                    .into_boxed_str(),
                key,
                scope: &plan_step.scope,
                present: first.is_some(),
                desired: Vec::new(),
                later: Vec::new(),
                early: None,
                timeout: None,
                retries: 0,
                every: Duration::ZERO,
                execution: None,
                policy,
                span: place,
            });
        }
    }

    fn refused_by_site(&mut self) {
        let found = self.resolver.site().refused(&self.steps);
        found.into_iter().for_each(|refusal| self.refuse(refusal));
    }

    /// One owner for everything that exists once.
    fn claims(&mut self) {
        let mut owners: FxHashMap<(&'p str, Value), Vertex> = FxHashMap::default();
        let mut found = Vec::new();
        for (vertex, step) in (0_u32..).zip(&self.steps).filter(|(_, step)| step.present) {
            let Some(schema) = self.plan.schemas.get(at(step.schema)) else { continue };
            for claim in &schema.claims {
                let value = match self.relations.value(step, claim.value) {
                    Ok(Some(value)) => value,
                    Ok(None) => continue,
                    Err(failure) => {
                        found.push(Refusal::new(
                            Code::BrokenPlan,
                            format!("a claim of {} has no value: {failure}", step.name),
                        ));
                        continue;
                    }
                };
                match owners.entry((claim.domain.as_str(), value)) {
                    std::collections::hash_map::Entry::Vacant(entry) => {
                        entry.insert(vertex);
                    }
                    std::collections::hash_map::Entry::Occupied(entry) if *entry.get() == vertex => {}
                    std::collections::hash_map::Entry::Occupied(entry) => {
                        let Some(other) = self.steps.get(at(*entry.get())) else { continue };
                        let what = render::value(&entry.key().1, None, &[]);
                        found.push(
                            Refusal::new(
                                Code::Claim,
                                format!("{} and {} both manage {what}", other.name, step.name),
                            )
                            .at(Place::of(self.plan, step.span), format!("{} is declared here", step.name))
                            .at(Place::of(self.plan, other.span), format!("{} is declared here", other.name)),
                        );
                    }
                }
            }
        }
        found.into_iter().for_each(|refusal| self.refuse(refusal));
    }

    fn finish(mut self) -> Result<Instance<'p, S>, Vec<Refusal>> {
        let plan = self.plan;
        let barriers = self.steps.len();
        let vertices = barriers + at(plan.barriers);
        let edges = self.edges(vertices);
        self.refusals.stand()?;
        let (edges, order) =
            graph::order(plan, &self.steps, edges, vertices).map_err(|refusal| vec![*refusal])?;
        let of_plan = &self.of_plan;
        let vertex = |end: u32| vertex_of(plan, of_plan, barriers, end);
        let exists = &self.exists;
        let refreshes =
            graph::links(plan, &self.steps, &vertex, &|step, declaration| exists.get(step, declaration));
        let mut outputs_used = vec![false; self.steps.len()];
        for node in &plan.exprs.nodes {
            if let Node::Output { step, .. } = node
                && let Some(used) =
                    of_plan.get(at(*step)).and_then(|vertex| outputs_used.get_mut(at(*vertex)))
            {
                *used = true;
            }
        }
        let selected =
            (0_u32..).zip(&self.selected).filter(|(_, on)| **on).map(|(policy, _)| policy).collect();
        Ok(Instance {
            graph: Graph {
                plan,
                steps: self.steps,
                vertices,
                edges,
                order,
                refreshes,
                of_plan: self.of_plan,
                outputs_used,
                selected,
            },
            resolver: self.resolver,
            relations: self.relations,
        })
    }
}

/// The refusal of a plan for something that has no value.
fn refused(plan: &Plan, failure: &Failure, span: SourceSpan, what: &str) -> Refusal {
    let (code, message) = match &failure.error {
        EvalError::Fail(message) => (Code::Fail, message.to_string()),
        EvalError::Lookup(message) => (Code::Fact, message.to_string()),
        error if error.is_internal() => (Code::BrokenPlan, error.to_string()),
        error => (Code::Expression, error.to_string()),
    };
    let refusal = Refusal::new(code, message).at(Place::of(plan, span), what.to_owned());
    if let Some(Node::Fact(position)) = plan.exprs.get(failure.node)
        && let Some(declared) = plan.facts.get(at(*position)).and_then(|fact| fact.declared.as_ref())
    {
        return refusal.at(Place::of(plan, declared.span), "the fact is declared here");
    }
    refusal
}

/// A vertex of the plan in the graph.
fn vertex_of(plan: &Plan, of_plan: &[Vertex], barriers: usize, end: u32) -> Vertex {
    match of_plan.get(at(end)) {
        Some(vertex) => *vertex,
        None => u32::try_from(barriers + at(end).saturating_sub(plan.steps.len())).unwrap_or(u32::MAX),
    }
}
