//! Expressions.

use super::block::Role;
use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, Place, code, nearest};
use crate::hir::{ExprId, ExprKind, Local};
use crate::name::{self, DeclKind, Entity};
use crate::signature::{self, Signature, Target};
use crate::ty::Ty;
use mc_plan::expr::{BinaryOp, UnaryOp};
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast::{self, Condition, Else, ExprKind as Ast};
use smol_str::SmolStr;
use std::sync::Arc;

impl<'db> Checker<'db> {
    /// Checks an expression against what is expected of it.
    pub(super) fn expr(&mut self, expr: &'db ast::Expr, want: &Want) -> ExprId {
        let id = self.infer(expr, want);
        match want {
            Want::Type(expected) => self.coerce(id, expected, expr.span),
            Want::Any | Want::Nothing => id,
        }
    }

    fn infer(&mut self, expr: &'db ast::Expr, want: &Want) -> ExprId {
        let span = expr.span;
        match &expr.kind {
            Ast::Error
            | Ast::Float(_)
            | Ast::Tuple(_)
            | Ast::TupleIndex { .. }
            | Ast::Map(_)
            | Ast::Comprehension(_)
            | Ast::With { .. } => self.error(span),
            Ast::Paren(inner) => self.infer(inner, want),
            Ast::Bool(b) => self.push(ExprKind::Value(Value::Bool(*b)), Ty::Bool, span),
            Ast::None => self.push(ExprKind::Value(Value::None), Ty::Never.optional(), span),
            Ast::Int(i) => self.push(ExprKind::Value(Value::Int(*i)), Ty::Int, span),
            Ast::Duration(d) => self.push(ExprKind::Value(Value::Duration(*d)), Ty::Duration, span),
            Ast::Size(s) => self.push(ExprKind::Value(Value::Size(*s)), Ty::Size, span),
            Ast::Mode(m) => self.push(ExprKind::Value(Value::Mode(*m)), Ty::Mode, span),
            Ast::String(parts) => self.string(parts, want.ty(), span),
            Ast::Name(name) => self.name(name, span),
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
            Ast::Call { callee, args } => self.call(callee, args, span),
            Ast::Index { base, index } => self.index(base, index, span),
            Ast::Unary { op, operand, op_span } => self.unary(*op, *op_span, operand, span),
            Ast::Binary { op, op_span, left, right } => self.binary(*op, *op_span, left, right, want, span),
            Ast::List(items) => self.list(items, want.ty(), span),
            Ast::Construct(construct) => self.construct(construct, want.ty(), span),
            Ast::Reference { path, key } => self.reference(path, key, span),
            Ast::Convert { path, value } => self.convert(path, value, span),
            Ast::If(i) => self.branch(i, want, span),
            Ast::Match(m) => self.matching(m, want, span),
            Ast::For(f) => self.repeat(f, want, span),
            Ast::Lambda(_) => {
                self.report(
                    Diagnostic::error(code::BAD_PLACE, self.place(span), "a lambda may only be an argument")
                        .here("not the argument of a method")
                        .help("declare a function with `fn`, or give the lambda to `map`"),
                );
                self.error(span)
            }
        }
    }

