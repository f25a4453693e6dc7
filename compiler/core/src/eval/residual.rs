//! The residual expressions of a plan while it is made: each operation once, with its phase and place.

use crate::diagnostic::Place;
use mc_plan::expr::{ExprId, Exprs, Node, UnaryOp};
use mc_plan::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};

/// When a residual value is known. Constants never become residual on their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// On the host, before anything runs.
    Host,
    /// While the plan runs.
    Run,
}

/// The nodes so far.
#[derive(Debug, Default)]
pub struct Residual {
    exprs: Exprs,
    phases: Vec<Phase>,
    /// Whether a secret is in it.
    secrets: Vec<bool>,
    /// The parameters of loops that it uses and does not bind, as a bit set by depth.
    free: Vec<u32>,
    places: Vec<Place>,
    known: FxHashMap<Node, ExprId>,
    present: FxHashSet<ExprId>,
}

impl Residual {
    /// The node of an operation, made if it is new. `place` is where it was first written.
    pub fn node(&mut self, node: Node, place: Place) -> ExprId {
        self.node_at(node, place, 0)
    }

    /// The same, inside of so many choices that are looked through.
    pub(super) fn node_at(&mut self, node: Node, place: Place, depth: u32) -> ExprId {
        if let Some(id) = self.known.get(&node) {
            return *id;
        }
        if let Some(simple) = self.simplified(&node, place, depth) {
            self.known.insert(node, simple);
            return simple;
        }
        let mut phase = match node {
            Node::Output { .. } | Node::Early(_) | Node::Secret(_) | Node::Change(_) => Phase::Run,
            _ => Phase::Host,
        };
        let mut secret = matches!(node, Node::Secret(_));
        node.operands(|operand| {
            phase = phase.max(self.phase(operand));
            secret |= self.is_secret(operand);
        });
        let free = self.free_in(&node);
        let id = self.exprs.push(node.clone());
        self.phases.push(phase);
        self.secrets.push(secret);
        self.free.push(free);
        self.places.push(place);
        self.known.insert(node, id);
        id
    }

    /// Says that a node is never absent, because its type has no absent value.
    pub fn mark_present(&mut self, id: ExprId) {
        self.present.insert(id);
    }

    pub(super) fn is_marked(&self, id: ExprId) -> bool {
        self.present.contains(&id)
    }

    /// When a node is known.
    pub fn phase(&self, id: ExprId) -> Phase {
        self.phases.get(id.0 as usize).copied().unwrap_or(Phase::Run)
    }

