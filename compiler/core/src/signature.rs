//! Signatures: the types that a declaration shows to others. They hold no positions, so an edit inside a
//! body leaves them equal.

use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Place, code, nearest};
use crate::name::{self, DeclId, DeclKind, Entity};
use crate::ty::{self, Ty};
use mc_syntax::{Span, ast};
use smol_str::SmolStr;

/// What a declaration shows.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub enum Signature {
    /// Parameters and result.
    Fn(Vec<Field>, Ty),
    /// Fields.
    Record(Vec<Field>),
    /// Variants with the fields of their payload.
    Enum(Vec<(SmolStr, Vec<Field>)>),
    /// The schema's types.
    Resource(ResourceSignature),
    /// Parameters and outputs.
    Component(Vec<Field>, Vec<Field>),
    /// A value, a policy, or something broken.
    None,
}

/// A field, a parameter, an attribute or an output.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Field {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub ty: Ty,
    /// Whether it may be left out.
    pub optional: bool,
}

/// A resource schema's types.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct ResourceSignature {
    /// The key.
    pub key: Field,
    /// Whether the key is a label only.
    pub local: bool,
    /// The attributes in order.
    pub attributes: Vec<Field>,
    /// The outputs in order; `optional` says that it is known early.
    pub outputs: Vec<Field>,
}

/// What a name in the source refers to, for editors.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub enum Target {
    /// A declaration.
    Decl(DeclId),
    /// A module.
    Module(File),
    /// A field, parameter, attribute, variant or output of a declaration, by its name.
    Member(DeclId, SmolStr),
    /// A local name, by the place of its declaration.
    Local(File, #[salsa_value(unsafe(prove(Span: 'static)))] Span),
    /// A field of a variant's payload: enum, variant, field.
    Payload(DeclId, SmolStr, SmolStr),
    /// A label.
    Label(SmolStr),
    /// `labels`, in front of the name of one.
    Labels,
    /// `self`: the resource of this type around.
    SelfValue(DeclId),
    /// A method or property of a value of this type.
    Method(Ty, SmolStr),
    /// A built-in type.
    BuiltinType(SmolStr),
    /// `fail`
    Fail,
}

/// Problems and references found while something is worked on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The problems.
    pub diagnostics: Vec<Diagnostic>,
    /// The names and what they refer to.
    pub references: Vec<(Span, Target)>,
}

/// The signature of a declaration.
pub fn signature(db: &dyn Db, id: DeclId) -> &Signature {
    signature_query(db, id.file, id.index)
}

#[salsa::tracked(returns(ref))]
fn signature_query(db: &dyn Db, file: File, index: u32) -> Signature {
    build(db, DeclId { file, index }, &mut Findings::default())
}

/// What is wrong with the types written in a signature, and what they refer to.
pub fn signature_findings(db: &dyn Db, id: DeclId) -> &Findings {
    signature_findings_query(db, id.file, id.index)
}

#[salsa::tracked(no_eq, returns(ref))]
fn signature_findings_query(db: &dyn Db, file: File, index: u32) -> Findings {
    let mut findings = Findings::default();
    build(db, DeclId { file, index }, &mut findings);
    findings
}

fn build(db: &dyn Db, id: DeclId, findings: &mut Findings) -> Signature {
    let file = id.file;
    match &id.item(db).kind {
        ast::ItemKind::Fn(f) => {
            Signature::Fn(fields(db, file, &f.params, findings), resolve(db, file, &f.result, findings))
        }
        ast::ItemKind::Record(record) => Signature::Record(fields(db, file, &record.fields, findings)),
        ast::ItemKind::Enum(e) => Signature::Enum(variants(db, file, e, findings)),
        ast::ItemKind::Resource(resource) => resource_signature(db, file, resource, findings),
        ast::ItemKind::Component(component) => {
            let mut params = Vec::new();
            let mut outs = Vec::new();
            for stmt in &component.body.stmts {
                match &stmt.kind {
                    ast::StmtKind::Param(p) => params.push(field(db, file, p, findings)),
                    ast::StmtKind::Out(o) => outs.push(Field {
                        name: o.name.text.clone(),
                        ty: resolve(db, file, &o.ty, findings),
                        optional: false,
                    }),
                    _ => {}
                }
            }
            Signature::Component(params, outs)
        }
        _ => Signature::None,
    }
}

