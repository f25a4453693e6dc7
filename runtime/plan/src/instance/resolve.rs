//! Evaluation on the host: the plan's expressions with this host's facts and labels, and later with the
//! outputs of steps that have run.

use std::sync::Arc;

use crate::eval::{Context, Evaluated, Evaluator, Failure, Lookup};
use crate::expr::{ChangeFact, ExprId, Exprs, Node, Operand};
use crate::plan::{Plan, SourceSpan};
use crate::value::Value;

use super::Site;
use super::graph::{Graph, Later, Step, Vertex, at};

/// Evaluates the plan's expressions during one run.
pub struct Resolver<'p, S> {
    evaluator: Evaluator<'p>,
    site: S,
}

/// What is known of the step whose expressions are evaluated.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    /// Its key.
    pub key: Option<&'a Value>,
    /// Its attributes by position.
    pub attributes: &'a [Known],
    /// Its early outputs by position; none where nobody can tell them yet.
    pub early: Option<&'a [Option<Value>]>,
    /// What it would do, for guards.
    pub change: Change,
}

/// What a step would do, as far as somebody may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nobody may.
    No,
    /// It is not known yet.
    Unknown,
    /// This.
    Known {
        /// Nothing of what it manages is there yet.
        creates: bool,
        /// What it manages goes away.
        removes: bool,
        /// Something is started or restarted.
        restarts: bool,
        /// Something reads its configuration again.
        reloads: bool,
    },
}

impl Own<'_> {
    /// Of what belongs to no step.
    pub const NOTHING: Self = Own { key: None, attributes: &[], early: Some(&[]), change: Change::No };
}

/// An attribute, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is not set.
    Unset,
    /// Its value.
    Value(Value),
    /// Known while the plan runs.
    Later,
}

/// Outputs of steps, by vertex and position.
#[derive(Debug, Default)]
pub struct Outputs {
    /// Per step: its outputs, once they are known.
    known: Vec<Option<Vec<Option<Value>>>>,
}

impl Outputs {
    /// For so many steps.
    pub fn new(steps: usize) -> Self {
        Self { known: vec![None; steps] }
    }

    /// Stores the outputs of a step that is done.
    pub fn set(&mut self, step: Vertex, outputs: Vec<Option<Value>>) {
        if let Some(slot) = self.known.get_mut(at(step)) {
            *slot = Some(outputs);
        }
    }

    fn get(&self, step: Vertex, output: u32) -> Option<&Option<Value>> {
        self.known.get(at(step))?.as_ref()?.get(at(output))
    }
}

struct HostContext<'a, 'p, S> {
    site: &'a S,
    own: Own<'a>,
    outputs: Option<(&'a Outputs, &'a Graph<'p>)>,
}

impl<S: Site> Context for HostContext<'_, '_, S> {
    fn fact(&self, position: u32) -> Lookup {
        self.site.fact(position)
    }

    fn label(&self, position: u32) -> Lookup {
        self.site.label(position)
    }

    fn secret(&self, position: u32) -> Lookup {
        self.site.secret(position)
    }

    fn output(&self, step: u32, output: u32) -> Lookup {
        let Some((outputs, graph)) = self.outputs else { return unknown() };
        let Some(vertex) = graph.of_plan.get(at(step)).copied() else {
            return Lookup::Error("the plan reads an output of a step that it does not list".into());
        };
        match outputs.get(vertex, output) {
            Some(Some(value)) => Lookup::Value(value.clone()),
            Some(None) => Lookup::Value(Value::None),
            None if graph.step(vertex).is_some_and(|step| !step.present) => Lookup::Value(Value::None),
            None => unknown(),
        }
    }

    fn change(&self, fact: ChangeFact) -> Lookup {
        match self.own.change {
            Change::No => Lookup::Error("a change cannot be read here".into()),
            Change::Unknown => unknown(),
            Change::Known { creates, removes, restarts, reloads } => Lookup::Value(Value::Bool(match fact {
                ChangeFact::Creates => creates,
                ChangeFact::Removes => removes,
                ChangeFact::Restarts => restarts,
                ChangeFact::Reloads => reloads,
            })),
        }
    }

