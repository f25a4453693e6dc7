//! The nodes that both trees have, in one notation: where each begins and ends, and what it is.

use crate::Node;
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, ExprKind, GuardItemKind, ItemKind, Name, PatternKind, ResourceItem, StmtKind};
use mc_syntax::ast::{RolloutItemKind, TestItemKind, TypeExprKind};
use std::collections::BTreeSet;

/// Nodes by their places.
pub(crate) type Nodes = BTreeSet<(u32, u32, &'static str)>;

/// Those of the compiler.
pub(crate) fn of_compiler(text: &str) -> Nodes {
    let file = mc_syntax::parse(text).file;
    let mut collector = Collector { text, nodes: Nodes::new() };
    visit::walk_file(&mut collector, &file);
    collector.nodes
}

/// What is compared of the grammar's nodes.
const KINDS: &[&str] = &[
    "after",
    "binary",
    "binding",
    "block",
    "body",
    "boolean",
    "budget",
    "call",
    "check",
    "clause",
    "component",
    "comprehension",
    "construct",
    "conversion",
    "defaults",
    "deny",
    "duration",
    "effects",
    "enum",
    "expect",
    "expect_fails",
    "expression_statement",
    "fact",
    "float",
    "for",
    "function",
    "function_type",
    "given",
    "guard",
    "health",
    "if",
    "import",
    "index",
    "integer",
    "labels",
    "lambda",
    "let",
    "list",
    "literal_pattern",
    "map",
    "match",
    "member",
    "message",
    "mode",
    "named_type",
    "none",
    "on",
    "optional_type",
    "out",
    "param",
    "parenthesized",
    "path",
    "path_pattern",
    "pause",
    "policy",
    "provider",
    "prune",
    "record",
    "record_pattern",
    "reference",
    "relation",
    "require_approval",
    "resource",
    "rollout",
    "rollout_policy",
    "select",
    "self",
    "size",
    "string",
    "test",
    "tuple",
    "tuple_index",
    "tuple_pattern",
    "tuple_type",
    "type_alias",
    "unary",
    "variable",
    "variant_pattern",
    "variant_value",
    "wave",
    "wildcard_pattern",
    "with",
];

/// Nodes whose name declares something.
const DECLARING: &[&str] = &[
    "attribute_schema",
    "component",
    "enum",
    "fact",
    "field",
    "function",
    "given",
    "guard",
    "key",
    "let",
    "out",
    "output",
    "param",
    "parameter",
    "policy",
    "record",
    "resource",
    "rollout",
    "type_alias",
    "variant",
    "wave",
];

/// What the compiler's tree has as a part of the parent.
const ONLY_IN_GRAMMAR: &[(&str, &str)] =
    &[("integer", "budget"), ("integer", "provider"), ("integer", "wave"), ("path", "record_pattern")];

/// Those of the grammar.
pub(crate) fn of_grammar(nodes: &[Node]) -> Nodes {
    let mut found = Nodes::new();
    let mut literals = Vec::new();
    for (kind, start, end, field, parent) in nodes {
        let (start, end) = (*start, *end);
        let parent = parent.as_deref().unwrap_or_default();
        if field.as_deref() == Some("name") && DECLARING.contains(&parent) {
            found.insert((start, end, "name"));
        }
        if kind == "literal_pattern" {
            literals.push((start, end));
        }
        // The literal in a pattern is the pattern.
        let in_literal = literals.last().is_some_and(|place| start >= place.0 && end <= place.1);
        if let Some(kind) = KINDS.iter().find(|known| *known == kind)
            && (!in_literal || *kind == "literal_pattern")
            && !ONLY_IN_GRAMMAR.contains(&(kind, parent))
        {
            found.insert((start, end, *kind));
        }
    }
    found
}

struct Collector<'s> {
    text: &'s str,
    nodes: Nodes,
}

impl Collector<'_> {
    fn add(&mut self, span: Span, kind: &'static str) {
        self.nodes.insert((span.start, span.end, kind));
    }

    fn name(&mut self, name: &Name) {
        self.add(name.span, "name");
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// What stands in parentheses that the compiler's tree does not have.
    fn inside(&self, span: Span) -> Span {
        let (text, mut depth) = (self.slice(span), 0);
        let close = text.bytes().position(|byte| {
            depth += i32::from(byte == b'(') - i32::from(byte == b')');
            depth == 0
        });
        if !text.starts_with('(') || close != Some(text.len() - 1) {
            return span;
        }
        let (inner, all) = (&text[1..text.len() - 1], span.start + 1);
        let start = all + (inner.len() - inner.trim_start().len()) as u32;
        Span::new(start, start + inner.trim().len() as u32)
    }

    /// A declaration without the `pub` in front of it.
    fn without_visibility(&self, item: &ast::Item) -> Span {
        let Some(public) = item.public else { return item.span };
        let rest = self.slice(Span::new(public.end, item.span.end));
        Span::new(public.end + (rest.len() - rest.trim_start().len()) as u32, item.span.end)
    }
}