fn field(db: &dyn Db, file: File, param: &ast::Param, findings: &mut Findings) -> Field {
    let ty = resolve(db, file, &param.ty, findings);
    // What may be absent may be left out.
    let optional = param.default.is_some() || matches!(ty, Ty::Optional(_));
    Field { name: param.name.text.clone(), ty, optional }
}

/// The fields of a list of parameters; a name given twice is reported and kept out.
pub fn fields(db: &dyn Db, file: File, params: &[ast::Param], findings: &mut Findings) -> Vec<Field> {
    let mut result: Vec<Field> = Vec::new();
    for param in params {
        let built = field(db, file, param, findings);
        if result.iter().any(|f| f.name == built.name) {
            let place = Place::new(file, param.name.span);
            let first = params.iter().find(|p| p.name.text == param.name.text);
            let mut diagnostic = Diagnostic::error(
                code::DUPLICATE_FIELD,
                place,
                format!("`{}` is declared twice", param.name.text),
            )
            .here("declared again");
            if let Some(first) = first {
                diagnostic = diagnostic.label(Place::new(file, first.name.span), "first declared here");
            }
            findings.diagnostics.push(diagnostic);
        }
        result.push(built);
    }
    result
}

fn variants(db: &dyn Db, file: File, e: &ast::Enum, findings: &mut Findings) -> Vec<(SmolStr, Vec<Field>)> {
    let mut result: Vec<(SmolStr, Vec<Field>)> = Vec::new();
    for variant in &e.variants {
        let payload = fields(db, file, &variant.fields, findings);
        if result.iter().any(|(name, _)| *name == variant.name.text) {
            findings.diagnostics.push(
                Diagnostic::error(
                    code::DUPLICATE_NAME,
                    Place::new(file, variant.name.span),
                    format!("`{}` has two variants named `{}`", e.name.text, variant.name.text),
                )
                .here("declared again"),
            );
        }
        result.push((variant.name.text.clone(), payload));
    }
    result
}

fn resource_signature(
    db: &dyn Db,
    file: File,
    resource: &ast::Resource,
    findings: &mut Findings,
) -> Signature {
    let mut key = None;
    let mut attributes = Vec::new();
    let mut outputs = Vec::new();
    let mut is_local = false;
    for item in &resource.items {
        match item {
            ast::ResourceItem::Key { local, param } => {
                if key.is_some() {
                    let place = Place::new(file, param.name.span);
                    findings.diagnostics.push(
                        Diagnostic::error(code::BAD_SCHEMA, place, "a resource type has one key")
                            .here("a second one"),
                    );
                } else {
                    is_local = *local;
                    key = Some(field(db, file, param, findings));
                }
            }
            ast::ResourceItem::Attribute { param, .. } => attributes.push(field(db, file, param, findings)),
            ast::ResourceItem::Output { early, param } => {
                let built = field(db, file, param, findings);
                outputs.push(Field { optional: *early, ..built });
            }
            _ => {}
        }
    }
    let Some(key) = key else {
        findings.diagnostics.push(
            Diagnostic::error(
                code::BAD_SCHEMA,
                Place::new(file, resource.name.span),
                format!("the resource type `{}` has no key", resource.name.text),
            )
            .here("what tells two of them apart?")
            .help("declare one: `key name: String`"),
        );
        return Signature::None;
    };
    Signature::Resource(ResourceSignature { key, local: is_local, attributes, outputs })
}

/// The types of the package's labels.
#[salsa::tracked(returns(ref))]
pub fn label_types(db: &dyn Db) -> Vec<Field> {
    let Some(source) = name::label_source(db) else { return Vec::new() };
    let item = &name::tree(db, source.file).items[source.item as usize];
    let ast::ItemKind::Labels(labels) = &item.kind else { return Vec::new() };
    fields(db, source.file, &labels.fields, &mut Findings::default())
}

