//! What runs before a resource, or after it, and why.

use super::host;
use super::source::{DeclaredHere, Sources, declared_at};
use super::view::{ReasonView, mistakes, reason_kind};
use crate::definition::Location;
use crate::why::{MOST, code};
use mc_compiler::graph::OnHost;
use mc_compiler::notation::{Notation, is_written, short};
use mc_compiler::test::fixtures;
use mc_compiler::{Db, File, compiled_plan};
use mc_plan::plan::{Edge, Plan};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Keys are cut here, in bytes.
const LONGEST: usize = 200;

/// The most steps that are told.
const MOST_STEPS: usize = 500;

/// What runs before the resources that a place declares, or after them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The resources.
    pub resources: Vec<OrderOf>,
    /// All of it, in Markdown.
    pub markdown: String,
    /// Why there is no answer.
    pub problems: Vec<String>,
}

/// What runs before one resource, or after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderOf {
    /// The resource.
    pub resource: String,
    /// Where it is declared.
    pub location: Option<Location>,
    /// The others, in an order in which they can run.
    pub steps: Vec<OrderedStep>,
    /// How many more there are.
    pub omitted: usize,
}

/// A resource that runs before another one, or after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedStep {
    /// The resource.
    pub resource: String,
    /// Its type.
    pub ty: String,
    /// Where it is declared.
    pub location: Option<Location>,
    /// Whether an edge leads to the resource that was asked about.
    pub direct: bool,
    /// Why, with the name of the one that is next on the way.
    pub reasons: Vec<(String, ReasonView)>,
}

/// What is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrderQuestion<'a> {
    /// Whether what runs after it is asked for.
    pub after: bool,
    /// The host; none for any, where a condition does not count.
    pub fixture: Option<&'a str>,
}

/// Says what runs before the resource around an offset, or after it. None where no resource is.
pub fn runs_before(db: &dyn Db, file: File, offset: u32, question: OrderQuestion<'_>) -> Option<Order> {
    let problem = |problems: Vec<String>| Some(Order { problems, ..Order::default() });
    let Some(compiled) = compiled_plan(db) else { return problem(mistakes(db)) };
    let plan = &compiled.plan;
    let Some(name) = question.fixture else {
        let here = declared_at(db, plan, &Sources::new(db, plan), file, offset)?;
        let ways = Ways::new(db, plan, &plan.edges, question.after, &|_| true);
        return Some(answer(&ways, &here, question.after));
    };
    let all = fixtures(db);
    let Some(fixture) = all.iter().find(|fixture| fixture.name == name) else {
        return problem(vec![format!("there is no fixture `{name}`")]);
    };
    let site = fixture.host(db, plan);
    let unrolled = match host::unrolled(plan, &site, None) {
        Ok(plan) => plan,
        Err(reasons) => return problem(reasons),
    };
    let mut instance = match host::instance(&unrolled, site, None) {
        Ok(instance) => instance,
        Err(reasons) => return problem(reasons),
    };
    let on_host = OnHost::new(&mut instance);
    let mut here = declared_at(db, &unrolled, &Sources::new(db, &unrolled), file, offset)?;
    let is_there = |step: usize| on_host.step(step).is_some_and(|step| step.present);
    here.steps.retain(|step| is_there(*step));
    if here.steps.is_empty() {
        return problem(vec!["this resource does not exist on this host".to_owned()]);
    }
    let edges = on_host.edges(&unrolled);
    let ways = Ways::new(db, &unrolled, &edges, question.after, &is_there);
    Some(answer(&ways, &here, question.after))
}

/// The edges of a plan in the direction that is asked for.
struct Ways<'a> {
    plan: &'a Plan,
    sources: Sources<'a>,
    notation: Notation<'a>,
    /// Barriers by their names.
    barriers: Vec<String>,
    /// The edges that lead to a vertex, or from it.
    near: BTreeMap<u32, Vec<&'a Edge>>,
    after: bool,
    is_there: &'a dyn Fn(usize) -> bool,
}

impl<'a> Ways<'a> {
    fn new(
        db: &'a dyn Db,
        plan: &'a Plan,
        edges: &'a [Edge],
        after: bool,
        is_there: &'a dyn Fn(usize) -> bool,
    ) -> Self {
        let mut near: BTreeMap<u32, Vec<&Edge>> = BTreeMap::new();
        for edge in edges {
            near.entry(if after { edge.from } else { edge.to }).or_default().push(edge);
        }
        Ways {
            plan,
            sources: Sources::new(db, plan),
            notation: Notation::new(plan, LONGEST),
            barriers: mc_compiler::graph::barrier_names(plan),
            near,
            after,
            is_there,
        }
    }

