//! Methods, and the functions that are given to them.

use super::block::Role;
use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, Fix, code, nearest};
use crate::hir::{self, ExprId, ExprKind};
use crate::prelude::{self, Demand, Method, Operation, Variables};
use crate::signature::Target;
use crate::ty::Ty;
use mc_plan::expr::{Builtin, EachKind};
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast;
use rustc_hash::FxHashSet;
use std::sync::Arc;

impl<'db> Checker<'db> {
    pub(super) fn method(
        &mut self,
        base: &'db ast::Expr,
        optional: bool,
        name: &'db ast::Name,
        args: &'db [ast::Arg],
        want: &Want,
        span: Span,
    ) -> ExprId {
        let receiver = self.pure(base, &Want::Any);
        let call = format!("{}(..)", name.text);
        let Some((inner, lifted)) = self.lifted(receiver, optional, base.span, span, &call) else {
            return self.with_arguments(args, span);
        };
        if *inner.plain() == Ty::Plan {
            return self.plan_method(receiver, name, args, span);
        }
        let found = prelude::methods(&inner).find(|m| m.name == name.text && !m.property);
        let Some(method) = found else {
            if matches!(inner.plain(), Ty::Secret(_)) {
                self.steers(name.span, base.span, &inner);
            } else {
                self.unknown_method(&inner, name);
            }
            return self.with_arguments(args, span);
        };
        self.refer(name.span, Target::Method(inner.clone(), name.text.clone()));
        let mut variables = Variables::default();
        method.receiver.matches(inner.plain(), &mut variables);
        let hint = want.ty().filter(|_| method.operation == Operation::Fold);
        let before = self.findings.diagnostics.len();
        let Some(values) = self.method_arguments(method, &mut variables, name, args, hint) else {
            return self.with_arguments(args, span);
        };
        if !self.meets_demand(method, &variables, name.span) {
            self.only_hidden(before);
            return self.error(span);
        }
        let mut gives = method.gives.ty(self.db, &variables).secret_if(variables.tainted);
        if matches!(method.demand, Demand::Sum(_)) {
            // A sum need not meet the condition that each of its terms meets.
            gives = gives.plain().clone();
        }
        if gives.has_hole() {
            // Only what is expected can tell what an empty collection holds.
            gives = want.ty().filter(|ty| gives.fits(ty)).cloned().unwrap_or(gives);
        }
        let result = if lifted { gives.optional() } else { gives };
        let kind = self.operation(method, receiver, values, lifted);
        self.push(kind, result, span)
    }

    fn operation(
        &mut self,
        method: &Method,
        receiver: ExprId,
        values: Vec<ExprId>,
        lifted: bool,
    ) -> ExprKind {
        let all = |receiver: ExprId, values: Vec<ExprId>| std::iter::once(receiver).chain(values).collect();
        match (method.operation, values.as_slice()) {
            (Operation::Each(kind), [function]) => ExprKind::Each(kind, receiver, *function, lifted),
            (Operation::Fold, [start, function]) => ExprKind::Fold(receiver, *start, *function, lifted),
            (Operation::Inside, [function]) => ExprKind::CallValue(*function, vec![receiver], lifted),
            (Operation::Call(Builtin::Sum), _) => {
                // The sum of nothing is the zero of the type.
                let element = match self.ty(receiver).some_plain() {
                    Ty::List(element) => element.plain().clone(),
                    _ => Ty::Int,
                };
                let zero = match element {
                    Ty::Duration => Value::Duration(0),
                    Ty::Size => Value::Size(0),
                    Ty::Float => mc_plan::value::Float::new(0.0).map_or(Value::None, Value::Float),
                    _ => Value::Int(0),
                };
                let span = self.body.expr(receiver).span;
                let zero = self.push(ExprKind::Value(zero), element, span);
                ExprKind::Call(Builtin::Sum, vec![receiver, zero], lifted)
            }
            (Operation::Call(Builtin::Sort | Builtin::ListMin | Builtin::ListMax), _)
                if self.holds_versions(receiver) =>
            {
                let kind = match method.operation {
                    Operation::Call(Builtin::ListMin) => EachKind::MinBy,
                    Operation::Call(Builtin::ListMax) => EachKind::MaxBy,
                    _ => EachKind::SortBy,
                };
                let key = self.version_key(self.body.expr(receiver).span);
                ExprKind::Each(kind, receiver, key, lifted)
            }
            (Operation::Call(builtin), _) => ExprKind::Call(builtin, all(receiver, values), lifted),
            // invariant: the table gives these operations one or two parameters.
            _ => ExprKind::Error,
        }
    }

