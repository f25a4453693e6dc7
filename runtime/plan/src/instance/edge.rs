//! The graph's edges: those of the plan, and the automatic ones that only the host can find.

use crate::expr::Operand;
use crate::plan::{EdgeReason, Step as PlanStep};
use crate::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

use super::{Build, Site, vertex_of};
use crate::instance::graph::{Edge, Edges, Origin, Vertex, at};
use crate::instance::refusal::{Code, Refusal};

impl<S: Site> Build<'_, S> {
    pub(super) fn edges(&mut self, vertices: usize) -> Edges {
        let plan = self.plan;
        let barriers = self.steps.len();
        let mut list = Vec::with_capacity(plan.edges.len());
        for (position, edge) in (0_u32..).zip(&plan.edges) {
            let from = vertex_of(plan, &self.of_plan, barriers, edge.from);
            let to = vertex_of(plan, &self.of_plan, barriers, edge.to);
            if at(from) >= vertices || at(to) >= vertices {
                self.refuse(Refusal::new(Code::BrokenPlan, "the plan is broken: an edge leads nowhere"));
                return Edges::default();
            }
            // Of several declarations of one step, each brings its edges only where it exists. What the only
            // one says orders also where the step is absent, so that the order of its ends holds.
            if let Some((receiver, declaration)) = edge.carrier {
                let owner = if receiver { edge.to } else { edge.from };
                let several = plan.steps.get(at(owner)).is_some_and(|step| step.declarations.len() > 1);
                if several && !self.exists.get(owner, declaration) {
                    continue;
                }
            }
            // Merged on this host: what a rule says of a resource and itself says nothing.
            if from == to && matches!(edge.reason, EdgeReason::Auto { .. }) {
                continue;
            }
            list.push(Edge { from, to, origin: Origin::Plan(position) });
        }
        self.shared_by_policies(&mut list);
        self.automatic(&mut list);
        Edges::new(vertices, list)
    }

    /// What two policies in an order both declare belongs to neither side. The compiler sees that of one step; this is for
    /// steps that became one here.
    fn shared_by_policies(&self, list: &mut Vec<Edge>) {
        if self.sources.iter().all(|sources| sources.more.is_empty()) {
            return;
        }
        let steps = self.steps.len();
        let policy = |edge: &Edge| match edge.origin {
            Origin::Plan(position) => {
                self.plan.edges.get(at(position)).filter(|edge| edge.reason == EdgeReason::Policy)
            }
            Origin::Host(_) => None,
        };
        // The order of the policies' own boundaries.
        let mut after: FxHashMap<Vertex, Vec<Vertex>> = FxHashMap::default();
        // Per merged step: the edges from boundaries before it, and to those behind it, with the steps of the plan.
        let mut ends: BTreeMap<Vertex, Ends> = BTreeMap::new();
        let merged = |vertex: Vertex| self.sources.get(at(vertex)).is_some_and(|s| !s.more.is_empty());
        for (index, edge) in list.iter().enumerate() {
            let Some(said) = policy(edge) else { continue };
            match (at(edge.from) < steps, at(edge.to) < steps) {
                (false, false) => after.entry(edge.from).or_default().push(edge.to),
                (false, true) if merged(edge.to) => {
                    ends.entry(edge.to).or_default().before.push((index, edge.from, said.to));
                }
                (true, false) if merged(edge.from) => {
                    ends.entry(edge.from).or_default().behind.push((index, edge.to, said.from));
                }
                _ => {}
            }
        }
        let mut reached: FxHashMap<Vertex, FxHashSet<Vertex>> = FxHashMap::default();
        let mut dropped = FxHashSet::default();
        for Ends { before, behind } in ends.values() {
            for (leaving, back, from) in behind {
                let reached = reached.entry(*back).or_insert_with(|| {
                    let mut seen = FxHashSet::default();
                    let mut open = vec![*back];
                    while let Some(vertex) = open.pop() {
                        let next = after.get(&vertex).into_iter().flatten().copied();
                        open.extend(next.filter(|next| seen.insert(*next)));
                    }
                    seen
                });
                for (entering, front, to) in before {
                    if from != to && reached.contains(front) {
                        dropped.extend([*leaving, *entering]);
                    }
                }
            }
        }
        if !dropped.is_empty() {
            let mut index = 0;
            list.retain(|_| {
                index += 1;
                !dropped.contains(&(index - 1))
            });
        }
    }

    /// The rules that the compiler could not decide: where a key or an attribute is known on the host only,
    /// of the step that has the rule or of those it may mean.
    fn automatic(&mut self, list: &mut Vec<Edge>) {
        let plan = self.plan;
        let mut hosted = vec![false; plan.schemas.len()];
        for step in &plan.steps {
            if matches!(step.key, Operand::Expr(_))
                && let Some(hosted) = hosted.get_mut(at(step.schema))
            {
                *hosted = true;
            }
        }
        let schema_of = |name: &str| plan.schemas.iter().position(|schema| schema.name == name);
        // Per schema: each rule's target, and whether some step of that has a key of the host.
        let rules: Vec<Vec<Option<(u32, bool)>>> = plan
            .schemas
            .iter()
            .map(|schema| {
                let target = |name: &str| {
                    let target = schema_of(name)?;
                    Some((u32::try_from(target).ok()?, hosted.get(target).copied().unwrap_or(false)))
                };
                schema.autoedges.iter().map(|rule| target(&rule.target)).collect()
            })
            .collect();
        let undecided: Vec<bool> = self
            .sources
            .iter()
            .map(|sources| {
                !sources.more.is_empty()
                    || plan.steps.get(at(sources.first)).is_none_or(|step| !decided(step))
            })
            .collect();
        if !undecided.contains(&true) && !hosted.contains(&true) {
            return;
        }
        let mut index: FxHashMap<(u32, &Value), Vertex> = FxHashMap::default();
        for (vertex, step) in (0_u32..).zip(&self.steps) {
            if step.present && step.scope.is_empty() {
                index.insert((step.schema, &step.key), vertex);
            }
        }
        let mut broken = Vec::new();
        for (vertex, step) in (0_u32..).zip(&self.steps) {
            if !step.present {
                continue;
            }
            let Some(schema) = plan.schemas.get(at(step.schema)) else { continue };
            let Some(targets) = rules.get(at(step.schema)) else { continue };
            let open = undecided.get(at(vertex)).copied().unwrap_or(true);
            for (position, (rule, target)) in (0_u32..).zip(schema.autoedges.iter().zip(targets)) {
                let Some((target, hosted)) = *target else { continue };
                if !open && !hosted {
                    continue;
                }
                let key = match self.relations.value(step, rule.key) {
                    Ok(Some(key)) => key,
                    Ok(None) => continue,
                    Err(failure) => {
                        let message =
                            format!("the rule `after {}` of {} fails: {failure}", rule.text, step.name);
                        broken.push(Refusal::new(Code::BrokenPlan, message));
                        continue;
                    }
                };
                let keys = match &key {
                    Value::List(keys) => &keys[..],
                    one => std::slice::from_ref(one),
                };
                for key in keys {
                    if let Some(&from) = index.get(&(target, key))
                        && from != vertex
                    {
                        list.push(Edge { from, to: vertex, origin: Origin::Host(position) });
                    }
                }
            }
        }
        broken.into_iter().for_each(|refusal| self.refuse(refusal));
    }
}

/// The edges between a step and boundaries of policies: the edge's position, the boundary, and the step of the plan.
#[derive(Default)]
struct Ends {
    before: Vec<(usize, Vertex, u32)>,
    behind: Vec<(usize, Vertex, u32)>,
}

/// Whether the compiler knew all that a step's rules can read.
fn decided(step: &PlanStep) -> bool {
    matches!(step.key, Operand::Value(_))
        && step.declarations.len() == 1
        && step
            .declarations
            .iter()
            .flat_map(|declaration| &declaration.attributes)
            .all(|setting| matches!(setting.value, Operand::Value(_)))
}
