//! Which pages there are, and what is on them.

use super::{declaration, markdown, page};
use crate::db::{Db, File, Origin, Program};
use crate::name::{self, DeclId, Entity};
use mc_syntax::ast::{Item, ItemKind, ResourceItem, StmtKind};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What a site is about.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The package's version, as it is shown.
    pub version: String,
    /// Also what is not exported.
    pub private: bool,
    /// Also the modules of the dependencies and of the standard library.
    pub all: bool,
}

/// A page of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its file's name.
    pub file: String,
    /// Its text.
    pub html: String,
}

/// A module with the declarations that are shown.
pub(super) struct Module {
    pub(super) file: File,
    /// Its name; the root module's is empty.
    pub(super) name: SmolStr,
    /// Its page.
    pub(super) page: String,
    pub(super) declarations: Vec<Declaration>,
}

/// A declaration that is shown.
pub(super) struct Declaration {
    pub(super) id: DeclId,
    pub(super) name: SmolStr,
    pub(super) kind: Kind,
    /// Its parts that have documentation of their own.
    pub(super) members: Vec<Member>,
}

/// A part of a declaration with its documentation.
pub(super) struct Member {
    pub(super) name: SmolStr,
    pub(super) docs: SmolStr,
}

/// The kinds of declarations, in the order in which a page shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Policy,
    Component,
    Resource,
    Labels,
    Record,
    Enum,
    Type,
    Function,
    Value,
    Fact,
    Guard,
    Rollout,
}

impl Kind {
    /// The heading above those of a kind.
    pub(super) fn heading(self) -> &'static str {
        match self {
            Kind::Policy => "Policies",
            Kind::Component => "Components",
            Kind::Resource => "Resources",
            Kind::Labels => "Labels",
            Kind::Record => "Records",
            Kind::Enum => "Enums",
            Kind::Type => "Types",
            Kind::Function => "Functions",
            Kind::Value => "Values",
            Kind::Fact => "Facts",
            Kind::Guard => "Guards",
            Kind::Rollout => "Rollouts",
        }
    }

    /// What one of them is called.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Policy => "policy",
            Kind::Component => "component",
            Kind::Resource => "resource",
            Kind::Labels => "labels",
            Kind::Record => "record",
            Kind::Enum => "enum",
            Kind::Type => "type",
            Kind::Function => "function",
            Kind::Value => "value",
            Kind::Fact => "fact",
            Kind::Guard => "guard",
            Kind::Rollout => "rollout",
        }
    }
}

fn kind(item: &ItemKind) -> Option<Kind> {
    Some(match item {
        ItemKind::Policy(_) => Kind::Policy,
        ItemKind::Component(_) => Kind::Component,
        ItemKind::Resource(_) => Kind::Resource,
        ItemKind::Labels(_) => Kind::Labels,
        ItemKind::Record(_) => Kind::Record,
        ItemKind::Enum(_) => Kind::Enum,
        ItemKind::TypeAlias(_) => Kind::Type,
        ItemKind::Fn(_) => Kind::Function,
        ItemKind::Let(_) => Kind::Value,
        ItemKind::FactDecl(_) => Kind::Fact,
        ItemKind::Guard(_) => Kind::Guard,
        ItemKind::Rollout(_) => Kind::Rollout,
        ItemKind::Import(_) | ItemKind::Test(_) | ItemKind::Error => return None,
    })
}

/// The pages of a package without errors, the first one first.
pub fn site(db: &dyn Db, options: &Options) -> Vec<Page> {
    let modules: Vec<Module> = name::modules(db)
        .values()
        .filter(|file| options.all || file.origin(db) == Origin::Package)
        .map(|file| module(db, *file, options.private))
        .filter(|module| !module.declarations.is_empty() || name::tree(db, module.file).docs.is_some())
        .collect();
    let site = Site { db, name: Program::get(db).name(db).clone(), version: &options.version, modules };
    let mut pages = vec![Page { file: INDEX.to_owned(), html: page::index(&site) }];
    pages.extend(
        site.modules
            .iter()
            .map(|module| Page { file: module.page.clone(), html: page::module(&site, module) }),
    );
    pages
}

/// The name of the first page.
pub(super) const INDEX: &str = "index.html";

/// Everything that pages are made of.
pub(super) struct Site<'a> {
    pub(super) db: &'a dyn Db,
    /// The package's name.
    pub(super) name: SmolStr,
    pub(super) version: &'a str,
    /// Sorted by name.
    pub(super) modules: Vec<Module>,
}

