//! Expressions: how late each is, by what it is computed from.

use super::Phase;
use super::analysis::{Analysis, What};
use super::function::Callee;
use super::graph::{NodeId, Origin, Step};
use super::summary::Unit;
use super::value::Abs;
use crate::db::Db;
use crate::hir::{Arm, BlockId, ExprId, ExprKind, Pattern};
use crate::signature::{self, Signature};
use crate::ty::Ty;

impl<'db> Analysis<'db> {
    /// Analyses an expression.
    pub(super) fn expr(&mut self, id: ExprId) -> Abs {
        self.spend();
        let value = self.kind(id);
        self.remember(id, value);
        value
    }

    fn kind(&mut self, id: ExprId) -> Abs {
        let expr = self.body.expr(id);
        let ty = &expr.ty;
        match &expr.kind {
            ExprKind::Error | ExprKind::Value(_) => Abs::KNOWN,
            ExprKind::Local(hops, local) => self.local(*hops, *local),
            ExprKind::Global(file, local) => self.global(*file, *local, id),
            ExprKind::Facts | ExprKind::HostFact(_) => self.source(Origin::Fact, id),
            ExprKind::Label(_) => self.source(Origin::Label, id),
            ExprKind::SelfKey | ExprKind::SelfAttribute(_) | ExprKind::Change(_) if self.own.is_none() => {
                self.source(Origin::Judged, id)
            }
            ExprKind::Change(_) => self.source(Origin::Judged, id),
            ExprKind::SelfKey => self.own.as_ref().map_or(Abs::KNOWN, |own| own.key),
            ExprKind::SelfAttribute(position) => self.self_attribute(*position, id),
            ExprKind::SelfEarly(_) => self.source(Origin::Output, id),
            ExprKind::Field(base, position, _) => {
                let value = self.expr(*base);
                if self.is_fact(*base) {
                    return self.source(Origin::Fact, id);
                }
                self.values.step(value, Step::Part(*position))
            }
            ExprKind::Key(base, _) => {
                let reference = self.expr(*base);
                self.values.step(reference, Step::Part(0))
            }
            ExprKind::Output(base, _, _) => {
                self.expr(*base);
                self.source(Origin::Output, id)
            }
            ExprKind::InstanceOut(base, position, _) => {
                let instance = self.expr(*base);
                self.values.step(instance, Step::Part(*position))
            }
            ExprKind::Call(builtin, args, _) => {
                let values: Vec<Abs> = args.iter().map(|arg| self.expr(*arg)).collect();
                self.reference_arguments(args, &values);
                self.builtin(*builtin, &values, id, ty)
            }
            ExprKind::CallFn(decl, args) => {
                let unit = Unit::item(*decl);
                let mut call = self.call(unit, 0, args, id, expr.span);
                self.given(&mut call, 0, ty)
            }
            ExprKind::CallTemplate(file, args) => {
                let mut call = self.call(Unit::template(*file), 0, args, id, self.span(id));
                self.given(&mut call, 0, ty)
            }
            ExprKind::OrDefault(test, value) => {
                let (test, value) = (self.expr(*test), self.expr(*value));
                let test = self.values.whole(test);
                self.values.under(value, test, id)
            }
            ExprKind::Function(decl) => self.function(Callee::Declared(*decl)),
            ExprKind::Lambda(..) => self.function(Callee::Lambda(id, self.block)),
            ExprKind::CallValue(function, args, lifted) => {
                let args: Vec<Abs> = args.iter().map(|arg| self.expr(*arg)).collect();
                let function = self.expr(*function);
                let result = self.apply(function, &args, id);
                match args.first() {
                    Some(first) if *lifted => {
                        let there = self.values.presence(*first);
                        self.values.under(result, there, id)
                    }
                    _ => result,
                }
            }
            ExprKind::Each(kind, list, function, _) => self.each(*kind, *list, *function, id),
            ExprKind::Fold(list, start, function, _) => self.fold(*list, *start, *function, id),
            ExprKind::Set(items) => self.set_of(items, id),
            ExprKind::Map(entries) => self.map(entries, id),
            ExprKind::Tuple(items) => {
                let items = items.iter().map(|item| self.expr(*item)).collect();
                self.values.parts(items)
            }
            ExprKind::With(base, changes) => self.with(*base, changes, ty),
            ExprKind::Secret(_) => self.source(Origin::Secret, id),
            ExprKind::SecretNamed(name) => {
                let known = self.expr(*name);
                self.need_whole(known, Phase::Const, *name, What::SecretName);
                self.source(Origin::Secret, id)
            }
            ExprKind::Described(value)
            | ExprKind::TryConvert(_, value)
            | ExprKind::TryVariant(_, value)
            | ExprKind::TryRefine(_, value) => self.computed(&[*value], id, ty),
            ExprKind::Typed(value) | ExprKind::Refine(_, value) => self.expr(*value),
            ExprKind::Fail(message) | ExprKind::NoFile(message) => {
                self.expr(*message);
                Abs::KNOWN
            }
            ExprKind::Unary(_, operand) => self.computed(&[*operand], id, ty),
            ExprKind::Binary(operator, a, b) => self.binary(*operator, *a, *b, id, ty),
            ExprKind::And(a, b) | ExprKind::Or(a, b) => self.computed(&[*a, *b], id, ty),
            ExprKind::Coalesce(a, b) => {
                let a = self.expr(*a);
                let there = self.values.presence(a);
                let b = self.expr(*b);
                let either = self.values.join(&[a, b], Some(id));
                self.values.under(either, there, id)
            }
            ExprKind::Concat(parts) => self.computed(parts, id, ty),
            ExprKind::VariantName(value) => {
                let value = self.expr(*value);
                let variant = self.values.own(value);
                let node = self.values.graph.computed(&[variant], id);
                Abs::flat(node, ty)
            }
            ExprKind::List(items) => self.list(items, id),
            ExprKind::Index(base, index) => self.index(*base, *index, id),
            ExprKind::Record(decl, fields) => {
                let fields = self.fields(*decl, 0, fields, id);
                self.values.parts(fields)
            }
            ExprKind::Variant(decl, tag, fields) => {
                let fields = self.fields(*decl, *tag, fields, id);
                self.values.variant(*tag, fields)
            }
            ExprKind::Convert(_, value) => self.computed(&[*value], id, ty),
            ExprKind::Block(block) => self.block(*block, &[]),
            ExprKind::If(condition, then, otherwise) => {
                let test = self.expr(*condition);
                let test = self.values.whole(test);
                let test = self.decides(test, id, *condition, What::Existence);
                let then = self.branch(*then, &[]);
                let otherwise = self.otherwise(*otherwise);
                self.choice(test, &[then, otherwise], *condition, id)
            }
            ExprKind::IfLet(value, pattern, then, otherwise) => {
                let scrutinee = self.expr(*value);
                let (mut tests, mut bound) = (Vec::new(), Vec::new());
                self.pattern(pattern, scrutinee, &mut tests, &mut bound);
                let asked = self.values.graph.join(&tests, Some(*value));
                let test = self.decides(asked, id, *value, What::Existence);
                if test != asked {
                    bound.iter_mut().for_each(|(_, value)| *value = Abs::KNOWN);
                }
                let then = self.branch(*then, &bound);
                let otherwise = self.otherwise(*otherwise);
                self.choice(test, &[then, otherwise], *value, id)
            }
            ExprKind::Match(value, arms) => self.matching(*value, arms, id),
            ExprKind::For(iterable, pattern, body) => self.repeat(*iterable, pattern, *body, id),
            ExprKind::Resource(resource) => self.resource(resource, id),
            ExprKind::Instance(instance) => self.instance(instance, id),
            // What only tests can say; they have no phases, because they give what a host would know.
            ExprKind::Plan(_)
            | ExprKind::PlanCall(..)
            | ExprKind::PlanCount(..)
            | ExprKind::Planned(..)
            | ExprKind::PlannedKey(..)
            | ExprKind::PlannedAttribute(..)
            | ExprKind::LabelValues(_) => Abs::KNOWN,
            ExprKind::Reference(_, key) => {
                let value = self.expr(*key);
                let value = self.need_whole(value, Phase::Const, *key, What::ReferenceKey);
                self.values.parts(vec![value])
            }
        }
    }

