//! Lists that the host chooses from, and whose elements hold something later than the choice: a secret, an
//! output.
//!
//! As one node such a list is as late as all that is in it. So what is asked of an element becomes a choice
//! among the answers (`[a, b][i].name` is `[a.name, b.name][i]`), and what runs over the elements runs over
//! their positions, or over what the elements are made of.

use super::residual::{Phase, Residual, bit, bound};
use super::simplify::asked;
use crate::diagnostic::Place;
use mc_plan::expr::{BinaryOp, Builtin, EachKind, ExprId, Node};
use mc_plan::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};

/// A list as `list.map(|x| element)`, where the element uses the parameter of this depth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mapped {
    pub list: ExprId,
    pub element: ExprId,
}

impl Residual {
    /// The answer to a question about a late structure that a list, an optional or `??` gave.
    pub(super) fn taken_apart(
        &mut self,
        node: &Node,
        asked_of: &Node,
        place: Place,
        depth: u32,
    ) -> Option<ExprId> {
        let of_structure =
            matches!(node, Node::IsSome(_) | Node::IsVariant(..) | Node::Field(..) | Node::Payload(..));
        match asked_of {
            Node::Index(list, index) if of_structure => {
                let (list, index) = (*list, *index);
                let answers = self.of_each(node, list, place, depth)?;
                Some(self.node(Node::Index(answers, index), place))
            }
            // Asked only where it is there.
            Node::IfSome(_, then) if of_structure && !matches!(node, Node::IsSome(_)) => {
                let then = *then;
                self.answer(&asked(node, then), place, depth)
            }
            Node::Coalesce(a, b) if of_structure => {
                let (a, b) = (*a, *b);
                let test = self.node(Node::IsSome(a), place);
                let then = self.answer(&asked(node, a), place, depth)?;
                let otherwise = self.answer(&asked(node, b), place, depth)?;
                Some(self.choice(test, then, otherwise, place))
            }
            Node::Each { kind: EachKind::Map, list, local, body } => {
                let Node::Call(Builtin::First | Builtin::Last, _) = node else { return None };
                let (list, local, body) = (*list, *local, *body);
                let found = self.node(asked(node, list), place);
                let element = self.with_local(body, local, found, place)?;
                Some(self.node(Node::IfSome(found, element), place))
            }
            _ => None,
        }
    }

