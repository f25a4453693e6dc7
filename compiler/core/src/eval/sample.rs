//! The values that a place of the sources takes, for editors: policies are evaluated as far as they go in a moment.
//!
//! What is evaluated need not be free of mistakes: a part with one has no value, and what could run on has a small budget.

use super::budget::{DEPTH_BUDGET, OUTPUT_BUDGET, STEP_BUDGET};
use super::{Datum, Evaluator};
use crate::check::schema::Types;
use crate::db::{Db, File};
use crate::hir::{Body, ExprId as HirId};
use crate::name;
use crate::notation::{Typed, value_text};
use crate::phase::{self, Unit, UnitPart};
use crate::signature;
use mc_plan::value::Type;

/// How many steps are taken at most: two milliseconds, more or less.
const STEPS: u64 = 5_000;

/// How deep calls and expressions may nest.
const DEPTH: u32 = 200;

/// How many bytes of text and elements of lists are made at most.
const OUTPUT: usize = 1 << 20;

/// The most values that are told apart.
const MOST: usize = 4;

/// Longer texts of values are cut, in bytes.
const LONGEST: usize = 200;

/// A value that a place takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// As it is written.
    pub text: String,
    /// The first instance in which it takes it: a policy's name or a path from it; empty for the values of modules.
    pub instance: String,
}

/// The values that a place takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// Those that are known when the bundle is built, in the order of evaluation, each once.
    pub values: Vec<Sample>,
    /// Whether there may be others: there are too many, or not all was looked at.
    pub more: bool,
    /// Whether it is known only on hosts in some places.
    pub late: bool,
}

/// What an evaluation looks out for.
pub(super) struct Watch<'db> {
    body: &'db Body,
    exprs: Vec<HirId>,
    ty: Type,
    types: Types,
    found: Samples,
}

/// The values of expressions of a unit, all of one type. None where they have no form to be shown in, and of what holds
/// secrets.
pub fn samples(db: &dyn Db, unit: Unit, exprs: Vec<HirId>) -> Option<Samples> {
    let body = &phase::checked(db, unit).body;
    let ty = &body.expr(*exprs.first()?).ty;
    if signature::holds_secret(db, ty) {
        return None;
    }
    let mut types = Types::default();
    let ty = types.convert(db, ty)?;
    let mut evaluator = Evaluator::new(db);
    evaluator.steps = STEP_BUDGET - STEPS;
    evaluator.depth = DEPTH_BUDGET - DEPTH;
    evaluator.made = OUTPUT_BUDGET - OUTPUT;
    evaluator.watch = Some(Box::new(Watch { body, exprs, ty, types, found: Samples::default() }));
    evaluator.until_seen(unit);
    let exhausted = evaluator.exhausted;
    let mut found = evaluator.watch.map(|watch| watch.found).unwrap_or_default();
    found.more |= exhausted;
    Some(found)
}

impl<'db> Evaluator<'db> {
    /// Evaluates what leads to the expressions that are looked out for.
    fn until_seen(&mut self, unit: Unit) {
        if matches!(unit.part, UnitPart::Values | UnitPart::Value(_)) {
            self.watched_values(unit.file);
            return;
        }
        let own = unit.decl();
        let files: Vec<File> =
            name::modules(self.db).values().copied().filter(|f| name::is_root(self.db, *f)).collect();
        let mut policies = self.policies(&files);
        // Those of its own file are the likeliest to use it.
        policies.sort_by_key(|(_, id)| id.file != unit.file);
        let is_policy = policies.iter().any(|(_, id)| Some(*id) == own);
        for (name, id) in policies {
            if self.exhausted {
                return;
            }
            if !is_policy || Some(id) == own {
                self.policy(name, id);
            }
        }
        if self.watch.as_ref().is_some_and(|watch| watch.found == Samples::default()) {
            for file in files {
                for local in 0..phase::checked(self.db, Unit::values(file)).body.values.len() {
                    self.global(file, local as u32);
                }
            }
        }
    }

    /// Evaluates the values of a module in which something is looked out for.
    fn watched_values(&mut self, file: File) {
        let Some(watch) = &self.watch else { return };
        let (body, exprs) = (watch.body, watch.exprs.clone());
        for (local, value) in (0_u32..).zip(&body.values) {
            if exprs.iter().any(|expr| (value.exprs.0..value.exprs.1).contains(&expr.0)) {
                self.global(file, local);
            }
        }
    }

    /// Takes down what an expression came to, if it is looked out for.
    pub(super) fn saw(&mut self, body: &Body, id: HirId, datum: &Datum) {
        let Some(watch) = &mut self.watch else { return };
        if !std::ptr::eq(watch.body, body) || !watch.exprs.contains(&id) || datum.is_dead() {
            return;
        }
        let Datum::Value(value) = datum else {
            watch.found.late = true;
            return;
        };
        let text = value_text(value, Typed::new(&watch.ty, &watch.types.defs), LONGEST);
        if watch.found.values.iter().any(|known| known.text == text) {
            return;
        }
        if watch.found.values.len() == MOST {
            watch.found.more = true;
            // Nothing more is asked for.
            self.exhausted = true;
            self.steps = STEP_BUDGET;
            return;
        }
        let instance = if self.context.module { String::new() } else { self.context.instance.to_string() };
        watch.found.values.push(Sample { text, instance });
    }
}
