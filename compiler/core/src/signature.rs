//! Signatures: the types that a declaration shows to others. They hold no positions, so an edit inside a
//! body leaves them equal.

mod resource;
mod unknown;

pub use resource::{ResourceSignature, reference};
pub use unknown::{import_it, import_of};

use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Fix, Place, code};
use crate::name::{self, DeclId, DeclKind, Entity};
use crate::ty::{self, Args, Skip, Ty};
use mc_syntax::{Span, ast};
use resource::resource_signature;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::sync::Arc;
use unknown::unknown_type;

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
    /// The type of a declared fact.
    Fact(Ty),
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
    /// A template.
    Template(File),
    /// A parameter of a template.
    TemplateParam(File, SmolStr),
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
    /// The keys and variants in data files that are loaded, and what they name.
    pub data_references: Vec<(Place, Target)>,
    /// The data files with mistakes in their format that are loaded, and whether all that such a file may say is public.
    pub unread: Vec<(File, bool)>,
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
    let scope = TypeScope::of(id);
    match &id.item(db).kind {
        ast::ItemKind::Fn(f) => {
            let result = resolve(db, scope, &f.result, findings);
            if result.any(&mut |ty| matches!(ty, Ty::Fn(..))) {
                findings.diagnostics.push(function_kept(Place::new(id.file, f.result.span)));
            }
            Signature::Fn(fields(db, scope, &f.params, findings), result)
        }
        ast::ItemKind::Record(record) => Signature::Record(fields(db, scope, &record.fields, findings)),
        ast::ItemKind::Enum(e) => Signature::Enum(variants(db, scope, e, findings)),
        ast::ItemKind::Resource(resource) => resource_signature(db, scope, resource, findings),
        ast::ItemKind::Component(component) => {
            let mut params = Vec::new();
            let mut outs = Vec::new();
            for stmt in &component.body.stmts {
                match &stmt.kind {
                    ast::StmtKind::Param(p) => params.push(field(db, scope, p, findings)),
                    ast::StmtKind::Out(o) => outs.push(Field {
                        name: o.name.text.clone(),
                        ty: resolve(db, scope, &o.ty, findings),
                        optional: false,
                    }),
                    _ => {}
                }
            }
            Signature::Component(params, outs)
        }
        ast::ItemKind::FactDecl(fact) => Signature::Fact(resolve(db, scope, &fact.ty, findings)),
        ast::ItemKind::TypeAlias(alias) => {
            // What it stands for is asked for by another query; here its mistakes are found.
            resolve(db, scope, &alias.ty, findings);
            Signature::None
        }
        _ => Signature::None,
    }
}

fn field(db: &dyn Db, scope: TypeScope, param: &ast::Param, findings: &mut Findings) -> Field {
    let ty = resolve(db, scope, &param.ty, findings);
    if !matches!(owner_kind(db, scope), Some(ast::ItemKind::Fn(_)))
        && ty.any(&mut |ty| matches!(ty, Ty::Fn(..)))
    {
        findings.diagnostics.push(function_kept(Place::new(scope.file, param.ty.span)));
    }
    // What may be absent may be left out.
    let optional = param.default.is_some() || matches!(ty, Ty::Optional(_));
    Field { name: param.name.text.clone(), ty, optional }
}

fn owner_kind(db: &dyn Db, scope: TypeScope) -> Option<&ast::ItemKind> {
    scope.owner.map(|id| &id.item(db).kind)
}

/// A function where it would have to be kept.
pub fn function_kept(place: Place) -> Diagnostic {
    Diagnostic::error(code::BAD_TYPE, place, "a function cannot be kept")
        .here("a function's type")
        .note("functions are given to other functions and called there; they are no part of a plan")
        .help("only a parameter of a `fn` takes one")
}

