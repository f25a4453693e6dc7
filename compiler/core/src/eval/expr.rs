//! Expressions.

use super::branch::BranchKind;
use super::each::Callable;
use super::matching::Test;
use super::{Context, Datum, Env, Evaluator, Frame, get};
use crate::check;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::hir::{ExprId as HirId, ExprKind};
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_plan::expr::{Builtin, ExprId, Node, UnaryOp};
use mc_plan::op::{self, EvalError};
use mc_plan::value::Value;
use std::rc::Rc;
use std::sync::Arc;

/// How many parts a text may have for those of others to be spliced into it.
const MAX_SPLICE: usize = 64;

impl<'db> Evaluator<'db> {
    /// Evaluates an expression.
    pub(super) fn eval(&mut self, frame: Frame<'db>, env: &Rc<Env>, id: HirId) -> Datum {
        self.depth += 1;
        let expr = frame.body.expr(id);
        let datum = if self.spend(frame, expr.span) { self.eval_kind(frame, env, id) } else { Datum::Poison };
        self.depth -= 1;
        // Some questions have an answer after all.
        let datum = match datum {
            Datum::Node(id) => match self.out.residual.get(id) {
                Some(Node::Const(value)) => Datum::Value(value.clone()),
                _ => datum,
            },
            datum => datum,
        };
        if self.watch.is_some() {
            self.saw(frame.body, id, &datum);
        }
        datum
    }

