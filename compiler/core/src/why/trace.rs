//! The way of a value through the sources: from the attribute that is given it back to where it is written.

use super::{LONGEST, Origin};
use crate::compile;
use crate::db::{Db, File};
use crate::diagnostic::Place;
use crate::name::{self, DeclId};
use crate::prelude;
use crate::signature::Target;
use mc_plan::plan::{Plan, SourceSpan};
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, BinaryOp, BodyItem, Expr, ExprKind, Item, ItemKind, StmtKind, StringPart};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// How many places a way has at most.
const MOST: usize = 24;

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// The field of a record.
    Field(SmolStr),
    /// An element of a collection.
    Element,
}

/// Reads ways off the sources.
pub(super) struct Tracer<'db> {
    pub(super) db: &'db dyn Db,
    /// The files by the names that plans have for them.
    files: FxHashMap<&'db str, File>,
    /// What the names of a file refer to, by where they start.
    references: FxHashMap<File, FxHashMap<u32, &'db Target>>,
    way: Vec<(Place, String)>,
    /// Which part of the value at hand is asked for: the outermost part is the last one.
    path: Vec<Part>,
    /// The places where the way went on from a value, each with the part that was asked for.
    seen: FxHashSet<(Place, Vec<Part>)>,
}

/// What declares a local name.
enum Definition<'db> {
    Let(&'db ast::Let),
    /// A parameter of a component.
    Param(DeclId, &'db ast::Param),
    /// The element of what a loop runs over.
    Element(&'db Expr),
    /// A part of what is matched.
    Part(&'db Expr),
}

impl<'db> Tracer<'db> {
    pub(super) fn new(db: &'db dyn Db) -> Self {
        let files = name::modules(db).values().map(|file| (file.path(db).as_str(), *file)).collect();
        Tracer {
            db,
            files,
            references: FxHashMap::default(),
            way: Vec::new(),
            path: Vec::new(),
            seen: FxHashSet::default(),
        }
    }

    /// The way of what is set at this place of a plan, in an instance.
    pub(super) fn way(&mut self, plan: &Plan, at: SourceSpan, instance: &str) -> Vec<Origin> {
        self.way.clear();
        self.seen.clear();
        if let Some((file, offset)) = self.offset(plan, at) {
            let mut finder = AttributeAt { offset, found: None };
            visit::walk_file(&mut finder, name::tree(self.db, file));
            if let Some((name, value, inherited)) = finder.found {
                let what = if inherited { "set by `defaults`" } else { "set here" };
                self.step(Place::new(file, name.span), what.to_owned());
                self.given(file, name, value, instance);
            }
        }
        let way = std::mem::take(&mut self.way);
        way.into_iter().map(|(place, what)| self.origin(place, what)).collect()
    }

    pub(super) fn path(&self) -> &[Part] {
        &self.path
    }

    /// Asks for a part of what `go` goes to.
    fn inside(&mut self, part: Part, go: impl FnOnce(&mut Self)) {
        let before = self.path.clone();
        self.path.push(part);
        go(self);
        self.path = before;
    }

    /// Asks for all of what `go` goes to: from here on, which part counts is not known.
    fn whole(&mut self, go: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.path);
        go(self);
        self.path = before;
    }

    /// A place of a plan as one of a file.
    fn offset(&self, plan: &Plan, at: SourceSpan) -> Option<(File, u32)> {
        let file = *self.files.get(plan.files.get(at.file as usize)?.as_str())?;
        let text = file.text(self.db);
        let mut start = 0;
        for _ in 1..at.line {
            start += text.get(start..)?.find('\n')? + 1;
        }
        let line = text.get(start..)?;
        let column = line.char_indices().nth(at.column.saturating_sub(1) as usize).map_or(0, |(at, _)| at);
        Some((file, (start + column) as u32))
    }

    fn origin(&self, place: Place, what: String) -> Origin {
        let text = place.file.text(self.db);
        let start = place.span.start as usize;
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
        let number = before.matches('\n').count() + 1;
        let column = text.get(line_start..start).unwrap_or_default().chars().count() + 1;
        let shown: String = line.trim().chars().take(LONGEST).collect();
        Origin { at: format!("{}:{number}:{column}", place.file.path(self.db)), place, text: shown, what }
    }

    /// Adds a place; false where it was there already, or the way is long enough.
    pub(super) fn step(&mut self, place: Place, what: String) -> bool {
        if self.way.len() >= MOST || self.way.iter().any(|(known, _)| *known == place) {
            return false;
        }
        self.way.push((place, what));
        true
    }

    /// Adds a place. Whether the way goes on from there: not if it was there before for the same part.
    fn passes(&mut self, place: Place, what: String) -> bool {
        self.step(place, what);
        self.way.len() < MOST && self.seen.insert((place, self.path.clone()))
    }

    /// Adds a place, and goes on from the value there.
    fn on(&mut self, file: File, value: &'db Expr, instance: &str, place: Place, what: String) {
        if self.passes(place, what) {
            self.value(file, value, instance);
        }
    }

    /// What `name = value` gives, or `name` alone.
    fn given(&mut self, file: File, name: &ast::Name, value: Option<&'db Expr>, instance: &str) {
        match value {
            Some(value) => self.value(file, value, instance),
            None => self.name(file, name.span, instance),
        }
    }

    fn target(&mut self, file: File, span: Span) -> Option<&'db Target> {
        let db = self.db;
        let references = self.references.entry(file).or_insert_with(|| {
            let all = compile::findings(db, file).into_iter().flat_map(|findings| &findings.references);
            // A short form refers to a field first and to its value then.
            all.map(|(span, target)| (span.start, target)).collect()
        });
        references.get(&span.start).copied()
    }

    /// Goes on from a value.
    fn value(&mut self, file: File, value: &'db Expr, instance: &str) {
        match &value.kind {
            ExprKind::Paren(inner) => self.value(file, inner, instance),
            ExprKind::Name(_) => self.name(file, value.span, instance),
            ExprKind::Field { base, name, .. } => match self.target(file, name.span) {
                Some(Target::Decl(_)) => self.name(file, name.span, instance),
                _ => self.inside(Part::Field(name.text.clone()), |t| t.value(file, base, instance)),
            },
            ExprKind::Binary { op: BinaryOp::Coalesce, left, right, .. } => {
                self.value(file, left, instance);
                self.value(file, right, instance);
            }
            ExprKind::Call { callee, args } => {
                if self.loaded(file, callee, args) {
                    return;
                }
                match &callee.kind {
                    ExprKind::Field { base, name, .. } if prelude::gives_elements(&name.text) => {
                        self.value(file, base, instance);
                    }
                    _ => self.whole(|t| t.names_in(file, value, instance)),
                }
            }
            ExprKind::With { base, items } if matches!(self.path.last(), Some(Part::Field(_))) => {
                let wanted = self.path.last().cloned();
                let is_wanted = |name: &ast::Name| wanted == Some(Part::Field(name.text.clone()));
                match items.iter().find(|item| matches!(item.path.as_slice(), [name] if is_wanted(name))) {
                    Some(item) => self.field_of(file, &item.path[0], Some(&item.value), instance),
                    None => self.value(file, base, instance),
                }
            }
            ExprKind::Construct(construct) if matches!(self.path.last(), Some(Part::Field(_))) => {
                let wanted = self.path.last().cloned();
                let field = construct.body.items.iter().find_map(|item| match item {
                    BodyItem::Attribute { name, value, .. }
                        if wanted == Some(Part::Field(name.text.clone())) =>
                    {
                        Some((name, value.as_ref()))
                    }
                    _ => None,
                });
                if let Some((name, value)) = field {
                    self.field_of(file, name, value, instance);
                }
            }
            ExprKind::String(parts) => self.whole(|t| {
                for part in parts {
                    if let StringPart::Hole(hole) = part {
                        t.value(file, hole, instance);
                    }
                }
            }),
            _ => self.whole(|t| t.names_in(file, value, instance)),
        }
    }

    /// Goes on from every name in a value.
    fn names_in(&mut self, file: File, value: &'db Expr, instance: &str) {
        let mut names = NamesIn { found: Vec::new() };
        visit::walk_expr(&mut names, value);
        for span in names.found {
            self.name(file, span, instance);
        }
    }

    /// Goes on from the field of a record that is written out, which is the part that is asked for.
    fn field_of(&mut self, file: File, name: &ast::Name, value: Option<&'db Expr>, instance: &str) {
        let before = self.path.clone();
        self.path.pop();
        if self.passes(Place::new(file, name.span), format!("the field `{}`", name.text)) {
            self.given(file, name, value, instance);
        }
        self.path = before;
    }

    /// Goes on from a name.
    fn name(&mut self, file: File, span: Span, instance: &str) {
        let Some(target) = self.target(file, span) else { return };
        match target {
            Target::Local(declared, at) => self.local(*declared, *at, instance),
            Target::Decl(id) => match &id.item(self.db).kind {
                ItemKind::Let(l) => {
                    let what = format!("the value `{}`", l.name.text);
                    self.on(id.file, &l.value, instance, id.place(self.db), what);
                }
                ItemKind::FactDecl(fact) => {
                    self.step(id.place(self.db), format!("the fact `{}` of the host", fact.name.text));
                }
                ItemKind::Fn(f) => {
                    self.step(id.place(self.db), format!("computed by the function `{}`", f.name.text));
                }
                _ => {}
            },
            Target::Label(label) => {
                self.step(Place::new(file, span), format!("the label `{label}` of the host"));
            }
            _ => {}
        }
    }

    /// Goes on from a local name that is declared here.
    fn local(&mut self, file: File, at: Span, instance: &str) {
        let mut finder = DefinitionAt { file, at, index: 0, component: None, found: None };
        for (index, item) in name::tree(self.db, file).items.iter().enumerate() {
            if item.span.start <= at.start && at.end <= item.span.end {
                finder.index = index as u32;
                finder.item(item);
            }
        }
        let place = Place::new(file, at);
        let text = file.text(self.db).get(at.start as usize..at.end as usize).unwrap_or_default();
        match finder.found {
            Some(Definition::Let(l)) => {
                self.on(file, &l.value, instance, place, format!("the value `{text}`"));
            }
            Some(Definition::Param(component, param)) => self.parameter(component, param, place, instance),
            Some(Definition::Element(iterable)) => {
                let what = format!("`{text}` is an element of this");
                self.inside(Part::Element, |t| t.on(file, iterable, instance, place, what));
            }
            Some(Definition::Part(value)) => {
                self.on(file, value, instance, place, format!("`{text}` is a part of this"));
            }
            None => {}
        }
    }

    /// Goes on from a parameter of a component, through the instance that gives it.
    fn parameter(&mut self, component: DeclId, param: &'db ast::Param, place: Place, instance: &str) {
        let name = &param.name.text;
        if !self.passes(place, format!("the parameter `{name}` of `{}`", component.text(self.db))) {
            return;
        }
        let (outer, own) = last_segment(instance);
        let calls = self.calls(component, outer, own);
        let mut given = false;
        for (file, construct) in &calls {
            let argument = construct.body.items.iter().find_map(|item| match item {
                BodyItem::Attribute { name: given, value, .. } if given.text == *name => {
                    Some((given, value.as_ref()))
                }
                _ => None,
            });
            if let Some((argument, value)) = argument {
                given = true;
                if self.passes(Place::new(*file, argument.span), format!("given to `{own}`")) {
                    self.given(*file, argument, value, outer);
                }
            }
        }
        if !given && let Some(default) = &param.default {
            self.step(Place::new(component.file, default.span), format!("the default of `{name}`"));
            self.value(component.file, default, instance);
        }
    }

    /// The places that may have declared this instance of a component: those in what is around, with its name if
    /// they have one that can be read.
    fn calls(&mut self, component: DeclId, outer: &str, own: &str) -> Vec<(File, &'db ast::Construct)> {
        let around = last_segment(outer).1;
        let around = around.split('[').next().unwrap_or_default();
        let title = own.split_once('[').and_then(|(_, rest)| rest.strip_suffix(']'));
        let mut found = Vec::new();
        let files: Vec<File> = name::modules(self.db).values().copied().collect();
        for file in files {
            for item in &name::tree(self.db, file).items {
                let is_around = name::item_name(&item.kind)
                    .is_some_and(|name| around == name.text || around.ends_with(&format!(".{}", name.text)));
                if !is_around {
                    continue;
                }
                let mut constructs = ConstructsIn { found: Vec::new() };
                constructs.item(item);
                for construct in constructs.found {
                    let Some(last) = construct.path.as_ref().and_then(|path| path.segments.last()) else {
                        continue;
                    };
                    let same =
                        matches!(self.target(file, last.span), Some(Target::Decl(id)) if *id == component);
                    if same && titled(construct, title) {
                        found.push((file, construct));
                    }
                }
            }
        }
        found
    }
}

/// Whether an instance of this name may come from here: a name that is computed may be any.
fn titled(construct: &ast::Construct, title: Option<&str>) -> bool {
    match (&construct.title, title) {
        (None, title) => title.is_none(),
        (Some(_), None) => false,
        (Some(written), Some(title)) => match &written.kind {
            ExprKind::String(parts) => match parts.as_slice() {
                [StringPart::Text(text, _)] => format!("{text:?}") == title,
                [] => title == "\"\"",
                _ => true,
            },
            _ => true,
        },
    }
}

/// The path of what is around an instance, and the instance's own name: `web` and `Nginx["a/b"]`.
fn last_segment(path: &str) -> (&str, &str) {
    let mut quoted = false;
    let mut escaped = false;
    let mut cut = None;
    for (at, c) in path.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '/' if !quoted => cut = Some(at),
            _ => {}
        }
    }
    cut.map_or(("", path), |at| (&path[..at], &path[at + 1..]))
}

