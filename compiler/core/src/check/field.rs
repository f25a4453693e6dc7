//! What stands behind a dot.

use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code, nearest};
use crate::hir::{ExprId, ExprKind};
use crate::name::{self, DeclId, DeclKind, Entity};
use crate::prelude::{self, Operation, Variables};
use crate::signature::{self, Field, ResourceSignature, Signature, Target};
use crate::ty::{Skip, Ty};
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast};

impl<'db> Checker<'db> {
    /// `base.name`, `base?.name`
    pub(super) fn field(
        &mut self,
        base: &'db ast::Expr,
        optional: bool,
        name: &'db ast::Name,
        span: Span,
    ) -> ExprId {
        match &base.kind {
            Ast::Name(text) if self.is_subject(text) => return self.subject_part(base.span, name, span),
            Ast::Name(text) if self.is_change(text) => return self.change_part(name, span),
            Ast::Name(text) if self.local(text).is_none() => {
                match name::scope(self.db, self.file).get(text) {
                    Some(Entity::Module(module)) => {
                        return self.module_member(*module, base.span, name, span);
                    }
                    None if text == "labels" && !self.in_template() => {
                        self.refer(base.span, Target::Labels);
                        return self.label(name, span);
                    }
                    _ => {}
                }
            }
            Ast::SelfValue => return self.self_part(base.span, name, span),
            _ => {}
        }
        let id = self.pure(base, &Want::Any);
        let Some((inner, lifted)) = self.lifted(id, optional, base.span, span, &name.text) else {
            return self.error(span);
        };
        let found = match inner.plain() {
            Ty::Record(decl, args) => self.record_field(*decl, args, id, name, lifted),
            Ty::Ref(decl, skip) => self.resource_part(*decl, *skip, id, name, lifted),
            Ty::Planned(decl) => self.planned_part(*decl, id, name, lifted),
            Ty::Instance(decl, args) => self.instance_out(*decl, args, id, name, lifted),
            Ty::Secret(_) => {
                self.steers(name.span, base.span, &inner);
                return self.error(span);
            }
            other => {
                let property = prelude::methods(other).find(|m| m.property && m.name == name.text);
                if property.is_some() {
                    self.refer(name.span, Target::Method(other.clone(), name.text.clone()));
                }
                property.and_then(|method| match method.operation {
                    Operation::Call(builtin) => {
                        let mut variables = Variables::default();
                        method.receiver.matches(other, &mut variables);
                        let gives = method.gives.ty(self.db, &variables);
                        Some((ExprKind::Call(builtin, vec![id], lifted), gives))
                    }
                    _ => None,
                })
            }
        };
        match found {
            Some((kind, ty)) => {
                let ty = if lifted { ty.optional() } else { ty };
                self.push(kind, ty, span)
            }
            None => {
                self.unknown_field(&inner, name);
                self.error(span)
            }
        }
    }

    /// What stands left of a dot, without the `?` that a `?.` takes care of. None after a message.
    pub(super) fn lifted(
        &mut self,
        id: ExprId,
        optional: bool,
        base: Span,
        span: Span,
        part: &str,
    ) -> Option<(Ty, bool)> {
        let ty = self.ty(id).plain().clone();
        match (&ty, optional) {
            (ty, _) if ty.is_bottom() => None,
            (Ty::Optional(inner), true) => Some(((**inner).clone(), true)),
            (Ty::Optional(inner), false) => {
                let (inner, shown) = (self.show(inner), self.show(&ty));
                self.report(
                    Diagnostic::error(
                        code::MAY_BE_ABSENT,
                        self.place(base),
                        format!("this `{inner}` may be absent"),
                    )
                    .here(format!("is a `{shown}`"))
                    .help(format!("use `?.{part}`, which gives `none` where it is absent")),
                );
                None
            }
            (_, true) => {
                let shown = self.show(&ty);
                self.report(
                    Diagnostic::error(code::NO_SUCH_OPERATOR, self.place(span), "this value is never absent")
                        .here(format!("a `{shown}`, not a `{shown}?`"))
                        .help(format!("a plain dot will do: `.{part}`")),
                );
                None
            }
            (_, false) => Some((self.ty(id).clone(), false)),
        }
    }

    /// Whether a secret is somewhere in values of a type, also in the fields of its records.
    pub(super) fn holds_secret(&self, ty: &Ty) -> bool {
        signature::holds_secret(self.db, ty)
    }

    fn record_field(
        &mut self,
        decl: DeclId,
        args: &[Ty],
        base: ExprId,
        name: &ast::Name,
        lifted: bool,
    ) -> Option<(ExprKind, Ty)> {
        let Signature::Record(fields) = self.signature(decl) else { return None };
        let position = signature::field_position(self.db, decl, fields, &name.text)?;
        self.refer(name.span, Target::Member(decl, name.text.clone()));
        let ty = fields[position].ty.substitute(decl, args);
        Some((ExprKind::Field(base, position as u32, lifted), ty))
    }

