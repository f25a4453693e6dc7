//! Cycles: resources that wait for each other.

use super::graph::Graph;
use super::{Draft, Schemas, merge, shown};
use crate::db::Db;
use crate::diagnostic::{Diagnostic, code};
use crate::eval::Evaluation;
use mc_plan::plan::{Clause, Edge, EdgeReason};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashSet;
use std::collections::VecDeque;

/// From how many vertices of a knot the shortest loop is looked for.
const STARTS: usize = 64;

/// Reports the shortest loop of each knot of the graph, every edge with its place and reason.
pub(super) fn report(
    db: &dyn Db,
    schemas: &Schemas,
    evaluation: &Evaluation,
    drafts: &[Draft],
    graph: &Graph,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let vertices = drafts.len() + graph.barriers as usize;
    let mut pet: DiGraph<(), u32> = DiGraph::with_capacity(vertices, graph.edges.len());
    for _ in 0..vertices {
        pet.add_node(());
    }
    for (index, edge) in graph.edges.iter().enumerate() {
        pet.add_edge(NodeIndex::new(edge.from as usize), NodeIndex::new(edge.to as usize), index as u32);
    }
    let loops: FxHashSet<usize> =
        graph.edges.iter().filter(|e| e.from == e.to).map(|e| e.from as usize).collect();
    let mut knots: Vec<Vec<usize>> = tarjan_scc(&pet)
        .into_iter()
        .map(|knot| knot.into_iter().map(NodeIndex::index).collect::<Vec<usize>>())
        .filter(|knot| knot.len() > 1 || knot.first().is_some_and(|vertex| loops.contains(vertex)))
        .collect();
    knots.iter_mut().for_each(|knot| knot.sort_unstable());
    knots.sort();
    for knot in knots {
        let Some(way) = shortest(&pet, &knot) else { continue };
        if impossible(evaluation, drafts, graph, &way) {
            continue;
        }
        diagnostics.push(message(db, schemas, drafts, graph, &way));
    }
}

/// The shortest loop through one of the first vertices of a knot, as edges.
fn shortest(pet: &DiGraph<(), u32>, knot: &[usize]) -> Option<Vec<u32>> {
    let mut best: Option<Vec<u32>> = None;
    for start in knot.iter().take(STARTS) {
        let mut came: Vec<Option<u32>> = vec![None; pet.node_count()];
        let mut queue = VecDeque::from([NodeIndex::new(*start)]);
        let mut closing = None;
        'search: while let Some(at) = queue.pop_front() {
            let mut edges: Vec<_> = pet.edges(at).collect();
            edges.sort_by_key(|e| *e.weight());
            for edge in edges {
                use petgraph::visit::EdgeRef;
                let to = edge.target();
                if to.index() == *start {
                    closing = Some(*edge.weight());
                    break 'search;
                }
                if came[to.index()].is_none() {
                    came[to.index()] = Some(*edge.weight());
                    queue.push_back(to);
                }
            }
        }
        let Some(closing) = closing else { continue };
        let mut way = vec![closing];
        let weights = pet.raw_edges();
        let mut at = weights[closing as usize].source().index();
        while at != *start {
            let Some(edge) = came[at] else { break };
            way.push(edge);
            at = weights[edge as usize].source().index();
        }
        way.reverse();
        if best.as_ref().is_none_or(|b| way.len() < b.len()) {
            best = Some(way);
        }
    }
    best
}

/// Whether a loop needs two declarations that never exist on one host: those that bring its edges, or those
/// of its steps.
fn impossible(evaluation: &Evaluation, drafts: &[Draft], graph: &Graph, way: &[u32]) -> bool {
    let mut needed: Vec<Vec<u32>> = Vec::new();
    for edge in way {
        needed.extend(graph.origins[*edge as usize].1.map(|owner| vec![owner]));
        needed
            .extend(drafts.get(graph.edges[*edge as usize].from as usize).map(|step| step.declared.clone()));
    }
    let apart = |x: u32, y: u32| {
        merge::exclusive(evaluation, &evaluation.declared[x as usize], &evaluation.declared[y as usize])
    };
    needed
        .iter()
        .enumerate()
        .any(|(i, a)| needed[i + 1..].iter().any(|b| a.iter().all(|x| b.iter().all(|y| apart(*x, *y)))))
}

