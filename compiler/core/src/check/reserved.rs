//! Forms that are read and have no meaning yet. A program that uses one is refused, so that none is passed over.
//! Whoever gives one a meaning takes it out of here.

use crate::db::File;
use crate::diagnostic::{Code, Diagnostic, Place};
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{
    BodyItem, Check, ClauseKind, Expr, ExprKind, Item, ItemKind, Let, Name, Param, Pattern, PatternKind,
    SourceFile, Stmt, StmtKind, TypeExpr, TypeExprKind,
};

/// A form that is reserved (`mc-syntax`).
const RESERVED: Code = Code("MC0120");

/// The reserved forms of a file.
pub fn diagnostics(file: File, tree: &SourceFile) -> Vec<Diagnostic> {
    let mut forms = Forms { file, found: Vec::new() };
    visit::walk_file(&mut forms, tree);
    forms.found
}

struct Forms {
    file: File,
    found: Vec<Diagnostic>,
}

impl Forms {
    fn reserve(&mut self, span: Span, form: &str) {
        let place = Place::new(self.file, span);
        let headline = format!("{form} has no meaning yet");
        self.found.push(Diagnostic::error(RESERVED, place, headline).here("reserved"));
    }

    fn generics(&mut self, names: &[Name]) {
        if let (Some(first), Some(last)) = (names.first(), names.last()) {
            self.reserve(first.span.to(last.span), "a type parameter");
        }
    }
}

impl<'a> Visitor<'a> for Forms {
    fn item(&mut self, item: &'a Item) {
        match &item.kind {
            ItemKind::TypeAlias(node) => self.reserve(node.name.span, "a name for a type"),
            ItemKind::Guard(node) => self.reserve(node.name.span, "a guard"),
            ItemKind::Rollout(node) => self.reserve(node.name.span, "a rollout"),
            ItemKind::Test(node) => self.reserve(node.name_span, "a test"),
            ItemKind::FactDecl(node) => self.reserve(node.name.span, "a fact"),
            ItemKind::Fn(node) => self.generics(&node.generics),
            ItemKind::Record(node) => self.generics(&node.generics),
            ItemKind::Enum(node) => self.generics(&node.generics),
            ItemKind::Component(node) => self.generics(&node.generics),
            _ => {}
        }
        visit::walk_item(self, item);
    }

    fn let_(&mut self, node: &'a Let) {
        if let Some(span) = node.constant {
            self.reserve(span, "`const`");
        }
        if let Some(pattern) = &node.pattern {
            self.reserve(pattern.span, "a pattern behind `let`");
        }
        visit::walk_let(self, node);
    }

    fn param(&mut self, param: &'a Param) {
        if let Some(span) = param.constant {
            self.reserve(span, "`const`");
        }
        if let Some(merge) = param.merge {
            self.reserve(merge.span, "a rule for layers");
        }
        visit::walk_param(self, param);
    }

    fn check(&mut self, check: &'a Check) {
        self.reserve(check.span, "`check`");
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::After(_) => self.reserve(stmt.span, "the order of policies"),
            StmtKind::Defaults(_) => self.reserve(stmt.span, "`defaults`"),
            StmtKind::Prune(_) => self.reserve(stmt.span, "`prune`"),
            _ => {}
        }
        visit::walk_stmt(self, stmt);
    }

    fn body_item(&mut self, item: &'a BodyItem) {
        match item {
            BodyItem::Attribute { priority: Some((_, span)), .. } => {
                self.reserve(*span, "the priority of a value");
            }
            BodyItem::Clause(clause)
                if matches!(clause.kind, ClauseKind::SkipWhen | ClauseKind::Approval | ClauseKind::Tags) =>
            {
                self.reserve(clause.keyword, "this clause");
            }
            _ => {}
        }
        visit::walk_body_item(self, item);
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Float(_) => self.reserve(expr.span, "a number with a fraction"),
            ExprKind::Tuple(_) | ExprKind::TupleIndex { .. } => self.reserve(expr.span, "a tuple"),
            ExprKind::Map(_) => self.reserve(expr.span, "a map"),
            ExprKind::Comprehension(_) => self.reserve(expr.span, "a comprehension"),
            ExprKind::With { .. } => self.reserve(expr.span, "`with`"),
            ExprKind::Match(node) => {
                let guards = node.arms.iter().filter_map(|arm| arm.guard.as_ref());
                let guards: Vec<Span> = guards.map(|guard| guard.span).collect();
                guards.into_iter().for_each(|span| self.reserve(span, "the condition of an arm"));
            }
            _ => {}
        }
        visit::walk_expr(self, expr);
    }

    fn pattern(&mut self, pattern: &'a Pattern) {
        match &pattern.kind {
            PatternKind::Tuple(_) => self.reserve(pattern.span, "a tuple"),
            PatternKind::Record { .. } => self.reserve(pattern.span, "a record in a pattern"),
            _ => {}
        }
        visit::walk_pattern(self, pattern);
    }

    fn type_expr(&mut self, ty: &'a TypeExpr) {
        match &ty.kind {
            TypeExprKind::Tuple(_) => self.reserve(ty.span, "a tuple"),
            TypeExprKind::Function { .. } => self.reserve(ty.span, "the type of a function"),
            _ => {}
        }
        visit::walk_type_expr(self, ty);
    }
}
