//! Identity: what is one resource, and whether its declarations agree.

use super::{Draft, Schemas, shown};
use crate::db::Db;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::eval::residual::Phase;
use crate::eval::{Declared, Evaluation, PendingSetting};
use crate::notation::short_value;
use mc_plan::eval::{Context, Evaluated, Evaluator, Lookup};
use mc_plan::expr::{ExprId, Operand};
use mc_plan::plan::Priority;
use mc_plan::schema::Schema;
use mc_plan::value::Value;
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::sync::Arc;

/// Groups declared resources by identity: type, key, and the instance where the key is local. Keys that are
/// known come first, in order; the others keep the order of evaluation, and are one where they are the same
/// expression.
pub(super) fn group(schemas: &Schemas, declared: &[Declared]) -> Vec<Draft> {
    let schema = |d: u32| schemas.index.get(&declared[d as usize].decl).copied().unwrap_or(0);
    let local = |d: u32| schemas.list[schema(d) as usize].key.local;
    let scope = |d: u32| if local(d) { &*declared[d as usize].instance } else { "" };
    let compare = |a: &u32, b: &u32| -> Ordering {
        let (x, y) = (&declared[*a as usize], &declared[*b as usize]);
        schema(*a)
            .cmp(&schema(*b))
            .then_with(|| match (&x.key, &y.key) {
                (Operand::Value(x), Operand::Value(y)) => x.cmp(y),
                (Operand::Value(_), Operand::Expr(_)) => Ordering::Less,
                (Operand::Expr(_), Operand::Value(_)) => Ordering::Greater,
                (Operand::Expr(x), Operand::Expr(y)) => x.cmp(y),
            })
            .then_with(|| scope(*a).cmp(scope(*b)))
    };
    let mut order: Vec<u32> = (0..declared.len() as u32).collect();
    order.sort_by(|a, b| compare(a, b).then(a.cmp(b)));
    let mut drafts: Vec<Draft> = Vec::with_capacity(order.len());
    let mut previous: Option<u32> = None;
    for d in order {
        match (previous, drafts.last_mut()) {
            (Some(p), Some(draft)) if compare(&p, &d) == Ordering::Equal => draft.declared.push(d),
            _ => drafts.push(Draft {
                schema: schema(d),
                key: declared[d as usize].key.clone(),
                scope: scope(d).to_owned(),
                declared: vec![d],
            }),
        }
        previous = Some(d);
    }
    drafts
}

/// The condition of a declaration with its policy's selection.
pub(super) fn condition(evaluation: &Evaluation, declared: &Declared) -> (Option<ExprId>, Option<ExprId>) {
    let select = match evaluation.policies.get(declared.policy as usize).and_then(|p| p.select.as_ref()) {
        Some(Operand::Expr(id)) => Some(*id),
        _ => None,
    };
    (declared.condition, select)
}

/// Whether two declarations can never exist on one host, as far as their conditions tell.
pub(super) fn exclusive(evaluation: &Evaluation, a: &Declared, b: &Declared) -> bool {
    let (a, b) = (condition(evaluation, a), condition(evaluation, b));
    let residual = &evaluation.residual;
    [a.0, a.1].iter().any(|x| [b.0, b.1].iter().any(|y| residual.exclusive(*x, *y)))
}

/// Whether two declarations certainly meet on every host that gets one of them.
pub(super) fn certain(evaluation: &Evaluation, a: &Declared, b: &Declared) -> bool {
    condition(evaluation, a) == condition(evaluation, b)
}

