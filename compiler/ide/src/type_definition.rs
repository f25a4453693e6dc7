//! From a value to its type, and from a declaration to what is made of it.

use crate::definition::{Location, location};
use crate::occurrence::{all_checked, occurrences, unit_at};
use crate::reference::{files, symbols_at};
use crate::template;
use mc_compiler::hir::{ExprId, ExprKind};
use mc_compiler::name::{self, DeclId};
use mc_compiler::phase;
use mc_compiler::signature::{self, Signature, Target};
use mc_compiler::ty::Ty;
use mc_compiler::{Db, File};
use mc_syntax::Span;
use mc_syntax::ast::ItemKind;

/// Where the types are declared that the value at an offset is made of: of a `List<Site>` that is `Site`.
pub fn type_definition(db: &dyn Db, file: File, offset: u32) -> Vec<Location> {
    let mut ids = Vec::new();
    if let Some(ty) = type_at(db, file, offset) {
        named(&ty, &mut ids);
    }
    let mut found: Vec<Location> = ids.iter().filter_map(|id| location(db, &Target::Decl(*id))).collect();
    found.dedup();
    found
}

/// The type of what stands at an offset: of a name, or else of the innermost expression.
fn type_at(db: &dyn Db, file: File, offset: u32) -> Option<Ty> {
    let names = occurrences(db, file);
    if let Some((span, targets)) = names.at(offset) {
        // Of a short form such as `{ key }` the value counts.
        let known = targets.iter().rev().find_map(|target| type_of(db, target));
        return known.or_else(|| expression(db, file, span.start));
    }
    expression(db, file, offset)
}

fn type_of(db: &dyn Db, target: &Target) -> Option<Ty> {
    let find = |fields: &[signature::Field], name: &str| {
        fields.iter().find(|field| field.name == name).map(|field| field.ty.clone())
    };
    match target {
        Target::Decl(id) => match signature::signature(db, *id) {
            Signature::Fn(_, result) | Signature::Fact(result) => Some(result.clone()),
            Signature::Record(_) => Some(Ty::Record(*id, mc_compiler::ty::Args::default())),
            Signature::Enum(_) => Some(Ty::Enum(*id, mc_compiler::ty::Args::default())),
            Signature::Resource(_) => Some(Ty::Planned(*id)),
            Signature::Component(..) => Some(Ty::Instance(*id, mc_compiler::ty::Args::default())),
            Signature::None => None,
        },
        Target::Member(id, name) => match signature::signature(db, *id) {
            Signature::Fn(fields, _) | Signature::Record(fields) => find(fields, name),
            Signature::Resource(resource) => find(std::slice::from_ref(&resource.key), name)
                .or_else(|| find(&resource.attributes, name))
                .or_else(|| find(&resource.outputs, name)),
            Signature::Component(params, outputs) => find(params, name).or_else(|| find(outputs, name)),
            // A variant is of its enum.
            Signature::Enum(_) => Some(Ty::Enum(*id, mc_compiler::ty::Args::default())),
            Signature::Fact(_) | Signature::None => None,
        },
        Target::Payload(id, variant, name) => match signature::signature(db, *id) {
            Signature::Enum(variants) => {
                let (_, fields) = variants.iter().find(|(known, _)| known == variant)?;
                find(fields, name)
            }
            _ => None,
        },
        Target::Local(file, span) => all_checked(db, *file)
            .into_iter()
            .flat_map(|checked| &checked.body.blocks)
            .flat_map(|block| &block.locals)
            .find(|local| local.span == *span)
            .map(|local| local.ty.clone()),
        Target::TemplateParam(file, name) => find(signature::template_params(db, *file), name),
        Target::Label(name) => find(signature::label_types(db), name),
        Target::SelfValue(id) => Some(Ty::Planned(*id)),
        Target::Module(_)
        | Target::Template(_)
        | Target::Labels
        | Target::Method(..)
        | Target::BuiltinType(_)
        | Target::Fail => None,
    }
}

