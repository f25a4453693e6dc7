//! The outline of a file, and the declarations of a package by name.

use crate::{manifest, template};
use mc_compiler::name::{self, DeclKind, Entity};
use mc_compiler::{Db, File, Origin};
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, Expr, ExprKind, ItemKind, ResourceItem, StmtKind};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SymbolKind {
    Value,
    Function,
    Record,
    Field,
    Enum,
    Variant,
    ResourceType,
    Attribute,
    Component,
    Parameter,
    Output,
    Policy,
    Type,
    Fact,
    Labels,
    Guard,
    Rollout,
    Test,
    /// A resource or an instance that is declared.
    Declared,
    /// A tag of a template with what is in it.
    Tag,
    /// A template.
    Template,
    /// A table of a manifest.
    Table,
    /// A key of a manifest.
    Key,
}

/// A line of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// As it is written.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// What is told of it beside its name: its type.
    pub detail: String,
    /// All of it.
    pub range: Span,
    /// Its name.
    pub selection: Span,
    /// What is in it.
    pub children: Vec<Symbol>,
}

/// A declaration of the package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The module that declares it.
    pub module: String,
    /// Where.
    pub file: File,
    /// Its name in the file.
    pub span: Span,
}

/// The outline of a module, a template or a manifest.
pub fn document_symbols(db: &dyn Db, file: File) -> Vec<Symbol> {
    if manifest::is_manifest(db, file) {
        return manifest::symbols(file.text(db));
    }
    if name::is_template(db, file) {
        return template::symbols(file.text(db));
    }
    let mut outline = Outline { text: file.text(db), scope: name::scope(db, file), found: Vec::new() };
    name::tree(db, file).items.iter().for_each(|item| outline.item(item));
    outline.found
}

/// The declarations of the package whose names have these letters in this order, whatever their case; the nearest
/// first.
pub fn workspace_symbols(db: &dyn Db, query: &str, most: usize) -> Vec<Declaration> {
    let mut found: Vec<(usize, Declaration)> = Vec::new();
    for file in name::modules(db).values().filter(|file| file.origin(db) == Origin::Package) {
        for (name, declared) in name::declarations(db, *file) {
            let Some(distance) = distance(query, name) else { continue };
            let Some(at) = declared.id.name(db) else { continue };
            found.push((
                distance,
                Declaration {
                    name: name.to_string(),
                    kind: kind(declared.kind),
                    module: file.module(db).to_string(),
                    file: *file,
                    span: at.span,
                },
            ));
        }
    }
    found.sort_by(|(a, one), (b, other)| (a, &one.name, &one.module).cmp(&(b, &other.name, &other.module)));
    found.into_iter().take(most).map(|(_, declaration)| declaration).collect()
}

/// How far a name is from what was typed: the letters that were left out, fewer where it begins alike. None if it has
/// not all of them in this order.
fn distance(query: &str, name: &str) -> Option<usize> {
    let mut rest = name.chars().map(|c| c.to_ascii_lowercase());
    let mut left_out = 0;
    for wanted in query.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()) {
        loop {
            if rest.next()? == wanted {
                break;
            }
            left_out += 1;
        }
    }
    let begins = name.get(..query.len()).is_some_and(|head| head.eq_ignore_ascii_case(query));
    Some(if begins { 0 } else { 1 + left_out } * 100 + rest.count().min(99))
}

fn kind(kind: DeclKind) -> SymbolKind {
    match kind {
        DeclKind::Let => SymbolKind::Value,
        DeclKind::Fn => SymbolKind::Function,
        DeclKind::Record => SymbolKind::Record,
        DeclKind::Enum => SymbolKind::Enum,
        DeclKind::Resource => SymbolKind::ResourceType,
        DeclKind::Component => SymbolKind::Component,
        DeclKind::Policy => SymbolKind::Policy,
        DeclKind::Type => SymbolKind::Type,
        DeclKind::Fact => SymbolKind::Fact,
    }
}

/// What an item of a module is; none for imports and what cannot be read.
pub(crate) fn kind_of(item: &ItemKind) -> Option<SymbolKind> {
    Some(match item {
        ItemKind::Let(_) => SymbolKind::Value,
        ItemKind::Fn(_) => SymbolKind::Function,
        ItemKind::TypeAlias(_) => SymbolKind::Type,
        ItemKind::Record(_) => SymbolKind::Record,
        ItemKind::Enum(_) => SymbolKind::Enum,
        ItemKind::Labels(_) => SymbolKind::Labels,
        ItemKind::Resource(_) => SymbolKind::ResourceType,
        ItemKind::Component(_) => SymbolKind::Component,
        ItemKind::Policy(_) => SymbolKind::Policy,
        ItemKind::Guard(_) => SymbolKind::Guard,
        ItemKind::Rollout(_) => SymbolKind::Rollout,
        ItemKind::Test(_) => SymbolKind::Test,
        ItemKind::FactDecl(_) => SymbolKind::Fact,
        ItemKind::Import(_) | ItemKind::Error => return None,
    })
}

struct Outline<'a> {
    text: &'a str,
    scope: &'a BTreeMap<SmolStr, Entity>,
    found: Vec<Symbol>,
}

