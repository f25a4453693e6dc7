//! Transitive reduction: which links follow from others.
//!
//! Reachability as bit sets, for a block of targets at a time, so that memory stays linear in the number of
//! vertices (Purdom's method of bit rows over a topological order, in columns).

use super::Link;

/// Words of a row: one block holds 64 times as many targets.
const WORDS: usize = 16;

/// For each link, whether a way over other links leads from its start to its end. Ways use `firm` links only:
/// the others may be missing on a host. Links that carry change are never redundant. Links that close a
/// circle (its conditions exclude each other, so the plan stands) are kept and are no way.
pub(super) fn redundant(vertices: usize, links: &[Link], firm: &[bool]) -> Vec<bool> {
    let ends: Vec<(u32, u32)> = links.iter().map(|link| (link.from, link.to)).collect();
    let order = super::layout::forward(vertices, &ends);
    let mut by_source: Vec<Vec<u32>> = vec![Vec::new(); vertices];
    for (at, link) in links.iter().enumerate() {
        if order.is_forward(link.from, link.to) {
            by_source[link.from as usize].push(at as u32);
        }
    }
    let mut redundant = vec![false; links.len()];
    let width = WORDS * 64;
    let mut rows = vec![0u64; vertices * WORDS];
    for block in (0..vertices).step_by(width) {
        rows.fill(0);
        let last = (block + width).min(vertices);
        // From the last vertex that can reach the block to the first.
        for position in (0..last).rev() {
            let vertex = order.vertices[position] as usize;
            let mut over = [0u64; WORDS];
            for at in &by_source[vertex] {
                if firm[*at as usize] {
                    let to = links[*at as usize].to as usize;
                    let row = &rows[to * WORDS..][..WORDS];
                    over.iter_mut().zip(row).for_each(|(word, reached)| *word |= reached);
                }
            }
            let mut own = over;
            for at in &by_source[vertex] {
                let link = &links[*at as usize];
                let target = order.position[link.to as usize] as usize;
                let Some(bit) = target.checked_sub(block).filter(|bit| *bit < width) else { continue };
                if over[bit / 64] >> (bit % 64) & 1 == 1 && !link.refresh {
                    redundant[*at as usize] = true;
                }
                if firm[*at as usize] {
                    own[bit / 64] |= 1 << (bit % 64);
                }
            }
            rows[vertex * WORDS..][..WORDS].copy_from_slice(&own);
        }
    }
    redundant
}

#[cfg(test)]
mod tests {
    use super::redundant;
    use crate::graph::Link;

    fn check(vertices: usize, links: &[(u32, u32)], expected: &[(u32, u32)]) {
        let links: Vec<Link> = links
            .iter()
            .map(|(from, to)| Link { from: *from, to: *to, refresh: false, reasons: Vec::new() })
            .collect();
        let found = redundant(vertices, &links, &vec![true; links.len()]);
        let found: Vec<(u32, u32)> = links
            .iter()
            .zip(found)
            .filter(|(_, redundant)| *redundant)
            .map(|(link, _)| (link.from, link.to))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_others_say_is_left_out() {
        check(4, &[(0, 1), (0, 2), (0, 3), (1, 2), (2, 3)], &[(0, 2), (0, 3)]);
        check(3, &[(2, 1), (2, 0), (1, 0)], &[(2, 0)]);
        check(4, &[(0, 1), (0, 2), (1, 3), (2, 3)], &[]);
    }

    /// More vertices than a block has, and links over several blocks.
    #[test]
    fn blocks_fit_together() {
        let last = 4_999;
        let mut links: Vec<(u32, u32)> = (0..last).map(|at| (at, at + 1)).collect();
        let long: Vec<(u32, u32)> = (0..last - 3000).step_by(700).map(|at| (at, at + 3000)).collect();
        links.extend(&long);
        check(5_000, &links, &long);
    }

    #[test]
    fn a_circle_is_kept_whole() {
        check(3, &[(0, 1), (1, 0), (1, 2), (0, 2)], &[(1, 2)]);
    }

    #[test]
    fn what_may_be_missing_is_no_way() {
        let link = |from, to, refresh| Link { from, to, refresh, reasons: Vec::new() };
        let links = [link(0, 1, false), link(0, 2, false), link(1, 2, false)];
        assert_eq!(redundant(3, &links, &[true, true, false]), [false, false, false]);
        let links = [link(0, 1, false), link(0, 2, true), link(1, 2, false)];
        assert_eq!(redundant(3, &links, &[true, true, true]), [false, false, false]);
    }
}
