//! Records, variants, resources and instances: a path with a body.

use super::{Checker, Deferred, Want};
use crate::diagnostic::{Diagnostic, Fix, code, nearest};
use crate::hir::{ExprId, ExprKind};
use crate::name::DeclId;
use crate::signature::{self, Field, Signature, Target};
use crate::ty::{Bindings, Ty};
use mc_plan::value::TextKind;
use mc_syntax::Span;
use mc_syntax::ast::{self, BodyItem};
use smol_str::SmolStr;

impl<'db> Checker<'db> {
    pub(super) fn construct(&mut self, c: &'db ast::Construct, expected: Option<&Ty>, span: Span) -> ExprId {
        let Some(path) = &c.path else {
            let Some(name) = &c.variant else { return self.error(span) };
            return self.variant(None, name, Some(&c.body), expected, span);
        };
        match path.segments.as_slice() {
            [_, variant] => {
                self.no_title(c, "a variant");
                self.variant(Some(path), variant, Some(&c.body), None, span)
            }
            [name] if self.in_test && path.module.is_none() && name.text == "Labels" => {
                self.no_title(c, "a host's labels");
                self.label_values(c, span)
            }
            [name] => {
                let found = self.constructed(path.module.as_ref(), name);
                // A type with a condition is written like what it is made of.
                if let Some(ty @ Ty::Refined(id, base)) = &found
                    && let Ty::Record(record, args) = base.plain()
                {
                    self.no_title(c, "a record");
                    let made = self.record(*record, args, &c.body, expected, span);
                    return self.push(ExprKind::Refine(*id, made), ty.clone(), span);
                }
                match found {
                    Some(Ty::Record(id, args)) => {
                        self.no_title(c, "a record");
                        self.record(id, &args, &c.body, expected, span)
                    }
                    Some(Ty::Ref(id, _)) => self.resource(id, c, path.span, span),
                    Some(Ty::Instance(id, _)) => self.instance(id, c, path.span, span),
                    Some(Ty::Enum(id, _)) => {
                        self.report(
                            Diagnostic::error(
                                code::WRONG_KIND_OF_NAME,
                                self.place(path.span),
                                format!("`{}` is an enum; which variant is meant?", name.text),
                            )
                            .here("names no variant")
                            .help(format!("write `{}.Variant {{ .. }}`", id.text(self.db))),
                        );
                        self.broken(c, span)
                    }
                    Some(Ty::Error) | None => self.broken(c, span),
                    Some(other) => {
                        let shown = self.show(&other);
                        self.report(
                            Diagnostic::error(
                                code::WRONG_KIND_OF_NAME,
                                self.place(path.span),
                                format!("a `{shown}` has no fields"),
                            )
                            .here("not a record, resource or component"),
                        );
                        self.broken(c, span)
                    }
                }
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
                self.broken(c, span)
            }
        }
    }

    /// Checks what is inside of a construct whose type is unknown.
    pub(super) fn broken(&mut self, c: &'db ast::Construct, span: Span) -> ExprId {
        if let Some(title) = &c.title {
            self.pure(title, &Want::Any);
        }
        let id = self.error(span);
        self.deferred.push_back(Deferred { expr: id, construct: c, scope: self.scope.clone() });
        id
    }

    fn no_title(&mut self, c: &'db ast::Construct, what: &str) {
        if let Some(title) = &c.title {
            self.report(
                Diagnostic::error(code::BAD_TITLE, self.place(title.span), format!("{what} has no title"))
                    .here("only resources and named instances have one"),
            );
        }
    }

