//! The walk over a package's code: what its exported components declare, for any parameters.
//!
//! Bodies are evaluated with shapes in place of values. Where a value decides, every way is taken. What the
//! components of other packages declare for it counts as its own.

mod expr;

use super::pattern::Pattern;
use super::shape::{self, Shape};
use super::{Capabilities, effect};
use crate::check;
use crate::db::{Db, File, Origin};
use crate::diagnostic::Place;
use crate::hir::{self, BlockId, Body, ExprId, ExprKind, Stmt};
use crate::name::{self, DeclId, DeclKind};
use crate::package::Dependency;
use crate::ty::Ty;
use mc_plan::expr::{self as plan, Builtin, Node};
use mc_plan::plan::Priority;
use mc_plan::schema::Schema;
use mc_syntax::Span;
use mc_syntax::ast::{ClauseKind, ItemKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// How many expressions a walk may look at in detail. Beyond that functions give anything and components are looked
/// at once each.
const STEPS: u32 = 200_000;

/// How deep expressions may nest for a call, a default or another module to be looked into.
const DEPTH: u32 = 500;

/// What a dependency's code can do on hosts.
pub(super) fn of_package(db: &dyn Db, package: Dependency) -> Capabilities {
    let mut walk = Walk {
        db,
        package,
        found: Capabilities::default(),
        modules: FxHashMap::default(),
        queue: VecDeque::new(),
        seen: FxHashSet::default(),
        tasks: VecDeque::new(),
        declared: BTreeSet::new(),
        notified: Vec::new(),
        origin: None,
        own: None,
        steps: 0,
        depth: 0,
    };
    walk.run();
    walk.found
}

/// The values of one block, linked to the blocks around it.
struct Env {
    parent: Option<Rc<Env>>,
    slots: RefCell<Vec<Shape>>,
}

impl Env {
    fn new(parent: Option<Rc<Env>>, locals: usize) -> Rc<Self> {
        // What is not set yet may be anything.
        Rc::new(Env { parent, slots: RefCell::new(vec![Shape::Any; locals]) })
    }

    fn set(&self, local: u32, shape: Shape) {
        if let Some(slot) = self.slots.borrow_mut().get_mut(local as usize) {
            *slot = shape;
        }
    }

    fn around(self: &Rc<Self>, hops: u32) -> Option<Rc<Env>> {
        let mut at = Rc::clone(self);
        for _ in 0..hops {
            at = Rc::clone(at.parent.as_ref()?);
        }
        Some(at)
    }
}

/// The body that is looked at.
#[derive(Clone, Copy)]
struct Frame<'db> {
    file: File,
    body: &'db Body,
}

/// A component that is to be looked at.
struct Call {
    decl: DeclId,
    args: Vec<Option<Argument>>,
    origin: Option<Place>,
}

/// What a component's parameter is given.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Argument {
    shape: Shape,
    /// Whether it may be absent, so that the default may count.
    optional: bool,
}

/// The body of a resource. It may read what is declared behind it.
struct Task<'db> {
    frame: Frame<'db>,
    env: Rc<Env>,
    resource: &'db hir::Resource,
    key: Shape,
}

struct Walk<'db> {
    db: &'db dyn Db,
    package: Dependency,
    found: Capabilities,
    modules: FxHashMap<File, Rc<Env>>,
    queue: VecDeque<Call>,
    seen: FxHashSet<(DeclId, Vec<Option<Argument>>)>,
    tasks: VecDeque<Task<'db>>,
    /// The resources that are declared: type and key.
    declared: BTreeSet<Pattern>,
    /// Those that are notified and were not seen to be declared, each with the clause.
    notified: Vec<(Pattern, Place)>,
    /// Where the package instantiates the component of another one that is looked at.
    origin: Option<Place>,
    /// The key of the resource whose body is looked at.
    own: Option<Shape>,
    steps: u32,
    depth: u32,
}

