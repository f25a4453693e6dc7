//! The values of modules.
//!
//! They are evaluated in an order in which each is there before another one names it. What a function, a default or a
//! condition of a type reads is not seen in that order, so a value that is not there yet is evaluated when it is
//! asked for.

use super::{Context, Datum, Env, Evaluator, Frame, get};
use crate::check::{self, Checked};
use crate::db::File;
use crate::hir::Stmt;
use std::cell::RefCell;
use std::rc::Rc;

/// The values of a module that are not evaluated yet, by position. One that is being evaluated is none of them.
pub(super) type Open<'db> = Vec<Option<&'db Stmt>>;

impl<'db> Evaluator<'db> {
    /// A value of a module.
    pub(super) fn global(&mut self, file: File, local: u32) -> Datum {
        let env = self.module(file);
        if let Some(stmt) = self.take_open(file, local) {
            self.at_module(|e, frame| e.stmt(frame, &env, stmt), file);
        }
        get(&env, 0, local)
    }

    /// The values of a module.
    pub(super) fn module(&mut self, file: File) -> Rc<Env> {
        if let Some(env) = self.modules.get(&file) {
            return Rc::clone(env);
        }
        let checked: &Checked = check::values(self.db, file);
        let block = checked.body.root.map(|root| checked.body.block(root));
        let count = block.map_or(0, |block| block.locals.len());
        let env = Rc::new(Env { parent: None, slots: RefCell::new(vec![Datum::Poison; count]) });
        self.modules.insert(file, Rc::clone(&env));
        let Some(block) = block else { return env };
        let mut open: Open<'db> = vec![None; count];
        for stmt in &block.stmts {
            if let Stmt::Let(local, _) | Stmt::ConstLet(local, _) = stmt
                && let Some(slot) = open.get_mut(*local as usize)
            {
                *slot = Some(stmt);
            }
        }
        self.open.insert(file, open);
        if self.watch.is_some() {
            return env;
        }
        self.at_module(
            |e, frame| {
                for stmt in &block.stmts {
                    if let Stmt::Let(local, _) | Stmt::ConstLet(local, _) = stmt
                        && let Some(stmt) = e.take_open(file, *local)
                    {
                        e.stmt(frame, &env, stmt);
                    }
                }
            },
            file,
        );
        self.open.remove(&file);
        env
    }

    fn take_open(&mut self, file: File, local: u32) -> Option<&'db Stmt> {
        self.open.get_mut(&file)?.get_mut(local as usize)?.take()
    }

    /// Evaluates values of a module, which are the same wherever they are asked for.
    fn at_module(&mut self, run: impl FnOnce(&mut Self, Frame<'db>), file: File) {
        let frame = Frame { file, body: &check::values(self.db, file).body };
        let context = Context {
            condition: None,
            own: None,
            lambdas: 0,
            repeat: None,
            told: None,
            module: true,
            fact: None,
            inside: false,
            ..self.context.clone()
        };
        self.with_context(context, |e| run(e, frame));
    }
}