/// What is wrong with the labels' types.
pub fn label_findings(db: &dyn Db, file: File, labels: &ast::Labels, findings: &mut Findings) {
    for (param, field) in labels.fields.iter().zip(fields(db, file, &labels.fields, findings)) {
        let simple = match &field.ty {
            Ty::Enum(id) => {
                matches!(signature(db, *id), Signature::Enum(v) if v.iter().all(|(_, p)| p.is_empty()))
            }
            Ty::Bool | Ty::Int | Ty::String | Ty::Text(_) | Ty::Error => true,
            _ => false,
        };
        if !simple {
            let place = Place::new(file, param.ty.span);
            findings.diagnostics.push(
                Diagnostic::error(
                    code::BAD_TYPE,
                    place,
                    format!("a label cannot be of type `{}`", field.ty.display(db)),
                )
                .here("hosts give their labels as plain text")
                .help("use text, a number, a `Bool`, or an enum whose variants have no payload"),
            );
        }
    }
}

/// The type that a written type means.
pub fn resolve(db: &dyn Db, file: File, written: &ast::TypeExpr, findings: &mut Findings) -> Ty {
    match &written.kind {
        ast::TypeExprKind::Error | ast::TypeExprKind::Tuple(_) | ast::TypeExprKind::Function { .. } => {
            Ty::Error
        }
        ast::TypeExprKind::Optional(inner) => resolve(db, file, inner, findings).optional(),
        ast::TypeExprKind::Path { module, name, args } => {
            resolve_path(db, file, module.as_ref(), name, args, written.span, findings)
        }
    }
}

fn resolve_path(
    db: &dyn Db,
    file: File,
    module: Option<&ast::Name>,
    name: &ast::Name,
    args: &[ast::TypeExpr],
    span: Span,
    findings: &mut Findings,
) -> Ty {
    let place = Place::new(file, name.span);
    if module.is_none() {
        if matches!(name.text.as_str(), "List" | "Ref") {
            findings.references.push((name.span, Target::BuiltinType(name.text.clone())));
        }
        match (name.text.as_str(), args) {
            ("List", [inner]) => return resolve(db, file, inner, findings).list(),
            ("Ref", [inner]) => return resolve_ref(db, file, inner, findings),
            ("List" | "Ref", _) => {
                findings.diagnostics.push(
                    Diagnostic::error(
                        code::BAD_TYPE,
                        Place::new(file, span),
                        format!("`{}` takes one type", name.text),
                    )
                    .here(if args.is_empty() { "of what?" } else { "more than one is given" })
                    .help(if name.text == "List" {
                        "write what it holds: `List<String>`"
                    } else {
                        "write what it refers to: `Ref<File>`"
                    }),
                );
                return Ty::Error;
            }
            _ => {}
        }
    }
    let found = lookup_type(db, file, module, name, findings);
    if !args.is_empty() && found != Some(Ty::Error) {
        findings.diagnostics.push(
            Diagnostic::error(
                code::BAD_TYPE,
                Place::new(file, span),
                format!("`{}` takes no type arguments", name.text),
            )
            .here("has some"),
        );
    }
    match found {
        Some(Ty::Ref(id)) => {
            let name = id.text(db);
            findings.diagnostics.push(
                Diagnostic::error(
                    code::BAD_TYPE,
                    place,
                    format!("`{name}` is a resource type, not a type of values"),
                )
                .here("a resource is declared, not passed around")
                .help(format!("a reference to one is a `Ref<{name}>`"))
                .fix(
                    format!("change to `Ref<{name}>`"),
                    Place::new(file, span),
                    format!("Ref<{name}>"),
                ),
            );
            Ty::Error
        }
        Some(Ty::Instance(id)) => {
            findings.diagnostics.push(
                Diagnostic::error(
                    code::BAD_TYPE,
                    place,
                    format!("`{}` is a component, not a type", id.text(db)),
                )
                .here("a component has no values"),
            );
            Ty::Error
        }
        Some(ty) => ty,
        None => Ty::Error,
    }
}

fn resolve_ref(db: &dyn Db, file: File, inner: &ast::TypeExpr, findings: &mut Findings) -> Ty {
    let ast::TypeExprKind::Path { module, name, args } = &inner.kind else {
        return Ty::Error;
    };
    if args.is_empty() {
        match lookup_type(db, file, module.as_ref(), name, findings) {
            Some(ty @ Ty::Ref(_)) => return ty,
            Some(Ty::Error) | None => return Ty::Error,
            Some(_) => {}
        }
    }
    let place = Place::new(file, inner.span);
    findings.diagnostics.push(
        Diagnostic::error(code::BAD_TYPE, place, format!("`{}` is not a resource type", name.text))
            .here("only resources can be referred to"),
    );
    Ty::Error
}

