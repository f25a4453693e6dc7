//! Builds the tree: what the grammar's actions call.

use crate::Span;
use crate::ast::*;
use crate::deep::{ArmBody, BodyNode, Deep, HeadNode, List, PField, PFields};
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::lexer::{DocBlock, Lexed};
use crate::literal::{self, Piece};
use crate::token::{Lexeme, Token};
use crate::trivia::{Comment, CommentKind};
use std::cell::Cell;

/// Nodes on the longest path from an item to a leaf. A tree of this depth can be dropped, cloned and visited
/// by recursion in any thread.
const MAX_DEPTH: u32 = 256;

/// What the grammar's actions share.
pub(crate) struct Cx<'s> {
    pub(crate) text: &'s str,
    pub(crate) lexemes: &'s [Lexeme],
    /// The places of closing brackets that are not in the text.
    pub(crate) inserted: &'s [u32],
    /// The parts of the text whose mistakes are reported already.
    pub(crate) torn: &'s [Span],
    comments: &'s [Comment],
    docs: &'s [DocBlock],
    /// Which of `docs` found their declaration.
    docs_used: Vec<bool>,
    /// Set when there are enough mistakes.
    stop: &'s Cell<bool>,
    pub(crate) errors: Vec<SyntaxError>,
    too_deep: bool,
}

impl<'s> Cx<'s> {
    pub(crate) fn new(
        text: &'s str,
        lexed: &'s Lexed,
        inserted: &'s [u32],
        torn: &'s [Span],
        stop: &'s Cell<bool>,
    ) -> Self {
        Cx {
            text,
            lexemes: &lexed.lexemes,
            inserted,
            torn,
            comments: &lexed.trivia.comments,
            docs: &lexed.docs,
            docs_used: vec![false; lexed.docs.len()],
            stop,
            errors: Vec::new(),
            too_deep: false,
        }
    }