/// Reports declarations of one resource that disagree.
pub(super) fn conflicts(
    db: &dyn Db,
    schemas: &Schemas,
    evaluation: &Evaluation,
    drafts: &[Draft],
    diagnostics: &mut Vec<Diagnostic>,
) {
    for draft in drafts.iter().filter(|d| d.declared.len() > 1) {
        let schema = &schemas.list[draft.schema as usize];
        // The first setting of each attribute and priority stands for those equal to it.
        let mut seen: FxHashMap<(u32, Priority), Vec<(u32, &PendingSetting)>> = FxHashMap::default();
        let settings = draft
            .declared
            .iter()
            .flat_map(|d| evaluation.declared[*d as usize].settings.iter().map(move |setting| (*d, setting)));
        let all: Vec<(u32, &PendingSetting)> = settings.collect();
        for (d, setting) in &all {
            let union = schema.attributes.get(setting.attribute as usize).is_some_and(|a| a.union);
            let unset = setting.value == Operand::Value(Value::None);
            if union || unset {
                continue;
            }
            let others = seen.entry((setting.attribute, setting.priority)).or_default();
            let clash = others.iter().find(|(o, other)| {
                let (x, y) = (&evaluation.declared[*o as usize], &evaluation.declared[*d as usize]);
                other.value != setting.value && !exclusive(evaluation, x, y)
            });
            if let Some((o, other)) = clash {
                if !overridden(evaluation, &all, setting, (*o, *d)) {
                    diagnostics.push(conflict(db, schemas, evaluation, draft, (*o, other), (*d, setting)));
                    break;
                }
                continue;
            }
            others.push((*d, setting));
        }
    }
}

/// Whether a stronger setting of the attribute is there wherever two weaker ones meet.
fn overridden(
    evaluation: &Evaluation,
    all: &[(u32, &PendingSetting)],
    setting: &PendingSetting,
    (a, b): (u32, u32),
) -> bool {
    let stronger = all.iter().filter(|(_, other)| {
        other.attribute == setting.attribute
            && other.priority > setting.priority
            && other.value != Operand::Value(Value::None)
    });
    let meets = |d: u32, other: u32| {
        let (condition, select) = condition(evaluation, &evaluation.declared[d as usize]);
        let there = evaluation.declared[other as usize].policy == evaluation.declared[d as usize].policy;
        (condition.is_none() && (select.is_none() || there))
            || certain(evaluation, &evaluation.declared[d as usize], &evaluation.declared[other as usize])
    };
    stronger.into_iter().any(|(d, _)| meets(*d, a) || meets(*d, b))
}

fn conflict(
    db: &dyn Db,
    schemas: &Schemas,
    evaluation: &Evaluation,
    draft: &Draft,
    (first_decl, first): (u32, &PendingSetting),
    (second_decl, second): (u32, &PendingSetting),
) -> Diagnostic {
    let schema = &schemas.list[draft.schema as usize];
    let attribute = schema.attributes.get(second.attribute as usize).map_or("", |a| a.name.as_str());
    let (a, b) = (&evaluation.declared[first_decl as usize], &evaluation.declared[second_decl as usize]);
    let name = shown(schemas, draft);
    let value = |setting: &PendingSetting| match &setting.value {
        Operand::Value(value) => format!("`{}`", short_value(value)),
        Operand::Expr(id) if evaluation.residual.phase(*id) == Phase::Run => {
            "a value known only while the plan runs".to_owned()
        }
        Operand::Expr(_) => "a value known only on the host".to_owned(),
    };
    if a.place == b.place && first.place == second.place {
        return Diagnostic::error(
            code::SAME_KEY_IN_LOOP,
            a.place,
            format!("each round declares {name} anew, with another `{attribute}`"),
        )
        .here("its key is the same in every round")
        .label(first.place, format!("{} in one round, {} in another", value(first), value(second)))
        .help("let the key depend on the loop as well, or declare the resource outside of it");
    }
    let late = |setting: &PendingSetting| matches!(setting.value, Operand::Expr(_));
    let run = |setting: &PendingSetting| matches!(setting.value, Operand::Expr(id) if evaluation.residual.phase(id) == Phase::Run);
    let unsure = !certain(evaluation, a, b) || late(first) || late(second);
    if unsure && !run(first) && !run(second) {
        return Diagnostic::warning(
            code::POSSIBLE_CONFLICT,
            second.place,
            format!("a host may get {name} with two values of `{attribute}`"),
        )
        .here(value(second))
        .label(first.place, value(first))
        .note("nothing proves that the two never meet; a host where they do and differ refuses the plan");
    }
    let _ = db;
    Diagnostic::error(
        code::CONFLICT,
        second.place,
        format!("{name} is declared with two values of `{attribute}`"),
    )
    .here(value(second))
    .label(first.place, value(first))
    .label(a.place, "declared here")
    .label(b.place, "and here")
    .help("let both say the same, or leave the attribute to one of them")
}

