//! The evaluator of residual expressions: what the agent runs instead of the compiler.
//!
//! A loop with an explicit stack, so a chain of 100,000 nodes is no special case, and a memo, so a node that
//! many steps share is computed once. Steps and output are bounded by a [`Budget`]; both are counted the
//! same way on every machine.
//!
//! An expression has a value, or fails, or is not known yet: then an output that it reads is that of a step
//! which has still to run. Operands are evaluated from left to right; an error wins over "not known yet",
//! because waiting would not mend it.

use std::sync::Arc;

use crate::expr::{ChangeFact, ExprId, Exprs, Node, Operand};
use crate::op::{self, EvalError};
use crate::value::Value;

mod analysis;
mod each;

pub use analysis::{Analysis, MAX_LAMBDAS, Phase};

/// What a [`Context`] knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The value.
    Value(Value),
    /// Known later; why, for reports: "known after `Package["nginx"]`".
    Unknown(Arc<str>),
    /// It has no value; why, as a sentence.
    Error(Arc<str>),
}

/// The host's side of an evaluation. Everything that is not overridden is an error, so a context offers
/// only what the expressions it is for may use.
pub trait Context {
    /// The fact at this position of the plan's table.
    fn fact(&self, position: u32) -> Lookup {
        let _ = position;
        Lookup::Error("a fact cannot be read here".into())
    }

    /// The label at this position of the plan's table.
    fn label(&self, position: u32) -> Lookup {
        let _ = position;
        Lookup::Error("a label cannot be read here".into())
    }

    /// An output of a step.
    fn output(&self, step: u32, output: u32) -> Lookup {
        let _ = (step, output);
        Lookup::Error("an output cannot be read here".into())
    }

    /// A secret, by its position in the plan's table.
    fn secret(&self, position: u32) -> Lookup {
        let _ = position;
        Lookup::Error("a secret cannot be read here".into())
    }

    /// The element of a loop that the host runs, by the loop's position in the plan's repeats.
    fn element(&self, repeat: u32) -> Lookup {
        let _ = repeat;
        Lookup::Error("an element cannot be read here".into())
    }

    /// What the step that is evaluated would do.
    fn change(&self, fact: ChangeFact) -> Lookup {
        let _ = fact;
        Lookup::Error("a change cannot be read here".into())
    }

    /// The key of the step that is evaluated.
    fn key(&self) -> Lookup {
        Lookup::Error("the key cannot be read here".into())
    }

    /// The merged attribute of the step that is evaluated; none where it is not set.
    fn attribute(&self, position: u32) -> Lookup {
        let _ = position;
        Lookup::Error("an attribute cannot be read here".into())
    }

    /// The early output of the step that is evaluated.
    fn early(&self, position: u32) -> Lookup {
        let _ = position;
        Lookup::Error("an early output cannot be read here".into())
    }
}

/// The context that knows nothing: for constant expressions.
impl Context for () {}

/// The answer of an evaluation that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evaluated {
    /// The value.
    Known(Value),
    /// It depends on something that is not known yet.
    Unknown(Unknown),
}

impl Evaluated {
    /// The value, if it is known.
    #[must_use]
    pub fn known(self) -> Option<Value> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }
}

/// Why a value is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The node that has to wait: an output, early output or attribute.
    pub node: ExprId,
    /// The context's reason.
    pub reason: Arc<str>,
}

/// An evaluation that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct Failure {
    /// What went wrong.
    pub error: EvalError,
    /// Where.
    pub node: ExprId,
}

/// Bounds of one [`Evaluator`], over all its evaluations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Nodes that are visited, and what operations look at ([`op::work`]).
    pub steps: u64,
    /// Bytes of texts and lists that are produced.
    pub output: u64,
}

impl Default for Budget {
    /// Ample for a plan of a million nodes.
    fn default() -> Self {
        Self { steps: 50_000_000, output: 256 << 20 }
    }
}

/// What a list element, field or payload is charged against [`Budget::output`].
const ELEMENT_BYTES: u64 = 32;

/// Evaluates the expressions of one [`Exprs`] and remembers what it computed.
///
/// Call [`Evaluator::next_step`] before the expressions of another step (its key, attributes and early
/// outputs differ), and [`Evaluator::forget_unknown`] when more has become known. Facts, labels and outputs
/// that were known once are taken to stay as they are: when outputs may have changed, use a new evaluator.
#[derive(Debug)]
pub struct Evaluator<'a> {
    exprs: &'a Exprs,
    analysis: Analysis,
    budget: Budget,
    left: Budget,
    memo: Vec<Slot>,
    /// Counts the events that make remembered values invalid.
    clock: u64,
    step_changed: u64,
    unknown_changed: u64,
    bindings: Vec<Binding>,
    frames: Vec<Frame>,
    results: Vec<Outcome>,
    loops: Vec<each::Loop>,
}

