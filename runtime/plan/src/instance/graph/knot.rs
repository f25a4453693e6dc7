//! Knots: vertices that wait for each other (R. Tarjan, Depth-first search and linear graph algorithms, 1972).

use super::{Edge, Edges, Step, Vertex, at};

/// The graph without the edges of absent steps inside of knots: a cycle that needs a step which is not there is
/// none. Everywhere else an absent step goes on ordering what comes before it and after it.
pub(super) fn untie(edges: &Edges, steps: &[Step<'_>], vertices: usize) -> Edges {
    let knot = knots(edges, vertices);
    let absent = |vertex: Vertex| steps.get(at(vertex)).is_some_and(|step| !step.present);
    let tied = |edge: &Edge| knot.get(at(edge.from)) == knot.get(at(edge.to));
    let keep = |edge: &&Edge| !(tied(edge) && (absent(edge.from) || absent(edge.to)));
    Edges::new(vertices, edges.all().iter().filter(keep).copied().collect())
}

/// The number of each vertex's knot.
fn knots(edges: &Edges, vertices: usize) -> Vec<u32> {
    const NONE: u32 = u32::MAX;
    let mut knot = vec![NONE; vertices];
    let mut found = 0_u32;
    // When a vertex was met, and the first one met that it leads back to.
    let mut met = vec![NONE; vertices];
    let mut low = vec![NONE; vertices];
    let mut clock = 0_u32;
    let mut open: Vec<Vertex> = Vec::new();
    let mut way: Vec<(Vertex, usize)> = Vec::new();
    let get = |list: &[u32], vertex: Vertex| list.get(at(vertex)).copied().unwrap_or(NONE);
    let set = |list: &mut [u32], vertex: Vertex, value: u32| {
        if let Some(slot) = list.get_mut(at(vertex)) {
            *slot = value;
        }
    };
    for start in (0_u32..).take(vertices) {
        if get(&met, start) != NONE {
            continue;
        }
        way.push((start, 0));
        while let Some((vertex, next)) = way.pop() {
            if next == 0 {
                set(&mut met, vertex, clock);
                set(&mut low, vertex, clock);
                clock += 1;
                open.push(vertex);
            }
            let leaving = edges.from(vertex);
            if let Some(before) = next.checked_sub(1).and_then(|before| leaving.get(before)) {
                let reached = get(&low, vertex).min(get(&low, before.to));
                if get(&knot, before.to) == NONE {
                    set(&mut low, vertex, reached);
                }
            }
            match leaving.get(next) {
                Some(edge) => {
                    way.push((vertex, next + 1));
                    if get(&met, edge.to) == NONE {
                        way.push((edge.to, 0));
                    }
                }
                None if get(&low, vertex) == get(&met, vertex) => {
                    while let Some(member) = open.pop() {
                        set(&mut knot, member, found);
                        if member == vertex {
                            break;
                        }
                    }
                    found += 1;
                }
                None => {}
            }
        }
    }
    knot
}

#[cfg(test)]
mod tests {
    use super::knots;
    use crate::instance::graph::{Edge, Edges, Origin};

    fn check(vertices: usize, edges: &[(u32, u32)], together: &[&[u32]]) {
        let list = edges.iter().map(|(from, to)| Edge { from: *from, to: *to, origin: Origin::Plan(0) });
        let found = knots(&Edges::new(vertices, list.collect()), vertices);
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for vertex in 0..vertices as u32 {
            let same = |group: &&mut Vec<u32>| found[group[0] as usize] == found[vertex as usize];
            match groups.iter_mut().find(same) {
                Some(group) => group.push(vertex),
                None => groups.push(vec![vertex]),
            }
        }
        assert_eq!(groups, together);
    }

    #[test]
    fn what_leads_back_is_one_knot() {
        check(3, &[(0, 1), (1, 2)], &[&[0], &[1], &[2]]);
        check(5, &[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3)], &[&[0, 1, 2], &[3, 4]]);
        check(4, &[(3, 1), (1, 0), (0, 3), (0, 2), (1, 2)], &[&[0, 1, 3], &[2]]);
        check(4, &[(0, 1), (1, 2), (2, 1), (1, 3), (3, 0)], &[&[0, 1, 2, 3]]);
    }

    #[test]
    fn a_long_loop_needs_no_deep_stack() {
        let count = 200_000;
        let list = (0..count).map(|at| Edge { from: at, to: (at + 1) % count, origin: Origin::Plan(0) });
        let found = knots(&Edges::new(count as usize, list.collect()), count as usize);
        assert!(found.iter().all(|knot| *knot == 0));
    }
}
