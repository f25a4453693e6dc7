//! Where names stand in a file and what each of them means.

use mc_compiler::check::{self, Checked};
use mc_compiler::compile;
use mc_compiler::name::{self, DeclId};
use mc_compiler::phase::{self, Unit, UnitPart};
use mc_compiler::signature::Target;
use mc_compiler::{Db, File};
use mc_syntax::Span;
use mc_syntax::ast::{self, ItemKind, ResourceItem, StmtKind};
use std::collections::BTreeMap;

/// The names of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Occurrences {
    /// Every name with its meaning, sorted by place. A short form such as `{ key }` has two meanings at one
    /// place: what is set, and the value it is set to.
    all: Vec<(Span, Target)>,
    /// What is declared at a place, except locals.
    declared: BTreeMap<Span, Target>,
}

impl Occurrences {
    /// Sorts the names and keeps each meaning of a place once.
    fn sort(&mut self) {
        // Stable: at one place, what is set stays before the value it is set to.
        self.all.sort_by_key(|(span, _)| *span);
        let mut kept: Vec<(Span, Target)> = Vec::with_capacity(self.all.len());
        for (span, target) in std::mem::take(&mut self.all) {
            let known = kept.iter().rev().take_while(|(other, _)| *other == span).any(|(_, t)| *t == target);
            if !known && !span.is_empty() {
                kept.push((span, target));
            }
        }
        self.all = kept;
    }

    /// The name at an offset with its meanings; none if no name is there. Between two names that touch, the
    /// right one counts.
    pub(crate) fn at(&self, offset: u32) -> Option<(Span, Vec<&Target>)> {
        // Names do not nest, so only those that begin last before the offset can touch it.
        let end = self.all.partition_point(|(span, _)| span.start <= offset);
        let before = self.all.get(..end)?;
        let (span, _) = before.last()?;
        let found = if span.touches(offset) {
            *span
        } else {
            return None;
        };
        let targets = before.iter().rev().take_while(|(span, _)| *span == found).map(|(_, target)| target);
        let mut targets: Vec<&Target> = targets.collect();
        targets.reverse();
        Some((found, targets))
    }

    /// Every name with its meaning, sorted by place.
    pub(crate) fn all(&self) -> &[(Span, Target)] {
        &self.all
    }

    /// What a place declares beside a local: parameters are both, and the parameter tells more.
    pub(crate) fn declared(&self, span: Span) -> Option<&Target> {
        self.declared.get(&span)
    }
}

/// The names of a file.
#[salsa::tracked(no_eq, returns(ref))]
pub(crate) fn occurrences(db: &dyn Db, file: File) -> Occurrences {
    let mut found = Occurrences::default();
    if name::is_template(db, file) {
        for param in &name::template(db, file).template.params {
            declare(&mut found, &param.name, Target::TemplateParam(file, param.name.text.clone()));
        }
        found.all.extend(compile::template_findings(db, file).references);
        add_locals(&mut found, file, check::template(db, file));
        found.sort();
        return found;
    }
    for (index, item) in name::tree(db, file).items.iter().enumerate() {
        declare_item(db, &mut found, DeclId { file, index: index as u32 }, item);
    }
    for findings in compile::findings(db, file) {
        found.all.extend(findings.references.iter().cloned());
    }
    found.all.extend(compile::label_findings(db, file).references);
    for checked in all_checked(db, file) {
        add_locals(&mut found, file, checked);
    }
    found.sort();
    found
}

fn add_locals(found: &mut Occurrences, file: File, checked: &Checked) {
    for local in checked.body.blocks.iter().flat_map(|block| &block.locals) {
        if local.name != "_" && !found.declared.contains_key(&local.span) {
            found.all.push((local.span, Target::Local(file, local.span)));
        }
    }
}

/// The checked bodies of a file.
pub(crate) fn all_checked(db: &dyn Db, file: File) -> Vec<&Checked> {
    if name::is_template(db, file) {
        return vec![check::template(db, file)];
    }
    let mut all = vec![check::values(db, file)];
    for (index, item) in name::tree(db, file).items.iter().enumerate() {
        let unit = unit_of(db, DeclId { file, index: index as u32 }, item);
        all.extend(unit.map(|unit| phase::checked(db, unit)));
        if matches!(item.kind, ItemKind::Test(_)) && name::counts(db, file, &item.kind) {
            all.push(check::body(db, DeclId { file, index: index as u32 }));
        }
    }
    all
}