impl<'db> Walk<'db> {
    fn run(&mut self) {
        let db = self.db;
        for file in self.package.files(db) {
            self.named(*file);
            for declared in name::declarations(db, *file).values() {
                if declared.public && declared.kind == DeclKind::Component {
                    self.queue.push_back(Call { decl: declared.id, args: Vec::new(), origin: None });
                }
            }
        }
        for file in self.package.texts(db).iter().filter(|file| name::is_template(db, **file)) {
            self.secrets_of(Frame { file: *file, body: &check::template(db, *file).body }, true);
        }
        while let Some(mut call) = self.queue.pop_front() {
            if self.is_coarse() {
                call.args.clear();
            }
            if self.seen.insert((call.decl, call.args.clone())) {
                self.component(call);
            }
        }
        for (pattern, place) in std::mem::take(&mut self.notified) {
            // By its key it may be one of the package's own.
            if pattern.is_open() || !self.declared.contains(&pattern) {
                self.record("refresh", pattern, place);
            }
        }
    }

    /// Whether there is too much to look at it in detail.
    fn is_coarse(&self) -> bool {
        self.steps > STEPS
    }

    /// The secrets that a module names and the facts that it declares, also where nothing shows that a component comes
    /// by.
    fn named(&mut self, file: File) {
        let db = self.db;
        self.secrets_of(Frame { file, body: &check::values(db, file).body }, true);
        for (index, item) in name::tree(db, file).items.iter().enumerate() {
            if name::counts(db, file, &item.kind) {
                let id = DeclId { file, index: index as u32 };
                // Components are looked at with what they are given.
                let computed = !matches!(item.kind, ItemKind::Component(_));
                self.secrets_of(Frame { file, body: &check::body(db, id).body }, computed);
                self.fact(id);
            }
        }
    }

    fn secrets_of(&mut self, frame: Frame<'db>, computed: bool) {
        let env = Env::new(None, 0);
        for (at, expr) in (0..).zip(&frame.body.exprs) {
            match &expr.kind {
                ExprKind::Secret(name) => self.secret(frame, ExprId(at), name),
                ExprKind::SecretNamed(name) if computed => {
                    let names = self.eval(frame, &env, *name);
                    self.secrets_named(frame, ExprId(at), &names);
                }
                _ => {}
            }
        }
    }

    /// What hosts run or read for a declared fact.
    pub(super) fn fact(&mut self, id: DeclId) {
        let body = &check::body(self.db, id).body;
        let frame = Frame { file: id.file, body };
        let env = Env::new(None, 0);
        for stmt in body.root.into_iter().flat_map(|root| &body.block(root).stmts) {
            let Stmt::Fact(source) = stmt else { continue };
            let shape = self.eval(frame, &env, source.from);
            let effect = if source.command { "exec.run" } else { "fs.read" };
            for pattern in effect::acted_on(effect, &shape, None) {
                self.record(effect, pattern, body.place(id.file, source.from));
            }
        }
    }

    fn secret(&mut self, frame: Frame<'db>, id: ExprId, name: &str) {
        let place = frame.body.place(frame.file, id);
        self.record("secrets", Pattern::exact(name), place);
    }

    /// Secrets whose names are computed.
    fn secrets_named(&mut self, frame: Frame<'db>, id: ExprId, names: &Shape) {
        let place = frame.body.place(frame.file, id);
        for pattern in names.patterns() {
            self.record("secrets", pattern, place);
        }
    }

    /// Whether a file belongs to the package.
    fn is_own(&self, file: File) -> bool {
        file.origin(self.db) == Origin::Dependency(self.package)
    }

    fn record(&mut self, key: &str, pattern: Pattern, place: Place) {
        // Where another package's code is looked at, it is the instance of it that counts.
        let place = if self.is_own(place.file) { place } else { self.origin.unwrap_or(place) };
        self.found.add(key, pattern, place);
    }

