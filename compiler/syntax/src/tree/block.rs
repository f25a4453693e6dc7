//! Builds types, blocks and bodies.

use super::MAX_DEPTH;
use crate::Span;
use crate::ast::*;
use crate::deep::{BodyNode, Deep, List};
use crate::tree::Cx;

impl Cx<'_> {
    // Types

    fn type_node(&mut self, kind: TypeExprKind, span: Span, depth: u32) -> Deep<Box<TypeExpr>> {
        if depth > MAX_DEPTH {
            self.nested_too_deeply(span);
            return Deep::flat(Box::new(TypeExpr { kind: TypeExprKind::Error, span }));
        }
        Deep::new(Box::new(TypeExpr { kind, span }), depth + 1)
    }

    pub(crate) fn bad_type(&mut self, l: u32, r: u32) -> Deep<Box<TypeExpr>> {
        self.type_node(TypeExprKind::Error, Span::new(l, r), 0)
    }

    pub(crate) fn optional_type(&mut self, l: u32, ty: Deep<Box<TypeExpr>>, r: u32) -> Deep<Box<TypeExpr>> {
        self.type_node(TypeExprKind::Optional(ty.node), Span::new(l, r), ty.depth)
    }

    pub(crate) fn tuple_type(
        &mut self,
        l: u32,
        mut parts: List<Deep<Box<TypeExpr>>>,
        r: u32,
    ) -> Deep<Box<TypeExpr>> {
        let span = Span::new(l, r);
        match parts.nodes.pop() {
            // `(T)`
            Some(one) if parts.nodes.is_empty() => Deep::new(Box::new(TypeExpr { span, ..one }), parts.depth),
            last => {
                parts.nodes.extend(last);
                self.type_node(TypeExprKind::Tuple(parts.nodes), span, parts.depth)
            }
        }
    }

    pub(crate) fn function_type(
        &mut self,
        l: u32,
        params: List<Deep<Box<TypeExpr>>>,
        result: Deep<Box<TypeExpr>>,
        r: u32,
    ) -> Deep<Box<TypeExpr>> {
        let depth = params.depth.max(result.depth);
        let kind = TypeExprKind::Function { params: params.nodes, result: result.node };
        self.type_node(kind, Span::new(l, r), depth)
    }

    pub(crate) fn type_path(
        &mut self,
        l: u32,
        module: Option<Span>,
        name: Span,
        args: List<Deep<Box<TypeExpr>>>,
        r: u32,
    ) -> Deep<Box<TypeExpr>> {
        let module = module.map(|span| self.name(span.start, span.end));
        let name = self.name(name.start, name.end);
        self.type_node(TypeExprKind::Path { module, name, args: args.nodes }, Span::new(l, r), args.depth)
    }

    // Blocks

    pub(crate) fn block(&mut self, l: u32, stmts: List<Deep<Box<Stmt>>>, r: u32) -> Deep<Block> {
        let depth = stmts.depth;
        Deep::new(Block { stmts: stmts.into_nodes(), span: Span::new(l, r) }, depth)
    }

    pub(crate) fn stmt(&mut self, l: u32, kind: StmtKind, depth: u32, r: u32) -> Deep<Box<Stmt>> {
        let docs = self.docs(l);
        Deep::new(Box::new(Stmt { docs, kind, span: Span::new(l, r) }), depth)
    }

    pub(crate) fn stmt_param(
        &mut self,
        l: u32,
        constant: Option<Span>,
        param: Deep<Box<Param>>,
        r: u32,
    ) -> Deep<Box<Stmt>> {
        let Deep { node: mut param, depth } = param;
        param.constant = constant;
        self.schema_docs(l, &mut param);
        self.check_variable(&param.name);
        let docs = param.docs.clone();
        let mut stmt = self.stmt(l, StmtKind::Param(param), depth, r);
        stmt.node.docs = docs;
        stmt
    }

    pub(crate) fn stmt_out(
        &mut self,
        l: u32,
        name: Name,
        ty: Deep<Box<TypeExpr>>,
        value: Deep<Expr>,
        r: u32,
    ) -> Deep<Box<Stmt>> {
        self.stmt(l, StmtKind::Out(Out { name, ty: *ty.node, value: value.node }), value.depth, r)
    }

    pub(crate) fn stmt_defaults(&mut self, l: u32, path: Path, body: BodyNode, r: u32) -> Deep<Box<Stmt>> {
        self.stmt(l, StmtKind::Defaults(Defaults { path, body: body.body }), body.depth, r)
    }

    pub(crate) fn stmt_prune(
        &mut self,
        l: u32,
        types: List<Deep<Option<Box<Path>>>>,
        limit: Option<Deep<Expr>>,
        r: u32,
    ) -> Deep<Box<Stmt>> {
        let depth = limit.as_ref().map_or(0, |limit| limit.depth);
        let limit = limit.map(|limit| limit.node);
        self.stmt(l, StmtKind::Prune(Prune { types: types.nodes, limit }), depth, r)
    }

    pub(crate) fn bad_out(&mut self, l: u32, name: Name, value: Deep<Expr>, r: u32) -> Deep<Box<Stmt>> {
        let ty = self.bad_type(value.node.span.start, r);
        self.stmt_out(l, name, ty, value, r)
    }

    // Bodies

    pub(crate) fn attribute(&mut self, name: Name, value: Option<Deep<Expr>>) -> Deep<Box<BodyItem>> {
        let depth = value.as_ref().map_or(0, |value| value.depth);
        let value = value.map(|value| value.node);
        Deep::new(Box::new(BodyItem::Attribute { name, priority: None, value }), depth)
    }

    /// `mode = default 0o644`
    pub(crate) fn prior_attribute(
        &mut self,
        name: Name,
        priority: (Priority, Span),
        value: Deep<Expr>,
    ) -> Deep<Box<BodyItem>> {
        value
            .map(|value| Box::new(BodyItem::Attribute { name, priority: Some(priority), value: Some(value) }))
    }

    pub(crate) fn clause(
        &mut self,
        kind: ClauseKind,
        keyword: Span,
        value: Deep<Expr>,
        every: Option<Deep<Expr>>,
        r: u32,
    ) -> Deep<Box<BodyItem>> {
        let depth = value.depth.max(every.as_ref().map_or(0, |every| every.depth));
        let every = every.map(|every| every.node);
        let span = Span::new(keyword.start, r);
        Deep::new(Box::new(BodyItem::Clause(Clause { kind, keyword, value: value.node, every, span })), depth)
    }
}
