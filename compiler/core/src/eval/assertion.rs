//! What has to hold: `check`, the conditions of types, and messages that show what failed.

use super::{Context, Datum, Env, Evaluator, Frame, Refusal};
use crate::check;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::eval::residual::Phase;
use crate::fact;
use crate::hir::{ExprId as HirId, ExprKind, Stmt};
use crate::name::DeclId;
use crate::notation;
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::plan::RefusalKind;
use mc_plan::value::Value;
use mc_syntax::Span;
use std::rc::Rc;

/// The most parts of a condition whose values a message shows.
const SHOWN_PARTS: usize = 6;

/// The same for what a test expects.
const SHOWN_EXPECTED: usize = 16;

/// How deep below the top of a condition parts are shown.
const SHOWN_DEPTH: u32 = 6;

impl<'db> Evaluator<'db> {
    /// `check c else "why"` of a policy or a component.
    pub(super) fn check(&mut self, frame: Frame<'db>, env: &Rc<Env>, condition: HirId, message: HirId) {
        let datum = self.eval(frame, env, condition);
        let place = self.place(frame, condition);
        match datum {
            Datum::Value(Value::Bool(true)) => {}
            Datum::Value(_) => self.check_failed(frame, env, condition, message, None),
            dead if dead.is_dead() => {}
            other => {
                let Some(Operand::Expr(test)) = self.early(&other, place, "what a `check` asks") else {
                    return;
                };
                let not = self.out.residual.not(test, place);
                let message_place = self.place(frame, message);
                let message = self.under(not, place, |e| {
                    let datum = e.eval(frame, env, message);
                    e.operand(&datum, message_place).filter(|text| e.is_public(text, message_place))
                });
                if let Some(message) = message {
                    let parts = self.host_parts(frame, env, condition);
                    self.refuse((RefusalKind::Check, parts), not, message, place);
                }
            }
        }
    }

    /// Reports an assertion that does not hold, with its message and the values of its parts.
    fn check_failed(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        condition: HirId,
        message: HirId,
        made: Option<Place>,
    ) {
        let headline = match self.eval(frame, env, message) {
            Datum::Value(Value::Str(text)) => text.lines().next().unwrap_or_default().to_owned(),
            _ => "a `check` does not hold".to_owned(),
        };
        let place = self.place(frame, condition);
        let diagnostic = match made {
            None => Diagnostic::error(code::CHECK_FAILED, place, headline).here("does not hold"),
            Some(made) => Diagnostic::error(code::CHECK_FAILED, made, headline)
                .here("this value breaks it")
                .label(place, "does not hold"),
        };
        let diagnostic = self.with_parts(diagnostic, frame, env, condition);
        if self.context.condition.is_none_or(|c| self.out.residual.phase(c) == Phase::Host) {
            self.report(diagnostic);
        }
    }

    /// Lets hosts refuse the plan where a condition holds.
    fn refuse(
        &mut self,
        (kind, parts): (RefusalKind, Vec<(String, Operand)>),
        condition: ExprId,
        message: Operand,
        place: Place,
    ) {
        let condition = self.out.residual.and(self.context.condition, condition, place);
        let Context { policy, repeat, .. } = self.context;
        self.out.refusals.push(Refusal { policy, kind, parts, condition, message, repeat, place });
    }

    /// The parts of a condition that only the host knows, as written, for its message.
    fn host_parts(&mut self, frame: Frame<'db>, env: &Rc<Env>, condition: HirId) -> Vec<(String, Operand)> {
        let mut parts = Vec::new();
        for (part, text, place) in self.written_parts(frame, condition) {
            let before = self.out.diagnostics.len();
            let datum = self.eval(frame, env, part);
            let operand = if datum.is_dead() { None } else { self.operand(&datum, place) };
            self.out.diagnostics.truncate(before);
            let early = match &operand {
                Some(Operand::Expr(id)) => self.out.residual.phase(*id) == Phase::Host,
                _ => false,
            };
            if let (true, Some(operand)) = (early, operand) {
                parts.push((text, operand));
            }
        }
        parts
    }

    /// The parts of a condition that are worth showing, as written.
    pub(super) fn written_parts(&self, frame: Frame<'db>, condition: HirId) -> Vec<(HirId, String, Place)> {
        let mut found = Vec::new();
        collect_parts(frame, condition, 0, &mut found);
        found.truncate(SHOWN_PARTS);
        let written = |part: HirId| {
            let place = self.place(frame, part);
            let range = place.span.start as usize..place.span.end as usize;
            let text = place.file.text(self.db).get(range).unwrap_or_default();
            let short = !text.contains('\n') && text.len() <= 80;
            short.then(|| (part, text.to_owned(), place))
        };
        found.into_iter().filter_map(written).collect()
    }