    /// Reports an expression whose type does not fit.
    pub(super) fn coerce(&mut self, id: ExprId, expected: &Ty, span: Span) -> ExprId {
        let found = self.ty(id).clone();
        if found.fits(expected) {
            return id;
        }
        let (want, have) = (self.show(expected), self.show(&found));
        if matches!(&found, Ty::Optional(inner) if inner.fits(expected)) {
            self.report(
                Diagnostic::error(
                    code::MAY_BE_ABSENT,
                    self.place(span),
                    format!("this `{want}` may be absent"),
                )
                .here(format!("is a `{have}`"))
                .help("say what to take instead with `??`, or ask with `if let x = ..`"),
            );
            return self.error(span);
        }
        let mut diagnostic = Diagnostic::error(
            code::TYPE_MISMATCH,
            self.place(span),
            format!("expected `{want}`, found `{have}`"),
        )
        .here(format!("a `{have}`"));
        let inner = expected.some();
        match (inner, &found, &self.body.expr(id).kind) {
            (Ty::Mode, Ty::Int, ExprKind::Value(Value::Int(i))) => {
                let mode = format!("0o{i}");
                diagnostic = diagnostic.help(format!("permission bits are written in octal: `{mode}`")).fix(
                    format!("change to `{mode}`"),
                    self.place(span),
                    mode,
                );
            }
            (Ty::Mode, Ty::String, ExprKind::Value(Value::Str(s)))
                if !s.is_empty() && s.chars().all(|c| c.is_digit(8)) =>
            {
                let mode = format!("0o{}", s.trim_start_matches('0'));
                diagnostic = diagnostic.help(format!("permission bits are no text: `{mode}`")).fix(
                    format!("change to `{mode}`"),
                    self.place(span),
                    mode,
                );
            }
            (Ty::Bool, Ty::String, ExprKind::Value(Value::Str(s)))
                if matches!(&**s, "true" | "false" | "yes" | "no" | "on" | "off") =>
            {
                let value = matches!(&**s, "true" | "yes" | "on").to_string();
                diagnostic = diagnostic.help(format!("write `{value}`")).fix(
                    format!("change to `{value}`"),
                    self.place(span),
                    value,
                );
            }
            (Ty::Int, Ty::String, ExprKind::Value(Value::Str(s))) if s.parse::<i64>().is_ok() => {
                diagnostic = diagnostic.help("write the number without quotes").fix(
                    format!("change to `{s}`"),
                    self.place(span),
                    s.to_string(),
                );
            }
            (Ty::Duration, Ty::Int, _) => {
                diagnostic = diagnostic.help("a duration has a unit: `90s`, `5m`, `1h30m`");
            }
            (Ty::Size, Ty::Int, _) => diagnostic = diagnostic.help("a size has a unit: `512MiB`, `10GB`"),
            (Ty::Text(kind), Ty::String, _) => {
                diagnostic = diagnostic
                    .help(format!("a text from elsewhere is checked by a conversion: `{}(..)`", kind.name()));
            }
            (Ty::String | Ty::Blob, other, _) if other.has_text() => {
                diagnostic = diagnostic.help("make a text of it: `\"${..}\"`");
            }
            (Ty::List(item), other, _) if other.fits(item) => {
                diagnostic = diagnostic.help("put it in brackets: `[..]`");
            }
            _ => {}
        }
        self.report(diagnostic);
        self.error(span)
    }

    fn name(&mut self, name: &SmolStr, span: Span) -> ExprId {
        if let Some((hops, index, block)) = self.local(name) {
            let local = &self.body.block(block).locals[index as usize];
            let (ty, declared) = (local.ty.clone(), local.span);
            self.refer(span, Target::Local(self.file, declared));
            return self.push(ExprKind::Local(hops, index), ty, span);
        }
        match name::scope(self.db, self.file).get(name) {
            Some(Entity::Decl(id, DeclKind::Let)) => {
                self.refer(span, Target::Decl(*id));
                let values = super::value_types(self.db, id.file);
                match values.get(&id.text(self.db)) {
                    Some((index, ty)) => self.push(ExprKind::Global(id.file, *index), ty.clone(), span),
                    None => self.error(span),
                }
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
            None if name == "facts" => match name::facts_record(self.db) {
                Some(record) => {
                    self.refer(span, Target::Decl(record));
                    self.push(ExprKind::Facts, Ty::Record(record), span)
                }
                None => self.error(span),
            },
            None if name == "labels" => {
                self.report(
                    Diagnostic::error(code::WRONG_KIND_OF_NAME, self.place(span), "name one of the labels")
                        .here("all of them at once are no value")
                        .help("for example `labels.role`"),
                );
                self.error(span)
            }
            None => {
                self.unknown_name(name, span);
                self.error(span)
            }
        }
    }

    pub(super) fn unknown_name(&mut self, name: &str, span: Span) {
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
        known.extend(["facts", "labels", "fail"].map(SmolStr::new_static));
        known.sort();
        let diagnostic = match nearest(name, known.iter().map(SmolStr::as_str)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                format!("change to `{near}`"),
                place,
                near,
            ),
            None => match name::exporters(self.db, name).first() {
                Some(module) => {
                    diagnostic.help(format!("`{module}` exports it: `import {module}.{{{name}}}`"))
                }
                None if self.resource.is_some() => {
                    diagnostic.help("the resource's own parts are reached through `self`")
                }
                None => diagnostic,
            },
        };
        self.report(diagnostic);
    }

