//! The order of a block's statements: every value before its use.
//!
//! Names are visible in their whole block, so the order of the source says nothing. What a statement needs
//! is read off the syntax: the names of the block that occur in it, but not those in the body of a resource,
//! because a reference is only type and key.

use mc_syntax::Span;
use mc_syntax::ast::{self, BodyItem, ClauseKind, Condition, Else, ExprKind, StmtKind, StringPart};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// The statements in order, and the loops that made that impossible.
pub(super) struct Order {
    /// Positions in the block.
    pub order: Vec<usize>,
    /// Each loop as the positions of its `let`s with the place where the next one is used.
    pub loops: Vec<Vec<(usize, Span)>>,
}

/// Sorts statements. `names` says which statement declares a name of this block; `is_resource` whether a
/// path means a resource type.
pub(super) fn order(
    stmts: &[ast::Stmt],
    names: &FxHashMap<SmolStr, usize>,
    is_resource: &dyn Fn(&ast::Path) -> bool,
) -> Order {
    if names.is_empty() {
        return Order { order: (0..stmts.len()).collect(), loops: Vec::new() };
    }
    let needs: Vec<Vec<(usize, Span)>> = stmts
        .iter()
        .map(|stmt| {
            let mut found = Vec::new();
            Uses { names, is_resource, found: &mut found }.stmt(stmt);
            found
        })
        .collect();
    sort(&needs)
}

/// Sorts module-level values in the same way.
pub(super) fn order_values(
    values: &[&ast::Let],
    names: &FxHashMap<SmolStr, usize>,
    is_resource: &dyn Fn(&ast::Path) -> bool,
) -> Order {
    let needs: Vec<Vec<(usize, Span)>> = values
        .iter()
        .map(|value| {
            let mut found = Vec::new();
            Uses { names, is_resource, found: &mut found }.expr(&value.value);
            found
        })
        .collect();
    sort(&needs)
}

/// Depth-first with an explicit stack, so that a chain of any length is no special case.
fn sort(needs: &[Vec<(usize, Span)>]) -> Order {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; needs.len()];
    let mut result = Order { order: Vec::with_capacity(needs.len()), loops: Vec::new() };
    for start in 0..needs.len() {
        if state[start] != State::New {
            continue;
        }
        let mut stack = vec![(start, 0usize)];
        state[start] = State::Open;
        while let Some((at, next)) = stack.last_mut() {
            let current = *at;
            if let Some(&(needed, _)) = needs[current].get(*next) {
                *next += 1;
                match state[needed] {
                    State::New => {
                        state[needed] = State::Open;
                        stack.push((needed, 0));
                    }
                    State::Open => {
                        let from = stack.iter().position(|(s, _)| *s == needed).unwrap_or(0);
                        let way = stack[from..].iter().map(|(s, n)| (*s, needs[*s][n - 1].1)).collect();
                        result.loops.push(way);
                    }
                    State::Done => {}
                }
            } else {
                state[current] = State::Done;
                result.order.push(current);
                stack.pop();
            }
        }
    }
    result
}

/// Collects the names of a block that an expression uses.
pub(super) struct Uses<'a> {
    pub names: &'a FxHashMap<SmolStr, usize>,
    pub is_resource: &'a dyn Fn(&ast::Path) -> bool,
    pub found: &'a mut Vec<(usize, Span)>,
}

impl Uses<'_> {
    pub(super) fn stmt(&mut self, stmt: &ast::Stmt) {
        match &stmt.kind {
            StmtKind::Let(l) => self.expr(&l.value),
            StmtKind::Param(p) => {
                if let Some(default) = &p.default {
                    self.expr(default);
                }
            }
            StmtKind::Out(o) => self.expr(&o.value),
            StmtKind::Select(e) | StmtKind::Expr(e) | StmtKind::After(e) => self.expr(e),
            StmtKind::Check(check) => {
                self.expr(&check.condition);
                self.expr(&check.message);
            }
            StmtKind::Defaults(_) | StmtKind::Prune(_) | StmtKind::Error => {}
        }
    }

    fn block(&mut self, block: &ast::Block) {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
    }

    fn name(&mut self, name: &str, span: Span) {
        if let Some(declared) = self.names.get(name) {
            self.found.push((*declared, span));
        }
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::String(parts) => {
                for part in parts {
                    if let StringPart::Hole(hole) = part {
                        self.expr(hole);
                    }
                }
            }
            ExprKind::Field { base, .. } => self.expr(base),
            ExprKind::Call { callee, args } => {
                self.expr(callee);
                for arg in args {
                    self.expr(&arg.value);
                }
            }
            ExprKind::Index { base, index } => {
                self.expr(base);
                self.expr(index);
            }
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::List(items) | ExprKind::Tuple(items) => items.iter().for_each(|item| self.expr(item)),
            ExprKind::TupleIndex { base, .. } => self.expr(base),
            ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| {
                self.expr(key);
                self.expr(value);
            }),
            ExprKind::Comprehension(c) => {
                self.expr(&c.iterable);
                let rest = [Some(&c.element), c.value.as_ref(), c.condition.as_ref()];
                rest.into_iter().flatten().for_each(|e| self.expr(e));
            }
            ExprKind::With { base, items } => {
                self.expr(base);
                items.iter().for_each(|item| self.expr(&item.value));
            }
            ExprKind::Construct(construct) => self.construct(construct),
            ExprKind::Reference { key, .. } => self.expr(key),
            ExprKind::Convert { value, .. } => self.expr(value),
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::If(i) => {
                match &i.condition {
                    Condition::Value(e) | Condition::Let(_, e) => self.expr(e),
                }
                self.block(&i.then);
                match &i.otherwise {
                    Some(Else::Block(block)) => self.block(block),
                    Some(Else::If(e)) => self.expr(e),
                    None => {}
                }
            }
            ExprKind::Match(m) => {
                self.expr(&m.scrutinee);
                for arm in &m.arms {
                    arm.guard.iter().for_each(|guard| self.expr(guard));
                    self.block(&arm.body);
                }
            }
            ExprKind::For(f) => {
                self.expr(&f.iterable);
                self.block(&f.body);
            }
            ExprKind::Lambda(l) => self.block(&l.body),
            ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Mode(_)
            | ExprKind::Path(_)
            | ExprKind::Variant(_)
            | ExprKind::SelfValue
            | ExprKind::Error => {}
        }
    }

    fn construct(&mut self, construct: &ast::Construct) {
        if let Some(title) = &construct.title {
            self.expr(title);
        }
        let resource = construct.path.as_ref().is_some_and(|path| (self.is_resource)(path));
        for item in &construct.body.items {
            match item {
                BodyItem::Attribute { name, value, .. } if !resource => match value {
                    Some(value) => self.expr(value),
                    None => self.name(&name.text, name.span),
                },
                BodyItem::Clause(clause) if matches!(clause.kind, ClauseKind::When | ClauseKind::Tags) => {
                    self.expr(&clause.value);
                }
                _ => {}
            }
        }
    }
}
