//! What holds for steps beside their order: guards, approvals, removals, rollouts.

use crate::lower::judged::{Judged, known, unknown};
use crate::notation::{Notation, Place, short};
use mc_plan::eval::{Budget, Evaluated, Evaluator, Lookup};
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::op::render_duration;
use mc_plan::plan::{Guard, GuardAction, Plan, Rollout, SourceSpan, Step};
use mc_plan::schema::{Attribute, Schema};
use mc_plan::value::Value;
use std::collections::BTreeSet;

/// How much work it may be to see whether a rule can hold for a step.
const STEPS: u64 = 2_000;

/// A rule of the plan, for the list beside the picture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// `guard`, `prune` or `rollout`.
    pub kind: &'static str,
    /// Its name; of a removal that of the policy.
    pub name: String,
    /// What it says.
    pub text: String,
    /// Where it is declared.
    pub at: String,
}

/// The rules of a plan; with a policy, those that are about it or about a type of its resources.
pub(super) fn rules(
    plan: &Plan,
    notation: &Notation<'_>,
    policy: Option<u32>,
    types: &BTreeSet<u32>,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    let rule = |kind, name: &str, text, span: SourceSpan| Rule {
        kind,
        name: name.to_owned(),
        text,
        at: notation.at(span),
    };
    for guard in written(plan).filter(|guard| types.contains(&guard.schema)) {
        rules.push(rule("guard", &guard.name, guard_text(plan, notation, guard), guard.span));
    }
    for prune in plan.prune.iter().filter(|prune| policy.is_none_or(|policy| prune.policy == policy)) {
        let types: Vec<&str> = prune.schemas.iter().map(|schema| type_name(plan, *schema)).collect();
        let limit = prune.limit.as_ref().map(|limit| notation.operand(limit, Place::default()));
        let limit = limit.map(|limit| format!(", at most {limit}")).unwrap_or_default();
        let text = format!("removes what it no longer declares of {}{limit}", types.join(", "));
        let name = plan.policies.get(prune.policy as usize).map_or("?", |policy| &policy.name);
        rules.push(rule("prune", name, text, prune.span));
    }
    for rollout in &plan.rollouts {
        let concerns = |policy| rollout.policies.is_empty() || rollout.policies.contains(&policy);
        if policy.is_none_or(concerns) {
            rules.push(rule("rollout", &rollout.name, rollout_text(plan, notation, rollout), rollout.span));
        }
    }
    rules
}

/// The guards that somebody wrote: what a resource type demands of its resources is no news.
fn written(plan: &Plan) -> impl Iterator<Item = &Guard> {
    plan.guards.iter().filter(|guard| !guard.is_check(plan))
}

fn type_name(plan: &Plan, schema: u32) -> &str {
    plan.schemas.get(schema as usize).map_or("?", |schema| short(&schema.name))
}

fn guard_text(plan: &Plan, notation: &Notation<'_>, guard: &Guard) -> String {
    let schema = plan.schemas.get(guard.schema as usize);
    let when = notation.operand(&Operand::Expr(guard.predicate), Place { schema, expected: None });
    let ty = type_name(plan, guard.schema);
    match &guard.action {
        GuardAction::Deny => format!("deny {ty} when {when}"),
        GuardAction::Approval(role) => format!("require approval from {role} on {ty} when {when}"),
    }
}

fn rollout_text(plan: &Plan, notation: &Notation<'_>, rollout: &Rollout) -> String {
    let mut parts: Vec<String> = Vec::new();
    for wave in &rollout.waves {
        let mut text = wave.name.clone();
        if let Some(size) = wave.size {
            text.push_str(&format!(" {size}"));
        }
        if let Some(select) = &wave.select {
            text.push_str(&format!(" where {}", notation.operand(select, Place::default())));
        }
        if let Some(pause) = wave.pause {
            text.push_str(&format!(" pause {}", render_duration(pause)));
        }
        parts.push(text);
    }
    let mut text = parts.join(", ");
    let of: Vec<&str> = rollout
        .policies
        .iter()
        .filter_map(|policy| plan.policies.get(*policy as usize))
        .map(|policy| policy.name.as_str())
        .collect();
    if !of.is_empty() {
        text.push_str(&format!(", of {}", of.join(", ")));
    }
    if !rollout.health.is_empty() {
        text.push_str(&format!("; in order when {} is", rollout.health.join(", ")));
    }
    if let Some(budget) = rollout.budget {
        text.push_str(&format!("; stops when more than {budget} fail"));
    }
    text
}

/// What watches over steps: their guards, as far as one may hold, and approvals.
pub(super) struct Watch<'p> {
    plan: &'p Plan,
    guards: Vec<&'p Guard>,
    evaluator: Evaluator<'p>,
}

impl<'p> Watch<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let guards: Vec<&Guard> = written(plan).collect();
        let most = STEPS.saturating_mul(plan.steps.len() as u64 + 1).saturating_mul(guards.len() as u64);
        let budget = Budget { steps: most, ..Budget::default() };
        Watch { plan, guards, evaluator: Evaluator::with_budget(&plan.exprs, budget) }
    }

    /// What watches over a step, a line each. What a guard asks and this step never is leaves it out.
    pub(super) fn over(&mut self, step: &Step) -> Vec<String> {
        let mut found = BTreeSet::new();
        for declaration in &step.declarations {
            if let Some(role) = &declaration.approval {
                found.insert(format!("needs the approval of {role}"));
            }
        }
        let guards: Vec<&Guard> =
            self.guards.iter().copied().filter(|guard| guard.schema == step.schema).collect();
        if !guards.is_empty() {
            let schema = self.plan.schemas.get(step.schema as usize);
            let judged = Judged { key: &step.key, attributes: attributes(step, schema) };
            self.evaluator.next_step();
            for guard in guards {
                if !self.is_false(guard.predicate, &judged) {
                    found.insert(match &guard.action {
                        GuardAction::Deny => format!("{} may deny it", guard.name),
                        GuardAction::Approval(role) => {
                            format!("{} may need the approval of {role}", guard.name)
                        }
                    });
                }
            }
        }
        found.into_iter().collect()
    }

    /// Whether a condition is false whatever the host is: of two that must both hold, one is.
    fn is_false(&mut self, condition: ExprId, judged: &Judged<'_>) -> bool {
        let mut parts = vec![condition];
        while let Some(part) = parts.pop() {
            match self.plan.exprs.get(part) {
                Some(Node::And(left, right)) => parts.extend([*left, *right]),
                _ if self.evaluator.evaluate(part, judged) == Ok(Evaluated::Known(Value::Bool(false))) => {
                    return true;
                }
                _ => {}
            }
        }
        false
    }
}

/// The attributes that a step has on every host, with the schema's defaults.
fn attributes(step: &Step, schema: Option<&Schema>) -> Vec<Lookup> {
    let schema = schema.map_or(&[][..], |schema| &schema.attributes);
    // Which of several declarations counts is for the host to know.
    let [declaration] = step.declarations.as_slice() else {
        return schema.iter().map(|_| unknown()).collect();
    };
    let default = |attribute: &Attribute| Lookup::Value(attribute.default.clone().unwrap_or(Value::None));
    let mut found: Vec<Lookup> = schema.iter().map(default).collect();
    for setting in &declaration.attributes {
        if let Some(attribute) = found.get_mut(setting.attribute as usize) {
            *attribute = known(&setting.value);
        }
    }
    found
}
