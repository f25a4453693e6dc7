//! What is known of a value before it is computed: how late each of its parts is.
//!
//! Phases are kept per field, payload and output, and for collections one for the shape and one for the
//! elements. What is inside is never known before what is around it: a part is at least as late as
//! the choice of the variant, the shape of the collection or the presence that leads to it.

use super::graph::{Aspect, Atom, Graph, NodeId, PathId, Step};
use crate::hir::ExprId;
use crate::ty::Ty;
use rustc_hash::{FxHashMap, FxHashSet};

/// How deep structures are told apart. What is deeper counts as one.
const MAX_DEPTH: u8 = 12;

/// How many parts of parameters a structure may come from before it counts as one.
const MAX_SYMBOLS: usize = 32;

/// How many parts a structure may have, those of its parts included, before it counts as one.
const MAX_SIZE: u32 = 1 << 14;

/// A shape's position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ShapeId(pub u32);

impl ShapeId {
    /// A value without parts, or whose parts are as late as it is.
    pub(super) const FLAT: ShapeId = ShapeId(0);
}

/// How late a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Abs {
    /// Whether it is there, and the conditions it passed: everything in it is at least as late.
    pub over: NodeId,
    /// The value itself; of a collection its shape, of an enum its variant. What is inside is at least as
    /// late.
    pub own: NodeId,
    /// What is inside.
    pub shape: ShapeId,
}

impl Abs {
    /// Known when the bundle is built.
    pub(super) const KNOWN: Abs = Abs { over: NodeId::KNOWN, own: NodeId::KNOWN, shape: ShapeId::FLAT };

    /// A value of this type all of which is as late as a node. It is there, unless its type says that it
    /// may be absent.
    pub(super) fn flat(node: NodeId, ty: &Ty) -> Abs {
        let over = if matches!(ty, Ty::Optional(_)) { node } else { NodeId::KNOWN };
        Abs { over, own: node, shape: ShapeId::FLAT }
    }
}

/// A way into a parameter. [`Atom::ALL`] stands for all of them, whatever the way.
pub(super) type Symbol = (u32, PathId);

/// What is inside of a value: what is listed here, or what is inside of parts of parameters, or either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// What is listed.
    pub kind: Kind,
    /// The parts of parameters, sorted.
    pub symbols: Vec<Symbol>,
}

/// The parts that a value is known to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// None, or none that is later than the value.
    Flat,
    /// The fields of a record, the parts of a tuple, the outputs of an instance, the key of a reference.
    Parts(Vec<Abs>),
    /// The payloads by variant and field, sorted.
    Payloads(Vec<(u32, u32)>, Vec<Abs>),
    /// The elements of a collection; what a function gives that is an argument.
    Elements(Abs),
    /// Functions, by their positions among those of the declaration, sorted.
    Functions(Vec<u32>),
}

/// The values of a declaration.
#[derive(Clone, Debug)]
pub(super) struct Values {
    /// Which is computed from which.
    pub graph: Graph,
    shapes: Vec<Shape>,
    sizes: Vec<Size>,
    wholes: Vec<Option<NodeId>>,
}

/// How large a shape is.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    depth: u8,
    parts: u32,
}

impl Default for Values {
    fn default() -> Self {
        Values {
            graph: Graph::default(),
            shapes: vec![Shape { kind: Kind::Flat, symbols: Vec::new() }],
            sizes: vec![Size::default()],
            wholes: vec![Some(NodeId::KNOWN)],
        }
    }
}

/// The joins made so far, by what is joined: structures share their parts, and each pair is joined once.
type Joined = FxHashMap<(ShapeId, ShapeId), (ShapeId, NodeId)>;

impl Values {
    /// A shape.
    pub(super) fn shape(&self, id: ShapeId) -> &Shape {
        // invariant: ids are positions in this array.
        &self.shapes[id.0 as usize]
    }

    fn size(&self, value: Abs) -> Size {
        self.sizes[value.shape.0 as usize]
    }

    /// A value without its structure.
    pub(super) fn flattened(&mut self, value: Abs) -> Abs {
        if value.shape == ShapeId::FLAT {
            return value;
        }
        Abs { over: value.over, own: self.whole(value), shape: ShapeId::FLAT }
    }