    fn key(&self) -> Lookup {
        match self.own.key {
            Some(key) => Lookup::Value(key.clone()),
            None => Lookup::Error("a key cannot be read here".into()),
        }
    }

    fn attribute(&self, position: u32) -> Lookup {
        match self.own.attributes.get(at(position)) {
            Some(Known::Value(value)) => Lookup::Value(value.clone()),
            Some(Known::Unset) => Lookup::Value(Value::None),
            Some(Known::Later) => unknown(),
            None => Lookup::Error("an attribute cannot be read here".into()),
        }
    }

    fn early(&self, position: u32) -> Lookup {
        let Some(early) = self.own.early else { return unknown() };
        match early.get(at(position)) {
            Some(Some(value)) => Lookup::Value(value.clone()),
            _ => Lookup::Error("the provider gives no such early output".into()),
        }
    }
}

fn unknown() -> Lookup {
    thread_local!(static WHY: Arc<str> = Arc::from("known when a step before has run"));
    Lookup::Unknown(WHY.with(Arc::clone))
}

/// Why a step's attributes are not there.
#[derive(Debug)]
pub enum Missing {
    /// The output of this step is not known yet.
    Waits(Option<Vertex>),
    /// An expression has no value.
    Failed {
        /// Position in the schema's attributes.
        attribute: u32,
        /// Where it is set.
        span: SourceSpan,
        /// Why.
        failure: Failure,
    },
    /// Whether it is skipped has no value.
    Skip {
        /// The declaration that says when it is.
        span: SourceSpan,
        /// Why.
        failure: Failure,
    },
}

impl<'p, S: Site> Resolver<'p, S> {
    /// For a plan on a site.
    pub fn new(plan: &'p Plan, site: S) -> Self {
        Self { evaluator: Evaluator::new(&plan.exprs), site }
    }

    /// Where the plan is.
    pub fn site(&self) -> &S {
        &self.site
    }

    /// Call before the expressions of another step.
    pub fn next_step(&mut self) {
        self.evaluator.next_step();
    }

    /// The step's own attributes that an expression may read.
    pub fn attributes_of(&self, exprs: &Exprs, id: ExprId) -> Vec<u32> {
        if !self.evaluator.analysis().uses_step(id) {
            return Vec::new();
        }
        self.evaluator.analysis().attributes(exprs, id).into_iter().collect()
    }

    /// The value of an operand before anything has run; none where it is known later.
    pub fn early(&mut self, operand: &Operand, own: Own<'_>) -> Result<Option<Value>, Failure> {
        match operand {
            Operand::Value(value) => Ok(Some(value.clone())),
            Operand::Expr(id) => {
                let context = HostContext { site: &self.site, own, outputs: None };
                Ok(self.evaluator.evaluate(*id, &context)?.known())
            }
        }
    }

    /// Outputs became known, or can be asked for from now on.
    pub fn outputs_changed(&mut self) {
        self.evaluator.forget_unknown();
    }

    /// Whether a step is left out, with the place that says so.
    ///
    /// # Errors
    /// It cannot be told yet, or not at all.
    pub fn skipped(
        &mut self,
        graph: &Graph<'p>,
        step: &Step<'p>,
        outputs: &Outputs,
    ) -> Result<Option<SourceSpan>, Missing> {
        let skip = step.execution.as_ref().map_or(&[][..], |execution| execution.skip.as_slice());
        let Some(first) = skip.first() else { return Ok(None) };
        self.evaluator.next_step();
        let attributes = super::known_attributes(step, &step.desired);
        for skip in skip {
            let context = HostContext {
                site: &self.site,
                own: Own {
                    key: Some(&step.key),
                    attributes: &attributes,
                    early: step.early.as_deref(),
                    change: Change::No,
                },
                outputs: Some((outputs, graph)),
            };
            match self.evaluator.operand(skip.condition, &context) {
                Ok(Evaluated::Known(Value::Bool(true))) => {}
                Ok(Evaluated::Known(_)) => return Ok(None),
                Ok(Evaluated::Unknown(unknown)) => {
                    let step = match graph.plan.exprs.get(unknown.node) {
                        Some(Node::Output { step, .. }) => graph.of_plan.get(at(*step)).copied(),
                        _ => None,
                    };
                    return Err(Missing::Waits(step));
                }
                Err(failure) => return Err(Missing::Skip { span: skip.span, failure }),
            }
        }
        Ok(Some(first.span))
    }

