//! Blocks and their statements.

use super::order::{Order, order};
use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code};
use crate::hir::{self, BlockId, ExprKind, Local, Stmt};
use crate::name::{self, DeclKind, Entity};
use crate::signature::{self, Findings};
use crate::ty::Ty;
use mc_syntax::ast::{self, ItemKind, StmtKind};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// What a block is the body of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A component: parameters, outputs, resources.
    Component,
    /// A policy: a selection, resources.
    Policy,
    /// A branch or a loop in one of them: resources.
    Declares,
    /// A function, a lambda, a branch in one of them: a value only.
    Value,
}

impl<'db> Checker<'db> {
    /// Checks a block whose first locals are `bound`, and gives its value's type.
    pub(super) fn block(
        &mut self,
        block: &'db ast::Block,
        bound: Vec<Local>,
        want: &Want,
        role: Role,
    ) -> (BlockId, Ty) {
        let declares = std::mem::replace(&mut self.declares, role != Role::Value);
        let id = self.open(bound);
        let names = self.declare_names(&block.stmts);
        self.declare_defaults(&block.stmts);
        let Order { order, loops } = {
            let (db, file) = (self.db, self.file);
            order(&block.stmts, &names, &|path| is_resource(db, file, path))
        };
        self.report_loops(&loops, &|at| declared_name(&block.stmts[at]));
        let last = block.stmts.len().wrapping_sub(1);
        let mut ty = Ty::Unit;
        let mut value = None;
        let mut positions = Positions::of(&block.stmts);
        for at in order {
            let stmt = &block.stmts[at];
            let is_value = at == last && !matches!(want, Want::Nothing);
            if is_value && let StmtKind::Expr(expr) = &stmt.kind {
                let checked = self.expr(expr, want);
                ty = self.ty(checked).clone();
                value = Some(checked);
            } else {
                self.stmt(id, stmt, at, &mut positions, role);
            }
        }
        if value.is_none()
            && let Want::Type(expected) = want
        {
            let absent_fits = matches!(expected, Ty::Optional(_) | Ty::Error | Ty::Unit | Ty::Never);
            if !absent_fits {
                let end = mc_syntax::Span::new(
                    block.span.end.saturating_sub(1).max(block.span.start),
                    block.span.end,
                );
                let shown = self.show(expected);
                self.report(
                    Diagnostic::error(
                        code::TYPE_MISMATCH,
                        self.place(end),
                        format!("this block gives no {shown}"),
                    )
                    .here("ends without a value")
                    .help("the last expression of a block is its value"),
                );
                ty = Ty::Error;
            }
        }
        self.body.blocks[id.0 as usize].value = value;
        self.close();
        self.declares = declares;
        (id, ty)
    }

    /// Declares the names of a block before anything in it is checked.
    fn declare_names(&mut self, stmts: &'db [ast::Stmt]) -> FxHashMap<SmolStr, usize> {
        let mut names = FxHashMap::default();
        for (at, stmt) in stmts.iter().enumerate() {
            let (name, ty) = match &stmt.kind {
                StmtKind::Let(ast::Let { pattern: Some(pattern), .. }) => {
                    for name in pattern_names(pattern) {
                        self.declare(name.text.clone(), Ty::Error, name.span);
                        names.entry(name.text).or_insert(at);
                    }
                    continue;
                }
                StmtKind::Let(l) => (&l.name, Ty::Error),
                StmtKind::Param(p) => (&p.name, self.resolve_quietly(&p.ty)),
                StmtKind::Out(o) => (&o.name, self.resolve_quietly(&o.ty)),
                _ => continue,
            };
            self.declare(name.text.clone(), ty, name.span);
            names.entry(name.text.clone()).or_insert(at);
        }
        names
    }

    /// A type whose mistakes are reported with the signature.
    fn resolve_quietly(&self, ty: &ast::TypeExpr) -> Ty {
        signature::resolve(self.db, self.types(), ty, &mut Findings::default())
    }

    /// Reports values that need each other; `name` gives the name that a position declares.
    pub(super) fn report_loops(
        &mut self,
        loops: &[Vec<(usize, mc_syntax::Span)>],
        name: &dyn Fn(usize) -> &'db ast::Name,
    ) {
        for way in loops {
            let Some(&(first, _)) = way.first() else { continue };
            let first = name(first);
            let headline = if way.len() == 1 {
                format!("`{}` needs its own value", first.text)
            } else {
                let all: Vec<_> = way.iter().map(|(at, _)| format!("`{}`", name(*at).text)).collect();
                format!("{} need each other's value", all.join(", "))
            };
            let mut diagnostic = Diagnostic::error(code::RECURSION, self.place(first.span), headline)
                .here("a value cannot be made of itself");
            for (position, (at, used)) in way.iter().enumerate() {
                let (next, _) = way[(position + 1) % way.len()];
                let text = format!("`{}` uses `{}` here", name(*at).text, name(next).text);
                diagnostic = diagnostic.label(self.place(*used), text);
            }
            self.report(diagnostic);
        }
    }

