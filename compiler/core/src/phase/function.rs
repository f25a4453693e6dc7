//! Functions as values: lambdas and declared functions that are arguments.
//!
//! A lambda is analysed where it is called. Given to a function that is declared elsewhere, it is analysed at
//! that call, with what the declaration says it calls the parameter with. Inside of the declaration, the
//! parameter is a symbol like any other, and what it gives is a part of it.

use super::analysis::Analysis;
use super::call::{Argument, Call};
use super::graph::{Origin, Step};
use super::summary::Unit;
use super::value::{Abs, Kind};
use crate::hir::{BlockId, ExprId, ExprKind};
use crate::name::DeclId;
use crate::ty::Ty;

/// How often an analysis may visit an expression on average before functions that run again and again
/// count as late as can be. Only programs that are made for it get there.
const MAX_VISITS: u64 = 16;

/// How often a lambda is analysed for one call, at most.
const MAX_ROUNDS: usize = 4;

/// A function that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callee {
    /// A lambda, with the block around it.
    Lambda(ExprId, Option<BlockId>),
    /// A declared function.
    Declared(DeclId),
}

impl<'db> Analysis<'db> {
    /// A function as a value.
    pub(super) fn function(&mut self, callee: Callee) -> Abs {
        let position = self.functions.iter().position(|known| *known == callee).unwrap_or_else(|| {
            self.functions.push(callee);
            self.functions.len() - 1
        });
        self.values.structure(Kind::Functions(vec![position as u32]), Vec::new())
    }

    /// What a function gives for these arguments.
    pub(super) fn apply(&mut self, function: Abs, args: &[Abs], id: ExprId) -> Abs {
        let shape = self.values.shape(function.shape).clone();
        let mut results = Vec::new();
        if let Kind::Functions(functions) = &shape.kind {
            for function in functions {
                let Some(callee) = self.functions.get(*function as usize).copied() else { continue };
                results.push(self.run_function(callee, args, id));
            }
        }
        for (param, _) in &shape.symbols {
            let before = self.calls.remove(param).unwrap_or_default();
            let together = (0..args.len().max(before.len())).map(|at| {
                let both = [before.get(at), args.get(at)].map(|arg| arg.copied().unwrap_or(Abs::KNOWN));
                self.values.join(&both, Some(id))
            });
            let together = together.collect();
            self.calls.insert(*param, together);
        }
        if !shape.symbols.is_empty() {
            let unknown = self.values.structure(Kind::Flat, shape.symbols);
            results.push(self.values.step(unknown, Step::Element));
        }
        let result = self.values.join(&results, Some(id));
        let which = self.values.graph.join(&[function.over, function.own], Some(id));
        self.values.under(result, which, id)
    }

    fn run_function(&mut self, callee: Callee, args: &[Abs], id: ExprId) -> Abs {
        let wanted = match callee {
            Callee::Lambda(lambda, _) => match &self.body.expr(lambda).kind {
                ExprKind::Lambda(patterns, _) => patterns.len(),
                _ => 0,
            },
            Callee::Declared(decl) => self.param_count(decl),
        };
        // A function of two parameters takes a pair apart.
        let args: Vec<Abs> = match args {
            [pair] if wanted > 1 => {
                (0..wanted as u32).map(|at| self.values.step(*pair, Step::Part(at))).collect()
            }
            _ => args.to_vec(),
        };
        match callee {
            Callee::Lambda(lambda, around) => {
                let ExprKind::Lambda(patterns, block) = &self.body.expr(lambda).kind else {
                    return Abs::KNOWN;
                };
                let mut bound = Vec::new();
                for (pattern, value) in patterns.iter().zip(&args) {
                    self.pattern(pattern, *value, &mut Vec::new(), &mut bound);
                }
                let here = std::mem::replace(&mut self.block, around);
                let result = self.block(*block, &bound);
                self.block = here;
                result
            }
            Callee::Declared(decl) => {
                let span = self.span(id);
                let args = args.iter().map(|value| Some(Argument { value: *value, at: span, absent: false }));
                let mut call = self.call_with(Unit::item(decl), 0, args.collect(), id, span);
                self.given(&mut call, 0, &Ty::Error)
            }
        }
    }

    /// Runs the functions among the arguments of a call with what the declaration calls them with. What they
    /// give takes their place.
    pub(super) fn run_arguments(&mut self, call: &mut Call<'db>) {
        let summary = call.summary;
        let called: Vec<(usize, usize)> = summary
            .calls
            .iter()
            .enumerate()
            .filter_map(|(position, (param, _))| Some((call.position(*param)?, position)))
            .collect();
        if called.is_empty() {
            return;
        }
        let functions: Vec<Abs> = called.iter().map(|(at, _)| call.args[*at]).collect();
        // Nothing is known of what they give before they run.
        for (at, _) in &called {
            call.args[*at] = Abs { shape: super::value::ShapeId::FLAT, ..call.args[*at] };
        }
        let mut before: Vec<Option<Vec<Abs>>> = vec![None; called.len()];
        for round in 0.. {
            let enough = round == MAX_ROUNDS || (round > 0 && !self.may_repeat());
            let mut changed = false;
            for (number, (at, position)) in called.iter().enumerate() {
                call.forget();
                let given = &summary.calls[*position].1;
                let mut args: Vec<Abs> =
                    given.iter().map(|given| call.value(&mut self.values, *given)).collect();
                let known = before[number].as_ref();
                if known.is_some_and(|known| self.values.all_alike(known, &args)) {
                    continue;
                }
                if enough {
                    let late = self.as_late_as_can_be(call.id);
                    args.fill(late);
                }
                let result = self.apply(functions[number], &args, call.id);
                let given = self.values.elements(result);
                call.args[*at] = Abs { shape: given.shape, ..functions[number] };
                before[number] = Some(args);
                changed = true;
            }
            if enough || !changed {
                break;
            }
        }
        call.forget();
    }

    /// `xs.fold(start, f)`: the accumulator is the start, or what the function gave before.
    pub(super) fn fold(&mut self, list: ExprId, start: ExprId, function: ExprId, id: ExprId) -> Abs {
        let collection = self.expr(list);
        let start = self.expr(start);
        let function = self.expr(function);
        let element = self.values.step(collection, Step::Element);
        let shape = self.values.own(collection);
        let mut accumulator = start;
        for round in 0..MAX_ROUNDS {
            let result = self.apply(function, &[accumulator, element], id);
            let next = self.values.join(&[accumulator, result], Some(id));
            if self.values.alike(next, accumulator) {
                return self.values.under(next, shape, id);
            }
            accumulator = next;
            if round > 0 && !self.may_repeat() {
                break;
            }
        }
        // It goes on changing: all of it is as late as all that came together.
        let nodes =
            [self.values.whole(accumulator), self.values.whole(element), self.values.whole(collection)];
        let node = self.values.graph.join(&nodes, Some(id));
        let accumulator = Abs { over: node, ..Abs::KNOWN };
        let result = self.apply(function, &[accumulator, element], id);
        let nodes = [node, self.values.whole(result)];
        Abs { over: self.values.graph.computed(&nodes, id), ..Abs::KNOWN }
    }

    /// Whether something may be analysed once more.
    fn may_repeat(&self) -> bool {
        self.steps < MAX_VISITS * self.body.exprs.len() as u64
    }

    /// Later than anything else may be.
    fn as_late_as_can_be(&mut self, id: ExprId) -> Abs {
        let node = self.values.graph.source(Origin::Computed, super::Phase::Run, id);
        Abs { over: node, ..Abs::KNOWN }
    }
}
