//! Declared facts: what the rest of the compiler asks of a `fact`.

use crate::db::{Db, Origin, Program};
use crate::name::{self, DeclId};
use crate::package::manifest::module_name;
use crate::signature::{self, Field, Signature};
use crate::ty::Ty;
use mc_syntax::ast::{Check, ItemKind, Param};

/// The type of a declared fact.
pub fn ty(db: &dyn Db, id: DeclId) -> Ty {
    match signature::signature(db, id) {
        Signature::Fact(ty) => ty.clone(),
        _ => Ty::Error,
    }
}

/// The name of a fact in plans and in files that stand in for a host: package, module, fact, as one would import it
/// from elsewhere.
pub fn name(db: &dyn Db, id: DeclId) -> String {
    let name = id.qualified(db);
    match id.file.origin(db) {
        // The module of a dependency begins with its package.
        Origin::Dependency(_) | Origin::Standard => name,
        Origin::Package => format!("{}.{name}", module_name(Program::get(db).name(db))),
    }
}

/// The declarations of a record's fields and its `check`s, or of a variant's.
pub fn parts(db: &dyn Db, id: DeclId, part: usize) -> (&[Param], &[Check]) {
    match &id.item(db).kind {
        ItemKind::Record(record) => (&record.fields, &record.checks),
        ItemKind::Enum(e) => {
            e.variants.get(part).map_or((&[], &[]), |variant| (&variant.fields, &variant.checks))
        }
        _ => (&[], &[]),
    }
}

/// Whether a value of a type is more than its form: a default, a condition or a `check` is somewhere in it, which
/// a host evaluates for what it has read.
pub fn is_conditioned(db: &dyn Db, ty: &Ty) -> bool {
    let found = part(db, ty, &mut |ty| match ty {
        Ty::Refined(..) => true,
        Ty::Record(id, _) => has_rules(db, *id, 0),
        Ty::Enum(id, _) => {
            variants(db, *id).is_some_and(|all| (0..all.len()).any(|at| has_rules(db, *id, at)))
        }
        _ => false,
    });
    found.is_some()
}

fn has_rules(db: &dyn Db, id: DeclId, part: usize) -> bool {
    let (fields, checks) = parts(db, id, part);
    !checks.is_empty() || fields.iter().any(|field| field.default.is_some())
}

/// The variants of an enum.
pub fn variants(db: &dyn Db, id: DeclId) -> Option<&[(smol_str::SmolStr, Vec<Field>)]> {
    match signature::signature(db, id) {
        Signature::Enum(variants) => Some(variants),
        _ => None,
    }
}

/// A type, or the first that it is made of, that is as asked.
pub fn part(db: &dyn Db, ty: &Ty, asked: &mut dyn FnMut(&Ty) -> bool) -> Option<Ty> {
    fn visit(db: &dyn Db, ty: &Ty, seen: &mut Vec<DeclId>, asked: &mut dyn FnMut(&Ty) -> bool) -> Option<Ty> {
        if asked(ty) {
            return Some(ty.clone());
        }
        if let Ty::Record(id, _) | Ty::Enum(id, _) = ty {
            if seen.contains(id) {
                return None;
            }
            seen.push(*id);
            return inner(db, *id).iter().find_map(|ty| visit(db, ty, seen, asked));
        }
        direct(ty).into_iter().find_map(|ty| visit(db, ty, seen, asked))
    }
    visit(db, ty, &mut Vec::new(), asked)
}

/// The types that a type is written with.
fn direct(ty: &Ty) -> Vec<&Ty> {
    match ty {
        Ty::List(inner) | Ty::Set(inner) | Ty::Optional(inner) | Ty::Refined(_, inner) => vec![inner],
        Ty::Map(key, value) => vec![key, value],
        Ty::Tuple(parts) => parts.iter().collect(),
        _ => Vec::new(),
    }
}

/// The types of the fields of a record or an enum.
fn inner(db: &dyn Db, id: DeclId) -> Vec<Ty> {
    match signature::signature(db, id) {
        Signature::Record(fields) => fields.iter().map(|field| field.ty.clone()).collect(),
        Signature::Enum(variants) => {
            variants.iter().flat_map(|(_, fields)| fields).map(|field| field.ty.clone()).collect()
        }
        _ => Vec::new(),
    }
}

/// The facts of the package and of those that it needs.
pub fn all(db: &dyn Db) -> Vec<DeclId> {
    let files = name::modules(db).values().copied().filter(|file| name::is_user(db, *file));
    files
        .flat_map(|file| name::declarations(db, file).values())
        .filter(|declared| declared.kind == name::DeclKind::Fact)
        .map(|declared| declared.id)
        .collect()
}
