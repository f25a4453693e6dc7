//! Calls of functions and methods.

use super::{Checker, Want};
use crate::db::File;
use crate::diagnostic::{Code, Diagnostic, Place, code, nearest};
use crate::hir::{ExprId, ExprKind};
use crate::name::{self, DeclId, DeclKind, Entity};
use crate::signature::{self, Field, Signature, Target};
use crate::ty::{Bindings, Ty};
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast};

/// What is called by names.
#[derive(Clone, Copy)]
enum Callee {
    Function(DeclId),
    Template(File),
}

/// What is called, and what messages call it.
struct Called<'a> {
    name: &'a str,
    callee: Callee,
}

impl<'db> Checker<'db> {
    pub(super) fn call(
        &mut self,
        callee: &'db ast::Expr,
        args: &'db [ast::Arg],
        want: &Want,
        span: Span,
    ) -> ExprId {
        match &callee.kind {
            Ast::Name(name) if self.local(name).is_none() => {
                match name::scope(self.db, self.file).get(name) {
                    Some(Entity::Decl(id, DeclKind::Fn)) => {
                        self.refer(callee.span, Target::Decl(*id));
                        return self.call_function(*id, args, want, callee.span, span);
                    }
                    None if name == "fail" => {
                        self.refer(callee.span, Target::Fail);
                        return self.fail(args, span);
                    }
                    None if name == "secret" && !self.in_template() => return self.secret(args, span),
                    None if name == "file" && !self.in_template() => return self.file_blob(args, span),
                    None if name == "dir" && !self.in_template() => return self.folder_blobs(args, span),
                    None if name == "load" && !self.in_template() => return self.load(args, want, span),
                    None if name == "layers" && !self.in_template() => return self.layers(args, want, span),
                    None if name == "template" && !self.in_template() => {
                        return self.call_template(args, callee.span, span);
                    }
                    None if name == "plan" => return self.plan(args, callee.span, span),
                    None if name == "range" => return self.range(args, span),
                    None if let Some(format) = super::method::format(name) => {
                        return self.document(format, name, args, span);
                    }
                    None => {
                        self.unknown_name(name, &Want::Any, callee.span);
                        return self.with_arguments(args, span);
                    }
                    Some(Entity::Broken) => return self.with_arguments(args, span),
                    Some(_) => {}
                }
                self.not_callable(callee);
                self.with_arguments(args, span)
            }
            Ast::Name(_) => self.call_value(callee, args, span),
            Ast::Field { base, optional, name } => {
                if let Ast::Path(path) = &base.kind {
                    return self.parse(path, name, args, span);
                }
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
                        return self.call_function(d.id, args, want, callee.span, span);
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
                self.method(base, *optional, name, args, want, span)
            }
            _ => {
                self.not_callable(callee);
                self.with_arguments(args, span)
            }
        }
    }

