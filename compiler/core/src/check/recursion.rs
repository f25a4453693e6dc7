//! Declarations that need themselves: functions that call themselves, components that contain themselves,
//! records that hold themselves, modules whose values need each other. The language is total, so each is
//! an error, found on the syntax before anything is evaluated.

use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::name::{self, DeclId, DeclKind, Entity};
use mc_syntax::Span;
use mc_syntax::ast::{self, ItemKind, StmtKind, StringPart, TypeExprKind};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The loops among the declarations of the package.
#[salsa::tracked(no_eq, returns(ref))]
pub fn recursion(db: &dyn Db) -> Recursion {
    let mut result = Recursion::default();
    let mut state: FxHashMap<DeclId, bool> = FxHashMap::default();
    for file in name::modules(db).values() {
        for declared in name::declarations(db, *file).values() {
            visit(db, declared.id, &mut state, &mut result);
        }
    }
    if result.diagnostics.is_empty() {
        modules(db, &mut result);
    }
    result
}

/// The names of a module's values, each behind those that it needs, also through functions, defaults and conditions of
/// types, in this module and in others.
#[salsa::tracked(returns(ref))]
pub(super) fn value_order(db: &dyn Db, file: File) -> Vec<SmolStr> {
    let mut order = Vec::new();
    let mut known: FxHashSet<DeclId> = FxHashSet::default();
    for (index, item) in name::tree(db, file).items.iter().enumerate() {
        let ItemKind::Let(item) = &item.kind else { continue };
        let start = DeclId { file, index: index as u32 };
        let declared = name::declarations(db, file).get(&item.name.text).is_some_and(|d| d.id == start);
        if !declared || !known.insert(start) {
            continue;
        }
        let mut stack = vec![(start, uses(db, start), 0usize)];
        while let Some((id, needs, next)) = stack.last_mut() {
            if let Some((needed, _)) = needs.get(*next).copied() {
                *next += 1;
                // The values of another module are checked together, and need none of this one: that is refused.
                let elsewhere = needed.file != file && is_let(db, needed);
                if !elsewhere && known.insert(needed) {
                    stack.push((needed, uses(db, needed), 0));
                }
                continue;
            }
            if id.file == file
                && let ItemKind::Let(item) = &id.item(db).kind
            {
                order.push(item.name.text.clone());
            }
            stack.pop();
        }
    }
    order
}

/// A value that names a value of another module: itself, the other one, and where.
type Naming = (DeclId, DeclId, Span);

/// Reports modules that name each other's values. The values of a module are checked together, so there would be no
/// first one.
fn modules(db: &dyn Db, result: &mut Recursion) {
    let files: Vec<File> = name::modules(db).values().copied().collect();
    let position: FxHashMap<File, usize> = files.iter().copied().zip(0..).collect();
    let namings: Vec<Vec<Naming>> = files.iter().map(|file| namings(db, *file)).collect();
    // Whether a module is done, once it was met.
    let mut state: Vec<Option<bool>> = vec![None; files.len()];
    for start in 0..files.len() {
        if state[start].is_some() {
            continue;
        }
        state[start] = Some(false);
        let mut stack = vec![(start, 0usize)];
        while let Some((module, next)) = stack.last_mut() {
            let Some((_, other, _)) = namings[*module].get(*next) else {
                state[*module] = Some(true);
                stack.pop();
                continue;
            };
            *next += 1;
            let Some(other) = position.get(&other.file).copied() else { continue };
            match state[other] {
                None => {
                    state[other] = Some(false);
                    stack.push((other, 0));
                }
                Some(true) => {}
                Some(false) => {
                    let from = stack.iter().position(|(module, _)| *module == other).unwrap_or(0);
                    let way: Vec<Naming> =
                        stack[from..].iter().map(|(module, next)| namings[*module][next - 1]).collect();
                    result.diagnostics.push(modules_message(db, &way));
                }
            }
        }
    }
}

