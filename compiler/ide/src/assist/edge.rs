//! Edges between resources of a block.

use super::change::Offers;
use super::context::{Cx, item_span};
use super::resource::{add_item, constant_key, head, names_resources};
use super::secret::plain;
use super::{Assist, AssistKind};
use mc_compiler::name::{DeclId, DeclKind};
use mc_compiler::signature::{self, Signature, Target};
use mc_syntax::Span;
use mc_syntax::ast::{self, Block, Body, BodyItem, ClauseKind, StmtKind};
use std::collections::{BTreeMap, BTreeSet};

/// The edges that a resource may be given to one beside it, at most so many of each.
const MOST_EDGES: usize = 3;

pub(super) const ADD_EDGE: Assist = Assist {
    id: "add_edge",
    kind: AssistKind::Generate,
    about: "Order a resource after one beside it, or let its change refresh it",
    example: "import std.fs.File\nimport std.svc.Service\n\npolicy web {\n  Fi$0le \"/etc/nginx/nginx.conf\" { content = \"\" }\n  let nginx = Service \"nginx\" { running = true }\n}\n",
    keeps_plan: false,
    find: add_edge,
};

fn add_edge(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(head) = head(cx) else { return };
    let Some((block, own)) = head.stmt else { return };
    let named: Vec<(&ast::Name, DeclKind, DeclId)> = block
        .stmts
        .iter()
        .filter(|stmt| stmt.span != own.span)
        .filter_map(|stmt| match &stmt.kind {
            StmtKind::Let(node) if node.pattern.is_none() => {
                let (_, _, id, kind) = cx.declares(&node.value)?;
                Some((&node.name, kind, id))
            }
            _ => None,
        })
        .collect();
    let mentioned = |name: &str| {
        head.construct.body.items.iter().any(|item| match item {
            BodyItem::Clause(clause) if names_resources(clause.kind) => cx
                .source(clause.value.span)
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == name),
            _ => false,
        })
    };
    let free: Vec<_> = named.into_iter().filter(|(name, ..)| !mentioned(&name.text)).collect();
    if free.is_empty() {
        return;
    }
    let order = Order::around(cx, block, own.span);
    let after = free.iter().filter(|(name, ..)| !order.behind.contains(&name.span));
    for (name, ..) in after.take(MOST_EDGES) {
        let clause = format!("after {}", name.text);
        offers.add(format!("Add `{clause}`"), |edit| add_item(cx, edit, head.construct, &clause));
    }
    let changes =
        |id| !matches!(signature::signature(cx.db, id), Signature::Resource(resource) if resource.inert);
    if head.kind == DeclKind::Resource && changes(head.id) {
        let told = free.iter().filter(|(name, kind, id)| {
            *kind == DeclKind::Resource && changes(*id) && !order.before.contains(&name.span)
        });
        for (name, ..) in told.take(MOST_EDGES) {
            let clause = format!("notify {}", name.text);
            offers.add(format!("Add `{clause}`"), |edit| add_item(cx, edit, head.construct, &clause));
        }
    }
}

/// What in a block comes before a resource and behind it, as far as the block itself says it: by clauses, also those of
/// `defaults`, by outputs that are read, and by keys that types order by themselves (what is in a folder, what a package
/// brings). Each by the place of its name.
struct Order {
    before: BTreeSet<Span>,
    behind: BTreeSet<Span>,
}

/// A statement that declares something.
struct Declared<'db> {
    name: Option<Span>,
    whole: Span,
    body: &'db Body,
    id: DeclId,
    key: Option<&'db str>,
}

