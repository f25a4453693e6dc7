//! Expressions, with shapes in place of values.

use super::{DEPTH, Env, Frame, Walk, bindings};
use crate::capability::pattern::Pattern;
use crate::capability::shape::{Resource, Shape};
use crate::check::{self, Checked};
use crate::db::File;
use crate::hir::{self, ExprId, ExprKind, Stmt};
use crate::name::DeclId;
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_plan::expr::{BinaryOp, Builtin, EachKind};
use mc_plan::op;
use mc_plan::value::Value;
use std::rc::Rc;
use std::sync::Arc;

impl<'db> Walk<'db> {
    /// What an expression may be. Resources and instances in it are declared.
    pub(super) fn eval(&mut self, frame: Frame<'db>, env: &Rc<Env>, id: ExprId) -> Shape {
        self.steps = self.steps.saturating_add(1);
        self.depth += 1;
        let shape = self.eval_kind(frame, env, id);
        self.depth -= 1;
        shape
    }

    fn all(&mut self, frame: Frame<'db>, env: &Rc<Env>, ids: &[ExprId]) -> Vec<Shape> {
        ids.iter().map(|id| self.eval(frame, env, *id)).collect()
    }

    fn eval_kind(&mut self, frame: Frame<'db>, env: &Rc<Env>, id: ExprId) -> Shape {
        let expr = frame.body.expr(id);
        match &expr.kind {
            ExprKind::Value(value) => Shape::of(value),
            ExprKind::Local(hops, local) => {
                let around = env.around(*hops);
                let slot = around.and_then(|env| env.slots.borrow().get(*local as usize).cloned());
                slot.unwrap_or(Shape::Any)
            }
            ExprKind::Global(file, local) => {
                let env = self.module(*file);
                let slot = env.slots.borrow().get(*local as usize).cloned();
                slot.unwrap_or(Shape::Any)
            }
            ExprKind::SelfKey => self.own.clone().unwrap_or(Shape::Any),
            ExprKind::Field(base, position, _) => self.eval(frame, env, *base).part(*position),
            ExprKind::Key(base, _) => self.eval(frame, env, *base).key(),
            ExprKind::Reference(decl, key) => {
                let key = self.eval(frame, env, *key);
                Shape::Resource(Arc::new(Resource { ty: decl.qualified(self.db).into(), key, own: false }))
            }
            ExprKind::Call(builtin, args, _) => self.builtin(frame, env, *builtin, args),
            ExprKind::CallFn(decl, args) => {
                let args = self.args(frame, env, args);
                self.call(decl.file, check::body(self.db, *decl), args)
            }
            ExprKind::CallTemplate(file, args) => {
                let args = self.args(frame, env, args);
                self.call(*file, check::template(self.db, *file), args)
            }
            ExprKind::Each(kind, list, function, _) => {
                let list = self.eval(frame, env, *list);
                self.each(frame, env, *kind, &list, *function)
            }
            ExprKind::Binary(operator, a, b) => {
                let (x, y) = (self.eval(frame, env, *a), self.eval(frame, env, *b));
                match (operator, expr.ty.some_plain()) {
                    (BinaryOp::Add, Ty::String) => Shape::joined(&[x, y]),
                    (BinaryOp::Add, Ty::List(_)) => x.and_then(&y),
                    _ => Shape::Any,
                }
            }
            ExprKind::Coalesce(a, b) => {
                let value = self.eval(frame, env, *a);
                value.or(self.eval(frame, env, *b))
            }
            ExprKind::Concat(parts) => Shape::joined(&self.all(frame, env, parts)),
            ExprKind::VariantName(value) => {
                let shape = self.eval(frame, env, *value);
                self.variant_names(&shape, &frame.body.expr(*value).ty)
            }
            ExprKind::List(items) => Shape::list(self.all(frame, env, items)),
            ExprKind::Set(items) => Shape::each(Shape::one_of(self.all(frame, env, items))),
            ExprKind::Tuple(items) => Shape::Parts(self.all(frame, env, items).into()),
            ExprKind::Map(entries) => {
                let mut pairs = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    pairs.push(Shape::Parts(self.all(frame, env, &[*key, *value]).into()));
                }
                Shape::each(Shape::one_of(pairs))
            }
            ExprKind::Index(base, index) => {
                let shape = self.eval(frame, env, *base);
                self.eval(frame, env, *index);
                value_of(&shape, &frame.body.expr(*base).ty)
            }
            ExprKind::With(base, changes) => {
                let mut shape = self.eval(frame, env, *base);
                for (path, value) in changes {
                    let value = self.eval(frame, env, *value);
                    shape = shape.with(path, value);
                }
                shape
            }
            ExprKind::Secret(name) => {
                self.secret(frame, id, name);
                Shape::Any
            }
            ExprKind::SecretNamed(name) => {
                let names = self.eval(frame, env, *name);
                self.secrets_named(frame, id, &names);
                Shape::Any
            }
            ExprKind::HostFact(fact) => {
                self.fact(*fact);
                Shape::Any
            }
            ExprKind::Record(decl, fields) => Shape::Parts(self.fields(frame, env, *decl, 0, fields).into()),
            ExprKind::Variant(decl, tag, fields) => {
                Shape::variant(*tag, self.fields(frame, env, *decl, *tag as usize, fields))
            }
            ExprKind::Convert(_, value)
            | ExprKind::TryConvert(_, value)
            | ExprKind::Refine(_, value)
            | ExprKind::TryRefine(_, value)
            | ExprKind::Typed(value)
            | ExprKind::OrDefault(_, value) => self.eval(frame, env, *value),
            ExprKind::Block(block) => self.block(frame, Some(Rc::clone(env)), *block, Vec::new()),
            ExprKind::If(condition, then, otherwise) => {
                self.eval(frame, env, *condition);
                let shape = self.block(frame, Some(Rc::clone(env)), *then, Vec::new());
                shape.or(otherwise.map_or(Shape::Absent, |other| self.eval(frame, env, other)))
            }
            ExprKind::IfLet(value, pattern, then, otherwise) => {
                let value = self.eval(frame, env, *value);
                let shape = match bindings(pattern, &value) {
                    Some(bound) => self.block(frame, Some(Rc::clone(env)), *then, bound),
                    None => Shape::Absent,
                };
                shape.or(otherwise.map_or(Shape::Absent, |other| self.eval(frame, env, other)))
            }
            ExprKind::Match(value, arms) => {
                let value = self.eval(frame, env, *value);
                let mut shape = Shape::Absent;
                for arm in arms {
                    if let Some(bound) = bindings(&arm.pattern, &value) {
                        shape = shape.or(self.block(frame, Some(Rc::clone(env)), arm.block, bound));
                    }
                }
                shape
            }
            ExprKind::For(iterable, pattern, body) => {
                let element = self.eval(frame, env, *iterable).element();
                match bindings(pattern, &element) {
                    Some(bound) => Shape::each(self.block(frame, Some(Rc::clone(env)), *body, bound)),
                    None => Shape::Absent,
                }
            }
            ExprKind::Resource(resource) => self.declare(frame, env, resource),
            ExprKind::Instance(instance) => {
                self.instantiate(frame, env, instance);
                Shape::Any
            }
            // Never gives a value.
            ExprKind::Fail(_) | ExprKind::NoFile(_) => Shape::Absent,
            ExprKind::Error
            | ExprKind::Facts
            | ExprKind::Label(_)
            | ExprKind::SelfAttribute(_)
            | ExprKind::SelfEarly(_)
            | ExprKind::Change(_)
            | ExprKind::Output(..)
            | ExprKind::InstanceOut(..)
            | ExprKind::Function(_)
            | ExprKind::Lambda(..)
            | ExprKind::CallValue(..)
            | ExprKind::Fold(..)
            | ExprKind::Unary(..)
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::TryVariant(..)
            | ExprKind::Described(_)
            | ExprKind::Plan(_)
            | ExprKind::PlanCall(..)
            | ExprKind::PlanCount(..)
            | ExprKind::Planned(..)
            | ExprKind::PlannedKey(..)
            | ExprKind::PlannedAttribute(..)
            | ExprKind::LabelValues(_) => Shape::Any,
        }
    }

    fn args(&mut self, frame: Frame<'db>, env: &Rc<Env>, args: &'db [Option<ExprId>]) -> Vec<Option<Shape>> {
        args.iter().map(|arg| arg.map(|arg| self.eval(frame, env, arg))).collect()
    }

    /// Calls what has parameters and a value: a function, a template.
    fn call(&mut self, file: File, checked: &'db Checked, args: Vec<Option<Shape>>) -> Shape {
        if self.depth > DEPTH || self.is_coarse() {
            return Shape::Any;
        }
        let Some(root) = checked.body.root else { return Shape::Any };
        let frame = Frame { file, body: &checked.body };
        let env = self.bind_params(frame, root, args);
        let own = self.own.take();
        let value = frame.body.block(root).value;
        let shape = value.map_or(Shape::Any, |value| self.eval(frame, &env, value));
        self.own = own;
        shape
    }

    /// The block of parameters, or of a record's fields.
    fn bind_params(
        &mut self,
        frame: Frame<'db>,
        block: hir::BlockId,
        mut args: Vec<Option<Shape>>,
    ) -> Rc<Env> {
        let block = frame.body.block(block);
        let env = Env::new(None, block.locals.len());
        for stmt in &block.stmts {
            let Stmt::Param(param) = stmt else { continue };
            let shape = match args.get_mut(param.position as usize).and_then(Option::take) {
                Some(given) => given,
                None => self.default(frame, &env, param),
            };
            env.set(param.local, shape);
        }
        env
    }

    /// The fields of a record or a payload: each from its expression or its default.
    fn fields(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        decl: DeclId,
        part: usize,
        given: &'db [Option<ExprId>],
    ) -> Vec<Shape> {
        let shapes = self.args(frame, env, given);
        let layered = |field: &Option<ExprId>| {
            field.is_some_and(|id| matches!(frame.body.expr(id).kind, ExprKind::OrDefault(..)))
        };
        let checked = check::body(self.db, decl);
        let too_much = self.depth > DEPTH || self.is_coarse();
        let (false, Some(part)) = (too_much, checked.parts.get(part)) else {
            return vec![Shape::Any; given.len()];
        };
        let defaults = Frame { file: decl.file, body: &checked.body };
        let env = self.bind_params(defaults, *part, shapes);
        // One that is given where a condition holds may be the default as well.
        for stmt in &defaults.body.block(*part).stmts {
            if let Stmt::Param(hir::Param { local, position, default: Some(default), .. }) = stmt
                && given.get(*position as usize).is_some_and(layered)
            {
                let default = self.eval(defaults, &env, *default);
                let given = env.slots.borrow().get(*local as usize).cloned().unwrap_or(Shape::Any);
                env.set(*local, given.or(default));
            }
        }
        let slots = env.slots.borrow();
        slots.iter().take(given.len()).cloned().collect()
    }

    /// `xs.map(f)` and its kin.
    fn each(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        kind: EachKind,
        list: &Shape,
        function: ExprId,
    ) -> Shape {
        let element = list.element();
        match kind {
            EachKind::Map => match list {
                Shape::List(elements) => {
                    Shape::list(elements.iter().map(|one| self.apply(frame, env, function, one)).collect())
                }
                _ => Shape::each(self.apply(frame, env, function, &element)),
            },
            EachKind::FilterMap => Shape::each(self.apply(frame, env, function, &element)),
            EachKind::FlatMap => Shape::each(self.apply(frame, env, function, &element).element()),
            EachKind::Filter
            | EachKind::SortBy
            | EachKind::TakeWhile
            | EachKind::SkipWhile
            | EachKind::UniqueBy => Shape::each(element),
            EachKind::Find | EachKind::MinBy | EachKind::MaxBy => element,
            EachKind::Partition => Shape::Parts([Shape::each(element.clone()), Shape::each(element)].into()),
            EachKind::GroupBy => {
                let key = self.apply(frame, env, function, &element);
                Shape::each(Shape::Parts([key, Shape::each(element)].into()))
            }
            EachKind::Any | EachKind::All => Shape::Any,
        }
    }

    /// Calls a function that stands where it is used.
    fn apply(&mut self, frame: Frame<'db>, env: &Rc<Env>, function: ExprId, arg: &Shape) -> Shape {
        let pair = |count: usize| -> Vec<Shape> {
            if count > 1 { (0..count as u32).map(|at| arg.part(at)).collect() } else { vec![arg.clone()] }
        };
        match &frame.body.expr(function).kind {
            _ if self.is_coarse() => Shape::Any,
            ExprKind::Lambda(patterns, block) => {
                let mut bound = Vec::new();
                for (pattern, shape) in patterns.iter().zip(pair(patterns.len())) {
                    let Some(found) = bindings(pattern, &shape) else { return Shape::Absent };
                    bound.extend(found);
                }
                self.block(frame, Some(Rc::clone(env)), *block, bound)
            }
            ExprKind::Function(decl) => {
                let checked = check::body(self.db, *decl);
                let count = checked.parts.first().map_or(1, |part| checked.body.block(*part).locals.len());
                self.call(decl.file, checked, pair(count).into_iter().map(Some).collect())
            }
            _ => Shape::Any,
        }
    }

    fn variant_names(&self, shape: &Shape, ty: &Ty) -> Shape {
        let Ty::Enum(decl, _) = ty.some_plain() else { return Shape::Any };
        let Signature::Enum(variants) = signature::signature(self.db, *decl) else { return Shape::Any };
        let may_be = |tag: usize| match shape {
            Shape::Variants(all) => all.contains_key(&(tag as u32)),
            _ => true,
        };
        let names = variants.iter().enumerate().filter(|(tag, _)| may_be(*tag));
        Shape::texts(names.map(|(_, (name, _))| Pattern::exact(name)))
    }

    fn builtin(&mut self, frame: Frame<'db>, env: &Rc<Env>, builtin: Builtin, ids: &[ExprId]) -> Shape {
        let args = self.all(frame, env, ids);
        let (Some(first), Some(id)) = (args.first(), ids.first()) else { return Shape::Any };
        let ty = &frame.body.expr(*id).ty;
        let element = || first.element();
        match builtin {
            Builtin::Text => Shape::joined(std::slice::from_ref(first)),
            Builtin::PathJoin => first.under(args.get(1).unwrap_or(&Shape::Any)),
            Builtin::Parent => first.parent(),
            Builtin::First => first.first(),
            Builtin::Last | Builtin::ListMin | Builtin::ListMax => element(),
            Builtin::Get => value_of(first, ty),
            Builtin::Indexed => Shape::each(Shape::Parts([Shape::Any, element()].into())),
            Builtin::Flatten => Shape::each(element().element()),
            Builtin::Keys => Shape::each(element().part(0)),
            Builtin::Values => Shape::each(element().part(1)),
            Builtin::Union | Builtin::Merge => {
                Shape::each(element().or(args.get(1).unwrap_or(&Shape::Any).element()))
            }
            Builtin::Zip => {
                let other = args.get(1).unwrap_or(&Shape::Any).element();
                Shape::each(Shape::Parts([element(), other].into()))
            }
            Builtin::Sort
            | Builtin::Distinct
            | Builtin::Take
            | Builtin::Skip
            | Builtin::ToSet
            | Builtin::ToMap
            | Builtin::ToList
            | Builtin::Entries
            | Builtin::Intersection
            | Builtin::Difference
            | Builtin::Without => Shape::each(element()),
            _ => {
                let is_text =
                    |id: &ExprId| matches!(frame.body.expr(*id).ty.some_plain(), Ty::String | Ty::Text(_));
                if ids.iter().all(is_text) { of_texts(builtin, &args) } else { Shape::Any }
            }
        }
    }
}

/// A value of a collection: an element, of a map the value of an entry.
fn value_of(shape: &Shape, ty: &Ty) -> Shape {
    match ty.some_plain() {
        Ty::Map(..) => shape.element().part(1),
        Ty::List(_) | Ty::Set(_) => shape.element(),
        _ => Shape::Any,
    }
}

/// What a built-in function makes of texts that are known, for each that the first may be.
fn of_texts(builtin: Builtin, args: &[Shape]) -> Shape {
    let mut known: Vec<Vec<Value>> = Vec::with_capacity(args.len());
    for arg in args {
        let Shape::Texts(patterns) = arg else { return Shape::Any };
        if patterns.iter().any(Pattern::is_open) {
            return Shape::Any;
        }
        known.push(patterns.iter().map(|pattern| Value::Str(Arc::from(pattern.start()))).collect());
    }
    let Some((first, rest)) = known.split_first() else { return Shape::Any };
    if rest.iter().any(|values| values.len() != 1) {
        return Shape::Any;
    }
    Shape::one_of(first.iter().map(|value| {
        let values: Vec<Value> = std::iter::once(value).chain(rest.iter().flatten()).cloned().collect();
        op::call(builtin, &values).map_or(Shape::Any, |value| Shape::of(&value))
    }))
}
