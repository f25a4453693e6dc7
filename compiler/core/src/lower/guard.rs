//! Guards: judged for each resource as far as its attributes are known; what they deny is an error.

use super::judged::{Judged, unknown};
use super::source::Sources;
use super::{Draft, Schemas, merge, shown};
use crate::diagnostic::{Diagnostic, code};
use crate::eval::{Evaluation, GuardInfo};
use crate::notation::short_value;
use mc_plan::eval::{Budget, Evaluated, Evaluator, Lookup};
use mc_plan::expr::Operand;
use mc_plan::plan::{Guard, GuardAction, Part, Priority};
use mc_plan::schema::{Attribute, Schema};
use mc_plan::value::Value;

/// How much work judging may be for each resource and rule.
const STEPS_EACH: u64 = 10_000;

/// The rules in order of name that are about something in the plan. Reports what is denied.
pub(super) fn guards(
    schemas: &Schemas,
    evaluation: &Evaluation,
    drafts: &[Draft],
    sources: &mut Sources<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Guard> {
    let mut by_schema: Vec<Vec<&GuardInfo>> = vec![Vec::new(); schemas.list.len()];
    let mut rules = Vec::new();
    for guard in &evaluation.guards {
        let Some(schema) = schemas.index.get(&guard.decl).copied() else { continue };
        by_schema[schema as usize].push(guard);
        rules.push(Guard {
            name: guard.name.clone(),
            schema,
            predicate: guard.predicate,
            action: match &guard.approval {
                Some(role) => GuardAction::Approval(role.to_string()),
                None => GuardAction::Deny,
            },
            message: guard.message.clone(),
            parts: guard
                .parts
                .iter()
                .map(|(text, value, _)| Part { text: text.clone(), value: value.clone() })
                .collect(),
            span: sources.span(guard.place),
        });
    }
    if rules.iter().any(|rule| rule.action == GuardAction::Deny) {
        let most = STEPS_EACH.saturating_mul(drafts.len() as u64 + 1).saturating_mul(rules.len() as u64);
        let budget = Budget { steps: most, ..Budget::default() };
        let mut evaluator = Evaluator::with_budget(evaluation.residual.exprs(), budget);
        for draft in drafts {
            let mut deny =
                by_schema[draft.schema as usize].iter().filter(|guard| guard.approval.is_none()).peekable();
            if deny.peek().is_none() {
                continue;
            }
            let schema = &schemas.list[draft.schema as usize];
            let judged = Judged { key: &draft.key, attributes: attributes(evaluation, schema, draft) };
            evaluator.next_step();
            for guard in deny {
                let holds = evaluator.evaluate(guard.predicate, &judged);
                if holds == Ok(Evaluated::Known(Value::Bool(true))) {
                    diagnostics.push(denied(schemas, evaluation, draft, guard, &mut evaluator, &judged));
                }
            }
        }
    }
    rules
}

fn denied(
    schemas: &Schemas,
    evaluation: &Evaluation,
    draft: &Draft,
    guard: &GuardInfo,
    evaluator: &mut Evaluator<'_>,
    judged: &Judged<'_>,
) -> Diagnostic {
    let mut known = |operand: &Operand| match evaluator.operand(operand, judged) {
        Ok(Evaluated::Known(value)) => Some(value),
        _ => None,
    };
    let name = shown(schemas, draft);
    let said = guard.message.as_ref().and_then(&mut known);
    let headline = match &said {
        Some(Value::Str(text)) => text.lines().next().unwrap_or_default().to_owned(),
        _ if guard.own => format!("a `check` of {name} does not hold"),
        _ => format!("{name} is denied by the guard `{}`", guard.name),
    };
    // invariant: a step has a declaration.
    let place = evaluation.declared[draft.declared[0] as usize].place;
    let mut diagnostic = if guard.own {
        Diagnostic::error(code::CHECK_FAILED, place, headline)
            .here("this resource breaks it")
            .label(guard.place, "does not hold")
    } else {
        Diagnostic::error(code::DENIED, place, headline)
            .here(format!("the guard `{}` denies it", guard.name))
            .label(guard.place, "this rule holds")
    };
    for (_, value, at) in &guard.parts {
        // What has no short form is shown by its parts.
        if let Some(value) =
            known(value).filter(|value| !matches!(value, Value::Record(_) | Value::Variant(..)))
        {
            diagnostic = diagnostic.label(*at, format!("is `{}`", short_value(&value)));
        }
    }
    for d in draft.declared.iter().skip(1) {
        diagnostic = diagnostic.label(evaluation.declared[*d as usize].place, "declared here as well");
    }
    diagnostic
}

/// The attributes that a resource has on every host where it exists, after merging and with the schema's defaults;
/// what differs from host to host is not known.
fn attributes(evaluation: &Evaluation, schema: &Schema, draft: &Draft) -> Vec<Lookup> {
    let declared: Vec<_> = draft.declared.iter().map(|d| &evaluation.declared[*d as usize]).collect();
    let together = declared.windows(2).all(|pair| merge::certain(evaluation, pair[0], pair[1]));
    let mut settings: Vec<Vec<(Priority, &Operand)>> = vec![Vec::new(); schema.attributes.len()];
    for setting in declared.iter().flat_map(|d| &d.settings) {
        if let Some(list) = settings.get_mut(setting.attribute as usize)
            && setting.value != Operand::Value(Value::None)
        {
            list.push((setting.priority, &setting.value));
        }
    }
    let of = |(attribute, settings): (&Attribute, Vec<(Priority, &Operand)>)| {
        let Some(most) = settings.iter().map(|(priority, _)| *priority).max() else {
            return Lookup::Value(attribute.default.clone().unwrap_or(Value::None));
        };
        // Where each declaration has hosts of its own, all of them must say the same.
        let everywhere = together || settings.len() == declared.len();
        let mut values = Vec::new();
        for (priority, operand) in &settings {
            match operand {
                _ if together && *priority < most => {}
                Operand::Value(value) => values.push(value),
                Operand::Expr(_) => return unknown(),
            }
        }
        match values.as_slice() {
            [first, rest @ ..] if everywhere && rest.iter().all(|other| other == first) => {
                Lookup::Value((*first).clone())
            }
            all if together && attribute.union => {
                let mut united: Vec<Value> = all.iter().flat_map(|value| value.parts()).cloned().collect();
                united.sort();
                united.dedup();
                Lookup::Value(Value::List(united.into()))
            }
            _ => unknown(),
        }
    };
    schema.attributes.iter().zip(settings).map(of).collect()
}