    /// Adds a shape. Where it would get too deep or too large, its parts are flat.
    fn push(&mut self, mut kind: Kind, symbols: Vec<Symbol>) -> ShapeId {
        let mut size = Size { depth: 1, parts: 1 };
        let mut late = !symbols.is_empty() || matches!(kind, Kind::Functions(_));
        for part in kind.parts_mut() {
            if self.size(*part).depth >= MAX_DEPTH {
                *part = self.flattened(*part);
            }
            let inside = self.size(*part);
            size.depth = size.depth.max(inside.depth + 1);
            size.parts = size.parts.saturating_add(1 + inside.parts);
            late |= *part != Abs::KNOWN;
            self.graph.steps += 1;
        }
        if !late {
            return ShapeId::FLAT;
        }
        if size.parts > MAX_SIZE {
            size = Size { depth: 2, parts: 1 };
            for part in kind.parts_mut() {
                *part = self.flattened(*part);
                size.parts = size.parts.saturating_add(1);
            }
        }
        let id = ShapeId(self.shapes.len() as u32);
        self.shapes.push(Shape { kind, symbols });
        self.sizes.push(size);
        self.wholes.push(None);
        id
    }

    /// A value with a structure.
    pub(super) fn structure(&mut self, kind: Kind, symbols: Vec<Symbol>) -> Abs {
        Abs { shape: self.push(kind, symbols), ..Abs::KNOWN }
    }

    /// A record, a tuple, an instance or a reference.
    pub(super) fn parts(&mut self, parts: Vec<Abs>) -> Abs {
        self.structure(Kind::Parts(parts), Vec::new())
    }

    /// A variant of an enum with its payload.
    pub(super) fn variant(&mut self, tag: u32, fields: Vec<Abs>) -> Abs {
        let keys = (0..fields.len() as u32).map(|field| (tag, field)).collect();
        self.structure(Kind::Payloads(keys, fields), Vec::new())
    }

    /// A collection with a known shape.
    pub(super) fn elements(&mut self, element: Abs) -> Abs {
        self.structure(Kind::Elements(element), Vec::new())
    }

    /// A parameter.
    pub(super) fn param(&mut self, position: u32) -> Abs {
        self.structure(Kind::Flat, vec![(position, PathId::ROOT)])
    }

    fn atoms(&mut self, shape: ShapeId, aspect: Aspect) -> NodeId {
        if self.shape(shape).symbols.is_empty() {
            return NodeId::KNOWN;
        }
        let symbols = self.shape(shape).symbols.clone();
        let nodes: Vec<NodeId> = symbols
            .into_iter()
            .map(|(param, path)| {
                let aspect = if param == Atom::ALL { Aspect::Whole } else { aspect };
                self.graph.atom_node(Atom { param, path, aspect })
            })
            .collect();
        self.graph.join(&nodes, None)
    }

    /// Whether it is there, and the conditions it passed.
    pub(super) fn presence(&mut self, value: Abs) -> NodeId {
        let there = self.atoms(value.shape, Aspect::Presence);
        self.graph.join(&[value.over, there], None)
    }

    /// The value itself: of a collection its shape, of an enum its variant.
    pub(super) fn own(&mut self, value: Abs) -> NodeId {
        let inside = self.atoms(value.shape, Aspect::Own);
        self.graph.join(&[value.over, value.own, inside], None)
    }

    /// Everything in it.
    pub(super) fn whole(&mut self, value: Abs) -> NodeId {
        let inside = self.inside(value.shape);
        self.graph.join(&[value.over, value.own, inside], None)
    }

    fn inside(&mut self, shape: ShapeId) -> NodeId {
        if let Some(node) = self.wholes[shape.0 as usize] {
            return node;
        }
        let mut nodes = vec![self.atoms(shape, Aspect::Whole)];
        let mut kind = self.shape(shape).kind.clone();
        for part in kind.parts_mut() {
            nodes.push(self.whole(*part));
        }
        let node = self.graph.join(&nodes, None);
        self.wholes[shape.0 as usize] = Some(node);
        node
    }

    /// The nodes of everything in a value, and the parameters that it is a part of. The graph stays as it is.
    pub(super) fn everything(&self, value: Abs) -> (Vec<NodeId>, Vec<u32>) {
        let (mut nodes, mut params) = (Vec::new(), Vec::new());
        let mut stack = vec![value];
        let mut seen = FxHashSet::default();
        while let Some(value) = stack.pop() {
            nodes.extend([value.over, value.own]);
            if !seen.insert(value.shape) {
                continue;
            }
            if let Some(whole) = self.wholes[value.shape.0 as usize] {
                nodes.push(whole);
                continue;
            }
            let shape = self.shape(value.shape);
            params.extend(shape.symbols.iter().map(|(param, _)| *param));
            match &shape.kind {
                Kind::Flat | Kind::Functions(_) => {}
                Kind::Parts(parts) | Kind::Payloads(_, parts) => stack.extend(parts),
                Kind::Elements(element) => stack.push(*element),
            }
        }
        (nodes, params)
    }

