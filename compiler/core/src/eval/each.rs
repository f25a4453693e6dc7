//! Functions over collections: `map`, `filter`, `fold` and their kin.
//!
//! Where the elements are known one by one, the function runs here for each, also where their values are
//! not known yet; what is chosen by answers that only the host knows becomes a residual expression.

use super::element::Mapped;
use super::residual::Residual;
use super::{Datum, Env, Evaluator, Frame};
use crate::check;
use crate::diagnostic::Place;
use crate::hir::{BlockId, ExprId as HirId, ExprKind, Pattern};
use crate::name::DeclId;
use crate::ty::Ty;
use mc_plan::expr::{Builtin, EachKind, ExprId, Node};
use mc_plan::op;
use mc_plan::value::Value;
use std::rc::Rc;

/// Something that can be called.
#[derive(Clone)]
pub(super) enum Callable<'db> {
    /// A lambda where it stands.
    Lambda(Frame<'db>, Rc<Env>, &'db [Pattern], BlockId),
    /// A declared function.
    Declared(DeclId),
    /// Makes a value of a type of what was read for it, with the place of the fact.
    Adopt(Ty, Place),
}

impl<'db> Evaluator<'db> {
    /// The function that an expression names; none after a mistake.
    pub(super) fn callable(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        function: HirId,
    ) -> Option<Callable<'db>> {
        match &frame.body.expr(function).kind {
            ExprKind::Lambda(patterns, block) => {
                Some(Callable::Lambda(frame, Rc::clone(env), patterns, *block))
            }
            ExprKind::Function(decl) => Some(Callable::Declared(*decl)),
            _ => match self.eval(frame, env, function) {
                Datum::Function(at) => self.callables.get(at as usize).cloned(),
                _ => None,
            },
        }
    }

    /// A function as a value. It lives as long as the call that it is given to.
    pub(super) fn function_datum(&mut self, callable: Callable<'db>) -> Datum {
        self.callables.push(callable);
        Datum::Function(self.callables.len() as u32 - 1)
    }

    /// Calls a function.
    pub(super) fn apply(&mut self, callable: &Callable<'db>, args: Vec<Datum>, place: Place) -> Datum {
        let wanted = match callable {
            Callable::Lambda(_, _, patterns, _) => patterns.len(),
            Callable::Declared(decl) => check::body(self.db, *decl)
                .parts
                .first()
                .map_or(0, |part| check::body(self.db, *decl).body.block(*part).locals.len()),
            Callable::Adopt(..) => 1,
        };
        // A function of two parameters takes a pair apart.
        let args = match args.as_slice() {
            [pair] if wanted > 1 => self.parts_of(pair, wanted, place),
            _ => args,
        };
        match callable {
            Callable::Declared(decl) => self.call(*decl, args.into_iter().map(Some).collect()),
            Callable::Adopt(ty, at) => match args.into_iter().next() {
                Some(element) => self.adopt_element(element, ty, *at),
                None => Datum::Poison,
            },
            Callable::Lambda(frame, env, patterns, block) => {
                let mut bound = Vec::new();
                for (pattern, datum) in patterns.iter().zip(&args) {
                    self.fits(pattern, datum, &mut bound, place);
                }
                self.block(*frame, Some(Rc::clone(env)), *block, super::matching::in_order(bound))
            }
        }
    }

    /// The parts of a tuple.
    pub(super) fn parts_of(&mut self, datum: &Datum, count: usize, place: Place) -> Vec<Datum> {
        match datum {
            Datum::Record(parts) => parts.to_vec(),
            Datum::Value(Value::Record(parts)) => parts.iter().cloned().map(Datum::Value).collect(),
            Datum::Node(id) => (0..count as u32)
                .map(|position| Datum::Node(self.out.residual.node(Node::Field(*id, position), place)))
                .collect(),
            _ => vec![Datum::Poison; count],
        }
    }

    /// `xs.map(f)` and its kin.
    pub(super) fn each(
        &mut self,
        kind: EachKind,
        collection: &Datum,
        function: &Callable<'db>,
        place: Place,
    ) -> Datum {
        if collection.is_dead() {
            return collection.clone();
        }
        let Some(elements) = collection.elements() else {
            return self.residual_each(kind, collection, function, place);
        };
        let mut answers = Vec::with_capacity(elements.len());
        for element in &elements {
            let answer = self.apply(function, vec![element.clone()], place);
            if matches!(answer, Datum::Poison) || self.exhausted {
                return Datum::Poison;
            }
            let decided = matches!(
                (kind, &answer),
                (EachKind::Any | EachKind::Find, Datum::Value(Value::Bool(true)))
                    | (EachKind::All | EachKind::TakeWhile, Datum::Value(Value::Bool(false)))
            );
            answers.push(answer);
            if decided {
                break;
            }
        }
        self.gather(kind, collection, &elements, answers, function, place)
    }

    /// What is made of the answers.
    fn gather(
        &mut self,
        kind: EachKind,
        collection: &Datum,
        elements: &[Datum],
        answers: Vec<Datum>,
        function: &Callable<'db>,
        place: Place,
    ) -> Datum {
        match kind {
            EachKind::Map => return Datum::list(answers),
            EachKind::FlatMap => {
                let parts: Option<Vec<Vec<Datum>>> = answers.iter().map(Datum::elements).collect();
                if let Some(parts) = parts {
                    return Datum::list(parts.into_iter().flatten().collect());
                }
            }
            EachKind::Any | EachKind::All => return self.any_or_all(kind, &answers, place),
            EachKind::Find => return self.find(elements, &answers, place),
            EachKind::FilterMap if answers.iter().all(|a| !matches!(a, Datum::Node(_) | Datum::Fact(..))) => {
                let there = answers.into_iter().filter(|a| !matches!(a, Datum::Value(Value::None)));
                return Datum::list(there.collect());
            }
            _ => {}
        }
        let known: Option<Vec<Value>> = answers
            .iter()
            .map(|answer| match answer {
                Datum::Value(value) => Some(value.clone()),
                _ => None,
            })
            .collect();
        let Some(known) = known else {
            return self.residual_each(kind, collection, function, place);
        };
        // The elements themselves need not be known: their positions are chosen from.
        let positions = Value::List((0..elements.len() as i64).map(Value::Int).collect());
        let chosen = match op::each(kind, &positions, known) {
            Ok(chosen) => chosen,
            Err(error) => return self.checked(Err(error), place),
        };
        let element = |value: &Value| match value {
            Value::Int(at) => elements.get(*at as usize).cloned().unwrap_or(Datum::Poison),
            _ => Datum::NONE,
        };
        let all = |value: &Value| match value {
            Value::List(list) => list.iter().map(element).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        match (kind, &chosen) {
            (EachKind::MinBy | EachKind::MaxBy, chosen) => element(chosen),
            (EachKind::GroupBy, Value::Map(groups)) => {
                Datum::map(groups.iter().map(|(k, group)| (k.clone(), Datum::list(all(group)))).collect())
            }
            (EachKind::Partition, Value::Record(halves)) => {
                let halves = halves.iter().map(|half| collection.like(all(half))).collect();
                Datum::record(halves)
            }
            (EachKind::SortBy | EachKind::UniqueBy, chosen) => Datum::list(all(chosen)),
            (_, chosen) => collection.like(all(chosen)),
        }
    }

    fn any_or_all(&mut self, kind: EachKind, answers: &[Datum], place: Place) -> Datum {
        let wanted = kind == EachKind::Any;
        let mut open: Option<ExprId> = None;
        for answer in answers {
            match answer {
                Datum::Value(Value::Bool(holds)) if *holds == wanted => {
                    return Datum::Value(Value::Bool(wanted));
                }
                Datum::Value(_) => {}
                other => {
                    let Some(test) = self.node(other, place) else { return Datum::Poison };
                    open = Some(match open {
                        None => test,
                        Some(before) if wanted => self.out.residual.node(Node::Or(before, test), place),
                        Some(before) => self.out.residual.node(Node::And(before, test), place),
                    });
                }
            }
        }
        open.map_or(Datum::Value(Value::Bool(!wanted)), Datum::Node)
    }

    fn find(&mut self, elements: &[Datum], answers: &[Datum], place: Place) -> Datum {
        let mut found = Datum::NONE;
        for (element, answer) in elements.iter().zip(answers).rev() {
            found = match answer {
                Datum::Value(Value::Bool(true)) => element.clone(),
                Datum::Value(_) => found,
                other => {
                    let Some(test) = self.node(other, place) else { return Datum::Poison };
                    self.choose(test, element.clone(), found, place)
                }
            };
        }
        found
    }

    /// A function that the host runs: its body once, over a parameter.
    fn residual_each(
        &mut self,
        kind: EachKind,
        collection: &Datum,
        function: &Callable<'db>,
        place: Place,
    ) -> Datum {
        let Some(list) = self.node(collection, place) else { return Datum::Poison };
        let local = self.context.lambdas;
        let mapped = self.out.residual.mapped(list, local, place);
        let parameter = match mapped {
            Some(mapped) => mapped.element,
            None => self.out.residual.node(Node::Local(local), place),
        };
        self.context.lambdas += 1;
        let result = self.apply(function, vec![Datum::Node(parameter)], place);
        self.context.lambdas -= 1;
        let Some(body) = self.node(&result, place) else { return Datum::Poison };
        let Some(mapped) = mapped else {
            return Datum::Node(self.out.residual.node(Node::Each { kind, list, local, body }, place));
        };
        self.each_of_mapped(kind, mapped, local, body, place)
    }

    /// The same over a list whose elements are made of those of another one: what is chosen is chosen there.
    fn each_of_mapped(
        &mut self,
        kind: EachKind,
        Mapped { list, element }: Mapped,
        local: u32,
        body: ExprId,
        place: Place,
    ) -> Datum {
        let residual = &mut self.out.residual;
        let map = |residual: &mut Residual, list, body| {
            residual.node(Node::Each { kind: EachKind::Map, list, local, body }, place)
        };
        Datum::Node(match kind {
            EachKind::FilterMap => {
                let body_is_there = residual.node(Node::IsSome(body), place);
                let kept = Node::Each { kind: EachKind::Filter, list, local, body: body_is_there };
                let kept = residual.node(kept, place);
                map(residual, kept, body)
            }
            EachKind::Map | EachKind::FlatMap | EachKind::Any | EachKind::All => {
                residual.node(Node::Each { kind, list, local, body }, place)
            }
            EachKind::Find | EachKind::MinBy | EachKind::MaxBy => {
                let found = residual.node(Node::Each { kind, list, local, body }, place);
                // Nothing stands between the parameter and what takes its place.
                let Some(element) = residual.with_local(element, local, found, place) else {
                    return Datum::Poison;
                };
                residual.node(Node::IfSome(found, element), place)
            }
            EachKind::Filter
            | EachKind::TakeWhile
            | EachKind::SkipWhile
            | EachKind::SortBy
            | EachKind::UniqueBy => {
                let chosen = residual.node(Node::Each { kind, list, local, body }, place);
                map(residual, chosen, element)
            }
            EachKind::Partition => {
                let halves = residual.node(Node::Each { kind, list, local, body }, place);
                let half = |residual: &mut Residual, at| {
                    let half = residual.node(Node::Field(halves, at), place);
                    Datum::Node(map(residual, half, element))
                };
                return Datum::record(vec![half(residual, 0), half(residual, 1)]);
            }
            EachKind::GroupBy => {
                let groups = residual.node(Node::Each { kind, list, local, body }, place);
                let parameter = residual.node(Node::Local(local), place);
                let key = residual.node(Node::Field(parameter, 0), place);
                let chosen = residual.node(Node::Field(parameter, 1), place);
                let inner = residual.node(Node::Local(local + 1), place);
                let Some(element) = residual.with_local(element, local, inner, place) else {
                    return Datum::Poison;
                };
                let group = Node::Each { kind: EachKind::Map, list: chosen, local: local + 1, body: element };
                let group = residual.node(group, place);
                let entry = residual.node(Node::Record(vec![key, group]), place);
                let entries = map(residual, groups, entry);
                residual.node(Node::Call(Builtin::ToMap, vec![entries]), place)
            }
        })
    }

    /// `xs.fold(start, f)`
    pub(super) fn fold(
        &mut self,
        collection: &Datum,
        start: Datum,
        function: &Callable<'db>,
        place: Place,
    ) -> Datum {
        if collection.is_dead() || start.is_dead() {
            return Datum::Poison;
        }
        if let Some(elements) = collection.elements() {
            let mut result = start;
            for element in elements {
                result = self.apply(function, vec![result, element], place);
                if result.is_dead() || self.exhausted {
                    return Datum::Poison;
                }
            }
            return result;
        }
        let (Some(list), Some(init)) = (self.node(collection, place), self.node(&start, place)) else {
            return Datum::Poison;
        };
        let local = self.context.lambdas;
        let accumulator = self.out.residual.node(Node::Local(local), place);
        let (list, element) = match self.out.residual.mapped(list, local + 1, place) {
            Some(mapped) => (mapped.list, mapped.element),
            None => (list, self.out.residual.node(Node::Local(local + 1), place)),
        };
        self.context.lambdas += 2;
        let result = self.apply(function, vec![Datum::Node(accumulator), Datum::Node(element)], place);
        self.context.lambdas -= 2;
        match self.node(&result, place) {
            Some(body) => Datum::Node(self.out.residual.node(Node::Fold { list, init, local, body }, place)),
            None => Datum::Poison,
        }
    }
}