/// Checks the values of all modules, those that others name first, so that a chain of modules of any length needs no deep
/// stack.
pub(crate) fn check_values(db: &dyn Db) {
    let mut met: FxHashSet<File> = FxHashSet::default();
    for start in name::modules(db).values().copied() {
        if !met.insert(start) {
            continue;
        }
        let mut stack = vec![(start, namings(db, start), 0usize)];
        while let Some((file, needs, next)) = stack.last_mut() {
            let Some((_, needed, _)) = needs.get(*next) else {
                super::values(db, *file);
                stack.pop();
                continue;
            };
            let other = needed.file;
            *next += 1;
            if met.insert(other) {
                stack.push((other, namings(db, other), 0));
            }
        }
    }
}

/// Where the values of a module name values of others.
fn namings(db: &dyn Db, file: File) -> Vec<Naming> {
    let lets = name::declarations(db, file).values().filter(|declared| declared.kind == DeclKind::Let);
    let all = lets.flat_map(|l| uses(db, l.id).iter().map(|(other, span)| (l.id, *other, *span)));
    all.filter(|(_, other, _)| other.file != file && is_let(db, *other)).collect()
}

fn modules_message(db: &dyn Db, way: &[Naming]) -> Diagnostic {
    let name = |file: File| match file.module(db) {
        root if root.is_empty() => "the root module".to_owned(),
        name => format!("`{name}`"),
    };
    let (first, _, _) = way[0];
    let all: Vec<String> = way.iter().map(|(id, ..)| name(id.file)).collect();
    let headline = format!("the modules {} need each other's values", all.join(", "));
    let mut diagnostic = Diagnostic::error(code::RECURSION, first.place(db), headline)
        .here("none of them can be the first")
        .help("put these values into one module, or what both need into a third");
    for (id, other, span) in way {
        let text = format!("`{}` needs `{}` of {} here", id.text(db), other.text(db), name(other.file));
        diagnostic = diagnostic.label(Place::new(id.file, *span), text);
    }
    diagnostic
}

/// What needs itself.
#[derive(Clone, Debug, Default)]
pub struct Recursion {
    /// The messages.
    pub diagnostics: Vec<Diagnostic>,
}

fn visit(db: &dyn Db, start: DeclId, state: &mut FxHashMap<DeclId, bool>, result: &mut Recursion) {
    if state.contains_key(&start) {
        return;
    }
    state.insert(start, false);
    let mut stack = vec![(start, uses(db, start), 0usize)];
    while let Some((_, needs, next)) = stack.last_mut() {
        let Some((needed, _)) = needs.get(*next).copied() else {
            if let Some((done, ..)) = stack.pop() {
                state.insert(done, true);
            }
            continue;
        };
        *next += 1;
        match state.get(&needed) {
            None => {
                state.insert(needed, false);
                let needs = uses(db, needed);
                stack.push((needed, needs, 0));
            }
            Some(true) => {}
            Some(false) => {
                let from = stack.iter().position(|(id, ..)| *id == needed).unwrap_or(0);
                let way: Vec<(DeclId, Span)> =
                    stack[from..].iter().map(|(id, needs, next)| (*id, needs[next - 1].1)).collect();
                // Values of one module are ordered, and their loops reported, where they are checked.
                let values = way.iter().all(|(id, _)| is_let(db, *id));
                let one_file = way.iter().all(|(id, _)| id.file == way[0].0.file);
                if !(values && one_file) {
                    result.diagnostics.push(message(db, &way));
                }
            }
        }
    }
}

fn is_let(db: &dyn Db, id: DeclId) -> bool {
    matches!(id.item(db).kind, ItemKind::Let(_))
}

fn message(db: &dyn Db, way: &[(DeclId, Span)]) -> Diagnostic {
    let (first, _) = way[0];
    let names: Vec<String> = way.iter().map(|(id, _)| format!("`{}`", id.text(db))).collect();
    let headline = if way.len() == 1 {
        format!("{} needs itself", names[0])
    } else {
        format!("{} need each other", names.join(", "))
    };
    let mut diagnostic = Diagnostic::error(code::RECURSION, first.place(db), headline)
        .here("this would never end")
        .note("every program of this language ends, so nothing may need itself");
    for (position, (id, span)) in way.iter().enumerate() {
        let (next, _) = way[(position + 1) % way.len()];
        let text = format!("`{}` needs `{}` here", id.text(db), next.text(db));
        diagnostic = diagnostic.label(Place::new(id.file, *span), text);
    }
    diagnostic
}

