//! Expressions.

use super::block::Role;
use super::coerce::is_written_secret;
use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, Place, code, nearest};
use crate::hir::{ExprId, ExprKind};
use crate::name::{self, DeclId, DeclKind, Entity};
use crate::prelude::{self, Reach};
use crate::signature::{self, Signature, Target};
use crate::ty::{Args, Skip, Ty};
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast::{self, Else, ExprKind as Ast};
use smol_str::SmolStr;

impl<'db> Checker<'db> {
    /// Checks an expression against what is expected of it.
    pub(super) fn expr(&mut self, expr: &'db ast::Expr, want: &Want) -> ExprId {
        let Want::Type(expected) = want else { return self.infer(expr, want) };
        if *expected == Ty::Hole {
            return self.infer(expr, &Want::Any);
        }
        if is_written_secret(expr, expected) && self.accepting.as_ref().map(Ty::some) != Some(expected.some())
        {
            return self.written_secret(expr, expected);
        }
        if let Some((condition, base, ty)) = self.refined(expr, expected) {
            let (base, ty) = (base.clone(), ty.clone());
            let before = self.findings.diagnostics.len();
            let id = self.expr(expr, &Want::Type(base));
            return match self.ty(id) {
                Ty::Error => {
                    self.explain_condition(before, condition, expr.span);
                    id
                }
                _ => self.push(ExprKind::Refine(condition, id), ty, expr.span),
            };
        }
        let id = self.infer(expr, want);
        self.coerce(id, expected, expr.span)
    }

    /// Says of which type with a condition a value was to become one, where it has not even the type below.
    fn explain_condition(&mut self, before: usize, condition: DeclId, span: Span) {
        let place = self.place(span);
        let name = condition.text(self.db);
        let label = self.decl_place(condition);
        let text = match &condition.item(self.db).kind {
            ast::ItemKind::TypeAlias(alias) => condition
                .file
                .text(self.db)
                .get(alias.ty.span.start as usize..condition.item(self.db).span.end as usize),
            _ => None,
        };
        let found = self.findings.diagnostics.iter_mut().skip(before);
        for found in found.filter(|found| found.code == code::TYPE_MISMATCH && found.primary == place) {
            if let Some(place) = label {
                found.labels.push((place, format!("`{name}` is declared here")));
            }
            found.notes.extend(text.map(|text| format!("`{name}` is `{text}`")));
        }
    }

    pub(super) fn infer(&mut self, expr: &'db ast::Expr, want: &Want) -> ExprId {
        let span = expr.span;
        match &expr.kind {
            Ast::Error => self.error(span),
            Ast::Paren(inner) => self.infer(inner, want),
            Ast::Bool(b) => self.push(ExprKind::Value(Value::Bool(*b)), Ty::Bool, span),
            Ast::None => self.push(ExprKind::Value(Value::None), Ty::Never.optional(), span),
            Ast::Int(i) => self.push(ExprKind::Value(Value::Int(*i)), Ty::Int, span),
            Ast::Duration(d) => self.push(ExprKind::Value(Value::Duration(*d)), Ty::Duration, span),
            Ast::Size(s) => self.push(ExprKind::Value(Value::Size(*s)), Ty::Size, span),
            Ast::Mode(m) => self.push(ExprKind::Value(Value::Mode(*m)), Ty::Mode, span),
            Ast::String(parts) => self.string(parts, want.ty(), span),
            Ast::Float(f) => match mc_plan::value::Float::new(f.value()) {
                Some(value) => self.push(ExprKind::Value(Value::Float(value)), Ty::Float, span),
                None => self.error(span),
            },
            Ast::Name(name) => self.name(name, want, span),
            Ast::SelfValue => {
                self.report(
                    Diagnostic::error(
                        code::WRONG_KIND_OF_NAME,
                        self.place(span),
                        "`self` is not a value of its own",
                    )
                    .here("name what you need of it")
                    .help("use one of its parts: `self.path`"),
                );
                self.error(span)
            }
            Ast::Path(path) => self.path(path),
            Ast::Variant(name) => self.variant(None, name, None, want.ty(), span),
            Ast::Field { base, optional, name } => self.field(base, *optional, name, span),
            Ast::Call { callee, args } => self.call(callee, args, want, span),
            Ast::Index { base, index } => self.index(base, index, span),
            Ast::Unary { op, operand, op_span } => self.unary(*op, *op_span, operand, span),
            Ast::Binary { op, op_span, left, right } => self.binary(*op, *op_span, left, right, want, span),
            Ast::List(items) => self.list(items, want.ty(), span),
            Ast::Map(entries) => self.map_literal(entries, want.ty(), span),
            Ast::Tuple(items) => self.tuple(items, want.ty(), span),
            Ast::TupleIndex { base, index, index_span, optional } => {
                self.tuple_index(base, *index, *index_span, *optional, span)
            }
            Ast::Comprehension(c) => self.comprehension(c, want.ty(), span),
            Ast::With { base, items } => self.with(base, items, want, span),
            Ast::Construct(construct) => self.construct(construct, want.ty(), span),
            Ast::Reference { path, key } => self.reference(path, key, span),
            Ast::Convert { path, value } => self.convert(path, value, span),
            Ast::If(i) => self.branch(i, want, span),
            Ast::Match(m) => self.matching(m, want, span),
            Ast::For(f) => self.repeat(f, want, span),
            Ast::Lambda(lambda) => self.lambda(lambda, want, span),
        }
    }