    fn resource_part(
        &mut self,
        decl: DeclId,
        skip: Skip,
        base: ExprId,
        name: &ast::Name,
        lifted: bool,
    ) -> Option<(ExprKind, Ty)> {
        let Signature::Resource(resource) = self.signature(decl) else { return None };
        self.refer(name.span, Target::Member(decl, name.text.clone()));
        if let Some(position) = resource.outputs.iter().position(|f| f.name == name.text) {
            let ty = resource.output(position, skip)?;
            return Some((ExprKind::Output(base, position as u32, lifted), ty));
        }
        (resource.key.name == name.text).then(|| (ExprKind::Key(base, lifted), resource.key.ty.clone()))
    }

    fn instance_out(
        &mut self,
        decl: DeclId,
        args: &[Ty],
        base: ExprId,
        name: &ast::Name,
        lifted: bool,
    ) -> Option<(ExprKind, Ty)> {
        let Signature::Component(_, outs) = self.signature(decl) else { return None };
        let position = outs.iter().position(|f| f.name == name.text)?;
        self.refer(name.span, Target::Member(decl, name.text.clone()));
        let ty = outs[position].ty.substitute(decl, args);
        Some((ExprKind::InstanceOut(base, position as u32, lifted), ty))
    }

    fn unknown_field(&mut self, ty: &Ty, name: &ast::Name) {
        let shown = self.show(ty);
        let place = self.place(name.span);
        let (what, known): (&str, Vec<String>) = match ty.plain() {
            Ty::Record(decl, _) => ("field", self.member_names(*decl)),
            Ty::Ref(decl, _) => ("output", self.member_names(*decl)),
            Ty::Instance(decl, _) => ("output", self.member_names(*decl)),
            Ty::Planned(decl) => ("attribute", self.attribute_names(*decl)),
            other => ("part", prelude::methods(other).map(|m| m.name.to_owned()).collect()),
        };
        let subject = match ty {
            Ty::Instance(..) => format!("the component `{shown}`"),
            Ty::Ref(decl, _) => format!("the resource type `{}`", decl.text(self.db)),
            _ => format!("`{shown}`"),
        };
        let mut diagnostic =
            Diagnostic::error(code::UNKNOWN_FIELD, place, format!("{subject} has no {what} `{}`", name.text))
                .here(format!("no such {what}"));
        if let Ty::Ref(decl, _) = ty
            && let Signature::Resource(resource) = self.signature(*decl)
            && resource.attributes.iter().any(|f| f.name == name.text)
        {
            diagnostic = diagnostic.note(format!(
                "`{}` is an attribute: it says what the resource is to be, and only outputs can be read",
                name.text
            ));
            self.report(diagnostic.help("give the value a name with `let` and use it in both places"));
            return;
        }
        if prelude::methods(ty).any(|m| m.name == name.text) {
            let call = format!("{}(..)", name.text);
            self.report(diagnostic.help(format!("it is a method: `.{call}`")));
            return;
        }
        let is_method = |near: &str| prelude::methods(ty).any(|m| m.name == near && !m.property);
        diagnostic = match nearest(&name.text, known.iter().map(String::as_str)) {
            // What a method takes is for the author to say.
            Some(near) if is_method(near) => diagnostic.help(format!("did you mean `{near}(..)`?")),
            Some(near) => diagnostic.did_you_mean(&name.text, near, place),
            None if known.is_empty() => diagnostic,
            None => diagnostic.help(format!("it has {}", list_names(&known))),
        };
        self.report(diagnostic);
    }

    /// The names that may stand behind a dot of a value of this declaration.
    fn member_names(&self, decl: DeclId) -> Vec<String> {
        let names = |fields: &[Field]| fields.iter().map(|f| f.name.to_string()).collect::<Vec<_>>();
        match self.signature(decl) {
            Signature::Record(fields) => names(fields),
            Signature::Component(_, outs) => names(outs),
            Signature::Resource(resource) => {
                let mut all = names(&resource.outputs);
                all.push(resource.key.name.to_string());
                all
            }
            _ => Vec::new(),
        }
    }

    /// The names of the key and the attributes of a resource type.
    fn attribute_names(&self, decl: DeclId) -> Vec<String> {
        let Signature::Resource(resource) = self.signature(decl) else { return Vec::new() };
        let attributes = resource.attributes.iter().map(|f| f.name.to_string());
        std::iter::once(resource.key.name.to_string()).chain(attributes).collect()
    }

    fn module_member(&mut self, module: crate::db::File, base: Span, name: &ast::Name, span: Span) -> ExprId {
        self.refer(base, Target::Module(module));
        match name::declarations(self.db, module).get(&name.text) {
            Some(declared) if declared.kind == DeclKind::Let && (declared.public || module == self.file) => {
                self.refer(name.span, Target::Decl(declared.id));
                match super::value_types(self.db, module).get(&name.text) {
                    Some((index, ty)) => self.push(ExprKind::Global(module, *index), ty.clone(), span),
                    None => self.error(span),
                }
            }
            Some(declared) if declared.kind == DeclKind::Fact && (declared.public || module == self.file) => {
                self.refer(name.span, Target::Decl(declared.id));
                self.push(ExprKind::HostFact(declared.id), crate::fact::ty(self.db, declared.id), span)
            }
            _ => {
                let path = module.module(self.db).clone();
                self.report(
                    Diagnostic::error(
                        code::UNKNOWN_NAME,
                        self.place(name.span),
                        format!("`{path}` exports no value `{}`", name.text),
                    )
                    .here("not exported from there"),
                );
                self.error(span)
            }
        }
    }