/// The declarations that a declaration needs to be made, with the place of each use.
fn uses(db: &dyn Db, id: DeclId) -> &[(DeclId, Span)] {
    let FileUses { all, ends } = file_uses(db, id.file);
    let index = id.index as usize;
    let start = index.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(index).copied().unwrap_or(start);
    all.get(start as usize..end as usize).unwrap_or_default()
}

/// What the items of a file use.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FileUses {
    /// Of one item after the other.
    all: Vec<(DeclId, Span)>,
    /// By item: where its uses end.
    ends: Vec<u32>,
}

#[salsa::tracked(returns(ref))]
fn file_uses(db: &dyn Db, file: File) -> FileUses {
    let mut found = Uses::new(db, file);
    let mut ends = Vec::new();
    for item in &name::tree(db, file).items {
        found.item(&item.kind);
        ends.push(found.found.len() as u32);
    }
    FileUses { all: found.found, ends }
}

struct Uses<'db> {
    db: &'db dyn Db,
    file: File,
    /// The names of the file.
    scope: &'db BTreeMap<SmolStr, Entity>,
    found: Vec<(DeclId, Span)>,
}

impl<'db> Uses<'db> {
    fn new(db: &'db dyn Db, file: File) -> Self {
        Uses { db, file, scope: name::scope(db, file), found: Vec::new() }
    }

    fn item(&mut self, item: &ItemKind) {
        match item {
            ItemKind::Let(l) => self.expr(&l.value),
            ItemKind::Fn(f) => {
                f.params.iter().filter_map(|p| p.default.as_ref()).for_each(|e| self.expr(e));
                self.block(&f.body);
            }
            ItemKind::Record(r) => {
                self.fields(&r.fields);
                self.checks(&r.checks);
            }
            ItemKind::Enum(e) => e.variants.iter().for_each(|v| {
                self.fields(&v.fields);
                self.checks(&v.checks);
            }),
            ItemKind::TypeAlias(alias) => {
                self.held(&alias.ty);
                self.aliases(&alias.ty);
                alias.refinement.iter().for_each(|e| self.expr(e));
            }
            // What is read there becomes a value of its type, with its defaults and conditions.
            ItemKind::FactDecl(fact) => {
                self.held(&fact.ty);
                self.aliases(&fact.ty);
                match &fact.source {
                    ast::FactSource::Command(e) | ast::FactSource::File(e) => self.expr(e),
                    ast::FactSource::Error(_) => {}
                }
                fact.timeout.iter().for_each(|e| self.expr(e));
            }
            ItemKind::Component(c) => self.block(&c.body),
            ItemKind::Policy(p) => self.block(&p.body),
            _ => {}
        }
    }

    /// What a template uses, where it is called.
    fn template(&mut self, callee: &ast::Expr, args: &[ast::Arg]) {
        let (ast::ExprKind::Name(name), Some(path)) = (&callee.kind, args.first()) else { return };
        let ast::ExprKind::String(parts) = &path.value.kind else { return };
        let Some(path) = (name == "template").then(|| super::literal::plain(parts)).flatten() else { return };
        let assets = crate::package::assets(self.db, self.file);
        let Some(file) = assets.and_then(|assets| assets.templates.get(camino::Utf8Path::new(&*path))) else {
            return;
        };
        let mut inner = Uses::new(self.db, *file);
        let template = &name::template(self.db, *file).template;
        template.params.iter().filter_map(|param| param.default.as_ref()).for_each(|e| inner.expr(e));
        inner.parts(&template.parts);
        self.found.extend(inner.found.into_iter().map(|(id, _)| (id, callee.span)));
    }