    /// A record's value. `args` are the record's own parameters, or those that an alias gives it.
    fn record(
        &mut self,
        id: DeclId,
        args: &[Ty],
        body: &'db ast::Body,
        expected: Option<&Ty>,
        span: Span,
    ) -> ExprId {
        let Signature::Record(fields) = self.signature(id) else { return self.error(span) };
        let mut bindings = Bindings::new(id, args.len());
        let open = Ty::Record(id, signature::parameters(self.db, id));
        bindings.learn(&open, &given(Ty::Record(id, args.iter().cloned().collect()), id));
        if let Some(expected) = expected.map(|ty| ty.some_plain().revealed().0) {
            bindings.learn(&open, expected);
        }
        let values = self.fields(id, None, fields, &mut bindings, body, "field");
        let ty = self.instantiate(id, &open, bindings, span);
        self.push(ExprKind::Record(id, values), ty, span)
    }

    /// `site with { port = 81, tls.port = 443 }`
    pub(super) fn with(
        &mut self,
        base: &'db ast::Expr,
        items: &'db [ast::WithItem],
        want: &Want,
        span: Span,
    ) -> ExprId {
        let base_want = if matches!(want, Want::Type(Ty::Record(..))) { want.clone() } else { Want::Any };
        let id = self.pure(base, &base_want);
        let ty = self.ty(id).plain().clone();
        if ty.is_bottom() {
            items.iter().for_each(|item| {
                self.pure(&item.value, &Want::Any);
            });
            return self.error(span);
        }
        let mut changes: Vec<(Vec<u32>, ExprId)> = Vec::with_capacity(items.len());
        let mut places: Vec<Span> = Vec::with_capacity(items.len());
        for item in items {
            let Some((path, field_ty)) = self.with_path(&ty, &item.path, base.span) else {
                self.pure(&item.value, &Want::Any);
                continue;
            };
            let value = self.pure(&item.value, &Want::Type(field_ty));
            let overlaps = |other: &[u32]| other.starts_with(&path) || path.starts_with(other);
            if let Some(first) = changes.iter().position(|(other, _)| overlaps(other)) {
                let shown: Vec<&str> = item.path.iter().map(|name| name.text.as_str()).collect();
                self.report(
                    Diagnostic::error(
                        code::DUPLICATE_FIELD,
                        self.place(item.span),
                        format!("`{}` is changed twice", shown.join(".")),
                    )
                    .here("changed again")
                    .label(self.place(places[first]), "first changed here"),
                );
                continue;
            }
            places.push(item.span);
            changes.push((path, value));
        }
        self.push(ExprKind::With(id, changes), ty, span)
    }

    /// The positions and the type of the field that a path leads to.
    fn with_path(&mut self, ty: &Ty, path: &'db [ast::Name], base: Span) -> Option<(Vec<u32>, Ty)> {
        let mut at = ty.clone();
        let mut positions = Vec::with_capacity(path.len());
        for name in path {
            let found = match at.plain() {
                Ty::Record(decl, args) => {
                    let Signature::Record(fields) = self.signature(*decl) else { return None };
                    let position = fields.iter().position(|f| f.name == name.text);
                    if position.is_none() {
                        self.unknown_attribute(*decl, fields, name, "field");
                        return None;
                    }
                    self.refer(name.span, Target::Member(*decl, name.text.clone()));
                    position.map(|p| (p as u32, fields[p].ty.substitute(*decl, args)))
                }
                Ty::Error => return None,
                _ => None,
            };
            let Some((position, next)) = found else {
                let shown = self.show(&at);
                let span = if positions.is_empty() { base } else { name.span };
                let mut diagnostic = Diagnostic::error(
                    code::TYPE_MISMATCH,
                    self.place(span),
                    format!("`with` changes fields of a record, and a `{shown}` has none"),
                )
                .here(format!("a `{shown}`"));
                if matches!(at, Ty::Optional(_)) {
                    diagnostic = diagnostic.help("ask whether it is there first: `if let x = ..`");
                }
                self.report(diagnostic);
                return None;
            };
            positions.push(position);
            at = next;
        }
        Some((positions, at))
    }

