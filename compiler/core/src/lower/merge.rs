//! Identity: what is one resource, and whether its declarations agree.

use super::condition::{Conditions, Existence, Meeting};
use super::{Draft, Schemas, shown};
use crate::diagnostic::{Diagnostic, code};
use crate::eval::residual::Phase;
use crate::eval::{Declared, Evaluation, PendingSetting};
use crate::notation::short_value;
use mc_plan::eval::{Context, Evaluated, Evaluator, Lookup};
use mc_plan::expr::{ExprId, Operand};
use mc_plan::plan::Priority;
use mc_plan::schema::Schema;
use mc_plan::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
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
            // The host makes one of those that meet there.
            .then_with(|| x.repeat.cmp(&y.repeat))
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
                repeat: declared[d as usize].repeat,
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

/// Whether two declarations certainly meet on every host that gets one of them.
pub(super) fn certain(evaluation: &Evaluation, a: &Declared, b: &Declared) -> bool {
    condition(evaluation, a) == condition(evaluation, b)
}

/// Reports declarations of one resource that disagree.
pub(super) fn conflicts(
    schemas: &Schemas,
    evaluation: &Evaluation,
    conditions: &Conditions<'_>,
    drafts: &[Draft],
    diagnostics: &mut Vec<Diagnostic>,
) {
    for draft in drafts.iter().filter(|d| d.declared.len() > 1) {
        let mut slots: BTreeMap<(u32, Priority), Slot<'_>> = BTreeMap::new();
        for d in &draft.declared {
            let existence = conditions.declared(*d);
            for setting in &evaluation.declared[*d as usize].settings {
                if setting.value != Operand::Value(Value::None) {
                    slots
                        .entry((setting.attribute, setting.priority))
                        .or_default()
                        .add(*d, existence, setting);
                }
            }
        }
        let schema = &schemas.list[draft.schema as usize];
        let union = |attribute: u32| schema.attributes.get(attribute as usize).is_some_and(|a| a.union);
        // One message for one resource: what disagrees in one attribute mostly does in others.
        let clash = slots.iter().filter(|((attribute, _), _)| !union(*attribute)).find_map(
            |((attribute, priority), slot)| {
                let stronger: Vec<Existence> = slots
                    .range((*attribute, *priority)..)
                    .skip(1)
                    .take_while(|((other, _), _)| other == attribute)
                    .flat_map(|(_, slot)| slot.existences.iter().copied())
                    .collect();
                slot.clash(conditions, &stronger)
            },
        );
        if let Some((first, second)) = clash {
            diagnostics.push(conflict(schemas, evaluation, conditions, draft, first, second));
        }
    }
}

/// A setting and the declaration that brings it.
type Brought<'a> = (u32, &'a PendingSetting);

/// The settings of one attribute with one priority: each value once for each condition.
#[derive(Default)]
struct Slot<'a> {
    settings: Vec<Brought<'a>>,
    existences: Vec<Existence>,
    known: FxHashSet<(&'a Operand, Existence)>,
    values: FxHashSet<&'a Operand>,
}

impl<'a> Slot<'a> {
    fn add(&mut self, declared: u32, existence: Existence, setting: &'a PendingSetting) {
        if self.known.insert((&setting.value, existence)) {
            self.settings.push((declared, setting));
            self.existences.push(existence);
            self.values.insert(&setting.value);
        }
    }

    /// Two values that may meet where nothing stronger is said.
    fn clash(
        &self,
        conditions: &Conditions<'_>,
        stronger: &[Existence],
    ) -> Option<(Brought<'a>, Brought<'a>)> {
        if self.values.len() < 2 {
            return None;
        }
        let mut found = None;
        conditions.pairs(&self.existences, |x, y| {
            let ((_, first), (_, second)) = (&self.settings[x], &self.settings[y]);
            let (a, b) = (self.existences[x], self.existences[y]);
            if first.value != second.value && (stronger.is_empty() || !conditions.covered(a, b, stronger)) {
                found = Some((self.settings[x], self.settings[y]));
            }
            found.is_some()
        });
        found
    }
}

