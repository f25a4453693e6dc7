//! What a declaration shows of its phases: how late what it gives is, and what it needs early.
//!
//! Summaries hold no positions, so an edit that moves a declaration or leaves its phases alone leaves them
//! equal, and nobody who uses it is analysed again.

use super::Phase;
use super::graph::{Aspect, Atom, AtomId, Graph, NodeId, Step};
use super::value::{Abs, Kind, ShapeId, Values};
use crate::db::File;
use crate::name::DeclId;
use rustc_hash::FxHashMap;

/// Something with phases of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    /// The module.
    pub file: File,
    /// Which part of it.
    pub part: UnitPart,
}

/// A part of a module with phases of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, salsa::SalsaValue)]
pub enum UnitPart {
    /// The item at this position: a function, a record, an enum, a component, a policy.
    Item(u32),
    /// The module-level values, which need each other in any order.
    Values,
    /// One of them, by its position, in a module whose values and functions need each other.
    Value(u32),
    /// The defaults of the labels.
    Labels,
    /// The whole of a template.
    Template,
}

impl Unit {
    /// A declaration.
    pub fn item(id: DeclId) -> Self {
        Unit { file: id.file, part: UnitPart::Item(id.index) }
    }

    /// The values of a module.
    pub fn values(file: File) -> Self {
        Unit { file, part: UnitPart::Values }
    }

    /// One value of a module.
    pub(super) fn value(file: File, local: u32) -> Self {
        Unit { file, part: UnitPart::Value(local) }
    }

    /// A template.
    pub fn template(file: File) -> Self {
        Unit { file, part: UnitPart::Template }
    }

    /// The declaration, if it is one.
    pub fn decl(self) -> Option<DeclId> {
        match self.part {
            UnitPart::Item(index) => Some(DeclId { file: self.file, index }),
            UnitPart::Values | UnitPart::Value(_) | UnitPart::Labels | UnitPart::Template => None,
        }
    }
}

/// A part of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ParamPart {
    /// The parameter's position; [`Atom::ALL`] for all of them.
    pub param: u32,
    /// The way into it.
    pub path: Vec<Step>,
    /// What counts there.
    pub aspect: Aspect,
}

/// How late something is: on its own account, and on that of parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// How late it is if every parameter is known when the bundle is built.
    pub phase: Phase,
    /// The parts of parameters that it is at least as late as.
    pub parts: Vec<ParamPart>,
}

/// How late a value is; see [`Abs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// The leaf for its presence.
    pub over: u32,
    /// The leaf for the value itself.
    pub own: u32,
    /// What is inside.
    pub shape: u32,
}

/// What is inside of a value; see [`super::value::Shape`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GivenShape {
    /// What is listed.
    pub kind: GivenKind,
    /// The parts of parameters that it may come from.
    pub symbols: Vec<(u32, Vec<Step>)>,
}

/// See [`Kind`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GivenKind {
    Flat,
    Parts(Vec<Given>),
    Payloads(Vec<(u32, u32)>, Vec<Given>),
    Elements(Given),
}

/// Something that a declaration needs early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// What it needs.
    pub part: ParamPart,
    /// The latest phase it may have.
    pub level: Phase,
    /// The parameter whose default needs it; only where that parameter is left out.
    pub default: Option<u32>,
}

/// The phases that a declaration shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The distinct leaves; the first is what is known when the bundle is built.
    pub(super) leaves: Vec<Leaf>,
    /// The shapes; the first is flat.
    pub(super) shapes: Vec<GivenShape>,
    /// What it gives: a function its result, a component its outputs, a module its values.
    pub(super) gives: Vec<Given>,
    /// The defaults of the parameters by position.
    pub(super) defaults: Vec<Option<Given>>,
    /// The parameters in the order in which their defaults are computed.
    pub(super) order: Vec<u32>,
    /// Where the fields of each variant of an enum begin among the parameters.
    pub(super) offsets: Vec<u32>,
    /// What it needs early.
    pub(super) needs: Vec<Need>,
    /// The parameters that are functions and are called, with what they are called with, sorted.
    pub(super) calls: Vec<(u32, Vec<Given>)>,
    /// Whether nothing is known of it, because it needs itself: what it gives is as late as its arguments.
    pub(super) opaque: bool,
}

impl Summary {
    /// Of a declaration that needs itself, which is an error that is reported elsewhere.
    pub(super) fn opaque() -> Self {
        Summary { opaque: true, ..Summary::default() }
    }

    /// Whether everything it gives is known when the bundle is built, if the arguments are.
    pub(super) fn is_early(&self) -> bool {
        self.leaves.iter().all(|leaf| leaf.phase == Phase::Const)
    }
}

/// Turns the values of a declaration into what its summary says of them.
#[derive(Debug)]
pub(super) struct Export<'a> {
    values: &'a Values,
    /// The summary so far.
    pub summary: Summary,
    /// The node of each leaf.
    pub nodes: Vec<NodeId>,
    leaves: FxHashMap<NodeId, u32>,
    shapes: FxHashMap<ShapeId, u32>,
}

impl<'a> Export<'a> {
    /// Of these values.
    pub(super) fn new(values: &'a Values) -> Self {
        let known = Leaf { phase: Phase::Const, parts: Vec::new() };
        let flat = GivenShape { kind: GivenKind::Flat, symbols: Vec::new() };
        Export {
            values,
            summary: Summary { leaves: vec![known], shapes: vec![flat], ..Summary::default() },
            nodes: vec![NodeId::KNOWN],
            leaves: FxHashMap::from_iter([(NodeId::KNOWN, 0)]),
            shapes: FxHashMap::from_iter([(ShapeId::FLAT, 0)]),
        }
    }

    /// A value.
    pub(super) fn value(&mut self, value: Abs) -> Given {
        Given { over: self.leaf(value.over), own: self.leaf(value.own), shape: self.shape(value.shape) }
    }

    fn leaf(&mut self, node: NodeId) -> u32 {
        if let Some(leaf) = self.leaves.get(&node) {
            return *leaf;
        }
        let graph = &self.values.graph;
        let parts = graph.atoms_of(node).iter().map(|atom| part(graph, *atom)).collect();
        let leaf = self.summary.leaves.len() as u32;
        self.summary.leaves.push(Leaf { phase: graph.phase(node), parts });
        self.nodes.push(node);
        self.leaves.insert(node, leaf);
        leaf
    }

    fn shape(&mut self, id: ShapeId) -> u32 {
        if let Some(shape) = self.shapes.get(&id) {
            return *shape;
        }
        let shape = self.values.shape(id);
        let symbols =
            shape.symbols.iter().map(|(param, path)| (*param, self.values.graph.steps_of(*path))).collect();
        let kind = match &shape.kind {
            // A declaration gives no functions.
            Kind::Flat | Kind::Functions(_) => GivenKind::Flat,
            Kind::Parts(parts) => GivenKind::Parts(parts.iter().map(|part| self.value(*part)).collect()),
            Kind::Payloads(keys, parts) => {
                GivenKind::Payloads(keys.clone(), parts.iter().map(|part| self.value(*part)).collect())
            }
            Kind::Elements(element) => GivenKind::Elements(self.value(*element)),
        };
        let position = self.summary.shapes.len() as u32;
        self.summary.shapes.push(GivenShape { kind, symbols });
        self.shapes.insert(id, position);
        position
    }
}

/// An atom with its way written out.
pub(super) fn part(graph: &Graph, atom: AtomId) -> ParamPart {
    let Atom { param, path, aspect } = graph.atom(atom);
    ParamPart { param, path: graph.steps_of(path), aspect }
}