    /// Whether a secret is in a node.
    pub fn is_secret(&self, id: ExprId) -> bool {
        self.secrets.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// The parameters of loops that a node uses and does not bind, as a bit set by depth.
    pub(super) fn free(&self, id: ExprId) -> u32 {
        self.free.get(id.0 as usize).copied().unwrap_or(0)
    }

    fn free_in(&self, node: &Node) -> u32 {
        let mut free = match node {
            Node::Local(local) => bit(*local),
            _ => 0,
        };
        let bound = bound(node);
        node.operands(|operand| {
            let inside = self.free(operand);
            free |= if bound.0 == Some(operand) { inside & !bound.1 } else { inside };
        });
        free
    }

    /// Where a node was first written.
    pub fn place(&self, id: ExprId) -> Option<Place> {
        self.places.get(id.0 as usize).copied()
    }

    /// A node.
    pub fn get(&self, id: ExprId) -> Option<&Node> {
        self.exprs.get(id)
    }

    /// `!a`, without doubling.
    pub fn not(&mut self, id: ExprId, place: Place) -> ExprId {
        if let Some(Node::Unary(UnaryOp::Not, inner)) = self.get(id) {
            return *inner;
        }
        self.node(Node::Unary(UnaryOp::Not, id), place)
    }

    /// `a && b`, where none is true.
    pub fn and(&mut self, a: Option<ExprId>, b: ExprId, place: Place) -> ExprId {
        match a {
            None => b,
            Some(a) if a == b => a,
            Some(a) => self.node(Node::And(a, b), place),
        }
    }

    /// The way from a node to the operand that makes it late, with the latest last.
    pub fn trace(&self, id: ExprId) -> Vec<ExprId> {
        let mut way = vec![id];
        let mut at = id;
        while let Some(node) = self.get(at) {
            let mut next = None;
            node.operands(|operand| {
                if next.is_none() && self.phase(operand) == self.phase(id) {
                    next = Some(operand);
                }
            });
            match next {
                Some(operand) => {
                    way.push(operand);
                    at = operand;
                }
                None => break,
            }
        }
        way
    }

    /// The steps whose outputs a node reads, without repetition, in order.
    pub fn outputs(&self, id: ExprId) -> Vec<u32> {
        if self.phase(id) == Phase::Host {
            return Vec::new();
        }
        let mut seen = FxHashSet::default();
        let mut stack = vec![id];
        let mut found = Vec::new();
        while let Some(at) = stack.pop() {
            if !seen.insert(at) || self.phase(at) == Phase::Host {
                continue;
            }
            let Some(node) = self.get(at) else { continue };
            if let Node::Output { step, .. } = node {
                found.push(*step);
            }
            node.operands(|operand| stack.push(operand));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The parts of a conjunction.
    pub fn conjuncts(&self, id: Option<ExprId>) -> Vec<ExprId> {
        let mut stack: Vec<ExprId> = id.into_iter().collect();
        let mut parts = Vec::new();
        while let Some(at) = stack.pop() {
            match self.get(at) {
                Some(Node::And(a, b)) => stack.extend([*b, *a]),
                _ => parts.push(at),
            }
        }
        parts
    }

    /// Whether two conditions can never hold together, as far as single equalities tell: cheap enough for every
    /// choice. Lowering decides whole conditions.
    pub fn exclusive(&self, a: Option<ExprId>, b: Option<ExprId>) -> bool {
        let (a, b) = (self.conjuncts(a), self.conjuncts(b));
        a.iter().any(|x| b.iter().any(|y| self.contradict(*x, *y)))
    }

    fn contradict(&self, a: ExprId, b: ExprId) -> bool {
        use mc_plan::expr::BinaryOp::{Equal, NotEqual};
        let (Some(x), Some(y)) = (self.get(a), self.get(b)) else { return false };
        match (x, y) {
            (Node::Unary(UnaryOp::Not, inner), _) if *inner == b => true,
            (_, Node::Unary(UnaryOp::Not, inner)) if *inner == a => true,
            (Node::IsVariant(x, i), Node::IsVariant(y, j)) => x == y && i != j,
            (Node::Binary(Equal, x, v), Node::Binary(Equal, y, w)) => {
                x == y && matches!((self.constant(*v), self.constant(*w)), (Some(v), Some(w)) if v != w)
            }
            (Node::Binary(Equal, x, v), Node::Binary(NotEqual, y, w))
            | (Node::Binary(NotEqual, x, v), Node::Binary(Equal, y, w)) => x == y && v == w,
            _ => false,
        }
    }

    /// The value of a node that is one.
    pub fn constant(&self, id: ExprId) -> Option<&Value> {
        match self.get(id) {
            Some(Node::Const(value)) => Some(value),
            _ => None,
        }
    }

    /// The nodes so far.
    pub fn exprs(&self) -> &Exprs {
        &self.exprs
    }

    /// A secret that is in a node, for messages.
    pub fn secret_in(&self, id: ExprId) -> Option<ExprId> {
        let mut at = self.is_secret(id).then_some(id)?;
        loop {
            let node = self.get(at)?;
            if matches!(node, Node::Secret(_)) {
                return Some(at);
            }
            let mut next = None;
            node.operands(|operand| {
                if next.is_none() && self.is_secret(operand) {
                    next = Some(operand);
                }
            });
            at = next?;
        }
    }

    /// The finished array.
    pub fn finish(self) -> Exprs {
        self.exprs
    }
}

/// The body of a loop and the parameters that it binds there.
pub(super) fn bound(node: &Node) -> (Option<ExprId>, u32) {
    match node {
        Node::Each { local, body, .. } => (Some(*body), bit(*local)),
        Node::Fold { local, body, .. } => (Some(*body), bit(*local) | bit(local.saturating_add(1))),
        _ => (None, 0),
    }
}

/// The bit of a parameter; none for a depth that no plan has.
pub(super) fn bit(local: u32) -> u32 {
    1_u32.checked_shl(local).unwrap_or(0)
}