    /// Where lateness begins.
    fn source(&mut self, origin: Origin, id: ExprId) -> Abs {
        let phase = match origin {
            Origin::Output | Origin::Secret | Origin::Judged => Phase::Run,
            _ => Phase::Host,
        };
        let node = self.values.graph.source(origin, phase, id);
        Abs::flat(node, &self.body.expr(id).ty)
    }

    /// Whether an expression is a part of the facts, or all of them.
    fn is_fact(&self, mut id: ExprId) -> bool {
        loop {
            match &self.body.expr(id).kind {
                ExprKind::Facts | ExprKind::HostFact(_) => return true,
                ExprKind::Field(base, _, _) => id = *base,
                _ => return false,
            }
        }
    }

    /// A value all of which is computed from all of its operands.
    fn computed(&mut self, operands: &[ExprId], id: ExprId, ty: &Ty) -> Abs {
        let mut nodes = Vec::with_capacity(operands.len());
        for operand in operands {
            let value = self.expr(*operand);
            nodes.push(self.values.whole(value));
        }
        Abs::flat(self.values.graph.computed(&nodes, id), ty)
    }

    fn binary(
        &mut self,
        operator: mc_plan::expr::BinaryOp,
        a: ExprId,
        b: ExprId,
        id: ExprId,
        ty: &Ty,
    ) -> Abs {
        use mc_plan::expr::BinaryOp as B;
        let (x, y) = (self.expr(a), self.expr(b));
        if operator == B::Add && matches!(ty, Ty::List(_)) {
            return self.values.join(&[x, y], Some(id));
        }
        // A comparison with a variant without payload asks for the variant only.
        let variant = matches!(operator, B::Equal | B::NotEqual)
            && (self.is_bare_variant(a) || self.is_bare_variant(b));
        let part = |analysis: &mut Self, value, shape| {
            if shape { analysis.values.own(value) } else { analysis.values.whole(value) }
        };
        // Of a map, the keys are asked.
        let keys = operator == B::In && matches!(self.body.expr(b).ty.some_plain(), Ty::Map(..));
        let nodes = [part(self, x, variant), part(self, y, variant || keys)];
        Abs::flat(self.values.graph.computed(&nodes, id), ty)
    }