    fn stmt(
        &mut self,
        block: BlockId,
        stmt: &'db ast::Stmt,
        at: usize,
        positions: &mut Positions,
        role: Role,
    ) {
        let checked = match &stmt.kind {
            StmtKind::Error | StmtKind::Defaults(_) => return,
            StmtKind::Check(check) => {
                let condition = self.pure(&check.condition, &Want::Type(Ty::Bool));
                let message = self.pure(&check.message, &Want::Type(Ty::String));
                Stmt::Check(condition, message)
            }
            StmtKind::Let(l) if l.pattern.is_some() => {
                let value = self.let_value(l);
                self.destructure(block, l, value)
            }
            StmtKind::Let(l) => {
                let Some(local) = self.own_local(block, &l.name) else { return };
                let value = self.let_value(l);
                let ty = self.ty(value).clone();
                self.set_local_type(block, local, ty);
                match l.constant {
                    Some(_) => Stmt::ConstLet(local, value),
                    None => Stmt::Let(local, value),
                }
            }
            StmtKind::Param(p) => {
                if role != Role::Component {
                    return self.misplaced(p.span, "`param`", "a component's own block");
                }
                let Some(local) = self.own_local(block, &p.name) else { return };
                let ty = self.body.block(block).locals[local as usize].ty.clone();
                let default = p.default.as_ref().map(|e| self.pure(e, &Want::Type(ty)));
                let (position, constant) = (positions.params[&at], p.constant.is_some());
                Stmt::Param(hir::Param { local, position, default, constant })
            }
            StmtKind::Out(o) => {
                if role != Role::Component {
                    return self.misplaced(stmt.span, "`out`", "a component's own block");
                }
                let Some(local) = self.own_local(block, &o.name) else { return };
                let ty = self.body.block(block).locals[local as usize].ty.clone();
                let value = self.pure(&o.value, &Want::Type(ty));
                Stmt::Out(local, positions.outs[&at], value)
            }
            StmtKind::Select(e) => {
                if role != Role::Policy {
                    return self.misplaced(stmt.span, "`select`", "a policy's own block");
                }
                if let Some(first) = positions.select.replace(stmt.span) {
                    self.report(
                        Diagnostic::error(
                            code::DUPLICATE_FIELD,
                            self.place(stmt.span),
                            "a policy has one `select`",
                        )
                        .here("a second one")
                        .label(self.place(first), "the first one")
                        .help("join the conditions with `&&`"),
                    );
                }
                Stmt::Select(self.pure(e, &Want::Type(Ty::Bool)))
            }
            StmtKind::After(e) => {
                if role != Role::Policy {
                    return self.misplaced(stmt.span, "`after` on a line of its own", "a policy's own block");
                }
                self.policy_order(e)
            }
            StmtKind::Prune(prune) => {
                if role != Role::Policy {
                    return self.misplaced(stmt.span, "`prune`", "a policy's own block");
                }
                self.prune(prune, stmt.span, &mut positions.pruned)
            }
            StmtKind::Expr(e) => {
                let value = self.expr(e, &Want::Nothing);
                self.unused(value, e, role);
                Stmt::Expr(value)
            }
        };
        self.body.blocks[block.0 as usize].stmts.push(checked);
    }

    /// The local that a statement of this block declares; none for a second one of the same name, which was
    /// reported.
    pub(super) fn own_local(&self, block: BlockId, name: &ast::Name) -> Option<u32> {
        let locals = &self.body.block(block).locals;
        let (_, index, found) = self.local(&name.text)?;
        if found == block && locals[index as usize].span == name.span {
            return Some(index);
        }
        locals.iter().position(|l| l.span == name.span && l.name == name.text).map(|i| i as u32)
    }

    pub(super) fn let_value(&mut self, l: &'db ast::Let) -> hir::ExprId {
        match &l.ty {
            Some(written) => {
                let ty = signature::resolve(self.db, self.types(), written, &mut self.findings);
                if ty.any(&mut |ty| matches!(ty, Ty::Fn(..))) {
                    self.report(signature::function_kept(self.place(written.span)));
                }
                let id = self.expr(&l.value, &Want::Type(ty.clone()));
                // The name has the type that was written, not the narrower one of its value.
                if !self.ty(id).is_bottom() && *self.ty(id) != ty {
                    return self.push(ExprKind::Typed(id), ty, l.value.span);
                }
                id
            }
            None => {
                let id = self.expr(&l.value, &Want::Any);
                let ty = self.ty(id).clone();
                if ty.any(&mut |ty| matches!(ty, Ty::Hole)) || is_open(&ty) {
                    let shown = self.show(&ty);
                    self.report(
                        Diagnostic::error(
                            code::CANNOT_INFER,
                            self.place(l.value.span),
                            "nothing here says what this holds",
                        )
                        .here(format!("a `{shown}`"))
                        .help("write its type: `let name: List<String> = ..`"),
                    );
                    return self.error(l.value.span);
                }
                id
            }
        }
    }