    fn component(&mut self, call: Call) {
        let checked = check::body(self.db, call.decl);
        let Some(root) = checked.body.root else { return };
        self.origin = call.origin;
        let frame = Frame { file: call.decl.file, body: &checked.body };
        let block = frame.body.block(root);
        let env = Env::new(None, block.locals.len());
        // A component that is instantiated from outside is given anything.
        let is_entry = call.args.is_empty();
        for stmt in &block.stmts {
            match stmt {
                Stmt::Param(param) if !is_entry => {
                    let shape = match call.args.get(param.position as usize).cloned().flatten() {
                        Some(Argument { shape, optional: true }) => {
                            shape.or(self.default(frame, &env, param))
                        }
                        Some(Argument { shape, .. }) => shape,
                        None => self.default(frame, &env, param),
                    };
                    env.set(param.local, shape);
                }
                Stmt::Out(local, _, value) => {
                    let shape = self.eval(frame, &env, *value);
                    env.set(*local, shape);
                }
                other => self.stmt(frame, &env, other),
            }
        }
        while let Some(task) = self.tasks.pop_front() {
            self.resource(&task);
        }
    }

    /// What a parameter or a field is that is not given.
    fn default(&mut self, frame: Frame<'db>, env: &Rc<Env>, param: &'db hir::Param) -> Shape {
        param.default.map_or(Shape::Any, |default| self.eval(frame, env, default))
    }

    fn block(
        &mut self,
        frame: Frame<'db>,
        parent: Option<Rc<Env>>,
        id: BlockId,
        bound: Vec<(u32, Shape)>,
    ) -> Shape {
        let block = frame.body.block(id);
        let env = Env::new(parent, block.locals.len());
        for (local, shape) in bound {
            env.set(local, shape);
        }
        for stmt in &block.stmts {
            self.stmt(frame, &env, stmt);
        }
        block.value.map_or(Shape::Absent, |value| self.eval(frame, &env, value))
    }

    fn stmt(&mut self, frame: Frame<'db>, env: &Rc<Env>, stmt: &'db Stmt) {
        match stmt {
            Stmt::Let(local, value) | Stmt::ConstLet(local, value) => {
                let shape = self.eval(frame, env, *value);
                env.set(*local, shape);
            }
            Stmt::Destructure(pattern, value, _) => {
                let shape = self.eval(frame, env, *value);
                for (local, shape) in bindings(pattern, &shape).unwrap_or_default() {
                    env.set(local, shape);
                }
            }
            Stmt::Expr(value) => drop(self.eval(frame, env, *value)),
            // The others declare nothing, or belong to what does not count in a dependency.
            Stmt::Param(_)
            | Stmt::Out(..)
            | Stmt::Select(_)
            | Stmt::After(_)
            | Stmt::Prune(_)
            | Stmt::Check(..)
            | Stmt::Fact(_)
            | Stmt::Guard(_)
            | Stmt::Rollout(_)
            | Stmt::Expect(_)
            | Stmt::ExpectFails(_) => {}
        }
    }

    /// The values of a module.
    fn module(&mut self, file: File) -> Rc<Env> {
        if let Some(env) = self.modules.get(&file) {
            return Rc::clone(env);
        }
        if self.depth > DEPTH {
            return Env::new(None, 0);
        }
        let body = &check::values(self.db, file).body;
        let block = body.root.map(|root| body.block(root));
        let env = Env::new(None, block.map_or(0, |block| block.locals.len()));
        self.modules.insert(file, Rc::clone(&env));
        for stmt in block.into_iter().flat_map(|block| &block.stmts) {
            self.stmt(Frame { file, body }, &env, stmt);
        }
        env
    }

    fn declare(&mut self, frame: Frame<'db>, env: &Rc<Env>, resource: &'db hir::Resource) -> Shape {
        let key = self.eval(frame, env, resource.key);
        let ty = resource.decl.qualified(self.db).into();
        let shape = Shape::Resource(Arc::new(shape::Resource { ty, key: key.clone(), own: true }));
        self.tasks.push_back(Task { frame, env: Rc::clone(env), resource, key });
        shape
    }

