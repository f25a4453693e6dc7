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
use std::collections::VecDeque;

/// A list as `list.map(|x| element)`, where the element uses the parameter of this depth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mapped {
    pub list: ExprId,
    pub element: ExprId,
}

/// How many elements a list may have that the host chooses, each way of the choice counted, and each way itself: one
/// without elements costs as well.
const MOST_ELEMENTS: usize = 1 << 16;

/// How many choices inside of each other are looked through.
const MOST_CHOICES: usize = 500;

/// An element of a list that the host chooses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    /// What it is.
    pub(super) value: ExprId,
    /// Where it is there; none for every host.
    pub(super) when: Option<ExprId>,
}

impl Element {
    fn always(value: ExprId) -> Self {
        Element { value, when: None }
    }
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
                if let Some(part) = self.part_at(list, index, place) {
                    return Some(part);
                }
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

    /// The element at a position that is known, of a list whose elements are known one by one.
    fn part_at(&mut self, list: ExprId, index: ExprId, place: Place) -> Option<ExprId> {
        let Value::Int(index) = self.constant(index)? else { return None };
        let index = usize::try_from(*index).ok()?;
        match self.get(list)? {
            Node::List(parts) => parts.get(index).copied(),
            Node::Const(Value::List(values)) => {
                let value = values.get(index)?.clone();
                Some(self.node(Node::Const(value), place))
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
        if let Some(Node::Call(Builtin::Indexed, of)) = self.get(list) {
            let of = *of.first()?;
            let Mapped { list, element } = self.mapped(of, local, place)?;
            let list = self.node(Node::Call(Builtin::Indexed, vec![list]), place);
            let pair = self.node(Node::Local(local), place);
            let at = self.node(Node::Field(pair, 0), place);
            let own = self.node(Node::Field(pair, 1), place);
            let element = self.with_local(element, local, own, place)?;
            let element = self.node(Node::Record(vec![at, element]), place);
            return Some(Mapped { list, element });
        }
        let (positions, all) = self.positions(list, place)?;
        let parameter = self.node(Node::Local(local), place);
        let element = self.node(Node::Index(all, parameter), place);
        Some(Mapped { list: positions, element })
    }

    /// A list by positions in another one all of whose elements are known one by one.
    fn positions(&mut self, list: ExprId, place: Place) -> Option<(ExprId, ExprId)> {
        let mut parts = Vec::new();
        let positions = self.numbered(list, &mut parts, place, MOST_CHOICES)?;
        // Without a choice it is the list itself.
        let all = if self.parts(list, place).is_some() { list } else { self.node(Node::List(parts), place) };
        Some((positions, all))
    }

    /// The positions that the elements of a list get among `parts`, to which they are added.
    fn numbered(
        &mut self,
        list: ExprId,
        parts: &mut Vec<ExprId>,
        place: Place,
        depth: usize,
    ) -> Option<ExprId> {
        let depth = depth.checked_sub(1)?;
        if let Some(own) = self.parts(list, place) {
            let from = parts.len();
            parts.extend(own);
            let numbers = (from..parts.len()).map(|at| Value::Int(at as i64)).collect();
            return (parts.len() <= MOST_ELEMENTS)
                .then(|| self.node(Node::Const(Value::List(numbers)), place));
        }
        match self.get(list)?.clone() {
            Node::If(test, then, otherwise) if self.phase(test) == Phase::Host => {
                let then = self.numbered(then, parts, place, depth)?;
                let otherwise = self.numbered(otherwise, parts, place, depth)?;
                Some(self.choice(test, then, otherwise, place))
            }
            Node::Binary(BinaryOp::Add, a, b) => {
                let (a, b) = (self.numbered(a, parts, place, depth)?, self.numbered(b, parts, place, depth)?);
                Some(self.node(Node::Binary(BinaryOp::Add, a, b), place))
            }
            Node::Call(
                builtin @ (Builtin::Reverse | Builtin::Take | Builtin::Skip | Builtin::Slice),
                operands,
            ) if operands.iter().skip(1).all(|operand| self.phase(*operand) == Phase::Host) => {
                let (first, rest) = operands.split_first()?;
                let first = self.numbered(*first, parts, place, depth)?;
                let operands = std::iter::once(first).chain(rest.iter().copied()).collect();
                Some(self.node(Node::Call(builtin, operands), place))
            }
            _ => None,
        }
    }

    /// The elements that a list may have, if they are known one by one, each with the condition under which it is
    /// there. What several ways of a choice have in common comes once.
    pub(super) fn elements(&mut self, list: ExprId, place: Place) -> Option<Vec<Element>> {
        let mut left = MOST_ELEMENTS;
        self.elements_of(list, place, MOST_CHOICES, &mut left)
    }

    fn elements_of(
        &mut self,
        list: ExprId,
        place: Place,
        depth: usize,
        left: &mut usize,
    ) -> Option<Vec<Element>> {
        let depth = depth.checked_sub(1)?;
        if let Some((test, a, b)) = self.distributed(list, place) {
            let (a, b) = (self.elements_of(a, place, depth, left)?, self.elements_of(b, place, depth, left)?);
            let found = self.of_both(test, a, b, place);
            *left = left.checked_sub(found.len() + 1)?;
            return Some(found);
        }
        let found = match self.get(list)?.clone() {
            // No host has this list: the plan is refused there.
            Node::Fail(_) => Vec::new(),
            Node::Each { kind: EachKind::Filter, list, local, body } => {
                let mut kept = Vec::new();
                for Element { value, when } in self.elements_of(list, place, depth, left)? {
                    let test = self.with_local(body, local, value, place)?;
                    match self.known(test) {
                        Some(true) => kept.push(Element { value, when }),
                        Some(false) => {}
                        None => kept.push(Element { value, when: Some(self.and(when, test, place)) }),
                    }
                }
                kept
            }
            Node::Each { kind: EachKind::Map, list, local, body } => {
                let mut mapped = self.elements_of(list, place, depth, left)?;
                for element in &mut mapped {
                    element.value = self.with_local(body, local, element.value, place)?;
                }
                mapped
            }
            Node::Each { kind: EachKind::SortBy, list: of, .. } => {
                self.elements_of(of, place, depth, left)?
            }
            Node::Call(Builtin::Sort | Builtin::Reverse | Builtin::Entries | Builtin::ToList, of) => {
                self.elements_of(*of.first()?, place, depth, left)?
            }
            Node::Binary(BinaryOp::Add, a, b) => {
                let mut all = self.elements_of(a, place, depth, left)?;
                all.extend(self.elements_of(b, place, depth, left)?);
                all
            }
            Node::Call(Builtin::Indexed, of) => {
                let parts = self.parts(*of.first()?, place)?;
                let mut pairs = Vec::with_capacity(parts.len());
                for (at, part) in parts.into_iter().enumerate() {
                    let at = self.node(Node::Const(Value::Int(at as i64)), place);
                    pairs.push(Element::always(self.node(Node::Record(vec![at, part]), place)));
                }
                pairs
            }
            Node::Map(entries) => {
                let pair = |(key, value): (ExprId, ExprId)| {
                    Element::always(self.node(Node::Record(vec![key, value]), place))
                };
                entries.into_iter().map(pair).collect()
            }
            Node::Const(Value::Map(entries)) => {
                let pair = |(key, value): &(Value, Value)| {
                    let pair = Value::Record([key.clone(), value.clone()].into());
                    Element::always(self.node(Node::Const(pair), place))
                };
                entries.iter().map(pair).collect()
            }
            _ => self.parts(list, place)?.into_iter().map(Element::always).collect(),
        };
        *left = left.checked_sub(found.len() + 1)?;
        Some(found)
    }

    /// A list as a choice between two, with what is done to it done to both.
    fn distributed(&mut self, list: ExprId, place: Place) -> Option<(ExprId, ExprId, ExprId)> {
        let node = self.get(list)?.clone();
        let chosen = match &node {
            Node::If(test, a, b) => return Some((*test, *a, *b)),
            Node::Each { list, .. } => *list,
            Node::Call(Builtin::Indexed, of) => *of.first()?,
            _ => return None,
        };
        let Node::If(test, a, b) = *self.get(chosen)? else { return None };
        let done_to = |of: ExprId| match node.clone() {
            Node::Each { kind, local, body, .. } => Node::Each { kind, list: of, local, body },
            _ => Node::Call(Builtin::Indexed, vec![of]),
        };
        Some((test, self.node(done_to(a), place), self.node(done_to(b), place)))
    }

    /// The elements of one list where a test holds, and of another where it does not.
    fn of_both(&mut self, test: ExprId, a: Vec<Element>, b: Vec<Element>, place: Place) -> Vec<Element> {
        let not = self.not(test, place);
        let mut of_b: FxHashMap<ExprId, VecDeque<usize>> = FxHashMap::default();
        for (at, element) in b.iter().enumerate() {
            of_b.entry(element.value).or_default().push_back(at);
        }
        let mut common = FxHashSet::default();
        let mut all = Vec::with_capacity(a.len().max(b.len()));
        for Element { value, when } in a {
            let when = match of_b.get_mut(&value).and_then(VecDeque::pop_front) {
                Some(at) => {
                    common.insert(at);
                    let always = self.node(Node::Const(Value::Bool(true)), place);
                    let (here, there) = (when.unwrap_or(always), b[at].when.unwrap_or(always));
                    let both = self.choice(test, here, there, place);
                    (self.known(both) != Some(true)).then_some(both)
                }
                None => Some(self.and(when, test, place)),
            };
            all.push(Element { value, when });
        }
        for (at, Element { value, when }) in b.into_iter().enumerate() {
            if !common.contains(&at) {
                all.push(Element { value, when: Some(self.and(when, not, place)) });
            }
        }
        all
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
