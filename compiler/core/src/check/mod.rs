//! Checking: from the syntax tree of one declaration to its typed form.
//!
//! Inference is local: parameters, fields and outputs are written, the rest follows. A mistake gives
//! [`Ty::Error`], which fits everything, so that it is reported once.

mod asset;
mod block;
mod call;
mod coerce;
mod collection;
mod construct;
mod data;
mod exhaustive;
mod expr;
mod fact;
mod field;
mod guard;
mod layer;
mod literal;
mod method;
mod operator;
mod order;
mod pattern;
mod policy;
pub mod recursion;
mod resource;
mod rollout;
pub mod schema;
mod test;
mod text;

pub use call::{is_secret_name, no_secret_name};
pub use fact::PROGRAM_HELP;
pub use test::PLAN_METHODS;

use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::hir::{self, BlockId, Body, Expr, ExprId, ExprKind, Stmt};
use crate::name::{self, DeclId, Entity};
use crate::signature::{self, Findings, Signature, Target, TypeScope};
use crate::ty::{Skip, Ty};
use mc_syntax::{Span, ast};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// A checked declaration.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Its typed form.
    pub body: Body,
    /// A record's or a label block's one block, or one block per variant of an enum: a local per field,
    /// set from its argument or its default.
    pub parts: Vec<BlockId>,
    /// What a test gives.
    pub givens: Vec<hir::Given>,
    /// Problems and references.
    pub findings: Findings,
}

/// Checks the body of a function, a component, a policy or a test, the defaults of a record or an enum, the rules of a
/// guard, the `check`s of a resource type, a rollout, the source of a fact.
pub fn body(db: &dyn Db, id: DeclId) -> &Checked {
    body_query(db, id.file, id.index)
}

#[salsa::tracked(no_eq, returns(ref))]
fn body_query(db: &dyn Db, file: File, index: u32) -> Checked {
    let id = DeclId { file, index };
    let mut checker = Checker::new(db, id.file);
    checker.owner = Some(id);
    match &id.item(db).kind {
        ast::ItemKind::Fn(f) => checker.function(id, f),
        ast::ItemKind::Record(record) => {
            checker.merge_rules(record);
            let part = checker.defaults(&record.fields, &record.checks);
            checker.parts.push(part);
        }
        ast::ItemKind::Enum(e) => {
            for variant in &e.variants {
                let part = checker.defaults(&variant.fields, &variant.checks);
                checker.parts.push(part);
            }
        }
        ast::ItemKind::TypeAlias(alias) => checker.condition(alias),
        ast::ItemKind::Component(component) => checker.declaration(&component.body, block::Role::Component),
        ast::ItemKind::Policy(policy) => checker.declaration(&policy.body, block::Role::Policy),
        ast::ItemKind::Test(test) => checker.test(test),
        ast::ItemKind::Guard(guard) => checker.guard(guard),
        ast::ItemKind::Resource(resource) => checker.resource_checks(id, resource),
        ast::ItemKind::Rollout(rollout) => checker.rollout(rollout),
        ast::ItemKind::FactDecl(fact) => checker.fact(id, fact),
        _ => {}
    }
    checker.finish()
}

/// Checks the module-level values of a file together, in the order in which they need each other.
#[salsa::tracked(no_eq, returns(ref), cycle_result = values_cycle)]
pub fn values(db: &dyn Db, file: File) -> Checked {
    let mut checker = Checker::new(db, file);
    checker.module_level = true;
    checker.module_values(&name::tree(db, file).items);
    checker.finish()
}

/// Modules whose values need each other: reported by [`recursion`], which knows the way.
fn values_cycle(_db: &dyn Db, _id: salsa::Id, _file: File) -> Checked {
    Checked::default()
}

/// Position and type of a module's values, for other modules.
#[salsa::tracked(returns(ref), cycle_result = value_types_cycle)]
pub fn value_types(db: &dyn Db, file: File) -> BTreeMap<SmolStr, (u32, Ty)> {
    let checked = values(db, file);
    let Some(root) = checked.body.root else { return BTreeMap::new() };
    let locals = checked.body.block(root).locals.iter().enumerate();
    locals.map(|(index, local)| (local.name.clone(), (index as u32, local.ty.clone()))).collect()
}