/// The type of the innermost expression around an offset.
fn expression(db: &dyn Db, file: File, offset: u32) -> Option<Ty> {
    let text: &str = file.text(db);
    let (within, filled) = if name::is_template(db, file) {
        let (hole, _) = template::code_at(text, offset)?;
        (hole.inner, hole.filled(text))
    } else {
        (Span::new(0, text.len() as u32), None)
    };
    let checked = phase::checked(db, unit_at(db, file, offset)?);
    let around = checked.body.exprs.iter().enumerate();
    let around = around.filter(|(at, expr)| {
        expr.span.touches(offset)
            && within.start <= expr.span.start
            && expr.span.end <= within.end
            && checked.body.foreign(ExprId(*at as u32)).is_none()
            && !matches!(expr.kind, ExprKind::Error | ExprKind::Block(_))
    });
    let (_, expr) = around.min_by_key(|(at, expr)| {
        let rank = if Some(expr.span) == filled { *at } else { usize::MAX - at };
        (expr.span.len(), rank)
    })?;
    Some(expr.ty.clone())
}

/// The declarations that a type is made of, in their order.
fn named(ty: &Ty, found: &mut Vec<DeclId>) {
    match ty {
        Ty::Record(id, args) | Ty::Enum(id, args) | Ty::Instance(id, args) => {
            found.push(*id);
            args.iter().for_each(|arg| named(arg, found));
        }
        Ty::Ref(id, _) | Ty::Planned(id) | Ty::Refined(id, _) => found.push(*id),
        Ty::List(inner) | Ty::Set(inner) | Ty::Optional(inner) | Ty::Secret(inner) => named(inner, found),
        Ty::Map(key, value) => {
            named(key, found);
            named(value, found);
        }
        Ty::Tuple(parts) => parts.iter().for_each(|part| named(part, found)),
        Ty::Fn(params, result) => {
            params.iter().for_each(|param| named(param, found));
            named(result, found);
        }
        Ty::Error
        | Ty::Never
        | Ty::Hole
        | Ty::Unit
        | Ty::Bool
        | Ty::Int
        | Ty::Float
        | Ty::String
        | Ty::Bytes
        | Ty::Duration
        | Ty::Size
        | Ty::Mode
        | Ty::Text(_)
        | Ty::Blob
        | Ty::Param(..)
        | Ty::AnyRef
        | Ty::Labels
        | Ty::Plan => {}
    }
}

/// What is made of the component or the resource type at an offset: its instances, or the resources of the type, by file and
/// place. Of anything else, its declaration.
pub fn implementations(db: &dyn Db, file: File, offset: u32) -> Vec<Location> {
    let Some((_, symbols)) = symbols_at(db, file, offset) else { return Vec::new() };
    let made_of = |symbol: &Target| match symbol {
        Target::Decl(id) => {
            matches!(id.item(db).kind, ItemKind::Component(_) | ItemKind::Resource(_)).then_some(*id)
        }
        _ => None,
    };
    let Some(id) = symbols.iter().find_map(made_of) else {
        return symbols.iter().filter_map(|symbol| location(db, symbol)).collect();
    };
    let mut found = Vec::new();
    for file in files(db, &[Target::Decl(id)]).into_iter().filter(|file| !name::is_template(db, *file)) {
        let exprs = all_checked(db, file).into_iter().flat_map(|checked| &checked.body.exprs);
        let heads = exprs.filter_map(|expr| match &expr.kind {
            ExprKind::Resource(resource) if resource.decl == id => Some(resource.head),
            ExprKind::Instance(instance) if instance.decl == id => Some(instance.head),
            _ => None,
        });
        let mut heads: Vec<Location> = heads.map(|span| Location { file, span }).collect();
        heads.sort_by_key(|at| at.span);
        found.append(&mut heads);
    }
    found
}
