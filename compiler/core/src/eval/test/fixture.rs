//! The hosts that a plan can be looked at on.

use super::super::{Datum, Evaluator};
use super::host::{Given, Host, part_of_facts};
use super::{Case, Package, Testing, cases};
use crate::check;
use crate::db::{Db, File};
use crate::fact;
use crate::name::{self, DeclId};
use crate::signature::{self, Signature};
use crate::test::tests;
use crate::ty::Ty;
use mc_plan::eval::Lookup;
use mc_plan::plan::{Fact, Plan};
use mc_plan::value::{Type, Value};
use mc_syntax::ast::ItemKind;
use std::rc::Rc;
use std::sync::Arc;

/// The module of the standard library with facts of hosts as they are installed.
const STANDARD: &str = "std.facts.fixture";

/// The most hosts that come from tests.
const MOST_OF_TESTS: usize = 32;

/// The most combinations of labels.
const MOST_LABELS: usize = 8;

/// A host that a plan can be looked at on.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// Its name; no other fixture of the package has it.
    pub name: String,
    facts: Value,
    /// By position; none where nothing says what it is.
    labels: Vec<Option<Value>>,
    declared: Vec<(DeclId, Value)>,
}

impl Fixture {
    /// The host as a plan sees it: one of the package as it is, or of an earlier one.
    pub fn host(&self, db: &dyn Db, plan: &Plan) -> Given {
        let names = signature::label_types(db);
        let missing = |what: String| Lookup::Error(format!("`{}` does not give {what}", self.name).into());
        let fact = |fact: &Fact| {
            let value = match &fact.declared {
                None => part_of_facts(db, &self.facts, &fact.path),
                Some(_) => {
                    let given = self.declared.iter().find(|(id, _)| fact::name(db, *id) == fact.path);
                    // On most hosts there is no such file or program.
                    let absent = matches!(fact.ty, Type::Optional(_)).then_some(Value::None);
                    given.map(|(_, value)| value.clone()).or(absent)
                }
            };
            value.map_or_else(|| missing(format!("the fact `{}`", fact.shown())), Lookup::Value)
        };
        let label = |label: &mc_plan::plan::Label| {
            let position = names.iter().position(|field| field.name == label.name);
            let given = position.and_then(|position| self.labels.get(position)?.clone());
            let value = given.or_else(|| label.default.clone());
            value.map_or_else(|| missing(format!("the label `{}`", label.name)), Lookup::Value)
        };
        let facts = plan.facts.iter().map(fact).collect();
        Given(Rc::new(Host::new(facts, plan.labels.iter().map(label).collect())))
    }
}

/// All fixtures of a package: the standard library's and its own, each with every combination of labels that have few
/// values and no default, and then those that its tests give, each host once.
pub fn fixtures(db: &dyn Db, package: Package<'_>) -> Vec<Fixture> {
    let mut evaluator = Evaluator::new(db);
    evaluator.testing = Some(Box::new(Testing::new(package, Case::default(), true)));
    evaluator.label_defaults();
    let labels = labels(db, &evaluator.out.label_defaults);
    let mut all: Vec<Fixture> = Vec::new();
    for (name, facts) in values(db, &mut evaluator) {
        for (suffix, labels) in &labels {
            let facts = facts.clone();
            let fixture =
                Fixture { name: format!("{name}{suffix}"), facts, labels: labels.clone(), declared: vec![] };
            add(&mut all, fixture);
        }
    }
    let defaults = &evaluator.out.label_defaults;
    let most = all.len() + MOST_OF_TESTS;
    for id in tests(db) {
        let ItemKind::Test(test) = &id.item(db).kind else { continue };
        for case in cases(db, package, id).unwrap_or_default() {
            let Some(facts) = case.facts.clone() else { continue };
            let labels = match &case.labels {
                Some(Value::Record(labels)) => labels.iter().cloned().map(Some).collect(),
                _ => defaults.clone(),
            };
            let fixture =
                Fixture { name: case.title(&test.name), facts, labels, declared: case.declared.clone() };
            add(&mut all, fixture);
            if all.len() >= most {
                return all;
            }
        }
    }
    all
}

/// Adds a host that is not there yet.
fn add(all: &mut Vec<Fixture>, new: Fixture) {
    let same = |known: &Fixture| {
        known.name == new.name
            || (known.facts == new.facts && known.labels == new.labels && known.declared == new.declared)
    };
    if !all.iter().any(same) {
        all.push(new);
    }
}

/// The values of modules that are facts of a host, with their names.
fn values(db: &dyn Db, evaluator: &mut Evaluator<'_>) -> Vec<(String, Value)> {
    let Some(record) = name::facts_record(db) else { return Vec::new() };
    let is_facts = |ty: &Ty| matches!(ty.plain(), Ty::Record(id, _) if *id == record);
    let mut files: Vec<(bool, &str, File)> = Vec::new();
    for (module, file) in name::modules(db) {
        let is_standard = module.as_str() == STANDARD;
        if is_standard || name::is_root(db, *file) {
            files.push((!is_standard, module.as_str(), *file));
        }
    }
    files.sort_by_key(|(own, module, _)| (*own, *module));
    let mut found = Vec::new();
    for (own, module, file) in files {
        let body = &check::values(db, file).body;
        let Some(block) = body.root.map(|root| body.block(root)) else { continue };
        for (position, local) in (0..).zip(&block.locals) {
            if !is_facts(&local.ty) {
                continue;
            }
            if let Datum::Value(value) = evaluator.global(file, position) {
                let around = if own && !module.is_empty() { format!("{module}.") } else { String::new() };
                found.push((format!("{around}{}", local.name), value));
            }
        }
    }
    found
}

/// What the labels of a host may be, with what it adds to the host's name: every combination of those that have no default
/// and few values.
fn labels(db: &dyn Db, defaults: &[Option<Value>]) -> Vec<(String, Vec<Option<Value>>)> {
    let mut all = vec![(String::new(), defaults.to_vec())];
    for (position, field) in signature::label_types(db).iter().enumerate() {
        if defaults.get(position).is_none_or(Option::is_some) {
            continue;
        }
        let values = few(db, &field.ty);
        if values.is_empty() || all.len() * values.len() > MOST_LABELS {
            continue;
        }
        let mut next = Vec::with_capacity(all.len() * values.len());
        for (suffix, labels) in &all {
            for (name, value) in &values {
                let mut labels = labels.clone();
                if let Some(label) = labels.get_mut(position) {
                    *label = Some(value.clone());
                }
                next.push((format!("{suffix}, {} = {name}", field.name), labels));
            }
        }
        all = next;
    }
    all
}

/// The values of a type that has few.
fn few(db: &dyn Db, ty: &Ty) -> Vec<(String, Value)> {
    match ty.plain() {
        Ty::Bool => [false, true].map(|value| (value.to_string(), Value::Bool(value))).to_vec(),
        Ty::Enum(id, _) => match signature::signature(db, *id) {
            Signature::Enum(variants) if variants.iter().all(|(_, payload)| payload.is_empty()) => {
                let names = (0..).zip(variants.iter().map(|(name, _)| name.to_string()));
                names.map(|(at, name)| (name, Value::Variant(at, Arc::from([])))).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
