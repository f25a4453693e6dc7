//! Which steps refresh which, with component boundaries resolved.

use crate::plan::{EdgeKind, EdgeReason, Plan};

use super::{Refresh, RefreshKind, Step, Vertex, at};

/// The refreshes between steps that are present. `vertex` maps a plan's vertex into the graph, `exists`
/// says whether a declaration of a plan's step exists.
pub fn links(
    plan: &Plan,
    steps: &[Step<'_>],
    vertex: &dyn Fn(u32) -> Vertex,
    exists: &dyn Fn(u32, u32) -> bool,
) -> Vec<Refresh> {
    let mut found = Vec::new();
    let mut inside = None;
    for edge in &plan.edges {
        let kind = match edge.kind {
            EdgeKind::Order => continue,
            EdgeKind::Notify => RefreshKind::Notify,
            EdgeKind::Restart => RefreshKind::Restart,
            EdgeKind::Reload => RefreshKind::Reload,
        };
        let carried = match edge.carrier {
            Some((true, declaration)) => exists(edge.to, declaration),
            Some((false, declaration)) => exists(edge.from, declaration),
            None => true,
        };
        if !carried {
            continue;
        }
        let is_step = |end: u32| at(end) < plan.steps.len();
        let senders = if is_step(edge.from) {
            vec![edge.from]
        } else {
            inside.get_or_insert_with(|| Boundaries::new(plan)).steps(plan, edge.from, Side::Before)
        };
        let receivers = if is_step(edge.to) {
            vec![edge.to]
        } else {
            inside.get_or_insert_with(|| Boundaries::new(plan)).steps(plan, edge.to, Side::After)
        };
        for &sender in &senders {
            for &receiver in &receivers {
                let (sender, receiver) = (vertex(sender), vertex(receiver));
                let present = |v: Vertex| steps.get(at(v)).is_some_and(|step| step.present);
                if sender != receiver && present(sender) && present(receiver) {
                    found.push(Refresh { sender, receiver, kind });
                }
            }
        }
    }
    found.sort_unstable();
    // Of several between two steps the strongest counts; it is the last.
    found.reverse();
    found.dedup_by_key(|refresh| (refresh.sender, refresh.receiver));
    found.reverse();
    found
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

/// The edges that only say what is inside a component, in both directions, sorted.
struct Boundaries {
    before: Vec<(u32, u32)>,
    after: Vec<(u32, u32)>,
}

impl Boundaries {
    fn new(plan: &Plan) -> Self {
        let boundary = plan.edges.iter().filter(|edge| edge.reason == EdgeReason::Boundary);
        let mut after: Vec<(u32, u32)> = boundary.map(|edge| (edge.from, edge.to)).collect();
        let mut before: Vec<(u32, u32)> = after.iter().map(|(from, to)| (*to, *from)).collect();
        after.sort_unstable();
        before.sort_unstable();
        Self { before, after }
    }

    /// The steps inside the instance that this barrier ends (`Before`) or begins (`After`).
    fn steps(&self, plan: &Plan, barrier: u32, side: Side) -> Vec<u32> {
        let list = match side {
            Side::Before => &self.before,
            Side::After => &self.after,
        };
        let mut steps = Vec::new();
        let mut seen = std::collections::BTreeSet::from([barrier]);
        let mut open = vec![barrier];
        while let Some(vertex) = open.pop() {
            let start = list.partition_point(|(from, _)| *from < vertex);
            for (_, next) in
                list.get(start..).unwrap_or_default().iter().take_while(|(from, _)| *from == vertex)
            {
                if at(*next) < plan.steps.len() {
                    steps.push(*next);
                } else if seen.insert(*next) {
                    open.push(*next);
                }
            }
        }
        steps.sort_unstable();
        steps.dedup();
        steps
    }
}
