//! The boundaries of instances, and of policies in an order: points before or after everything inside.

use mc_plan::plan::{EdgeReason, Plan};
use std::collections::BTreeSet;

/// A boundary, in the order of the plan.
pub(crate) struct Boundary {
    /// Whether it waits for everything inside, or everything inside waits for it.
    pub end: bool,
    /// The instance's path. A plan does not say it: it is the innermost instance that all its steps belong to
    /// and that has no such boundary yet.
    pub path: String,
    /// The steps inside.
    pub steps: Vec<u32>,
}

impl Boundary {
    /// Its name for people.
    pub(crate) fn name(&self) -> String {
        format!("{} of {}", if self.end { "end" } else { "start" }, self.path)
    }
}

/// All boundaries of a plan.
pub(crate) fn boundaries(plan: &Plan) -> Vec<Boundary> {
    let first = plan.steps.len();
    let mut all: Vec<Boundary> =
        (0..plan.barriers).map(|_| Boundary { end: false, path: String::new(), steps: Vec::new() }).collect();
    let bounds = |reason| matches!(reason, EdgeReason::Boundary | EdgeReason::Policy);
    for edge in plan.edges.iter().filter(|edge| bounds(edge.reason)) {
        for (barrier, step, end) in [(edge.to, edge.from, true), (edge.from, edge.to, false)] {
            let boundary = (barrier as usize).checked_sub(first).and_then(|at| all.get_mut(at));
            if let Some(boundary) = boundary
                && (step as usize) < first
            {
                boundary.end = end;
                boundary.steps.push(step);
                if edge.reason == EdgeReason::Policy {
                    boundary.path = policy(plan, step, edge.carrier).to_owned();
                }
            }
        }
    }
    let mut taken = BTreeSet::new();
    for boundary in &mut all {
        if !boundary.path.is_empty() {
            taken.insert((boundary.path.clone(), boundary.end));
            continue;
        }
        let paths = common(boundary.steps.iter().map(|step| {
            plan.steps[*step as usize].declarations.iter().map(|d| d.instance.as_str()).collect()
        }));
        let free = paths.iter().rev().find(|path| !taken.contains(&((*path).clone(), boundary.end)));
        let path = free.or(paths.last()).cloned();
        taken.extend(path.clone().map(|path| (path, boundary.end)));
        boundary.path = path.unwrap_or_else(|| "an instance".to_owned());
    }
    all
}

/// The names of a plan's barriers, for people: `start of web/Nginx`.
pub fn barrier_names(plan: &Plan) -> Vec<String> {
    boundaries(plan).iter().map(Boundary::name).collect()
}

/// Which policies come after which, as far as their steps tell: the later one and the earlier one, sorted.
pub fn policy_order(plan: &Plan) -> Vec<(String, String)> {
    let first = plan.steps.len();
    let all = boundaries(plan);
    let of = |vertex: u32| (vertex as usize).checked_sub(first).and_then(|at| all.get(at));
    let mut order: Vec<(String, String)> = plan
        .edges
        .iter()
        .filter(|edge| edge.reason == EdgeReason::Policy)
        .filter_map(|edge| Some((of(edge.to)?, of(edge.from)?)))
        .filter(|(later, earlier)| !later.steps.is_empty() && !earlier.steps.is_empty())
        .filter(|(later, earlier)| !later.end && earlier.end)
        .map(|(later, earlier)| (later.path.clone(), earlier.path.clone()))
        .collect();
    order.sort();
    order
}

/// The policy whose order an edge of a step is about.
fn policy(plan: &Plan, step: u32, carrier: Option<(bool, u32)>) -> &str {
    let declarations = &plan.steps[step as usize].declarations;
    let declaration = declarations.get(carrier.map_or(0, |(_, at)| at as usize)).or(declarations.first());
    let policy = declaration.and_then(|d| plan.policies.get(d.policy as usize));
    policy.map_or("a policy", |policy| policy.name.as_str())
}

/// The paths around all, the innermost last: each gives the instances that it belongs to.
pub(super) fn common<'a>(instances: impl Iterator<Item = Vec<&'a str>>) -> Vec<String> {
    let mut common: Option<BTreeSet<Vec<&str>>> = None;
    for instances in instances {
        let mut prefixes = BTreeSet::new();
        for instance in instances {
            let parts = parts(instance);
            prefixes.extend((1..=parts.len()).map(|length| parts[..length].to_vec()));
        }
        common = Some(match common {
            None => prefixes,
            Some(before) => before.intersection(&prefixes).cloned().collect(),
        });
    }
    let mut paths: Vec<Vec<&str>> = common.unwrap_or_default().into_iter().collect();
    paths.sort_by_key(Vec::len);
    paths.iter().map(|path| path.join("/")).collect()
}

/// The parts of an instance's path: `web/Nginx["a/b"]` has two.
pub(super) fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in path.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '/' if !quoted => {
                parts.push(&path[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&path[start..]);
    parts
}
