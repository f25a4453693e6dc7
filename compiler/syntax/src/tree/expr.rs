//! Builds expressions.

use super::MAX_DEPTH;
use crate::Span;
use crate::ast::*;
use crate::deep::{ArmBody, BodyNode, CompNode, Deep, HeadNode, List};
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::literal::{self, Piece};
use crate::token::Token;
use crate::tree::Cx;

impl Cx<'_> {
    pub(super) fn nested_too_deeply(&mut self, span: Span) {
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
            Err(_) if token == Token::Int && self.is_smallest(span) => {
                self.leaf(ExprKind::Int(i64::MIN), l, r)
            }
            Err(error) => {
                self.report(error);
                self.bad_expr(l, r)
            }
        }
    }

    /// Whether it is the number of the smallest integer, whose sign comes before it: 2^63 itself is too large.
    fn is_smallest(&self, span: Span) -> bool {
        let at = self.lexemes.partition_point(|lexeme| lexeme.span.start < span.start);
        let token = |at: Option<usize>| at.and_then(|at| self.lexemes.get(at)).map(|lexeme| lexeme.token);
        // What follows a number binds tighter than the sign.
        let postfix = matches!(
            token(at.checked_add(1)),
            Some(Token::Dot | Token::QuestionDot | Token::LParen | Token::LBracket | Token::With)
        );
        token(at.checked_sub(1)) == Some(Token::Minus)
            && !token(at.checked_sub(2)).is_some_and(Token::can_end_operand)
            && !postfix
            && literal::is_smallest(self.slice(span))
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
        self.leaf(ExprKind::Path(Box::new(path)), span.start, span.end)
    }

    /// `f<T>()` at its parenthesis: the two signs are reported when the operation is complete.
    fn is_generic_call(&self, l: u32) -> bool {
        let at = self.lexemes.partition_point(|lexeme| lexeme.span.start < l);
        let before = at.checked_sub(3).and_then(|from| self.lexemes.get(from..at)).unwrap_or(&[]);
        let tokens = [Token::Lt, Token::Upper, Token::Gt];
        before.iter().map(|lexeme| lexeme.token).eq(tokens)
    }

    /// `(e)` or `(a, b)`
    pub(crate) fn paren_or_tuple(&mut self, l: u32, mut list: List<Deep<Expr>>, r: u32) -> Deep<Expr> {
        let depth = list.depth;
        let Some(last) = list.nodes.pop() else {
            if !self.is_generic_call(l) {
                let kind = Kind::MissingValue { what: "a value", after: "`(`".to_owned() };
                self.report(SyntaxError::new(kind, Span::at(l + 1)));
            }
            return self.bad_expr(l, r);
        };
        if list.nodes.is_empty() {
            self.single_tuple(&last, r);
            return self.paren(l, Deep::new(last, depth), r);
        }
        list.nodes.push(last);
        self.expr(ExprKind::Tuple(list.nodes), l, r, depth)
    }

    pub(crate) fn paren(&mut self, l: u32, value: Deep<Expr>, r: u32) -> Deep<Expr> {
        self.expr(ExprKind::Paren(Box::new(value.node)), l, r, value.depth)
    }

    pub(crate) fn list(&mut self, l: u32, list: List<Deep<Expr>>, r: u32) -> Deep<Expr> {
        self.expr(ExprKind::List(list.nodes), l, r, list.depth)
    }

    pub(crate) fn entry(&mut self, key: Deep<Expr>, value: Deep<Expr>) -> Deep<Box<(Expr, Expr)>> {
        Deep::new(Box::new((key.node, value.node)), key.depth.max(value.depth))
    }

    pub(crate) fn map(&mut self, l: u32, entries: List<Deep<Box<(Expr, Expr)>>>, r: u32) -> Deep<Expr> {
        let depth = entries.depth;
        self.expr(ExprKind::Map(entries.into_nodes()), l, r, depth)
    }

    #[expect(clippy::boxed_local, reason = "the symbols on the parser's stack stay small")]
    pub(crate) fn comprehension(
        &mut self,
        l: u32,
        element: Deep<Expr>,
        value: Option<Deep<Expr>>,
        rest: Box<CompNode>,
        r: u32,
    ) -> Deep<Expr> {
        let value_depth = value.as_ref().map_or(0, |value| value.depth);
        let depth = element.depth.max(value_depth).max(rest.depth);
        let node = Comprehension {
            element: element.node,
            value: value.map(|value| value.node),
            patterns: rest.patterns,
            iterable: rest.iterable,
            condition: rest.condition,
        };
        self.expr(ExprKind::Comprehension(Box::new(node)), l, r, depth)
    }

    pub(crate) fn with(
        &mut self,
        l: u32,
        base: Deep<Expr>,
        items: List<Deep<Option<Box<WithItem>>>>,
        r: u32,
    ) -> Deep<Expr> {
        let depth = base.depth.max(items.depth);
        let kind = ExprKind::With { base: Box::new(base.node), items: items.into_nodes() };
        self.expr(kind, l, r, depth)
    }

    pub(crate) fn with_item(
        &mut self,
        l: u32,
        path: Vec<Name>,
        value: Deep<Expr>,
        r: u32,
    ) -> Deep<Option<Box<WithItem>>> {
        value.map(|value| Some(Box::new(WithItem { path, value, span: Span::new(l, r) })))
    }

    /// `pair.0`, whose number is at `n`.
    pub(crate) fn tuple_index(
        &mut self,
        l: u32,
        base: Deep<Expr>,
        optional: bool,
        n: u32,
        r: u32,
    ) -> Deep<Expr> {
        let index_span = Span::new(n, r);
        let index = match literal::number(Token::Int, self.slice(index_span), index_span) {
            Ok(ExprKind::Int(index)) => u32::try_from(index).unwrap_or(u32::MAX),
            Ok(_) => u32::MAX,
            Err(error) => {
                self.report(error);
                return self.bad_expr(l, r);
            }
        };
        let kind = ExprKind::TupleIndex { base: Box::new(base.node), index, index_span, optional };
        self.expr(kind, l, r, base.depth)
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
        self.expr(ExprKind::Reference { path: Box::new(path), key: Box::new(key.node) }, l, r, key.depth)
    }

    pub(crate) fn convert(&mut self, path: Path, value: Deep<Expr>, r: u32) -> Deep<Expr> {
        let l = path.span.start;
        self.expr(ExprKind::Convert { path: Box::new(path), value: Box::new(value.node) }, l, r, value.depth)
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
            if op == UnaryOp::Negate
                && operand.node.kind == ExprKind::Int(i64::MIN)
                && !self.slice(operand.node.span).starts_with('-')
            {
                return self.leaf(ExprKind::Int(i64::MIN), op_span.start, r);
            }
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
    pub(crate) fn arm_block(&mut self, body: ArmBody) -> Deep<Block> {
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
        guard: Option<Deep<Expr>>,
        body: ArmBody,
        r: u32,
    ) -> Deep<Option<Box<Arm>>> {
        let body = self.arm_block(body);
        let guard_depth = guard.as_ref().map_or(0, |guard| guard.depth);
        let depth = pattern.depth.max(body.depth).max(guard_depth);
        let guard = guard.map(|guard| guard.node);
        Deep::new(
            Some(Box::new(Arm { pattern: *pattern.node, guard, body: body.node, span: Span::new(l, r) })),
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
}