impl<'a> Visitor<'a> for Collector<'_> {
    fn item(&mut self, item: &'a ast::Item) {
        let span = self.without_visibility(item);
        let (kind, name) = match &item.kind {
            ItemKind::Import(_) => ("import", None),
            ItemKind::Let(node) => ("let", Some(&node.name)),
            ItemKind::Fn(node) => ("function", Some(&node.name)),
            ItemKind::TypeAlias(node) => ("type_alias", Some(&node.name)),
            ItemKind::Record(node) => ("record", Some(&node.name)),
            ItemKind::Enum(node) => ("enum", Some(&node.name)),
            ItemKind::Labels(_) => ("labels", None),
            ItemKind::Resource(node) => ("resource", Some(&node.name)),
            ItemKind::Component(node) => ("component", Some(&node.name)),
            ItemKind::Policy(node) => ("policy", Some(&node.name)),
            ItemKind::Guard(node) => ("guard", Some(&node.name)),
            ItemKind::Rollout(node) => ("rollout", Some(&node.name)),
            ItemKind::Test(_) => ("test", None),
            ItemKind::FactDecl(node) => ("fact", Some(&node.name)),
            ItemKind::Error => ("error", None),
        };
        self.add(span, kind);
        if let Some(name) = name {
            self.name(name);
        }
        match &item.kind {
            ItemKind::Enum(node) => node.variants.iter().for_each(|variant| self.name(&variant.name)),
            ItemKind::Resource(node) => node.items.iter().for_each(|item| self.schema_item(item)),
            ItemKind::Guard(node) => node.items.iter().for_each(|item| self.guard_item(item)),
            ItemKind::Rollout(node) => node.items.iter().for_each(|item| self.rollout_item(item)),
            ItemKind::Test(node) => {
                self.add(node.name_span, "string");
                node.items.iter().for_each(|item| self.test_item(item));
            }
            _ => {}
        }
        visit::walk_item(self, item);
    }

    fn param(&mut self, param: &'a ast::Param) {
        self.name(&param.name);
        visit::walk_param(self, param);
    }

    fn check(&mut self, check: &'a ast::Check) {
        self.add(check.span, "check");
        visit::walk_check(self, check);
    }

    fn block(&mut self, block: &'a ast::Block) {
        // The value of an arm or of a lambda is a block of the tree as well.
        if self.slice(block.span).starts_with('{') {
            self.add(block.span, "block");
            return visit::walk_block(self, block);
        }
        for stmt in &block.stmts {
            visit::walk_stmt(self, stmt);
        }
    }

    fn stmt(&mut self, stmt: &'a ast::Stmt) {
        let kind = match &stmt.kind {
            StmtKind::Let(node) => {
                if node.pattern.is_none() {
                    self.name(&node.name);
                }
                "let"
            }
            StmtKind::Param(_) => "param",
            StmtKind::Out(node) => {
                self.name(&node.name);
                "out"
            }
            StmtKind::Select(_) => "select",
            StmtKind::After(_) => "after",
            StmtKind::Check(_) => "check",
            StmtKind::Defaults(_) => "defaults",
            StmtKind::Prune(_) => "prune",
            StmtKind::Expr(_) => "expression_statement",
            StmtKind::Error => "error",
        };
        self.add(stmt.span, kind);
        visit::walk_stmt(self, stmt);
    }

    fn body(&mut self, body: &'a ast::Body) {
        self.add(body.span, "body");
        visit::walk_body(self, body);
    }

    fn body_item(&mut self, item: &'a ast::BodyItem) {
        if let ast::BodyItem::Clause(clause) = item {
            self.add(clause.span, "clause");
        }
        visit::walk_body_item(self, item);
    }

    fn expr(&mut self, expr: &'a ast::Expr) {
        let kind = match &expr.kind {
            ExprKind::Bool(_) => "boolean",
            ExprKind::None => "none",
            // The smallest number is a literal with its sign.
            ExprKind::Int(_) if self.slice(expr.span).starts_with('-') => {
                self.add(Span::new(expr.span.start + 1, expr.span.end), "integer");
                "unary"
            }
            ExprKind::Int(_) => "integer",
            ExprKind::Float(_) => "float",
            ExprKind::Duration(_) => "duration",
            ExprKind::Size(_) => "size",
            ExprKind::Mode(_) => "mode",
            ExprKind::String(_) => "string",
            ExprKind::Name(_) => "variable",
            ExprKind::Path(_) => "path",
            ExprKind::Variant(_) => "variant_value",
            ExprKind::SelfValue => "self",
            ExprKind::Field { .. } => "member",
            ExprKind::Call { .. } => "call",
            ExprKind::Index { .. } => "index",
            ExprKind::Unary { .. } => "unary",
            ExprKind::Binary { .. } => "binary",
            ExprKind::Tuple(_) => "tuple",
            ExprKind::TupleIndex { index_span, .. } => {
                self.add(*index_span, "integer");
                "tuple_index"
            }
            ExprKind::List(_) => "list",
            ExprKind::Map(_) => "map",
            ExprKind::Comprehension(_) => "comprehension",
            ExprKind::With { .. } => "with",
            ExprKind::Construct(_) => "construct",
            ExprKind::Reference { .. } => "reference",
            ExprKind::Convert { .. } => "conversion",
            ExprKind::If(_) => "if",
            ExprKind::Match(_) => "match",
            ExprKind::For(_) => "for",
            ExprKind::Lambda(_) => "lambda",
            ExprKind::Paren(_) => "parenthesized",
            ExprKind::Error => "error",
        };
        self.add(expr.span, kind);
        visit::walk_expr(self, expr);
    }

    fn pattern(&mut self, pattern: &'a ast::Pattern) {
        let kind = match &pattern.kind {
            PatternKind::Wildcard => "wildcard_pattern",
            PatternKind::Bind(_) => "binding",
            PatternKind::Literal(_) => return self.add(pattern.span, "literal_pattern"),
            PatternKind::Tuple(_) => "tuple_pattern",
            PatternKind::Record { .. } => "record_pattern",
            // The grammar does not tell a variant with its enum from a record.
            PatternKind::Variant { path: Some(_), fields: Some(_), .. } => "record_pattern",
            PatternKind::Variant { path: Some(_), fields: None, .. } => "path_pattern",
            PatternKind::Variant { path: None, .. } => "variant_pattern",
            PatternKind::Error => "error",
        };
        let is_tuple = matches!(pattern.kind, PatternKind::Tuple(_));
        self.add(if is_tuple { pattern.span } else { self.inside(pattern.span) }, kind);
        let fields = match &pattern.kind {
            PatternKind::Record { fields, .. } => Some(fields),
            PatternKind::Variant { fields, .. } => fields.as_ref(),
            PatternKind::Tuple(parts) => return parts.iter().for_each(|part| self.pattern(part)),
            _ => None,
        };
        let fields = fields.into_iter().flatten();
        fields.filter_map(|field| field.pattern.as_ref()).for_each(|part| self.pattern(part));
    }

    fn type_expr(&mut self, ty: &'a ast::TypeExpr) {
        let kind = match &ty.kind {
            TypeExprKind::Path { .. } => "named_type",
            TypeExprKind::Optional(_) => "optional_type",
            TypeExprKind::Tuple(_) => "tuple_type",
            TypeExprKind::Function { .. } => "function_type",
            TypeExprKind::Error => "error",
        };
        let is_tuple = matches!(ty.kind, TypeExprKind::Tuple(_));
        self.add(if is_tuple { ty.span } else { self.inside(ty.span) }, kind);
        visit::walk_type_expr(self, ty);
    }

    fn path(&mut self, path: &'a ast::Path) {
        self.add(path.span, "path");
    }
}