impl Order {
    fn around(cx: &Cx<'_>, block: &Block, own: Span) -> Self {
        let stmts: Vec<Declared<'_>> = block.stmts.iter().filter_map(|stmt| declared(cx, stmt)).collect();
        let names: BTreeMap<Span, usize> =
            (0..).zip(&stmts).filter_map(|(at, stmt)| Some((stmt.name?, at))).collect();
        let mut edges: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (at, stmt) in stmts.iter().enumerate() {
            edges.extend(
                named(cx, stmt.body, &names)
                    .map(|(other, is_first)| if is_first { (at, other) } else { (other, at) }),
            );
        }
        for stmt in &block.stmts {
            let StmtKind::Defaults(defaults) = &stmt.kind else { continue };
            let decl = cx.resolve(&defaults.path).map(|(id, _)| id);
            let said: Vec<(usize, bool)> = named(cx, &defaults.body, &names).collect();
            for (at, _) in stmts.iter().enumerate().filter(|(_, stmt)| Some(stmt.id) == decl) {
                edges.extend(
                    said.iter().map(|(other, is_first)| if *is_first { (at, *other) } else { (*other, at) }),
                );
            }
        }
        edges.extend(by_keys(cx, &stmts));
        edges.retain(|(first, second)| first != second);
        let Some(own) = stmts.iter().position(|stmt| stmt.whole == own) else {
            return Order { before: BTreeSet::new(), behind: BTreeSet::new() };
        };
        let turned = edges.iter().map(|(first, second)| (*second, *first)).collect();
        let name = |at: usize| stmts.get(at).and_then(|stmt| stmt.name);
        Order {
            before: reached(&turned, own).into_iter().filter_map(name).collect(),
            behind: reached(&edges, own).into_iter().filter_map(name).collect(),
        }
    }
}

fn declared<'db>(cx: &Cx<'db>, stmt: &'db ast::Stmt) -> Option<Declared<'db>> {
    let (name, value) = match &stmt.kind {
        StmtKind::Let(node) => (Some(node.name.span), &node.value),
        StmtKind::Expr(expr) => (None, expr),
        _ => return None,
    };
    let (construct, _, id, _) = cx.declares(value)?;
    let key = constant_key(construct).and_then(plain);
    Some(Declared { name, whole: stmt.span, body: &construct.body, id, key })
}

/// The statements that the lines of a body name, and whether the body's own comes first.
fn named<'db>(
    cx: &'db Cx<'db>,
    body: &'db Body,
    names: &'db BTreeMap<Span, usize>,
) -> impl Iterator<Item = (usize, bool)> + 'db {
    body.items.iter().flat_map(move |item| {
        let is_first = matches!(item, BodyItem::Clause(clause) if matches!(clause.kind, ClauseKind::Before | ClauseKind::Notify));
        cx.names(item_span(item)).filter_map(move |(_, target)| match target {
            Target::Local(_, declared) => Some((*names.get(declared)?, is_first)),
            _ => None,
        })
    })
}

/// Pairs of which types and keys alone put the first before the second.
fn by_keys(cx: &Cx<'_>, stmts: &[Declared<'_>]) -> Vec<(usize, usize)> {
    // A block declares few types.
    let mut kinds: Vec<(DeclId, bool)> = Vec::new();
    let mut folders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut packages: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, stmt) in stmts.iter().enumerate() {
        let Some(key) = stmt.key else { continue };
        if key.starts_with('/') {
            folders.entry(key.trim_end_matches('/')).or_default().push(at);
        }
        let known = kinds.iter().find(|(id, _)| *id == stmt.id).map(|(_, is_package)| *is_package);
        let is_package = known.unwrap_or_else(|| {
            let is_package = stmt.id.qualified(cx.db) == "std.pkg.Package";
            kinds.push((stmt.id, is_package));
            is_package
        });
        if is_package {
            packages.entry(key).or_default().push(at);
        }
    }
    let mut found = Vec::new();
    for (at, stmt) in stmts.iter().enumerate() {
        let Some(key) = stmt.key else { continue };
        let mut inner = key;
        while let Some((folder, _)) = inner.rsplit_once('/') {
            found.extend(folders.get(folder).into_iter().flatten().map(|first| (*first, at)));
            inner = folder;
        }
        found.extend(packages.get(key).into_iter().flatten().map(|first| (*first, at)));
    }
    found
}

/// What is reached along edges that are sorted by their beginning.
fn reached(edges: &BTreeSet<(usize, usize)>, from: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        for (_, next) in edges.range((at, 0)..=(at, usize::MAX)) {
            if found.insert(*next) {
                open.push(*next);
            }
        }
    }
    found
}
