//! Loops: [`Node::Each`] and [`Node::Fold`].

use std::sync::Arc;

use super::{BROKEN, Binding, Evaluator, Frame, MAX_LAMBDAS, Outcome, Step, Unknown, at};
use crate::expr::{EachKind, ExprId, Node};
use crate::op::{self, EvalError};
use crate::value::Value;

/// A loop that runs.
#[derive(Debug)]
pub(super) struct Loop {
    id: ExprId,
    body: ExprId,
    /// Depth of the first parameter.
    local: usize,
    /// What it runs over, and its elements.
    collection: Value,
    elements: Arc<[Value]>,
    /// A bound of the collection's and of an element's depth.
    depth: (u8, u8),
    next: usize,
    does: Does,
    unknown: Option<Unknown>,
    /// What the parameters were before.
    outer: [Option<(Value, u8)>; 2],
}

#[derive(Debug)]
enum Does {
    Each { kind: EachKind, answers: Vec<Value>, depth: u8 },
    Fold { accumulator: (Value, u8) },
}

impl Loop {
    pub(super) fn id(&self) -> ExprId {
        self.id
    }

    const fn parameters(&self) -> usize {
        match self.does {
            Does::Each { .. } => 1,
            Does::Fold { .. } => 2,
        }
    }
}

/// A fold's first accumulator, and an error before "not known yet".
type Init = Option<(Value, u8)>;

impl Evaluator<'_> {
    pub(super) fn loop_start(&mut self, id: ExprId) -> Step {
        let broken = || at(id)(BROKEN);
        let node = self.exprs.get(id).ok_or_else(broken)?;
        let (local, body, kind) = match node {
            Node::Each { kind, local, body, .. } => (*local, *body, Some(*kind)),
            Node::Fold { local, body, .. } => (*local, *body, None),
            _ => return Err(broken()),
        };
        let init = if kind.is_none() { Some(self.results.pop().ok_or_else(broken)?) } else { None };
        let collection = self.results.pop().ok_or_else(broken)?;
        let (collection, depth) = match collection {
            Outcome::Known(collection, depth) => (collection, depth),
            unknown @ Outcome::Unknown(_) => {
                self.done(id, unknown);
                return Ok(());
            }
        };
        let init: Init = match init {
            None => None,
            Some(Outcome::Known(value, depth)) => Some((value, depth)),
            Some(unknown @ Outcome::Unknown(_)) => {
                self.done(id, unknown);
                return Ok(());
            }
        };
        let name = kind.map_or("fold", EachKind::name);
        let elements = op::elements_of(&collection).ok_or_else(|| at(id)(EvalError::Type(name)))?;
        let does = match (kind, init) {
            (Some(kind), None) => Does::Each { kind, answers: Vec::with_capacity(elements.len()), depth: 0 },
            (None, Some(accumulator)) => Does::Fold { accumulator },
            _ => return Err(broken()),
        };
        let mut started = Loop {
            id,
            body,
            local: local as usize,
            collection,
            elements,
            depth: (depth, depth.saturating_sub(1)),
            next: 0,
            does,
            unknown: None,
            outer: [None, None],
        };
        let parameters = started.parameters();
        if started.local + parameters > MAX_LAMBDAS || body >= id {
            return Err(broken());
        }
        if self.bindings.len() < started.local + parameters {
            self.bindings.resize_with(started.local + parameters, Binding::default);
        }
        for (binding, outer) in
            self.bindings[started.local..].iter_mut().zip(&mut started.outer[..parameters])
        {
            *outer = binding.value.take();
        }
        self.loops.push(started);
        self.loop_element()
    }

    pub(super) fn loop_next(&mut self) -> Step {
        let (Some(running), Some(result)) = (self.loops.last_mut(), self.results.pop()) else {
            return Err(at(ExprId(0))(BROKEN));
        };
        match (&mut running.does, result) {
            (Does::Each { kind, answers, depth }, Outcome::Known(answer, deep)) => {
                if kind.decided_by(&answer) {
                    running.next = running.elements.len();
                }
                *depth = (*depth).max(deep);
                answers.push(answer);
            }
            (Does::Fold { accumulator }, Outcome::Known(value, depth)) => *accumulator = (value, depth),
            (does, Outcome::Unknown(unknown)) => {
                // Without it nobody knows whether the rest is looked at.
                if !matches!(does, Does::Each { kind, .. } if !kind.may_end_early()) {
                    running.next = running.elements.len();
                }
                running.unknown = running.unknown.take().or(Some(unknown));
            }
        }
        self.loop_element()
    }

    /// Starts the next element, or ends the loop.
    fn loop_element(&mut self) -> Step {
        let Some(running) = self.loops.last_mut() else { return Ok(()) };
        self.clock += 1;
        let parameters = running.parameters();
        let bindings = &mut self.bindings[running.local..running.local + parameters];
        for binding in &mut *bindings {
            binding.changed = self.clock;
        }
        if let Some(element) = running.elements.get(running.next) {
            running.next += 1;
            if let (Does::Fold { accumulator }, [first, ..]) = (&mut running.does, &mut *bindings) {
                first.value = Some(accumulator.clone());
            }
            if let Some(last) = bindings.last_mut() {
                last.value = Some((element.clone(), running.depth.1));
            }
            self.frames.push(Frame::LoopNext);
            self.frames.push(Frame::Enter(running.body));
            return Ok(());
        }
        for (binding, outer) in bindings.iter_mut().zip(&mut running.outer) {
            binding.value = outer.take();
        }
        let Some(ended) = self.loops.pop() else { return Ok(()) };
        if let Some(unknown) = ended.unknown {
            self.done(ended.id, Outcome::Unknown(unknown));
            return Ok(());
        }
        match ended.does {
            Does::Fold { accumulator: (value, depth) } => self.known(ended.id, value, depth),
            Does::Each { kind, answers, depth } => {
                let value = op::each(kind, &ended.collection, answers).map_err(at(ended.id))?;
                self.charge(ended.id, &value)?;
                // A map of lists around the elements, or a list around the answers.
                let depth = ended.depth.0.max(depth).saturating_add(3);
                self.known(ended.id, value, depth)
            }
        }
    }
}
