//! Names, types, modules and words of the language.

use super::body::declaration;
use super::{Proposal, ProposalKind};
use crate::occurrence::unit_at;
use mc_compiler::name::{self, DeclKind, Entity};
use mc_compiler::phase;
use mc_compiler::signature;
use mc_compiler::ty::BUILTIN_NAMES;
use mc_compiler::{Db, File};
use std::collections::BTreeSet;

/// What an item begins with.
const ITEMS: [(&str, &str, &str); 16] = [
    ("import", "import $0", "Names of other modules."),
    ("let", "let ${1:name} = $0", "A value."),
    ("fn", "fn ${1:name}(${2}) -> ${3:Int} {\n  $0\n}", "A function."),
    ("record", "record ${1:Name} {\n  $0\n}", "A type with fields."),
    ("enum", "enum ${1:Name} {\n  $0\n}", "A type with variants."),
    ("type", "type ${1:Name} = ${2:Int} where $0", "A name for a type, with a condition on its values."),
    ("labels", "labels {\n  $0\n}", "What is known about a host beside its facts."),
    ("fact", "fact ${1:name}: ${2:String} from command [\"$3\"] as text", "A fact that hosts find."),
    ("component", "component ${1:Name} {\n  $0\n}", "Resources that belong together, with parameters."),
    ("policy", "policy ${1:name} {\n  $0\n}", "What hosts shall be."),
    ("resource", "resource ${1:Name} {\n  $0\n}", "A type of resources."),
    ("guard", "guard ${1:name} {\n  $0\n}", "What no resource may be."),
    ("rollout", "rollout ${1:name} {\n  $0\n}", "In which order hosts get it."),
    ("test", "test \"$1\" {\n  $0\n}", "What holds, on facts that are given."),
    ("pub", "pub $0", "Other modules may import it."),
    ("const", "const let ${1:name} = $0", "A value that is known when the bundle is built."),
];

/// What a statement begins with.
const STATEMENTS: [(&str, &str, &str); 10] = [
    ("let", "let ${1:name} = $0", "A value."),
    ("if", "if $1 {\n  $0\n}", "What is there where a condition holds."),
    ("for", "for ${1:item} in $2 {\n  $0\n}", "For each element."),
    ("match", "match $1 {\n  $0\n}", "By what a value is."),
    ("param", "param ${1:name}: ${2:String}", "What an instance is given."),
    ("out", "out ${1:name}: ${2:String} = $0", "What an instance tells."),
    ("select", "select $0", "Which hosts get the policy."),
    ("check", "check $1 else \"$0\"", "What must hold."),
    ("defaults", "defaults $1 { $0 }", "What resources of a type in this block leave open."),
    ("prune", "prune [$0]", "What goes when it is no longer declared."),
];

/// What an expression begins with.
const WORDS: [(&str, &str, &str); 6] = [
    ("if", "if $1 { $2 } else { $0 }", "One of two values."),
    ("match", "match $1 {\n  $0\n}", "By what a value is."),
    ("true", "true", ""),
    ("false", "false", ""),
    ("none", "none", "No value."),
    ("self", "self", "The resource around."),
];

/// What the language brings.
const BUILT_IN: [(&str, &str, &str); 14] = [
    ("facts", "facts.$0", "What the host is."),
    ("labels", "labels.$0", "What is known about the host."),
    ("secret", "secret(\"$0\")", "A secret by its name; its value never is in a bundle."),
    ("file", "file(\"$0\")", "A file of `files/` as it is."),
    ("dir", "dir(\"$0\")", "A folder of `files/` as it is."),
    ("load", "load(\"$0\")", "A data file of `data/`, read into the type that is expected."),
    ("layers", "layers([load(\"$0\")])", "Data files over one another."),
    ("template", "template(\"$1\"$0)", "A text with holes from `templates/`."),
    ("fail", "fail(\"$0\")", "Ends the build, or refuses the plan on the host."),
    ("range", "range(${1:0}, $0)", "Numbers from one to before another."),
    ("json", "json($0)", "A value as JSON."),
    ("yaml", "yaml($0)", "A value as YAML."),
    ("toml", "toml($0)", "A value as TOML."),
    ("ini", "ini($0)", "A value as INI."),
];

fn words<'a>(
    all: &'a [(&'static str, &'static str, &'static str)],
    kind: ProposalKind,
    rank: u8,
) -> impl Iterator<Item = Proposal> + 'a {
    all.iter().map(move |(name, text, docs)| {
        let proposal = Proposal::new(*name, kind, rank).docs(*docs);
        if text == name { proposal } else { proposal.snippet(*text) }
    })
}

pub(super) fn items() -> Vec<Proposal> {
    words(&ITEMS, ProposalKind::Keyword, 0).collect()
}

pub(super) fn statements(db: &dyn Db, file: File, offset: u32) -> Vec<Proposal> {
    let mut found: Vec<Proposal> = words(&STATEMENTS, ProposalKind::Keyword, 1).collect();
    found.extend(known(db, file, offset));
    found.extend(importable(db, file, |kind| kind != DeclKind::Policy));
    found
}

pub(super) fn expressions(db: &dyn Db, file: File, offset: u32) -> Vec<Proposal> {
    let mut found: Vec<Proposal> = words(&WORDS, ProposalKind::Keyword, 3).collect();
    found.extend(known(db, file, offset));
    found.extend(importable(db, file, |kind| kind != DeclKind::Policy));
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
fn known(db: &dyn Db, file: File, offset: u32) -> Vec<Proposal> {
    let mut found: Vec<Proposal> = words(&BUILT_IN, ProposalKind::Function, 2).collect();
    if let Some(unit) = unit_at(db, file, offset) {
        // A name may stand before its declaration; those of other blocks are few, and found out when they are used.
        for local in phase::checked(db, unit).body.blocks.iter().flat_map(|block| &block.locals) {
            if local.name != "_" && !local.name.is_empty() {
                let detail = local.ty.display(db);
                found.push(Proposal::new(local.name.as_str(), ProposalKind::Local, 0).detail(detail));
            }
        }
    }
    for (name, entity) in name::scope(db, file).iter() {
        match entity {
            Entity::Decl(id, kind) => found.push(declaration(db, name, *id, *kind, 1)),
            Entity::Module(_) => found.push(Proposal::new(name.as_str(), ProposalKind::Module, 1)),
            Entity::Broken => {}
        }
    }
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