    fn name(&mut self, name: &SmolStr, want: &Want, span: Span) -> ExprId {
        if self.is_subject(name) {
            return self.subject_as_value(name, span);
        }
        if self.is_change(name) {
            return self.change_as_value(span);
        }
        if let Some((hops, index, block)) = self.local(name) {
            let local = &self.body.block(block).locals[index as usize];
            let (ty, declared) = (local.ty.clone(), local.span);
            self.refer(span, Target::Local(self.file, declared));
            let read = self.read_local(hops, index, block);
            return self.push(read, ty, span);
        }
        match &self.entity(name) {
            Some(Entity::Decl(id, DeclKind::Let)) => {
                self.refer(span, Target::Decl(*id));
                match self.global(*id) {
                    Some((index, ty)) => self.push(ExprKind::Global(id.file, index), ty, span),
                    None => self.error(span),
                }
            }
            Some(Entity::Decl(id, DeclKind::Fact)) => {
                self.refer(span, Target::Decl(*id));
                self.push(ExprKind::HostFact(*id), crate::fact::ty(self.db, *id), span)
            }
            Some(Entity::Decl(id, DeclKind::Fn)) if matches!(want.ty().map(Ty::some), Some(Ty::Fn(..))) => {
                self.refer(span, Target::Decl(*id));
                let expected = want.ty().map(Ty::some).cloned().unwrap_or(Ty::Error);
                self.function_value(*id, &expected, span)
            }
            Some(Entity::Decl(id, kind)) => {
                self.refer(span, Target::Decl(*id));
                let mut diagnostic = Diagnostic::error(
                    code::WRONG_KIND_OF_NAME,
                    self.place(span),
                    format!("`{name}` is {}, not a value", kind.described()),
                )
                .here("used as a value");
                if *kind == DeclKind::Fn {
                    diagnostic = diagnostic.help(format!("call it: `{name}(..)`"));
                }
                self.report(diagnostic);
                self.error(span)
            }
            Some(Entity::Broken) => self.error(span),
            Some(Entity::Module(module)) => {
                self.refer(span, Target::Module(*module));
                self.report(
                    Diagnostic::error(
                        code::WRONG_KIND_OF_NAME,
                        self.place(span),
                        format!("`{name}` is a module, not a value"),
                    )
                    .here("name something in it"),
                );
                self.error(span)
            }
            None if name == "facts" && !self.in_template() => match name::facts_record(self.db) {
                Some(record) => {
                    self.refer(span, Target::Decl(record));
                    self.push(ExprKind::Facts, Ty::Record(record, Args::default()), span)
                }
                None => self.error(span),
            },
            None if name == "labels" && !self.in_template() => {
                self.report(
                    Diagnostic::error(code::WRONG_KIND_OF_NAME, self.place(span), "name one of the labels")
                        .here("all of them at once are no value")
                        .help("for example `labels.role`"),
                );
                self.error(span)
            }
            None => {
                self.unknown_name(name, want, span);
                self.error(span)
            }
        }
    }

