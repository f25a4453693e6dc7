//! What is asked of a structure is answered by its part, so that a part is no later than it has to be.
//!
//! A choice between two structures is one node, as late as everything in both. A field of it is the choice
//! between the two fields; whether it is there, or which variant it is, mostly depends on the condition only.

use super::residual::{Phase, Residual};
use crate::diagnostic::Place;
use mc_plan::expr::{BinaryOp, Builtin, EachKind, ExprId, Node};
use mc_plan::value::Value;

/// How many choices inside of each other are looked through.
const MAX_DEPTH: u32 = 64;

impl Residual {
    /// The simpler form of a node that asks something of a structure, if there is one.
    pub(super) fn simplified(&mut self, node: &Node, place: Place, depth: u32) -> Option<ExprId> {
        let of = match node {
            Node::IsSome(of) | Node::IsVariant(of, _) | Node::Field(of, _) | Node::Payload(of, _) => *of,
            Node::Call(Builtin::Len | Builtin::First | Builtin::Last, operands) => {
                match operands.as_slice() {
                    [of] => *of,
                    _ => return None,
                }
            }
            _ => return self.pushed_in(node, place),
        };
        if depth > MAX_DEPTH {
            return None;
        }
        if let Some(Node::If(test, then, otherwise)) = self.get(of) {
            let (test, then, otherwise) = (*test, *then, *otherwise);
            let then = self.answer(&asked(node, then), place, depth)?;
            let otherwise = self.answer(&asked(node, otherwise), place, depth)?;
            return Some(self.choice(test, then, otherwise, place));
        }
        self.answered(node, of, place, depth)
    }

    /// The answer to a question one choice further in.
    pub(super) fn answer(&mut self, node: &Node, place: Place, depth: u32) -> Option<ExprId> {
        match node {
            // The other side of the choice: it is never asked for there.
            Node::Payload(of, at) if self.has_no_payload(*of, *at) => {
                Some(self.node(Node::Const(Value::None), place))
            }
            _ => Some(self.node_at(node.clone(), place, depth + 1)),
        }
    }

    fn has_no_payload(&self, of: ExprId, at: u32) -> bool {
        match self.get(of) {
            Some(Node::Variant(_, parts)) => parts.len() <= at as usize,
            Some(Node::Const(Value::Variant(_, parts))) => parts.len() <= at as usize,
            Some(Node::Const(_)) => true,
            _ => false,
        }
    }

    fn answered(&mut self, node: &Node, of: ExprId, place: Place, depth: u32) -> Option<ExprId> {
        let asked_of = self.get(of)?.clone();
        let part = |parts: &[ExprId], at: u32| parts.get(at as usize).copied();
        match (node, &asked_of) {
            (Node::IsSome(_), Node::Const(value)) => Some(self.bool(*value != Value::None, place)),
            (Node::IsSome(_), Node::IfSome(base, then)) => {
                let (base, then) = (*base, *then);
                if self.is_present(then) {
                    return self.answer(&Node::IsSome(base), place, depth);
                }
                None
            }
            (Node::IsSome(_), _) if self.is_present(of) => Some(self.bool(true, place)),
            (Node::IsVariant(_, tag), Node::Variant(found, _) | Node::Const(Value::Variant(found, _))) => {
                Some(self.bool(found == tag, place))
            }
            (Node::Field(_, at), Node::Record(parts)) => part(parts, *at),
            (Node::Payload(_, at), Node::Variant(_, parts)) => part(parts, *at),
            (Node::Field(_, at), Node::Const(Value::Record(parts)))
            | (Node::Payload(_, at), Node::Const(Value::Variant(_, parts))) => {
                let value = parts.get(*at as usize)?.clone();
                Some(self.node(Node::Const(value), place))
            }
            (Node::Call(Builtin::Len, _), Node::List(parts)) => {
                Some(self.node(Node::Const(Value::Int(parts.len() as i64)), place))
            }
            (Node::Call(Builtin::Len, _), Node::Binary(BinaryOp::Add, a, b)) => {
                let (a, b) = (*a, *b);
                let a = self.answer(&Node::Call(Builtin::Len, vec![a]), place, depth)?;
                let b = self.answer(&Node::Call(Builtin::Len, vec![b]), place, depth)?;
                Some(self.node(Node::Binary(BinaryOp::Add, a, b), place))
            }
            (
                Node::Call(Builtin::Len, _),
                Node::Each { kind: EachKind::Map | EachKind::SortBy, list, .. },
            ) => self.answer(&Node::Call(Builtin::Len, vec![*list]), place, depth),
            (Node::Call(Builtin::First, _), Node::List(parts)) if !parts.is_empty() => parts.first().copied(),
            (Node::Call(Builtin::Last, _), Node::List(parts)) if !parts.is_empty() => parts.last().copied(),
            _ if self.phase(of) == Phase::Run => self.taken_apart(node, &asked_of, place, depth),
            _ => None,
        }
    }

    /// Whether a node is known to be there, whatever the host.
    pub(super) fn is_present(&self, id: ExprId) -> bool {
        match self.get(id) {
            Some(Node::Const(value)) => *value != Value::None,
            Some(
                Node::Label(_)
                | Node::Secret(_)
                | Node::Unary(..)
                | Node::Binary(..)
                | Node::And(..)
                | Node::Or(..)
                | Node::IsSome(_)
                | Node::IsVariant(..)
                | Node::List(_)
                | Node::Record(_)
                | Node::Variant(..)
                | Node::Concat(_)
                | Node::Convert(..),
            ) => true,
            Some(Node::Coalesce(_, otherwise)) => self.is_present(*otherwise),
            Some(Node::Index(list, _)) => self.all_present(*list),
            Some(Node::Fact(_) | Node::Element(_) | Node::Output { .. } | Node::Call(..)) => {
                self.is_marked(id)
            }
            _ => false,
        }
    }

    /// Whether all elements of a list are known to be there.
    fn all_present(&self, list: ExprId) -> bool {
        match self.get(list) {
            Some(Node::List(parts)) => parts.iter().all(|part| self.is_present(*part)),
            Some(Node::Const(Value::List(parts))) => parts.iter().all(|part| *part != Value::None),
            Some(Node::If(_, a, b)) => self.all_present(*a) && self.all_present(*b),
            _ => false,
        }
    }

    fn bool(&mut self, value: bool, place: Place) -> ExprId {
        self.node(Node::Const(Value::Bool(value)), place)
    }

    /// What a condition is known to be.
    pub(super) fn known(&self, id: ExprId) -> Option<bool> {
        match self.get(id) {
            Some(Node::Const(Value::Bool(value))) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn choice(&mut self, test: ExprId, then: ExprId, otherwise: ExprId, place: Place) -> ExprId {
        if then == otherwise {
            return then;
        }
        match (self.known(then), self.known(otherwise)) {
            (Some(true), Some(false)) => test,
            (Some(false), Some(true)) => self.not(test, place),
            (Some(true), None) => self.node(Node::Or(test, otherwise), place),
            (None, Some(false)) => self.and(Some(test), then, place),
            _ => self.node(Node::If(test, then, otherwise), place),
        }
    }
}

/// The same question of something else.
pub(super) fn asked(node: &Node, of: ExprId) -> Node {
    match node {
        Node::IsSome(_) => Node::IsSome(of),
        Node::IsVariant(_, tag) => Node::IsVariant(of, *tag),
        Node::Field(_, at) => Node::Field(of, *at),
        Node::Payload(_, at) => Node::Payload(of, *at),
        Node::Call(builtin, _) => Node::Call(*builtin, vec![of]),
        // invariant: only questions come here.
        other => other.clone(),
    }
}
