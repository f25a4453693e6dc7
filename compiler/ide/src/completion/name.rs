//! Names, types and modules.

use super::body::declaration;
use super::scan::Scan;
use super::{Proposal, ProposalKind, word};
use crate::occurrence::unit_at;
use mc_compiler::name::{self, DeclKind, Entity};
use mc_compiler::phase;
use mc_compiler::signature;
use mc_compiler::ty::{BUILTIN_NAMES, Ty};
use mc_compiler::{Db, File};
use mc_syntax::Token;
use std::collections::BTreeSet;

pub(super) fn items() -> Vec<Proposal> {
    word::all(&word::ITEMS, ProposalKind::Keyword, 0).collect()
}

/// What a line of a block begins with, by what the block belongs to.
pub(super) fn statements(db: &dyn Db, file: File, scan: &Scan<'_>, offset: u32) -> Vec<Proposal> {
    let (words, is_open) = word::of_block(scan.item());
    let mut found: Vec<Proposal> =
        words.iter().flat_map(|words| word::all(words, ProposalKind::Keyword, 1)).collect();
    if is_open {
        found.extend(known(db, file, scan, offset));
        found.extend(importable(db, file, |kind| kind != DeclKind::Policy));
    }
    found
}

pub(super) fn expressions(db: &dyn Db, file: File, scan: &Scan<'_>, offset: u32) -> Vec<Proposal> {
    let mut found: Vec<Proposal> = word::all(&word::WORDS, ProposalKind::Keyword, 3).collect();
    found.extend(known(db, file, scan, offset));
    found.extend(importable(db, file, |kind| kind != DeclKind::Policy));
    found
}

/// What a clause such as `after` takes: what is declared, and types of resources for a reference by key.
pub(super) fn referred(db: &dyn Db, file: File, scan: &Scan<'_>, offset: u32) -> Vec<Proposal> {
    let mut found = known(db, file, scan, offset);
    found.extend(importable(db, file, |kind| kind == DeclKind::Resource));
    let in_policy = scan.item() == Some((Token::Policy, true));
    found.retain(|proposal| match proposal.kind {
        ProposalKind::Local => proposal.is_declared,
        ProposalKind::Resource => true,
        ProposalKind::Policy => in_policy,
        _ => false,
    });
    for proposal in &mut found {
        if proposal.kind == ProposalKind::Resource {
            proposal.text = format!("{}[\"$0\"]", proposal.label);
            proposal.is_snippet = true;
        }
    }
    found
}

pub(super) fn types(db: &dyn Db, file: File) -> Vec<Proposal> {
    let is_type = |kind: DeclKind| matches!(kind, DeclKind::Record | DeclKind::Enum | DeclKind::Type);
    let generic = |name: &str| match name {
        "List" | "Set" | "Secret" => Some(format!("{name}<$0>")),
        "Map" => Some("Map<$1, $0>".to_owned()),
        _ => None,
    };
    let mut found: Vec<Proposal> = BUILTIN_NAMES
        .iter()
        .map(|name| {
            let proposal = Proposal::new(*name, ProposalKind::Type, 1);
            match generic(name) {
                Some(text) => proposal.snippet(text),
                None => proposal,
            }
        })
        .collect();
    for (name, entity) in name::scope(db, file).iter() {
        if let Entity::Decl(id, kind) = entity
            && (is_type(*kind) || matches!(kind, DeclKind::Resource | DeclKind::Component))
        {
            found.push(declaration(db, name, *id, *kind, 0).name_only());
        }
    }
    let others = importable(db, file, is_type);
    found.extend(others.map(Proposal::name_only));
    found
}

/// The names that are known at an offset.
fn known(db: &dyn Db, file: File, scan: &Scan<'_>, offset: u32) -> Vec<Proposal> {
    let mut found: Vec<Proposal> = word::globals(matches!(scan.item(), Some((Token::Test, _)))).collect();
    // What is being declared is nothing yet.
    let declared = scan.declared();
    if let Some(unit) = unit_at(db, file, offset) {
        // A name may stand before its declaration; those of other blocks are few, and found out when they are used.
        for local in phase::checked(db, unit).body.blocks.iter().flat_map(|block| &block.locals) {
            if local.name != "_" && !local.name.is_empty() && Some(local.name.as_str()) != declared {
                let detail = local.ty.display(db);
                let is_declared =
                    local.ty.any(&mut |ty| matches!(ty, Ty::Ref(..) | Ty::AnyRef | Ty::Instance(..)));
                let proposal = Proposal::new(local.name.as_str(), ProposalKind::Local, 0).detail(detail);
                found.push(Proposal { is_declared, ..proposal });
            }
        }
    }
    found.extend(of_scope(db, file, declared));
    found
}