/// A remembered result, valid while nothing that it depends on changed since.
#[derive(Clone, Debug, Default)]
struct Slot {
    stored: u64,
    state: State,
}

#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    Empty,
    Done(Outcome),
    Failed(Arc<Failure>),
}

#[derive(Clone, Debug)]
enum Outcome {
    /// A value, with an upper bound of its depth.
    Known(Value, u8),
    Unknown(Unknown),
}

/// The parameter of a lambda.
#[derive(Clone, Debug, Default)]
struct Binding {
    value: Option<(Value, u8)>,
    changed: u64,
}

#[derive(Clone, Copy, Debug)]
enum Frame {
    /// Evaluate the node.
    Enter(ExprId),
    /// All operands of a strict node are there.
    Finish(ExprId),
    /// The first operand of a lazy node is there.
    Branch(ExprId),
    /// The chosen operand of a lazy node is there and is its result.
    Settle(ExprId),
    /// What an [`Node::Each`] or [`Node::Fold`] runs over is there.
    LoopStart(ExprId),
    /// The body of the innermost loop is there for one element.
    LoopNext,
}

/// An error and the node that has it.
type Step<T = ()> = Result<T, Box<Failure>>;

fn at(node: ExprId) -> impl Fn(EvalError) -> Box<Failure> {
    move |error| Box::new(Failure { error, node })
}

impl<'a> Evaluator<'a> {
    /// An evaluator with the default budget.
    #[must_use]
    pub fn new(exprs: &'a Exprs) -> Self {
        Self::with_budget(exprs, Budget::default())
    }

    /// An evaluator with a budget of its own.
    #[must_use]
    pub fn with_budget(exprs: &'a Exprs, budget: Budget) -> Self {
        Self {
            exprs,
            analysis: Analysis::new(exprs),
            budget,
            left: budget,
            memo: vec![Slot::default(); exprs.nodes.len()],
            clock: 0,
            step_changed: 0,
            unknown_changed: 0,
            bindings: Vec::new(),
            frames: Vec::new(),
            results: Vec::new(),
            loops: Vec::new(),
        }
    }

    /// What the nodes depend on.
    #[must_use]
    pub fn analysis(&self) -> &Analysis {
        &self.analysis
    }

    /// From now on, keys, attributes and early outputs are those of another step, and elements those of another
    /// round.
    pub fn next_step(&mut self) {
        self.clock += 1;
        self.step_changed = self.clock;
    }

    /// From now on, what was not known yet is asked for again.
    pub fn forget_unknown(&mut self) {
        self.clock += 1;
        self.unknown_changed = self.clock;
    }