/// The type named in a module; resource types come back as [`Ty::Ref`], components as [`Ty::Instance`].
/// `None` when a message was already given.
pub fn lookup_type(
    db: &dyn Db,
    file: File,
    module: Option<&ast::Name>,
    name: &ast::Name,
    findings: &mut Findings,
) -> Option<Ty> {
    let entity = match module {
        None => match name::scope(db, file).get(&name.text) {
            Some(entity) => Some(*entity),
            None => {
                if let Some(ty) = ty::builtin(&name.text) {
                    findings.references.push((name.span, Target::BuiltinType(name.text.clone())));
                    return Some(ty);
                }
                None
            }
        },
        Some(module) => {
            let target = resolve_module(db, file, module, findings)?;
            match name::declarations(db, target).get(&name.text) {
                Some(d) if d.public || target == file => Some(Entity::Decl(d.id, d.kind)),
                _ => {
                    findings.diagnostics.push(
                        Diagnostic::error(
                            code::UNKNOWN_TYPE,
                            Place::new(file, name.span),
                            format!("`{}` does not export `{}`", module.text, name.text),
                        )
                        .here("not exported from there"),
                    );
                    return None;
                }
            }
        }
    };
    match entity {
        Some(Entity::Decl(id, kind)) => {
            findings.references.push((name.span, Target::Decl(id)));
            Some(match kind {
                DeclKind::Record => Ty::Record(id),
                DeclKind::Enum => Ty::Enum(id),
                DeclKind::Resource => Ty::Ref(id),
                DeclKind::Component => Ty::Instance(id),
                DeclKind::Let | DeclKind::Fn | DeclKind::Policy => Ty::Error,
            })
        }
        Some(Entity::Module(_) | Entity::Broken) => Some(Ty::Error),
        None => {
            findings.diagnostics.push(unknown_type(db, file, name));
            None
        }
    }
}

/// The module that a name in front of a dot means.
pub fn resolve_module(db: &dyn Db, file: File, module: &ast::Name, findings: &mut Findings) -> Option<File> {
    match name::scope(db, file).get(&module.text) {
        Some(Entity::Module(target)) => {
            findings.references.push((module.span, Target::Module(*target)));
            Some(*target)
        }
        _ => {
            findings.diagnostics.push(
                Diagnostic::error(
                    code::UNKNOWN_NAME,
                    Place::new(file, module.span),
                    format!("there is no module `{}` here", module.text),
                )
                .here("not an imported module")
                .help(format!("import it first: `import .. .{}`", module.text)),
            );
            None
        }
    }
}

fn unknown_type(db: &dyn Db, file: File, name: &ast::Name) -> Diagnostic {
    let place = Place::new(file, name.span);
    let diagnostic =
        Diagnostic::error(code::UNKNOWN_TYPE, place, format!("nothing here is called `{}`", name.text))
            .here("unknown name");
    if let Some(module) = name::exporters(db, &name.text).first() {
        let import = format!("import {module}.{}", name.text);
        return diagnostic.help(format!("`{module}` exports it: `{import}`")).fix(
            format!("add `{import}`"),
            import_place(db, file),
            format!("{import}\n"),
        );
    }
    let scope = name::scope(db, file);
    let upper = |s: &str| s.chars().next().is_some_and(char::is_uppercase);
    let known =
        scope.keys().map(SmolStr::as_str).filter(|s| upper(s)).chain(ty::BUILTIN_NAMES.iter().copied());
    match nearest(&name.text, known) {
        Some(near) => {
            diagnostic.help(format!("did you mean `{near}`?")).fix(format!("change to `{near}`"), place, near)
        }
        None => diagnostic,
    }
}

/// Where a new import is best put: in front of the first item.
fn import_place(db: &dyn Db, file: File) -> Place {
    let items = &name::tree(db, file).items;
    let first = items.iter().find(|i| matches!(i.kind, ast::ItemKind::Import(_))).or(items.first());
    Place::new(file, Span::at(first.map_or(0, |item| item.span.start)))
}