    /// `let (a, b) = e`: sets the type of each name of the pattern.
    pub(super) fn destructure(&mut self, block: BlockId, l: &'db ast::Let, value: hir::ExprId) -> Stmt {
        let Some(pattern) = &l.pattern else { return Stmt::Expr(value) };
        let ty = self.ty(value).clone();
        let mut bound = Vec::new();
        let mut checked = self.irrefutable(pattern, &ty, &mut bound);
        let locals: Vec<Option<u32>> = bound
            .iter()
            .map(|local| self.own_local(block, &ast::Name { text: local.name.clone(), span: local.span }))
            .collect();
        for (local, found) in bound.into_iter().zip(&locals) {
            if let Some(index) = found {
                self.set_local_type(block, *index, local.ty);
            }
        }
        rebind(&mut checked, &locals);
        Stmt::Destructure(checked, value, l.constant.is_some())
    }

    /// Checks an expression that may not declare anything.
    pub(super) fn pure(&mut self, expr: &'db ast::Expr, want: &Want) -> hir::ExprId {
        let declares = std::mem::replace(&mut self.declares, false);
        let id = self.expr(expr, want);
        self.declares = declares;
        id
    }

    fn misplaced(&mut self, span: mc_syntax::Span, what: &str, place: &str) {
        self.report(
            Diagnostic::error(code::BAD_PLACE, self.place(span), format!("{what} may not stand here"))
                .here(format!("belongs in {place}")),
        );
    }

    /// A value that goes nowhere is a mistake of its author.
    fn unused(&mut self, value: hir::ExprId, expr: &ast::Expr, role: Role) {
        let pure = matches!(
            self.body.expr(value).kind,
            ExprKind::Value(_)
                | ExprKind::Local(..)
                | ExprKind::Global(..)
                | ExprKind::Field(..)
                | ExprKind::Binary(..)
                | ExprKind::Unary(..)
                | ExprKind::Concat(_)
                | ExprKind::List(_)
                | ExprKind::Record(..)
                | ExprKind::Variant(..)
                | ExprKind::Call(..)
                | ExprKind::CallFn(..)
                | ExprKind::Each(..)
                | ExprKind::Fold(..)
                | ExprKind::Tuple(_)
                | ExprKind::Map(_)
                | ExprKind::Set(_)
                | ExprKind::And(..)
                | ExprKind::Or(..)
                | ExprKind::Reference(..)
        );
        if !pure || *self.ty(value) == Ty::Error || *self.ty(value) == Ty::Never {
            return;
        }
        let diagnostic = Diagnostic::error(code::BAD_PLACE, self.place(expr.span), "this value is not used")
            .here(format!("a `{}` that goes nowhere", self.show(self.ty(value))));
        let diagnostic = match role {
            Role::Value => {
                diagnostic.help("the last expression of a block is its value; give others a name with `let`")
            }
            _ => diagnostic.help("give it a name with `let`, or remove it"),
        };
        self.report(diagnostic);
    }

    /// The module-level values of a file.
    pub(super) fn module_values(&mut self, items: &'db [ast::Item]) {
        let root = self.open(Vec::new());
        self.body.root = Some(root);
        // As statements, so that the order is found in one place.
        let mut names = FxHashMap::default();
        let lets: Vec<&'db ast::Let> = items
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Let(l) => Some(l),
                _ => None,
            })
            .filter(|l| {
                !names.contains_key(&l.name.text) && names.insert(l.name.text.clone(), names.len()).is_none()
            })
            .collect();
        for l in &lets {
            self.declare(l.name.text.clone(), Ty::Error, l.name.span);
        }
        let (db, file) = (self.db, self.file);
        let is_resource = |path: &ast::Path| is_resource(db, file, path);
        let order = super::order::order_values(&lets, &names, &is_resource);
        self.report_loops(&order.loops, &|at| &lets[at].name);
        // What a value needs through functions comes before it as well.
        let whole = super::recursion::value_order(db, file);
        let order = if order.loops.is_empty() && whole.len() == lets.len() {
            whole.iter().filter_map(|name| names.get(name).copied()).collect()
        } else {
            order.order
        };
        self.body.values = vec![hir::ModuleValue::default(); lets.len()];
        for at in order {
            let before = (self.body.exprs.len() as u32, self.body.blocks.len() as u32);
            let value = self.let_value(lets[at]);
            self.body.values[at] = hir::ModuleValue {
                exprs: (before.0, self.body.exprs.len() as u32),
                blocks: (before.1, self.body.blocks.len() as u32),
                value: Some(value),
            };
            let ty = self.ty(value).clone();
            self.set_local_type(root, at as u32, ty);
            let stmt = match lets[at].constant {
                Some(_) => Stmt::ConstLet(at as u32, value),
                None => Stmt::Let(at as u32, value),
            };
            self.body.blocks[root.0 as usize].stmts.push(stmt);
        }
        self.close();
    }
}