    fn eval_kind(&mut self, frame: Frame<'db>, env: &Rc<Env>, id: HirId) -> Datum {
        let expr = frame.body.expr(id);
        let place = self.place(frame, id);
        match &expr.kind {
            ExprKind::Error => Datum::Poison,
            ExprKind::Value(value) => Datum::Value(value.clone()),
            ExprKind::Local(hops, local) => get(env, *hops, *local),
            ExprKind::Global(file, local) => self.global(*file, *local),
            ExprKind::Facts => match self.given_facts(place) {
                Some(given) => given,
                None => Datum::Fact(smol_str::SmolStr::default(), expr.ty.clone()),
            },
            ExprKind::HostFact(id) => self.host_fact(*id, place),
            ExprKind::Label(position) => match self.given_label(*position, place) {
                Some(given) => given,
                None => Datum::Node(self.out.residual.node(Node::Label(*position), place)),
            },
            ExprKind::SelfKey => self.self_key(place),
            ExprKind::SelfAttribute(position) => {
                Datum::Node(self.out.residual.node(Node::Attribute(*position), place))
            }
            ExprKind::Change(fact) => Datum::Node(self.out.residual.node(Node::Change(*fact), place)),
            ExprKind::SelfEarly(position) => {
                Datum::Node(self.out.residual.node(Node::Early(*position), place))
            }
            ExprKind::Field(base, position, lifted) => {
                let datum = self.eval(frame, env, *base);
                let name = self.field_name(&frame.body.expr(*base).ty, *position);
                self.lift(datum, *lifted, place, |e, datum| {
                    e.field(&datum, *position, &name, &expr.ty, place)
                })
            }
            ExprKind::Key(base, lifted) => {
                let datum = self.eval(frame, env, *base);
                self.key_of(&datum, *lifted, place)
            }
            ExprKind::Output(base, position, lifted) => {
                let datum = self.eval(frame, env, *base);
                self.output(&datum, *position, *lifted, place)
            }
            ExprKind::InstanceOut(base, position, lifted) => {
                let datum = self.eval(frame, env, *base);
                self.instance_out(&datum, *position, *lifted, place)
            }
            ExprKind::Call(builtin, args, lifted) => {
                let args: Vec<Datum> = args.iter().map(|arg| self.eval(frame, env, *arg)).collect();
                let Some((first, rest)) = args.split_first() else { return Datum::Poison };
                self.lift(first.clone(), *lifted, place, |e, first| {
                    let mut all = vec![first];
                    all.extend(rest.iter().cloned());
                    let result = e.builtin(*builtin, &all, place);
                    // What a built-in function gives is there, unless its type says otherwise.
                    if let (Datum::Node(id), false) = (&result, *lifted)
                        && !matches!(expr.ty.plain(), Ty::Optional(_) | Ty::Param(..))
                        && matches!(e.out.residual.get(*id), Some(Node::Call(..)))
                    {
                        e.out.residual.mark_present(*id);
                    }
                    result
                })
            }
            ExprKind::CallFn(decl, args) => {
                // Functions among the arguments live as long as the call.
                let functions = self.callables.len();
                let args: Vec<Option<Datum>> =
                    args.iter().map(|a| a.map(|a| self.eval(frame, env, a))).collect();
                let result = self.call(*decl, args);
                self.callables.truncate(functions);
                result
            }
            ExprKind::Function(decl) => self.function_datum(Callable::Declared(*decl)),
            ExprKind::Lambda(patterns, block) => {
                self.function_datum(Callable::Lambda(frame, Rc::clone(env), patterns, *block))
            }
            ExprKind::CallValue(function, args, lifted) => {
                let inside = self.is_inside(frame, *function, args);
                let Some(function) = self.callable(frame, env, *function) else { return Datum::Poison };
                let args: Vec<Datum> = args.iter().map(|arg| self.eval(frame, env, *arg)).collect();
                if args.iter().any(Datum::is_dead) {
                    return Datum::Poison;
                }
                let Some((first, rest)) = args.split_first() else {
                    return self.apply(&function, Vec::new(), place);
                };
                let before = self.context.inside;
                self.context.inside |= inside;
                let result = self.lift(first.clone(), *lifted, place, |e, first| {
                    let all = std::iter::once(first).chain(rest.iter().cloned()).collect();
                    e.apply(&function, all, place)
                });
                self.context.inside = before;
                result
            }
            ExprKind::Each(kind, list, function, lifted) => {
                let datum = self.eval(frame, env, *list);
                let Some(function) = self.callable(frame, env, *function) else { return Datum::Poison };
                self.lift(datum, *lifted, place, |e, datum| e.each(*kind, &datum, &function, place))
            }
            ExprKind::Fold(list, start, function, lifted) => {
                let datum = self.eval(frame, env, *list);
                let start = self.eval(frame, env, *start);
                let Some(function) = self.callable(frame, env, *function) else { return Datum::Poison };
                self.lift(datum, *lifted, place, |e, datum| e.fold(&datum, start, &function, place))
            }
            ExprKind::Fail(message) => {
                let message = self.eval(frame, env, *message);
                self.fail(&message, place, (code::FAILED, "the program says `fail` here"))
            }
            ExprKind::NoFile(message) => {
                let message = self.eval(frame, env, *message);
                self.fail(&message, place, (code::NO_ASSET, "no such file"))
            }
            ExprKind::OrDefault(_, value) => self.eval(frame, env, *value),
            ExprKind::CallTemplate(file, args) => {
                let args = args.iter().map(|a| a.map(|a| self.eval(frame, env, a))).collect();
                self.call_checked(*file, check::template(self.db, *file), args)
            }
            ExprKind::Unary(operator, operand) => match self.eval(frame, env, *operand) {
                Datum::Value(value) => self.checked(op::unary(*operator, &value), place),
                other if other.is_dead() => other,
                other => match (self.node(&other, place), operator) {
                    (None, _) => Datum::Poison,
                    (Some(id), UnaryOp::Not) => Datum::Node(self.out.residual.not(id, place)),
                    (Some(id), operator) => {
                        Datum::Node(self.out.residual.node(Node::Unary(*operator, id), place))
                    }
                },
            },
            ExprKind::Binary(operator, a, b) => {
                let optional = |id: &HirId| matches!(frame.body.expr(*id).ty.plain(), Ty::Optional(_));
                let optional = optional(a) || optional(b);
                let a = self.eval(frame, env, *a);
                let b = self.eval(frame, env, *b);
                match bare_variant(&a, &b) {
                    Some((node, tag)) if optional && !node.is_dead() => {
                        self.is_variant_if_there(*operator, node, tag, place)
                    }
                    _ => self.binary(*operator, &a, &b, place),
                }
            }
            ExprKind::And(a, b) => self.logic(frame, env, *a, *b, true, place),
            ExprKind::Or(a, b) => self.logic(frame, env, *a, *b, false, place),
            ExprKind::Coalesce(a, b) => self.coalesce(frame, env, *a, *b, place),
            ExprKind::Concat(parts) => {
                let parts: Vec<Datum> = parts.iter().map(|part| self.eval(frame, env, *part)).collect();
                self.concat(&parts, place)
            }
            ExprKind::VariantName(value) => {
                let datum = self.eval(frame, env, *value);
                self.variant_name(&datum, &frame.body.expr(*value).ty, place)
            }
            ExprKind::List(items) => {
                let items: Vec<Datum> = items.iter().map(|item| self.eval(frame, env, *item)).collect();
                if items.iter().any(Datum::is_dead) { Datum::Poison } else { Datum::list(items) }
            }
            ExprKind::Set(items) => {
                let items: Vec<Datum> = items.iter().map(|item| self.eval(frame, env, *item)).collect();
                if items.iter().any(Datum::is_dead) {
                    return Datum::Poison;
                }
                self.builtin(Builtin::ToSet, &[Datum::list(items)], place)
            }
            ExprKind::Tuple(items) => {
                let items: Vec<Datum> = items.iter().map(|item| self.eval(frame, env, *item)).collect();
                if items.iter().any(Datum::is_dead) { Datum::Poison } else { Datum::record(items) }
            }
            ExprKind::Map(entries) => {
                let entries: Vec<(Datum, Datum, Place)> = entries
                    .iter()
                    .map(|(k, v)| {
                        (self.eval(frame, env, *k), self.eval(frame, env, *v), self.place(frame, *k))
                    })
                    .collect();
                self.map(entries, place)
            }
            ExprKind::With(base, changes) => {
                let datum = self.eval(frame, env, *base);
                let changes: Vec<(&[u32], Datum)> = changes
                    .iter()
                    .map(|(path, value)| (path.as_slice(), self.eval(frame, env, *value)))
                    .collect();
                if datum.is_dead() || changes.iter().any(|(_, value)| value.is_dead()) {
                    return Datum::Poison;
                }
                self.with(&datum, &expr.ty, &changes, place)
            }
            ExprKind::Secret(name) => {
                let position = self.secret(name);
                Datum::Node(self.out.residual.node(Node::Secret(position), place))
            }
            ExprKind::SecretNamed(name) => {
                let at = self.place(frame, *name);
                match self.eval(frame, env, *name) {
                    Datum::Value(Value::Str(name)) if check::is_secret_name(&name) => {
                        let position = self.secret(&name);
                        Datum::Node(self.out.residual.node(Node::Secret(position), place))
                    }
                    Datum::Value(_) => {
                        self.report(check::no_secret_name(at, code::VALUE_DOES_NOT_FIT));
                        Datum::Poison
                    }
                    dead if dead.is_dead() => dead,
                    late => {
                        let (what, needed) = ("the name of a secret", "known when the bundle is built");
                        self.too_late(at, &late, what, needed);
                        Datum::Poison
                    }
                }
            }
            ExprKind::Described(value) => {
                let datum = self.eval(frame, env, *value);
                self.with_budget(|e| e.describe(&datum, &expr.ty, place))
            }
            ExprKind::Typed(value) => self.eval(frame, env, *value),
            ExprKind::Index(list, index) => {
                let list = self.eval(frame, env, *list);
                let index = self.eval(frame, env, *index);
                self.index(&list, &index, place)
            }
            ExprKind::Record(decl, fields) => {
                let fields = self.fields(frame, env, *decl, 0, fields);
                if fields.iter().any(Datum::is_dead) {
                    return Datum::Poison;
                }
                let value = Datum::record(fields.clone());
                self.record_checks(*decl, 0, &fields, value, place)
            }
            ExprKind::Variant(decl, tag, fields) => {
                let fields = self.fields(frame, env, *decl, *tag as usize, fields);
                if fields.iter().any(Datum::is_dead) {
                    return Datum::Poison;
                }
                let value = Datum::variant(*tag, fields.clone());
                self.record_checks(*decl, *tag as usize, &fields, value, place)
            }
            ExprKind::Convert(kind, value) => match self.eval(frame, env, *value) {
                Datum::Value(value) => self.checked(op::convert_value(*kind, &value), place),
                other if other.is_dead() => other,
                _ if self.context.inside => self.fails_inside(place),
                other => match self.node(&other, place) {
                    Some(id) => Datum::Node(self.out.residual.node(Node::Convert(*kind, id), place)),
                    None => Datum::Poison,
                },
            },
            ExprKind::TryConvert(kind, value) => match self.eval(frame, env, *value) {
                Datum::Value(value) => op::convert_value(*kind, &value).map_or(Datum::NONE, Datum::Value),
                other if other.is_dead() => other,
                other => match self.node(&other, place) {
                    Some(id) => Datum::Node(self.out.residual.node(Node::TryConvert(*kind, id), place)),
                    None => Datum::Poison,
                },
            },
            ExprKind::TryVariant(decl, value) => {
                let datum = self.eval(frame, env, *value);
                self.variant_named(*decl, &datum, place)
            }
            ExprKind::Refine(alias, value) => {
                let datum = self.eval(frame, env, *value);
                self.refine(*alias, datum, place)
            }
            ExprKind::TryRefine(alias, value) => {
                let datum = self.eval(frame, env, *value);
                self.try_refine(*alias, datum, place)
            }
            ExprKind::Block(block) => self.block(frame, Some(Rc::clone(env)), *block, Vec::new()),
            ExprKind::If(condition, then, otherwise) => {
                let subject = self.place(frame, *condition);
                let condition = self.eval(frame, env, *condition);
                match condition {
                    Datum::Value(Value::Bool(true)) => {
                        self.takes_in_test(BranchKind::If, subject, (0, subject.span));
                        self.block(frame, Some(Rc::clone(env)), *then, Vec::new())
                    }
                    Datum::Value(_) => {
                        self.takes_in_test(BranchKind::If, subject, (1, subject.span));
                        otherwise.map_or(Datum::NONE, |e| self.eval(frame, env, e))
                    }
                    dead if dead.is_dead() => dead,
                    other => {
                        let Some(test) = self.node(&other, place) else { return Datum::Poison };
                        self.takes_both(BranchKind::If, subject, test);
                        let a = self
                            .under(test, place, |e| e.block(frame, Some(Rc::clone(env)), *then, Vec::new()));
                        let not = self.out.residual.not(test, place);
                        let b = self
                            .under(not, place, |e| otherwise.map_or(Datum::NONE, |o| e.eval(frame, env, o)));
                        self.choose(test, a, b, place)
                    }
                }
            }
            ExprKind::IfLet(value, pattern, then, otherwise) => {
                self.if_let(frame, env, (*value, pattern), *then, *otherwise, place)
            }
            ExprKind::Match(value, arms) => self.matching(frame, env, *value, arms, place),
            ExprKind::For(iterable, pattern, body) => {
                let list = self.eval(frame, env, *iterable);
                self.repeat(frame, env, &list, pattern, *body, self.place(frame, *iterable))
            }
            ExprKind::Resource(_) => self.declare_resource(frame, env, id),
            ExprKind::Instance(_) => self.declare_instance(frame, env, id),
            ExprKind::Plan(policies) => self.plan(policies, place),
            ExprKind::PlanCall(method, plan, args) => {
                let plan = self.eval(frame, env, *plan);
                let args: Vec<(Datum, Place)> =
                    args.iter().map(|arg| (self.eval(frame, env, *arg), self.place(frame, *arg))).collect();
                self.ask(*method, &plan, &args, place)
            }
            ExprKind::PlanCount(plan, decl) => {
                let plan = self.eval(frame, env, *plan);
                self.count_planned(&plan, *decl)
            }
            ExprKind::Planned(plan, reference) => {
                let plan = self.eval(frame, env, *plan);
                let reference = self.eval(frame, env, *reference);
                self.planned_resource(&plan, &reference)
            }
            ExprKind::PlannedKey(resource, _) => {
                let resource = self.eval(frame, env, *resource);
                self.planned_key(&resource)
            }
            ExprKind::PlannedAttribute(resource, position, _) => {
                let resource = self.eval(frame, env, *resource);
                self.planned_attribute(&resource, *position, place)
            }
            ExprKind::LabelValues(fields) => self.label_values(frame, env, fields),
            ExprKind::Reference(decl, key) => {
                let datum = self.eval(frame, env, *key);
                self.reference(*decl, &datum, self.place(frame, *key))
            }
        }
    }