    fn holds_versions(&self, list: ExprId) -> bool {
        match self.ty(list).some_plain() {
            Ty::List(element) => super::operator::is_version(element),
            _ => false,
        }
    }

    /// A function from a version to what versions are sorted by.
    fn version_key(&mut self, span: Span) -> ExprId {
        let version = Ty::Text(mc_plan::value::TextKind::Version);
        let local = hir::Local { name: smol_str::SmolStr::new_static("it"), ty: version.clone(), span };
        let block = self.open(vec![local]);
        let it = self.push(ExprKind::Local(0, 0), version.clone(), span);
        let key = self.push(ExprKind::Call(Builtin::VersionKey, vec![it], false), Ty::Error, span);
        self.body.blocks[block.0 as usize].value = Some(key);
        self.close();
        let ty = Ty::Fn(Arc::from([version]), Arc::new(Ty::Error));
        self.push(ExprKind::Lambda(vec![hir::Pattern::Bind(0)], block), ty, span)
    }

    /// `json(x)` and the other functions that write a value as a document.
    pub(super) fn document(
        &mut self,
        (builtin, needs_map): (Builtin, bool),
        name: &str,
        args: &'db [ast::Arg],
        span: Span,
    ) -> ExprId {
        let [ast::Arg { name: None, value }] = args else {
            self.report(
                Diagnostic::error(code::BAD_CALL, self.place(span), format!("`{name}` takes one value"))
                    .here("what shall it write?"),
            );
            return self.with_arguments(args, span);
        };
        let id = self.pure(value, &Want::Any);
        let ty = self.ty(id).clone();
        if ty.is_bottom() {
            return self.error(span);
        }
        let (inner, _) = ty.revealed();
        let map = matches!(inner.plain(), Ty::Record(..) | Ty::Map(..));
        if let Some(part) = self.not_describable(&ty, &mut FxHashSet::default()).filter(|_| map || !needs_map)
        {
            let (shown, part) = (self.show(&ty), self.show(&part));
            let label = if shown == part {
                "cannot be written".to_owned()
            } else {
                format!("a `{shown}`, which holds a `{part}`")
            };
            let headline = format!("a `{part}` has no form in such a text");
            self.report(Diagnostic::error(code::NO_TEXT, self.place(value.span), headline).here(label));
            return self.error(span);
        }
        if needs_map && !map {
            let shown = self.show(&ty);
            self.report(
                Diagnostic::error(
                    code::TYPE_MISMATCH,
                    self.place(value.span),
                    format!("`{name}` writes records and maps, not a `{shown}`"),
                )
                .here(format!("a `{shown}`")),
            );
            return self.error(span);
        }
        let secret = self.holds_secret(&ty);
        let described = self.push(ExprKind::Described(id), ty, value.span);
        self.push(ExprKind::Call(builtin, vec![described], false), Ty::String.secret_if(secret), span)
    }

    /// The part of a type that documents have no form for.
    fn not_describable(&self, ty: &Ty, seen: &mut FxHashSet<Ty>) -> Option<Ty> {
        use crate::signature::{Signature, signature};
        if matches!(ty, Ty::Record(..) | Ty::Enum(..)) && !seen.insert(ty.clone()) {
            return None;
        }
        let fields = |fields: &[crate::signature::Field], id, args: &[Ty], seen: &mut FxHashSet<Ty>| {
            fields.iter().find_map(|field| self.not_describable(&field.ty.substitute(id, args), seen))
        };
        match ty {
            Ty::Refined(_, inner)
            | Ty::Secret(inner)
            | Ty::Optional(inner)
            | Ty::List(inner)
            | Ty::Set(inner) => self.not_describable(inner, seen),
            Ty::Map(key, value) => {
                let text =
                    key.has_text() || matches!(key.plain(), Ty::Enum(id, _) if self.is_plain_enum(*id));
                if text { self.not_describable(value, seen) } else { Some((**key).clone()) }
            }
            Ty::Tuple(parts) => parts.iter().find_map(|part| self.not_describable(part, seen)),
            Ty::Record(id, args) => match signature(self.db, *id) {
                Signature::Record(declared) => fields(declared, *id, args, seen),
                _ => None,
            },
            Ty::Enum(id, args) => match signature(self.db, *id) {
                Signature::Enum(variants) => variants.iter().find_map(|(_, f)| fields(f, *id, args, seen)),
                _ => None,
            },
            Ty::Error | Ty::Never | Ty::Hole => None,
            other if other.has_text() => None,
            other => Some(other.clone()),
        }
    }

