//! Names: what a module declares, what it imports, what a name means in it.
//!
//! The results hold no positions, so an edit inside a body leaves them equal and nothing that only depends
//! on names runs again.

mod module;

pub use module::{Module, exporters, module_at, modules, written};

use crate::db::{Db, File, Origin};
use crate::diagnostic::{Diagnostic, Place, code, nearest};
use crate::package;
use mc_syntax::{Span, ast};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The parse of a file, shared. Two parses are never compared: a changed text changes its positions.
#[derive(Clone, Debug)]
pub struct Parsed(pub Arc<mc_syntax::Parse>);

impl PartialEq for Parsed {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Parses a file.
#[salsa::tracked(no_eq, returns(ref))]
pub fn parsed(db: &dyn Db, file: File) -> Parsed {
    // What is no module declares nothing.
    let text = if is_module(db, file) { file.text(db) } else { "" };
    Parsed(Arc::new(mc_syntax::parse(text)))
}

/// Whether a file is a module, and not a template or data.
fn is_module(db: &dyn Db, file: File) -> bool {
    !is_template(db, file) && !matches!(file.path(db).extension(), Some("toml" | "yaml" | "yml" | "json"))
}

/// Whether a file is a template.
pub fn is_template(db: &dyn Db, file: File) -> bool {
    file.path(db).extension() == Some(package::TEMPLATE)
}

/// The templates of the package and of those that it needs.
pub fn templates(db: &dyn Db) -> impl Iterator<Item = File> {
    package::all_texts(db).filter(|file| is_template(db, *file))
}

/// Parses a template.
#[salsa::tracked(no_eq, returns(ref))]
pub fn template(db: &dyn Db, file: File) -> Arc<mc_syntax::TemplateParse> {
    Arc::new(mc_syntax::parse_template(file.text(db)))
}

/// What a template knows beside its parameters: types, pure functions and modules of the root module of its package.
fn template_scope(db: &dyn Db, file: File) -> BTreeMap<SmolStr, Entity> {
    let Some(root) = root_of(db, file) else { return BTreeMap::new() };
    let known = |entity: &Entity| match entity {
        Entity::Decl(_, kind) => {
            matches!(kind, DeclKind::Fn | DeclKind::Record | DeclKind::Enum | DeclKind::Type)
        }
        Entity::Module(_) | Entity::Broken => true,
    };
    let names = scope(db, root).iter().filter(|(_, entity)| known(entity));
    names.map(|(name, entity)| (name.clone(), *entity)).collect()
}

/// The root module of a file's package.
fn root_of(db: &dyn Db, file: File) -> Option<File> {
    let name = match file.origin(db) {
        Origin::Dependency(dependency) => dependency.module_name(db),
        Origin::Package | Origin::Standard => SmolStr::default(),
    };
    modules(db).get(&name).copied()
}

/// The syntax tree of a file.
pub fn tree(db: &dyn Db, file: File) -> &ast::SourceFile {
    &parsed(db, file).0.file
}

/// A top-level declaration: a file and the item's position in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub struct DeclId {
    /// The file.
    pub file: File,
    /// Position among the file's items.
    pub index: u32,
}

impl DeclId {
    /// The item in the tree.
    pub fn item(self, db: &dyn Db) -> &ast::Item {
        // invariant: ids are made from positions in this tree, by queries of the same revision.
        &tree(db, self.file).items[self.index as usize]
    }

    /// The declared name with its place in the file.
    pub fn name(self, db: &dyn Db) -> Option<&ast::Name> {
        item_name(&self.item(db).kind)
    }

    /// The declared name; empty for a broken item. Asking for it makes nobody depend on positions.
    pub fn text(self, db: &dyn Db) -> SmolStr {
        item_text(db, self.file, self.index).clone()
    }

    /// The name with its module, as users write it: `std.fs.File`.
    pub fn qualified(self, db: &dyn Db) -> String {
        let module = self.file.module(db);
        if module.is_empty() { self.text(db).to_string() } else { format!("{module}.{}", self.text(db)) }
    }

    /// Where its name stands.
    pub fn place(self, db: &dyn Db) -> Place {
        let item = self.item(db);
        Place::new(self.file, item_name(&item.kind).map_or(item.span, |name| name.span))
    }
}