    /// An aspect of a value.
    pub(super) fn aspect(&mut self, value: Abs, aspect: Aspect) -> NodeId {
        match aspect {
            Aspect::Presence => self.presence(value),
            Aspect::Own => self.own(value),
            Aspect::Whole => self.whole(value),
        }
    }

    /// A part of a value.
    pub(super) fn step(&mut self, value: Abs, step: Step) -> Abs {
        if value == Abs::KNOWN {
            return value;
        }
        let shape = self.shape(value.shape);
        let listed = match (&shape.kind, step) {
            (Kind::Flat, _) => Abs::KNOWN,
            (Kind::Parts(parts), Step::Part(at)) => parts.get(at as usize).copied().unwrap_or(Abs::KNOWN),
            (Kind::Payloads(keys, parts), Step::Payload(tag, at)) => keys
                .binary_search(&(tag, at))
                .ok()
                .and_then(|found| parts.get(found))
                .copied()
                .unwrap_or(Abs::KNOWN),
            (Kind::Elements(element), Step::Element) => *element,
            // Two views of one value that do not fit: only after a mistake that was reported.
            _ => self.flattened(value),
        };
        let around = self.graph.join(&[value.over, value.own], None);
        let part = match self.symbols_inside(value.shape, step) {
            Some(other) => self.join(&[listed, other], None),
            None => listed,
        };
        Abs { over: self.graph.join(&[around, part.over], None), ..part }
    }

    /// A part of the parts of parameters that a value may be.
    fn symbols_inside(&mut self, shape: ShapeId, step: Step) -> Option<Abs> {
        if self.shape(shape).symbols.is_empty() {
            return None;
        }
        let symbols = self.shape(shape).symbols.clone();
        let mut next = Vec::with_capacity(symbols.len());
        for (param, path) in symbols {
            match if param == Atom::ALL { Some(path) } else { self.graph.path(path, step) } {
                Some(path) => next.push((param, path)),
                None => {
                    let over = self.atoms(shape, Aspect::Whole);
                    return Some(Abs { over, ..Abs::KNOWN });
                }
            }
        }
        next.sort_unstable();
        Some(self.structure(Kind::Flat, next))
    }

    /// A value that is there only where something holds, or is chosen by it.
    pub(super) fn under(&mut self, value: Abs, condition: NodeId, expr: ExprId) -> Abs {
        Abs { over: self.graph.join(&[value.over, condition], Some(expr)), ..value }
    }

    /// What may be any of some values.
    pub(super) fn join(&mut self, values: &[Abs], expr: Option<ExprId>) -> Abs {
        let mut late = values.iter().copied().filter(|value| *value != Abs::KNOWN);
        let Some(first) = late.next() else { return Abs::KNOWN };
        // The values themselves all at once, so that a long list makes one node.
        let (mut overs, mut owns) = (vec![first.over], vec![first.own]);
        let mut shape = first.shape;
        let mut joined = Joined::default();
        for value in late {
            overs.push(value.over);
            owns.push(value.own);
            let (both, own) = self.join_shapes(shape, value.shape, expr, &mut joined);
            owns.push(own);
            shape = both;
        }
        Abs { over: self.graph.join(&overs, expr), own: self.graph.join(&owns, expr), shape }
    }