fn conflict(
    schemas: &Schemas,
    evaluation: &Evaluation,
    conditions: &Conditions<'_>,
    draft: &Draft,
    (first_decl, first): Brought<'_>,
    (second_decl, second): Brought<'_>,
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
    let one_place = a.place == b.place && first.place == second.place;
    if one_place && (a.policy, &a.instance) == (b.policy, &b.instance) {
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
    let perhaps = conditions.meeting(conditions.of(a), conditions.of(b)) == Meeting::Perhaps;
    let unsure = perhaps || late(first) || late(second);
    let possible = unsure && !run(first) && !run(second);
    let mut diagnostic = if possible {
        let headline = format!("a host may get {name} with two values of `{attribute}`");
        Diagnostic::warning(code::POSSIBLE_CONFLICT, second.place, headline)
            .note("nothing proves that the two never meet; a host where they do and differ refuses the plan")
    } else {
        let headline = format!("{name} is declared with two values of `{attribute}`");
        Diagnostic::error(code::CONFLICT, second.place, headline)
    };
    if one_place {
        let (one, other) = (&a.instance, &b.instance);
        return diagnostic
            .here(format!("{} in `{one}`, {} in `{other}`", value(first), value(second)))
            .label(a.place, "both declare it here")
            .help("let the key depend on a parameter as well, or let both give the same value");
    }
    diagnostic = diagnostic.here(value(second)).label(first.place, value(first));
    if possible {
        return diagnostic;
    }
    diagnostic
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
    schemas: &Schemas,
    evaluation: &Evaluation,
    conditions: &Conditions<'_>,
    drafts: &[Draft],
    diagnostics: &mut Vec<Diagnostic>,
) {
    // The first owner of each thing, and the others: mostly there are none.
    type Owners = ((usize, u32), Vec<(usize, u32)>);
    let mut owners: FxHashMap<(&str, Value), Owners> = FxHashMap::default();
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
                    match owners.entry((claim.domain.as_str(), value)) {
                        Entry::Vacant(entry) => {
                            entry.insert(((step, *d), Vec::new()));
                        }
                        Entry::Occupied(mut entry) => entry.get_mut().1.push((step, *d)),
                    }
                }
            }
        }
    }
    let mut shared: Vec<Vec<(usize, u32)>> = owners
        .into_values()
        .filter(|(first, others)| others.iter().any(|(step, _)| *step != first.0))
        .map(|(first, others)| std::iter::once(first).chain(others).collect())
        .collect();
    shared.sort_unstable();
    for owners in shared {
        // Each resource once for each condition.
        let mut seen = FxHashSet::default();
        let owners: Vec<(usize, u32)> =
            owners.into_iter().filter(|(step, d)| seen.insert((*step, conditions.declared(*d)))).collect();
        let existences: Vec<Existence> = owners.iter().map(|(_, d)| conditions.declared(*d)).collect();
        let mut found: Option<(usize, usize)> = None;
        conditions.pairs(&existences, |x, y| {
            let (a, b) = (&drafts[owners[x].0], &drafts[owners[y].0]);
            // Of one resource there may be several, in loops.
            if (a.schema, &a.key, &a.scope) == (b.schema, &b.key, &b.scope) {
                return false;
            }
            let surely = conditions.meeting(existences[x], existences[y]) == Meeting::Surely;
            if found.is_none() || surely {
                found = Some((x, y));
            }
            surely
        });
        if let Some((x, y)) = found {
            let surely = conditions.meeting(existences[x], existences[y]) == Meeting::Surely;
            diagnostics.push(claim(schemas, evaluation, drafts, owners[x], owners[y], surely));
        }
    }
}

fn claim(
    schemas: &Schemas,
    evaluation: &Evaluation,
    drafts: &[Draft],
    (first, first_decl): (usize, u32),
    (second, second_decl): (usize, u32),
    surely: bool,
) -> Diagnostic {
    let place = |declared: u32| evaluation.declared[declared as usize].place;
    // Told in the order of the source, where it is one source.
    let (a, b) = (place(first_decl), place(second_decl));
    let turned = a.file == b.file && b.span < a.span;
    let (first, second) = if turned { (second, first) } else { (first, second) };
    let (first_decl, second_decl) =
        if turned { (second_decl, first_decl) } else { (first_decl, second_decl) };
    let (x, y) = (shown(schemas, &drafts[first]), shown(schemas, &drafts[second]));
    let diagnostic = if surely {
        let headline = format!("{x} and {y} are the same thing on a host");
        Diagnostic::error(code::CLAIM_CONFLICT, place(second_decl), headline)
    } else {
        let headline = format!("a host may get both {x} and {y}, which are the same thing there");
        Diagnostic::warning(code::POSSIBLE_CLAIM_CONFLICT, place(second_decl), headline)
            .note("nothing proves that the two never meet; a host where they do refuses the plan")
    };
    diagnostic
        .here("claimed again")
        .label(place(first_decl), "claimed here")
        .help("a host has one of them: remove the other, or give them conditions that exclude each other")
}

/// Reports instances that share a path.
pub(super) fn instances(
    evaluation: &Evaluation,
    conditions: &Conditions<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut paths: BTreeMap<(&str, Option<ExprId>), Vec<usize>> = BTreeMap::new();
    for (index, instance) in evaluation.instances.iter().enumerate() {
        // What stands for a name that only the host knows says nothing; the name does.
        let path = match instance.name {
            Some(_) => instance.path.rsplit_once('[').map_or(&*instance.path, |(head, _)| head),
            None => &instance.path,
        };
        paths.entry((path, instance.name)).or_default().push(index);
    }
    for ((path, _), all) in paths.into_iter().filter(|(_, all)| all.len() > 1) {
        let all: Vec<_> = all.into_iter().map(|index| &evaluation.instances[index]).collect();
        let existences: Vec<Existence> =
            all.iter().map(|instance| conditions.within(instance.condition, instance.policy)).collect();
        let mut clash = None;
        conditions.pairs(&existences, |x, y| {
            clash = Some((all[x], all[y]));
            true
        });
        let Some((other, instance)) = clash else { continue };
        let headline = format!("there are two instances `{path}`");
        let diagnostic = Diagnostic::error(code::DUPLICATE_INSTANCE, instance.place, headline);
        diagnostics.push(if other.place == instance.place {
            diagnostic
                .here("made again in another round")
                .help("give each a name of its own: `Name (x.name) { .. }`")
        } else {
            diagnostic
                .here("made again")
                .label(other.place, "first made here")
                .help("give them names: `Name \"blue\" { .. }`")
        });
    }
}