    fn is_plain_enum(&self, id: crate::name::DeclId) -> bool {
        use crate::signature::{Signature, signature};
        matches!(signature(self.db, id), Signature::Enum(variants) if variants.iter().all(|(_, f)| f.is_empty()))
    }

    /// The arguments by position, functions last: what they are given is learned from the others.
    fn method_arguments(
        &mut self,
        method: &Method,
        variables: &mut Variables,
        name: &ast::Name,
        args: &'db [ast::Arg],
        hint: Option<&Ty>,
    ) -> Option<Vec<ExprId>> {
        let count = method.params.len();
        let position = |at: usize, arg: &ast::Arg| match &arg.name {
            None => (at < count).then_some(at),
            Some(name) => method.params.iter().position(|(param, _)| *param == name.text),
        };
        let places: Vec<Option<usize>> = args.iter().enumerate().map(|(at, arg)| position(at, arg)).collect();
        let complete = args.len() == count && (0..count).all(|wanted| places.contains(&Some(wanted)));
        if !complete {
            let plural = if count == 1 { "" } else { "s" };
            self.report(
                Diagnostic::error(
                    code::BAD_CALL,
                    self.place(name.span),
                    format!("`{}` takes {count} argument{plural}, {} are given", method.name, args.len()),
                )
                .here(method.docs)
                .help(format!("it is `{}`", method.signature())),
            );
            return None;
        }
        let is_function = |at: usize| matches!(method.params[at].1, prelude::Scheme::Fn(..));
        let mut values: Vec<Option<ExprId>> = vec![None; count];
        for functions in [false, true] {
            for (arg, place) in args.iter().zip(&places) {
                let Some(at) = place.filter(|at| is_function(*at) == functions) else { continue };
                let scheme = &method.params[at].1;
                let mut expected = scheme.ty(self.db, variables);
                if let (Ty::Hole, Some(hint)) = (&expected, hint) {
                    // The start of a fold is of the type of what it gives.
                    let empty = matches!(&arg.value.kind, ast::ExprKind::None)
                        || matches!(&arg.value.kind, ast::ExprKind::List(items) if items.is_empty());
                    expected = if empty { hint.clone() } else { Ty::Hole };
                }
                if method.operation == Operation::Fold && functions {
                    expected = self.filled_by_trial(scheme, expected, &arg.value, variables);
                }
                let value = self.pure(&arg.value, &Want::Type(expected));
                let ty = self.ty(value).clone();
                if !scheme.matches(&ty, variables) && !ty.is_bottom() {
                    let expected = scheme.ty(self.db, variables);
                    self.coerce(value, &expected, arg.value.span);
                }
                values[at] = Some(value);
            }
        }
        values.into_iter().collect()
    }

    /// What is expected of the function of a `fold` whose start leaves open what it holds: the function is
    /// checked once for the type of what it gives, and then for good.
    fn filled_by_trial(
        &mut self,
        scheme: &prelude::Scheme,
        expected: Ty,
        function: &'db ast::Expr,
        variables: &mut Variables,
    ) -> Ty {
        if !expected.any(&mut |ty| matches!(ty, Ty::Never)) {
            return expected;
        }
        let open = expected.rewrite(&|ty| if ty == Ty::Never { Ty::Hole } else { ty });
        // One inside of another is not tried again, so that the work does not double with every one.
        if self.trial {
            return open;
        }
        let (exprs, blocks) = (self.body.exprs.len(), self.body.blocks.len());
        let (reported, references) = (self.findings.diagnostics.len(), self.findings.references.len());
        let too_large = self.too_large;
        self.trial = true;
        let value = self.pure(function, &Want::Type(open));
        self.trial = false;
        let found = self.ty(value).clone();
        self.too_large = too_large;
        self.body.exprs.truncate(exprs);
        self.body.blocks.truncate(blocks);
        self.findings.diagnostics.truncate(reported);
        self.findings.references.truncate(references);
        if let (prelude::Scheme::Fn(_, result), Ty::Fn(_, given)) = (scheme, &found) {
            result.matches(given, variables);
        }
        scheme.ty(self.db, variables)
    }