    /// `.Off`, `Tls.Managed { .. }`
    pub(super) fn variant(
        &mut self,
        path: Option<&'db ast::Path>,
        name: &'db ast::Name,
        body: Option<&'db ast::Body>,
        expected: Option<&Ty>,
        span: Span,
    ) -> ExprId {
        let expected = expected.map(|ty| ty.some_plain().revealed().0);
        let id = match path {
            Some(path) => self.enum_of(path),
            None => match expected {
                Some(Ty::Enum(id, _)) => Some(*id),
                Some(Ty::Error) => None,
                Some(other) if !other.is_bottom() => {
                    let shown = self.show(other);
                    self.report(
                        Diagnostic::error(
                            code::TYPE_MISMATCH,
                            self.place(span),
                            format!("expected `{shown}`, found a variant"),
                        )
                        .here("a variant of some enum"),
                    );
                    None
                }
                _ => {
                    self.report(
                        Diagnostic::error(
                            code::CANNOT_INFER,
                            self.place(span),
                            format!("nothing here says which enum `.{}` belongs to", name.text),
                        )
                        .here("of which enum?")
                        .help(format!("write the enum as well: `Enum.{}`", name.text)),
                    );
                    None
                }
            },
        };
        let Some(id) = id else {
            if let Some(body) = body {
                self.values_only(body);
            }
            return self.error(span);
        };
        let Some((tag, fields)) = self.find_variant(id, name) else {
            if let Some(body) = body {
                self.values_only(body);
            }
            return self.error(span);
        };
        let open = Ty::Enum(id, signature::parameters(self.db, id));
        let mut bindings = Bindings::new(id, signature::generics(self.db, id).len());
        if let Some(expected) = expected {
            bindings.learn(&open, expected);
        }
        let values = match body {
            Some(body) => self.fields(id, Some(&name.text), &fields, &mut bindings, body, "field"),
            None => {
                let missing: Vec<_> =
                    fields.iter().filter(|f| !f.optional).map(|f| format!("`{}`", f.name)).collect();
                if !missing.is_empty() {
                    self.report(
                        Diagnostic::error(
                            code::MISSING_FIELD,
                            self.place(span),
                            format!("`.{}` also needs {}", name.text, missing.join(", ")),
                        )
                        .here("its payload is missing")
                        .help(format!("write `.{} {{ {} = .. }}`", name.text, fields[0].name)),
                    );
                }
                vec![None; fields.len()]
            }
        };
        let ty = self.instantiate(id, &open, bindings, span);
        self.push(ExprKind::Variant(id, tag, values), ty, span)
    }

    /// The enum in front of a variant.
    pub(super) fn enum_of(&mut self, path: &'db ast::Path) -> Option<DeclId> {
        let name = path.segments.first()?;
        match signature::lookup_type(self.db, self.types(), path.module.as_ref(), name, &mut self.findings)?
            .plain()
        {
            Ty::Enum(id, _) => Some(*id),
            Ty::Error => None,
            _ => {
                self.report(
                    Diagnostic::error(
                        code::WRONG_KIND_OF_NAME,
                        self.place(name.span),
                        format!("`{}` is not an enum", name.text),
                    )
                    .here("has no variants"),
                );
                None
            }
        }
    }

    /// A variant's position and payload.
    pub(super) fn find_variant(&mut self, id: DeclId, name: &ast::Name) -> Option<(u32, Vec<Field>)> {
        let Signature::Enum(variants) = self.signature(id) else { return None };
        if let Some(tag) = variants.iter().position(|(v, _)| *v == name.text) {
            self.refer(name.span, Target::Member(id, name.text.clone()));
            return Some((tag as u32, variants[tag].1.clone()));
        }
        let place = self.place(name.span);
        let mut diagnostic = Diagnostic::error(
            code::UNKNOWN_FIELD,
            place,
            format!("`{}` has no variant `{}`", id.text(self.db), name.text),
        )
        .here("no such variant");
        diagnostic = match nearest(&name.text, variants.iter().map(|(v, _)| v.as_str())) {
            Some(near) => diagnostic.did_you_mean(&name.text, near, place),
            None => {
                let known: Vec<String> = variants.iter().map(|(v, _)| v.to_string()).collect();
                diagnostic.help(format!("it has {}", super::field::list_names(&known)))
            }
        };
        if let Some(decl) = self.decl_place(id) {
            diagnostic = diagnostic.label(decl, "declared here");
        }
        self.report(diagnostic);
        None
    }