/// The fields of a list of parameters; a name given twice is reported and kept out.
pub fn fields(db: &dyn Db, scope: TypeScope, params: &[ast::Param], findings: &mut Findings) -> Vec<Field> {
    let mut result: Vec<Field> = Vec::with_capacity(params.len());
    let mut known: FxHashSet<&str> = FxHashSet::default();
    for param in params {
        let built = field(db, scope, param, findings);
        if !known.insert(&param.name.text) {
            let file = scope.file;
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

/// How many fields are looked through one by one.
const FEW: usize = 16;

/// The position of a record's field.
pub fn field_position(db: &dyn Db, record: DeclId, fields: &[Field], name: &SmolStr) -> Option<usize> {
    if fields.len() <= FEW {
        return fields.iter().position(|field| field.name == *name);
    }
    field_index(db, record.file, record.index).get(name).copied()
}

/// The positions of the fields of a wide record. Of two with one name, which is reported, the first counts.
#[salsa::tracked(no_eq, returns(ref))]
fn field_index(db: &dyn Db, file: File, index: u32) -> FxHashMap<SmolStr, usize> {
    let mut positions = FxHashMap::default();
    if let Signature::Record(fields) = signature(db, DeclId { file, index }) {
        for (position, field) in fields.iter().enumerate() {
            positions.entry(field.name.clone()).or_insert(position);
        }
    }
    positions
}

fn variants(
    db: &dyn Db,
    scope: TypeScope,
    e: &ast::Enum,
    findings: &mut Findings,
) -> Vec<(SmolStr, Vec<Field>)> {
    let mut result: Vec<(SmolStr, Vec<Field>)> = Vec::new();
    for variant in &e.variants {
        let payload = fields(db, scope, &variant.fields, findings);
        if result.iter().any(|(name, _)| *name == variant.name.text) {
            findings.diagnostics.push(
                Diagnostic::error(
                    code::DUPLICATE_NAME,
                    Place::new(scope.file, variant.name.span),
                    format!("`{}` has two variants named `{}`", e.name.text, variant.name.text),
                )
                .here("declared again"),
            );
        }
        result.push((variant.name.text.clone(), payload));
    }
    result
}

/// The parameters of a template.
#[salsa::tracked(returns(ref))]
pub fn template_params(db: &dyn Db, file: File) -> Vec<Field> {
    let params = &name::template(db, file).template.params;
    fields(db, TypeScope::module(file), params, &mut Findings::default())
}

/// Whether a secret is somewhere in values of a type, also in the fields of its records.
pub fn holds_secret(db: &dyn Db, ty: &Ty) -> bool {
    ty.any(&mut |ty| match ty {
        Ty::Secret(_) => true,
        Ty::Record(id, _) | Ty::Enum(id, _) => *declares_secret(db, id.file, id.index),
        // What a type parameter stands for may be a secret.
        Ty::Param(..) => true,
        _ => false,
    })
}

#[salsa::tracked(returns(ref), cycle_result = declares_no_secret)]
fn declares_secret(db: &dyn Db, file: File, index: u32) -> bool {
    let own = |ty: &Ty| {
        ty.any(&mut |ty| match ty {
            Ty::Secret(_) => true,
            Ty::Record(id, _) | Ty::Enum(id, _) => *declares_secret(db, id.file, id.index),
            _ => false,
        })
    };
    match signature(db, DeclId { file, index }) {
        Signature::Record(fields) => fields.iter().any(|field| own(&field.ty)),
        Signature::Enum(variants) => variants.iter().any(|(_, fields)| fields.iter().any(|f| own(&f.ty))),
        _ => false,
    }
}

/// Whether a reference to a resource or an instance is in a type, the fields of what it names included.
pub fn holds_reference(db: &dyn Db, ty: &Ty) -> bool {
    ty.any(&mut |ty| match ty {
        Ty::Ref(..) | Ty::AnyRef | Ty::Instance(..) => true,
        Ty::Record(id, _) | Ty::Enum(id, _) => *declares_reference(db, id.file, id.index),
        _ => false,
    })
}

#[salsa::tracked(returns(ref), cycle_result = declares_no_secret)]
fn declares_reference(db: &dyn Db, file: File, index: u32) -> bool {
    match signature(db, DeclId { file, index }) {
        Signature::Record(fields) => fields.iter().any(|field| holds_reference(db, &field.ty)),
        Signature::Enum(variants) => {
            variants.iter().any(|(_, fields)| fields.iter().any(|field| holds_reference(db, &field.ty)))
        }
        _ => false,
    }
}

/// A type that holds itself says nothing by that.
fn declares_no_secret(_db: &dyn Db, _id: salsa::Id, _file: File, _index: u32) -> bool {
    false
}

/// The types of the package's labels.
#[salsa::tracked(returns(ref))]
pub fn label_types(db: &dyn Db) -> Vec<Field> {
    let Some(source) = name::label_source(db) else { return Vec::new() };
    let item = &name::tree(db, source.file).items[source.item as usize];
    let ast::ItemKind::Labels(labels) = &item.kind else { return Vec::new() };
    fields(db, TypeScope::module(source.file), &labels.fields, &mut Findings::default())
}

/// What is wrong with the labels' types.
pub fn label_findings(db: &dyn Db, file: File, labels: &ast::Labels, findings: &mut Findings) {
    for (param, field) in
        labels.fields.iter().zip(fields(db, TypeScope::module(file), &labels.fields, findings))
    {
        let simple = match &field.ty {
            Ty::Enum(id, _) => {
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

/// Where a type is written: the module, and the declaration whose type parameters count there.
#[derive(Clone, Copy, Debug)]
pub struct TypeScope {
    /// The module.
    pub file: File,
    /// The declaration.
    pub owner: Option<DeclId>,
}

impl TypeScope {
    /// Of a place that belongs to no generic declaration.
    pub fn module(file: File) -> Self {
        TypeScope { file, owner: None }
    }

    /// Of a declaration.
    pub fn of(id: DeclId) -> Self {
        TypeScope { file: id.file, owner: Some(id) }
    }
}

/// The names of a declaration's type parameters.
pub fn generics(db: &dyn Db, id: DeclId) -> &[SmolStr] {
    generics_query(db, id.file, id.index)
}

#[salsa::tracked(returns(deref))]
fn generics_query(db: &dyn Db, file: File, index: u32) -> Vec<SmolStr> {
    let written = match &(DeclId { file, index }).item(db).kind {
        ast::ItemKind::Fn(x) => &x.generics,
        ast::ItemKind::TypeAlias(x) => &x.generics,
        ast::ItemKind::Record(x) => &x.generics,
        ast::ItemKind::Enum(x) => &x.generics,
        ast::ItemKind::Component(x) => &x.generics,
        _ => return Vec::new(),
    };
    written.iter().map(|name| name.text.clone()).collect()
}

/// A declaration's type parameters as types, in order.
pub fn parameters(db: &dyn Db, id: DeclId) -> Args {
    let names = generics(db, id).iter().enumerate();
    names.map(|(position, name)| Ty::Param(id, position as u32, name.clone())).collect()
}

/// What a `type` declaration stands for, with its own parameters in it.
pub fn alias(db: &dyn Db, id: DeclId) -> &Ty {
    alias_query(db, id.file, id.index)
}

#[salsa::tracked(returns(ref), cycle_result = alias_cycle)]
fn alias_query(db: &dyn Db, file: File, index: u32) -> Ty {
    let id = DeclId { file, index };
    let ast::ItemKind::TypeAlias(alias) = &id.item(db).kind else { return Ty::Error };
    let base = resolve(db, TypeScope::of(id), &alias.ty, &mut Findings::default());
    match (&alias.refinement, &base) {
        (Some(_), Ty::Error) | (None, _) => base,
        (Some(_), _) => Ty::Refined(id, Arc::new(base)),
    }
}

/// A type that stands for itself: reported by [`crate::check::recursion`], which knows the way.
fn alias_cycle(_db: &dyn Db, _id: salsa::Id, _file: File, _index: u32) -> Ty {
    Ty::Error
}

/// The type that a written type means.
pub fn resolve(db: &dyn Db, scope: TypeScope, written: &ast::TypeExpr, findings: &mut Findings) -> Ty {
    let ty = resolve_parts(db, scope, written, findings);
    if ty.is_of_bounded_size() {
        return ty;
    }
    findings.diagnostics.push(too_large(Place::new(scope.file, written.span)));
    Ty::Error
}

/// A type with more parts than types may have.
pub fn too_large(place: Place) -> Diagnostic {
    let limit = ty::MAX_PARTS;
    Diagnostic::error(code::TYPE_TOO_LARGE, place, format!("this type has more than {limit} parts"))
        .here("too large")
        .help("a `record` has a name and counts as one part, whatever its fields are")
}

fn resolve_parts(db: &dyn Db, scope: TypeScope, written: &ast::TypeExpr, findings: &mut Findings) -> Ty {
    match &written.kind {
        ast::TypeExprKind::Error => Ty::Error,
        ast::TypeExprKind::Optional(inner) => resolve(db, scope, inner, findings).optional(),
        ast::TypeExprKind::Tuple(parts) => {
            Ty::Tuple(parts.iter().map(|part| resolve(db, scope, part, findings)).collect())
        }
        ast::TypeExprKind::Function { params, result } => Ty::Fn(
            params.iter().map(|param| resolve(db, scope, param, findings)).collect(),
            Arc::new(resolve(db, scope, result, findings)),
        ),
        ast::TypeExprKind::Path { module, name, args } => {
            resolve_path(db, scope, module.as_ref(), name, args, written.span, findings)
        }
    }
}

fn resolve_path(
    db: &dyn Db,
    scope: TypeScope,
    module: Option<&ast::Name>,
    name: &ast::Name,
    args: &[ast::TypeExpr],
    span: Span,
    findings: &mut Findings,
) -> Ty {
    let file = scope.file;
    let place = Place::new(file, name.span);
    if module.is_none()
        && let Some(count) = ty::builtin_generic(&name.text)
    {
        findings.references.push((name.span, Target::BuiltinType(name.text.clone())));
        if args.len() != count {
            findings.diagnostics.push(wrong_arguments(file, span, &name.text, count, args.len()));
            return Ty::Error;
        }
        if name.text == "Ref" {
            return resolve_ref(db, scope, &args[0], findings);
        }
        let mut given: Vec<Ty> = args.iter().map(|arg| resolve(db, scope, arg, findings)).collect();
        let last = given.pop().unwrap_or(Ty::Error);
        let looked_up = match name.text.as_str() {
            "Set" => Some(&last),
            "Map" => given.last(),
            _ => None,
        };
        if looked_up.is_some_and(|ty| ty.any(&mut |ty| matches!(ty, Ty::Secret(_)))) {
            let what = if name.text == "Set" { "the elements of a set" } else { "the keys of a map" };
            findings.diagnostics.push(
                Diagnostic::error(
                    code::SECRET_DECIDES,
                    Place::new(file, span),
                    format!("{what} are told apart by `==`, and secrets are not compared"),
                )
                .here("holds a secret"),
            );
            return Ty::Error;
        }
        return match (name.text.as_str(), given.pop()) {
            ("List", _) => last.list(),
            ("Set", _) => last.set(),
            ("Secret", _) => last.secret(),
            (_, key) => Ty::map(key.unwrap_or(Ty::Error), last),
        };
    }
    let Some(found) = lookup_type(db, scope, module, name, findings) else {
        args.iter().for_each(|arg| {
            resolve(db, scope, arg, findings);
        });
        return Ty::Error;
    };
    match &found {
        Ty::Ref(id, _) => {
            let name = id.text(db);
            findings.diagnostics.push(
                Diagnostic::error(
                    code::BAD_TYPE,
                    place,
                    format!("`{name}` is a resource type, not a type of values"),
                )
                .here("a resource is declared, not passed around")
                .help(format!("a reference to one is a `Ref<{name}>`"))
                .fix_by(
                    Fix::new(
                        format!("change to `Ref<{name}>`"),
                        vec![(Place::new(file, span), format!("Ref<{name}>"))],
                    )
                    .safe(),
                ),
            );
            return Ty::Error;
        }
        Ty::Instance(id, _) => {
            findings.diagnostics.push(
                Diagnostic::error(
                    code::BAD_TYPE,
                    place,
                    format!("`{}` is a component, not a type", id.text(db)),
                )
                .here("a component has no values"),
            );
            return Ty::Error;
        }
        Ty::Error => return Ty::Error,
        _ => {}
    }
    let owner = declared_type(db, scope, module, name);
    let expected = owner.map_or(0, |id| generics(db, id).len());
    if args.len() != expected {
        findings.diagnostics.push(wrong_arguments(file, span, &name.text, expected, args.len()));
        return Ty::Error;
    }
    let given: Vec<Ty> = args.iter().map(|arg| resolve(db, scope, arg, findings)).collect();
    owner.map_or_else(|| found.clone(), |id| found.substitute(id, &given))
}

fn wrong_arguments(file: File, span: Span, name: &str, expected: usize, given: usize) -> Diagnostic {
    let headline = match expected {
        0 => format!("`{name}` takes no type arguments"),
        1 => format!("`{name}` takes one type"),
        count => format!("`{name}` takes {count} types"),
    };
    let here = match (expected, given) {
        (0, _) => "has some".to_owned(),
        (_, 0) => "of what?".to_owned(),
        (_, given) => format!("{given} given"),
    };
    let diagnostic = Diagnostic::error(code::BAD_TYPE, Place::new(file, span), headline).here(here);
    match name {
        "List" => diagnostic.help("write what it holds: `List<String>`"),
        "Set" => diagnostic.help("write what it holds: `Set<String>`"),
        "Map" => diagnostic.help("write what its keys and values are: `Map<String, Int>`"),
        "Secret" => diagnostic.help("write what is secret: `Secret<String>`"),
        "Ref" => diagnostic.help("write what it refers to: `Ref<File>`"),
        _ => diagnostic,
    }
}

fn resolve_ref(db: &dyn Db, scope: TypeScope, inner: &ast::TypeExpr, findings: &mut Findings) -> Ty {
    let (named, skip) = match &inner.kind {
        ast::TypeExprKind::Optional(named) => (&**named, Skip::Perhaps),
        _ => (inner, Skip::Never),
    };
    let ast::TypeExprKind::Path { module, name, args } = &named.kind else {
        return Ty::Error;
    };
    if args.is_empty() {
        match lookup_type(db, scope, module.as_ref(), name, findings) {
            Some(Ty::Ref(id, _)) => return reference(db, id, skip),
            Some(Ty::Error) | None => return Ty::Error,
            Some(_) => {}
        }
    }
    let place = Place::new(scope.file, inner.span);
    findings.diagnostics.push(
        Diagnostic::error(code::BAD_TYPE, place, format!("`{}` is not a resource type", name.text))
            .here("only resources can be referred to"),
    );
    Ty::Error
}

/// The declaration that a type's name means, without any message.
fn declared_type(
    db: &dyn Db,
    scope: TypeScope,
    module: Option<&ast::Name>,
    name: &ast::Name,
) -> Option<DeclId> {
    if module.is_none() && parameter(db, scope, &name.text).is_some() {
        return None;
    }
    let entity = match module {
        None => name::scope(db, scope.file).get(&name.text).copied(),
        Some(module) => match name::scope(db, scope.file).get(&module.text) {
            Some(Entity::Module(target)) => {
                name::declarations(db, *target).get(&name.text).map(|d| Entity::Decl(d.id, d.kind))
            }
            _ => None,
        },
    };
    match entity {
        Some(Entity::Decl(id, _)) => Some(id),
        _ => None,
    }
}

/// The type parameter of this name, of the declaration around.
fn parameter(db: &dyn Db, scope: TypeScope, name: &str) -> Option<Ty> {
    let owner = scope.owner?;
    let position = generics(db, owner).iter().position(|own| own == name)?;
    Some(Ty::Param(owner, position as u32, SmolStr::new(name)))
}

/// The type named in a module; resource types come back as [`Ty::Ref`], components as [`Ty::Instance`].
/// A generic one has its own parameters as arguments. `None` when a message was already given.
pub fn lookup_type(
    db: &dyn Db,
    scope: TypeScope,
    module: Option<&ast::Name>,
    name: &ast::Name,
    findings: &mut Findings,
) -> Option<Ty> {
    let file = scope.file;
    let entity = match module {
        None => {
            if let Some(parameter) = parameter(db, scope, &name.text) {
                return Some(parameter);
            }
            match name::scope(db, file).get(&name.text) {
                Some(entity) => Some(*entity),
                None => {
                    if let Some(ty) = ty::builtin(&name.text) {
                        findings.references.push((name.span, Target::BuiltinType(name.text.clone())));
                        return Some(ty);
                    }
                    None
                }
            }
        }
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
                DeclKind::Record => Ty::Record(id, parameters(db, id)),
                DeclKind::Enum => Ty::Enum(id, parameters(db, id)),
                DeclKind::Resource => Ty::Ref(id, Skip::Never),
                DeclKind::Component => Ty::Instance(id, parameters(db, id)),
                DeclKind::Type => alias(db, id).clone(),
                _ => Ty::Error,
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