    /// `Tls.Off`, and the mistakes that look like it.
    fn path(&mut self, path: &'db ast::Path) -> ExprId {
        match path.segments.as_slice() {
            [_, variant] => self.variant(Some(path), variant, None, None, path.span),
            [name] => {
                let found = signature::lookup_type(
                    self.db,
                    self.file,
                    path.module.as_ref(),
                    name,
                    &mut self.findings,
                );
                if let Some(ty) = found.filter(|ty| *ty != Ty::Error) {
                    let shown = &name.text;
                    let (what, help) = match ty {
                        Ty::Ref(_) => (
                            "a resource type",
                            format!(
                                "declare one, `{shown} \"key\" {{ .. }}`, or refer to one, `{shown}[\"key\"]`"
                            ),
                        ),
                        Ty::Instance(_) => ("a component", format!("make an instance: `{shown} {{ .. }}`")),
                        Ty::Record(_) => ("a record", format!("make one: `{shown} {{ .. }}`")),
                        Ty::Enum(_) => ("an enum", format!("name a variant: `{shown}.Variant`")),
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

    fn list(&mut self, items: &'db [ast::Expr], expected: Option<&Ty>, span: Span) -> ExprId {
        let element = match expected.map(Ty::some) {
            Some(Ty::List(inner)) => Some((**inner).clone()),
            _ => None,
        };
        let mut ids = Vec::with_capacity(items.len());
        let mut joined = element.clone();
        for item in items {
            let want = element.clone().map_or(Want::Any, Want::Type);
            let id = self.pure(item, &want);
            let ty = self.ty(id).clone();
            let next = match &joined {
                None => Some(ty.clone()),
                Some(so_far) if element.is_none() => so_far.join(&ty),
                Some(so_far) => Some(so_far.clone()),
            };
            match (next, &joined) {
                (Some(next), _) => joined = Some(next),
                (None, Some(so_far)) => {
                    let (a, b) = (self.show(so_far), self.show(&ty));
                    self.report(
                        Diagnostic::error(
                            code::TYPE_MISMATCH,
                            self.place(item.span),
                            "a list holds values of one type",
                        )
                        .here(format!("a `{b}`, while those before are `{a}`")),
                    );
                }
                (None, None) => {}
            }
            ids.push(id);
        }
        let ty = Ty::List(Arc::new(joined.unwrap_or(Ty::Never)));
        self.push(ExprKind::List(ids), ty, span)
    }

    fn index(&mut self, base: &'db ast::Expr, index: &'db ast::Expr, span: Span) -> ExprId {
        let base_id = self.pure(base, &Want::Any);
        let index_id = self.pure(index, &Want::Type(Ty::Int));
        match self.ty(base_id).clone() {
            Ty::List(inner) => self.push(ExprKind::Index(base_id, index_id), (*inner).clone(), span),
            Ty::Error => self.error(span),
            other => {
                let shown = self.show(&other);
                self.report(
                    Diagnostic::error(
                        code::TYPE_MISMATCH,
                        self.place(base.span),
                        format!("a `{shown}` has no positions"),
                    )
                    .here("not a list"),
                );
                self.error(span)
            }
        }
    }

    fn unary(&mut self, op: ast::UnaryOp, op_span: Span, operand: &'db ast::Expr, span: Span) -> ExprId {
        let id = self.pure(operand, &Want::Any);
        let ty = self.ty(id).clone();
        match (op, &ty) {
            (_, Ty::Error | Ty::Never) => self.error(span),
            (ast::UnaryOp::Negate, Ty::Int) => self.push(ExprKind::Unary(UnaryOp::Negate, id), ty, span),
            (ast::UnaryOp::Not, Ty::Bool) => self.push(ExprKind::Unary(UnaryOp::Not, id), ty, span),
            _ => {
                let sign = if op == ast::UnaryOp::Negate { "-" } else { "!" };
                let shown = self.show(&ty);
                self.report(
                    Diagnostic::error(
                        code::NO_SUCH_OPERATOR,
                        self.place(op_span),
                        format!("`{sign}` does not exist for `{shown}`"),
                    )
                    .here(if sign == "!" { "turns a `Bool` around" } else { "negates an `Int`" })
                    .label(self.place(operand.span), format!("a `{shown}`")),
                );
                self.error(span)
            }
        }
    }

    fn binary(
        &mut self,
        op: ast::BinaryOp,
        op_span: Span,
        left: &'db ast::Expr,
        right: &'db ast::Expr,
        want: &Want,
        span: Span,
    ) -> ExprId {
        use ast::BinaryOp as B;
        match op {
            B::And | B::Or => {
                let a = self.pure(left, &Want::Type(Ty::Bool));
                let b = self.pure(right, &Want::Type(Ty::Bool));
                let kind = if op == B::And { ExprKind::And(a, b) } else { ExprKind::Or(a, b) };
                return self.push(kind, Ty::Bool, span);
            }
            B::Coalesce => return self.coalesce(left, right, want, span),
            _ => {}
        }
        // `labels.role == .Web`: the side whose type stands alone is checked first.
        let bare = |e: &ast::Expr| matches!(e.kind, Ast::Variant(_) | Ast::String(_) | Ast::List(_));
        let (a, b) = if op == B::In {
            let a = self.pure(left, &Want::Any);
            let element = self.ty(a).clone();
            let b =
                self.pure(right, &if element.is_bottom() { Want::Any } else { Want::Type(element.list()) });
            (a, b)
        } else if bare(left) && !bare(right) {
            let b = self.pure(right, &Want::Any);
            let hint = self.operand_hint(b);
            (self.infer_operand(left, &hint), b)
        } else {
            let a = self.pure(left, &Want::Any);
            let hint = self.operand_hint(a);
            (a, self.infer_operand(right, &hint))
        };
        let (ta, tb) = (self.ty(a).clone(), self.ty(b).clone());
        if ta.is_bottom() || tb.is_bottom() {
            return self.error(span);
        }
        let (operator, result) = match operator(op, &ta, &tb) {
            Some(found) => found,
            None => {
                self.no_operator(op, op_span, (left, &ta), (right, &tb));
                return self.error(span);
            }
        };
        self.push(ExprKind::Binary(operator, a, b), result, span)
    }

    /// The type that the other operand lends to a literal or a bare variant.
    fn operand_hint(&self, id: ExprId) -> Option<Ty> {
        match self.ty(id).some() {
            ty @ (Ty::Enum(_) | Ty::Text(_) | Ty::List(_)) => Some(ty.clone()),
            _ => None,
        }
    }

    fn infer_operand(&mut self, expr: &'db ast::Expr, hint: &Option<Ty>) -> ExprId {
        let declares = std::mem::replace(&mut self.declares, false);
        let want = match (hint, &expr.kind) {
            (Some(ty @ Ty::Enum(_)), _) => Want::Type(ty.clone()),
            (Some(ty), Ast::String(_) | Ast::List(_)) => Want::Type(ty.clone()),
            _ => Want::Any,
        };
        // The operator itself says what does not fit.
        let id = self.infer(expr, &want);
        self.declares = declares;
        id
    }

    fn coalesce(&mut self, left: &'db ast::Expr, right: &'db ast::Expr, want: &Want, span: Span) -> ExprId {
        let left_want = match want.ty() {
            Some(ty) => Want::Type(ty.clone().optional()),
            None => Want::Any,
        };
        let a = self.pure(left, &left_want);
        let ta = self.ty(a).clone();
        let Ty::Optional(inner) = &ta else {
            if ta != Ty::Error {
                let shown = self.show(&ta);
                self.report(
                    Diagnostic::error(
                        code::NO_SUCH_OPERATOR,
                        self.place(left.span),
                        "this value is never absent",
                    )
                    .here(format!("a `{shown}`, not a `{shown}?`"))
                    .help("leave out `??` and what follows"),
                );
            }
            return self.error(span);
        };
        let right_want = if inner.is_bottom() { want.clone() } else { Want::Any };
        let hint = match want.ty() {
            Some(ty) => Want::Type(ty.clone()),
            None => match &**inner {
                ty @ (Ty::Enum(_) | Ty::Text(_) | Ty::List(_)) if !inner.is_bottom() => {
                    Want::Type(ty.clone())
                }
                _ => right_want,
            },
        };
        let b = self.pure(right, &hint);
        let tb = self.ty(b).clone();
        match inner.join(&tb) {
            Some(ty) => self.push(ExprKind::Coalesce(a, b), ty, span),
            None => {
                let (x, y) = (self.show(inner), self.show(&tb));
                self.report(
                    Diagnostic::error(
                        code::TYPE_MISMATCH,
                        self.place(right.span),
                        format!("expected `{x}`, found `{y}`"),
                    )
                    .here(format!("a `{y}`"))
                    .label(self.place(left.span), format!("a `{x}` where it is there")),
                );
                self.error(span)
            }
        }
    }

    fn no_operator(
        &mut self,
        op: ast::BinaryOp,
        op_span: Span,
        left: (&ast::Expr, &Ty),
        right: (&ast::Expr, &Ty),
    ) {
        let sign = sign(op);
        let (a, b) = (self.show(left.1), self.show(right.1));
        let headline = if a == b {
            format!("`{sign}` does not exist for `{a}`")
        } else {
            format!("`{sign}` does not exist for `{a}` and `{b}`")
        };
        let mut diagnostic = Diagnostic::error(code::NO_SUCH_OPERATOR, self.place(op_span), headline)
            .label(self.place(left.0.span), format!("a `{a}`"))
            .label(self.place(right.0.span), format!("a `{b}`"));
        let text = |ty: &Ty| matches!(ty, Ty::String | Ty::Text(_));
        if matches!(left.1, Ty::Optional(_)) || matches!(right.1, Ty::Optional(_)) {
            diagnostic = diagnostic.help("say what to take where a value is absent: `(x ?? ..)`");
        } else if op == ast::BinaryOp::Add && (text(left.1) || text(right.1)) {
            diagnostic = diagnostic.help("put values into a text with `\"${..}\"`");
        }
        self.report(diagnostic);
    }

    fn branch(&mut self, i: &'db ast::If, want: &Want, span: Span) -> ExprId {
        let role = if self.declares { Role::Declares } else { Role::Value };
        // Without `else` the value may be absent, so a branch gives what is inside of the `?`.
        let inner_want = match (want, &i.otherwise) {
            (Want::Type(ty), None) => Want::Type(ty.some().clone()),
            _ => want.clone(),
        };
        let (head, pattern, bound) = match &i.condition {
            Condition::Value(e) => (self.pure(e, &Want::Type(Ty::Bool)), None, Vec::new()),
            Condition::Let(pattern, e) => {
                let value = self.pure(e, &Want::Any);
                let ty = self.ty(value).clone();
                let mut bound = Vec::new();
                let checked = self.let_pattern(pattern, &ty, e.span, &mut bound);
                (value, Some(checked), bound)
            }
        };
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

    fn repeat(&mut self, f: &'db ast::For, want: &Want, span: Span) -> ExprId {
        let role = if self.declares { Role::Declares } else { Role::Value };
        let iterable = self.pure(&f.iterable, &Want::Any);
        let element = match self.ty(iterable).clone() {
            Ty::List(inner) => (*inner).clone(),
            Ty::Error | Ty::Never => Ty::Error,
            other => {
                let shown = self.show(&other);
                let mut diagnostic = Diagnostic::error(
                    code::TYPE_MISMATCH,
                    self.place(f.iterable.span),
                    format!("`for` runs over a list, not over a `{shown}`"),
                )
                .here(format!("a `{shown}`"));
                if matches!(other, Ty::Optional(_)) {
                    diagnostic = diagnostic.help("take an empty list where it is absent: `.. ?? []`");
                }
                self.report(diagnostic);
                Ty::Error
            }
        };
        let parts: Vec<Ty> = match (f.patterns.len(), &element) {
            (2, Ty::Pair(a, b)) => vec![(**a).clone(), (**b).clone()],
            (1, _) => vec![element.clone()],
            (_, Ty::Error) => vec![Ty::Error; f.patterns.len()],
            _ => {
                let at = f.patterns.get(1).map_or(span, |p| p.span);
                self.report(
                    Diagnostic::error(code::PATTERN_MISMATCH, self.place(at), "each element is one value")
                        .here("one name too many")
                        .help("for the position as well, run over `xs.indexed()`"),
                );
                vec![Ty::Error; f.patterns.len()]
            }
        };
        let mut bound = Vec::new();
        for (pattern, ty) in f.patterns.iter().zip(parts) {
            bound.push(self.simple_pattern(pattern, ty));
        }
        let count = bound.len() as u32;
        let item_want = match want {
            Want::Type(Ty::List(inner)) => Want::Type((**inner).clone()),
            Want::Nothing => Want::Nothing,
            _ => Want::Any,
        };
        let (body, ty) = self.block(&f.body, bound, &item_want, role);
        let ty = if matches!(want, Want::Nothing) || ty == Ty::Unit { Ty::Unit } else { ty.list() };
        self.push(ExprKind::For(iterable, count, body), ty, span)
    }

    /// A pattern that only binds: of a loop or a lambda.
    pub(super) fn simple_pattern(&mut self, pattern: &'db ast::Pattern, ty: Ty) -> Local {
        let name = match &pattern.kind {
            ast::PatternKind::Bind(name) => name.clone(),
            ast::PatternKind::Wildcard | ast::PatternKind::Error => SmolStr::new_static("_"),
            _ => {
                self.report(
                    Diagnostic::error(
                        code::PATTERN_MISMATCH,
                        self.place(pattern.span),
                        "only a name may stand here",
                    )
                    .here("this pattern may not fit")
                    .help("take the value by a name and ask with `match`"),
                );
                SmolStr::new_static("_")
            }
        };
        Local { name, ty, span: pattern.span }
    }

    /// `File["/etc/motd"]`
    fn reference(&mut self, path: &'db ast::Path, key: &'db ast::Expr, span: Span) -> ExprId {
        let Some(id) = self.resource_path(path) else {
            self.pure(key, &Want::Any);
            return self.error(span);
        };
        let key_ty = match signature::signature(self.db, id) {
            Signature::Resource(resource) => resource.key.ty.clone(),
            _ => Ty::Error,
        };
        let key = self.pure(key, &Want::Type(key_ty));
        self.push(ExprKind::Reference(id, key), Ty::Ref(id), span)
    }

    /// The resource type that a path means; anything else is reported.
    fn resource_path(&mut self, path: &'db ast::Path) -> Option<name::DeclId> {
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
        match signature::lookup_type(self.db, self.file, path.module.as_ref(), name, &mut self.findings)? {
            Ty::Ref(id) => Some(id),
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
    pub(super) fn decl_place(&self, id: name::DeclId) -> Option<Place> {
        name::is_user(self.db, id.file).then(|| id.place(self.db))
    }
}

/// The operator for these operand types, with its result.
fn operator(op: ast::BinaryOp, a: &Ty, b: &Ty) -> Option<(BinaryOp, Ty)> {
    use ast::BinaryOp as B;
    let text = |ty: &Ty| matches!(ty, Ty::String | Ty::Text(_));
    let quantity = |ty: &Ty| matches!(ty, Ty::Int | Ty::Duration | Ty::Size);
    Some(match op {
        B::Add if text(a) && text(b) => (BinaryOp::Add, Ty::String),
        B::Add if quantity(a) && a == b => (BinaryOp::Add, a.clone()),
        B::Add => match (a, b) {
            (Ty::List(_), Ty::List(_)) => (BinaryOp::Add, a.join(b)?),
            _ => return None,
        },
        B::Subtract if quantity(a) && a == b => (BinaryOp::Subtract, a.clone()),
        B::Multiply if quantity(a) && *b == Ty::Int => (BinaryOp::Multiply, a.clone()),
        B::Multiply if *a == Ty::Int && quantity(b) => (BinaryOp::Multiply, b.clone()),
        B::Divide if quantity(a) && *b == Ty::Int => (BinaryOp::Divide, a.clone()),
        B::Divide if quantity(a) && a == b => (BinaryOp::Divide, Ty::Int),
        B::Remainder if *a == Ty::Int && *b == Ty::Int => (BinaryOp::Remainder, Ty::Int),
        B::Equal | B::NotEqual => {
            let comparable = !matches!(a.some(), Ty::Instance(_) | Ty::Unit | Ty::AnyRef | Ty::Ref(_));
            (comparable && a.join(b).is_some())
                .then(|| (if op == B::Equal { BinaryOp::Equal } else { BinaryOp::NotEqual }, Ty::Bool))?
        }
        B::Less | B::LessEqual | B::Greater | B::GreaterEqual => {
            let ordered = (quantity(a) && a == b) || (text(a) && text(b));
            let operator = match op {
                B::Less => BinaryOp::Less,
                B::LessEqual => BinaryOp::LessEqual,
                B::Greater => BinaryOp::Greater,
                _ => BinaryOp::GreaterEqual,
            };
            ordered.then_some((operator, Ty::Bool))?
        }
        B::In => match b {
            Ty::List(inner) => inner.join(a).map(|_| (BinaryOp::In, Ty::Bool))?,
            _ => return None,
        },
        _ => return None,
    })
}

fn sign(op: ast::BinaryOp) -> &'static str {
    use ast::BinaryOp as B;
    match op {
        B::Multiply => "*",
        B::Divide => "/",
        B::Remainder => "%",
        B::Add => "+",
        B::Subtract => "-",
        B::Coalesce => "??",
        B::Equal => "==",
        B::NotEqual => "!=",
        B::Less => "<",
        B::LessEqual => "<=",
        B::Greater => ">",
        B::GreaterEqual => ">=",
        B::In => "in",
        B::And => "&&",
        B::Or => "||",
    }
}