    fn instantiate(&mut self, frame: Frame<'db>, env: &Rc<Env>, instance: &'db hir::Instance) {
        let mut args = Vec::with_capacity(instance.args.len());
        for arg in &instance.args {
            args.push(arg.map(|arg| Argument {
                shape: self.eval(frame, env, arg),
                optional: matches!(frame.body.expr(arg).ty.plain(), Ty::Optional(_)),
            }));
        }
        let origin =
            if self.is_own(frame.file) { Some(Place::new(frame.file, instance.head)) } else { self.origin };
        self.queue.push_back(Call { decl: instance.decl, args, origin });
    }

    /// What a declared resource does.
    fn resource(&mut self, task: &Task<'db>) {
        let Task { frame, resource, key, .. } = task;
        self.own = Some(key.clone());
        let mut settings: BTreeMap<u32, (Shape, Span)> = BTreeMap::new();
        let name = resource.decl.qualified(self.db);
        let mut set = |walk: &mut Self, env: &Rc<Env>, setting: &'db hir::Setting| {
            if settings.contains_key(&setting.attribute) {
                return;
            }
            let shape = walk.eval(*frame, env, setting.value);
            settings.insert(setting.attribute, (shape, setting.span));
            if setting.priority == Priority::Force {
                let attribute = attribute_name(walk.db, resource.decl, setting.attribute);
                let what = Pattern::exact(&format!("{name}.{attribute}"));
                walk.record("force", what, Place::new(frame.file, setting.span));
            }
        };
        for setting in &resource.attributes {
            set(self, &task.env, setting);
        }
        for (hops, id) in &resource.inherited {
            let (Some(defaults), Some(around)) =
                (frame.body.defaults.get(*id as usize), task.env.around(*hops))
            else {
                continue;
            };
            for setting in &defaults.attributes {
                set(self, &around, setting);
            }
        }
        for clause in &resource.clauses {
            self.clause(*frame, &task.env, clause);
        }
        for (hops, id) in &resource.inherited {
            if let (Some(defaults), Some(around)) =
                (frame.body.defaults.get(*id as usize), task.env.around(*hops))
            {
                for clause in &defaults.clauses {
                    self.clause(*frame, &around, clause);
                }
            }
        }
        self.own = None;
        for key in key.patterns() {
            self.declared.insert(named(&name, &key));
        }
        let head = Place::new(frame.file, resource.head);
        self.record("types", Pattern::exact(&name), head);
        let Some(schema) = &check::schema::schema(self.db, resource.decl).schema else { return };
        for effect in &schema.effects {
            let (shape, span) = match effect.value {
                Some(id) => rule(schema, id, key, &settings),
                None => (Shape::Any, None),
            };
            let place = span.map_or(head, |span| Place::new(frame.file, span));
            let typed = effect.value.and_then(|id| effect::Typed::of(schema, id));
            for pattern in effect::acted_on(&effect.name, &shape, typed) {
                self.record(&effect.name, pattern, place);
            }
        }
    }

    /// `notify`: what is refreshed may be somebody else's. The other clauses order, or say when the resource itself is
    /// refreshed.
    fn clause(&mut self, frame: Frame<'db>, env: &Rc<Env>, clause: &'db hir::Clause) {
        if clause.kind != ClauseKind::Notify {
            return;
        }
        let shape = self.eval(frame, env, clause.value);
        let mut found = BTreeSet::new();
        notified(self.db, &shape, &frame.body.expr(clause.value).ty, &mut found);
        let place = Place::new(frame.file, clause.span);
        self.notified.extend(found.into_iter().map(|pattern| (pattern, place)));
    }
}

/// A resource as it is listed: `std.svc.Service nginx`.
fn named(ty: &str, key: &Pattern) -> Pattern {
    Pattern::exact(&format!("{ty} ")).then(key)
}