impl Site<'_> {
    /// Where what a name means in a module is shown: `Site`, `Site.port`, `web.nginx.Site`, `web.nginx`.
    pub(super) fn address(&self, from: File, name: &str) -> Option<String> {
        let scope = name::scope(self.db, from);
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        if let Some(Entity::Decl(id, _)) = scope.get(first) {
            return self.declared(*id, rest);
        }
        let mut modules = self.modules.iter().filter(|module| !module.name.is_empty());
        modules.find_map(|module| {
            let rest = name.strip_prefix(module.name.as_str())?;
            if rest.is_empty() {
                return Some(module.page.clone());
            }
            let (first, member) = rest.strip_prefix('.')?.split_once('.').map_or_else(
                || (rest.trim_start_matches('.'), None),
                |(first, member)| (first, Some(member)),
            );
            let declared = name::declarations(self.db, module.file).get(first)?;
            self.declared(declared.id, member)
        })
    }

    fn declared(&self, id: DeclId, member: Option<&str>) -> Option<String> {
        let module = self.modules.iter().find(|module| module.file == id.file)?;
        let shown = module.declarations.iter().find(|shown| shown.id == id)?;
        match member {
            Some(member) if shown.members.iter().any(|m| m.name == member) => {
                Some(format!("{}#{}.{member}", module.page, shown.name))
            }
            _ => Some(format!("{}#{}", module.page, shown.name)),
        }
    }

    /// A declaration's code.
    pub(super) fn code(&self, id: DeclId) -> String {
        declaration(self.db, id)
    }

    /// The first sentence or so of a comment.
    pub(super) fn summary(docs: Option<&SmolStr>) -> String {
        docs.map_or_else(String::new, |docs| markdown::summary(docs))
    }
}

fn module(db: &dyn Db, file: File, private: bool) -> Module {
    let name = file.module(db).clone();
    let page = if name.is_empty() { "root.html".to_owned() } else { format!("module.{name}.html") };
    let mut declarations: Vec<Declaration> = name::tree(db, file)
        .items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| {
            let kind = kind(&item.kind)?;
            // What a host gets is seen by everybody, exported or not.
            let open = matches!(kind, Kind::Policy | Kind::Labels | Kind::Guard | Kind::Rollout | Kind::Fact);
            if !(private || open || item.public.is_some()) {
                return None;
            }
            let id = DeclId { file, index: index as u32 };
            let name = match &item.kind {
                ItemKind::Labels(_) => SmolStr::new_static("labels"),
                _ => id.name(db)?.text.clone(),
            };
            Some(Declaration { id, name, kind, members: members(item) })
        })
        .collect();
    declarations.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    Module { file, name, page, declarations }
}

/// The parts of a declaration that have documentation.
fn members(item: &Item) -> Vec<Member> {
    let mut found: BTreeMap<u32, Member> = BTreeMap::new();
    let mut add = |at: u32, name: &str, docs: Option<&SmolStr>| {
        if let Some(docs) = docs {
            found.insert(at, Member { name: SmolStr::new(name), docs: docs.clone() });
        }
    };
    let params = match &item.kind {
        ItemKind::Record(record) => record.fields.as_slice(),
        ItemKind::Labels(labels) => labels.fields.as_slice(),
        ItemKind::Fn(f) => f.params.as_slice(),
        _ => &[],
    };
    for param in params {
        add(param.span.start, &param.name.text, param.docs.as_ref());
    }
    match &item.kind {
        ItemKind::Enum(e) => {
            for variant in &e.variants {
                add(variant.span.start, &variant.name.text, variant.docs.as_ref());
                for field in &variant.fields {
                    let name = format!("{}.{}", variant.name.text, field.name.text);
                    add(field.span.start, &name, field.docs.as_ref());
                }
            }
        }
        ItemKind::Resource(resource) => {
            for part in &resource.items {
                if let ResourceItem::Key { param, .. }
                | ResourceItem::Attribute { param, .. }
                | ResourceItem::Output { param, .. } = part
                {
                    add(param.span.start, &param.name.text, param.docs.as_ref());
                }
            }
        }
        ItemKind::Component(component) => {
            for stmt in &component.body.stmts {
                match &stmt.kind {
                    StmtKind::Param(param) => {
                        add(stmt.span.start, &param.name.text, stmt.docs.as_ref().or(param.docs.as_ref()));
                    }
                    StmtKind::Out(out) => add(stmt.span.start, &out.name.text, stmt.docs.as_ref()),
                    _ => {}
                }
            }
        }
        _ => {}
    }
    found.into_values().collect()
}