#[salsa::tracked(returns(ref))]
fn item_text(db: &dyn Db, file: File, index: u32) -> SmolStr {
    let item = DeclId { file, index }.item(db);
    match &item.kind {
        // As tests write the labels of a host.
        ast::ItemKind::Labels(_) => SmolStr::new_static("Labels"),
        kind => item_name(kind).map(|name| name.text.clone()).unwrap_or_default(),
    }
}

/// The name that an item declares.
pub fn item_name(kind: &ast::ItemKind) -> Option<&ast::Name> {
    Some(match kind {
        ast::ItemKind::Let(x) => &x.name,
        ast::ItemKind::Fn(x) => &x.name,
        ast::ItemKind::Record(x) => &x.name,
        ast::ItemKind::Enum(x) => &x.name,
        ast::ItemKind::Resource(x) => &x.name,
        ast::ItemKind::Component(x) => &x.name,
        ast::ItemKind::Policy(x) => &x.name,
        ast::ItemKind::TypeAlias(x) => &x.name,
        ast::ItemKind::Guard(x) => &x.name,
        ast::ItemKind::Rollout(x) => &x.name,
        ast::ItemKind::FactDecl(x) => &x.name,
        ast::ItemKind::Import(_)
        | ast::ItemKind::Labels(_)
        | ast::ItemKind::Test(_)
        | ast::ItemKind::Error => return None,
    })
}

/// What kind of thing a name declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, salsa::SalsaValue)]
#[expect(missing_docs, reason = "the names say it")]
pub enum DeclKind {
    Let,
    Fn,
    Record,
    Enum,
    Resource,
    Component,
    Policy,
    Type,
    Fact,
}

impl DeclKind {
    /// In words, with an article.
    pub fn described(self) -> &'static str {
        match self {
            DeclKind::Let => "a value",
            DeclKind::Fn => "a function",
            DeclKind::Record => "a record",
            DeclKind::Enum => "an enum",
            DeclKind::Resource => "a resource type",
            DeclKind::Component => "a component",
            DeclKind::Policy => "a policy",
            DeclKind::Type => "a type",
            DeclKind::Fact => "a fact",
        }
    }
}

fn kind_of(kind: &ast::ItemKind) -> Option<DeclKind> {
    Some(match kind {
        ast::ItemKind::Let(_) => DeclKind::Let,
        ast::ItemKind::Fn(_) => DeclKind::Fn,
        ast::ItemKind::Record(_) => DeclKind::Record,
        ast::ItemKind::Enum(_) => DeclKind::Enum,
        ast::ItemKind::Resource(_) => DeclKind::Resource,
        ast::ItemKind::Component(_) => DeclKind::Component,
        ast::ItemKind::Policy(_) => DeclKind::Policy,
        ast::ItemKind::TypeAlias(_) => DeclKind::Type,
        ast::ItemKind::FactDecl(_) => DeclKind::Fact,
        ast::ItemKind::Guard(_)
        | ast::ItemKind::Rollout(_)
        | ast::ItemKind::Import(_)
        | ast::ItemKind::Labels(_)
        | ast::ItemKind::Test(_)
        | ast::ItemKind::Error => return None,
    })
}

/// What a name stands for in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub enum Entity {
    /// A declaration.
    Decl(DeclId, DeclKind),
    /// An imported module.
    Module(File),
    /// Something that could not be imported: its uses are not reported as well.
    Broken,
}

/// A declaration as others see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Declared {
    /// Which.
    pub id: DeclId,
    /// Its kind.
    pub kind: DeclKind,
    /// Whether it is exported.
    pub public: bool,
}

/// What a module declares, by name. Of two declarations with one name the first counts.
#[salsa::tracked(returns(ref))]
pub fn declarations(db: &dyn Db, file: File) -> BTreeMap<SmolStr, Declared> {
    let mut names = BTreeMap::new();
    for (index, item) in tree(db, file).items.iter().enumerate() {
        let (Some(name), Some(kind)) = (item_name(&item.kind), kind_of(&item.kind)) else { continue };
        let id = DeclId { file, index: index as u32 };
        names.entry(name.text.clone()).or_insert(Declared { id, kind, public: item.public.is_some() });
    }
    names
}

/// The names of a module: its own and those it imports.
#[salsa::tracked(returns(ref))]
pub fn scope(db: &dyn Db, file: File) -> Arc<BTreeMap<SmolStr, Entity>> {
    if is_template(db, file) {
        return Arc::new(template_scope(db, file));
    }
    Arc::clone(&resolve_imports(db, file).names)
}