    /// The value of an operand.
    ///
    /// # Errors
    /// As [`Evaluator::evaluate`].
    pub fn operand(&mut self, operand: &Operand, context: &dyn Context) -> Result<Evaluated, Failure> {
        match operand {
            Operand::Value(value) => Ok(Evaluated::Known(value.clone())),
            Operand::Expr(id) => self.evaluate(*id, context),
        }
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// The first error from left to right, and the node that has it.
    pub fn evaluate(&mut self, id: ExprId, context: &dyn Context) -> Result<Evaluated, Failure> {
        self.frames.push(Frame::Enter(id));
        while let Some(frame) = self.frames.pop() {
            if let Err(failure) = self.step(frame, context) {
                return Err(self.abandon(*failure));
            }
        }
        match self.results.pop() {
            Some(Outcome::Known(value, _)) => Ok(Evaluated::Known(value)),
            Some(Outcome::Unknown(unknown)) => Ok(Evaluated::Unknown(unknown)),
            None => Err(*at(id)(BROKEN)),
        }
    }

    /// Every node that waits for the one that failed fails with it. An error about a value that depends on a
    /// secret loses what it shows of it; inside a loop over secrets every value may.
    fn abandon(&mut self, mut failure: Failure) -> Failure {
        if self.analysis.secret(failure.node)
            || self.loops.iter().any(|around| self.analysis.secret(around.id()))
        {
            failure.error = failure.error.hidden();
        }
        let shared = Arc::new(failure.clone());
        for at in 0..self.frames.len() {
            match self.frames[at] {
                Frame::Finish(id) | Frame::Branch(id) | Frame::Settle(id) | Frame::LoopStart(id) => {
                    self.store(id, State::Failed(Arc::clone(&shared)));
                }
                Frame::Enter(_) | Frame::LoopNext => {}
            }
        }
        for at in 0..self.loops.len() {
            self.store(self.loops[at].id(), State::Failed(Arc::clone(&shared)));
        }
        self.frames.clear();
        self.results.clear();
        self.loops.clear();
        self.clock += 1;
        for binding in &mut self.bindings {
            *binding = Binding { value: None, changed: self.clock };
        }
        failure
    }

    fn step(&mut self, frame: Frame, context: &dyn Context) -> Step {
        match frame {
            Frame::Enter(id) => self.enter(id, context),
            Frame::Finish(id) => self.finish(id),
            Frame::Branch(id) => self.branch(id),
            Frame::Settle(id) => self.settle(id),
            Frame::LoopStart(id) => self.loop_start(id),
            Frame::LoopNext => self.loop_next(),
        }
    }

    fn spend(&mut self, id: ExprId, steps: u64) -> Step {
        match self.left.steps.checked_sub(steps) {
            Some(left) => self.left.steps = left,
            None => return Err(at(id)(EvalError::TooManySteps(self.budget.steps))),
        }
        Ok(())
    }

    fn enter(&mut self, id: ExprId, context: &dyn Context) -> Step {
        self.spend(id, 1)?;
        // Borrowed for 'a, not from self.
        let exprs: &'a Exprs = self.exprs;
        let node = exprs.get(id).ok_or_else(|| at(id)(BROKEN))?;
        if let Node::Local(local) = node {
            let bound = self.bindings.get(*local as usize).and_then(|binding| binding.value.clone());
            let (value, depth) = bound.ok_or_else(|| at(id)(BROKEN))?;
            self.results.push(Outcome::Known(value, depth));
            return Ok(());
        }
        if let Some(state) = self.remembered(id) {
            match state {
                State::Done(outcome) => {
                    let outcome = outcome.clone();
                    self.results.push(outcome);
                    return Ok(());
                }
                State::Failed(failure) => return Err(Box::new((**failure).clone())),
                State::Empty => {}
            }
        }
        match node {
            Node::Const(value) => self.known(id, value.clone(), UNMEASURED),
            Node::Fact(position) => self.looked_up(id, context.fact(*position)),
            Node::Label(position) => self.looked_up(id, context.label(*position)),
            Node::Element(repeat) => self.looked_up(id, context.element(*repeat)),
            Node::Output { step, output } => self.looked_up(id, context.output(*step, *output)),
            Node::Secret(position) => self.looked_up(id, context.secret(*position)),
            Node::Change(fact) => self.looked_up(id, context.change(*fact)),
            Node::Key => self.looked_up(id, context.key()),
            Node::Attribute(position) => self.looked_up(id, context.attribute(*position)),
            Node::Early(position) => self.looked_up(id, context.early(*position)),
            Node::Local(_) => Err(at(id)(BROKEN)),
            Node::And(a, _)
            | Node::Or(a, _)
            | Node::Coalesce(a, _)
            | Node::If(a, _, _)
            | Node::IfSome(a, _) => {
                self.frames.push(Frame::Branch(id));
                self.push_operand(id, *a)
            }
            Node::Each { list, .. } => {
                self.frames.push(Frame::LoopStart(id));
                self.push_operand(id, *list)
            }
            Node::Fold { list, init, .. } => {
                self.frames.push(Frame::LoopStart(id));
                self.push_operand(id, *init)?;
                self.push_operand(id, *list)
            }
            Node::Unary(..)
            | Node::Binary(..)
            | Node::IsSome(_)
            | Node::IsVariant(..)
            | Node::Field(..)
            | Node::Payload(..)
            | Node::Index(..)
            | Node::List(_)
            | Node::Record(_)
            | Node::Variant(..)
            | Node::Concat(_)
            | Node::Call(..)
            | Node::Convert(..)
            | Node::TryConvert(..)
            | Node::Map(_)
            | Node::Fail(_) => {
                self.frames.push(Frame::Finish(id));
                let first = self.frames.len();
                let mut backwards = true;
                node.operands(|operand| {
                    backwards &= operand < id;
                    self.frames.push(Frame::Enter(operand));
                });
                // The first operand is on top.
                self.frames[first..].reverse();
                if backwards { Ok(()) } else { Err(at(id)(BROKEN)) }
            }
        }
    }

    /// An operand that did not come before its user would let the loop run in circles.
    fn push_operand(&mut self, id: ExprId, operand: ExprId) -> Step {
        if operand >= id {
            return Err(at(id)(BROKEN));
        }
        self.frames.push(Frame::Enter(operand));
        Ok(())
    }

    fn looked_up(&mut self, id: ExprId, lookup: Lookup) -> Step {
        match lookup {
            Lookup::Value(value) => self.known(id, value, UNMEASURED),
            Lookup::Unknown(reason) => {
                self.done(id, Outcome::Unknown(Unknown { node: id, reason }));
                Ok(())
            }
            Lookup::Error(reason) => Err(at(id)(EvalError::Lookup(reason))),
        }
    }

    fn finish(&mut self, id: ExprId) -> Step {
        let exprs: &'a Exprs = self.exprs;
        let node = exprs.get(id).ok_or_else(|| at(id)(BROKEN))?;
        let mut count = 0;
        node.operands(|_| count += 1);
        let start = self.results.len().checked_sub(count).ok_or_else(|| at(id)(BROKEN))?;
        let mut operands = Vec::with_capacity(count);
        let mut deepest = 0;
        let mut unknown = None;
        for outcome in self.results.drain(start..) {
            match outcome {
                Outcome::Known(value, depth) => {
                    deepest = deepest.max(depth);
                    operands.push(value);
                }
                Outcome::Unknown(reason) => unknown = unknown.or(Some(reason)),
            }
        }
        if let Some(unknown) = unknown {
            self.done(id, Outcome::Unknown(unknown));
            return Ok(());
        }
        if let Node::Binary(..) | Node::Concat(_) | Node::Call(..) = node {
            let function = if let Node::Call(function, _) = node { Some(*function) } else { None };
            self.spend(id, op::work(function, &operands))?;
        }
        let value = strict(node, operands).map_err(at(id))?;
        let depth = match node {
            Node::List(_) | Node::Record(_) | Node::Variant(..) => deepest.saturating_add(1),
            Node::Map(_) => deepest.saturating_add(2),
            // None nests what it is given deeper than that.
            Node::Call(..) => deepest.saturating_add(3),
            Node::Field(..) | Node::Payload(..) | Node::Index(..) => deepest.saturating_sub(1),
            _ => deepest,
        };
        if matches!(
            node,
            Node::Binary(..)
                | Node::List(_)
                | Node::Record(_)
                | Node::Variant(..)
                | Node::Map(_)
                | Node::Concat(_)
                | Node::Call(..)
        ) {
            self.charge(id, &value)?;
        }
        self.known(id, value, depth)
    }

    fn branch(&mut self, id: ExprId) -> Step {
        let exprs: &'a Exprs = self.exprs;
        let (Some(node), Some(condition)) = (exprs.get(id), self.results.pop()) else {
            return Err(at(id)(BROKEN));
        };
        let (condition, depth) = match condition {
            Outcome::Known(value, depth) => (value, depth),
            unknown @ Outcome::Unknown(_) => {
                self.done(id, unknown);
                return Ok(());
            }
        };
        let chosen = match (node, &condition) {
            (Node::And(_, b), Value::Bool(true)) | (Node::Or(_, b), Value::Bool(false)) => *b,
            (Node::And(..) | Node::Or(..), Value::Bool(_)) => return self.known(id, condition, depth),
            (Node::If(_, then, _), Value::Bool(true)) => *then,
            (Node::If(_, _, otherwise), Value::Bool(false)) => *otherwise,
            (Node::Coalesce(_, b), Value::None) => *b,
            (Node::Coalesce(..), _) | (Node::IfSome(..), Value::None) => {
                return self.known(id, condition, depth);
            }
            (Node::IfSome(_, b), _) => *b,
            _ => return Err(at(id)(EvalError::Type("a condition"))),
        };
        self.frames.push(Frame::Settle(id));
        self.push_operand(id, chosen)
    }

    fn settle(&mut self, id: ExprId) -> Step {
        let outcome = self.results.pop().ok_or_else(|| at(id)(BROKEN))?;
        if let (Some(Node::And(..) | Node::Or(..)), Outcome::Known(value, _)) = (self.exprs.get(id), &outcome)
            && !matches!(value, Value::Bool(_))
        {
            return Err(at(id)(EvalError::Type("a condition")));
        }
        self.done(id, outcome);
        Ok(())
    }

    /// Ends a node with a value that is at most `depth` deep.
    fn known(&mut self, id: ExprId, value: Value, depth: u8) -> Step {
        let depth = match &value {
            Value::List(_) | Value::Record(_) | Value::Variant(..) | Value::Map(_) => {
                if usize::from(depth) > op::MAX_DEPTH {
                    let exact = op::depth(&value);
                    if exact > op::MAX_DEPTH {
                        return Err(at(id)(EvalError::TooDeep));
                    }
                    u8::try_from(exact).unwrap_or(UNMEASURED)
                } else {
                    depth
                }
            }
            _ => 0,
        };
        self.done(id, Outcome::Known(value, depth));
        Ok(())
    }

    fn done(&mut self, id: ExprId, outcome: Outcome) {
        self.store(id, State::Done(outcome.clone()));
        self.results.push(outcome);
    }

    fn store(&mut self, id: ExprId, state: State) {
        if let Some(slot) = self.memo.get_mut(id.0 as usize) {
            *slot = Slot { stored: self.clock, state };
        }
    }

    /// What is remembered of a node, if nothing that it depends on changed since.
    fn remembered(&self, id: ExprId) -> Option<&State> {
        let slot = self.memo.get(id.0 as usize)?;
        if matches!(slot.state, State::Empty)
            || (matches!(slot.state, State::Done(Outcome::Unknown(_))) && slot.stored < self.unknown_changed)
            || (self.analysis.is_of_step(id) && slot.stored < self.step_changed)
        {
            return None;
        }
        let mut locals = self.analysis.free_locals(id);
        while locals != 0 {
            let local = locals.trailing_zeros() as usize;
            locals &= locals - 1;
            if self.bindings.get(local).is_none_or(|binding| slot.stored < binding.changed) {
                return None;
            }
        }
        Some(&slot.state)
    }

    fn charge(&mut self, id: ExprId, value: &Value) -> Step {
        let bytes = match value {
            Value::Str(text) => text.len() as u64,
            Value::List(parts) | Value::Record(parts) | Value::Variant(_, parts) => {
                (parts.len() as u64).saturating_mul(ELEMENT_BYTES)
            }
            Value::Map(entries) => (entries.len() as u64).saturating_mul(2 * ELEMENT_BYTES),
            Value::Bytes(bytes) => bytes.len() as u64,
            _ => 0,
        };
        match self.left.output.checked_sub(bytes) {
            Some(left) => {
                self.left.output = left;
                Ok(())
            }
            None => Err(at(id)(EvalError::TooMuchOutput(self.budget.output))),
        }
    }
}

/// A depth that has to be measured.
const UNMEASURED: u8 = u8::MAX;

/// Expressions that break the rules of [`Exprs`]. Decoded plans were checked and cannot.
const BROKEN: EvalError = EvalError::Type("an operation");

/// A strict node over its operands, in order.
fn strict(node: &Node, operands: Vec<Value>) -> Result<Value, EvalError> {
    match (node, operands.as_slice()) {
        (Node::Unary(operator, _), [a]) => op::unary(*operator, a),
        (Node::Binary(operator, ..), [a, b]) => op::binary(*operator, a, b),
        (Node::IsSome(_), [a]) => Ok(Value::Bool(*a != Value::None)),
        (Node::IsVariant(_, position), [a]) => op::is_variant(a, *position),
        (Node::Field(_, position), [a]) => op::field(a, *position),
        (Node::Payload(_, position), [a]) => op::payload(a, *position),
        (Node::Index(..), [a, b]) => op::index(a, b),
        (Node::Concat(_), parts) => op::concat(parts),
        (Node::Call(function, _), arguments) => op::call(*function, arguments),
        (Node::Convert(kind, _), [a]) => op::convert_value(*kind, a),
        (Node::TryConvert(kind, _), [a]) => op::try_convert(*kind, a),
        (Node::Map(_), _) => {
            let mut operands = operands.into_iter();
            let mut entries = Vec::with_capacity(operands.len() / 2);
            while let (Some(key), Some(value)) = (operands.next(), operands.next()) {
                entries.push((key, value));
            }
            op::map(entries)
        }
        (Node::Fail(_), [Value::Str(message)]) => Err(EvalError::Fail(Arc::clone(message))),
        (Node::List(_), _) => op::list(operands),
        (Node::Record(_), _) => Ok(Value::Record(operands.into())),
        (Node::Variant(position, _), _) => Ok(Value::Variant(*position, operands.into())),
        _ => Err(BROKEN),
    }
}

#[cfg(test)]
mod tests;