    /// Checks the arguments of a call that is broken anyway.
    pub(super) fn with_arguments(&mut self, args: &'db [ast::Arg], span: Span) -> ExprId {
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

    /// `secret("db/password")`
    fn secret(&mut self, args: &'db [ast::Arg], span: Span) -> ExprId {
        let [ast::Arg { name: None, value }] = args else {
            let at = args.first().map_or(span, |arg| arg.value.span);
            self.report(
                Diagnostic::error(code::BAD_CALL, self.place(at), "`secret` takes the name of one")
                    .here("not one text")
                    .help("for example `secret(\"db/password\")`"),
            );
            return self.with_arguments(args, span);
        };
        let written = match &value.kind {
            Ast::String(parts) => super::literal::plain(parts),
            _ => None,
        };
        let Some(name) = written else {
            let name = self.pure(value, &Want::Type(Ty::String));
            return self.push(ExprKind::SecretNamed(name), Ty::String.secret(), span);
        };
        if !is_secret_name(&name) {
            self.report(no_secret_name(self.place(value.span), code::LITERAL_DOES_NOT_FIT));
            return self.error(span);
        }
        self.push(ExprKind::Secret(name), Ty::String.secret(), span)
    }

    /// `range(0, n)`
    fn range(&mut self, args: &'db [ast::Arg], span: Span) -> ExprId {
        let [ast::Arg { name: None, value: from }, ast::Arg { name: None, value: to }] = args else {
            self.report(
                Diagnostic::error(
                    code::BAD_CALL,
                    self.place(span),
                    "`range` takes where to begin and where to stop",
                )
                .here("two numbers")
                .help("for example `range(0, 3)`, which is `[0, 1, 2]`"),
            );
            return self.with_arguments(args, span);
        };
        let from = self.pure(from, &Want::Type(Ty::Int));
        let to = self.pure(to, &Want::Type(Ty::Int));
        self.push(ExprKind::Call(mc_plan::expr::Builtin::Range, vec![from, to], false), Ty::Int.list(), span)
    }

    /// A call of a parameter that is a function.
    fn call_value(&mut self, callee: &'db ast::Expr, args: &'db [ast::Arg], span: Span) -> ExprId {
        let function = self.pure(callee, &Want::Any);
        let (params, result) = match self.ty(function).clone() {
            Ty::Fn(params, result) => (params, result),
            ty => {
                if !ty.is_bottom() {
                    self.not_callable(callee);
                }
                return self.with_arguments(args, span);
            }
        };
        if args.len() != params.len() || args.iter().any(|arg| arg.name.is_some()) {
            let count = params.len();
            let plural = if count == 1 { "" } else { "s" };
            let shown = self.show(self.ty(function));
            self.report(
                Diagnostic::error(
                    code::BAD_CALL,
                    self.place(callee.span),
                    format!(
                        "this function takes {count} argument{plural} without names, {} are given",
                        args.len()
                    ),
                )
                .here(format!("a `{shown}`")),
            );
            return self.with_arguments(args, span);
        }
        let values = args
            .iter()
            .zip(params.iter())
            .map(|(arg, ty)| self.pure(&arg.value, &Want::Type(ty.clone())))
            .collect();
        self.push(ExprKind::CallValue(function, values, false), (*result).clone(), span)
    }

    fn call_function(
        &mut self,
        id: DeclId,
        args: &'db [ast::Arg],
        want: &Want,
        callee: Span,
        span: Span,
    ) -> ExprId {
        let Signature::Fn(params, result) = self.signature(id) else {
            return self.with_arguments(args, span);
        };
        let mut bindings = Bindings::new(id, signature::generics(self.db, id).len());
        if let Some(expected) = want.ty() {
            bindings.hint(result, expected);
        }
        let name = id.text(self.db);
        let called = Called { name: &name, callee: Callee::Function(id) };
        let at = (callee, span);
        let values = self.accepting(None, |c| c.arguments(&called, params, args, Some(&mut bindings), at));
        if let Some(expected) = want.ty() {
            bindings.expect(result, expected);
        }
        let result = self.instantiate(id, result, bindings, callee);
        self.push(ExprKind::CallFn(id, values), result, span)
    }

    /// A declared type with its parameters filled in; what nothing told is reported.
    pub(super) fn instantiate(&mut self, id: DeclId, declared: &Ty, bindings: Bindings, at: Span) -> Ty {
        match bindings.finish() {
            Ok(args) => declared.substitute(id, &args),
            Err(position) => {
                let parameter = signature::generics(self.db, id).get(position).cloned().unwrap_or_default();
                let name = id.text(self.db);
                self.report(
                    Diagnostic::error(
                        code::CANNOT_INFER,
                        self.place(at),
                        format!("nothing here says what `{parameter}` of `{name}` is"),
                    )
                    .here(format!("`{parameter}` could be anything"))
                    .help("write the type where the value goes: `let x: .. = ..`"),
                );
                Ty::Error
            }
        }
    }

    /// A declared function as an argument.
    pub(super) fn function_value(&mut self, id: DeclId, expected: &Ty, span: Span) -> ExprId {
        let Signature::Fn(params, result) = self.signature(id) else {
            return self.error(span);
        };
        let declared =
            Ty::Fn(params.iter().map(|p| p.ty.clone()).collect(), std::sync::Arc::new(result.clone()));
        let mut bindings = Bindings::new(id, signature::generics(self.db, id).len());
        if let (Ty::Fn(wanted, wanted_result), Ty::Fn(own, _)) = (expected, &declared)
            && wanted.len() == own.len()
        {
            wanted.iter().zip(own.iter()).for_each(|(wanted, own)| bindings.learn(own, wanted));
            bindings.expect(result, wanted_result);
        }
        let ty = self.instantiate(id, &declared, bindings, span);
        self.push(ExprKind::Function(id), ty, span)
    }

    /// The arguments of a template, all of which have names.
    pub(super) fn template_arguments(
        &mut self,
        name: &str,
        file: File,
        args: &'db [ast::Arg],
        at: (Span, Span),
    ) -> Vec<Option<ExprId>> {
        let params = signature::template_params(self.db, file);
        let called = Called { name, callee: Callee::Template(file) };
        self.accepting(None, |c| c.arguments(&called, params, args, None, at))
    }

    fn refer_to_param(&mut self, of: &Called<'_>, name: &ast::Name) {
        let target = match of.callee {
            Callee::Function(id) => Target::Member(id, name.text.clone()),
            Callee::Template(file) => Target::TemplateParam(file, name.text.clone()),
        };
        self.refer(name.span, target);
    }

    /// Where what is called is declared. Asked for messages only: a body does not depend on places.
    fn called_place(&self, of: &Called<'_>) -> Option<Place> {
        match of.callee {
            Callee::Function(id) => self.decl_place(id),
            Callee::Template(file) => {
                let first = name::template(self.db, file).template.params.first().map(|param| param.span);
                Some(Place::new(file, first.unwrap_or(Span::at(0))))
            }
        }
    }

    fn arguments(
        &mut self,
        of: &Called<'_>,
        params: &[Field],
        args: &'db [ast::Arg],
        mut bindings: Option<&mut Bindings>,
        (callee, span): (Span, Span),
    ) -> Vec<Option<ExprId>> {
        let function = of.name;
        let behind = args.iter().skip_while(|arg| arg.name.is_none()).find(|arg| arg.name.is_none());
        if let Some(arg) = behind {
            self.report(
                Diagnostic::error(
                    code::BAD_CALL,
                    self.place(arg.value.span),
                    "an argument by position stands before those by name",
                )
                .here("behind a named one")
                .help("put it first, or name it as well"),
            );
        }
        let mut values: Vec<Option<ExprId>> = vec![None; params.len()];
        let mut given: Vec<Option<Span>> = vec![None; params.len()];
        let mut too_many = None;
        // What a function is given is learned from the other arguments first.
        // An empty list or `none` says nothing of what it holds.
        let rank = |arg: &ast::Arg| match &arg.value.kind {
            Ast::Lambda(_) => 2,
            Ast::None => 1,
            Ast::List(items) if items.is_empty() => 1,
            _ => 0,
        };
        let mut order: Vec<(usize, &ast::Arg)> = args.iter().enumerate().collect();
        order.sort_by_key(|(_, arg)| rank(arg));
        for (at, arg) in order {
            let position = match &arg.name {
                None if at < params.len() => Some(at),
                None => {
                    too_many.get_or_insert(arg.value.span);
                    None
                }
                Some(name) => {
                    let found = params.iter().position(|p| p.name == name.text);
                    match found {
                        Some(_) => self.refer_to_param(of, name),
                        None => {
                            let place = self.place(name.span);
                            let mut diagnostic = Diagnostic::error(
                                code::UNKNOWN_FIELD,
                                place,
                                format!("`{function}` has no parameter `{}`", name.text),
                            )
                            .here("no such parameter");
                            if let Some(near) = nearest(&name.text, params.iter().map(|p| p.name.as_str())) {
                                diagnostic = diagnostic.did_you_mean(&name.text, near, place);
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
            let declared = &params[position].ty;
            let wanted =
                bindings.as_ref().map_or_else(|| declared.clone(), |bindings| bindings.fill(declared));
            let value = self.pure(&arg.value, &Want::Type(wanted));
            if let Some(bindings) = &mut bindings {
                bindings.learn(declared, &self.ty(value).clone());
            }
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
            if let Some(place) = self.called_place(of) {
                diagnostic = diagnostic.label(place, "declared here");
            }
            self.report(diagnostic);
        }
        let written = args.iter().filter_map(|arg| arg.name.as_ref()).map(|name| name.text.as_str());
        let meant = super::construct::meant(params, written);
        let missing: Vec<String> = params
            .iter()
            .zip(&given)
            .filter(|(p, g)| g.is_none() && !p.optional && !meant.contains(&p.name.as_str()))
            .map(|(p, _)| format!("`{}: {}`", p.name, self.show(&p.ty)))
            .collect();
        if !missing.is_empty() {
            let mut diagnostic = Diagnostic::error(
                code::MISSING_FIELD,
                self.place(Span::at(span.end.max(callee.end)).to(callee)),
                format!("`{function}` also needs {}", missing.join(", ")),
            )
            .here("an argument is missing");
            if let Some(place) = self.called_place(of) {
                diagnostic = diagnostic.label(place, "declared here");
            }
            self.report(diagnostic);
        }
        values
    }
}

/// A text that is no name of a secret. Perhaps it is the secret itself, so it is not shown.
pub fn no_secret_name(place: Place, code: Code) -> Diagnostic {
    Diagnostic::error(code, place, "this is no name of a secret")
        .here("letters, digits, `-`, `_` and `.`, in segments divided by `/`")
        .help("for example `db/password`")
        .hide(place)
}

/// Whether a text may name a secret.
pub fn is_secret_name(name: &str) -> bool {
    let segment = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            && !part.bytes().all(|b| b == b'.')
    };
    name.len() <= 200 && name.split('/').all(segment)
}
