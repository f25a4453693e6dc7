//! What travels over the parser's stack: nodes with their depth, lists, and parts of nodes.

use crate::Span;
use crate::ast::*;

/// A node with the depth of the tree below it.
#[derive(Debug)]
pub(crate) struct Deep<T> {
    pub(crate) node: T,
    pub(crate) depth: u32,
}

impl<T> Deep<T> {
    pub(crate) fn new(node: T, depth: u32) -> Self {
        Deep { node, depth }
    }

    /// A node without expressions in it.
    pub(crate) fn flat(node: T) -> Self {
        Deep { node, depth: 0 }
    }

    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> Deep<U> {
        Deep { node: f(self.node), depth: self.depth }
    }
}

/// What a list is made of.
pub(crate) trait Element {
    type Node;
    fn split(self) -> (Option<Self::Node>, u32);
}

impl<T: Boxed> Element for Deep<T> {
    type Node = T::Node;
    fn split(self) -> (Option<T::Node>, u32) {
        (self.node.unbox(), self.depth)
    }
}

/// Large nodes travel boxed through the parser's stack, whose slots have the size of the largest of them. What
/// could not be read and has no error node is no node at all.
pub(crate) trait Boxed {
    type Node;
    fn unbox(self) -> Option<Self::Node>;
}

impl<T> Boxed for Box<T> {
    type Node = T;
    fn unbox(self) -> Option<T> {
        Some(*self)
    }
}

impl<T> Boxed for Option<Box<T>> {
    type Node = T;
    fn unbox(self) -> Option<T> {
        self.map(|node| *node)
    }
}

impl Boxed for Expr {
    type Node = Expr;
    fn unbox(self) -> Option<Expr> {
        Some(self)
    }
}

/// The elements of a list, and the depth of the deepest.
pub(crate) struct List<E: Element> {
    pub(crate) nodes: Vec<E::Node>,
    pub(crate) depth: u32,
}

impl<E: Element> List<E> {
    pub(crate) fn new() -> Self {
        List { nodes: Vec::new(), depth: 0 }
    }

    pub(crate) fn one(element: E) -> Self {
        // Most lists are short: room for one, not for the four that a first push would reserve.
        let mut list = List { nodes: Vec::with_capacity(1), depth: 0 };
        list.push(element);
        list
    }

    pub(crate) fn push(&mut self, element: E) {
        let (node, depth) = element.split();
        self.nodes.extend(node);
        self.depth = self.depth.max(depth);
    }
}

impl<E: Element> List<E> {
    /// One large node of the whole list.
    pub(crate) fn boxed<T>(self, node: impl FnOnce(Vec<E::Node>) -> T) -> Deep<Box<T>> {
        Deep::new(Box::new(node(self.nodes)), self.depth)
    }
}

/// Operands with operators between them.
pub(crate) struct OpChain {
    pub(crate) first: Deep<Expr>,
    pub(crate) rest: Vec<(BinaryOp, Span, Deep<Expr>)>,
}

impl OpChain {
    pub(crate) fn new(first: Deep<Expr>, op: (BinaryOp, Span), next: Deep<Expr>) -> Box<Self> {
        Box::new(OpChain { first, rest: vec![(op.0, op.1, next)] })
    }

    pub(crate) fn push(&mut self, op: (BinaryOp, Span), next: Deep<Expr>) {
        self.rest.push((op.0, op.1, next));
    }
}

/// A body with its depth.
pub(crate) struct BodyNode {
    pub(crate) body: Body,
    pub(crate) depth: u32,
}

impl<E: Element> List<E> {
    /// The elements without spare room, for lists that live as long as the tree.
    pub(crate) fn into_nodes(mut self) -> Vec<E::Node> {
        self.nodes.shrink_to_fit();
        self.nodes
    }
}

impl BodyNode {
    pub(crate) fn empty(at: u32) -> Self {
        BodyNode { body: Body { items: Vec::new(), span: Span::at(at) }, depth: 0 }
    }

