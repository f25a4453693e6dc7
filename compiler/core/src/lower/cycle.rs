//! Cycles: resources that wait for each other.
//!
//! Each knot (a strongly connected component) is searched for its shortest loop. A loop whose conditions exclude
//! each other is none, and then the knot is looked at again in both cases of one of these conditions: with what
//! can exist where it holds, and with what can exist where it does not.

use super::condition::{Conditions, Existence, Literal};
use super::graph::Graph;
use super::{Draft, Schemas, shown};
use crate::diagnostic::{Diagnostic, Place, code};
use mc_plan::plan::{Clause, Edge, EdgeReason};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// How many edges the search for a knot's shortest loop may follow, for each edge of the knot. Beyond it, the
/// shortest one found so far counts.
const EFFORT: usize = 64;
/// How many edges all searches in the cases of one knot may follow. Beyond it a loop counts as possible.
const CASES: usize = 4_000_000;

/// What a case costs at least.
const CASE: usize = 10_000;

/// A loop, as positions of edges.
type Way = Vec<u32>;

/// What the search needs of the plan.
struct Search<'a> {
    conditions: &'a Conditions<'a>,
    drafts: &'a [Draft],
    graph: &'a Graph,
}

/// Reports the shortest loop of each knot of the graph, every edge with its place and reason.
pub(super) fn report(
    schemas: &Schemas,
    conditions: &Conditions<'_>,
    drafts: &[Draft],
    graph: &Graph,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let search = Search { conditions, drafts, graph };
    let all: Vec<u32> = (0..graph.edges.len() as u32).collect();
    for knot in search.knots(&all) {
        if let Some(way) = search.possible(knot) {
            diagnostics.push(message(schemas, drafts, graph, &way));
        }
    }
}

impl Search<'_> {
    /// The knots of a graph of some edges: the edges of each, in order.
    fn knots(&self, edges: &[u32]) -> Vec<Vec<u32>> {
        let ends = |edge: u32| {
            let edge = &self.graph.edges[edge as usize];
            (edge.from, edge.to)
        };
        let mut vertices: Vec<u32> = edges.iter().flat_map(|edge| <[u32; 2]>::from(ends(*edge))).collect();
        vertices.sort_unstable();
        vertices.dedup();
        // invariant: both ends of each edge are among the vertices.
        let place = |vertex: u32| vertices.binary_search(&vertex).unwrap_or(0);
        let mut pet: DiGraph<(), ()> = DiGraph::with_capacity(vertices.len(), edges.len());
        for _ in &vertices {
            pet.add_node(());
        }
        for edge in edges {
            let (from, to) = ends(*edge);
            pet.add_edge(NodeIndex::new(place(from)), NodeIndex::new(place(to)), ());
        }
        let mut knot_of = vec![0usize; vertices.len()];
        // Kosaraju and not Tarjan: this one does not recurse.
        let found = kosaraju_scc(&pet);
        for (knot, members) in found.iter().enumerate() {
            members.iter().for_each(|vertex| knot_of[vertex.index()] = knot);
        }
        let mut knots: Vec<Vec<u32>> = vec![Vec::new(); found.len()];
        for edge in edges {
            let (from, to) = ends(*edge);
            let knot = knot_of[place(from)];
            if knot == knot_of[place(to)] {
                knots[knot].push(*edge);
            }
        }
        knots.retain(|knot| !knot.is_empty());
        knots.sort();
        knots
    }

    /// The shortest loop of a knot that is not proven impossible, if there is one.
    fn possible(&self, knot: Vec<u32>) -> Option<Way> {
        let mut budget = CASES;
        // Cases are worked off in order, so that what is found does not depend on anything else.
        let mut cases: VecDeque<(Vec<u32>, Vec<Literal>)> = VecDeque::from([(knot, Vec::new())]);
        while let Some((edges, assumed)) = cases.pop_front() {
            let way = self.shortest(&edges)?;
            let each = self.needed(&way);
            if self.conditions.possible(&assumed, &each) {
                return Some(way);
            }
            budget = budget.saturating_sub(edges.len().max(CASE));
            let Some(condition) = self.deciding(&each, &assumed).filter(|_| budget > 0) else {
                return Some(way);
            };
            for holds in [true, false] {
                let assumed: Vec<Literal> = assumed.iter().copied().chain([(condition, holds)]).collect();
                let mut known: FxHashMap<Vec<Vec<Existence>>, bool> = FxHashMap::default();
                let there: Vec<u32> = edges
                    .iter()
                    .copied()
                    .filter(|edge| {
                        let each = self.needed(&[*edge]);
                        *known.entry(each).or_insert_with_key(|each| self.conditions.possible(&assumed, each))
                    })
                    .collect();
                cases.extend(self.knots(&there).into_iter().map(|knot| (knot, assumed.clone())));
            }
        }
        None
    }

    /// When the edges of a way are there: their steps, and those declarations that bring them.
    fn needed(&self, way: &[u32]) -> Vec<Vec<Existence>> {
        let mut each = Vec::new();
        let mut add = |declared: &[u32]| {
            let mut one: Vec<Existence> = declared.iter().map(|d| self.conditions.declared(*d)).collect();
            one.sort_unstable();
            one.dedup();
            if !one.contains(&Existence::default()) && !each.contains(&one) {
                each.push(one);
            }
        };
        for edge in way {
            let Edge { from, to, .. } = &self.graph.edges[*edge as usize];
            self.graph.origins[*edge as usize].1.iter().for_each(|owner| add(&[*owner]));
            for end in [from, to] {
                if let Some(step) = self.drafts.get(*end as usize) {
                    add(&step.declared);
                }
            }
        }
        each
    }

    /// A condition that a loop needs and of which nothing is assumed yet.
    fn deciding(&self, each: &[Vec<Existence>], assumed: &[Literal]) -> Option<mc_plan::expr::ExprId> {
        let parts = each.iter().flatten().flat_map(|existence| self.conditions.parts(*existence));
        parts.into_iter().find(|part| assumed.iter().all(|(known, _)| known != part))
    }

    /// The shortest loop of a knot: of equals, the one that the first edges make.
    fn shortest(&self, knot: &[u32]) -> Option<Way> {
        let ends: Vec<(u32, u32)> = knot
            .iter()
            .map(|edge| {
                let edge = &self.graph.edges[*edge as usize];
                (edge.from, edge.to)
            })
            .collect();
        // One or two edges are seen at once.
        if let Some(at) = ends.iter().position(|(from, to)| from == to) {
            return Some(vec![knot[at]]);
        }
        let mut first: FxHashMap<(u32, u32), usize> = FxHashMap::default();
        for (at, ends) in ends.iter().enumerate() {
            first.entry(*ends).or_insert(at);
        }
        if let Some((at, back)) =
            ends.iter().enumerate().find_map(|(at, (from, to))| Some((at, *first.get(&(*to, *from))?)))
        {
            return Some(vec![knot[at], knot[back]]);
        }
        // The edges by where they start, and the vertices by small numbers.
        let mut vertices: Vec<u32> = ends.iter().map(|(from, _)| *from).collect();
        vertices.sort_unstable();
        vertices.dedup();
        let place = |vertex: u32| vertices.binary_search(&vertex).unwrap_or(0);
        let mut leaving: Vec<Vec<(usize, usize)>> = vec![Vec::new(); vertices.len()];
        for (at, (from, to)) in ends.iter().enumerate() {
            leaving[place(*from)].push((at, place(*to)));
        }
        let mut effort = EFFORT * knot.len();
        let mut best: Option<Vec<usize>> = None;
        // Which search saw a vertex last, by which edge, how deep.
        let mut seen: Vec<(usize, usize, usize)> = vec![(usize::MAX, 0, 0); vertices.len()];
        for start in 0..vertices.len() {
            if effort == 0 && best.is_some() {
                break;
            }
            let bound = best.as_ref().map_or(usize::MAX, Vec::len);
            let mut queue = VecDeque::from([(start, 1usize)]);
            'search: while let Some((vertex, depth)) = queue.pop_front() {
                if depth >= bound {
                    break;
                }
                for (edge, to) in &leaving[vertex] {
                    effort = effort.saturating_sub(1);
                    if *to == start {
                        let mut way = vec![*edge];
                        let mut at = vertex;
                        while at != start {
                            let (_, edge, before) = seen[at];
                            way.push(edge);
                            at = before;
                        }
                        way.reverse();
                        best = Some(way);
                        break 'search;
                    }
                    if seen[*to].0 != start {
                        seen[*to] = (start, *edge, vertex);
                        queue.push_back((*to, depth + 1));
                    }
                }
            }
        }
        best.map(|way| way.into_iter().map(|at| knot[at]).collect())
    }
}