    /// The list of the answers that the elements of a list give.
    fn of_each(&mut self, node: &Node, list: ExprId, place: Place, depth: u32) -> Option<ExprId> {
        let made = match self.get(list)?.clone() {
            Node::List(parts) => {
                let mut answers = Vec::with_capacity(parts.len());
                for part in parts {
                    answers.push(self.answer(&asked(node, part), place, depth)?);
                }
                Node::List(answers)
            }
            Node::Map(entries) => {
                let mut answers = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    answers.push((key, self.answer(&asked(node, value), place, depth)?));
                }
                Node::Map(answers)
            }
            Node::Const(Value::List(parts)) => {
                let mut answers = Vec::with_capacity(parts.len());
                for part in parts.iter() {
                    let part = self.node(Node::Const(part.clone()), place);
                    answers.push(self.answer(&asked(node, part), place, depth)?);
                }
                Node::List(answers)
            }
            Node::If(test, then, otherwise) => {
                let then = self.of_each(node, then, place, depth + 1)?;
                let otherwise = self.of_each(node, otherwise, place, depth + 1)?;
                return Some(self.choice(test, then, otherwise, place));
            }
            Node::Binary(BinaryOp::Add, a, b) => {
                let (a, b) =
                    (self.of_each(node, a, place, depth + 1)?, self.of_each(node, b, place, depth + 1)?);
                Node::Binary(BinaryOp::Add, a, b)
            }
            _ => return None,
        };
        Some(self.node(made, place))
    }

    /// What is done with a late list of which something is made, done with what it is made of.
    pub(super) fn pushed_in(&mut self, node: &Node, place: Place) -> Option<ExprId> {
        match node {
            Node::Index(list, index) => {
                let (list, index) = (*list, *index);
                let (made_of, local, body) = self.late_map(list)?;
                let found = self.node(Node::Index(made_of, index), place);
                self.with_local(body, local, found, place)
            }
            Node::Call(
                builtin @ (Builtin::Reverse | Builtin::Take | Builtin::Skip | Builtin::Slice),
                operands,
            ) => {
                let (first, rest) = operands.split_first()?;
                let (made_of, local, body) = self.late_map(*first)?;
                let operands = std::iter::once(made_of).chain(rest.iter().copied()).collect();
                let list = self.node(Node::Call(*builtin, operands), place);
                Some(self.node(Node::Each { kind: EachKind::Map, list, local, body }, place))
            }
            Node::IfSome(base, then) => {
                let (base, then) = (*base, *then);
                let Node::IfSome(inner, element) = *self.get(base)? else { return None };
                (self.phase(base) == Phase::Run && self.is_present(element))
                    .then(|| self.node(Node::IfSome(inner, then), place))
            }
            _ => None,
        }
    }

    fn late_map(&self, list: ExprId) -> Option<(ExprId, u32, ExprId)> {
        match self.get(list)? {
            Node::Each { kind: EachKind::Map, list: made_of, local, body }
                if self.phase(list) == Phase::Run && self.phase(*made_of) == Phase::Host =>
            {
                Some((*made_of, *local, *body))
            }
            _ => None,
        }
    }

    /// A late list as something made of each element of one that is not, where that can be told.
    pub(super) fn mapped(&mut self, list: ExprId, local: u32, place: Place) -> Option<Mapped> {
        if self.phase(list) != Phase::Run {
            return None;
        }
        if let Some((made_of, own, body)) = self.late_map(list) {
            let parameter = self.node(Node::Local(local), place);
            let element = self.with_local(body, own, parameter, place)?;
            return Some(Mapped { list: made_of, element });
        }
        let (positions, all) = self.positions(list, place)?;
        let parameter = self.node(Node::Local(local), place);
        let element = self.node(Node::Index(all, parameter), place);
        Some(Mapped { list: positions, element })
    }

    /// A list by positions in another one all of whose elements are known one by one.
    fn positions(&mut self, list: ExprId, place: Place) -> Option<(ExprId, ExprId)> {
        let numbers = |from: usize, to: usize| {
            Node::Const(Value::List((from..to).map(|at| Value::Int(at as i64)).collect()))
        };
        if let Some(parts) = self.parts(list, place) {
            let positions = self.node(numbers(0, parts.len()), place);
            return Some((positions, list));
        }
        let Node::If(test, then, otherwise) = *self.get(list)? else { return None };
        let (mut parts, more) = (self.parts(then, place)?, self.parts(otherwise, place)?);
        let here = self.node(numbers(0, parts.len()), place);
        let there = self.node(numbers(parts.len(), parts.len() + more.len()), place);
        parts.extend(more);
        let all = self.node(Node::List(parts), place);
        Some((self.choice(test, here, there, place), all))
    }

    fn parts(&mut self, list: ExprId, place: Place) -> Option<Vec<ExprId>> {
        match self.get(list)?.clone() {
            Node::List(parts) => Some(parts),
            Node::Const(Value::List(values)) => {
                Some(values.iter().map(|value| self.node(Node::Const(value.clone()), place)).collect())
            }
            _ => None,
        }
    }

    /// A node with the parameter of a loop replaced. None where another loop would take what replaces it for
    /// its own parameter.
    pub(super) fn with_local(&mut self, id: ExprId, local: u32, by: ExprId, place: Place) -> Option<ExprId> {
        let bit = bit(local);
        if self.free(id) & bit == 0 || self.get(by) == Some(&Node::Local(local)) {
            return Some(id);
        }
        // Operands come before what uses them, so the order of the positions is one to work in.
        let mut open = vec![id];
        let mut seen = FxHashSet::default();
        let mut order = Vec::new();
        while let Some(at) = open.pop() {
            if self.free(at) & bit == 0 || !seen.insert(at) {
                continue;
            }
            order.push(at);
            let node = self.get(at)?;
            let (body, bound) = bound(node);
            let (mut captured, mut uses) = (false, Vec::new());
            node.operands(|operand| {
                if body == Some(operand) && bound & bit != 0 {
                    return;
                }
                captured |=
                    body == Some(operand) && bound & self.free(by) != 0 && self.free(operand) & bit != 0;
                uses.push(operand);
            });
            if captured {
                return None;
            }
            open.extend(uses);
        }
        order.sort_unstable();
        let mut made: FxHashMap<ExprId, ExprId> = FxHashMap::default();
        for at in order {
            let node = self.get(at)?.clone();
            let new = match node {
                Node::Local(_) => by,
                node => {
                    let (body, bound) = bound(&node);
                    let changed = node.with_operands(|operand| {
                        let own = body == Some(operand) && bound & bit != 0;
                        if own { operand } else { made.get(&operand).copied().unwrap_or(operand) }
                    });
                    self.node(changed, place)
                }
            };
            if self.is_marked(at) {
                self.mark_present(new);
            }
            made.insert(at, new);
        }
        made.get(&id).copied()
    }
}