/// The names of a module, without the value that is being declared.
fn of_scope<'a>(
    db: &'a dyn Db,
    file: File,
    declared: Option<&'a str>,
) -> impl Iterator<Item = Proposal> + 'a {
    name::scope(db, file).iter().filter_map(move |(name, entity)| match entity {
        Entity::Decl(_, DeclKind::Let) if Some(name.as_str()) == declared => None,
        Entity::Decl(id, kind) => Some(declaration(db, name, *id, *kind, 1)),
        Entity::Module(_) => Some(Proposal::new(name.as_str(), ProposalKind::Module, 1)),
        Entity::Broken => None,
    })
}

/// What a template knows: its own names, and types and functions of the root module, which it cannot add to.
pub(super) fn in_template(db: &dyn Db, file: File, scan: &Scan<'_>) -> Vec<Proposal> {
    let words = ["true", "false", "none"];
    let words = word::WORDS.iter().filter(|(word, ..)| words.contains(word)).copied();
    let mut found: Vec<Proposal> = word::all(&words.collect::<Vec<_>>(), ProposalKind::Keyword, 3).collect();
    found.extend(word::globals_of_templates());
    found.extend(of_scope(db, file, None));
    found.extend(super::member::expected_values(db, file, scan));
    found
}

/// What other modules export, with the import that makes it known.
fn importable(db: &dyn Db, file: File, wanted: impl Fn(DeclKind) -> bool) -> impl Iterator<Item = Proposal> {
    let scope = name::scope(db, file);
    let mut found = Vec::new();
    for module in name::modules(db).values().filter(|module| **module != file) {
        let Some(path) = name::written(db, file, *module) else { continue };
        for (name, declared) in name::declarations(db, *module) {
            if !declared.public || !wanted(declared.kind) || scope.contains_key(name) {
                continue;
            }
            let (place, lines) = signature::import_of(db, file, &path, name);
            let proposal = declaration(db, name, declared.id, declared.kind, 4);
            found.push(Proposal {
                detail: format!("import {path}"),
                edits: vec![(place.span, lines)],
                ..proposal
            });
        }
    }
    found.into_iter()
}

/// The next part of a module's path.
pub(super) fn modules(db: &dyn Db, file: File, before: &str) -> Vec<Proposal> {
    let mut parts: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for module in name::modules(db).values().filter(|module| **module != file) {
        let Some(path) = name::written(db, file, *module) else { continue };
        if let Some(rest) = path.strip_prefix(before)
            && let Some(part) = rest.split('.').next().filter(|part| !part.is_empty())
        {
            parts.insert(part.to_owned());
        }
    }
    found.extend(parts.into_iter().map(|part| Proposal::new(part, ProposalKind::Module, 0)));
    let whole = before.trim_end_matches('.');
    if let name::Module::Is(module) = name::module_at(db, file, whole) {
        let exported = name::declarations(db, module).iter();
        let upper =
            exported.filter(|(name, d)| d.public && name.starts_with(|c: char| c.is_ascii_uppercase()));
        found.extend(upper.map(|(name, d)| declaration(db, name, d.id, d.kind, 1).name_only()));
    }
    found
}

/// What a module exports and an import does not take yet.
pub(super) fn exported(db: &dyn Db, file: File, module: &str, taken: &[String]) -> Vec<Proposal> {
    let name::Module::Is(module) = name::module_at(db, file, module) else { return Vec::new() };
    let exported = name::declarations(db, module).iter().filter(|(_, declared)| declared.public);
    let free = exported.filter(|(name, _)| !taken.iter().any(|taken| taken == name.as_str()));
    free.map(|(name, declared)| declaration(db, name, declared.id, declared.kind, 0).name_only()).collect()
}
