//! Calls of functions and methods.

use super::block::Role;
use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code, nearest};
use crate::hir::{ExprId, ExprKind};
use crate::name::{self, DeclId, DeclKind, Entity};
use crate::prelude::{self, Argument};
use crate::signature::{self, Field, Signature, Target};
use crate::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast};

impl<'db> Checker<'db> {
    pub(super) fn call(&mut self, callee: &'db ast::Expr, args: &'db [ast::Arg], span: Span) -> ExprId {
        match &callee.kind {
            Ast::Name(name) if self.local(name).is_none() => {
                match name::scope(self.db, self.file).get(name) {
                    Some(Entity::Decl(id, DeclKind::Fn)) => {
                        self.refer(callee.span, Target::Decl(*id));
                        return self.call_function(*id, args, callee.span, span);
                    }
                    None if name == "fail" => {
                        self.refer(callee.span, Target::Fail);
                        return self.fail(args, span);
                    }
                    None => {
                        self.unknown_name(name, callee.span);
                        return self.with_arguments(args, span);
                    }
                    Some(Entity::Broken) => return self.with_arguments(args, span),
                    Some(_) => {}
                }
                self.not_callable(callee);
                self.with_arguments(args, span)
            }
            Ast::Field { base, optional, name } => {
                if let Ast::Name(module) = &base.kind
                    && self.local(module).is_none()
                    && let Some(Entity::Module(file)) = name::scope(self.db, self.file).get(module)
                {
                    let declared = name::declarations(self.db, *file).get(&name.text).copied();
                    if let Some(d) =
                        declared.filter(|d| d.kind == DeclKind::Fn && (d.public || *file == self.file))
                    {
                        self.refer(base.span, Target::Module(*file));
                        self.refer(name.span, Target::Decl(d.id));
                        return self.call_function(d.id, args, callee.span, span);
                    }
                    self.report(
                        Diagnostic::error(
                            code::UNKNOWN_NAME,
                            self.place(name.span),
                            format!("`{module}` exports no function `{}`", name.text),
                        )
                        .here("not exported from there"),
                    );
                    return self.with_arguments(args, span);
                }
                self.method(base, *optional, name, args, span)
            }
            _ => {
                self.not_callable(callee);
                self.with_arguments(args, span)
            }
        }
    }

    /// Checks the arguments of a call that is broken anyway.
    fn with_arguments(&mut self, args: &'db [ast::Arg], span: Span) -> ExprId {
        for arg in args {
            if !matches!(arg.value.kind, Ast::Lambda(_)) {
                self.pure(&arg.value, &Want::Any);
            }
        }
        self.error(span)
    }

    fn not_callable(&mut self, callee: &'db ast::Expr) {
        self.report(
            Diagnostic::error(
                code::BAD_CALL,
                self.place(callee.span),
                "only functions and methods can be called",
            )
            .here("not a function"),
        );
    }

    fn fail(&mut self, args: &'db [ast::Arg], span: Span) -> ExprId {
        let [ast::Arg { name: None, value }] = args else {
            self.report(
                Diagnostic::error(code::BAD_CALL, self.place(span), "`fail` takes one text")
                    .here("what shall the message say?")
                    .help("for example `fail(\"web hosts run Debian\")`"),
            );
            return self.with_arguments(args, span);
        };
        let message = self.pure(value, &Want::Type(Ty::String));
        self.push(ExprKind::Fail(message), Ty::Never, span)
    }

    fn call_function(&mut self, id: DeclId, args: &'db [ast::Arg], callee: Span, span: Span) -> ExprId {
        let Signature::Fn(params, result) = signature::signature(self.db, id) else {
            return self.with_arguments(args, span);
        };
        let values = self.arguments(id, params, args, callee, span);
        self.push(ExprKind::CallFn(id, values), result.clone(), span)
    }