    fn is_bare_variant(&self, id: ExprId) -> bool {
        matches!(&self.body.expr(id).kind, ExprKind::Variant(_, _, fields) if fields.is_empty())
    }

    /// The value of a branch; none if it gives none, because it ends in `fail`.
    fn branch(&mut self, block: BlockId, bound: &[(u32, Abs)]) -> Option<Abs> {
        let value = self.block(block, bound);
        (!self.block_fails(block)).then_some(value)
    }

    fn block_fails(&self, block: BlockId) -> bool {
        let value = self.body.block(block).value;
        value.is_some_and(|value| matches!(self.body.expr(value).ty, Ty::Never))
    }

    /// The value of what follows `else`; of nothing, the absent value.
    fn otherwise(&mut self, otherwise: Option<ExprId>) -> Option<Abs> {
        let Some(id) = otherwise else { return Some(Abs::KNOWN) };
        let value = self.expr(id);
        let fails = match &self.body.expr(id).kind {
            ExprKind::Block(block) => self.block_fails(*block),
            _ => matches!(self.body.expr(id).ty, Ty::Never),
        };
        (!fails).then_some(value)
    }

    /// What decides at `id` between branches or over repetitions: where something is declared inside, it has to
    /// be known early. What is not is reported here, and counts as known from here on.
    fn decides(&mut self, test: NodeId, id: ExprId, at: ExprId, what: What) -> NodeId {
        let span = self.span(id);
        let next = self.declared.partition_point(|start| *start < span.start);
        if self.declared.get(next).is_some_and(|start| *start < span.end) {
            return self.need(test, Phase::Host, self.span(at), what);
        }
        test
    }