    /// Whether a call hands what is in a secret to a function: `s.map(f)`.
    fn is_inside(&self, frame: Frame<'db>, function: HirId, args: &[HirId]) -> bool {
        let secret = |ty: &Ty| matches!(ty.some_plain(), Ty::Secret(_));
        let Some(first) = args.first() else { return false };
        match frame.body.expr(function).ty.plain() {
            Ty::Fn(params, _) => secret(&frame.body.expr(*first).ty) && !params.first().is_some_and(secret),
            _ => false,
        }
    }

    /// A constant operation's result; its failure is the user's.
    pub(super) fn checked(&mut self, result: Result<Value, EvalError>, place: Place) -> Datum {
        match result {
            Ok(value) => {
                let size = match &value {
                    Value::Str(text) => text.len(),
                    Value::List(items) => items.len(),
                    Value::Map(entries) => entries.len(),
                    _ => 0,
                };
                if self.produce(size, place) { Datum::Value(value) } else { Datum::Poison }
            }
            Err(error) => {
                let code = match &error {
                    EvalError::Text(_) => code::VALUE_DOES_NOT_FIT,
                    EvalError::Index { .. } => code::OUT_OF_RANGE,
                    EvalError::TextTooLong(_)
                    | EvalError::ListTooLong(_)
                    | EvalError::TooDeep
                    | EvalError::TooManySteps(_)
                    | EvalError::TooMuchOutput(_) => code::BUDGET,
                    _ => code::ARITHMETIC,
                };
                self.report(Diagnostic::error(code, place, error.to_string()).here("computed here"));
                Datum::Poison
            }
        }
    }

