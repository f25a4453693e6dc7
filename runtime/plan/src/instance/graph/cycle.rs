//! Cycles: the shortest loop, every edge with its place and its reason.

use std::collections::VecDeque;

use crate::plan::{Clause, EdgeReason, Plan};

use super::{Edge, Edges, Origin, Step, Vertex, at};
use crate::instance::refusal::{Code, Place, Refusal};

/// From how many vertices the shortest loop is looked for. With more the loop that is found may be a longer one.
const STARTS: usize = 2_000;

/// Refuses a graph whose `sorted` vertices are not all.
pub fn refuse(plan: &Plan, steps: &[Step<'_>], edges: &Edges, sorted: &[Vertex]) -> Refusal {
    let vertices = edges.all().iter().map(|edge| at(edge.from.max(edge.to)) + 1).max().unwrap_or(0);
    let mut left = vec![true; vertices];
    for vertex in sorted {
        if let Some(left) = left.get_mut(at(*vertex)) {
            *left = false;
        }
    }
    let mut shortest: Option<Vec<Edge>> = None;
    for start in (0_u32..).zip(&left).filter(|(_, left)| **left).map(|(vertex, _)| vertex).take(STARTS) {
        let bound = shortest.as_ref().map_or(usize::MAX, Vec::len);
        if let Some(found) = loop_from(edges, &left, start, bound) {
            shortest = Some(found);
        }
    }
    let chain = shortest.unwrap_or_default();
    let name = |vertex: Vertex| match steps.get(at(vertex)) {
        Some(step) => step.name.to_string(),
        None => "the boundary of a component".to_owned(),
    };
    let mut refusal = Refusal::new(
        Code::Cycle,
        match chain.len() {
            1 => "a step would have to run before itself".to_owned(),
            count => format!("{count} steps wait for each other"),
        },
    );
    let mut easiest = None;
    for edge in &chain {
        let (place, reason, weight) = describe(plan, steps, edge);
        refusal = refusal.at(place, format!("{} comes before {}: {reason}", name(edge.from), name(edge.to)));
        if weight > 0 && easiest.is_none_or(|(_, best)| weight > best) {
            easiest = Some((edge, weight));
        }
    }
    if let Some((edge, _)) = easiest {
        let (place, reason, _) = describe(plan, steps, edge);
        refusal = refusal.note(format!("the easiest to drop is {reason} at {place}"));
    }
    refusal
}

/// The shortest loop through a vertex, if it is shorter than `bound`.
fn loop_from(edges: &Edges, left: &[bool], start: Vertex, bound: usize) -> Option<Vec<Edge>> {
    let mut came: Vec<Option<Edge>> = vec![None; left.len()];
    let mut open = VecDeque::from([(start, 0_usize)]);
    while let Some((vertex, depth)) = open.pop_front() {
        if depth + 1 >= bound {
            return None;
        }
        for edge in edges.from(vertex) {
            if edge.to == start {
                let mut chain = vec![*edge];
                let mut back = vertex;
                while back != start {
                    let edge = came.get(at(back)).copied().flatten()?;
                    chain.push(edge);
                    back = edge.from;
                }
                chain.reverse();
                return Some(chain);
            }
            if left.get(at(edge.to)).copied().unwrap_or(false)
                && let Some(slot) = came.get_mut(at(edge.to))
                && slot.is_none()
            {
                *slot = Some(*edge);
                open.push_back((edge.to, depth + 1));
            }
        }
    }
    None
}

/// Place and reason of an edge, and how easily it is dropped (0: not at all).
fn describe(plan: &Plan, steps: &[Step<'_>], edge: &Edge) -> (Place, String, u8) {
    let rule = |schema: usize, rule: u32| {
        let schema = plan.schemas.get(schema);
        let text =
            schema.and_then(|schema| schema.autoedges.get(at(rule))).map_or("", |rule| rule.text.as_str());
        format!("the rule `after {text}` of {}", schema.map_or("", |schema| schema.name.as_str()))
    };
    match edge.origin {
        Origin::Host(position) => {
            let step = steps.get(at(edge.to));
            let schema = step.map_or(0, |step| step.schema);
            (Place::of(plan, step.map(|step| step.span).unwrap_or_default()), rule(at(schema), position), 0)
        }
        Origin::Plan(position) => {
            let Some(edge) = plan.edges.get(at(position)) else {
                return (Place::of(plan, crate::plan::SourceSpan::default()), String::new(), 0);
            };
            let place = Place::of(plan, edge.span);
            match edge.reason {
                EdgeReason::Clause(clause) => {
                    let (word, weight) = match clause {
                        Clause::After => ("`after`", 3),
                        Clause::Before => ("`before`", 3),
                        Clause::Notify => ("`notify`", 2),
                        Clause::RestartOn => ("`restart on`", 2),
                        Clause::ReloadOn => ("`reload on`", 2),
                    };
                    (place, format!("the clause {word}"), weight)
                }
                EdgeReason::Output => (place, "an attribute that reads an output".to_owned(), 1),
                EdgeReason::Auto { schema, rule: position } => (place, rule(at(schema), position), 0),
                EdgeReason::Boundary => (place, "what is inside a component".to_owned(), 0),
                EdgeReason::Policy => (place, "the order of policies".to_owned(), 2),
            }
        }
    }
}