fn message(schemas: &Schemas, drafts: &[Draft], graph: &Graph, way: &[u32]) -> Diagnostic {
    let name = |vertex: u32| match drafts.get(vertex as usize) {
        Some(draft) => shown(schemas, draft),
        None => graph.bounds[vertex as usize - drafts.len()].clone(),
    };
    let edges: Vec<(&Edge, Place)> =
        way.iter().map(|e| (&graph.edges[*e as usize], graph.origins[*e as usize].0)).collect();
    let steps: Vec<String> =
        edges.iter().filter(|(e, _)| (e.from as usize) < drafts.len()).map(|(e, _)| name(e.from)).collect();
    let headline = match steps.as_slice() {
        [one] => format!("{one} waits for itself"),
        [a, b] => format!("{a} and {b} wait for each other"),
        _ => format!("{} resources wait for each other in a circle", steps.len()),
    };
    // The edge that is easiest to drop: of those with the least weight, the first.
    let weak = edges.iter().filter(|(edge, _)| ease(edge).is_some()).min_by_key(|(edge, _)| ease(edge));
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
        let why = match edge.reason {
            EdgeReason::Clause(Clause::After | Clause::Before) | EdgeReason::Policy => {
                "it only says an order, and nothing else is lost with it"
            }
            EdgeReason::Clause(_) => "without it a change there refreshes nothing here",
            _ => "without the value it reads there is no order to keep",
        };
        diagnostic = diagnostic.help(format!(
            "the edge from {} to {} is the easiest to leave out: {why}",
            name(edge.from),
            name(edge.to)
        ));
    }
    diagnostic
}

/// How easily an edge is left out, the easiest first; none if its author did not write it.
fn ease(edge: &Edge) -> Option<u8> {
    match edge.reason {
        EdgeReason::Clause(Clause::After | Clause::Before) => Some(0),
        EdgeReason::Policy => Some(1),
        EdgeReason::Clause(_) => Some(2),
        EdgeReason::Output => Some(3),
        EdgeReason::Boundary | EdgeReason::Auto { .. } => None,
    }
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
