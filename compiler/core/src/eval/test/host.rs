//! A host that a test gives.

use super::super::{Datum, Evaluator};
use crate::db::Db;
use crate::diagnostic::Place;
use crate::fact;
use crate::name;
use crate::signature::{self, Signature};
use crate::ty::{Args, Ty};
use mc_plan::eval::Lookup;
use mc_plan::instance::Site;
use mc_plan::instance::graph::Step;
use mc_plan::instance::refusal::Refusal;
use mc_plan::plan::{Plan, SourceSpan};
use mc_plan::value::Value;
use mc_syntax::Span;
use std::rc::Rc;

/// What a plan can ask of a host.
#[derive(Debug)]
pub(super) struct Host {
    facts: Vec<Lookup>,
    labels: Vec<Lookup>,
}

impl Host {
    pub(super) fn new(facts: Vec<Lookup>, labels: Vec<Lookup>) -> Self {
        Host { facts, labels }
    }
}

/// A host in the place of a site.
#[derive(Clone, Debug)]
pub struct Given(pub(super) Rc<Host>);

fn look(list: &[Lookup], position: u32) -> Lookup {
    list.get(position as usize).cloned().unwrap_or_else(|| Lookup::Error("the plan is broken".into()))
}

impl Site for Given {
    fn fact(&self, position: u32) -> Lookup {
        look(&self.0.facts, position)
    }

    fn label(&self, position: u32) -> Lookup {
        look(&self.0.labels, position)
    }

    fn secret(&self, _: u32) -> Lookup {
        Lookup::Unknown("a test has no secrets".into())
    }

    // Temporary names are made by the agent.
    fn early(&self, _: u32, _: &Value) -> Option<Vec<Option<Value>>> {
        None
    }

    fn refused(&self, _: &[Step<'_>]) -> Vec<Refusal> {
        Vec::new()
    }
}

/// A part of the facts by its path: `os.family`.
pub(super) fn part_of_facts(db: &dyn Db, facts: &Value, path: &str) -> Option<Value> {
    let mut ty = Ty::Record(name::facts_record(db)?, Args::default());
    let mut value = facts;
    for segment in path.split('.') {
        let Ty::Record(decl, _) = ty.plain() else { return None };
        let Signature::Record(fields) = signature::signature(db, *decl) else { return None };
        let position = fields.iter().position(|field| field.name == segment)?;
        let Value::Record(parts) = value else { return None };
        value = parts.get(position)?;
        ty = fields[position].ty.clone();
    }
    Some(value.clone())
}

impl<'db> Evaluator<'db> {
    /// The host that the test gives.
    pub(super) fn host(&mut self) -> Option<Rc<Host>> {
        let testing = self.testing.as_ref()?;
        if let Some(host) = &testing.host {
            return Some(Rc::clone(host));
        }
        let plan = &testing.package.plan.plan;
        let declared = |path: &str| {
            let mut given = testing.case.declared.iter();
            given.find(|(id, _)| fact::name(self.db, *id) == path).map(|(_, value)| value.clone())
        };
        let facts = plan.facts.iter().map(|fact| match &testing.case.facts {
            _ if fact.declared.is_some() => match declared(&fact.path) {
                Some(value) => Lookup::Value(value),
                None => Lookup::Error(format!("this test does not give the fact `{}`", fact.path).into()),
            },
            None => {
                Lookup::Error(format!("this test gives no facts, and `facts.{}` is read", fact.path).into())
            }
            Some(facts) => match part_of_facts(self.db, facts, &fact.path) {
                Some(value) => Lookup::Value(value),
                None => Lookup::Error(format!("this test does not give the fact `{}`", fact.path).into()),
            },
        });
        let facts: Vec<Lookup> = facts.collect();
        let given = match &testing.case.labels {
            Some(Value::Record(labels)) => Some(labels),
            _ => None,
        };
        let labels = plan.labels.iter().enumerate().map(|(position, label)| {
            let value = given.and_then(|labels| labels.get(position)).or(label.default.as_ref());
            match value {
                Some(value) => Lookup::Value(value.clone()),
                None => Lookup::Error(
                    format!("this test gives no labels, and `labels.{}` is read", label.name).into(),
                ),
            }
        });
        let host = Rc::new(Host { facts, labels: labels.collect() });
        if let Some(testing) = &mut self.testing {
            testing.host = Some(Rc::clone(&host));
        }
        Some(host)
    }

    /// A place of the plan in the sources.
    pub(super) fn source_place(&self, plan: &Plan, span: SourceSpan) -> Option<Place> {
        let path = plan.files.get(span.file as usize)?;
        self.written_place(path, span.line, span.column)
    }

    /// A line and a column of a file of the package.
    pub(super) fn written_place(&self, path: &str, line: u32, column: u32) -> Option<Place> {
        let file = name::modules(self.db).values().copied().find(|file| file.path(self.db) == path)?;
        if !name::is_user(self.db, file) {
            return None;
        }
        let text = file.text(self.db);
        let start: usize =
            text.split_inclusive('\n').take((line as usize).saturating_sub(1)).map(str::len).sum();
        let rest = text.get(start..)?.lines().next().unwrap_or_default();
        let column = (column as usize).saturating_sub(1);
        let before: usize = rest.chars().take(column).map(char::len_utf8).sum();
        let length = rest.get(before..).unwrap_or_default().trim_end().len();
        let from = (start + before) as u32;
        Some(Place::new(file, Span::new(from, from + length as u32)))
    }

    /// A datum that has to be a key of a resource.
    pub(super) fn asked(datum: &Datum) -> Option<(name::DeclId, Value)> {
        match datum {
            Datum::Key(decl, key) => Some((*decl, key.clone())),
            _ => None,
        }
    }
}
