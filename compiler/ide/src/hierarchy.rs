//! Who uses a declaration, and what it uses: of functions and components as calls, of types as what they are made of.

use crate::occurrence::occurrences;
use crate::reference::{files, symbols_at};
use crate::symbol::{SymbolKind, kind_of};
use mc_compiler::name::{self, DeclId};
use mc_compiler::signature::Target;
use mc_compiler::{Db, File};
use mc_syntax::Span;
use mc_syntax::ast::ItemKind;
use std::collections::BTreeMap;

/// A declaration in a hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Where it is from: its module.
    pub detail: String,
    /// Its file.
    pub file: File,
    /// All of it.
    pub range: Span,
    /// Its name in the file.
    pub selection: Span,
}

/// A declaration, and where the other one is used or uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The declaration.
    pub node: Node,
    /// The places of the calls, in the file of the caller.
    pub places: Vec<Span>,
}

/// What can be asked for its calls at an offset: a function, a component, a policy, or a resource type.
pub fn prepare_calls(db: &dyn Db, file: File, offset: u32) -> Option<Node> {
    node(db, declared_at(db, file, offset, &is_called)?)
}

/// Who calls what stands at an offset: declarations, and templates.
pub fn incoming_calls(db: &dyn Db, file: File, offset: u32) -> Vec<Call> {
    let Some(id) = declared_at(db, file, offset, &is_called) else { return Vec::new() };
    let mut found = Vec::new();
    for file in files(db, &[Target::Decl(id)]) {
        if name::is_template(db, file) {
            found.extend(template_calls(db, file, id));
            continue;
        }
        for (user, places) in users(db, file, id) {
            found.extend(node(db, user).map(|node| Call { node, places }));
        }
    }
    found
}

/// What the declaration at an offset calls.
pub fn outgoing_calls(db: &dyn Db, file: File, offset: u32) -> Vec<Call> {
    let Some(id) = declared_at(db, file, offset, &is_called) else { return Vec::new() };
    used(db, id, &is_called)
}

/// The type at an offset: a record, an enum, an alias.
pub fn prepare_types(db: &dyn Db, file: File, offset: u32) -> Option<Node> {
    node(db, declared_at(db, file, offset, &is_type)?)
}

/// The types that the one at an offset is made of.
pub fn supertypes(db: &dyn Db, file: File, offset: u32) -> Vec<Node> {
    let Some(id) = declared_at(db, file, offset, &is_type) else { return Vec::new() };
    used(db, id, &is_type).into_iter().map(|call| call.node).collect()
}

/// The types that are made of the one at an offset.
pub fn subtypes(db: &dyn Db, file: File, offset: u32) -> Vec<Node> {
    let Some(id) = declared_at(db, file, offset, &is_type) else { return Vec::new() };
    let mut found = Vec::new();
    for file in files(db, &[Target::Decl(id)]).into_iter().filter(|file| !name::is_template(db, *file)) {
        let users =
            users(db, file, id).map(|(user, _)| user).filter(|user| is_type(db, *user) && *user != id);
        found.extend(users.filter_map(|user| node(db, user)));
    }
    found
}

fn is_called(db: &dyn Db, id: DeclId) -> bool {
    let kind = &id.item(db).kind;
    matches!(kind, ItemKind::Fn(_) | ItemKind::Component(_) | ItemKind::Policy(_) | ItemKind::Resource(_))
}

fn is_type(db: &dyn Db, id: DeclId) -> bool {
    matches!(id.item(db).kind, ItemKind::Record(_) | ItemKind::Enum(_) | ItemKind::TypeAlias(_))
}

/// The declaration of a kind that the name at an offset means.
fn declared_at(
    db: &dyn Db,
    file: File,
    offset: u32,
    wanted: &dyn Fn(&dyn Db, DeclId) -> bool,
) -> Option<DeclId> {
    let (_, symbols) = symbols_at(db, file, offset)?;
    symbols.into_iter().find_map(|symbol| match symbol {
        Target::Decl(id) if wanted(db, id) => Some(id),
        _ => None,
    })
}

/// The declarations of a file that name another, with the places.
fn users(db: &dyn Db, file: File, id: DeclId) -> impl Iterator<Item = (DeclId, Vec<Span>)> {
    // By the position of the item.
    let mut found: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    let items = &name::tree(db, file).items;
    for (span, target) in occurrences(db, file).all() {
        if *target != Target::Decl(id) {
            continue;
        }
        let at = items.iter().position(|item| item.span.touches(span.start));
        let Some((index, item)) = at.and_then(|at| Some((at as u32, items.get(at)?))) else { continue };
        let declares = name::item_name(&item.kind).is_some_and(|name| name.span == *span);
        if !declares && !matches!(item.kind, ItemKind::Import(_)) {
            found.entry(index).or_default().push(*span);
        }
    }
    found.into_iter().map(move |(index, places)| (DeclId { file, index }, places))
}

/// A template that names a declaration.
fn template_calls(db: &dyn Db, file: File, id: DeclId) -> Option<Call> {
    let all = occurrences(db, file).all().iter();
    let places: Vec<Span> =
        all.filter(|(_, target)| *target == Target::Decl(id)).map(|(span, _)| *span).collect();
    let path = file.path(db);
    let node = Node {
        name: path.file_name().unwrap_or_default().to_owned(),
        kind: SymbolKind::Template,
        detail: path.to_string(),
        file,
        range: Span::new(0, file.text(db).len() as u32),
        selection: Span::at(0),
    };
    (!places.is_empty()).then_some(Call { node, places })
}

/// The declarations of a kind that another names, with the places in it.
fn used(db: &dyn Db, id: DeclId, wanted: &dyn Fn(&dyn Db, DeclId) -> bool) -> Vec<Call> {
    let range = id.item(db).span;
    let mut found: Vec<(DeclId, Vec<Span>)> = Vec::new();
    for (span, target) in occurrences(db, id.file).all() {
        let Target::Decl(other) = target else { continue };
        if span.start < range.start || range.end < span.end || *other == id || !wanted(db, *other) {
            continue;
        }
        match found.iter_mut().find(|(known, _)| known == other) {
            Some((_, places)) => places.push(*span),
            None => found.push((*other, vec![*span])),
        }
    }
    found.into_iter().filter_map(|(id, places)| Some(Call { node: node(db, id)?, places })).collect()
}

fn node(db: &dyn Db, id: DeclId) -> Option<Node> {
    let item = id.item(db);
    let selection = name::item_name(&item.kind).map_or(Span::at(item.span.start), |name| name.span);
    let name = match &item.kind {
        ItemKind::Labels(_) => "labels".to_owned(),
        ItemKind::Test(test) => test.name.to_string(),
        _ => id.text(db).to_string(),
    };
    Some(Node {
        name,
        kind: kind_of(&item.kind)?,
        detail: id.file.module(db).to_string(),
        file: id.file,
        range: item.span,
        selection,
    })
}