    fn arguments(
        &mut self,
        id: DeclId,
        params: &[Field],
        args: &'db [ast::Arg],
        callee: Span,
        span: Span,
    ) -> Vec<Option<ExprId>> {
        let function = id.text(self.db);
        let mut values: Vec<Option<ExprId>> = vec![None; params.len()];
        let mut given: Vec<Option<Span>> = vec![None; params.len()];
        let mut too_many = None;
        for (at, arg) in args.iter().enumerate() {
            let position = match &arg.name {
                None if at < params.len() => Some(at),
                None => {
                    too_many.get_or_insert(arg.value.span);
                    None
                }
                Some(name) => {
                    let found = params.iter().position(|p| p.name == name.text);
                    match found {
                        Some(_) => self.refer(name.span, Target::Member(id, name.text.clone())),
                        None => {
                            let place = self.place(name.span);
                            let mut diagnostic = Diagnostic::error(
                                code::UNKNOWN_FIELD,
                                place,
                                format!("`{function}` has no parameter `{}`", name.text),
                            )
                            .here("no such parameter");
                            if let Some(near) = nearest(&name.text, params.iter().map(|p| p.name.as_str())) {
                                diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(
                                    format!("change to `{near}`"),
                                    place,
                                    near,
                                );
                            }
                            self.report(diagnostic);
                        }
                    }
                    found
                }
            };
            let Some(position) = position else {
                self.pure(&arg.value, &Want::Any);
                continue;
            };
            let value = self.pure(&arg.value, &Want::Type(params[position].ty.clone()));
            if let Some(first) = given[position] {
                self.report(
                    Diagnostic::error(
                        code::DUPLICATE_FIELD,
                        self.place(arg.value.span),
                        format!("`{}` is given twice", params[position].name),
                    )
                    .here("given again")
                    .label(self.place(first), "first given here"),
                );
            }
            given[position] = Some(arg.value.span);
            values[position] = Some(value);
        }
        if let Some(at) = too_many {
            let count = params.len();
            let plural = if count == 1 { "" } else { "s" };
            let mut diagnostic = Diagnostic::error(
                code::BAD_CALL,
                self.place(at),
                format!("`{function}` takes {count} argument{plural}, {} are given", args.len()),
            )
            .here("one too many");
            if let Some(place) = self.decl_place(id) {
                diagnostic = diagnostic.label(place, "declared here");
            }
            self.report(diagnostic);
        }
        let missing: Vec<String> = params
            .iter()
            .zip(&given)
            .filter(|(p, g)| g.is_none() && !p.optional)
            .map(|(p, _)| format!("`{}: {}`", p.name, self.show(&p.ty)))
            .collect();
        if !missing.is_empty() {
            let mut diagnostic = Diagnostic::error(
                code::MISSING_FIELD,
                self.place(Span::at(span.end.max(callee.end)).to(callee)),
                format!("`{function}` also needs {}", missing.join(", ")),
            )
            .here("an argument is missing");
            if let Some(place) = self.decl_place(id) {
                diagnostic = diagnostic.label(place, "declared here");
            }
            self.report(diagnostic);
        }
        values
    }