    fn parts(&mut self, parts: &[ast::TemplatePart]) {
        for part in parts {
            match part {
                ast::TemplatePart::Text(..) | ast::TemplatePart::Error(_) => {}
                ast::TemplatePart::Hole(e) => self.expr(e),
                ast::TemplatePart::If(node) => {
                    for (condition, parts) in &node.branches {
                        match condition {
                            ast::Condition::Value(e) | ast::Condition::Let(_, e) => self.expr(e),
                        }
                        self.parts(parts);
                    }
                    node.otherwise.iter().for_each(|parts| self.parts(parts));
                }
                ast::TemplatePart::For(node) => {
                    self.expr(&node.iterable);
                    self.parts(&node.body);
                }
                ast::TemplatePart::Match(node) => {
                    self.expr(&node.scrutinee);
                    for arm in &node.arms {
                        arm.guard.iter().for_each(|guard| self.expr(guard));
                        self.parts(&arm.body);
                    }
                }
            }
        }
    }

    fn name(&mut self, name: &str, span: Span) {
        if let Some(Entity::Decl(id, kind)) = self.scope.get(name)
            && matches!(kind, DeclKind::Let | DeclKind::Fn | DeclKind::Fact)
        {
            self.found.push((*id, span));
        }
    }

    fn path(&mut self, path: &ast::Path) {
        let [name] = path.segments.as_slice() else { return };
        let entity = match &path.module {
            None => self.scope.get(&name.text).copied(),
            Some(module) => self.member(&module.text, &name.text),
        };
        use DeclKind::{Component, Enum, Record, Type};
        if let Some(Entity::Decl(id, Component | Record | Enum | Type)) = entity {
            self.found.push((id, name.span));
        }
    }

    fn checks(&mut self, checks: &[ast::Check]) {
        for check in checks {
            self.expr(&check.condition);
            self.expr(&check.message);
        }
    }

    /// The `type` declarations that a type is written with, wherever they stand in it.
    fn aliases(&mut self, ty: &ast::TypeExpr) {
        match &ty.kind {
            TypeExprKind::Optional(inner) => self.aliases(inner),
            TypeExprKind::Tuple(parts) => parts.iter().for_each(|part| self.aliases(part)),
            TypeExprKind::Function { params, result } => {
                params.iter().for_each(|param| self.aliases(param));
                self.aliases(result);
            }
            TypeExprKind::Path { module, name, args } => {
                let entity = match module {
                    None => self.scope.get(&name.text).copied(),
                    Some(module) => self.member(&module.text, &name.text),
                };
                if let Some(Entity::Decl(id, DeclKind::Type)) = entity {
                    self.found.push((id, name.span));
                }
                args.iter().for_each(|arg| self.aliases(arg));
            }
            TypeExprKind::Error => {}
        }
    }

    fn member(&self, module: &str, name: &str) -> Option<Entity> {
        let Some(Entity::Module(file)) = self.scope.get(module) else { return None };
        name::declarations(self.db, *file).get(name).map(|d| Entity::Decl(d.id, d.kind))
    }

    /// A field holds a value of its type, unless it may be empty.
    fn fields(&mut self, fields: &[ast::Param]) {
        for field in fields {
            self.held(&field.ty);
            if let Some(default) = &field.default {
                self.expr(default);
            }
        }
    }

    fn held(&mut self, ty: &ast::TypeExpr) {
        let TypeExprKind::Path { module, name, args } = &ty.kind else {
            match &ty.kind {
                TypeExprKind::Optional(inner) => self.held(inner),
                TypeExprKind::Tuple(parts) => parts.iter().for_each(|part| self.held(part)),
                _ => {}
            }
            return;
        };
        args.iter().for_each(|arg| self.held(arg));
        let entity = match module {
            None => self.scope.get(&name.text).copied(),
            Some(module) => self.member(&module.text, &name.text),
        };
        if let Some(Entity::Decl(id, DeclKind::Record | DeclKind::Enum)) = entity {
            self.found.push((id, name.span));
        }
    }