/// See [`values_cycle`].
fn value_types_cycle(_db: &dyn Db, _id: salsa::Id, _file: File) -> BTreeMap<SmolStr, (u32, Ty)> {
    BTreeMap::new()
}

/// Checks the defaults of the package's labels.
#[salsa::tracked(no_eq, returns(ref))]
pub fn labels(db: &dyn Db) -> Checked {
    let Some(source) = name::label_source(db) else { return Checked::default() };
    let mut checker = Checker::new(db, source.file);
    if let ast::ItemKind::Labels(labels) = &name::tree(db, source.file).items[source.item as usize].kind {
        let part = checker.defaults(&labels.fields, &[]);
        checker.parts.push(part);
    }
    checker.finish()
}

/// Checks a template: its parameters are the first block's locals, its text that block's value.
#[salsa::tracked(no_eq, returns(ref))]
pub fn template(db: &dyn Db, file: File) -> Checked {
    let mut checker = Checker::new(db, file);
    checker.template(&name::template(db, file).template);
    checker.finish()
}

/// Whether what a template gives is a secret.
#[salsa::tracked(returns(copy))]
pub fn template_is_secret(db: &dyn Db, file: File) -> bool {
    let body = &template(db, file).body;
    let value = body.root.and_then(|root| body.block(root).value);
    value.is_some_and(|value| matches!(body.expr(value).ty, Ty::Secret(_)))
}

/// What is expected of an expression.
#[derive(Clone, Debug)]
enum Want {
    /// Any value.
    Any,
    /// A value of this type.
    Type(Ty),
    /// Nothing: it stands there for what it declares.
    Nothing,
}

impl Want {
    fn ty(&self) -> Option<&Ty> {
        match self {
            Want::Type(ty) => Some(ty),
            _ => None,
        }
    }
}

/// The names of one block, linked to the blocks around it.
struct Scope {
    parent: Option<Rc<Scope>>,
    block: BlockId,
    names: RefCell<FxHashMap<SmolStr, u32>>,
    defaults: RefCell<Vec<ScopeDefaults>>,
}

/// The `defaults` of a block for resources of a type.
struct ScopeDefaults {
    decl: DeclId,
    /// Position among the body's.
    id: u32,
    /// The attributes that they set.
    attributes: Vec<u32>,
    /// Whether they say `skip when`.
    skips: bool,
    span: Span,
}

/// The body of a resource or the clauses of an instance. It is checked after everything around it, because
/// it may refer to what is declared later.
struct Deferred<'db> {
    expr: ExprId,
    construct: &'db ast::Construct,
    scope: Option<Rc<Scope>>,
}

struct Checker<'db> {
    db: &'db dyn Db,
    file: File,
    body: Body,
    parts: Vec<BlockId>,
    givens: Vec<hir::Given>,
    /// Whether the values of a module are checked.
    module_level: bool,
    /// Whether a test is checked, which may ask for plans.
    in_test: bool,
    findings: Findings,
    scope: Option<Rc<Scope>>,
    /// The declaration that is checked, whose type parameters count.
    owner: Option<DeclId>,
    /// The resource type whose body is checked, for `self`.
    resource: Option<DeclId>,
    /// What the guard's rule is about whose expressions are checked.
    subject: Option<guard::Subject>,
    /// Whether a resource or an instance may be declared by the expression that is checked now.
    declares: bool,
    /// The type of the attribute whose value is checked, where it takes a public value as well as a secret.
    accepting: Option<Ty>,
    /// Whether a type was reported to be too large.
    too_large: bool,
    /// Whether a function is checked only for the type of what it gives.
    trial: bool,
    deferred: VecDeque<Deferred<'db>>,
    deferred_defaults: Vec<(u32, &'db ast::Body, Option<Rc<Scope>>)>,
    known: Known<'db>,
}