    /// The value of one of several branches. What decides between them is a condition that the value passed;
    /// a branch without a value leaves nothing to decide.
    fn choice(&mut self, mut test: NodeId, branches: &[Option<Abs>], at: ExprId, id: ExprId) -> Abs {
        let values: Vec<Abs> = branches.iter().copied().flatten().collect();
        let ty = &self.body.expr(id).ty;
        if values.len() > 1 && !is_choosable(self.db, ty, MAX_CHOICE) {
            test = self.chooses(test, ty, at);
        }
        let value = self.values.join(&values, Some(id));
        if values.len() > 1 { self.values.under(value, test, id) } else { value }
    }

    /// A built-in function does nothing with references but to pass them on: what it goes by is known early.
    fn reference_arguments(&mut self, args: &[ExprId], values: &[Abs]) {
        let Some((first, value)) = args.first().zip(values.first()) else { return };
        let ty = &self.body.expr(*first).ty;
        if !signature::holds_reference(self.db, ty) {
            return;
        }
        let shape = self.values.own(*value);
        self.chooses(shape, ty, *first);
        for (arg, value) in args.iter().zip(values).skip(1) {
            let holds = signature::holds_reference(self.db, &self.body.expr(*arg).ty);
            let node = if holds { self.values.own(*value) } else { self.values.whole(*value) };
            self.chooses(node, ty, *arg);
        }
    }

    fn matching(&mut self, value: ExprId, arms: &'db [Arm], id: ExprId) -> Abs {
        let scrutinee = self.expr(value);
        let mut tests = Vec::new();
        let mut bindings = Vec::with_capacity(arms.len());
        for Arm { pattern, guard, block, .. } in arms {
            let mut bound = Vec::new();
            self.pattern(pattern, scrutinee, &mut tests, &mut bound);
            if let Some(guard) = guard {
                let answer = self.inside(*block, &bound, *guard);
                tests.push(self.values.whole(answer));
            }
            bindings.push(bound);
        }
        let asked = self.values.graph.join(&tests, Some(value));
        let test = self.decides(asked, id, value, What::Existence);
        let mut branches = Vec::with_capacity(arms.len());
        for (Arm { block, .. }, mut bound) in arms.iter().zip(bindings) {
            if test != asked {
                bound.iter_mut().for_each(|(_, value)| *value = Abs::KNOWN);
            }
            branches.push(self.branch(*block, &bound));
        }
        self.choice(test, &branches, value, id)
    }

    fn repeat(&mut self, iterable: ExprId, pattern: &'db Pattern, body: BlockId, id: ExprId) -> Abs {
        let mut list = self.expr(iterable);
        // That a secret is no collection was said with the types.
        let secret = matches!(self.body.expr(iterable).ty.plain(), Ty::Secret(_));
        let asked = if secret { NodeId::KNOWN } else { self.values.own(list) };
        let shape = self.decides(asked, id, iterable, What::For);
        if shape != asked {
            list = Abs::KNOWN;
        }
        let element = self.values.step(list, Step::Element);
        let mut bound = Vec::new();
        self.pattern(pattern, element, &mut Vec::new(), &mut bound);
        let result = self.block(body, &bound);
        let all = self.values.elements(result);
        Abs { own: shape, ..all }
    }
}

/// How deep records are looked into for references to choose among.
const MAX_CHOICE: u32 = 4;

/// Whether the host may choose among values of a type that has references in it: a plan says of each whether it
/// is the one.
pub(super) fn is_choosable(db: &dyn Db, ty: &Ty, depth: u32) -> bool {
    if !signature::holds_reference(db, ty) {
        return true;
    }
    match ty {
        Ty::Ref(..) | Ty::AnyRef | Ty::Instance(..) => true,
        Ty::Optional(inner) => {
            matches!(**inner, Ty::Ref(..) | Ty::AnyRef | Ty::Instance(..) | Ty::List(_))
                && is_choosable(db, inner, depth)
        }
        // All that is in it, for clauses: how many there are is not asked of it then.
        Ty::List(inner) => is_choosable(db, inner, 0),
        Ty::Tuple(parts) => depth > 0 && parts.iter().all(|part| is_choosable(db, part, depth - 1)),
        Ty::Record(id, args) if depth > 0 => match signature::signature(db, *id) {
            Signature::Record(fields) => {
                fields.iter().all(|field| is_choosable(db, &field.ty.substitute(*id, args), depth - 1))
            }
            _ => true,
        },
        _ => false,
    }
}