    fn next(&self, edge: &Edge) -> u32 {
        if self.after { edge.to } else { edge.from }
    }

    fn name(&self, vertex: u32) -> String {
        match (vertex as usize).checked_sub(self.plan.steps.len()) {
            Some(barrier) => self.barriers.get(barrier).cloned().unwrap_or_default(),
            None => self.notation.vertex(vertex),
        }
    }

    /// Everything from which the vertex can be reached, each with the edges that do.
    fn all(&self, of: u32) -> BTreeMap<u32, Vec<&'a Edge>> {
        let mut found: BTreeMap<u32, Vec<&Edge>> = BTreeMap::new();
        let mut open = vec![of];
        let mut seen = BTreeSet::from([of]);
        while let Some(vertex) = open.pop() {
            for edge in self.near.get(&vertex).into_iter().flatten() {
                let next = self.next(edge);
                found.entry(next).or_default().push(edge);
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        found
    }

    /// The vertices in an order that keeps every edge, of several the plan's.
    fn sorted(&self, found: &BTreeMap<u32, Vec<&'a Edge>>) -> Vec<u32> {
        // Counted at the end of each edge that runs later.
        let mut waiting: BTreeMap<u32, usize> = found.keys().map(|vertex| (*vertex, 0)).collect();
        let mut followers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for edge in found.values().flatten() {
            if let (true, Some(count)) = (found.contains_key(&edge.from), waiting.get_mut(&edge.to)) {
                *count += 1;
                followers.entry(edge.from).or_default().push(edge.to);
            }
        }
        let free = waiting.iter().filter(|(_, count)| **count == 0).map(|(vertex, _)| *vertex);
        let mut ready: BTreeSet<u32> = free.collect();
        let mut sorted = Vec::with_capacity(found.len());
        while let Some(vertex) = ready.pop_first() {
            sorted.push(vertex);
            for follower in followers.get(&vertex).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(follower) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert(*follower);
                    }
                }
            }
        }
        sorted
    }

    fn location(&self, step: usize) -> Option<Location> {
        let declaration = self.plan.steps.get(step)?.declarations.first()?;
        self.sources.location(declaration.span)
    }

    fn of(&self, step: usize) -> OrderOf {
        let found = self.all(step as u32);
        let mut steps = Vec::new();
        let mut omitted = 0;
        for vertex in self.sorted(&found) {
            let Some(known) = self.plan.steps.get(vertex as usize) else { continue };
            if !(self.is_there)(vertex as usize) {
                continue;
            }
            if steps.len() == MOST_STEPS {
                omitted += 1;
                continue;
            }
            let edges = found.get(&vertex).map_or(&[][..], Vec::as_slice);
            let other = |edge: &Edge| if self.after { edge.from } else { edge.to };
            let reason = |edge: &&Edge| {
                let reason = ReasonView {
                    kind: reason_kind(edge.reason),
                    text: self.notation.reason(edge.reason),
                    location: is_written(edge.reason).then(|| self.sources.location(edge.span)).flatten(),
                };
                (self.name(other(edge)), reason)
            };
            let mut reasons: Vec<(String, ReasonView)> = Vec::new();
            for reason in edges.iter().map(reason) {
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
            let schema = self.plan.schemas.get(known.schema as usize);
            steps.push(OrderedStep {
                resource: self.name(vertex),
                ty: schema.map_or("?", |schema| short(&schema.name)).to_owned(),
                location: self.location(vertex as usize),
                direct: edges.iter().any(|edge| other(edge) == step as u32),
                reasons,
            });
        }
        OrderOf { resource: self.name(step as u32), location: self.location(step), steps, omitted }
    }
}

fn answer(ways: &Ways<'_>, here: &DeclaredHere, after: bool) -> Order {
    let resources: Vec<OrderOf> = here.steps.iter().take(MOST).map(|step| ways.of(*step)).collect();
    let mut markdown = String::new();
    let word = if after { "after" } else { "before" };
    for of in &resources {
        // invariant: writing to a string does not fail, here and below
        let _ = writeln!(markdown, "### {word} {}\n", code(&of.resource));
        if of.steps.is_empty() {
            let _ = writeln!(markdown, "nothing has to run {word} it");
        }
        for (number, step) in (1..).zip(&of.steps) {
            let reasons: Vec<String> = step
                .reasons
                .iter()
                .map(|(other, reason)| format!("{word} {} ({})", code(other), reason.text))
                .collect();
            let _ = writeln!(markdown, "{number}. {}, {}", code(&step.resource), reasons.join(", "));
        }
        if of.omitted > 0 {
            let _ = writeln!(markdown, "\nand {} more", of.omitted);
        }
        markdown.push('\n');
    }
    Order { resources, markdown, problems: Vec::new() }
}
