//! `match`, `if let` and `for`.

use super::branch::BranchKind;
use super::element::Element;
use super::{Datum, Env, Evaluator, Frame};
use crate::diagnostic::Place;
use crate::hir::{Arm, BlockId, ExprId as HirId, Pattern};
use mc_plan::expr::{BinaryOp, ExprId, Node};
use mc_plan::value::Value;
use std::rc::Rc;

/// Whether a pattern fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Always,
    Never,
    /// Decided on the host.
    Node(ExprId),
}

impl<'db> Evaluator<'db> {
    pub(super) fn if_let(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        (value, pattern): (HirId, &'db Pattern),
        then: BlockId,
        otherwise: Option<HirId>,
        place: Place,
    ) -> Datum {
        let datum = self.eval(frame, env, value);
        if datum.is_dead() {
            return datum;
        }
        let subject = self.place(frame, value);
        let mut bound = Vec::new();
        match self.fits(pattern, &datum, &mut bound, place) {
            Test::Always => {
                self.takes_in_test(BranchKind::IfLet, subject, (0, subject.span));
                self.block(frame, Some(Rc::clone(env)), then, in_order(bound))
            }
            Test::Never => {
                self.takes_in_test(BranchKind::IfLet, subject, (1, subject.span));
                otherwise.map_or(Datum::NONE, |e| self.eval(frame, env, e))
            }
            Test::Node(test) => {
                self.takes_both(BranchKind::IfLet, subject, test);
                let a =
                    self.under(test, place, |e| e.block(frame, Some(Rc::clone(env)), then, in_order(bound)));
                let not = self.out.residual.not(test, place);
                let b = self.under(not, place, |e| otherwise.map_or(Datum::NONE, |o| e.eval(frame, env, o)));
                self.choose(test, a, b, place)
            }
        }
    }

    pub(super) fn matching(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        value: HirId,
        arms: &'db [Arm],
        place: Place,
    ) -> Datum {
        let datum = self.eval(frame, env, value);
        if datum.is_dead() {
            return datum;
        }
        let mut results: Vec<(Option<ExprId>, Datum)> = Vec::new();
        let mut before: Vec<(&Pattern, ExprId)> = Vec::new();
        let subject = self.place(frame, value);
        // Whether the host chooses: an arm before may fit.
        let mut chosen = false;
        for (side, Arm { pattern, guard, block, span }) in (0_u32..).zip(arms) {
            let mut bound = Vec::new();
            let test = self.fits(pattern, &datum, &mut bound, place);
            let bound = in_order(bound);
            let mut test = match test {
                Test::Never => continue,
                Test::Always => None,
                Test::Node(test) => Some(test),
            };
            // Reached where none of the arms before fits; those that cannot fit together need no word.
            let mut reached: Option<ExprId> = None;
            for (other, tested) in &before {
                if !disjoint(other, pattern) {
                    let not = self.out.residual.not(*tested, place);
                    reached = Some(self.out.residual.and(reached, not, place));
                }
            }
            if let Some(guard) = guard {
                let around = [reached, test]
                    .into_iter()
                    .flatten()
                    .reduce(|a, b| self.out.residual.and(Some(a), b, place));
                let eval = |e: &mut Self| e.guard(frame, env, *block, bound.clone(), *guard);
                let answer = match around {
                    Some(around) => self.under(around, place, eval),
                    None => eval(self),
                };
                match answer {
                    Datum::Value(Value::Bool(true)) => {}
                    Datum::Value(_) => continue,
                    dead if dead.is_dead() => return Datum::Poison,
                    other => {
                        let Some(guard) = self.node(&other, place) else { return Datum::Poison };
                        test = Some(self.out.residual.and(test, guard, place));
                    }
                }
            }
            if let Some(test) = test {
                reached = Some(self.out.residual.and(reached, test, place));
                before.push((pattern, test));
            }
            chosen |= test.is_some();
            let run = |e: &mut Self| {
                if chosen {
                    e.takes(BranchKind::Match, subject, (side, *span), None);
                } else {
                    e.takes_in_test(BranchKind::Match, subject, (side, *span));
                }
                e.block(frame, Some(Rc::clone(env)), *block, bound)
            };
            let result = match reached {
                Some(reached) => self.under(reached, place, run),
                None => run(self),
            };
            results.push((test, result));
            if test.is_none() {
                break;
            }
        }
        // The checker proved that one arm fits, so the last one needs no test.
        let Some((_, mut result)) = results.pop() else { return Datum::Poison };
        while let Some((test, datum)) = results.pop() {
            if let Some(test) = test {
                result = self.choose(test, datum, result, place);
            }
        }
        result
    }

    /// The answer of an arm's guard, which sees what the pattern binds.
    fn guard(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        block: BlockId,
        bound: Vec<Datum>,
        guard: HirId,
    ) -> Datum {
        let inner = self.env(Some(Rc::clone(env)), frame.body.block(block).locals.len());
        for (local, datum) in bound.into_iter().enumerate() {
            super::set(&inner, local as u32, datum);
        }
        self.eval(frame, &inner, guard)
    }

    /// Tests a pattern, and collects what it binds by local.
    pub(super) fn fits(
        &mut self,
        pattern: &Pattern,
        datum: &Datum,
        bound: &mut Vec<(u32, Datum)>,
        place: Place,
    ) -> Test {
        match pattern {
            Pattern::Wildcard => Test::Always,
            Pattern::Bind(local) => {
                bound.push((*local, datum.clone()));
                Test::Always
            }
            Pattern::None => match self.is_some(datum, place) {
                Test::Always => Test::Never,
                Test::Never => Test::Always,
                Test::Node(test) => Test::Node(self.out.residual.not(test, place)),
            },
            Pattern::Some(inner) => {
                let some = self.is_some(datum, place);
                let rest = self.fits(inner, datum, bound, place);
                self.both(some, rest, place)
            }
            Pattern::Value(expected) => match datum {
                Datum::Value(value) if value == expected => Test::Always,
                Datum::Value(_) => Test::Never,
                other => match self.node(other, place) {
                    Some(id) => {
                        // Booleans are their own test.
                        if let Value::Bool(b) = expected {
                            return Test::Node(if *b { id } else { self.out.residual.not(id, place) });
                        }
                        let constant = self.out.residual.node(Node::Const(expected.clone()), place);
                        Test::Node(self.out.residual.node(Node::Binary(BinaryOp::Equal, id, constant), place))
                    }
                    None => Test::Never,
                },
            },
            Pattern::Parts(parts) => {
                let mut test = Test::Always;
                for (position, inner) in parts {
                    let part = match datum {
                        Datum::Value(Value::Record(fields)) => {
                            fields.get(*position as usize).cloned().map_or(Datum::Poison, Datum::Value)
                        }
                        Datum::Record(fields) => {
                            fields.get(*position as usize).cloned().unwrap_or(Datum::Poison)
                        }
                        other => match self.node(other, place) {
                            Some(id) => {
                                Datum::Node(self.out.residual.node(Node::Field(id, *position), place))
                            }
                            None => return self.bind_nothing(pattern, bound),
                        },
                    };
                    let rest = self.fits(inner, &part, bound, place);
                    test = self.both(test, rest, place);
                }
                test
            }
            Pattern::Variant(tag, fields) => {
                let mut test = match datum {
                    Datum::Value(Value::Variant(found, _)) | Datum::Variant(found, _) if found == tag => {
                        Test::Always
                    }
                    Datum::Value(_) | Datum::Variant(..) => return self.bind_nothing(pattern, bound),
                    other => match self.node(other, place) {
                        Some(id) => {
                            let test = self.out.residual.node(Node::IsVariant(id, *tag), place);
                            match self.test(test) {
                                Test::Never => return self.bind_nothing(pattern, bound),
                                test => test,
                            }
                        }
                        None => return self.bind_nothing(pattern, bound),
                    },
                };
                for (position, inner) in fields {
                    let part = match datum {
                        Datum::Value(Value::Variant(_, parts)) => {
                            parts.get(*position as usize).cloned().map_or(Datum::Poison, Datum::Value)
                        }
                        Datum::Variant(_, parts) => {
                            parts.get(*position as usize).cloned().unwrap_or(Datum::Poison)
                        }
                        other => match self.node(other, place) {
                            Some(id) => {
                                Datum::Node(self.out.residual.node(Node::Payload(id, *position), place))
                            }
                            None => Datum::Poison,
                        },
                    };
                    let rest = self.fits(inner, &part, bound, place);
                    test = self.both(test, rest, place);
                }
                test
            }
        }
    }

    /// A condition as a test: some are known after all.
    fn test(&self, id: ExprId) -> Test {
        match self.out.residual.known(id) {
            Some(true) => Test::Always,
            Some(false) => Test::Never,
            None => Test::Node(id),
        }
    }

    fn bind_nothing(&mut self, pattern: &Pattern, bound: &mut Vec<(u32, Datum)>) -> Test {
        fn locals(pattern: &Pattern, bound: &mut Vec<(u32, Datum)>) {
            match pattern {
                Pattern::Bind(local) => bound.push((*local, Datum::Poison)),
                Pattern::Some(inner) => locals(inner, bound),
                Pattern::Variant(_, fields) | Pattern::Parts(fields) => {
                    fields.iter().for_each(|(_, p)| locals(p, bound));
                }
                Pattern::Wildcard | Pattern::None | Pattern::Value(_) => {}
            }
        }
        locals(pattern, bound);
        Test::Never
    }

    fn both(&mut self, a: Test, b: Test, place: Place) -> Test {
        match (a, b) {
            (Test::Never, _) | (_, Test::Never) => Test::Never,
            (Test::Always, other) | (other, Test::Always) => other,
            (Test::Node(a), Test::Node(b)) => Test::Node(self.out.residual.and(Some(a), b, place)),
        }
    }

    /// Whether an optional holds something.
    pub(super) fn is_some(&mut self, datum: &Datum, place: Place) -> Test {
        match datum {
            Datum::Value(Value::None) => Test::Never,
            Datum::Node(id) => {
                let test = self.out.residual.node(Node::IsSome(*id), place);
                self.test(test)
            }
            Datum::Refs(steps) => {
                let conditions = self.conditions(steps, place, |e, s| e.out.declared[s as usize].condition);
                self.exists(&conditions, place)
            }
            Datum::Instances(instances) => {
                let conditions =
                    self.conditions(instances, place, |e, i| e.out.instances[i as usize].condition);
                self.exists(&conditions, place)
            }
            _ => Test::Always,
        }
    }

    /// Whether one of these exists. What is known to hold here anyway needs no test.
    fn exists(&mut self, conditions: &[Option<ExprId>], place: Place) -> Test {
        let here = self.out.residual.conjuncts(self.context.condition);
        let mut test: Option<ExprId> = None;
        for condition in conditions {
            let open: Vec<ExprId> =
                self.out.residual.conjuncts(*condition).into_iter().filter(|c| !here.contains(c)).collect();
            let mut whole: Option<ExprId> = None;
            for part in open {
                whole = Some(self.out.residual.and(whole, part, place));
            }
            let Some(whole) = whole else { return Test::Always };
            test = Some(match test {
                None => whole,
                Some(before) => self.out.residual.node(Node::Or(before, whole), place),
            });
        }
        test.map_or(Test::Never, Test::Node)
    }

    pub(super) fn repeat(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        list: &Datum,
        pattern: &Pattern,
        body: BlockId,
        place: Place,
    ) -> Datum {
        if list.is_dead() {
            return list.clone();
        }
        let Some(elements) = list.elements() else {
            let Some(id) = self.node(list, place) else { return Datum::Poison };
            return match self.out.residual.elements(id, place) {
                Some(elements) => self.repeat_chosen(frame, env, elements, pattern, body, place),
                None => self.repeat_on_host(frame, env, id, pattern, body, place),
            };
        };
        let mut results = Vec::with_capacity(elements.len());
        for element in elements {
            let mut bound = Vec::new();
            self.fits(pattern, &element, &mut bound, place);
            results.push(self.block(frame, Some(Rc::clone(env)), body, in_order(bound)));
            if self.exhausted {
                return Datum::Poison;
            }
        }
        if results.iter().any(Datum::is_dead) { Datum::Poison } else { Datum::list(results) }
    }

    /// The same for elements of which the host decides which are there.
    fn repeat_chosen(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        elements: Vec<Element>,
        pattern: &Pattern,
        body: BlockId,
        place: Place,
    ) -> Datum {
        let mut results = Vec::with_capacity(elements.len());
        for Element { value, when } in elements {
            let element = match self.out.residual.constant(value) {
                Some(value) => Datum::Value(value.clone()),
                None => Datum::Node(value),
            };
            let mut bound = Vec::new();
            self.fits(pattern, &element, &mut bound, place);
            let bound = in_order(bound);
            let result = match when {
                None => self.block(frame, Some(Rc::clone(env)), body, bound),
                Some(test) => self.under(test, place, |e| e.block(frame, Some(Rc::clone(env)), body, bound)),
            };
            if self.exhausted || matches!(result, Datum::Poison) {
                return Datum::Poison;
            }
            results.push(result);
        }
        Datum::Declared(results.into())
    }
}

/// The bound values by position of their local.
pub(super) fn in_order(mut bound: Vec<(u32, Datum)>) -> Vec<Datum> {
    bound.sort_by_key(|(local, _)| *local);
    bound.into_iter().map(|(_, datum)| datum).collect()
}

/// Whether two patterns of one match can never both fit, as their outermost constructors tell.
fn disjoint(a: &Pattern, b: &Pattern) -> bool {
    match (a, b) {
        (Pattern::Variant(x, _), Pattern::Variant(y, _)) => x != y,
        (Pattern::Value(x), Pattern::Value(y)) => x != y,
        (Pattern::None, Pattern::Some(_)) | (Pattern::Some(_), Pattern::None) => true,
        (Pattern::Some(x), Pattern::Some(y)) => disjoint(x, y),
        _ => false,
    }
}