    fn method(
        &mut self,
        base: &'db ast::Expr,
        optional: bool,
        name: &'db ast::Name,
        args: &'db [ast::Arg],
        span: Span,
    ) -> ExprId {
        let receiver = self.pure(base, &Want::Any);
        let ty = self.ty(receiver).clone();
        let inner = match (&ty, optional) {
            (Ty::Error | Ty::Never, _) => return self.with_arguments(args, span),
            (Ty::Optional(inner), true) => (**inner).clone(),
            (Ty::Optional(_), false) => {
                let shown = self.show(&ty);
                self.report(
                    Diagnostic::error(
                        code::MAY_BE_ABSENT,
                        self.place(base.span),
                        format!("this `{}` may be absent", self.show(ty.some())),
                    )
                    .here(format!("is a `{shown}`"))
                    .help(format!("use `?.{}(..)`, which gives `none` where it is absent", name.text)),
                );
                return self.with_arguments(args, span);
            }
            _ => ty.clone(),
        };
        let lifted = optional && matches!(ty, Ty::Optional(_));
        if name.text == "map"
            && let Ty::List(element) = &inner
        {
            self.refer(name.span, Target::Method(inner.clone(), name.text.clone()));
            return self.map(receiver, element, lifted, args, span);
        }
        let Some(method) = prelude::methods(&inner).find(|m| m.name == name.text && !m.property) else {
            self.unknown_method(&inner, name);
            return self.with_arguments(args, span);
        };
        self.refer(name.span, Target::Method(inner.clone(), name.text.clone()));
        if args.len() != method.arguments.len() || args.iter().any(|a| a.name.is_some()) {
            let count = method.arguments.len();
            let plural = if count == 1 { "" } else { "s" };
            self.report(
                Diagnostic::error(
                    code::BAD_CALL,
                    self.place(name.span),
                    format!("`{}` takes {count} argument{plural}, {} are given", method.name, args.len()),
                )
                .here(method.docs),
            );
            return self.with_arguments(args, span);
        }
        let mut values = vec![receiver];
        for (arg, expected) in args.iter().zip(method.arguments) {
            let want = match expected {
                Argument::Text => Ty::String,
                Argument::Element => match &inner {
                    Ty::List(element) => (**element).clone(),
                    _ => Ty::Error,
                },
            };
            values.push(self.pure(&arg.value, &Want::Type(want)));
        }
        let gives = method.gives.ty(&inner);
        let result = if lifted { gives.optional() } else { gives };
        self.push(ExprKind::Call(method.builtin, values, lifted), result, span)
    }

    fn map(&mut self, list: ExprId, element: &Ty, lifted: bool, args: &'db [ast::Arg], span: Span) -> ExprId {
        let lambda = match args {
            [ast::Arg { name: None, value }] => match &value.kind {
                Ast::Lambda(lambda) if lambda.params.len() == 1 => Some(lambda),
                _ => None,
            },
            _ => None,
        };
        let Some(lambda) = lambda else {
            self.report(
                Diagnostic::error(
                    code::BAD_CALL,
                    self.place(span),
                    "`map` takes a lambda with one parameter",
                )
                .here("what shall become of each element?")
                .help("for example `.map(|x| x.name)`"),
            );
            return self.with_arguments(args, span);
        };
        let local = self.simple_pattern(&lambda.params[0], element.clone());
        let (block, ty) = self.block(&lambda.body, vec![local], &Want::Any, Role::Value);
        let ty = if lifted { ty.list().optional() } else { ty.list() };
        self.push(ExprKind::Map(list, block, lifted), ty, span)
    }

    fn unknown_method(&mut self, ty: &Ty, name: &ast::Name) {
        let shown = self.show(ty);
        let place = self.place(name.span);
        let mut diagnostic =
            Diagnostic::error(code::UNKNOWN_FIELD, place, format!("`{shown}` has no method `{}`", name.text))
                .here("no such method");
        let mut known: Vec<&str> = prelude::methods(ty).map(|m| m.name).collect();
        if matches!(ty, Ty::List(_)) {
            known.push("map");
        }
        if prelude::methods(ty).any(|m| m.property && m.name == name.text) {
            diagnostic = diagnostic.help(format!("it is read without parentheses: `.{}`", name.text));
        } else if let Some(near) = nearest(&name.text, known.iter().copied()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(
                format!("change to `{near}`"),
                place,
                near,
            );
        } else if name.text == "join" && matches!(ty, Ty::List(_)) {
            diagnostic =
                diagnostic.help("only texts are joined: make them texts with `.map(|x| \"${x}\")` first");
        } else if !known.is_empty() {
            let known: Vec<String> = known.iter().map(|s| (*s).to_owned()).collect();
            diagnostic = diagnostic.help(format!("it has {}", super::field::list_names(&known)));
        }
        self.report(diagnostic);
    }
}