    /// All attributes of a step, with the outputs that are known by now.
    pub fn desired(
        &mut self,
        graph: &Graph<'p>,
        step: &Step<'p>,
        outputs: &Outputs,
    ) -> Result<Vec<Option<Value>>, Missing> {
        let mut desired = step.desired.clone();
        if step.later.is_empty() {
            return Ok(desired);
        }
        self.evaluator.next_step();
        let mut attributes: Vec<Known> =
            desired.iter().map(|value| value.clone().map_or(Known::Unset, Known::Value)).collect();
        for later in &step.later {
            if let Some(slot) = attributes.get_mut(at(later.attribute)) {
                *slot = Known::Later;
            }
        }
        for later in &step.later {
            let context = HostContext {
                site: &self.site,
                own: Own {
                    key: Some(&step.key),
                    attributes: &attributes,
                    early: step.early.as_deref(),
                    change: Change::No,
                },
                outputs: Some((outputs, graph)),
            };
            let value = match self.evaluator.evaluate(later.expr, &context) {
                Ok(Evaluated::Known(value)) => value,
                Ok(Evaluated::Unknown(unknown)) => {
                    let step = match graph.plan.exprs.get(unknown.node) {
                        Some(Node::Output { step, .. }) => graph.of_plan.get(at(*step)).copied(),
                        _ => None,
                    };
                    return Err(Missing::Waits(step));
                }
                Err(failure) => {
                    return Err(Missing::Failed { attribute: later.attribute, span: later.span, failure });
                }
            };
            let known = if value == Value::None { Known::Unset } else { Known::Value(value.clone()) };
            if let Some(slot) = attributes.get_mut(at(later.attribute)) {
                *slot = known;
            }
            if let Some(slot) = desired.get_mut(at(later.attribute)) {
                *slot = (value != Value::None).then_some(value);
            }
        }
        Ok(desired)
    }
}

/// Values of a schema's claims, reads, writes and rules for one step.
pub struct Relations<'p> {
    plan: &'p Plan,
    evaluators: Vec<Evaluator<'p>>,
}

struct RelationContext<'a> {
    key: &'a Value,
    desired: &'a [Option<Value>],
    later: &'a [Later],
}

impl Context for RelationContext<'_> {
    fn key(&self) -> Lookup {
        Lookup::Value(self.key.clone())
    }

    fn attribute(&self, position: u32) -> Lookup {
        match self.desired.get(at(position)) {
            Some(Some(value)) => Lookup::Value(value.clone()),
            Some(None) if self.later.iter().any(|later| later.attribute == position) => unknown(),
            Some(None) => Lookup::Value(Value::None),
            None => Lookup::Error("a rule reads an attribute that the schema does not have".into()),
        }
    }
}

impl<'p> Relations<'p> {
    /// For the schemas of a plan.
    pub fn new(plan: &'p Plan) -> Self {
        Self { plan, evaluators: plan.schemas.iter().map(|schema| Evaluator::new(&schema.exprs)).collect() }
    }

    /// The value of a schema's expression for a step; none where it has none, or is known later.
    pub fn value(&mut self, step: &Step<'_>, id: ExprId) -> Result<Option<Value>, Failure> {
        let schema = self.plan.schemas.get(at(step.schema));
        // What most rules are needs no evaluator.
        let value = match schema.and_then(|schema| schema.exprs.get(id)) {
            Some(Node::Key) => Some(step.key.clone()),
            Some(Node::Attribute(position)) => step.desired.get(at(*position)).cloned().flatten(),
            _ => {
                let Some(evaluator) = self.evaluators.get_mut(at(step.schema)) else { return Ok(None) };
                evaluator.next_step();
                let context = RelationContext { key: &step.key, desired: &step.desired, later: &step.later };
                evaluator.evaluate(id, &context)?.known()
            }
        };
        Ok(value.filter(|value| *value != Value::None))
    }
}