    fn meets_demand(&mut self, method: &Method, variables: &Variables, at: Span) -> bool {
        let (variable, what): (usize, &str) = match method.demand {
            Demand::Nothing => return true,
            Demand::Equality(variable) => (variable, "can be compared by `==`"),
            Demand::Order(variable) => (variable, "have an order"),
            Demand::Sum(variable) => (variable, "can be added up"),
        };
        let Some(ty) = variables.get(variable).cloned() else { return true };
        if ty.is_bottom() {
            return true;
        }
        if self.holds_secret(&ty) {
            self.steers(at, at, &ty);
            return false;
        }
        let met = match method.demand {
            Demand::Nothing => true,
            Demand::Equality(_) => super::operator::is_comparable(self.db, &ty),
            // Versions in answers of functions would be sorted as texts.
            Demand::Order(variable) if variable > 0 && super::operator::is_version(&ty) => false,
            Demand::Order(_) => super::operator::is_ordered(&ty),
            Demand::Sum(_) => super::operator::is_summable(&ty),
        };
        if !met {
            let shown = self.show(&ty);
            self.report(
                Diagnostic::error(
                    code::NO_SUCH_OPERATOR,
                    self.place(at),
                    format!("`{}` needs values that {what}", method.name),
                )
                .here(format!("`{shown}` is no such type")),
            );
        }
        met
    }

    /// `|a, b| ..` where a function is expected.
    pub(super) fn lambda(&mut self, lambda: &'db ast::Lambda, want: &Want, span: Span) -> ExprId {
        let Some(Ty::Fn(params, result)) = want.ty().map(Ty::some) else {
            if !matches!(want.ty(), Some(Ty::Error)) {
                self.report(
                    Diagnostic::error(code::BAD_PLACE, self.place(span), "a lambda may only be an argument")
                        .here("nothing here takes a function")
                        .help("declare a function with `fn`, or give the lambda to a method like `map`"),
                );
            }
            return self.error(span);
        };
        // A function over pairs may name both parts at once.
        let types: Vec<Ty> = match params.first().map(Ty::plain) {
            _ if params.len() == lambda.params.len() => params.to_vec(),
            Some(Ty::Tuple(parts)) if params.len() == 1 && parts.len() == lambda.params.len() => {
                parts.to_vec()
            }
            _ => {
                let (expected, given) = (params.len(), lambda.params.len());
                let plural = if expected == 1 { "" } else { "s" };
                self.report(
                    Diagnostic::error(
                        code::BAD_CALL,
                        self.place(span),
                        format!("a lambda with {expected} parameter{plural} is expected here"),
                    )
                    .here(format!("has {given}")),
                );
                return self.error(span);
            }
        };
        let mut bound = Vec::new();
        let patterns =
            lambda.params.iter().zip(&types).map(|(p, ty)| self.irrefutable(p, ty, &mut bound)).collect();
        let result_want = if result.is_bottom() { Want::Any } else { Want::Type((**result).clone()) };
        let (block, ty) = self.block(&lambda.body, bound, &result_want, Role::Value);
        let ty = Ty::Fn(params.clone(), Arc::new(ty));
        self.push(ExprKind::Lambda(patterns, block), ty, span)
    }