    fn block(&mut self, block: &ast::Block) {
        for stmt in &block.stmts {
            match &stmt.kind {
                StmtKind::Let(l) => self.expr(&l.value),
                StmtKind::Param(p) => p.default.iter().for_each(|e| self.expr(e)),
                StmtKind::Out(o) => self.expr(&o.value),
                StmtKind::Select(e) | StmtKind::Expr(e) | StmtKind::After(e) => self.expr(e),
                StmtKind::Check(check) => {
                    self.expr(&check.condition);
                    self.expr(&check.message);
                }
                StmtKind::Defaults(defaults) => self.body(&defaults.body),
                StmtKind::Prune(prune) => prune.limit.iter().for_each(|e| self.expr(e)),
                StmtKind::Error => {}
            }
        }
    }

    fn body(&mut self, body: &ast::Body) {
        for item in &body.items {
            match item {
                ast::BodyItem::Attribute { value: Some(value), .. } => self.expr(value),
                ast::BodyItem::Attribute { name, value: None, .. } => self.name(&name.text, name.span),
                ast::BodyItem::Clause(clause) => self.expr(&clause.value),
                ast::BodyItem::Error(_) => {}
            }
        }
    }

    fn expr(&mut self, e: &ast::Expr) {
        use ast::ExprKind as E;
        match &e.kind {
            E::Name(name) => self.name(name, e.span),
            E::String(parts) => parts.iter().for_each(|part| {
                if let StringPart::Hole(hole) = part {
                    self.expr(hole);
                }
            }),
            E::Field { base, name, .. } => {
                if let E::Name(module) = &base.kind
                    && let Some(Entity::Decl(id, DeclKind::Let | DeclKind::Fn | DeclKind::Fact)) =
                        self.member(module, &name.text)
                {
                    self.found.push((id, name.span));
                }
                self.expr(base);
            }
            E::Call { callee, args } => {
                self.expr(callee);
                self.template(callee, args);
                args.iter().for_each(|arg| self.expr(&arg.value));
            }
            E::Index { base, index } => {
                self.expr(base);
                self.expr(index);
            }
            E::Unary { operand, .. } => self.expr(operand),
            E::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            E::List(items) | E::Tuple(items) => items.iter().for_each(|item| self.expr(item)),
            E::TupleIndex { base, .. } => self.expr(base),
            E::Map(entries) => entries.iter().for_each(|(key, value)| {
                self.expr(key);
                self.expr(value);
            }),
            E::Comprehension(c) => {
                self.expr(&c.iterable);
                let rest = [Some(&c.element), c.value.as_ref(), c.condition.as_ref()];
                rest.into_iter().flatten().for_each(|e| self.expr(e));
            }
            E::With { base, items } => {
                self.expr(base);
                items.iter().for_each(|item| self.expr(&item.value));
            }
            E::Construct(c) => {
                if let Some(path) = &c.path {
                    self.path(path);
                }
                c.title.iter().for_each(|title| self.expr(title));
                self.body(&c.body);
            }
            E::Reference { key, .. } => self.expr(key),
            E::Convert { value, .. } => self.expr(value),
            E::Paren(inner) => self.expr(inner),
            E::If(i) => {
                match &i.condition {
                    ast::Condition::Value(e) | ast::Condition::Let(_, e) => self.expr(e),
                }
                self.block(&i.then);
                match &i.otherwise {
                    Some(ast::Else::Block(block)) => self.block(block),
                    Some(ast::Else::If(e)) => self.expr(e),
                    None => {}
                }
            }
            E::Match(m) => {
                self.expr(&m.scrutinee);
                for arm in &m.arms {
                    arm.guard.iter().for_each(|guard| self.expr(guard));
                    self.block(&arm.body);
                }
            }
            E::For(f) => {
                self.expr(&f.iterable);
                self.block(&f.body);
            }
            E::Lambda(l) => self.block(&l.body),
            E::Bool(_)
            | E::None
            | E::Int(_)
            | E::Float(_)
            | E::Duration(_)
            | E::Size(_)
            | E::Mode(_)
            | E::Path(_)
            | E::Variant(_)
            | E::SelfValue
            | E::Error => {}
        }
    }
}