/// Whether a type was not inferred to the end: of an empty list, for example.
fn is_open(ty: &Ty) -> bool {
    match ty {
        Ty::Never | Ty::Error => false,
        ty => ty.any(&mut |ty| matches!(ty, Ty::Never)),
    }
}

/// Lets a pattern bind the block's own locals.
fn rebind(pattern: &mut hir::Pattern, locals: &[Option<u32>]) {
    match pattern {
        hir::Pattern::Bind(local) => match locals.get(*local as usize).copied().flatten() {
            Some(index) => *local = index,
            None => *pattern = hir::Pattern::Wildcard,
        },
        hir::Pattern::Some(inner) => rebind(inner, locals),
        hir::Pattern::Variant(_, parts) | hir::Pattern::Parts(parts) => {
            parts.iter_mut().for_each(|(_, part)| rebind(part, locals));
        }
        hir::Pattern::Wildcard | hir::Pattern::None | hir::Pattern::Value(_) => {}
    }
}

/// The names that a pattern binds, with their places.
pub(super) fn pattern_names(pattern: &ast::Pattern) -> Vec<ast::Name> {
    fn collect(pattern: &ast::Pattern, names: &mut Vec<ast::Name>) {
        let fields = match &pattern.kind {
            ast::PatternKind::Bind(text) => {
                names.push(ast::Name { text: text.clone(), span: pattern.span });
                return;
            }
            ast::PatternKind::Tuple(parts) => {
                parts.iter().for_each(|part| collect(part, names));
                return;
            }
            ast::PatternKind::Record { fields, .. } => fields.as_slice(),
            ast::PatternKind::Variant { fields, .. } => fields.as_deref().unwrap_or_default(),
            ast::PatternKind::Wildcard | ast::PatternKind::Literal(_) | ast::PatternKind::Error => return,
        };
        for field in fields {
            match &field.pattern {
                Some(inner) => collect(inner, names),
                None => names.push(field.name.clone()),
            }
        }
    }
    let mut names = Vec::new();
    collect(pattern, &mut names);
    names
}

/// The name that a statement declares.
fn declared_name(stmt: &ast::Stmt) -> &ast::Name {
    match &stmt.kind {
        StmtKind::Let(l) => &l.name,
        StmtKind::Param(p) => &p.name,
        StmtKind::Out(o) => &o.name,
        // invariant: loops go through names, and only these declare any.
        _ => unreachable!("a loop goes through declared names"),
    }
}

/// Positions of parameters and outputs in the order of the source, which is their order in the signature.
struct Positions {
    params: FxHashMap<usize, u32>,
    outs: FxHashMap<usize, u32>,
    select: Option<mc_syntax::Span>,
    /// The types that the policy prunes so far.
    pruned: Vec<(name::DeclId, mc_syntax::Span)>,
}

impl Positions {
    fn of(stmts: &[ast::Stmt]) -> Self {
        let mut positions = Positions {
            params: FxHashMap::default(),
            outs: FxHashMap::default(),
            select: None,
            pruned: Vec::new(),
        };
        for (at, stmt) in stmts.iter().enumerate() {
            let map = match stmt.kind {
                StmtKind::Param(_) => &mut positions.params,
                StmtKind::Out(_) => &mut positions.outs,
                _ => continue,
            };
            let next = map.len() as u32;
            map.insert(at, next);
        }
        positions
    }
}

/// Whether a path means a resource type.
pub(super) fn is_resource(db: &dyn crate::db::Db, file: crate::db::File, path: &ast::Path) -> bool {
    let [name] = path.segments.as_slice() else { return false };
    let entity = match &path.module {
        None => name::scope(db, file).get(&name.text).copied(),
        Some(module) => match name::scope(db, file).get(&module.text) {
            Some(Entity::Module(target)) => {
                name::declarations(db, *target).get(&name.text).map(|d| Entity::Decl(d.id, d.kind))
            }
            _ => None,
        },
    };
    matches!(entity, Some(Entity::Decl(_, DeclKind::Resource)))
}