/// Finds the attribute whose name starts here, and whether `defaults` sets it.
struct AttributeAt<'a> {
    offset: u32,
    found: Option<(&'a ast::Name, Option<&'a Expr>, bool)>,
}

impl<'a> Visitor<'a> for AttributeAt<'a> {
    fn stmt(&mut self, stmt: &'a ast::Stmt) {
        let before = self.found.is_some();
        visit::walk_stmt(self, stmt);
        if let (StmtKind::Defaults(_), false, Some(found)) = (&stmt.kind, before, &mut self.found) {
            found.2 = true;
        }
    }

    fn body_item(&mut self, item: &'a BodyItem) {
        if let BodyItem::Attribute { name, value, .. } = item
            && name.span.start == self.offset
        {
            self.found = Some((name, value.as_ref(), false));
        }
        visit::walk_body_item(self, item);
    }
}

/// Finds what declares the local name at a place.
struct DefinitionAt<'a> {
    file: File,
    at: Span,
    /// Position of the item that is looked through.
    index: u32,
    component: Option<DeclId>,
    found: Option<Definition<'a>>,
}

impl DefinitionAt<'_> {
    /// Whether the name is bound in a pattern.
    fn binds(&self, pattern: &ast::Pattern) -> bool {
        pattern.span.start <= self.at.start && self.at.end <= pattern.span.end
    }
}