/// What is wrong with a module's names.
#[salsa::tracked(returns(ref))]
pub fn name_diagnostics(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut found = resolve_imports(db, file).found.clone();
    for diagnostic in duplicates(db, file) {
        found.push(diagnostic);
    }
    found
}

fn duplicates(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut first: FxHashMap<&str, Span> = FxHashMap::default();
    let mut found = Vec::new();
    for item in &tree(db, file).items {
        let Some(name) = item_name(&item.kind) else { continue };
        if let Some(earlier) = first.get(name.text.as_str()) {
            found.push(
                Diagnostic::error(
                    code::DUPLICATE_NAME,
                    Place::new(file, name.span),
                    format!("`{}` is declared twice in this module", name.text),
                )
                .here("declared again")
                .label(Place::new(file, *earlier), "first declared here"),
            );
        } else {
            first.insert(&name.text, name.span);
        }
    }
    found
}

/// The names of a module with what is wrong with its imports.
struct Resolved {
    names: Arc<BTreeMap<SmolStr, Entity>>,
    found: Vec<Diagnostic>,
}

#[salsa::tracked(no_eq, returns(ref))]
fn resolve_imports(db: &dyn Db, file: File) -> Resolved {
    let own = declarations(db, file);
    let mut names: BTreeMap<SmolStr, Entity> =
        own.iter().map(|(name, d)| (name.clone(), Entity::Decl(d.id, d.kind))).collect();
    let mut imported: BTreeMap<SmolStr, Span> = BTreeMap::new();
    let mut broken: Vec<SmolStr> = Vec::new();
    let mut found = Vec::new();
    for item in &tree(db, file).items {
        let ast::ItemKind::Import(import) = &item.kind else { continue };
        let Some(last) = import.module.last() else { continue };
        let path = import.module.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(".");
        let found_module = module_at(db, file, &path);
        let Module::Is(module) = found_module else {
            let span = import.module[0].span.to(last.span);
            if found_module == Module::Unknown {
                let wanted: Vec<&str> =
                    import.names.iter().flatten().map(|wanted| wanted.name.text.as_str()).collect();
                found.push(module::unknown_module(db, file, Place::new(file, span), &path, &wanted));
            }
            let wanted =
                import.names.iter().flatten().map(|wanted| wanted.alias.as_ref().unwrap_or(&wanted.name));
            let all = wanted.chain(import.names.is_none().then_some(last));
            broken.extend(all.map(|name| name.text.clone()));
            continue;
        };
        let mut add = |name: &ast::Name, entity: Entity, found: &mut Vec<Diagnostic>| {
            let place = Place::new(file, name.span);
            let before = imported.get(&name.text).copied();
            let before = before.or_else(|| own.get(&name.text).map(|d| d.id.place(db).span));
            if let Some(before) = before {
                found.push(
                    Diagnostic::error(
                        code::DUPLICATE_NAME,
                        place,
                        format!("`{}` already has a meaning in this module", name.text),
                    )
                    .here("imported here")
                    .label(Place::new(file, before), "its other meaning")
                    .help(format!("give one of them another name: `{} as ..`", name.text)),
                );
                return;
            }
            imported.insert(name.text.clone(), name.span);
            names.insert(name.text.clone(), entity);
        };
        let Some(list) = &import.names else {
            add(last, Entity::Module(module), &mut found);
            continue;
        };
        for wanted in list {
            let place = Place::new(file, wanted.name.span);
            match declarations(db, module).get(&wanted.name.text) {
                None => {
                    let taken: Vec<&str> = list.iter().map(|other| other.name.text.as_str()).collect();
                    found.push(unknown_import(db, place, module, &wanted.name.text, &taken));
                    broken.push(wanted.alias.as_ref().unwrap_or(&wanted.name).text.clone());
                }
                Some(declared) => {
                    if !declared.public && module != file {
                        let name = &wanted.name.text;
                        let headline = format!("`{name}` is not exported from `{path}`");
                        found.push(
                            Diagnostic::error(code::PRIVATE_IMPORT, place, headline)
                                .here("declared there without `pub`")
                                .label(declared.id.place(db), "declared here")
                                .help(match module.origin(db) {
                                    Origin::Package => "put `pub` in front of its declaration, or use something the module exports",
                                    Origin::Standard | Origin::Dependency(_) => "use something the module exports",
                                }),
                        );
                    }
                    // Also a private one is bound: its uses are no further mistakes.
                    let name = wanted.alias.as_ref().unwrap_or(&wanted.name);
                    add(name, Entity::Decl(declared.id, declared.kind), &mut found);
                }
            }
        }
    }
    for name in broken {
        names.entry(name).or_insert(Entity::Broken);
    }
    Resolved { names: Arc::new(names), found }
}