    pub(super) fn values_only(&mut self, body: &'db ast::Body) {
        for item in &body.items {
            match item {
                BodyItem::Attribute { value: Some(value), .. } => {
                    self.pure(value, &Want::Any);
                }
                BodyItem::Clause(clause) => {
                    self.pure(&clause.value, &Want::Any);
                }
                _ => {}
            }
        }
    }

    /// The values of a record, a payload or an instance's arguments, by position. Clauses are left to the
    /// caller for instances, and reported for the others.
    pub(super) fn fields(
        &mut self,
        id: DeclId,
        variant: Option<&SmolStr>,
        fields: &[Field],
        bindings: &mut Bindings,
        body: &'db ast::Body,
        what: &str,
    ) -> Vec<Option<ExprId>> {
        let owner = id.text(self.db);
        let mut values: Vec<Option<ExprId>> = vec![None; fields.len()];
        let mut given: Vec<Option<Span>> = vec![None; fields.len()];
        let mut broken = false;
        for item in &body.items {
            match item {
                BodyItem::Error(_) => broken = true,
                BodyItem::Clause(clause) if matches!(what, "field" | "label") => self.report(
                    Diagnostic::error(
                        code::BAD_CLAUSE,
                        self.place(clause.keyword),
                        format!("a value of `{owner}` has no clauses"),
                    )
                    .here("only resources and instances have them")
                    .help("a field of this name is set with `=`"),
                ),
                BodyItem::Clause(_) => {}
                BodyItem::Attribute { name, priority, value } => {
                    if let Some((_, at)) = priority {
                        self.no_priority(*at, &owner);
                    }
                    let Some(position) = fields.iter().position(|f| f.name == name.text) else {
                        self.unknown_attribute(id, fields, name, what);
                        if let Some(value) = value {
                            self.hide_among(fields, self.place(value.span));
                            self.pure(value, &Want::Any);
                        }
                        continue;
                    };
                    let target = match variant {
                        Some(variant) => Target::Payload(id, variant.clone(), name.text.clone()),
                        None if what == "label" => Target::Label(name.text.clone()),
                        None => Target::Member(id, name.text.clone()),
                    };
                    self.refer(name.span, target);
                    let declared = &fields[position].ty;
                    // What has a default may be given as absent: `none` means not set.
                    let ty = if what == "parameter" && fields[position].optional {
                        declared.clone().optional()
                    } else {
                        declared.clone()
                    };
                    let ty_here = bindings.fill(&ty);
                    let id = self.accepting(None, |c| c.attribute_value(name, value.as_ref(), &ty_here));
                    bindings.learn(&ty, &self.ty(id).clone());
                    if let Some(first) = given[position].replace(name.span) {
                        self.report_twice(name, first);
                    }
                    values[position] = Some(id);
                }
            }
        }
        if !broken {
            self.report_missing(id, fields, &given, body, what);
        }
        values
    }

    /// `default` and `force` stand on attributes of resources only.
    fn no_priority(&mut self, at: Span, owner: &str) {
        self.report(
            Diagnostic::error(
                code::BAD_CLAUSE,
                self.place(at),
                format!("a value of `{owner}` has no priorities"),
            )
            .here("only attributes of resources have them"),
        );
    }

    pub(super) fn attribute_value(
        &mut self,
        name: &'db ast::Name,
        value: Option<&'db ast::Expr>,
        ty: &Ty,
    ) -> ExprId {
        match value {
            Some(value) => self.pure(value, &Want::Type(ty.clone())),
            None => {
                let declares = std::mem::replace(&mut self.declares, false);
                let id = self.shorthand(name);
                self.declares = declares;
                self.coerce(id, ty, name.span)
            }
        }
    }