    /// `Port.parse(text)`
    pub(super) fn parse(
        &mut self,
        path: &'db ast::Path,
        name: &'db ast::Name,
        args: &'db [ast::Arg],
        span: Span,
    ) -> ExprId {
        let [written] = path.segments.as_slice() else {
            self.report(
                Diagnostic::error(code::BAD_CALL, self.place(name.span), "a variant has no functions")
                    .here("nothing to call"),
            );
            return self.with_arguments(args, span);
        };
        let found = crate::signature::lookup_type(
            self.db,
            self.types(),
            path.module.as_ref(),
            written,
            &mut self.findings,
        );
        let Some(ty) = found.filter(|ty| *ty != Ty::Error) else { return self.with_arguments(args, span) };
        let shown = self.show(&ty);
        let [ast::Arg { name: None, value }] = args else {
            self.report(
                Diagnostic::error(
                    code::BAD_CALL,
                    self.place(name.span),
                    format!("`{shown}.parse` takes one text"),
                )
                .here("reads a text as a value, or gives `none`"),
            );
            return self.with_arguments(args, span);
        };
        if name.text != "parse" {
            self.report(
                Diagnostic::error(
                    code::UNKNOWN_FIELD,
                    self.place(name.span),
                    format!("the type `{shown}` has no function `{}`", name.text),
                )
                .here("no such function")
                .help(format!("it has `{shown}.parse(text)`")),
            );
            return self.with_arguments(args, span);
        }
        let text = self.pure(value, &Want::Type(Ty::String));
        match self.parsed(text, &ty, span) {
            Some(id) => id,
            None => {
                self.report(
                    Diagnostic::error(
                        code::BAD_CALL,
                        self.place(name.span),
                        format!("a `{shown}` is not read from a text"),
                    )
                    .here("has no text of its own")
                    .help("data of the package is read with `load(..)`"),
                );
                self.error(span)
            }
        }
    }

    /// A text read as a value of a type, absent where it is none; nothing for types without a text.
    fn parsed(&mut self, text: ExprId, ty: &Ty, span: Span) -> Option<ExprId> {
        let builtin = match ty {
            Ty::Refined(id, base) => {
                let inner = self.parsed(text, base, span)?;
                return Some(self.push(ExprKind::TryRefine(*id, inner), ty.clone().optional(), span));
            }
            Ty::Text(kind) => {
                let kind = ExprKind::TryConvert(*kind, text);
                return Some(self.push(kind, ty.clone().optional(), span));
            }
            Ty::Enum(id, _) => {
                let kind = ExprKind::TryVariant(*id, text);
                let crate::signature::Signature::Enum(variants) = self.signature(*id) else { return None };
                if variants.iter().any(|(_, fields)| !fields.is_empty()) {
                    return None;
                }
                return Some(self.push(kind, ty.clone().optional(), span));
            }
            Ty::Int => Builtin::ParseInt,
            Ty::Float => Builtin::ParseFloat,
            Ty::Bool => Builtin::ParseBool,
            Ty::Duration => Builtin::ParseDuration,
            Ty::Size => Builtin::ParseSize,
            Ty::Mode => Builtin::ParseMode,
            _ => return None,
        };
        Some(self.push(ExprKind::Call(builtin, vec![text], false), ty.clone().optional(), span))
    }

    fn unknown_method(&mut self, ty: &Ty, name: &ast::Name) {
        let shown = self.show(ty);
        let place = self.place(name.span);
        let mut diagnostic =
            Diagnostic::error(code::UNKNOWN_FIELD, place, format!("`{shown}` has no method `{}`", name.text))
                .here("no such method");
        let known: Vec<&str> = prelude::methods(ty).filter(|m| !m.property).map(|m| m.name).collect();
        if prelude::methods(ty).any(|m| m.property && m.name == name.text) {
            diagnostic = diagnostic.help(format!("it is read without parentheses: `.{}`", name.text));
        } else if let Some(same) = prelude::same(&name.text, &known) {
            let fix = Fix::new(format!("change to `{same}`"), vec![(place, same.to_owned())]);
            diagnostic = diagnostic.help(format!("it is called `{same}` here")).fix_by(fix.safe());
        } else if let Some(near) = nearest(&name.text, known.iter().copied()) {
            diagnostic = diagnostic.did_you_mean(&name.text, near, place);
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

/// The function that writes documents of a format, and whether only records and maps have a form in it.
pub(super) fn format(name: &str) -> Option<(Builtin, bool)> {
    Some(match name {
        "json" => (Builtin::Json, false),
        "json_pretty" => (Builtin::JsonPretty, false),
        "yaml" => (Builtin::Yaml, false),
        "toml" => (Builtin::Toml, true),
        "ini" => (Builtin::Ini, true),
        _ => return None,
    })
}