fn message(db: &dyn Db, schemas: &Schemas, drafts: &[Draft], graph: &Graph, way: &[u32]) -> Diagnostic {
    let name = |vertex: u32| match drafts.get(vertex as usize) {
        Some(draft) => shown(schemas, draft),
        None => graph.bounds[vertex as usize - drafts.len()].clone(),
    };
    let edges: Vec<(&Edge, crate::diagnostic::Place)> =
        way.iter().map(|e| (&graph.edges[*e as usize], graph.origins[*e as usize].0)).collect();
    let steps: Vec<String> =
        edges.iter().filter(|(e, _)| (e.from as usize) < drafts.len()).map(|(e, _)| name(e.from)).collect();
    let headline = match steps.as_slice() {
        [one] => format!("{one} waits for itself"),
        [a, b] => format!("{a} and {b} wait for each other"),
        _ => format!("{} resources wait for each other in a circle", steps.len()),
    };
    // The edge that is easiest to drop: one that was only said for the sake of order.
    let weak = edges
        .iter()
        .find(|(e, _)| matches!(e.reason, EdgeReason::Clause(Clause::After | Clause::Before)))
        .or_else(|| edges.iter().find(|(e, _)| matches!(e.reason, EdgeReason::Clause(_))));
    let primary = weak.or(edges.first()).map(|(_, place)| *place);
    let Some(primary) = primary else {
        // invariant: a loop has an edge.
        return Diagnostic::error(code::CYCLE, graph.origins[0].0, headline);
    };
    let mut diagnostic = Diagnostic::error(code::CYCLE, primary, headline);
    // The loop is told from behind the primary edge on, so that the labels are in order and end with it.
    let at = edges.iter().position(|(_, place)| *place == primary).unwrap_or(0);
    for (edge, place) in edges[at + 1..].iter().chain(&edges[..=at]) {
        let text = format!("{} comes after {}: {}", name(edge.to), name(edge.from), reason(schemas, edge));
        if *place == primary && diagnostic.primary_label.is_empty() {
            diagnostic = diagnostic.here(text);
        } else {
            diagnostic = diagnostic.label(*place, text);
        }
    }
    if let Some((edge, _)) = weak {
        diagnostic = diagnostic.help(format!(
            "the edge from {} to {} is the easiest to leave out",
            name(edge.from),
            name(edge.to)
        ));
    }
    let _ = db;
    diagnostic
}

fn reason(schemas: &Schemas, edge: &Edge) -> String {
    match &edge.reason {
        EdgeReason::Clause(Clause::After) => "`after`".to_owned(),
        EdgeReason::Clause(Clause::Before) => "`before`".to_owned(),
        EdgeReason::Clause(Clause::Notify) => "`notify`".to_owned(),
        EdgeReason::Clause(Clause::RestartOn) => "`restart on`".to_owned(),
        EdgeReason::Clause(Clause::ReloadOn) => "`reload on`".to_owned(),
        EdgeReason::Output => "it reads an output".to_owned(),
        EdgeReason::Boundary => "it is inside".to_owned(),
        EdgeReason::Policy => "the order of policies".to_owned(),
        EdgeReason::Auto { schema, rule } => {
            let schema = &schemas.list[*schema as usize];
            let name = schema.name.rsplit('.').next().unwrap_or_default();
            let rule = schema.autoedges.get(*rule as usize).map_or("", |r| r.text.as_str());
            format!("every {name} comes after its `{rule}`")
        }
    }
}