    /// `name` for `name = name`.
    fn shorthand(&mut self, name: &'db ast::Name) -> ExprId {
        match self.local(&name.text) {
            Some((hops, index, block)) => {
                let local = &self.body.block(block).locals[index as usize];
                let (ty, declared) = (local.ty.clone(), local.span);
                self.refer(name.span, Target::Local(self.file, declared));
                let read = self.read_local(hops, index, block);
                self.push(read, ty, name.span)
            }
            None => self.global_shorthand(name),
        }
    }

    fn global_shorthand(&mut self, name: &'db ast::Name) -> ExprId {
        use crate::name::{DeclKind, Entity};
        match crate::name::scope(self.db, self.file).get(&name.text) {
            Some(Entity::Decl(id, DeclKind::Let)) => {
                self.refer(name.span, Target::Decl(*id));
                match self.global(*id) {
                    Some((index, ty)) => self.push(ExprKind::Global(id.file, index), ty, name.span),
                    None => self.error(name.span),
                }
            }
            Some(Entity::Decl(id, DeclKind::Fact)) => {
                self.refer(name.span, Target::Decl(*id));
                self.push(ExprKind::HostFact(*id), crate::fact::ty(self.db, *id), name.span)
            }
            // An import that failed has said so.
            Some(Entity::Broken) => self.error(name.span),
            _ => {
                self.report(
                    Diagnostic::error(
                        code::UNKNOWN_NAME,
                        self.place(name.span),
                        format!(
                            "`{0}` alone means `{0} = {0}`, and no value is called `{0}` here",
                            name.text
                        ),
                    )
                    .here("its value is missing")
                    .help(format!("write `{} = ..`", name.text)),
                );
                self.error(name.span)
            }
        }
    }

    pub(super) fn report_twice(&mut self, name: &ast::Name, first: Span) {
        self.report(
            Diagnostic::error(
                code::DUPLICATE_FIELD,
                self.place(name.span),
                format!("`{}` is given twice", name.text),
            )
            .here("given again")
            .label(self.place(first), "first given here"),
        );
    }

    pub(super) fn unknown_attribute(&mut self, id: DeclId, fields: &[Field], name: &ast::Name, what: &str) {
        let owner = id.text(self.db);
        let place = self.place(name.span);
        let mut diagnostic =
            Diagnostic::error(code::UNKNOWN_FIELD, place, format!("`{owner}` has no {what} `{}`", name.text))
                .here(format!("no such {what}"));
        let habit = match name.text.as_str() {
            "ensure" | "state" => Some(
                "what is declared is to exist; what a resource can be otherwise has an attribute of its own",
            ),
            "require" | "requires" | "depends_on" => Some("order is a clause: `after ..`"),
            "subscribe" | "watch" => Some("a service restarts with `restart on ..`"),
            "source" | "src" => Some("the content of a file is given as `content = ..`"),
            "path" | "dest" | "name" if what == "attribute" => Some("the key stands before the braces"),
            _ => None,
        };
        diagnostic = match nearest(&name.text, fields.iter().map(|f| f.name.as_str())) {
            Some(near) => diagnostic.did_you_mean(&name.text, near, place),
            None => match habit {
                Some(habit) => diagnostic.help(habit),
                None if fields.is_empty() => diagnostic.help("it has none"),
                None => {
                    let known: Vec<String> = fields.iter().map(|f| f.name.to_string()).collect();
                    diagnostic.help(format!("it has {}", super::field::list_names(&known)))
                }
            },
        };
        self.report(diagnostic);
    }