/// The resources that a reference or a list of such names and that the package does not declare.
fn notified(db: &dyn Db, shape: &Shape, ty: &Ty, found: &mut BTreeSet<Pattern>) {
    match (shape, ty.some_plain()) {
        (Shape::Absent, _) => {}
        (Shape::Resource(resource), _) if resource.own => {}
        (Shape::Resource(resource), _) => {
            found.extend(resource.key.patterns().iter().map(|key| named(&resource.ty, key)));
        }
        (Shape::List(elements), Ty::List(inner) | Ty::Set(inner)) => {
            elements.iter().for_each(|element| notified(db, element, inner, found));
        }
        (_, Ty::List(inner) | Ty::Set(inner)) => notified(db, &shape.element(), inner, found),
        (_, Ty::Ref(decl, _)) => drop(found.insert(named(&decl.qualified(db), &Pattern::any()))),
        _ => drop(found.insert(Pattern::any())),
    }
}

fn attribute_name(db: &dyn Db, decl: DeclId, position: u32) -> String {
    let schema = &check::schema::schema(db, decl).schema;
    let attribute = schema.as_ref().and_then(|schema| schema.attributes.get(position as usize));
    attribute.map_or_else(String::new, |attribute| attribute.name.clone())
}

/// What an expression of a schema gives for a resource, and where the attribute is set that it is.
fn rule(
    schema: &Schema,
    id: plan::ExprId,
    key: &Shape,
    settings: &BTreeMap<u32, (Shape, Span)>,
) -> (Shape, Option<Span>) {
    let inner = |id: &plan::ExprId| rule(schema, *id, key, settings).0;
    let shape = match schema.exprs.get(id) {
        Some(Node::Const(value)) => Shape::of(value),
        Some(Node::Key) => key.clone(),
        Some(Node::Attribute(position)) => {
            if let Some((shape, span)) = settings.get(position) {
                return (shape.clone(), Some(*span));
            }
            let attribute = schema.attributes.get(*position as usize);
            attribute.and_then(|attribute| attribute.default.as_ref()).map_or(Shape::Absent, Shape::of)
        }
        Some(Node::Concat(parts)) => Shape::joined(&parts.iter().map(inner).collect::<Vec<_>>()),
        Some(Node::Call(Builtin::Parent, args)) => args.first().map_or(Shape::Any, inner).parent(),
        Some(Node::IfSome(base, then)) => match inner(base) {
            Shape::Absent => Shape::Absent,
            _ => inner(then),
        },
        _ => Shape::Any,
    };
    (shape, None)
}

/// What a pattern binds of a value. None where no such value fits.
fn bindings(pattern: &hir::Pattern, shape: &Shape) -> Option<Vec<(u32, Shape)>> {
    let mut bound = Vec::new();
    bind(pattern, shape, &mut bound).then_some(bound)
}

fn bind(pattern: &hir::Pattern, shape: &Shape, bound: &mut Vec<(u32, Shape)>) -> bool {
    match pattern {
        hir::Pattern::Wildcard | hir::Pattern::None | hir::Pattern::Value(_) => true,
        hir::Pattern::Bind(local) => {
            bound.push((*local, shape.clone()));
            true
        }
        hir::Pattern::Some(inner) => *shape != Shape::Absent && bind(inner, shape, bound),
        hir::Pattern::Parts(parts) => {
            parts.iter().all(|(position, inner)| bind(inner, &shape.part(*position), bound))
        }
        hir::Pattern::Variant(tag, fields) => {
            let payload = match shape {
                Shape::Variants(all) => match all.get(tag) {
                    Some(payload) => Some(payload),
                    None => return false,
                },
                _ => None,
            };
            fields.iter().all(|(position, inner)| {
                let field = payload.and_then(|payload| payload.get(*position as usize));
                bind(inner, field.unwrap_or(&Shape::Any), bound)
            })
        }
    }
}
