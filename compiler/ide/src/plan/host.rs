//! A plan on the host of a fixture.

use mc_compiler::Db;
use mc_compiler::notation::{Notation, Place, SecretAttributes, Typed};
use mc_compiler::test::{Fixture, Given};
use mc_plan::expr::Operand;
use mc_plan::instance::graph::Step;
use mc_plan::instance::refusal::Refusal;
use mc_plan::instance::resolve::{Own, Resolver};
use mc_plan::instance::{Inputs, Instance, instantiate, unroll};
use mc_plan::plan::{Plan, Setting};
use mc_plan::value::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// How many steps a plan may come to on a host.
const MOST_STEPS: usize = 100_000;

/// The most reasons that are given why a plan does not stand.
const MOST_REASONS: usize = 8;

/// The texts of contents that are kept, by digest.
pub(super) type Contents<'a> = &'a dyn Fn(&[u8; 32]) -> Option<Arc<str>>;

/// Which policies of a plan a host gets, by position; none where that cannot be told.
pub(crate) fn selected(db: &dyn Db, plan: &Plan, fixture: &Fixture) -> Vec<Option<bool>> {
    let mut resolver = Resolver::new(plan, fixture.host(db, plan));
    let holds = |select: &Operand| match resolver.early(select, Own::NOTHING) {
        Ok(Some(Value::Bool(holds))) => Some(holds),
        _ => None,
    };
    plan.policies.iter().map(|policy| &policy.select).map(holds).collect()
}

/// A plan without the loops of a host, where it has some.
///
/// # Errors
/// Why the plan does not stand there, in words.
pub(crate) fn unrolled<'p>(
    plan: &'p Plan,
    host: &Given,
    only: Option<&[u32]>,
) -> Result<Cow<'p, Plan>, Vec<String>> {
    unroll(plan, host, only, MOST_STEPS).map_err(|refusals| reasons(&refusals))
}

/// An unrolled plan on a host.
///
/// # Errors
/// Why the plan does not stand there, in words.
pub(crate) fn instance(
    plan: &Plan,
    host: Given,
    only: Option<Vec<u32>>,
) -> Result<Instance<'_, Given>, Vec<String>> {
    instantiate(Inputs { plan, site: host, only }).map_err(|refusals| reasons(&refusals))
}

fn reasons(refusals: &[Refusal]) -> Vec<String> {
    let reason = |refusal: &Refusal| {
        let place = refusal.places.first().map(|labelled| &labelled.place);
        let place = place.map(|at| format!("{}:{}: ", at.file, at.line)).unwrap_or_default();
        format!("{place}{}", refusal.message)
    };
    refusals.iter().take(MOST_REASONS).map(reason).collect()
}

/// The attributes of a step on a host, by name in the order of the schema.
pub(super) fn attributes(
    plan: &Plan,
    notation: &Notation<'_>,
    content: Contents<'_>,
    step: &Step<'_>,
) -> Vec<(String, String)> {
    let Some(schema) = plan.schemas.get(step.schema as usize) else { return Vec::new() };
    let mut found = Vec::new();
    for (position, attribute) in (0_u32..).zip(&schema.attributes) {
        let later = step.later.iter().find(|later| later.attribute == position);
        let value = match (later, step.desired.get(position as usize)) {
            (Some(later), _) => {
                // What depends on a secret is known to nobody here.
                let expected = Typed::new(&attribute.ty, &schema.types);
                let place = Place { schema: Some(schema), expected: Some(expected) };
                notation.operand(&Operand::Expr(later.expr), place)
            }
            (None, Some(Some(value))) => {
                let value = shown(value, content);
                notation.constant(&value, Typed::new(&attribute.ty, &schema.types))
            }
            (None, _) => continue,
        };
        found.push((attribute.name.clone(), value));
    }
    found
}

/// A content as its text, if it is one and kept.
fn shown(value: &Value, content: Contents<'_>) -> Value {
    match value {
        Value::Blob(blob) => content(&blob.digest).map_or_else(|| value.clone(), Value::Str),
        other => other.clone(),
    }
}

/// A value as it is set; of one that depends on secrets only their names.
pub(super) fn setting(
    notation: &Notation<'_>,
    content: Contents<'_>,
    step: &mc_plan::plan::Step,
    setting: &Setting,
    secrets: &SecretAttributes,
) -> String {
    match &setting.value {
        Operand::Value(value @ Value::Blob(_)) => {
            let value = Operand::Value(shown(value, content));
            notation.setting(step, &Setting { value, ..setting.clone() }, secrets)
        }
        _ => notation.setting(step, setting, secrets),
    }
}