impl<'a> Visitor<'a> for DefinitionAt<'a> {
    fn item(&mut self, item: &'a Item) {
        let is_component = matches!(item.kind, ItemKind::Component(_));
        self.component = is_component.then_some(DeclId { file: self.file, index: self.index });
        visit::walk_item(self, item);
    }

    fn let_(&mut self, node: &'a ast::Let) {
        if node.name.span.start <= self.at.start && self.at.end <= node.name.span.end {
            self.found = Some(Definition::Let(node));
        }
        visit::walk_let(self, node);
    }

    fn stmt(&mut self, stmt: &'a ast::Stmt) {
        if let (StmtKind::Param(param), Some(component)) = (&stmt.kind, self.component)
            && param.name.span == self.at
        {
            self.found = Some(Definition::Param(component, param));
        }
        visit::walk_stmt(self, stmt);
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::For(f) if f.patterns.iter().any(|pattern| self.binds(pattern)) => {
                self.found = Some(Definition::Element(&f.iterable));
            }
            ExprKind::If(i) => {
                if let ast::Condition::Let(pattern, value) = &i.condition
                    && self.binds(pattern)
                {
                    self.found = Some(Definition::Part(value));
                }
            }
            ExprKind::Match(m) if m.arms.iter().any(|arm| self.binds(&arm.pattern)) => {
                self.found = Some(Definition::Part(&m.scrutinee));
            }
            _ => {}
        }
        visit::walk_expr(self, expr);
    }
}

/// The names in an expression, once each place.
struct NamesIn {
    found: Vec<Span>,
}

impl<'a> Visitor<'a> for NamesIn {
    fn expr(&mut self, expr: &'a Expr) {
        if let ExprKind::Name(_) = &expr.kind {
            self.found.push(expr.span);
        }
        visit::walk_expr(self, expr);
    }
}

/// The resources and instances that are declared in an item.
struct ConstructsIn<'a> {
    found: Vec<&'a ast::Construct>,
}

impl<'a> Visitor<'a> for ConstructsIn<'a> {
    fn expr(&mut self, expr: &'a Expr) {
        if let ExprKind::Construct(construct) = &expr.kind {
            self.found.push(construct);
        }
        visit::walk_expr(self, expr);
    }
}
