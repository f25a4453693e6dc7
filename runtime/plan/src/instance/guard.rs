//! Guards, approvals, tags and `skip when` of the steps of this host.

use super::graph::{Approval, Execution, Skip, Step, at};
use super::refusal::{Code, Place, Refusal};
use super::resolve::{Change, Known, Own, Resolver};
use super::{Build, Site, render};
use crate::expr::Operand;
use crate::plan::{Declaration, Guard, GuardAction, Plan};
use crate::value::Value;

/// What a guard says of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Its predicate does not hold.
    Passes,
    /// It holds, or has no value: what nobody can judge is not done.
    Holds(Finding),
    /// It asks for something that is known only when the step is about to act.
    Later,
}

/// Why a guard holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The guard's message, or a sentence in its place.
    pub message: String,
    /// The parts of the predicate with their values: `f.mode = 0o666`.
    pub parts: Vec<String>,
}

/// Judges a step by a guard, as far as what it reads is known. Call [`Resolver::next_step`] before the first guard
/// of a step.
pub fn judge<S: Site>(
    plan: &Plan,
    resolver: &mut Resolver<'_, S>,
    guard: &Guard,
    name: &str,
    own: Own<'_>,
) -> Judgement {
    let value = resolver.early(&Operand::Expr(guard.predicate), own);
    let why = match value {
        Ok(Some(Value::Bool(false))) => return Judgement::Passes,
        Ok(None) => return Judgement::Later,
        Ok(Some(Value::Bool(true))) => None,
        Ok(Some(_)) => Some("the plan is broken: the rule is no truth".to_owned()),
        Err(failure) => Some(failure.to_string()),
    };
    let said = guard.message.as_ref().and_then(|message| match resolver.early(message, own) {
        Ok(Some(Value::Str(text))) => Some(text.to_string()),
        _ => None,
    });
    let message = match (why, said) {
        (Some(why), _) => format!("{} cannot judge {name}: {why}", guard.shown(plan)),
        (None, Some(said)) => said,
        (None, None) => match guard.action {
            GuardAction::Deny => format!("{} denies {name}", guard.shown(plan)),
            GuardAction::Approval(_) => format!("{} demands it", guard.shown(plan)),
        },
    };
    let parts = guard
        .parts
        .iter()
        .filter_map(|part| match resolver.early(&part.value, own) {
            Ok(Some(value)) => Some(format!("{} = {}", part.text, render::value(&value, None, &[]))),
            _ => None,
        })
        .collect();
    Judgement::Holds(Finding { message, parts })
}

impl<'p, S: Site> Build<'p, S> {
    /// Judges every step by the guards of its type, as far as that can be done before anything runs.
    pub(super) fn guards(&mut self) {
        if self.plan.guards.is_empty() {
            return;
        }
        let mut by_schema: Vec<Vec<u32>> = vec![Vec::new(); self.plan.schemas.len()];
        for (position, guard) in (0_u32..).zip(&self.plan.guards) {
            if let Some(list) = by_schema.get_mut(at(guard.schema)) {
                list.push(position);
            }
        }
        for index in 0..self.steps.len() {
            let Some(step) = self.steps.get(index).filter(|step| step.present) else { continue };
            let Some(guards) = by_schema.get(at(step.schema)).filter(|guards| !guards.is_empty()) else {
                continue;
            };
            let attributes = known_attributes(step, &step.desired);
            let (name, key) = (step.name.clone(), step.key.clone());
            let place = Place::of(self.plan, step.span);
            self.resolver.next_step();
            let own = Own { key: Some(&key), attributes: &attributes, early: None, change: Change::Unknown };
            let mut later = Vec::new();
            let mut approvals = Vec::new();
            let mut refusals = Vec::new();
            for &position in guards {
                let Some(guard) = self.plan.guards.get(at(position)) else { continue };
                match (judge(self.plan, &mut self.resolver, guard, &name, own), &guard.action) {
                    (Judgement::Passes, _) => {}
                    (Judgement::Later, _) => later.push(position),
                    (Judgement::Holds(finding), GuardAction::Deny) => {
                        let shown = guard.shown(self.plan);
                        let (code, why) = if guard.is_check(self.plan) {
                            (Code::Fail, format!("{shown} does not hold"))
                        } else {
                            (Code::Denied, format!("{shown} denies it"))
                        };
                        let mut refusal = Refusal::new(code, finding.message)
                            .at(place.clone(), format!("{name} is declared here"))
                            .at(Place::of(self.plan, guard.span), why);
                        refusal.notes.extend(finding.parts);
                        refusals.push(refusal);
                    }
                    (Judgement::Holds(finding), GuardAction::Approval(role)) => {
                        approvals.push(Approval { role, why: Some(finding.message) });
                    }
                }
            }
            refusals.into_iter().for_each(|refusal| self.refuse(refusal));
            if let Some(step) = self.steps.get_mut(index)
                && !(later.is_empty() && approvals.is_empty())
            {
                let execution = step.execution.get_or_insert_default();
                execution.guards = later;
                execution.approvals.extend(approvals);
            }
        }
    }

    /// Tags, `skip when` and approvals of a step's declarations.
    pub(super) fn executed(&mut self, index: usize, declarations: &[&'p Declaration]) {
        let mut execution = Execution::default();
        for declaration in declarations {
            execution.tags.extend(declaration.tags.iter().map(String::as_str));
            if let Some(role) = &declaration.approval
                && !execution.approvals.iter().any(|known| known.role == role)
            {
                execution.approvals.push(Approval { role, why: None });
            }
        }
        execution.tags.sort_unstable();
        execution.tags.dedup();
        // Of several declarations all must say so.
        let skip = |declaration: &&'p Declaration| {
            Some(Skip { condition: declaration.skip.as_ref()?, span: declaration.span })
        };
        execution.skip = declarations.iter().map(skip).collect::<Option<Vec<_>>>().unwrap_or_default();
        if execution != Execution::default()
            && let Some(step) = self.steps.get_mut(index)
        {
            step.execution = Some(Box::new(execution));
        }
    }
}

/// The attributes of a step as guards see them; what is known later is not known.
#[must_use]
pub fn known_attributes(step: &Step<'_>, desired: &[Option<Value>]) -> Vec<Known> {
    let known = |(position, value): (u32, &Option<Value>)| match value {
        Some(value) => Known::Value(value.clone()),
        None if step.later.iter().any(|later| later.attribute == position) => Known::Later,
        None => Known::Unset,
    };
    (0_u32..).zip(desired).map(known).collect()
}
