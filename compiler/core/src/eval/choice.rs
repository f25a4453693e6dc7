//! Choices that the host makes: which of two values it is, part by part.

use super::{Chosen, Datum, Evaluator};
use crate::diagnostic::Place;
use mc_plan::expr::{ExprId, Node};
use mc_plan::value::Value;
use std::rc::Rc;

impl Evaluator<'_> {
    /// Evaluates something that is reached only where `test` holds.
    pub(super) fn under<T>(&mut self, test: ExprId, place: Place, inner: impl FnOnce(&mut Self) -> T) -> T {
        let saved = self.context.condition;
        self.context.condition = Some(self.out.residual.and(saved, test, place));
        let result = inner(self);
        self.context.condition = saved;
        result
    }

    /// `a` where `test` holds, else `b`.
    pub(super) fn choose(&mut self, test: ExprId, a: Datum, b: Datum, place: Place) -> Datum {
        self.with_budget(|e| e.choose_parts(test, a, b, place, 0))
    }

    fn choose_parts(&mut self, test: ExprId, a: Datum, b: Datum, place: Place, depth: usize) -> Datum {
        if !self.take(super::budget::NODE_PARTS, place) || !self.is_shallow(depth, place) {
            return Datum::Poison;
        }
        match (&a, &b) {
            (Datum::Poison, _) | (_, Datum::Poison) => return Datum::Poison,
            (Datum::Never, _) => return b,
            (_, Datum::Never) => return a,
            (Datum::Value(x), Datum::Value(y)) if x == y => return a,
            (Datum::Refs(x), Datum::Refs(y)) => return Datum::Refs(self.one_of(test, x, y, place, of_steps)),
            (Datum::Instances(x), Datum::Instances(y)) => {
                return Datum::Instances(self.one_of(test, x, y, place, of_instances));
            }
            (Datum::Refs(x), Datum::Value(Value::None)) => {
                return Datum::Refs(self.one_of(test, x, &[], place, of_steps));
            }
            (Datum::Value(Value::None), Datum::Refs(y)) => {
                return Datum::Refs(self.one_of(test, &[], y, place, of_steps));
            }
            (Datum::Instances(x), Datum::Value(Value::None)) => {
                return Datum::Instances(self.one_of(test, x, &[], place, of_instances));
            }
            (Datum::Value(Value::None), Datum::Instances(y)) => {
                return Datum::Instances(self.one_of(test, &[], y, place, of_instances));
            }
            _ => {}
        }
        if let Some(declared) = self.declared_of_both(test, &a, &b, place) {
            return declared;
        }
        if let (Some(x), Some(y)) = (record_parts(&a), record_parts(&b))
            && x.len() == y.len()
        {
            let fields: Vec<Datum> =
                x.into_iter().zip(y).map(|(x, y)| self.choose_parts(test, x, y, place, depth + 1)).collect();
            return if fields.iter().any(Datum::is_dead) { Datum::Poison } else { Datum::record(fields) };
        }
        match (self.part(&a, place, depth), self.part(&b, place, depth)) {
            (Some(x), Some(y)) if x == y => Datum::Node(x),
            (Some(x), Some(y)) => Datum::Node(self.out.residual.node(Node::If(test, x, y), place)),
            _ => Datum::Poison,
        }
    }

    /// What is declared in lists on both sides, if there is something.
    fn declared_of_both(&mut self, test: ExprId, a: &Datum, b: &Datum, place: Place) -> Option<Datum> {
        let (x, y) = (declared(a)?, declared(b)?);
        if x.is_empty() && y.is_empty() {
            return None;
        }
        let mut all = Vec::with_capacity(x.len() + y.len());
        all.extend(x.iter().map(|item| self.meant_where(test, item, true, place)));
        all.extend(y.iter().map(|item| self.meant_where(test, item, false, place)));
        Some(Datum::Declared(all.into()))
    }

    /// What is declared, meant where a test holds, or where it does not.
    fn meant_where(&mut self, test: ExprId, datum: &Datum, holds: bool, place: Place) -> Datum {
        let sides = |all: &Rc<[Chosen]>| -> [Rc<[Chosen]>; 2] {
            let none: Rc<[Chosen]> = Rc::from([]);
            if holds { [Rc::clone(all), none] } else { [none, Rc::clone(all)] }
        };
        match datum {
            Datum::Refs(all) => {
                let [x, y] = sides(all);
                Datum::Refs(self.one_of(test, &x, &y, place, of_steps))
            }
            Datum::Instances(all) => {
                let [x, y] = sides(all);
                Datum::Instances(self.one_of(test, &x, &y, place, of_instances))
            }
            Datum::List(items) | Datum::Declared(items) => {
                Datum::Declared(items.iter().map(|item| self.meant_where(test, item, holds, place)).collect())
            }
            other => other.clone(),
        }
    }

    /// References of which those on the left are meant where `test` holds, and those on the right elsewhere.
    fn one_of(
        &mut self,
        test: ExprId,
        x: &[Chosen],
        y: &[Chosen],
        place: Place,
        exists: impl Fn(&Self, u32) -> Option<ExprId>,
    ) -> Rc<[Chosen]> {
        if x == y {
            return x.into();
        }
        let not = self.out.residual.not(test, place);
        let mut all = Vec::with_capacity(x.len() + y.len());
        for (side, test, other) in [(x, test, not), (y, not, test)] {
            for (which, when) in side {
                let known = [exists(self, *which), *when];
                // That it exists may say already that it is the one.
                let says = |condition: &Option<ExprId>| {
                    let residual = &self.out.residual;
                    let parts = residual.conjuncts(*condition);
                    residual.conjuncts(Some(test)).iter().all(|part| parts.contains(part))
                        || residual.exclusive(*condition, Some(other))
                };
                let when = if known.iter().any(says) {
                    *when
                } else {
                    Some(self.out.residual.and(*when, test, place))
                };
                all.push((*which, when));
            }
        }
        all.into()
    }
}

/// What is declared in a list, in those inside of it too; none of anything else.
fn declared(datum: &Datum) -> Option<Vec<Datum>> {
    fn is_declared(datum: &Datum) -> bool {
        match datum {
            Datum::Refs(_) | Datum::Instances(_) | Datum::Declared(_) => true,
            Datum::List(items) => items.iter().all(is_declared),
            Datum::Value(Value::List(values)) => values.is_empty(),
            _ => false,
        }
    }
    match datum {
        Datum::Declared(items) => Some(items.to_vec()),
        Datum::List(items) if items.iter().all(is_declared) => Some(items.to_vec()),
        Datum::Value(Value::None) => Some(Vec::new()),
        Datum::Value(Value::List(values)) if values.is_empty() => Some(Vec::new()),
        _ => None,
    }
}

fn of_steps(evaluator: &Evaluator<'_>, step: u32) -> Option<ExprId> {
    evaluator.out.declared[step as usize].condition
}

fn of_instances(evaluator: &Evaluator<'_>, instance: u32) -> Option<ExprId> {
    evaluator.out.instances[instance as usize].condition
}

fn record_parts(datum: &Datum) -> Option<Vec<Datum>> {
    match datum {
        Datum::Record(fields) => Some(fields.to_vec()),
        Datum::Value(Value::Record(fields)) => Some(fields.iter().cloned().map(Datum::Value).collect()),
        _ => None,
    }
}
