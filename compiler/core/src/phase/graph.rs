//! The dependence graph of one declaration: which value is computed from which, and how late that makes it.
//!
//! A node stands for something whose time of knowing matters: an expression, or a part of one. What is known
//! when the bundle is built, whatever the arguments, is the one node [`NodeId::KNOWN`], so a program of
//! constants makes no graph at all. Operands come before their users.

use super::Phase;
use super::summary::Unit;
use crate::hir::ExprId;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How many parts of parameters a value may depend on before only the whole parameters are kept.
const MAX_ATOMS: usize = 256;

/// How many steps into a parameter are told apart.
pub(super) const MAX_PATH: u32 = 12;

/// A node's position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(pub u32);

impl NodeId {
    /// What is known when the bundle is built, whatever the arguments.
    pub(super) const KNOWN: NodeId = NodeId(0);
}

/// Where a node's lateness begins, or how it is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A part of a parameter: as late as the argument.
    Atom,
    /// A fact of the host.
    Fact,
    /// A label of the host.
    Label,
    /// An attribute of the resource around, as it is after merging.
    Attribute,
    /// Something of the resource that a guard judges, or of what its step would do.
    Judged,
    /// An output of a resource.
    Output,
    /// A secret.
    Secret,
    /// Computed from its operands.
    Computed,
    /// What another declaration gives: one of its leaves. The operands are what the arguments bring in.
    Part(Unit, u32),
}

/// A node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// How late it is if every parameter is known when the bundle is built.
    pub phase: Phase,
    /// The parts of parameters that it depends on besides.
    pub atoms: SetId,
    /// The operand that makes it late, on the shortest way to the source; itself for a source.
    pub late: NodeId,
    /// How far the source is.
    hops: u32,
    /// What it is.
    pub origin: Origin,
    /// The expression that it belongs to.
    pub expr: Option<ExprId>,
    /// Where its operands begin.
    operands: u32,
}

/// What of a parameter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Aspect {
    /// Whether it is there.
    Presence,
    /// The value itself; of a collection its shape, of an enum its variant.
    Own,
    /// Everything in it.
    Whole,
}

/// A step into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Step {
    /// A field of a record, a part of a tuple, an output of an instance, the key of a reference.
    Part(u32),
    /// A field of a variant's payload.
    Payload(u32, u32),
    /// The elements of a collection; of a map, its pairs.
    Element,
}

/// A way into a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PathId(u32);

impl PathId {
    /// The parameter itself.
    pub(super) const ROOT: PathId = PathId(0);
}

/// A part of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Atom {
    /// The parameter's position; [`Atom::ALL`] for all of them.
    pub param: u32,
    /// The way into it.
    pub path: PathId,
    /// What counts there.
    pub aspect: Aspect,
}

impl Atom {
    /// All parameters together.
    pub(super) const ALL: u32 = u32::MAX;
}

/// An atom's position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct AtomId(pub u32);

/// A set of atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SetId(u32);

impl SetId {
    const EMPTY: SetId = SetId(0);
}

/// The graph.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    operands: Vec<NodeId>,
    paths: Vec<(PathId, Option<Step>, u32)>,
    path_ids: FxHashMap<(PathId, Step), PathId>,
    atoms: Vec<Atom>,
    atom_nodes: FxHashMap<Atom, NodeId>,
    sets: Vec<Arc<[AtomId]>>,
    set_ids: FxHashMap<Arc<[AtomId]>, SetId>,
    unions: FxHashMap<(SetId, SetId), SetId>,
    /// What was done, for the tests of growth.
    pub steps: u64,
}

impl Default for Graph {
    fn default() -> Self {
        let none: Arc<[AtomId]> = Arc::from([]);
        let known = Node {
            phase: Phase::Const,
            atoms: SetId::EMPTY,
            late: NodeId::KNOWN,
            hops: 0,
            origin: Origin::Computed,
            expr: None,
            operands: 0,
        };
        Graph {
            nodes: vec![known],
            operands: Vec::new(),
            paths: vec![(PathId::ROOT, None, 0)],
            path_ids: FxHashMap::default(),
            atoms: Vec::new(),
            atom_nodes: FxHashMap::default(),
            sets: vec![Arc::clone(&none)],
            set_ids: FxHashMap::from_iter([(none, SetId::EMPTY)]),
            unions: FxHashMap::default(),
            steps: 0,
        }
    }
}

impl Graph {
    /// A node.
    pub(super) fn node(&self, id: NodeId) -> &Node {
        // invariant: ids are positions in this array.
        &self.nodes[id.0 as usize]
    }

    /// How late a node is if every parameter is known when the bundle is built.
    pub(super) fn phase(&self, id: NodeId) -> Phase {
        self.node(id).phase
    }

    /// The parts of parameters that a node depends on.
    pub(super) fn atoms_of(&self, id: NodeId) -> &[AtomId] {
        &self.sets[self.node(id).atoms.0 as usize]
    }

    /// An atom.
    pub(super) fn atom(&self, id: AtomId) -> Atom {
        self.atoms[id.0 as usize]
    }

    /// Whether two nodes are as late as each other, and depend on the same parts of parameters.
    pub(super) fn same(&self, a: NodeId, b: NodeId) -> bool {
        let (a, b) = (self.node(a), self.node(b));
        a.phase == b.phase && a.atoms == b.atoms
    }

    /// The operands of a node.
    pub(super) fn operands(&self, id: NodeId) -> &[NodeId] {
        let next = self.nodes.get(id.0 as usize + 1).map_or(self.operands.len(), |n| n.operands as usize);
        &self.operands[self.node(id).operands as usize..next]
    }

    /// A source of lateness.
    pub(super) fn source(&mut self, origin: Origin, phase: Phase, expr: ExprId) -> NodeId {
        self.push(origin, phase, &[], Some(expr))
    }