    /// The `check`s of a record or payload on a value just made; the value, or what takes its place.
    pub(super) fn record_checks(
        &mut self,
        decl: DeclId,
        part: usize,
        fields: &[Datum],
        value: Datum,
        place: Place,
    ) -> Datum {
        let checked = check::body(self.db, decl);
        let Some(part) = checked.parts.get(part) else { return value };
        let block = checked.body.block(*part);
        if !block.stmts.iter().any(|stmt| matches!(stmt, Stmt::Check(..))) {
            return value;
        }
        let frame = Frame { file: decl.file, body: &checked.body };
        let env = self.env(None, block.locals.len());
        for (local, field) in fields.iter().enumerate() {
            super::set(&env, local as u32, field.clone());
        }
        let mut result = value;
        for stmt in &block.stmts {
            let Stmt::Check(condition, message) = stmt else { continue };
            match self.eval(frame, &env, *condition) {
                Datum::Value(Value::Bool(true)) => {}
                Datum::Value(_) => {
                    self.check_failed(frame, &env, *condition, *message, Some(place));
                    return Datum::Poison;
                }
                dead if dead.is_dead() => return Datum::Poison,
                other => {
                    let message_place = self.place(frame, *message);
                    let message = self.eval(frame, &env, *message);
                    let why = (RefusalKind::Check, self.host_parts(frame, &env, *condition));
                    result = self.demand(&other, result, place, why, |e| e.operand(&message, message_place));
                }
            }
        }
        result
    }

    /// A value that must meet the condition of a `type`.
    pub(super) fn refine(&mut self, alias: DeclId, value: Datum, place: Place) -> Datum {
        let Some((frame, env, condition)) = self.condition(alias, &value) else { return Datum::Poison };
        let name = alias.text(self.db);
        match self.eval(frame, &env, condition) {
            Datum::Value(Value::Bool(true)) => value,
            Datum::Value(_) => {
                let shown = self.shown(&value);
                let diagnostic =
                    Diagnostic::error(code::VALUE_DOES_NOT_FIT, place, format!("`{shown}` is no `{name}`"))
                        .here("breaks its condition")
                        .label(self.place(frame, condition), "does not hold");
                let diagnostic = self.with_parts(diagnostic, frame, &env, condition);
                self.report(diagnostic);
                Datum::Poison
            }
            dead if dead.is_dead() => Datum::Poison,
            other => {
                let message = Value::Str(format!("a value is no `{name}`").into());
                let why = (RefusalKind::Refinement, self.host_parts(frame, &env, condition));
                self.demand(&other, value, place, why, |_| Some(Operand::Value(message)))
            }
        }
    }

    /// The same, absent where the condition does not hold or the value is absent already.
    pub(super) fn try_refine(&mut self, alias: DeclId, value: Datum, place: Place) -> Datum {
        match &value {
            Datum::Value(Value::None) => return value,
            dead if dead.is_dead() => return Datum::Poison,
            _ => {}
        }
        let Some((frame, env, condition)) = self.condition(alias, &value) else { return Datum::Poison };
        let answer = self.eval(frame, &env, condition);
        let answer = match (&value, answer) {
            // A value that may be absent is asked only where it is there.
            (Datum::Node(id), Datum::Node(test)) => {
                let some = self.out.residual.node(Node::IsSome(*id), place);
                Datum::Node(self.out.residual.node(Node::And(some, test), place))
            }
            (_, answer) => answer,
        };
        match answer {
            Datum::Value(Value::Bool(true)) => value,
            Datum::Value(_) => Datum::NONE,
            dead if dead.is_dead() => Datum::Poison,
            other => match self.node(&other, place) {
                Some(test) => self.choose(test, value, Datum::NONE, place),
                None => Datum::Poison,
            },
        }
    }

    /// The condition of a `type` with `it` set.
    fn condition(&mut self, alias: DeclId, value: &Datum) -> Option<(Frame<'db>, Rc<Env>, HirId)> {
        if value.is_dead() {
            return None;
        }
        let checked = check::body(self.db, alias);
        let block = checked.body.block(checked.body.root?);
        let env = self.env(None, block.locals.len());
        super::set(&env, 0, value.clone());
        Some((Frame { file: alias.file, body: &checked.body }, env, block.value?))
    }

    /// A value that the host may only use where a test holds. Early tests refuse the plan, so that the value
    /// keeps what is known of it; later ones fail whatever reads it.
    fn demand(
        &mut self,
        test: &Datum,
        value: Datum,
        place: Place,
        why: (RefusalKind, Vec<(String, Operand)>),
        message: impl FnOnce(&mut Self) -> Option<Operand>,
    ) -> Datum {
        if self.context.inside {
            return self.fails_inside(place);
        }
        let Some(test) = self.node(test, place) else { return Datum::Poison };
        let Some(message) = message(self) else { return Datum::Poison };
        // Whoever reads a fact that is wrong did nothing wrong itself.
        let message = match (self.context.fact, message) {
            (Some(id), Operand::Value(Value::Str(text))) => {
                Operand::Value(Value::Str(format!("the fact `{}`: {text}", fact::name(self.db, id)).into()))
            }
            (_, message) => message,
        };
        let late = self.out.residual.phase(test) == Phase::Run
            || self.context.condition.is_some_and(|c| self.out.residual.phase(c) == Phase::Run);
        if !late && self.context.lambdas == 0 && !self.context.module {
            let not = self.out.residual.not(test, place);
            self.refuse(why, not, message, place);
            return value;
        }
        let message = match message {
            Operand::Expr(id) => id,
            Operand::Value(value) => self.out.residual.node(Node::Const(value), place),
        };
        let fail = self.out.residual.node(Node::Fail(message), place);
        match self.node(&value, place) {
            Some(value) => Datum::Node(self.out.residual.node(Node::If(test, value, fail), place)),
            None => Datum::Poison,
        }
    }