    pub(super) fn unknown_name(&mut self, name: &str, want: &Want, span: Span) {
        let place = self.place(span);
        let diagnostic =
            Diagnostic::error(code::UNKNOWN_NAME, place, format!("nothing here is called `{name}`"))
                .here("unknown name");
        let mut known: Vec<SmolStr> = Vec::new();
        let mut scope = self.scope.as_ref();
        while let Some(current) = scope {
            known.extend(current.names.borrow().keys().cloned());
            scope = current.parent.as_ref();
        }
        known.extend(name::scope(self.db, self.file).keys().cloned());
        let reached = |reach| match reach {
            Reach::Everywhere => true,
            Reach::Modules => !self.in_template(),
            Reach::Tests => self.in_test,
        };
        let globals = prelude::GLOBALS.iter().filter(|global| reached(global.reach));
        known.extend(globals.map(|global| SmolStr::new_static(global.name)));
        known.sort();
        let diagnostic = match nearest(name, known.iter().map(SmolStr::as_str)) {
            Some(near) => diagnostic.did_you_mean(name, near, place),
            None if self.in_template() => diagnostic
                .note("a template sees its parameters, and types and functions of `src/main.mc`")
                .help(format!("give it what it needs: `%{{ param {name}: .. }}`")),
            None => match signature::import_it(self.db, self.file, name, &diagnostic) {
                Some(found) => found,
                None if want
                    .ty()
                    .is_some_and(|ty| matches!(ty.some_plain(), Ty::String | Ty::Text(_) | Ty::Blob)) =>
                {
                    let text = format!("\"{name}\"");
                    diagnostic.help(format!("a text stands in quotes: `{text}`")).fix(
                        format!("write `{text}`"),
                        place,
                        text,
                    )
                }
                None if self.is_own_part(name) => {
                    diagnostic.help("the resource's own parts are reached through `self`")
                }
                None => diagnostic,
            },
        };
        self.report(diagnostic);
    }

    /// Whether the resource whose body is checked has a part of this name.
    fn is_own_part(&self, name: &str) -> bool {
        let Some(Signature::Resource(own)) = self.resource.map(|id| self.signature(id)) else {
            return false;
        };
        own.key.name == name || own.attributes.iter().chain(&own.outputs).any(|part| part.name == name)
    }

    /// `Tls.Off`, and the mistakes that look like it.
    fn path(&mut self, path: &'db ast::Path) -> ExprId {
        match path.segments.as_slice() {
            [_, variant] => self.variant(Some(path), variant, None, None, path.span),
            [name] => {
                let found = signature::lookup_type(
                    self.db,
                    self.types(),
                    path.module.as_ref(),
                    name,
                    &mut self.findings,
                );
                if let Some(ty) = found.filter(|ty| *ty != Ty::Error) {
                    let shown = &name.text;
                    let (what, help) = match ty {
                        Ty::Ref(..) => (
                            "a resource type",
                            format!(
                                "declare one, `{shown} \"key\" {{ .. }}`, or refer to one, `{shown}[\"key\"]`"
                            ),
                        ),
                        Ty::Instance(..) => ("a component", format!("make an instance: `{shown} {{ .. }}`")),
                        Ty::Record(..) => ("a record", format!("make one: `{shown} {{ .. }}`")),
                        Ty::Enum(..) => ("an enum", format!("name a variant: `{shown}.Variant`")),
                        _ => ("a type", format!("convert a value to it: `{shown}(..)`")),
                    };
                    self.report(
                        Diagnostic::error(
                            code::WRONG_KIND_OF_NAME,
                            self.place(path.span),
                            format!("`{shown}` is {what}, not a value"),
                        )
                        .here("used as a value")
                        .help(help),
                    );
                }
                self.error(path.span)
            }
            _ => {
                self.report(
                    Diagnostic::error(
                        code::UNKNOWN_NAME,
                        self.place(path.span),
                        "a path has at most two names",
                    )
                    .here("an enum and its variant"),
                );
                self.error(path.span)
            }
        }
    }