/// What was asked before: a body names the same few declarations again and again, and each question costs more than the
/// rest of an expression.
#[derive(Default)]
struct Known<'db> {
    signatures: RefCell<FxHashMap<DeclId, &'db Signature>>,
    /// What the names in front of bodies mean, with what they refer to.
    constructs: FxHashMap<SmolStr, (Target, Ty)>,
    /// Position and type of the values of modules.
    globals: FxHashMap<DeclId, Option<(u32, Ty)>>,
    /// The types of references to resources.
    references: FxHashMap<(DeclId, Skip), Ty>,
    /// The names of the module.
    names: OnceCell<&'db BTreeMap<SmolStr, Entity>>,
}

impl<'db> Checker<'db> {
    fn new(db: &'db dyn Db, file: File) -> Self {
        Checker {
            db,
            file,
            body: Body::default(),
            parts: Vec::new(),
            givens: Vec::new(),
            module_level: false,
            in_test: false,
            findings: Findings::default(),
            scope: None,
            owner: None,
            resource: None,
            subject: None,
            declares: false,
            accepting: None,
            too_large: false,
            trial: false,
            deferred: VecDeque::new(),
            deferred_defaults: Vec::new(),
            known: Known::default(),
        }
    }

    /// The signature of a declaration.
    fn signature(&self, id: DeclId) -> &'db Signature {
        let known = self.known.signatures.borrow().get(&id).copied();
        known.unwrap_or_else(|| {
            let signature = signature::signature(self.db, id);
            self.known.signatures.borrow_mut().insert(id, signature);
            signature
        })
    }

    /// What a name of the module means.
    fn entity(&self, name: &str) -> Option<Entity> {
        self.known.names.get_or_init(|| name::scope(self.db, self.file)).get(name).copied()
    }

    /// The type of a reference to a resource.
    fn reference_type(&mut self, id: DeclId, skip: Skip) -> Ty {
        let db = self.db;
        let known = self.known.references.entry((id, skip));
        known.or_insert_with(|| signature::reference(db, id, skip)).clone()
    }

    /// Position and type of a value of a module.
    fn global(&mut self, id: DeclId) -> Option<(u32, Ty)> {
        let db = self.db;
        let known = self.known.globals.entry(id);
        known.or_insert_with(|| value_types(db, id.file).get(&id.text(db)).cloned()).clone()
    }

    /// The type that a name in front of a body means; none when a message was given.
    fn constructed(&mut self, module: Option<&ast::Name>, name: &ast::Name) -> Option<Ty> {
        if module.is_none()
            && let Some((target, ty)) = self.known.constructs.get(&name.text)
        {
            let (target, ty) = (target.clone(), ty.clone());
            self.refer(name.span, target);
            return Some(ty);
        }
        let before = self.findings.references.len();
        let found = signature::lookup_type(self.db, self.types(), module, name, &mut self.findings);
        if let (None, Some(ty), [(_, target)]) = (module, &found, &self.findings.references[before..]) {
            self.known.constructs.insert(name.text.clone(), (target.clone(), ty.clone()));
        }
        found
    }

    fn finish(mut self) -> Checked {
        while let Some(deferred) = self.deferred.pop_front() {
            self.scope = deferred.scope.clone();
            self.deferred_body(&deferred);
        }
        for (id, body, scope) in std::mem::take(&mut self.deferred_defaults) {
            self.scope = scope;
            self.defaults_body(id, body);
        }
        self.findings.references.sort_by_key(|(span, _)| *span);
        self.body.exprs.shrink_to_fit();
        self.findings.references.shrink_to_fit();
        Checked { body: self.body, parts: self.parts, givens: self.givens, findings: self.findings }
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.file, span)
    }

    /// Whether a template is checked, which sees nothing but its parameters and what they are made of.
    fn in_template(&self) -> bool {
        name::is_template(self.db, self.file)
    }

    /// Where the types of this body are written.
    fn types(&self) -> TypeScope {
        TypeScope { file: self.file, owner: self.owner }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.diagnostics.push(diagnostic);
    }

    fn refer(&mut self, span: Span, target: Target) {
        self.findings.references.push((span, target));
    }

    fn push(&mut self, kind: ExprKind, ty: Ty, span: Span) -> ExprId {
        let ty = if ty.is_of_bounded_size() {
            ty
        } else {
            // What is made of it would be too large again.
            if !std::mem::replace(&mut self.too_large, true) {
                self.report(signature::too_large(self.place(span)));
            }
            Ty::Error
        };
        let id = ExprId(self.body.exprs.len() as u32);
        self.body.exprs.push(Expr { kind, ty, span });
        id
    }

    fn error(&mut self, span: Span) -> ExprId {
        self.push(ExprKind::Error, Ty::Error, span)
    }

    fn ty(&self, id: ExprId) -> &Ty {
        &self.body.expr(id).ty
    }

    fn show(&self, ty: &Ty) -> String {
        ty.display(self.db)
    }

    /// The local that a name means: how many blocks out, its position, its block.
    fn local(&self, name: &str) -> Option<(u32, u32, BlockId)> {
        let mut hops = 0;
        let mut scope = self.scope.as_ref();
        while let Some(current) = scope {
            if let Some(index) = current.names.borrow().get(name) {
                return Some((hops, *index, current.block));
            }
            hops += 1;
            scope = current.parent.as_ref();
        }
        None
    }

    /// What a local is read by. The values of a module are read as those of other modules are: one may need another
    /// through a function, which does not see them as its locals.
    fn read_local(&self, hops: u32, index: u32, block: BlockId) -> ExprKind {
        if self.module_level && self.body.root == Some(block) {
            ExprKind::Global(self.file, index)
        } else {
            ExprKind::Local(hops, index)
        }
    }

    /// Opens a block with these locals, and makes it the current scope.
    fn open(&mut self, locals: Vec<hir::Local>) -> BlockId {
        let id = BlockId(self.body.blocks.len() as u32);
        self.body.blocks.push(hir::Block::default());
        let scope = Scope {
            parent: self.scope.take(),
            block: id,
            names: RefCell::default(),
            defaults: RefCell::default(),
        };
        self.scope = Some(Rc::new(scope));
        for local in locals {
            self.declare(local.name, local.ty, local.span);
        }
        id
    }

    /// Leaves the current scope.
    fn close(&mut self) {
        self.scope = self.scope.take().and_then(|scope| scope.parent.clone());
    }

    /// Declares a local in the current block. A second one of the same name is reported.
    fn declare(&mut self, name: SmolStr, ty: Ty, span: Span) -> u32 {
        let Some(scope) = self.scope.clone() else { return 0 };
        if name != "_"
            && let Some((hops, index, block)) = self.local(&name)
        {
            let first = self.body.block(block).locals[index as usize].span;
            let (code, headline) = if hops == 0 {
                (code::DUPLICATE_NAME, format!("`{name}` is declared twice in this block"))
            } else {
                (code::SHADOWED_NAME, format!("`{name}` hides a name of the block around it"))
            };
            self.report(
                Diagnostic::error(code, self.place(span), headline)
                    .here("declared again")
                    .label(self.place(first), "first declared here")
                    .help("give one of them another name"),
            );
        }
        let block = &mut self.body.blocks[scope.block.0 as usize];
        let index = block.locals.len() as u32;
        block.locals.push(hir::Local { name: name.clone(), ty, span });
        scope.names.borrow_mut().entry(name).or_insert(index);
        index
    }

    fn set_local_type(&mut self, block: BlockId, local: u32, ty: Ty) {
        self.body.blocks[block.0 as usize].locals[local as usize].ty = ty;
    }

    /// A function: its parameters are the first block's locals, its body a block inside.
    fn function(&mut self, id: DeclId, f: &'db ast::Fn) {
        let root = self.parameters(&f.params);
        let result = match self.signature(id) {
            Signature::Fn(_, result) => result.clone(),
            _ => Ty::Error,
        };
        let (inner, _) = self.block(&f.body, Vec::new(), &Want::Type(result.clone()), block::Role::Value);
        let value = self.push(ExprKind::Block(inner), result, f.body.span);
        self.body.blocks[root.0 as usize].value = Some(value);
        self.body.root = Some(root);
        self.scope = None;
    }

    /// The parameters of a function or a template as the scope of what follows.
    fn parameters(&mut self, params: &'db [ast::Param]) -> BlockId {
        let root = self.defaults(params, &[]);
        self.parts.push(root);
        let locals = self.body.block(root).locals.iter().enumerate();
        let names = locals.map(|(i, l)| (l.name.clone(), i as u32)).collect();
        self.scope = Some(Rc::new(Scope {
            parent: None,
            block: root,
            names: RefCell::new(names),
            defaults: RefCell::default(),
        }));
        root
    }

    /// A block with a local per field or parameter, each set from its argument or its default. A default
    /// may use what is declared before it.
    fn defaults(&mut self, params: &'db [ast::Param], checks: &'db [ast::Check]) -> BlockId {
        let saved = self.scope.take();
        let block = self.open(Vec::new());
        for (position, param) in params.iter().enumerate() {
            let ty = signature::resolve(self.db, self.types(), &param.ty, &mut Findings::default());
            let default = param.default.as_ref().map(|e| self.expr(e, &Want::Type(ty.clone())));
            // A parameter declared twice was reported with the signature.
            let index = self.body.block(block).locals.len() as u32;
            let local = hir::Local { name: param.name.text.clone(), ty, span: param.name.span };
            self.body.blocks[block.0 as usize].locals.push(local);
            if let Some(scope) = &self.scope {
                scope.names.borrow_mut().insert(param.name.text.clone(), index);
            }
            let constant = param.constant.is_some();
            let stmt = hir::Param { local: index, position: position as u32, default, constant };
            self.body.blocks[block.0 as usize].stmts.push(Stmt::Param(stmt));
        }
        for check in checks {
            let condition = self.expr(&check.condition, &Want::Type(Ty::Bool));
            let message = self.expr(&check.message, &Want::Type(Ty::String));
            self.body.blocks[block.0 as usize].stmts.push(Stmt::Check(condition, message));
        }
        self.scope = saved;
        block
    }

    /// The condition of a type: a block with `it` as its one local.
    fn condition(&mut self, alias: &'db ast::TypeAlias) {
        let Some(condition) = &alias.refinement else { return };
        let base = signature::resolve(self.db, self.types(), &alias.ty, &mut Findings::default());
        if let Ty::Optional(inner) = base.plain() {
            let (name, shown) = (&alias.name.text, self.show(inner));
            self.report(
                Diagnostic::error(
                    code::BAD_TYPE,
                    self.place(alias.ty.span),
                    "a condition is asked of a value that is there",
                )
                .here("may be absent")
                .help(format!(
                    "write `type {name} = {shown} where ..`, and `{name}?` where it may be absent"
                )),
            );
            return;
        }
        if self.holds_secret(&base) {
            self.steers(condition.span, alias.ty.span, &base);
            return;
        }
        let it = hir::Local { name: SmolStr::new_static("it"), ty: base, span: alias.ty.span };
        let root = self.open(vec![it]);
        let value = self.expr(condition, &Want::Type(Ty::Bool));
        self.body.blocks[root.0 as usize].value = Some(value);
        self.close();
        self.body.root = Some(root);
    }

    fn declaration(&mut self, body: &'db ast::Block, role: block::Role) {
        // Measured on policies: an expression for every eight bytes, a reference for every sixteen. Growing step by step
        // costs as much memory again.
        let bytes = (body.span.end - body.span.start) as usize;
        self.body.exprs.reserve(bytes / 8);
        self.findings.references.reserve(bytes / 16);
        let (root, _) = self.block(body, Vec::new(), &Want::Nothing, role);
        self.body.root = Some(root);
    }
}