    /// A value computed from others.
    pub(super) fn computed(&mut self, operands: &[NodeId], expr: ExprId) -> NodeId {
        self.combine(Origin::Computed, Phase::Const, operands, Some(expr))
    }

    /// The later of some values. Of one alone it is that value.
    pub(super) fn join(&mut self, operands: &[NodeId], expr: Option<ExprId>) -> NodeId {
        let mut late = operands.iter().copied().filter(|node| *node != NodeId::KNOWN);
        let Some(first) = late.next() else { return NodeId::KNOWN };
        if late.all(|other| other == first) {
            return first;
        }
        self.combine(Origin::Computed, Phase::Const, operands, expr)
    }

    /// What another declaration gives: as late as it is there, and as the arguments that it depends on.
    pub(super) fn part(&mut self, origin: Origin, phase: Phase, operands: &[NodeId], expr: ExprId) -> NodeId {
        self.combine(origin, phase, operands, Some(expr))
    }

    fn combine(&mut self, origin: Origin, phase: Phase, operands: &[NodeId], expr: Option<ExprId>) -> NodeId {
        let mut late: Vec<NodeId> = operands.iter().copied().filter(|node| *node != NodeId::KNOWN).collect();
        if late.len() > 1 {
            late.sort_unstable();
            late.dedup();
        }
        if late.is_empty() && phase == Phase::Const {
            return NodeId::KNOWN;
        }
        self.push(origin, phase, &late, expr)
    }

    fn push(&mut self, origin: Origin, own: Phase, operands: &[NodeId], expr: Option<ExprId>) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        let (mut phase, mut late, mut hops) = (own, id, 0);
        let mut atoms = SetId::EMPTY;
        for operand in operands {
            let node = self.node(*operand);
            let (operand_phase, operand_hops, operand_atoms) = (node.phase, node.hops + 1, node.atoms);
            let nearer = late != id && operand_hops < hops;
            if operand_phase > phase || (operand_phase == phase && phase > own && nearer) {
                (phase, late, hops) = (operand_phase, *operand, operand_hops);
            }
            atoms = self.union(atoms, operand_atoms);
        }
        self.steps += 1 + operands.len() as u64;
        let start = self.operands.len() as u32;
        self.operands.extend_from_slice(operands);
        self.nodes.push(Node { phase, atoms, late, hops, origin, expr, operands: start });
        id
    }

    /// The node of a part of a parameter.
    pub(super) fn atom_node(&mut self, atom: Atom) -> NodeId {
        if let Some(node) = self.atom_nodes.get(&atom) {
            return *node;
        }
        let id = AtomId(self.atoms.len() as u32);
        self.atoms.push(atom);
        let set = self.set(vec![id]);
        let node = self.push(Origin::Atom, Phase::Const, &[], None);
        self.nodes[node.0 as usize].atoms = set;
        self.atom_nodes.insert(atom, node);
        node
    }

    /// The way one step further; none where it is long enough.
    pub(super) fn path(&mut self, from: PathId, step: Step) -> Option<PathId> {
        let depth = self.paths[from.0 as usize].2 + 1;
        if depth > MAX_PATH {
            return None;
        }
        if let Some(path) = self.path_ids.get(&(from, step)) {
            return Some(*path);
        }
        let path = PathId(self.paths.len() as u32);
        self.paths.push((from, Some(step), depth));
        self.path_ids.insert((from, step), path);
        Some(path)
    }

    /// The steps of a way, from the parameter inwards.
    pub(super) fn steps_of(&self, mut path: PathId) -> Vec<Step> {
        let mut steps = Vec::new();
        while let (parent, Some(step), _) = self.paths[path.0 as usize] {
            steps.push(step);
            path = parent;
        }
        steps.reverse();
        steps
    }

    fn set(&mut self, atoms: Vec<AtomId>) -> SetId {
        let atoms: Arc<[AtomId]> = atoms.into();
        if let Some(id) = self.set_ids.get(&atoms) {
            return *id;
        }
        let id = SetId(self.sets.len() as u32);
        self.steps += atoms.len() as u64;
        self.sets.push(Arc::clone(&atoms));
        self.set_ids.insert(atoms, id);
        id
    }

    fn union(&mut self, a: SetId, b: SetId) -> SetId {
        if a == b || b == SetId::EMPTY {
            return a;
        }
        if a == SetId::EMPTY {
            return b;
        }
        let key = (a.min(b), a.max(b));
        if let Some(id) = self.unions.get(&key) {
            return *id;
        }
        let (x, y) = (Arc::clone(&self.sets[a.0 as usize]), Arc::clone(&self.sets[b.0 as usize]));
        let mut all: Vec<AtomId> = x.iter().chain(y.iter()).copied().collect();
        all.sort_unstable();
        all.dedup();
        if all.len() > MAX_ATOMS {
            all = self.widen(&all);
        }
        let id = self.set(all);
        self.unions.insert(key, id);
        id
    }

    /// The whole parameters in place of their parts; of too many, all of them.
    fn widen(&mut self, atoms: &[AtomId]) -> Vec<AtomId> {
        let mut params: Vec<u32> = atoms.iter().map(|atom| self.atom(*atom).param).collect();
        params.sort_unstable();
        params.dedup();
        if params.len() > MAX_ATOMS || params.contains(&Atom::ALL) {
            params = vec![Atom::ALL];
        }
        let whole = |param| Atom { param, path: PathId::ROOT, aspect: Aspect::Whole };
        let mut all: Vec<AtomId> = params
            .into_iter()
            .flat_map(|param| {
                let node = self.atom_node(whole(param));
                self.atoms_of(node).to_vec()
            })
            .collect();
        all.sort_unstable();
        all
    }
}