    fn label(&mut self, name: &ast::Name, span: Span) -> ExprId {
        if !name::is_root(self.db, self.file) {
            self.report(
                Diagnostic::error(
                    code::BAD_LABELS,
                    self.place(span),
                    "labels are the root package's, and this package is a dependency",
                )
                .here("read in a library")
                .help("take a `param`, and let the package that is built pass the label"),
            );
            return self.error(span);
        }
        let labels = signature::label_types(self.db);
        if let Some(position) = labels.iter().position(|f| f.name == name.text) {
            self.refer(name.span, Target::Label(name.text.clone()));
            return self.push(ExprKind::Label(position as u32), labels[position].ty.clone(), span);
        }
        let place = self.place(name.span);
        let mut diagnostic =
            Diagnostic::error(code::UNKNOWN_FIELD, place, format!("no label `{}` is declared", name.text))
                .here("unknown label");
        diagnostic = match nearest(&name.text, labels.iter().map(|f| f.name.as_str())) {
            Some(near) => diagnostic.did_you_mean(&name.text, near, place),
            None if labels.is_empty() => {
                diagnostic.help(format!("declare it in `src/main.mc`: `labels {{ {}: String }}`", name.text))
            }
            None => {
                let known: Vec<String> = labels.iter().map(|f| f.name.to_string()).collect();
                diagnostic.help(format!("the package declares {}", list_names(&known)))
            }
        };
        self.report(diagnostic);
        self.error(span)
    }

    /// The key or an attribute of the resource that is meant without a reference: that of `self`, or the one that a
    /// guard judges.
    pub(super) fn key_or_attribute(
        &mut self,
        decl: DeclId,
        resource: &ResourceSignature,
        name: &ast::Name,
        span: Span,
    ) -> Option<ExprId> {
        let (kind, ty) = if resource.key.name == name.text {
            (ExprKind::SelfKey, &resource.key.ty)
        } else {
            let position = resource.attributes.iter().position(|f| f.name == name.text)?;
            (ExprKind::SelfAttribute(position as u32), &resource.attributes[position].ty)
        };
        self.refer(name.span, Target::Member(decl, name.text.clone()));
        Some(self.push(kind, ty.clone(), span))
    }

    /// `self.path` in the body of a resource.
    fn self_part(&mut self, self_span: Span, name: &ast::Name, span: Span) -> ExprId {
        if self.judges_self() {
            return self.subject_part(self_span, name, span);
        }
        let Some(decl) = self.resource else {
            self.report(
                Diagnostic::error(
                    code::WRONG_KIND_OF_NAME,
                    self.place(self_span),
                    "`self` stands for the resource around",
                )
                .here("there is none here"),
            );
            return self.error(span);
        };
        let Signature::Resource(resource) = self.signature(decl) else {
            return self.error(span);
        };
        self.refer(self_span, Target::SelfValue(decl));
        if let Some(part) = self.key_or_attribute(decl, resource, name, span) {
            return part;
        }
        if let Some(position) = resource.outputs.iter().position(|f| f.name == name.text) {
            self.refer(name.span, Target::Member(decl, name.text.clone()));
            if resource.is_early(position) {
                let ty = resource.outputs[position].ty.clone();
                return self.push(ExprKind::SelfEarly(position as u32), ty, span);
            }
            self.report(
                Diagnostic::error(
                    code::TOO_LATE,
                    self.place(span),
                    format!("`self.{}` is known only after this step", name.text),
                )
                .here("an output of this very resource"),
            );
            return self.error(span);
        }
        self.unknown_self(decl, name);
        self.error(span)
    }

    fn unknown_self(&mut self, decl: DeclId, name: &ast::Name) {
        let Signature::Resource(resource) = self.signature(decl) else { return };
        let early = (0..).zip(&resource.outputs).filter(|(at, _)| resource.is_early(*at)).map(|(_, f)| f);
        let known = resource
            .attributes
            .iter()
            .chain(early)
            .map(|f| f.name.as_str())
            .chain([resource.key.name.as_str()]);
        let place = self.place(name.span);
        let diagnostic = Diagnostic::error(
            code::UNKNOWN_FIELD,
            place,
            format!("`{}` has no attribute `{}`", decl.text(self.db), name.text),
        )
        .here("no such attribute");
        let diagnostic = match nearest(&name.text, known) {
            Some(near) => diagnostic.did_you_mean(&name.text, near, place),
            None => diagnostic,
        };
        self.report(diagnostic);
    }
}

/// `a, b and c`, at most eight of them.
pub(super) fn list_names(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().take(8).map(|n| format!("`{n}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [.., _] if names.len() > 8 => format!("{} and {} more", quoted.join(", "), names.len() - 8),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