impl<'a> Outline<'a> {
    fn written(&self, span: Span) -> String {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn add(&mut self, name: &ast::Name, kind: SymbolKind, detail: String, range: Span) {
        if !name.span.is_empty() {
            self.put(name.text.to_string(), kind, detail, (range, name.span), Vec::new());
        }
    }

    fn put(
        &mut self,
        name: String,
        kind: SymbolKind,
        detail: String,
        (range, selection): (Span, Span),
        children: Vec<Symbol>,
    ) {
        // Clients refuse a name that is not inside of what is named.
        let range = range.to(selection);
        self.found.push(Symbol { name, kind, detail, range, selection, children });
    }

    /// What is found meanwhile, apart from what was found before.
    fn inside(&mut self, look: impl FnOnce(&mut Self)) -> Vec<Symbol> {
        let before = std::mem::take(&mut self.found);
        look(self);
        std::mem::replace(&mut self.found, before)
    }

    /// Whether something of this name is declared where it stands: what has a title, and instances without one.
    fn declares(&self, path: &ast::Path, has_title: bool) -> bool {
        let entity = || match (&path.module, path.segments.as_slice()) {
            (None, [name]) => self.scope.get(&name.text),
            _ => None,
        };
        has_title || matches!(entity(), Some(Entity::Decl(_, DeclKind::Component)))
    }

    fn params(&mut self, params: &'a [ast::Param], kind: SymbolKind) {
        for param in params {
            let detail = self.written(param.ty.span);
            self.add(&param.name, kind, detail, param.span);
        }
    }
}

impl<'a> Visitor<'a> for Outline<'a> {
    fn item(&mut self, item: &'a ast::Item) {
        let (kind, children) = match &item.kind {
            ItemKind::Import(_) | ItemKind::Error => return,
            ItemKind::Let(_) => (SymbolKind::Value, Vec::new()),
            ItemKind::Fn(_) => (SymbolKind::Function, Vec::new()),
            ItemKind::TypeAlias(_) => (SymbolKind::Type, Vec::new()),
            ItemKind::FactDecl(_) => (SymbolKind::Fact, Vec::new()),
            ItemKind::Guard(_) => (SymbolKind::Guard, Vec::new()),
            ItemKind::Rollout(_) => (SymbolKind::Rollout, Vec::new()),
            ItemKind::Record(record) => {
                (SymbolKind::Record, self.inside(|o| o.params(&record.fields, SymbolKind::Field)))
            }
            ItemKind::Enum(e) => (
                SymbolKind::Enum,
                self.inside(|o| {
                    for variant in &e.variants {
                        let fields = o.inside(|o| o.params(&variant.fields, SymbolKind::Field));
                        let (name, places) =
                            (variant.name.text.to_string(), (variant.span, variant.name.span));
                        o.put(name, SymbolKind::Variant, String::new(), places, fields);
                    }
                }),
            ),
            ItemKind::Labels(labels) => {
                let fields = self.inside(|o| o.params(&labels.fields, SymbolKind::Field));
                let places = (item.span, labels.keyword);
                self.put("labels".to_owned(), SymbolKind::Labels, String::new(), places, fields);
                return;
            }
            ItemKind::Resource(resource) => (
                SymbolKind::ResourceType,
                self.inside(|o| {
                    for part in &resource.items {
                        let (param, kind) = match part {
                            ResourceItem::Key { param, .. } | ResourceItem::Attribute { param, .. } => {
                                (param, SymbolKind::Attribute)
                            }
                            ResourceItem::Output { param, .. } => (param, SymbolKind::Output),
                            _ => continue,
                        };
                        let detail = o.written(param.ty.span);
                        o.add(&param.name, kind, detail, param.span);
                    }
                }),
            ),
            ItemKind::Component(component) => {
                (SymbolKind::Component, self.inside(|o| o.block(&component.body)))
            }
            ItemKind::Policy(policy) => (SymbolKind::Policy, self.inside(|o| o.block(&policy.body))),
            ItemKind::Test(test) => {
                let places = (item.span, test.name_span);
                self.put(test.name.to_string(), SymbolKind::Test, String::new(), places, Vec::new());
                return;
            }
        };
        let Some(name) = name::item_name(&item.kind).filter(|name| !name.span.is_empty()) else { return };
        self.put(name.text.to_string(), kind, String::new(), (item.span, name.span), children);
    }

    fn stmt(&mut self, stmt: &'a ast::Stmt) {
        match &stmt.kind {
            StmtKind::Let(node) => {
                let children = self.inside(|o| visit::walk_let(o, node));
                match (&node.value.kind, children.as_slice()) {
                    // `let site = File .. { .. }` is one line, under both names.
                    (ExprKind::Construct(_), [declared]) if declared.range == node.value.span => {
                        let detail = declared.name.clone();
                        let (name, children) = (node.name.text.to_string(), declared.children.clone());
                        if !name.is_empty() {
                            let places = (stmt.span, node.name.span);
                            self.put(name, SymbolKind::Declared, detail, places, children);
                        }
                    }
                    _ if node.name.text.is_empty() => self.found.extend(children),
                    _ => {
                        let (name, places) = (node.name.text.to_string(), (stmt.span, node.name.span));
                        self.put(name, SymbolKind::Value, String::new(), places, children);
                    }
                }
            }
            StmtKind::Param(param) => {
                let detail = self.written(param.ty.span);
                self.add(&param.name, SymbolKind::Parameter, detail, stmt.span);
            }
            StmtKind::Out(out) => {
                let detail = self.written(out.ty.span);
                self.add(&out.name, SymbolKind::Output, detail, stmt.span);
            }
            _ => visit::walk_stmt(self, stmt),
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        if let ExprKind::Construct(construct) = &expr.kind {
            // A record is nothing of an outline.
            if let Some(path) = &construct.path
                && self.declares(path, construct.title.is_some())
            {
                let children = self.inside(|o| visit::walk_expr(o, expr));
                let head = construct.title.as_ref().map_or(path.span, |title| path.span.to(title.span));
                self.put(
                    self.written(head),
                    SymbolKind::Declared,
                    String::new(),
                    (expr.span, head),
                    children,
                );
                return;
            }
        }
        visit::walk_expr(self, expr);
    }
}