    fn branch(&mut self, i: &'db ast::If, want: &Want, span: Span) -> ExprId {
        let role = if self.declares { Role::Declares } else { Role::Value };
        // Without `else` the value may be absent, so a branch gives what is inside of the `?`.
        let inner_want = match (want, &i.otherwise) {
            (Want::Type(ty), None) => Want::Type(ty.some().clone()),
            _ => want.clone(),
        };
        let (head, pattern, bound) = self.condition_head(&i.condition);
        let (then, then_ty) = self.block(&i.then, bound, &inner_want, role);
        let (otherwise, else_ty) = match &i.otherwise {
            None => (None, None),
            Some(Else::Block(block)) => {
                let (id, ty) = self.block(block, Vec::new(), want, role);
                (Some(self.push(ExprKind::Block(id), ty.clone(), block.span)), Some(ty))
            }
            Some(Else::If(e)) => {
                let id = self.expr(e, want);
                (Some(id), Some(self.ty(id).clone()))
            }
        };
        let ty = match (want, else_ty) {
            (Want::Nothing, _) => Ty::Unit,
            (_, None) if then_ty == Ty::Unit => Ty::Unit,
            (_, None) => then_ty.optional(),
            (_, Some(else_ty)) => self.join_branches(&[(then_ty, i.then.span), (else_ty, span)]),
        };
        let kind = match pattern {
            None => ExprKind::If(head, then, otherwise),
            Some(pattern) => ExprKind::IfLet(head, pattern, then, otherwise),
        };
        self.push(kind, ty, span)
    }

    /// The type that all branches fit.
    pub(super) fn join_branches(&mut self, branches: &[(Ty, Span)]) -> Ty {
        let mut joined = Ty::Never;
        for (ty, span) in branches {
            match joined.join(ty) {
                Some(next) => joined = next,
                None => {
                    let (a, b) = (self.show(&joined), self.show(ty));
                    self.report(
                        Diagnostic::error(
                            code::TYPE_MISMATCH,
                            self.place(*span),
                            "the branches give different types",
                        )
                        .here(format!("a `{b}`, while those before give a `{a}`")),
                    );
                    return Ty::Error;
                }
            }
        }
        joined
    }

    /// `File["/etc/motd"]`
    fn reference(&mut self, path: &'db ast::Path, key: &'db ast::Expr, span: Span) -> ExprId {
        let Some(id) = self.resource_path(path) else {
            self.pure(key, &Want::Any);
            return self.error(span);
        };
        let key_ty = match self.signature(id) {
            Signature::Resource(resource) => resource.key.ty.clone(),
            _ => Ty::Error,
        };
        let key = self.pure(key, &Want::Type(key_ty));
        self.push(ExprKind::Reference(id, key), Ty::Ref(id, Skip::Never), span)
    }

    /// The resource type that a path means; anything else is reported.
    pub(super) fn resource_path(&mut self, path: &'db ast::Path) -> Option<DeclId> {
        let [name] = path.segments.as_slice() else {
            self.report(
                Diagnostic::error(
                    code::WRONG_KIND_OF_NAME,
                    self.place(path.span),
                    "only resources are referred to by key",
                )
                .here("not a resource type"),
            );
            return None;
        };
        match signature::lookup_type(self.db, self.types(), path.module.as_ref(), name, &mut self.findings)? {
            Ty::Ref(id, _) => Some(id),
            Ty::Error => None,
            other => {
                let shown = self.show(&other);
                self.report(
                    Diagnostic::error(
                        code::WRONG_KIND_OF_NAME,
                        self.place(path.span),
                        format!("`{shown}` is not a resource type"),
                    )
                    .here("only resources are referred to by key"),
                );
                None
            }
        }
    }

    /// A place in another file, for labels.
    pub(super) fn decl_place(&self, id: DeclId) -> Option<Place> {
        name::is_user(self.db, id.file).then(|| id.place(self.db))
    }
}