/// What an item's body belongs to.
fn unit_of(db: &dyn Db, id: DeclId, item: &ast::Item) -> Option<Unit> {
    match &item.kind {
        ItemKind::Fn(_)
        | ItemKind::Record(_)
        | ItemKind::Enum(_)
        | ItemKind::Component(_)
        | ItemKind::Policy(_)
        | ItemKind::Guard(_)
        | ItemKind::Rollout(_)
        | ItemKind::FactDecl(_) => Some(Unit::item(id)),
        ItemKind::Let(_) => Some(Unit::values(id.file)),
        ItemKind::Labels(_) if id.file.module(db).is_empty() => {
            Some(Unit { file: id.file, part: UnitPart::Labels })
        }
        _ => None,
    }
}

/// What has a body that holds an offset.
pub(crate) fn unit_at(db: &dyn Db, file: File, offset: u32) -> Option<Unit> {
    if name::is_template(db, file) {
        return Some(Unit::template(file));
    }
    let mut items = name::tree(db, file).items.iter().enumerate();
    let (index, item) = items.find(|(_, item)| item.span.touches(offset))?;
    unit_of(db, DeclId { file, index: index as u32 }, item)
}

fn declare_item(db: &dyn Db, found: &mut Occurrences, id: DeclId, item: &ast::Item) {
    if let Some(name) = name::item_name(&item.kind) {
        declare(found, name, Target::Decl(id));
    }
    let member = |name: &ast::Name| Target::Member(id, name.text.clone());
    match &item.kind {
        ItemKind::Import(import) => declare_import(db, found, id.file, import),
        ItemKind::Fn(f) => f.params.iter().for_each(|p| declare(found, &p.name, member(&p.name))),
        ItemKind::Record(r) => r.fields.iter().for_each(|p| declare(found, &p.name, member(&p.name))),
        ItemKind::Enum(e) => {
            for variant in &e.variants {
                declare(found, &variant.name, member(&variant.name));
                for field in &variant.fields {
                    let target = Target::Payload(id, variant.name.text.clone(), field.name.text.clone());
                    declare(found, &field.name, target);
                }
            }
        }
        ItemKind::Labels(labels) => {
            found.all.push((labels.keyword, Target::Labels));
            for field in &labels.fields {
                declare(found, &field.name, Target::Label(field.name.text.clone()));
            }
        }
        ItemKind::Resource(resource) => {
            for part in &resource.items {
                if let ResourceItem::Key { param, .. }
                | ResourceItem::Attribute { param, .. }
                | ResourceItem::Output { param, .. } = part
                {
                    declare(found, &param.name, member(&param.name));
                }
            }
        }
        ItemKind::Component(component) => {
            for stmt in &component.body.stmts {
                match &stmt.kind {
                    StmtKind::Param(p) => declare(found, &p.name, member(&p.name)),
                    StmtKind::Out(o) => declare(found, &o.name, member(&o.name)),
                    _ => {}
                }
            }
        }
        ItemKind::Let(_)
        | ItemKind::Policy(_)
        | ItemKind::TypeAlias(_)
        | ItemKind::Guard(_)
        | ItemKind::Rollout(_)
        | ItemKind::Test(_)
        | ItemKind::FactDecl(_)
        | ItemKind::Error => {}
    }
}

fn declare(found: &mut Occurrences, name: &ast::Name, target: Target) {
    found.declared.insert(name.span, target.clone());
    found.all.push((name.span, target));
}

fn declare_import(db: &dyn Db, found: &mut Occurrences, file: File, import: &ast::Import) {
    let path = import.module.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(".");
    let name::Module::Is(module) = name::module_at(db, file, &path) else { return };
    // Each segment on its own: names do not nest, and dots are not part of them.
    for segment in &import.module {
        found.all.push((segment.span, Target::Module(module)));
    }
    for wanted in import.names.iter().flatten() {
        let Some(declared) = name::declarations(db, module).get(&wanted.name.text) else { continue };
        for name in [Some(&wanted.name), wanted.alias.as_ref()].into_iter().flatten() {
            found.all.push((name.span, Target::Decl(declared.id)));
        }
    }
}