    /// Applies an operation to what may be absent: absent stays absent.
    fn lift(
        &mut self,
        datum: Datum,
        lifted: bool,
        place: Place,
        operation: impl FnOnce(&mut Self, Datum) -> Datum,
    ) -> Datum {
        if datum.is_dead() {
            return datum;
        }
        if !lifted {
            return operation(self, datum);
        }
        match &datum {
            Datum::Value(Value::None) => datum,
            Datum::Node(_) | Datum::Fact(..) => {
                let Some(base) = self.node(&datum, place) else { return Datum::Poison };
                let result = operation(self, Datum::Node(base));
                match self.node(&result, place) {
                    Some(then) => Datum::Node(self.out.residual.node(Node::IfSome(base, then), place)),
                    None => Datum::Poison,
                }
            }
            _ => operation(self, datum),
        }
    }

    /// Whether values are small enough for an operation to look at all of them.
    pub(super) fn are_bounded<'v>(
        &mut self,
        values: impl IntoIterator<Item = &'v Value>,
        place: Place,
    ) -> bool {
        self.with_budget(|e| values.into_iter().all(|value| e.is_bounded(value, place)))
    }

    /// A list that was made of others, if it is not too long.
    pub(super) fn sized(&mut self, datum: Datum, place: Place) -> Datum {
        let length = match &datum {
            Datum::List(items) => items.len(),
            Datum::Value(Value::List(items)) => items.len(),
            _ => return datum,
        };
        if length > op::MAX_LIST {
            return self.checked(Err(EvalError::ListTooLong("list")), place);
        }
        if self.produce(length, place) { datum } else { Datum::Poison }
    }

    pub(super) fn builtin(&mut self, builtin: Builtin, args: &[Datum], place: Place) -> Datum {
        if args.iter().any(Datum::is_dead) {
            return Datum::Poison;
        }
        if let Some(known) = super::shape::of_shape(builtin, args) {
            return self.sized(known, place);
        }
        // What a template repeats is joined with what stands around it.
        if let (Builtin::Join, [Datum::List(items), Datum::Value(Value::Str(separator))]) = (builtin, args)
            && separator.is_empty()
        {
            return self.concat(items, place);
        }
        let values: Option<Vec<Value>> = args
            .iter()
            .map(|arg| match arg {
                Datum::Value(value) => Some(value.clone()),
                _ => None,
            })
            .collect();
        if let Some(values) = values {
            if !self.are_bounded(&values, place) {
                return Datum::Poison;
            }
            return self.checked(op::call(builtin, &values), place);
        }
        match self.nodes(args, place) {
            Some(nodes) => Datum::Node(self.out.residual.node(Node::Call(builtin, nodes), place)),
            None => Datum::Poison,
        }
    }

    pub(super) fn binary(
        &mut self,
        operator: mc_plan::expr::BinaryOp,
        a: &Datum,
        b: &Datum,
        place: Place,
    ) -> Datum {
        use mc_plan::expr::BinaryOp as B;
        if a.is_dead() || b.is_dead() {
            return Datum::Poison;
        }
        if operator == B::Add
            && let (Some(x), Some(y)) = (a.elements(), b.elements())
        {
            return self.sized(Datum::list(x.into_iter().chain(y).collect()), place);
        }
        if let (Datum::Value(x), Datum::Value(y)) = (a, b) {
            if !self.are_bounded([x, y], place) {
                return Datum::Poison;
            }
            return self.checked(op::binary(operator, x, y), place);
        }
        // `x == .Variant` asks for the variant, which conditions are compared by.
        if let (B::Equal | B::NotEqual, Some((node, tag))) = (operator, bare_variant(a, b)) {
            let Some(id) = self.node(node, place) else { return Datum::Poison };
            let test = self.out.residual.node(Node::IsVariant(id, tag), place);
            return Datum::Node(if operator == B::Equal { test } else { self.out.residual.not(test, place) });
        }
        if operator == B::In
            && let Some(elements) = b.elements()
        {
            return self.any_equal(a, &elements, place);
        }
        match (self.node(a, place), self.node(b, place)) {
            (Some(x), Some(y)) => Datum::Node(self.out.residual.node(Node::Binary(operator, x, y), place)),
            _ => Datum::Poison,
        }
    }

    /// `x == .Variant` of what may be absent, which is then no variant at all.
    fn is_variant_if_there(
        &mut self,
        operator: mc_plan::expr::BinaryOp,
        node: &Datum,
        tag: u32,
        place: Place,
    ) -> Datum {
        use mc_plan::expr::BinaryOp as B;
        if let (Datum::Value(value), B::Equal | B::NotEqual) = (node, operator) {
            let same = *value == Value::Variant(tag, Arc::from([]));
            return Datum::Value(Value::Bool(same == (operator == B::Equal)));
        }
        let Some(id) = self.node(node, place) else { return Datum::Poison };
        let there = self.out.residual.node(Node::IsSome(id), place);
        let variant = self.out.residual.node(Node::IsVariant(id, tag), place);
        let test = self.out.residual.node(Node::And(there, variant), place);
        Datum::Node(if operator == B::Equal { test } else { self.out.residual.not(test, place) })
    }

    /// `x in [a, b]` as a choice of equalities, which conditions are compared by.
    fn any_equal(&mut self, value: &Datum, elements: &[Datum], place: Place) -> Datum {
        let mut tests: Option<ExprId> = None;
        for element in elements {
            match self.binary(mc_plan::expr::BinaryOp::Equal, value, element, place) {
                Datum::Value(Value::Bool(true)) => return Datum::Value(Value::Bool(true)),
                Datum::Value(_) => {}
                Datum::Node(test) => {
                    tests = Some(match tests {
                        None => test,
                        Some(before) => self.out.residual.node(Node::Or(before, test), place),
                    });
                }
                _ => return Datum::Poison,
            }
        }
        tests.map_or(Datum::Value(Value::Bool(false)), Datum::Node)
    }

    fn logic(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        a: HirId,
        b: HirId,
        and: bool,
        place: Place,
    ) -> Datum {
        match self.eval(frame, env, a) {
            Datum::Value(Value::Bool(x)) if x != and => Datum::Value(Value::Bool(x)),
            Datum::Value(_) => self.eval(frame, env, b),
            dead if dead.is_dead() => dead,
            other => {
                let Some(left) = self.node(&other, place) else { return Datum::Poison };
                let reached = if and { left } else { self.out.residual.not(left, place) };
                let right = self.under(reached, place, |e| e.eval(frame, env, b));
                match right {
                    // The left side alone decides.
                    Datum::Value(Value::Bool(x)) if x == and => Datum::Node(left),
                    Datum::Value(value) => Datum::Value(value),
                    Datum::Never => Datum::Value(Value::Bool(!and)),
                    other => match self.node(&other, place) {
                        Some(right) => {
                            let node = if and { Node::And(left, right) } else { Node::Or(left, right) };
                            Datum::Node(self.out.residual.node(node, place))
                        }
                        None => Datum::Poison,
                    },
                }
            }
        }
    }

    fn coalesce(&mut self, frame: Frame<'db>, env: &Rc<Env>, a: HirId, b: HirId, place: Place) -> Datum {
        let subject = self.place(frame, a);
        match self.eval(frame, env, a) {
            Datum::Value(Value::None) => {
                self.takes_in_test(BranchKind::Coalesce, subject, (1, subject.span));
                self.eval(frame, env, b)
            }
            dead if dead.is_dead() => dead,
            Datum::Node(left) => {
                let some = self.out.residual.node(Node::IsSome(left), place);
                if self.out.residual.known(some).is_none() {
                    self.takes_both(BranchKind::Coalesce, subject, some);
                }
                let not = self.out.residual.not(some, place);
                let right = self.under(not, place, |e| e.eval(frame, env, b));
                match self.node(&right, place) {
                    Some(right) => Datum::Node(self.out.residual.node(Node::Coalesce(left, right), place)),
                    None if matches!(right, Datum::Never) => Datum::Node(left),
                    None => Datum::Poison,
                }
            }
            Datum::Fact(path, ty) => Datum::Node(self.fact_node(&path, &ty, place)),
            reference @ (Datum::Refs(_) | Datum::Instances(_)) => match self.is_some(&reference, place) {
                Test::Always => {
                    self.takes_in_test(BranchKind::Coalesce, subject, (0, subject.span));
                    reference
                }
                Test::Never => {
                    self.takes_in_test(BranchKind::Coalesce, subject, (1, subject.span));
                    self.eval(frame, env, b)
                }
                Test::Node(test) => {
                    self.takes_both(BranchKind::Coalesce, subject, test);
                    let not = self.out.residual.not(test, place);
                    let otherwise = self.under(not, place, |e| e.eval(frame, env, b));
                    self.choose(test, reference, otherwise, place)
                }
            },
            known => {
                self.takes_in_test(BranchKind::Coalesce, subject, (0, subject.span));
                known
            }
        }
    }

    pub(super) fn concat(&mut self, parts: &[Datum], place: Place) -> Datum {
        if parts.iter().any(Datum::is_dead) {
            return Datum::Poison;
        }
        let value = |part: &Datum| match part {
            Datum::Value(value) => Some(value.clone()),
            _ => None,
        };
        if let Some(values) = parts.iter().map(value).collect::<Option<Vec<Value>>>() {
            return self.checked(op::concat(&values), place);
        }
        // Constants side by side are joined, so that the host joins as little as possible.
        let mut joined: Vec<Datum> = Vec::with_capacity(parts.len());
        let mut run: Vec<Value> = Vec::new();
        for part in &self.spliced(parts) {
            match part {
                Datum::Value(value) => run.push(value.clone()),
                other => {
                    if !run.is_empty() {
                        joined.push(self.checked(op::concat(&run), place));
                        run.clear();
                    }
                    joined.push(other.clone());
                }
            }
        }
        if !run.is_empty() || joined.is_empty() {
            joined.push(self.checked(op::concat(&run), place));
        }
        match joined.as_slice() {
            [Datum::Value(value)] => Datum::Value(value.clone()),
            all => match self.nodes(all, place) {
                Some(nodes) => Datum::Node(self.out.residual.node(Node::Concat(nodes), place)),
                None => Datum::Poison,
            },
        }
    }

    /// The parts, with those of a text inside in its place. Only as long as it stays short: texts that
    /// repeat each other would double with every round.
    fn spliced(&self, parts: &[Datum]) -> Vec<Datum> {
        let inner = |part: &Datum| match part {
            Datum::Node(id) => match self.out.residual.get(*id) {
                Some(Node::Concat(inner)) => Some(inner.clone()),
                _ => None,
            },
            _ => None,
        };
        let length: usize = parts.iter().map(|part| inner(part).map_or(1, |ids| ids.len())).sum();
        if length > MAX_SPLICE {
            return parts.to_vec();
        }
        let mut all = Vec::with_capacity(length);
        for part in parts {
            match inner(part) {
                None => all.push(part.clone()),
                Some(ids) => all.extend(ids.iter().map(|id| match self.out.residual.get(*id) {
                    Some(Node::Const(value)) => Datum::Value(value.clone()),
                    _ => Datum::Node(*id),
                })),
            }
        }
        all
    }

    pub(super) fn variant_name(&mut self, datum: &Datum, ty: &Ty, place: Place) -> Datum {
        let Ty::Enum(decl, _) = ty.plain() else { return Datum::Poison };
        let Signature::Enum(variants) = signature::signature(self.db, *decl) else { return Datum::Poison };
        let name = |tag: u32| -> Value {
            Value::Str(Arc::from(variants.get(tag as usize).map(|(n, _)| n.as_str()).unwrap_or_default()))
        };
        match datum {
            Datum::Value(Value::Variant(tag, _)) | Datum::Variant(tag, _) => Datum::Value(name(*tag)),
            dead if dead.is_dead() => dead.clone(),
            other => {
                let Some(id) = self.node(other, place) else { return Datum::Poison };
                let last = variants.len().saturating_sub(1) as u32;
                let mut result = self.out.residual.node(Node::Const(name(last)), place);
                for tag in (0..last).rev() {
                    let test = self.out.residual.node(Node::IsVariant(id, tag), place);
                    let text = self.out.residual.node(Node::Const(name(tag)), place);
                    result = self.out.residual.node(Node::If(test, text, result), place);
                }
                Datum::Node(result)
            }
        }
    }

    fn index(&mut self, list: &Datum, index: &Datum, place: Place) -> Datum {
        if list.is_dead() || index.is_dead() {
            return Datum::Poison;
        }
        if let (Datum::Map(entries), Datum::Value(key)) = (list, index)
            && let Ok(at) = entries.binary_search_by(|(k, _)| k.cmp(key))
        {
            return entries[at].1.clone();
        }
        if let (Datum::Value(map @ Value::Map(_)), Datum::Value(key)) = (list, index) {
            return self.checked(op::index(map, key), place);
        }
        let listed = matches!(list, Datum::List(_) | Datum::Value(Value::List(_)));
        if let (true, Some(elements), Datum::Value(Value::Int(at))) = (listed, list.elements(), index) {
            return match usize::try_from(*at).ok().and_then(|at| elements.get(at)) {
                Some(element) => element.clone(),
                None => self.checked(Err(EvalError::Index { index: *at, length: elements.len() }), place),
            };
        }
        match (self.node(list, place), self.node(index, place)) {
            (Some(a), Some(b)) => Datum::Node(self.out.residual.node(Node::Index(a, b), place)),
            _ => Datum::Poison,
        }
    }

    pub(super) fn with_context<T>(&mut self, context: Context, inner: impl FnOnce(&mut Self) -> T) -> T {
        let saved = std::mem::replace(&mut self.context, context);
        let result = inner(self);
        self.context = saved;
        result
    }
}

/// One side a variant without payload, the other residual.
fn bare_variant<'a>(a: &'a Datum, b: &'a Datum) -> Option<(&'a Datum, u32)> {
    match (a, b) {
        (node, Datum::Value(Value::Variant(tag, fields)))
        | (Datum::Value(Value::Variant(tag, fields)), node)
            if fields.is_empty() =>
        {
            Some((node, *tag))
        }
        _ => None,
    }
}