/// A declaration as the rules of its schema see it.
pub(super) struct Own<'a> {
    pub schema: &'a Schema,
    pub key: &'a Operand,
    pub settings: &'a [PendingSetting],
}

impl Context for Own<'_> {
    fn key(&self) -> Lookup {
        match self.key {
            Operand::Value(value) => Lookup::Value(value.clone()),
            Operand::Expr(_) => Lookup::Unknown(Arc::from("known on the host")),
        }
    }

    fn attribute(&self, position: u32) -> Lookup {
        match self.settings.iter().find(|s| s.attribute == position).map(|s| &s.value) {
            Some(Operand::Value(value)) => Lookup::Value(value.clone()),
            Some(Operand::Expr(_)) => Lookup::Unknown(Arc::from("known on the host")),
            None => {
                let default = self.schema.attributes.get(position as usize).and_then(|a| a.default.clone());
                Lookup::Value(default.unwrap_or(Value::None))
            }
        }
    }
}

/// The values that a rule gives for a declaration, where they are known when the bundle is built.
pub(super) fn rule_values(evaluator: &mut Evaluator<'_>, rule: ExprId, own: &Own<'_>) -> Vec<Value> {
    match evaluator.evaluate(rule, own) {
        Ok(Evaluated::Known(Value::None)) | Ok(Evaluated::Unknown(_)) | Err(_) => Vec::new(),
        Ok(Evaluated::Known(Value::List(values))) => values.to_vec(),
        Ok(Evaluated::Known(value)) => vec![value],
    }
}

/// Reports different resources that claim one thing.
pub(super) fn claims(
    db: &dyn Db,
    schemas: &Schemas,
    evaluation: &Evaluation,
    drafts: &[Draft],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut owners: FxHashMap<(&str, Value), Vec<(usize, u32)>> = FxHashMap::default();
    let mut evaluators: Vec<Evaluator<'_>> = schemas.list.iter().map(|s| Evaluator::new(&s.exprs)).collect();
    for (step, draft) in drafts.iter().enumerate() {
        let schema = &schemas.list[draft.schema as usize];
        let evaluator = &mut evaluators[draft.schema as usize];
        for d in &draft.declared {
            let declared = &evaluation.declared[*d as usize];
            evaluator.next_step();
            let own = Own { schema, key: &draft.key, settings: &declared.settings };
            for claim in &schema.claims {
                for value in rule_values(evaluator, claim.value, &own) {
                    let others = owners.entry((claim.domain.as_str(), value)).or_default();
                    let clash = others.iter().find(|(other, od)| {
                        *other != step && !exclusive(evaluation, &evaluation.declared[*od as usize], declared)
                    });
                    if let Some((other, od)) = clash {
                        let (x, y) = (shown(schemas, &drafts[*other]), shown(schemas, draft));
                        let first: Place = evaluation.declared[*od as usize].place;
                        diagnostics.push(
                            Diagnostic::error(
                                code::CLAIM_CONFLICT,
                                declared.place,
                                format!("{x} and {y} are the same thing on a host"),
                            )
                            .here("claimed again")
                            .label(first, "claimed here")
                            .help("a host has one of them: remove the other, or give them conditions that exclude each other"),
                        );
                    }
                    others.push((step, *d));
                }
            }
        }
    }
    let _ = db;
}

/// Reports instances that share a path.
pub(super) fn instances(evaluation: &Evaluation, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (index, instance) in evaluation.instances.iter().enumerate() {
        let others = seen.entry(&instance.path).or_default();
        let clash = others
            .iter()
            .map(|o| &evaluation.instances[*o])
            .find(|other| !evaluation.residual.exclusive(other.condition, instance.condition));
        if let Some(other) = clash {
            let mut diagnostic = Diagnostic::error(
                code::DUPLICATE_INSTANCE,
                instance.place,
                format!("there are two instances `{}`", instance.path),
            );
            diagnostic = if other.place == instance.place {
                diagnostic
                    .here("made again in another round")
                    .help("give each a name of its own: `Name (x.name) { .. }`")
            } else {
                diagnostic
                    .here("made again")
                    .label(other.place, "first made here")
                    .help("give them names: `Name \"blue\" { .. }`")
            };
            diagnostics.push(diagnostic);
        }
        others.push(index);
    }
}
