//! Edges between steps that both plans have. Those of new steps come with them, and those of gone ones went.

use super::{Change, EdgeGroup, Pair};
use crate::graph::boundary::boundaries;
use crate::notation::{Notation, is_written, kind_word};
use mc_plan::plan::{EdgeReason, Plan};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// From, to, kind and reason.
type Identity = (String, String, &'static str, String);

pub(super) fn edges(pair: &Pair<'_>) -> Vec<EdgeGroup> {
    let ids = |plan: &Plan, id: &dyn Fn(u32) -> Option<u32>| -> FxHashSet<u32> {
        (0..plan.steps.len() as u32).filter_map(id).collect()
    };
    let old_id = |step: u32| pair.canon.old_step(step);
    let new_id = |step: u32| pair.canon.new_step(step);
    let (old_ids, new_ids) = (ids(pair.old.plan, &old_id), ids(pair.new.plan, &new_id));
    let old = collect(pair.old.plan, &pair.old_notation, &|step| {
        old_id(step).is_some_and(|id| new_ids.contains(&id))
    });
    let new = collect(pair.new.plan, &pair.new_notation, &|step| {
        new_id(step).is_some_and(|id| old_ids.contains(&id))
    });
    let mut groups: BTreeMap<(Change, &str, &str), EdgeGroup> = BTreeMap::new();
    let removed = old.iter().filter(|(edge, _)| !new.contains_key(*edge)).map(|e| (Change::Removed, e));
    let added = new.iter().filter(|(edge, _)| !old.contains_key(*edge)).map(|e| (Change::Added, e));
    for (change, ((from, to, kind, reason), at)) in added.chain(removed) {
        let group = groups.entry((change, kind, reason)).or_insert_with(|| EdgeGroup {
            change,
            kind,
            reason: reason.clone(),
            edges: Vec::new(),
            at: at.clone(),
        });
        group.edges.push((from.clone(), to.clone()));
    }
    groups.into_values().collect()
}

/// The edges whose steps are `shared`, each with the place that said it. What is only inside of an instance's
/// boundary says nothing that the edge to the boundary does not say.
fn collect(
    plan: &Plan,
    notation: &Notation<'_>,
    shared: &dyn Fn(u32) -> bool,
) -> BTreeMap<Identity, Option<String>> {
    let boundaries = boundaries(plan);
    let steps = plan.steps.len();
    let name = |vertex: u32| match (vertex as usize).checked_sub(steps).and_then(|at| boundaries.get(at)) {
        Some(boundary) => boundary.name(),
        None => notation.vertex(vertex),
    };
    let shared = |vertex: u32| vertex as usize >= steps || shared(vertex);
    let mut found = BTreeMap::new();
    for edge in &plan.edges {
        // The same for the boundaries of policies: only the edge between two policies says something.
        let bounds = |vertex: u32| (vertex as usize).checked_sub(steps).and_then(|at| boundaries.get(at));
        let inner = match edge.reason {
            EdgeReason::Boundary => true,
            EdgeReason::Policy => match (bounds(edge.from), bounds(edge.to)) {
                (Some(from), Some(to)) => from.path == to.path,
                _ => true,
            },
            _ => false,
        };
        if inner || !shared(edge.from) || !shared(edge.to) {
            continue;
        }
        let written = is_written(edge.reason);
        let at = written.then(|| notation.at(edge.span));
        let identity = (name(edge.from), name(edge.to), kind_word(edge.kind), notation.reason(edge.reason));
        found.entry(identity).or_insert(at);
    }
    found
}
