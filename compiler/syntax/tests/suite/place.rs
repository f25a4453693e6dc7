//! The places of nodes: each lies inside of its parent's, behind its sibling's, and begins and ends with a token.

use crate::corpus::{EXAMPLES, GOOD};
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::*;

struct Places<'t> {
    text: &'t str,
    /// The place of the node around.
    around: Span,
    /// Where the sibling before ends.
    last: u32,
    count: usize,
}

impl Places<'_> {
    fn node(&mut self, span: Span, go_on: impl FnOnce(&mut Self)) {
        let slice = &self.text[span.start as usize..span.end as usize];
        assert!(!slice.is_empty() && slice.trim() == slice, "{span:?} {slice:?}");
        assert!(
            self.around.start <= span.start && span.end <= self.around.end,
            "{slice:?} in {:?}",
            self.around
        );
        assert!(self.last <= span.start, "{slice:?} stands behind {}", self.last);
        let around = std::mem::replace(&mut self.around, span);
        self.last = span.start;
        self.count += 1;
        go_on(self);
        self.around = around;
        self.last = span.end;
    }
}

impl<'a> Visitor<'a> for Places<'_> {
    fn item(&mut self, item: &'a Item) {
        self.node(item.span, |places| visit::walk_item(places, item));
    }
    fn param(&mut self, param: &'a Param) {
        self.node(param.span, |places| visit::walk_param(places, param));
    }
    fn check(&mut self, check: &'a Check) {
        self.node(check.span, |places| visit::walk_check(places, check));
    }
    fn block(&mut self, block: &'a Block) {
        self.node(block.span, |places| visit::walk_block(places, block));
    }
    fn stmt(&mut self, stmt: &'a Stmt) {
        self.node(stmt.span, |places| visit::walk_stmt(places, stmt));
    }
    fn body(&mut self, body: &'a Body) {
        self.node(body.span, |places| visit::walk_body(places, body));
    }
    fn body_item(&mut self, item: &'a BodyItem) {
        let span = match item {
            BodyItem::Attribute { name, value, .. } => {
                value.as_ref().map_or(name.span, |value| name.span.to(value.span))
            }
            BodyItem::Clause(clause) => clause.span,
            BodyItem::Error(span) => *span,
        };
        self.node(span, |places| visit::walk_body_item(places, item));
    }
    fn expr(&mut self, expr: &'a Expr) {
        self.node(expr.span, |places| visit::walk_expr(places, expr));
    }
    fn pattern(&mut self, pattern: &'a Pattern) {
        self.node(pattern.span, |places| visit::walk_pattern(places, pattern));
    }
    fn type_expr(&mut self, ty: &'a TypeExpr) {
        self.node(ty.span, |places| visit::walk_type_expr(places, ty));
    }
    fn path(&mut self, path: &'a Path) {
        self.node(path.span, |_| {});
    }
}

#[test]
fn nodes_lie_in_their_parents() {
    for text in GOOD.iter().chain(EXAMPLES) {
        let parse = mc_syntax::parse(text);
        let whole = Span::new(0, text.len() as u32);
        let mut places = Places { text, around: whole, last: 0, count: 0 };
        visit::walk_file(&mut places, &parse.file);
        assert!(places.count > 2);
    }
}

/// The place of a node, cut out and read by itself, gives the same node.
#[test]
fn expressions_are_read_again_from_their_places() {
    struct Again<'t> {
        text: &'t str,
        count: usize,
    }
    impl<'a> Visitor<'a> for Again<'_> {
        fn expr(&mut self, expr: &'a Expr) {
            let slice = &self.text[expr.span.start as usize..expr.span.end as usize];
            // A block of text drops what its lines have in common, which the cut changes.
            if !slice.contains("\"\"\"") {
                let again = mc_syntax::parse(&format!("policy p {{\nlet x = {slice}\n}}\n"));
                let ItemKind::Policy(policy) = &again.file.items[0].kind else { panic!("{slice}") };
                let StmtKind::Let(node) = &policy.body.stmts[0].kind else { panic!("{slice}") };
                assert_eq!(crate::print::expr(&node.value), crate::print::expr(expr), "{slice}");
                self.count += 1;
            }
            visit::walk_expr(self, expr);
        }
    }
    let mut count = 0;
    for text in GOOD.iter().chain(EXAMPLES) {
        let parse = mc_syntax::parse(text);
        let mut again = Again { text, count: 0 };
        visit::walk_file(&mut again, &parse.file);
        count += again.count;
    }
    assert!(count > 500, "{count}");
}
