//! Go to definition.

use crate::manifest;
use crate::occurrence::occurrences;
use mc_compiler::name::{self, DeclId};
use mc_compiler::signature::Target;
use mc_compiler::{Db, File};
use mc_syntax::Span;
use mc_syntax::ast::{self, ItemKind, ResourceItem, StmtKind};

/// A place in a file of the package or of the standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub file: File,
    /// The declared name; empty at the beginning of the file for a module.
    pub span: Span,
}

/// Where the name at an offset is declared. Two places for a short form such as `{ key }`, which names both
/// a field and the value it is set to; none for what has no declaration, such as methods.
pub fn definition(db: &dyn Db, file: File, offset: u32) -> Vec<Location> {
    if manifest::is_manifest(db, file) {
        return manifest::definition(db, file, offset);
    }
    let Some((_, targets)) = occurrences(db, file).at(offset) else { return Vec::new() };
    let mut locations = Vec::new();
    for target in targets {
        if let Some(location) = location(db, target)
            && !locations.contains(&location)
        {
            locations.push(location);
        }
    }
    locations
}

pub(crate) fn location(db: &dyn Db, target: &Target) -> Option<Location> {
    Some(match target {
        Target::Decl(id) | Target::SelfValue(id) => {
            let place = id.place(db);
            Location { file: place.file, span: place.span }
        }
        Target::Module(file) => Location { file: *file, span: Span::at(0) },
        Target::Member(id, name) => Location { file: id.file, span: member(db, *id, name)?.name().span },
        Target::Payload(id, variant, field) => {
            Location { file: id.file, span: payload(db, *id, variant, field)?.name.span }
        }
        Target::Template(file) => Location { file: *file, span: Span::at(0) },
        Target::TemplateParam(file, name) => {
            Location { file: *file, span: template_param(db, *file, name)?.name.span }
        }
        Target::Local(file, span) => Location { file: *file, span: *span },
        Target::Label(name) => {
            let (file, labels) = labels(db)?;
            let field = labels.fields.iter().find(|field| field.name.text == *name)?;
            Location { file, span: field.name.span }
        }
        Target::Labels => {
            let (file, labels) = labels(db)?;
            Location { file, span: labels.keyword }
        }
        Target::Method(..) | Target::BuiltinType(_) | Target::Fail => return None,
    })
}

/// A named part of a declaration, in the tree.
#[derive(Clone, Copy)]
pub(crate) enum Member<'db> {
    /// A field of a record or a parameter of a function or component.
    Param(&'db ast::Param),
    /// A variant of an enum.
    Variant(&'db ast::Variant),
    /// The key, an attribute or an output of a resource type.
    Resource(&'db ResourceItem, &'db ast::Param),
    /// An output of a component, with its statement.
    Out(&'db ast::Stmt, &'db ast::Out),
    /// A parameter of a component, with its statement.
    ComponentParam(&'db ast::Stmt, &'db ast::Param),
}

impl<'db> Member<'db> {
    pub(crate) fn name(self) -> &'db ast::Name {
        match self {
            Member::Param(param) | Member::Resource(_, param) | Member::ComponentParam(_, param) => {
                &param.name
            }
            Member::Variant(variant) => &variant.name,
            Member::Out(_, out) => &out.name,
        }
    }
}

/// The part of a declaration with this name.
pub(crate) fn member<'db>(db: &'db dyn Db, id: DeclId, wanted: &str) -> Option<Member<'db>> {
    let param = |params: &'db [ast::Param]| params.iter().find(|p| p.name.text == wanted).map(Member::Param);
    match &id.item(db).kind {
        ItemKind::Fn(f) => param(&f.params),
        ItemKind::Record(record) => param(&record.fields),
        ItemKind::Enum(e) => e.variants.iter().find(|v| v.name.text == wanted).map(Member::Variant),
        ItemKind::Resource(resource) => resource.items.iter().find_map(|item| match item {
            ResourceItem::Key { param, .. }
            | ResourceItem::Attribute { param, .. }
            | ResourceItem::Output { param, .. }
                if param.name.text == wanted =>
            {
                Some(Member::Resource(item, param))
            }
            _ => None,
        }),
        ItemKind::Component(component) => component.body.stmts.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Param(p) if p.name.text == wanted => Some(Member::ComponentParam(stmt, p)),
            StmtKind::Out(o) if o.name.text == wanted => Some(Member::Out(stmt, o)),
            _ => None,
        }),
        _ => None,
    }
}

/// A field of a variant's payload.
pub(crate) fn payload<'db>(
    db: &'db dyn Db,
    id: DeclId,
    variant: &str,
    wanted: &str,
) -> Option<&'db ast::Param> {
    match member(db, id, variant)? {
        Member::Variant(variant) => variant.fields.iter().find(|field| field.name.text == wanted),
        _ => None,
    }
}

/// A parameter of a template.
pub(crate) fn template_param<'db>(db: &'db dyn Db, file: File, wanted: &str) -> Option<&'db ast::Param> {
    name::template(db, file).template.params.iter().find(|param| param.name.text == wanted)
}

/// The labels of the package and the file they are declared in.
pub(crate) fn labels(db: &dyn Db) -> Option<(File, &ast::Labels)> {
    let source = name::label_source(db).as_ref()?;
    match &name::tree(db, source.file).items.get(source.item as usize)?.kind {
        ItemKind::Labels(labels) => Some((source.file, labels)),
        _ => None,
    }
}