    pub(crate) fn new(items: List<Deep<Box<BodyItem>>>, l: u32, r: u32) -> Self {
        let depth = items.depth;
        BodyNode { body: Body { items: items.into_nodes(), span: Span::new(l, r) }, depth }
    }
}

/// The condition of an `if`.
pub(crate) struct HeadNode {
    pub(crate) condition: Condition,
    pub(crate) depth: u32,
}

impl HeadNode {
    pub(crate) fn value(value: Deep<Expr>) -> Box<Self> {
        Box::new(HeadNode { condition: Condition::Value(value.node), depth: value.depth })
    }

    pub(crate) fn pattern(pattern: Deep<Box<Pattern>>, value: Deep<Expr>) -> Box<Self> {
        let depth = pattern.depth.max(value.depth);
        Box::new(HeadNode { condition: Condition::Let(*pattern.node, value.node), depth })
    }
}

/// What stands behind a `=>` or the bars of a lambda.
pub(crate) enum ArmBody {
    Value(Deep<Expr>),
    Block(Deep<Block>),
}

/// An item between the braces of a pattern.
pub(crate) enum PField {
    Field(PatternField),
    Rest(Span),
}

/// What stands between the braces of a pattern.
pub(crate) struct PFields {
    pub(crate) fields: Vec<PatternField>,
    pub(crate) rest: Option<Span>,
    pub(crate) depth: u32,
}

impl PFields {
    pub(crate) fn new(list: List<Deep<Option<Box<PField>>>>) -> Self {
        let mut out = PFields { fields: Vec::with_capacity(list.nodes.len()), rest: None, depth: list.depth };
        for node in list.nodes {
            match node {
                PField::Field(field) => out.fields.push(field),
                PField::Rest(span) => out.rest = Some(span),
            }
        }
        out
    }
}

/// An item between the braces of a record or a payload.
pub(crate) enum FieldItem {
    Field(Param),
    Check(Check),
}

impl FieldItem {
    pub(crate) fn sorted(items: List<Deep<Option<Box<FieldItem>>>>) -> (Vec<Param>, Vec<Check>) {
        let (mut fields, mut checks) = (Vec::with_capacity(items.nodes.len()), Vec::new());
        for item in items.nodes {
            match item {
                FieldItem::Field(field) => fields.push(field),
                FieldItem::Check(check) => checks.push(check),
            }
        }
        (fields, checks)
    }
}

/// What follows the element of a comprehension.
pub(crate) struct CompNode {
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) iterable: Expr,
    pub(crate) condition: Option<Expr>,
    pub(crate) depth: u32,
}

impl CompNode {
    pub(crate) fn new(
        patterns: List<Deep<Box<Pattern>>>,
        iterable: Deep<Expr>,
        condition: Option<Deep<Expr>>,
    ) -> Box<Self> {
        let condition_depth = condition.as_ref().map_or(0, |condition| condition.depth);
        Box::new(CompNode {
            depth: patterns.depth.max(iterable.depth).max(condition_depth),
            patterns: patterns.nodes,
            iterable: iterable.node,
            condition: condition.map(|condition| condition.node),
        })
    }
}

/// A wave of a rollout under construction.
pub(crate) struct WaveNode {
    pub(crate) wave: Wave,
    pub(crate) depth: u32,
}

impl WaveNode {
    pub(crate) fn new(name: Name) -> Box<Self> {
        Box::new(WaveNode { wave: Wave { name, size: None, pause: None, condition: None }, depth: 0 })
    }
}

/// What may follow the name of a wave.
pub(crate) enum WaveOption {
    Size(Option<Share>),
    Pause(Deep<Expr>),
    When(Deep<Expr>),
}

/// The sign that was written for a `=`.
#[derive(Clone, Copy)]
pub(crate) enum Slip {
    Colon,
    FatArrow,
}
