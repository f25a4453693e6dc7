//! Stacks: steps that a loop made, drawn as one box with a line for each.

use super::{Graph, VertexKind};
use std::collections::BTreeMap;

/// So many steps alike are drawn as a stack.
const LEAST: usize = 5;

/// Vertices drawn as one box.
pub(super) struct Stacks {
    /// The vertices of each box, in order; most have one.
    pub boxes: Vec<Vec<u32>>,
    /// The box of each vertex.
    pub box_of: Vec<u32>,
}

/// Neighbours of a vertex: after it or before it, with or without a refresh.
type Neighbours = Vec<(bool, u32, bool)>;

/// What steps have in common that are drawn as one: group, type, loops, condition, neighbours.
type Likeness<'g> = (Option<u32>, &'g str, (Option<&'g str>, &'g [String]), Neighbours);

/// Puts steps of one type together that stand in one group and have the same neighbours.
pub(super) fn stacks(graph: &Graph) -> Stacks {
    let mut neighbours: Vec<Neighbours> = vec![Vec::new(); graph.vertices.len()];
    for link in &graph.links {
        neighbours[link.from as usize].push((true, link.to, link.refresh));
        neighbours[link.to as usize].push((false, link.from, link.refresh));
    }
    let mut alike: BTreeMap<Likeness<'_>, Vec<u32>> = BTreeMap::new();
    for (at, (vertex, mut neighbours)) in graph.vertices.iter().zip(neighbours).enumerate() {
        neighbours.sort_unstable();
        if let VertexKind::Step(step) = &vertex.kind {
            alike
                .entry((vertex.group, &step.ty, (step.each.as_deref(), &step.when), neighbours))
                .or_default()
                .push(at as u32);
        }
    }
    let mut first_of: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut stacked = vec![false; graph.vertices.len()];
    for vertices in alike.into_values().filter(|vertices| vertices.len() >= LEAST) {
        vertices.iter().for_each(|vertex| stacked[*vertex as usize] = true);
        first_of.insert(vertices[0], vertices);
    }
    let mut stacks = Stacks { boxes: Vec::new(), box_of: vec![0; graph.vertices.len()] };
    for (at, stacked) in (0u32..).zip(stacked) {
        let vertices = match first_of.remove(&at) {
            Some(vertices) => vertices,
            None if stacked => continue,
            None => vec![at],
        };
        for vertex in &vertices {
            stacks.box_of[*vertex as usize] = stacks.boxes.len() as u32;
        }
        stacks.boxes.push(vertices);
    }
    stacks
}
