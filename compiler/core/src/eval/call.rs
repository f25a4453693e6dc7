//! Calls: of functions and templates, with the parameters that an argument or a default sets; and `fail`.

use super::{Context, Datum, Env, Evaluator, Frame, Refusal};
use crate::check::{self, Checked};
use crate::db::File;
use crate::diagnostic::{Code, Diagnostic, Place, code};
use crate::hir::{self, Stmt};
use crate::name::DeclId;
use mc_plan::expr::Node;
use mc_plan::plan::RefusalKind;
use mc_plan::value::Value;
use std::rc::Rc;

impl<'db> Evaluator<'db> {
    /// Calls a user's function.
    pub(super) fn call(&mut self, decl: DeclId, args: Vec<Option<Datum>>) -> Datum {
        self.call_checked(decl.file, check::body(self.db, decl), args)
    }

    /// Calls what has parameters and a value: a function, a template.
    pub(super) fn call_checked(
        &mut self,
        file: File,
        checked: &'db Checked,
        args: Vec<Option<Datum>>,
    ) -> Datum {
        let (Some(root), Some(_)) = (checked.body.root, checked.parts.first()) else { return Datum::Poison };
        let frame = Frame { file, body: &checked.body };
        let env = self.bind_params(frame, root, args, &[]);
        let own = self.context.own.take();
        let result =
            checked.body.block(root).value.map_or(Datum::Poison, |value| self.eval(frame, &env, value));
        self.context.own = own;
        result
    }

    /// The block of parameters: each from its argument or its default. Where `given` has a condition, the argument
    /// counts where it holds.
    pub(super) fn bind_params(
        &mut self,
        frame: Frame<'db>,
        block: hir::BlockId,
        args: Vec<Option<Datum>>,
        given: &[Option<(Datum, Place)>],
    ) -> Rc<Env> {
        let block = frame.body.block(block);
        let env = self.env(None, block.locals.len());
        let mut args = args;
        for stmt in &block.stmts {
            let Stmt::Param(hir::Param { local, position, default, .. }) = stmt else { continue };
            let arg = args.get_mut(*position as usize).and_then(Option::take);
            let condition = given.get(*position as usize).and_then(Option::as_ref);
            let otherwise = |e: &mut Self| match default {
                Some(default) => e.eval(frame, &env, *default),
                None => Datum::NONE,
            };
            let datum = match (arg, condition) {
                (Some(datum), None | Some((Datum::Value(Value::Bool(true)), _))) => datum,
                (None, _) | (Some(_), Some((Datum::Value(_), _))) => otherwise(self),
                (Some(datum), Some((condition, place))) => match self.node(condition, *place) {
                    Some(test) => {
                        let not = self.out.residual.not(test, *place);
                        let default = self.under(not, *place, otherwise);
                        self.choose(test, datum, default, *place)
                    }
                    None => Datum::Poison,
                },
            };
            super::set(&env, *local, datum);
        }
        env
    }

    /// `fail` has the phase of the conditions around it.
    pub(super) fn fail(&mut self, message: &Datum, place: Place, (code, here): (Code, &str)) -> Datum {
        if self.context.inside {
            return self.fails_inside(place);
        }
        if message.is_dead() {
            return message.clone();
        }
        let run =
            self.context.condition.is_some_and(|c| self.out.residual.phase(c) == super::residual::Phase::Run);
        // The values of a module belong to no policy: whoever reads them fails.
        let residual = self.context.module && self.context.condition.is_some();
        if self.context.lambdas > 0 || run || residual {
            return match self.node(message, place) {
                Some(id) => Datum::Node(self.out.residual.node(Node::Fail(id), place)),
                None => Datum::Poison,
            };
        }
        // Inside of a loop of the host it is reached only where there is an element.
        let condition = match (self.context.condition, self.context.repeat) {
            (None, Some(_)) => Some(self.out.residual.node(Node::Const(Value::Bool(true)), place)),
            (condition, _) => condition,
        };
        match (condition, message) {
            (None, Datum::Value(Value::Str(text))) => {
                let headline = text.lines().next().unwrap_or_default().to_owned();
                self.report(Diagnostic::error(code, place, headline).here(here));
                Datum::Poison
            }
            (None, _) => {
                let headline = "the program says `fail`, with a message that only the host knows";
                self.report(Diagnostic::error(code::FAILED, place, headline).here("reached on every host"));
                Datum::Poison
            }
            (Some(condition), message) => {
                if let Some(message) = self.operand(message, place).filter(|m| self.is_public(m, place)) {
                    let Context { policy, repeat, .. } = self.context;
                    let (kind, parts) = (RefusalKind::Fail, Vec::new());
                    self.out.refusals.push(Refusal {
                        policy,
                        kind,
                        parts,
                        condition,
                        message,
                        repeat,
                        place,
                    });
                }
                Datum::Never
            }
        }
    }
}