    /// Adds the value of every part of a condition that failed.
    pub(super) fn with_parts(
        &mut self,
        mut diagnostic: Diagnostic,
        frame: Frame<'db>,
        env: &Rc<Env>,
        condition: HirId,
    ) -> Diagnostic {
        let mut parts = Vec::new();
        collect_parts(frame, condition, 0, &mut parts);
        let in_test = self.testing.is_some();
        if in_test {
            // That all of it is false is said anyway.
            parts.retain(|part| *part != condition);
        }
        parts.truncate(if in_test { SHOWN_EXPECTED } else { SHOWN_PARTS });
        for part in parts {
            let before = self.out.diagnostics.len();
            let datum = self.eval(frame, env, part);
            self.out.diagnostics.truncate(before);
            if let Datum::Value(value) = &datum {
                let shown = self.shown_as(value, &frame.body.expr(part).ty);
                let place = if in_test { self.last_link(frame, part) } else { self.place(frame, part) };
                diagnostic = diagnostic.label(place, format!("is `{shown}`"));
            }
        }
        diagnostic
    }

    /// Where the last link of a chain stands: `.name` of `site.name`, so that each link has its own label.
    fn last_link(&self, frame: Frame<'db>, id: HirId) -> Place {
        let whole = self.place(frame, id);
        let base = match &frame.body.expr(id).kind {
            ExprKind::Field(base, ..)
            | ExprKind::PlannedAttribute(base, ..)
            | ExprKind::PlannedKey(base, _)
            | ExprKind::PlanCall(_, base, _)
            | ExprKind::PlanCount(base, _)
            | ExprKind::Each(_, base, ..)
            | ExprKind::Index(base, _) => *base,
            ExprKind::Call(_, args, _) => match args.first() {
                Some(base) => *base,
                None => return whole,
            },
            _ => return whole,
        };
        let base = frame.body.expr(base).span;
        if base.start != whole.span.start || base.end >= whole.span.end {
            return whole;
        }
        Place::new(frame.file, Span::new(base.end, whole.span.end))
    }

    /// A datum as users write values, cut where it is long.
    fn shown(&self, datum: &Datum) -> String {
        match datum {
            Datum::Value(value) => notation::short_value(value),
            _ => "..".to_owned(),
        }
    }
}

/// The parts of a condition that are worth showing: names, fields and calls, not literals, and not what only
/// puts others together.
fn collect_parts(frame: Frame<'_>, id: HirId, depth: u32, found: &mut Vec<HirId>) {
    if depth > SHOWN_DEPTH {
        return;
    }
    let inner = |ids: &[HirId], found: &mut Vec<HirId>| {
        ids.iter().for_each(|id| collect_parts(frame, *id, depth + 1, found));
    };
    match &frame.body.expr(id).kind {
        ExprKind::Local(..)
        | ExprKind::Global(..)
        | ExprKind::HostFact(_)
        | ExprKind::Index(..)
        | ExprKind::Label(_)
        | ExprKind::SelfKey
        | ExprKind::SelfAttribute(_)
        | ExprKind::Change(_) => found.push(id),
        ExprKind::Field(base, ..) => {
            found.push(id);
            // Of facts the whole way says enough; of what else is taken apart, what it is taken from counts.
            if !matches!(
                frame.body.expr(*base).kind,
                ExprKind::Field(..) | ExprKind::Facts | ExprKind::HostFact(_) | ExprKind::Local(..)
            ) {
                inner(&[*base], found);
            }
        }
        ExprKind::PlanCall(..) | ExprKind::PlanCount(..) => found.push(id),
        ExprKind::PlannedKey(..) | ExprKind::PlannedAttribute(..) => found.push(id),
        ExprKind::Call(_, args, _) => {
            found.push(id);
            inner(args, found);
        }
        ExprKind::CallFn(_, args) => {
            found.push(id);
            let args: Vec<HirId> = args.iter().flatten().copied().collect();
            inner(&args, found);
        }
        ExprKind::Each(_, list, _, _) => {
            found.push(id);
            inner(&[*list], found);
        }
        ExprKind::Binary(operator, a, b) => {
            use mc_plan::expr::BinaryOp as B;
            if matches!(operator, B::Add | B::Subtract | B::Multiply | B::Divide | B::Remainder) {
                found.push(id);
            }
            inner(&[*a, *b], found);
        }
        ExprKind::And(a, b) | ExprKind::Or(a, b) | ExprKind::Coalesce(a, b) => inner(&[*a, *b], found),
        ExprKind::Unary(_, a) | ExprKind::Typed(a) => inner(&[*a], found),
        _ => {}
    }
}
