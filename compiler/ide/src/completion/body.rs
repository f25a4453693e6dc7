//! The lines of a body: attributes and clauses.

use super::scan::Head;
use super::{Proposal, ProposalKind};
use crate::describe;
use mc_compiler::name::{self, DeclId, DeclKind, Entity};
use mc_compiler::signature::{self, Field, Signature, Target};
use mc_compiler::ty::Ty;
use mc_compiler::{Db, File};

/// What every resource and every instance takes beside its attributes.
const CLAUSES: [(&str, &str, &str); 13] = [
    ("after", "after $0", "It comes after this."),
    ("before", "before $0", "It comes before this."),
    ("notify", "notify $0", "Its change refreshes this."),
    ("restart on", "restart on $0", "It is restarted when this changes."),
    ("reload on", "reload on $0", "It is reloaded when this changes."),
    ("when", "when $0", "It is there only where this holds."),
    ("skip when", "skip when $0", "It is not done where this holds once the plan runs."),
    ("timeout", "timeout ${1:30s}", "How long it may take."),
    ("retry", "retry ${1:3} every ${2:10s}", "How often it is tried again."),
    ("approval", "approval \"$0\"", "Who has to agree."),
    ("tags", "tags [\"$0\"]", "What it is called in a selection."),
    ("default", "default ${1:name} = $0", "A value that any other one replaces."),
    ("force", "force ${1:name} = $0", "A value that replaces any other one."),
];

/// The attributes that a body may still set, those that it must set first, and the clauses.
pub(super) fn attributes(db: &dyn Db, file: File, head: &Head) -> Vec<Proposal> {
    let Some((id, kind)) = resolve(db, file, head) else { return Vec::new() };
    let mut found = Vec::new();
    for field in fields_of(db, file, head).unwrap_or_default() {
        if head.set.iter().any(|set| *set == field.name) {
            continue;
        }
        let rank = u8::from(field.optional);
        let detail =
            if field.optional { field.ty.display(db) } else { format!("{}, required", field.ty.display(db)) };
        found.push(
            Proposal::new(field.name.as_str(), ProposalKind::Attribute, rank)
                .detail(detail)
                .docs(described(db, &Target::Member(id, field.name.clone())))
                .snippet(format!("{} = {}", field.name, hole(&field.ty))),
        );
    }
    if matches!(kind, DeclKind::Resource | DeclKind::Component) {
        let clauses = CLAUSES
            .iter()
            .filter(|(name, ..)| !matches!((*name, kind), ("default" | "force", DeclKind::Component)));
        found.extend(clauses.map(|(name, text, docs)| {
            Proposal::new(*name, ProposalKind::Clause, 2).docs(*docs).snippet(*text)
        }));
    }
    found
}

/// What a value of a type begins with.
fn hole(ty: &Ty) -> &'static str {
    match ty.some_plain() {
        Ty::String | Ty::Text(_) => "\"$0\"",
        Ty::List(_) | Ty::Set(_) | Ty::Map(..) => "[$0]",
        Ty::Bool => "${1|true,false|}",
        Ty::Mode => "0o${0:644}",
        Ty::Enum(..) => ".$0",
        _ => "$0",
    }
}

/// The fields that a body of this head sets.
pub(super) fn fields_of(db: &dyn Db, file: File, head: &Head) -> Option<Vec<Field>> {
    let (id, _) = resolve(db, file, head)?;
    match signature::signature(db, id) {
        Signature::Record(fields) | Signature::Component(fields, _) => Some(fields.clone()),
        Signature::Resource(resource) => Some(resource.attributes.clone()),
        _ => None,
    }
}

fn resolve(db: &dyn Db, file: File, head: &Head) -> Option<(DeclId, DeclKind)> {
    let entity = |of: File, name: &str| name::declarations(db, of).get(name).map(|d| (d.id, d.kind));
    match &head.module {
        Some(module) => match name::scope(db, file).get(module.as_str())? {
            Entity::Module(module) => entity(*module, &head.name),
            _ => None,
        },
        None => match name::scope(db, file).get(head.name.as_str()) {
            Some(Entity::Decl(id, kind)) => Some((*id, *kind)),
            Some(_) => None,
            // Not imported yet: what it most likely is.
            None => name::modules(db).values().find_map(|module| {
                let declared = name::declarations(db, *module).get(head.name.as_str())?;
                declared.public.then_some((declared.id, declared.kind))
            }),
        },
    }
}

/// The documentation of a name.
pub(super) fn described(db: &dyn Db, target: &Target) -> String {
    describe::describe(db, target).map(|description| description.docs).unwrap_or_default()
}

/// A declaration by its name, ready to be written.
pub(super) fn declaration(db: &dyn Db, name: &str, id: DeclId, kind: DeclKind, rank: u8) -> Proposal {
    let (shown, text) = match kind {
        DeclKind::Let | DeclKind::Fact => (ProposalKind::Value, None),
        DeclKind::Fn => {
            let takes =
                matches!(signature::signature(db, id), Signature::Fn(params, _) if !params.is_empty());
            (ProposalKind::Function, Some(if takes { format!("{name}($0)") } else { format!("{name}()$0") }))
        }
        DeclKind::Record => (ProposalKind::Type, Some(format!("{name} {{ $0 }}"))),
        DeclKind::Enum | DeclKind::Type => (ProposalKind::Type, None),
        DeclKind::Resource => (ProposalKind::Resource, Some(resource(db, name, id))),
        DeclKind::Component => (ProposalKind::Component, Some(format!("{name} {{ $0 }}"))),
        DeclKind::Policy => (ProposalKind::Policy, None),
    };
    let described = describe::describe(db, &Target::Decl(id));
    let (detail, docs) = described.map(|found| (found.origin, found.docs)).unwrap_or_default();
    let proposal = Proposal::new(name, shown, rank).detail(detail).docs(docs);
    match text {
        Some(text) => proposal.snippet(text),
        None => proposal,
    }
}

/// A resource with the attributes that it must have.
fn resource(db: &dyn Db, name: &str, id: DeclId) -> String {
    let Signature::Resource(signature) = signature::signature(db, id) else { return name.to_owned() };
    let required = signature.attributes.iter().filter(|field| !field.optional);
    let required: Vec<String> =
        (2..).zip(required).map(|(at, field)| format!("{} = ${at}", field.name)).collect();
    if required.is_empty() {
        return format!("{name} \"$1\" {{ $0 }}");
    }
    format!("{name} \"$1\" {{ {}$0 }}", required.join(", "))
}