impl Collector<'_> {
    fn schema_item(&mut self, item: &ResourceItem) {
        match item {
            ResourceItem::Provider { name_span, span, .. } => {
                self.add(*span, "provider");
                self.add(*name_span, "string");
            }
            ResourceItem::Relation { span, .. } | ResourceItem::After { span, .. } => {
                self.add(*span, "relation");
            }
            ResourceItem::Effects { span, .. } => self.add(*span, "effects"),
            ResourceItem::Error(span) => self.add(*span, "error"),
            ResourceItem::Key { .. }
            | ResourceItem::Attribute { .. }
            | ResourceItem::Output { .. }
            | ResourceItem::Check(_) => {}
        }
    }

    fn guard_item(&mut self, item: &ast::GuardItem) {
        let kind = match &item.kind {
            GuardItemKind::Deny(_) => "deny",
            GuardItemKind::On(_) => "on",
            GuardItemKind::RequireApproval(_) => "require_approval",
            GuardItemKind::Message(_) => "message",
            GuardItemKind::Error => "error",
        };
        self.add(item.span, kind);
    }

    fn rollout_item(&mut self, item: &ast::RolloutItem) {
        let kind = match &item.kind {
            RolloutItemKind::Policy(_) => "rollout_policy",
            RolloutItemKind::Wave(wave) => {
                self.name(&wave.name);
                "wave"
            }
            RolloutItemKind::Pause(_) => "pause",
            RolloutItemKind::Health(_) => "health",
            RolloutItemKind::Budget(_) => "budget",
            RolloutItemKind::Error => "error",
        };
        self.add(item.span, kind);
    }

    fn test_item(&mut self, item: &ast::TestItem) {
        let kind = match &item.kind {
            TestItemKind::Given(given) => {
                self.name(&given.name);
                "given"
            }
            TestItemKind::Let(node) => {
                if node.pattern.is_none() {
                    self.name(&node.name);
                }
                "let"
            }
            TestItemKind::Expect(_) => "expect",
            TestItemKind::ExpectFails(_) => "expect_fails",
            TestItemKind::Error => "error",
        };
        self.add(item.span, kind);
    }
}