    /// Two shapes in one, and what the value itself depends on besides.
    fn join_shapes(
        &mut self,
        a: ShapeId,
        b: ShapeId,
        expr: Option<ExprId>,
        joined: &mut Joined,
    ) -> (ShapeId, NodeId) {
        if a == b || b == ShapeId::FLAT {
            return (a, NodeId::KNOWN);
        }
        if a == ShapeId::FLAT {
            return (b, NodeId::KNOWN);
        }
        if let Some(known) = joined.get(&(a, b)) {
            return *known;
        }
        let (x, y) = (self.shape(a).clone(), self.shape(b).clone());
        let mut own = NodeId::KNOWN;
        let kind = match (x.kind, y.kind) {
            (Kind::Flat, other) | (other, Kind::Flat) => other,
            (Kind::Parts(x), Kind::Parts(y)) if x.len() == y.len() => {
                let parts = x.into_iter().zip(y);
                Kind::Parts(parts.map(|(x, y)| self.join_parts(x, y, expr, joined)).collect())
            }
            (Kind::Elements(x), Kind::Elements(y)) => Kind::Elements(self.join_parts(x, y, expr, joined)),
            (Kind::Functions(x), Kind::Functions(y)) => {
                let mut all: Vec<u32> = x.into_iter().chain(y).collect();
                all.sort_unstable();
                all.dedup();
                Kind::Functions(all)
            }
            (Kind::Payloads(keys, x), Kind::Payloads(more, y)) => {
                let x = keys.into_iter().zip(x);
                let y = more.into_iter().zip(y);
                let mut all: std::collections::BTreeMap<(u32, u32), Abs> = x.collect();
                for (key, value) in y {
                    let before = all.get(&key).copied().unwrap_or(Abs::KNOWN);
                    let both = self.join_parts(before, value, expr, joined);
                    all.insert(key, both);
                }
                let (keys, parts) = all.into_iter().unzip();
                Kind::Payloads(keys, parts)
            }
            // Two structures that do not fit: only after a mistake that was reported.
            _ => {
                let (x, y) = (self.inside(a), self.inside(b));
                own = self.graph.join(&[x, y], expr);
                Kind::Flat
            }
        };
        let mut symbols: Vec<Symbol> = x.symbols.into_iter().chain(y.symbols).collect();
        symbols.sort_unstable();
        symbols.dedup();
        if symbols.len() > MAX_SYMBOLS {
            symbols = vec![(Atom::ALL, PathId::ROOT)];
        }
        let result = (self.push(kind, symbols), own);
        joined.insert((a, b), result);
        result
    }

    fn join_parts(&mut self, a: Abs, b: Abs, expr: Option<ExprId>, joined: &mut Joined) -> Abs {
        self.graph.steps += 1;
        if a == b || b == Abs::KNOWN {
            return a;
        }
        if a == Abs::KNOWN {
            return b;
        }
        let (shape, own) = self.join_shapes(a.shape, b.shape, expr, joined);
        Abs {
            over: self.graph.join(&[a.over, b.over], expr),
            own: self.graph.join(&[a.own, b.own, own], expr),
            shape,
        }
    }
}

impl Values {
    /// Whether two values are as late as each other, part by part.
    pub(super) fn alike(&self, a: Abs, b: Abs) -> bool {
        let mut stack = vec![(a, b)];
        let mut seen = FxHashSet::default();
        while let Some((a, b)) = stack.pop() {
            if !self.graph.same(a.over, b.over) || !self.graph.same(a.own, b.own) {
                return false;
            }
            if a.shape == b.shape || !seen.insert((a.shape, b.shape)) {
                continue;
            }
            let (x, y) = (self.shape(a.shape), self.shape(b.shape));
            let (parts, others) = (x.kind.parts(), y.kind.parts());
            let of_one_kind = match (&x.kind, &y.kind) {
                (Kind::Payloads(keys, _), Kind::Payloads(others, _)) => keys == others,
                (Kind::Functions(functions), Kind::Functions(others)) => functions == others,
                (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
            };
            if x.symbols != y.symbols || !of_one_kind || parts.len() != others.len() {
                return false;
            }
            stack.extend(parts.iter().copied().zip(others.iter().copied()));
        }
        true
    }

    /// Whether values are as late as others, one by one.
    pub(super) fn all_alike(&self, values: &[Abs], others: &[Abs]) -> bool {
        values.len() == others.len() && values.iter().zip(others).all(|(a, b)| self.alike(*a, *b))
    }
}

impl Kind {
    /// The parts.
    pub(super) fn parts(&self) -> &[Abs] {
        match self {
            Kind::Flat | Kind::Functions(_) => &[],
            Kind::Parts(parts) | Kind::Payloads(_, parts) => parts,
            Kind::Elements(element) => std::slice::from_ref(element),
        }
    }

    fn parts_mut(&mut self) -> &mut [Abs] {
        match self {
            Kind::Flat | Kind::Functions(_) => &mut [],
            Kind::Parts(parts) | Kind::Payloads(_, parts) => parts,
            Kind::Elements(element) => std::slice::from_mut(element),
        }
    }
}