    pub(super) fn report_missing(
        &mut self,
        id: DeclId,
        fields: &[Field],
        given: &[Option<Span>],
        body: &ast::Body,
        what: &str,
    ) {
        // What was meant by a name that is reported is not missing too.
        let written = body.items.iter().filter_map(|item| match item {
            BodyItem::Attribute { name, .. } => Some(name.text.as_str()),
            _ => None,
        });
        let meant = meant(fields, written);
        let body = body.span;
        let missing: Vec<&Field> = fields
            .iter()
            .zip(given)
            .filter(|(field, given)| {
                given.is_none() && !field.optional && !meant.contains(&field.name.as_str())
            })
            .map(|(field, _)| field)
            .collect();
        if missing.is_empty() {
            return;
        }
        let names: Vec<String> =
            missing.iter().map(|f| format!("`{}: {}`", f.name, self.show(&f.ty))).collect();
        let owner = id.text(self.db);
        let mut diagnostic = Diagnostic::error(
            code::MISSING_FIELD,
            self.place(body),
            format!("`{owner}` also needs {}", names.join(", ")),
        )
        .here(if names.len() == 1 {
            format!("a {what} is missing")
        } else {
            format!("{what}s are missing")
        });
        if let Some(place) = self.decl_place(id) {
            diagnostic = diagnostic.label(place, "declared here");
        }
        let fix = self.fill_in(&missing, body);
        self.report(Diagnostic { fix, ..diagnostic });
    }

    /// What is missing in a body, with values to be replaced.
    fn fill_in(&self, missing: &[&Field], body: Span) -> Option<Fix> {
        let values: Option<Vec<String>> = missing
            .iter()
            .map(|field| Some(format!("{} = {}", field.name, self.placeholder(&field.ty)?)))
            .collect();
        let values = values?;
        let text = self.file.text(self.db);
        let inner = text.get(body.start as usize..body.end as usize)?.strip_prefix('{')?.strip_suffix('}')?;
        let end = body.start + 1 + inner.trim_end().len() as u32;
        let new = if inner.contains('\n') {
            let before = text.get(..body.start as usize).unwrap_or_default();
            let line = before.rsplit('\n').next().unwrap_or_default();
            let indent = &line[..line.len() - line.trim_start().len()];
            values.iter().map(|value| format!("\n{indent}  {value}")).collect()
        } else if inner.trim().is_empty() {
            format!(" {} ", values.join(", "))
        } else {
            format!(", {}", values.join(", "))
        };
        let span =
            if inner.trim().is_empty() { Span::new(body.start + 1, body.end - 1) } else { Span::at(end) };
        Some(Fix::new("add what is missing", vec![(self.place(span), new)]).placeholder())
    }

    /// Some value of a type, where a literal of it can be written without knowing more.
    fn placeholder(&self, ty: &Ty) -> Option<String> {
        Some(match ty {
            Ty::String | Ty::Blob => "\"\"".to_owned(),
            Ty::Int => "0".to_owned(),
            Ty::Float => "0.0".to_owned(),
            Ty::Bool => "false".to_owned(),
            Ty::Duration => "0s".to_owned(),
            Ty::Size => "0B".to_owned(),
            Ty::Mode => "0o600".to_owned(),
            Ty::List(_) | Ty::Set(_) | Ty::Map(..) => "[]".to_owned(),
            Ty::Optional(_) => "none".to_owned(),
            Ty::Text(kind) => match kind {
                TextKind::AbsPath => "\"/\"".to_owned(),
                TextKind::HostName => "\"localhost\"".to_owned(),
                TextKind::IpAddr => "\"127.0.0.1\"".to_owned(),
                _ => return None,
            },
            Ty::Enum(id, _) => {
                let Signature::Enum(variants) = self.signature(*id) else { return None };
                format!(".{}", variants.iter().find(|(_, fields)| fields.is_empty())?.0)
            }
            _ => return None,
        })
    }
}

/// A type whose own parameters are left open.
fn given(ty: Ty, of: DeclId) -> Ty {
    ty.rewrite(&|ty| match ty {
        Ty::Param(id, ..) if id == of => Ty::Hole,
        other => other,
    })
}

/// The fields that names which none of them has are most like.
pub(super) fn meant<'a>(fields: &'a [Field], written: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let names = || fields.iter().map(|field| field.name.as_str());
    written
        .filter(|name| !names().any(|known| known == *name))
        .filter_map(|name| nearest(name, names()))
        .collect()
}