    pub(crate) fn slice(&self, span: Span) -> &'s str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    pub(crate) fn report(&mut self, error: SyntaxError) {
        if self.stop.get() {
            return;
        }
        self.errors.push(error);
        self.stop.set(self.errors.len() > crate::MAX_ERRORS);
    }

    /// The file's documentation and the mistakes; `correct` if no other stage found any.
    pub(crate) fn finish(mut self, correct: bool) -> (Option<SmolStr>, Vec<SyntaxError>) {
        let mut file = None;
        let mut lost = Vec::new();
        for (doc, used) in self.docs.iter().zip(&self.docs_used) {
            if doc.file && doc.leading && file.is_none() {
                file = Some(self.doc_text(doc));
            } else if !used {
                lost.push(doc);
            }
        }
        // Next to another mistake, its declaration may just not have been understood.
        if correct && self.errors.is_empty() {
            for doc in lost {
                let error = self.misplaced(doc);
                self.report(error);
            }
        }
        (file, self.errors)
    }

    fn misplaced(&self, doc: &DocBlock) -> SyntaxError {
        let place =
            |index: u32| self.comments.get(index as usize).map_or(Span::default(), |comment| comment.span);
        let span = place(doc.first).to(place(doc.end.saturating_sub(1)));
        let help = if doc.file {
            "`//!` documents the file and stands at its beginning; write `///` above a declaration"
        } else {
            "write `//` for a plain comment; `///` stands above a declaration, a field, a variant, a `param` or an `out`"
        };
        SyntaxError::new(Kind::MisplacedDoc, span).help(help)
    }

    fn doc_text(&self, doc: &DocBlock) -> SmolStr {
        let lines = self.comments.get(doc.first as usize..doc.end as usize).unwrap_or(&[]);
        let mut text = String::new();
        let lines = lines.iter().filter(|line| line.kind != CommentKind::Line);
        for (index, line) in lines.enumerate() {
            if index > 0 {
                text.push('\n');
            }
            let bare = self.slice(line.span).get(3..).unwrap_or("");
            text.push_str(bare.strip_prefix(' ').unwrap_or(bare));
        }
        text.into()
    }

    /// The documentation of the declaration that starts at `l`.
    fn docs(&mut self, l: u32) -> Option<SmolStr> {
        let end = self.docs.partition_point(|doc| doc.target <= l);
        let index = end.checked_sub(1)?;
        let doc = self.docs.get(index).filter(|doc| doc.target == l && !doc.file)?;
        let used = self.docs_used.get_mut(index)?;
        if *used {
            return None;
        }
        *used = true;
        Some(self.doc_text(doc))
    }

    // Names

    pub(crate) fn name(&self, l: u32, r: u32) -> Name {
        let span = Span::new(l, r);
        let text = self.slice(span);
        // `.Off` names the variant without its dot.
        match text.strip_prefix('.') {
            Some(bare) => Name { text: bare.into(), span: Span::new(l + 1, r) },
            None => Name { text: text.into(), span },
        }
    }

    pub(crate) fn import_one(&self, module: Vec<Name>, l: u32, r: u32) -> Import {
        let name = self.name(l, r);
        Import { module, names: Some(vec![ImportName { name, alias: None }]) }
    }

    // Items

    pub(crate) fn item(
        &mut self,
        l: u32,
        public: Option<Span>,
        kind: Box<ItemKind>,
        r: u32,
    ) -> Deep<Box<Item>> {
        let docs = self.docs(l);
        Deep::flat(Box::new(Item { docs, public, kind: *kind, span: Span::new(l, r) }))
    }

    pub(crate) fn bad_item(&mut self, l: u32, r: u32) -> Deep<Box<Item>> {
        self.item(l, None, Box::new(ItemKind::Error), r)
    }

    pub(crate) fn function(
        &mut self,
        name: Name,
        params: List<Deep<Option<Box<Param>>>>,
        result: Deep<Box<TypeExpr>>,
        body: Deep<Block>,
    ) -> Box<ItemKind> {
        self.check_variable(&name);
        for param in &params.nodes {
            self.check_variable(&param.name);
        }
        Box::new(ItemKind::Fn(Fn {
            name,
            generics: Vec::new(),
            params: params.nodes,
            result: *result.node,
            body: body.node,
        }))
    }

    pub(crate) fn let_(
        &mut self,
        name: Name,
        ty: Option<Deep<Box<TypeExpr>>>,
        value: Deep<Expr>,
    ) -> Deep<Box<Let>> {
        self.check_variable(&name);
        let ty = ty.map(|ty| *ty.node);
        Deep::new(Box::new(Let { constant: None, name, pattern: None, ty, value: value.node }), value.depth)
    }

    pub(crate) fn param(
        &mut self,
        l: u32,
        name: Name,
        ty: Deep<Box<TypeExpr>>,
        default: Option<Deep<Expr>>,
        r: u32,
    ) -> Deep<Box<Param>> {
        let docs = self.docs(l);
        let depth = default.as_ref().map_or(0, |value| value.depth);
        let default = default.map(|value| value.node);
        Deep::new(
            Box::new(Param {
                docs,
                constant: None,
                merge: None,
                name,
                ty: *ty.node,
                default,
                span: Span::new(l, r),
            }),
            depth,
        )
    }

    /// A parameter whose type could not be read.
    pub(crate) fn bad_param(&mut self, l: u32, name: Name, bad: u32, r: u32) -> Deep<Box<Param>> {
        let ty = self.bad_type(bad, r);
        self.param(l, name, ty, None, r)
    }

    /// A named thing that could not be read: it is not in the tree, and its documentation is not lost.
    pub(crate) fn nothing<T>(&mut self, l: u32) -> Deep<Option<Box<T>>> {
        let _ = self.docs(l);
        Deep::flat(None)
    }

    pub(crate) fn variant(
        &mut self,
        l: u32,
        name: Name,
        fields: List<Deep<Option<Box<Param>>>>,
        r: u32,
    ) -> Deep<Option<Box<Variant>>> {
        let docs = self.docs(l);
        Deep::flat(Some(Box::new(Variant {
            docs,
            name,
            fields: fields.nodes,
            checks: Vec::new(),
            span: Span::new(l, r),
        })))
    }

    // Resource schemas

    pub(crate) fn provider(&mut self, l: u32, name: Span, protocol: Span) -> Deep<Box<ResourceItem>> {
        let parts = literal::whole_string(self.text, name, &mut self.errors);
        let text = match parts.into_iter().next() {
            Some(StringPart::Text(text, _)) => text,
            _ => SmolStr::default(),
        };
        let value = match self.number(Token::Int, protocol.start, protocol.end).node.kind {
            ExprKind::Int(value) => value,
            _ => 0,
        };
        let span = Span::new(l, protocol.end);
        Deep::flat(Box::new(ResourceItem::Provider { name: text, name_span: name, protocol: value, span }))
    }

    /// A line of a schema, whose documentation may stand in front of words before its name.
    fn schema_docs(&mut self, l: u32, param: &mut Param) {
        if param.docs.is_none() {
            param.docs = self.docs(l);
        }
    }

    pub(crate) fn schema_key(
        &mut self,
        l: u32,
        local: bool,
        mut param: Deep<Box<Param>>,
    ) -> Deep<Box<ResourceItem>> {
        self.schema_docs(l, &mut param.node);
        param.map(|param| Box::new(ResourceItem::Key { local, param: *param }))
    }

    pub(crate) fn schema_attribute(
        &mut self,
        l: u32,
        mut param: Deep<Box<Param>>,
        accepts_secret: bool,
        union: bool,
    ) -> Deep<Box<ResourceItem>> {
        self.schema_docs(l, &mut param.node);
        param.map(|param| Box::new(ResourceItem::Attribute { param: *param, accepts_secret, union }))
    }

    pub(crate) fn schema_output(
        &mut self,
        l: u32,
        early: bool,
        mut param: Deep<Box<Param>>,
    ) -> Deep<Box<ResourceItem>> {
        self.schema_docs(l, &mut param.node);
        param.map(|param| Box::new(ResourceItem::Output { early, param: *param }))
    }

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

    pub(crate) fn stmt_param(&mut self, l: u32, param: Deep<Box<Param>>, r: u32) -> Deep<Box<Stmt>> {
        let Deep { node: mut param, depth } = param;
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

    // Expressions

    fn nested_too_deeply(&mut self, span: Span) {
        if !self.too_deep {
            self.too_deep = true;
            let start = Span::new(span.end, span.end);
            self.report(crate::bracket::too_deep(start));
        }
    }

    /// An expression over parts of which the deepest has the depth `depth`.
    fn expr(&mut self, kind: ExprKind, l: u32, r: u32, depth: u32) -> Deep<Expr> {
        let span = Span::new(l, r);
        if depth > MAX_DEPTH {
            self.nested_too_deeply(span);
            return Deep::flat(Expr { kind: ExprKind::Error, span });
        }
        Deep::new(Expr { kind, span }, depth + 1)
    }

    pub(crate) fn leaf(&mut self, kind: ExprKind, l: u32, r: u32) -> Deep<Expr> {
        Deep::flat(Expr { kind, span: Span::new(l, r) })
    }

    pub(crate) fn bad_expr(&mut self, l: u32, r: u32) -> Deep<Expr> {
        self.leaf(ExprKind::Error, l, r)
    }

    pub(crate) fn name_value(&mut self, l: u32, r: u32) -> Deep<Expr> {
        let text = SmolStr::new(self.slice(Span::new(l, r)));
        self.leaf(ExprKind::Name(text), l, r)
    }

    pub(crate) fn variant_value(&mut self, l: u32, r: u32) -> Deep<Expr> {
        let name = self.name(l, r);
        self.leaf(ExprKind::Variant(name), l, r)
    }

    pub(crate) fn number(&mut self, token: Token, l: u32, r: u32) -> Deep<Expr> {
        let span = Span::new(l, r);
        match literal::number(token, self.slice(span), span) {
            Ok(kind) => self.leaf(kind, l, r),
            Err(error) => {
                self.report(error);
                self.bad_expr(l, r)
            }
        }
    }

    pub(crate) fn string(&mut self, l: u32, r: u32) -> Deep<Expr> {
        let parts = literal::whole_string(self.text, Span::new(l, r), &mut self.errors);
        self.leaf(ExprKind::String(parts), l, r)
    }

    pub(crate) fn pieces(&mut self, l: u32, open_end: u32, pieces: Deep<Vec<Piece>>, r: u32) -> Deep<Expr> {
        let open = Span::new(l, open_end);
        let parts = literal::string(self.text, open, pieces.node, &mut self.errors);
        self.expr(ExprKind::String(parts), l, r, pieces.depth)
    }

    pub(crate) fn path(&self, module: Option<Span>, l: u32, r: u32) -> Path {
        let start = module.map_or(l, |span| span.start);
        let module = module.map(|span| self.name(span.start, span.end));
        Path { module, segments: vec![self.name(l, r)], span: Span::new(start, r) }
    }

    pub(crate) fn longer_path(&self, mut path: Path, l: u32, r: u32) -> Path {
        path.segments.push(self.name(l, r));
        path.span.end = r;
        path
    }

    pub(crate) fn path_value(&mut self, path: Path) -> Deep<Expr> {
        let span = path.span;
        self.leaf(ExprKind::Path(path), span.start, span.end)
    }

    pub(crate) fn paren(&mut self, l: u32, value: Deep<Expr>, r: u32) -> Deep<Expr> {
        self.expr(ExprKind::Paren(Box::new(value.node)), l, r, value.depth)
    }

    pub(crate) fn list(&mut self, l: u32, list: List<Deep<Expr>>, r: u32) -> Deep<Expr> {
        self.expr(ExprKind::List(list.nodes), l, r, list.depth)
    }

    pub(crate) fn field(
        &mut self,
        l: u32,
        base: Deep<Expr>,
        optional: bool,
        name: Name,
        r: u32,
    ) -> Deep<Expr> {
        let kind = ExprKind::Field { base: Box::new(base.node), optional, name };
        self.expr(kind, l, r, base.depth)
    }

    pub(crate) fn call(
        &mut self,
        l: u32,
        callee: Deep<Expr>,
        args: List<Deep<Box<Arg>>>,
        r: u32,
    ) -> Deep<Expr> {
        let kind = ExprKind::Call { callee: Box::new(callee.node), args: args.nodes };
        self.expr(kind, l, r, callee.depth.max(args.depth))
    }

    pub(crate) fn index(&mut self, l: u32, base: Deep<Expr>, index: Deep<Expr>, r: u32) -> Deep<Expr> {
        let kind = ExprKind::Index { base: Box::new(base.node), index: Box::new(index.node) };
        self.expr(kind, l, r, base.depth.max(index.depth))
    }

    pub(crate) fn reference(&mut self, path: Path, key: Deep<Expr>, r: u32) -> Deep<Expr> {
        let l = path.span.start;
        self.expr(ExprKind::Reference { path, key: Box::new(key.node) }, l, r, key.depth)
    }

    pub(crate) fn convert(&mut self, path: Path, value: Deep<Expr>, r: u32) -> Deep<Expr> {
        let l = path.span.start;
        self.expr(ExprKind::Convert { path, value: Box::new(value.node) }, l, r, value.depth)
    }

    pub(crate) fn construct(&mut self, path: Path, title: Option<Deep<Expr>>, body: BodyNode) -> Deep<Expr> {
        let (l, r) = (path.span.start, body.body.span.end);
        let depth = body.depth.max(title.as_ref().map_or(0, |title| title.depth));
        let title = title.map(|title| title.node);
        let construct = Construct { path: Some(path), variant: None, title, body: body.body };
        self.expr(ExprKind::Construct(Box::new(construct)), l, r, depth)
    }

    pub(crate) fn construct_variant(&mut self, l: u32, r: u32, body: BodyNode) -> Deep<Expr> {
        let end = body.body.span.end;
        let construct =
            Construct { path: None, variant: Some(self.name(l, r)), title: None, body: body.body };
        self.expr(ExprKind::Construct(Box::new(construct)), l, end, body.depth)
    }

    pub(crate) fn unary(&mut self, prefixes: Vec<(UnaryOp, Span)>, operand: Deep<Expr>) -> Deep<Expr> {
        let r = operand.node.span.end;
        prefixes.into_iter().rev().fold(operand, |operand, (op, op_span)| {
            let kind = ExprKind::Unary { op, op_span, operand: Box::new(operand.node) };
            self.expr(kind, op_span.start, r, operand.depth)
        })
    }

    pub(crate) fn binary(
        &mut self,
        left: Deep<Expr>,
        op: BinaryOp,
        op_span: Span,
        right: Deep<Expr>,
    ) -> Deep<Expr> {
        let (l, r) = (left.node.span.start, right.node.span.end);
        let depth = left.depth.max(right.depth);
        let kind = ExprKind::Binary { op, op_span, left: Box::new(left.node), right: Box::new(right.node) };
        self.expr(kind, l, r, depth)
    }

    pub(crate) fn if_(
        &mut self,
        l: u32,
        condition: Box<HeadNode>,
        then: Deep<Block>,
        elses: Vec<(u32, Box<HeadNode>, Deep<Block>)>,
        last: Option<Deep<Block>>,
        r: u32,
    ) -> Deep<Expr> {
        let mut depth = last.as_ref().map_or(0, |last| last.depth);
        let mut otherwise = last.map(|last| Else::Block(last.node));
        for (l, condition, then) in elses.into_iter().rev() {
            let expr = self.one_if(l, *condition, then, otherwise.take(), depth, r);
            depth = expr.depth;
            otherwise = Some(Else::If(Box::new(expr.node)));
        }
        self.one_if(l, *condition, then, otherwise, depth, r)
    }

    fn one_if(
        &mut self,
        l: u32,
        condition: HeadNode,
        then: Deep<Block>,
        otherwise: Option<Else>,
        depth: u32,
        r: u32,
    ) -> Deep<Expr> {
        let depth = depth.max(condition.depth).max(then.depth);
        let node = If { condition: condition.condition, then: then.node, otherwise };
        self.expr(ExprKind::If(Box::new(node)), l, r, depth)
    }

    pub(crate) fn match_(
        &mut self,
        l: u32,
        keyword: Span,
        scrutinee: Deep<Expr>,
        arms: List<Deep<Option<Box<Arm>>>>,
        r: u32,
    ) -> Deep<Expr> {
        let node = Match { scrutinee: scrutinee.node, arms: arms.nodes, keyword };
        self.expr(ExprKind::Match(Box::new(node)), l, r, scrutinee.depth.max(arms.depth))
    }

    /// A bare expression is a block of one statement.
    fn arm_block(&mut self, body: ArmBody) -> Deep<Block> {
        match body {
            ArmBody::Block(block) => block,
            ArmBody::Value(value) => {
                let span = value.node.span;
                let stmt = Stmt { docs: None, kind: StmtKind::Expr(value.node), span };
                Deep::new(Block { stmts: vec![stmt], span }, value.depth)
            }
        }
    }

    pub(crate) fn arm(
        &mut self,
        l: u32,
        pattern: Deep<Box<Pattern>>,
        body: ArmBody,
        r: u32,
    ) -> Deep<Option<Box<Arm>>> {
        let body = self.arm_block(body);
        let depth = pattern.depth.max(body.depth);
        Deep::new(
            Some(Box::new(Arm {
                pattern: *pattern.node,
                guard: None,
                body: body.node,
                span: Span::new(l, r),
            })),
            depth,
        )
    }

    pub(crate) fn for_(
        &mut self,
        l: u32,
        patterns: List<Deep<Box<Pattern>>>,
        iterable: Deep<Expr>,
        body: Deep<Block>,
        r: u32,
    ) -> Deep<Expr> {
        let depth = patterns.depth.max(iterable.depth).max(body.depth);
        let node = For { patterns: patterns.nodes, iterable: iterable.node, body: body.node };
        self.expr(ExprKind::For(Box::new(node)), l, r, depth)
    }

    pub(crate) fn lambda(
        &mut self,
        heads: Vec<(u32, List<Deep<Box<Pattern>>>)>,
        body: ArmBody,
        r: u32,
    ) -> Deep<Expr> {
        let mut body = self.arm_block(body);
        let mut lambda = None;
        for (l, params) in heads.into_iter().rev() {
            if let Some(inner) = lambda.take() {
                body = self.arm_block(ArmBody::Value(inner));
            }
            let depth = params.depth.max(body.depth);
            let block = std::mem::replace(&mut body.node, Block { stmts: Vec::new(), span: Span::at(l) });
            let node = Lambda { params: params.nodes, body: block };
            lambda = Some(self.expr(ExprKind::Lambda(Box::new(node)), l, r, depth));
        }
        // There is at least one head.
        lambda.unwrap_or_else(|| Deep::flat(Expr { kind: ExprKind::Error, span: Span::at(r) }))
    }

    // Patterns

    pub(crate) fn pattern(&mut self, kind: PatternKind, l: u32, r: u32) -> Deep<Box<Pattern>> {
        Deep::flat(Box::new(Pattern { kind, span: Span::new(l, r) }))
    }

    pub(crate) fn bind(&mut self, l: u32, r: u32) -> Deep<Box<Pattern>> {
        let name = self.name(l, r);
        self.check_variable(&name);
        self.pattern(PatternKind::Bind(name.text), l, r)
    }

    pub(crate) fn literal_pattern(&mut self, value: Deep<Expr>) -> Deep<Box<Pattern>> {
        let span = value.node.span;
        self.pattern(PatternKind::Literal(value.node), span.start, span.end)
    }

    pub(crate) fn variant_pattern(
        &mut self,
        path: Option<Path>,
        name: Name,
        fields: Option<PFields>,
        span: Span,
    ) -> Deep<Box<Pattern>> {
        let depth = fields.as_ref().map_or(0, |fields| fields.depth);
        let (fields, rest) = match fields {
            Some(PFields { fields, rest, .. }) => (Some(fields), rest),
            None => (None, None),
        };
        // Braces bound the depth of patterns.
        Deep::new(
            Box::new(Pattern { kind: PatternKind::Variant { path, name, fields, rest }, span }),
            depth + 1,
        )
    }

    /// `Tls.Off`; the last name is the variant.
    pub(crate) fn path_pattern(
        &mut self,
        mut path: Path,
        fields: Option<PFields>,
        r: u32,
    ) -> Deep<Box<Pattern>> {
        let span = Span::new(path.span.start, r);
        let Some(name) = path.segments.pop() else { return self.pattern(PatternKind::Error, span.start, r) };
        let path = match path.segments.last() {
            Some(last) => {
                path.span.end = last.span.end;
                Some(path)
            }
            None => {
                self.bare_variant(&name);
                None
            }
        };
        self.variant_pattern(path, name, fields, span)
    }

    pub(crate) fn pattern_field(
        &mut self,
        name: Name,
        pattern: Option<Deep<Box<Pattern>>>,
    ) -> Deep<Option<Box<PField>>> {
        let depth = pattern.as_ref().map_or(0, |pattern| pattern.depth);
        let pattern = pattern.map(|pattern| *pattern.node);
        Deep::new(Some(Box::new(PField::Field(PatternField { name, pattern }))), depth)
    }
}