/// `taken` is what the same import takes already.
fn unknown_import(db: &dyn Db, place: Place, module: File, name: &str, taken: &[&str]) -> Diagnostic {
    let path = module.module(db);
    let declared = declarations(db, module);
    let exported = declared.iter().filter(|(_, d)| d.public).map(|(name, _)| name.as_str());
    let diagnostic =
        Diagnostic::error(code::UNKNOWN_IMPORT, place, format!("`{path}` does not declare `{name}`"))
            .here("not declared there");
    let exported = exported.filter(|name| !taken.contains(name));
    match nearest(name, exported) {
        Some(near) => diagnostic.did_you_mean(name, near, place),
        None => diagnostic,
    }
}

/// A label of the root module.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct LabelSource {
    /// The root module's file.
    pub file: File,
    /// Position of the `labels` item among its items.
    pub item: u32,
    /// The labels' names in order.
    pub names: Vec<SmolStr>,
}

/// The labels that the package declares.
#[salsa::tracked(returns(ref))]
pub fn label_source(db: &dyn Db) -> Option<LabelSource> {
    let root = *modules(db).get("")?;
    let mut items = tree(db, root).items.iter().enumerate();
    items.find_map(|(index, item)| match &item.kind {
        ast::ItemKind::Labels(labels) => Some(LabelSource {
            file: root,
            item: index as u32,
            names: labels.fields.iter().map(|f| f.name.text.clone()).collect(),
        }),
        _ => None,
    })
}

/// `labels` blocks in the wrong place.
pub fn label_diagnostics(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut first: Option<Span> = None;
    for item in &tree(db, file).items {
        let ast::ItemKind::Labels(labels) = &item.kind else { continue };
        let place = Place::new(file, labels.keyword);
        if !file.module(db).is_empty() {
            found.push(
                Diagnostic::error(code::BAD_LABELS, place, "labels are declared in the root module only")
                    .here("in another module")
                    .help("move the block to `src/main.mc`; a library takes `param`s instead"),
            );
        } else if let Some(first) = first {
            found.push(
                Diagnostic::error(code::BAD_LABELS, place, "labels are declared twice")
                    .here("declared again")
                    .label(Place::new(file, first), "first declared here"),
            );
        } else {
            first = Some(labels.keyword);
        }
    }
    found
}

/// The file of the standard facts and its root record.
pub fn facts_record(db: &dyn Db) -> Option<DeclId> {
    let file = *modules(db).get("std.facts")?;
    declarations(db, file).get("Facts").map(|d| d.id)
}

/// Whether mistakes of this file are the user's: in the package, or in one that it depends on.
pub fn is_user(db: &dyn Db, file: File) -> bool {
    file.origin(db) != Origin::Standard
}

/// The files whose mistakes are the user's, in order of the length of their texts: see [`Db::snapshot`].
pub(crate) fn smallest_first(db: &dyn Db) -> Vec<File> {
    let mut files: Vec<File> = modules(db).values().copied().filter(|file| is_user(db, *file)).collect();
    files.sort_by_key(|file| file.text(db).len());
    files
}

/// Whether an item counts in this build. Policies, tests and labels of a dependency are there for its own sake,
/// and may use labels that are not there.
pub fn counts(db: &dyn Db, file: File, item: &ast::ItemKind) -> bool {
    let is_entry = matches!(
        item,
        ast::ItemKind::Policy(_)
            | ast::ItemKind::Rollout(_)
            | ast::ItemKind::Test(_)
            | ast::ItemKind::Labels(_)
    );
    !is_entry || !matches!(file.origin(db), Origin::Dependency(_))
}

/// Whether a file is of the package that is built. Only its policies are entry points, only its labels hold.
pub fn is_root(db: &dyn Db, file: File) -> bool {
    file.origin(db) == Origin::Package
}
