//! Layers: which column each box stands in.

/// An order in which every link runs forward, but those that close a circle.
pub(in crate::graph) struct Order {
    /// The vertices in this order.
    pub vertices: Vec<u32>,
    /// The position of each vertex.
    pub position: Vec<u32>,
}

impl Order {
    /// Whether a link runs forward.
    pub(in crate::graph) fn is_forward(&self, from: u32, to: u32) -> bool {
        self.position[from as usize] < self.position[to as usize]
    }
}

/// Depth first, without recursion; what leads back into the current path closes a circle.
pub(in crate::graph) fn forward(vertices: usize, links: &[(u32, u32)]) -> Order {
    let targets = adjacent(vertices, links.iter().copied());
    let mut seen = vec![false; vertices];
    let mut done: Vec<u32> = Vec::with_capacity(vertices);
    // Roots and targets are taken from the last to the first, so that the reverse order begins with the first.
    for root in (0..vertices as u32).rev() {
        if seen[root as usize] {
            continue;
        }
        seen[root as usize] = true;
        let mut stack = vec![(root, targets[root as usize].len())];
        while let Some((vertex, left)) = stack.last_mut() {
            let Some(next) = left.checked_sub(1) else {
                done.push(*vertex);
                stack.pop();
                continue;
            };
            *left = next;
            let target = targets[*vertex as usize][next];
            if !seen[target as usize] {
                seen[target as usize] = true;
                stack.push((target, targets[target as usize].len()));
            }
        }
    }
    done.reverse();
    let mut position = vec![0; vertices];
    for (at, vertex) in done.iter().enumerate() {
        position[*vertex as usize] = at as u32;
    }
    Order { vertices: done, position }
}

/// The column of each vertex: as far left as its links allow, then nearer to those that wait for it where that
/// makes the links shorter.
pub(super) fn layers(vertices: usize, links: &[(u32, u32)]) -> Vec<u32> {
    let order = forward(vertices, links);
    let ahead = || links.iter().copied().filter(|(from, to)| order.is_forward(*from, *to));
    let after = adjacent(vertices, ahead());
    let before = adjacent(vertices, ahead().map(|(from, to)| (to, from)));
    let mut columns = vec![0u32; vertices];
    for vertex in &order.vertices {
        let earliest = before[*vertex as usize].iter().map(|v| columns[*v as usize] + 1).max();
        columns[*vertex as usize] = earliest.unwrap_or(0);
    }
    for vertex in order.vertices.iter().rev() {
        let (before, after) = (&before[*vertex as usize], &after[*vertex as usize]);
        let latest = after.iter().map(|v| columns[*v as usize] - 1).min();
        if let Some(latest) = latest
            && after.len() > before.len()
        {
            columns[*vertex as usize] = latest;
        }
    }
    columns
}

/// The targets of each vertex, in order, each once.
fn adjacent(vertices: usize, links: impl Iterator<Item = (u32, u32)>) -> Vec<Vec<u32>> {
    let mut targets = vec![Vec::new(); vertices];
    for (from, to) in links {
        targets[from as usize].push(to);
    }
    for list in &mut targets {
        list.sort_unstable();
        list.dedup();
    }
    targets
}
