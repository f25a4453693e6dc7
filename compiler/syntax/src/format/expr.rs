//! Expressions and patterns.

use super::layout::Command;
use super::writer::{Brackets, Writer};
use crate::Span;
use crate::ast::{
    Arg, BinaryOp, Comprehension, Condition, Construct, Else, Expr, ExprKind, If, Path, Pattern,
    PatternField, PatternKind, WithItem,
};
use crate::operator::strength;
use crate::token::Token;

/// A first call stays beside what it is called on if that is not longer: a break would gain nothing.
const SHORT: u32 = 6;

/// What stands behind an operand: `.name`, `(args)`, `[index]`, `with { .. }`.
enum Link<'a> {
    Name(u32),
    Call(&'a [Arg], Span),
    Index(&'a Expr),
    With(&'a [WithItem]),
}

/// The expressions that are one word, or names with dots between them.
macro_rules! words {
    () => {
        ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Mode(_)
            | ExprKind::Name(_)
            | ExprKind::Variant(_)
            | ExprKind::SelfValue
            | ExprKind::Path(_)
    };
}

impl Writer<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Field { .. }
            | ExprKind::TupleIndex { .. }
            | ExprKind::Call { .. }
            | ExprKind::Index { .. }
            | ExprKind::With { .. } => self.chain(expr),
            ExprKind::Unary { op_span, operand, .. } => {
                self.until(op_span.end);
                self.expr(operand);
            }
            ExprKind::Binary { op, .. } => self.operators(expr, *op),
            ExprKind::Tuple(parts) => self.elements(Brackets::Round, &[], parts, Self::expr),
            ExprKind::List(parts) => {
                let words: Vec<Span> = parts.iter().map(|part| part.span).collect();
                let rows = if parts.iter().all(plain) { self.rows(&words) } else { Vec::new() };
                self.elements(Brackets::List, &rows, parts, Self::expr);
            }
            ExprKind::Map(entries) => {
                self.elements(Brackets::List, &[], entries, |writer, (key, value)| {
                    writer.expr(key);
                    writer.out.push(Command::Space);
                    writer.expect(Token::FatArrow);
                    writer.out.push(Command::Space);
                    writer.expr(value);
                });
            }
            ExprKind::Comprehension(node) => self.comprehension(node),
            ExprKind::Construct(node) => self.construct(node),
            ExprKind::Reference { path, key: value } => {
                self.until(path.span.end);
                self.hugging(Token::RBracket, |writer| writer.expr(value));
            }
            ExprKind::Convert { path, value } => {
                self.until(path.span.end);
                self.hugging(Token::RParen, |writer| writer.expr(value));
            }
            ExprKind::If(node) => {
                self.out.push(Command::Begin);
                self.if_(node);
                self.out.push(Command::End);
            }
            ExprKind::Match(node) => {
                self.expect(Token::Match);
                self.out.push(Command::Space);
                self.expr(&node.scrutinee);
                self.out.push(Command::Space);
                self.list_of_items(&node.arms, false, Self::arm);
            }
            ExprKind::For(node) => {
                self.expect(Token::For);
                self.each(&node.patterns, &node.iterable);
                self.out.push(Command::Space);
                self.block(&node.body);
            }
            ExprKind::Lambda(node) => {
                self.expect(Token::Bar);
                self.patterns(&node.params);
                self.expect(Token::Bar);
                self.out.push(Command::Space);
                self.inner_block(&node.body);
            }
            ExprKind::Paren(inner) => {
                if hugged(inner) {
                    self.hugging(Token::RParen, |writer| writer.expr(inner));
                } else {
                    self.parentheses(inner);
                }
            }
            words!() | ExprKind::String(_) | ExprKind::Error => self.until(expr.span.end),
        }
    }

    /// `(e)`: an operator expression may have lines of its own.
    fn parentheses(&mut self, inner: &Expr) {
        self.group(|writer| {
            writer.hugging(Token::RParen, |writer| {
                writer.indented(|writer| {
                    writer.out.push(Command::SoftLine);
                    writer.expr(inner);
                    writer.comments_inside();
                });
                writer.out.push(Command::SoftLine);
            });
        });
    }

    /// Operators of one precedence in a row. The line ends before an operator, or behind it where a `-` at the
    /// beginning of a line would begin an item.
    fn operators(&mut self, expr: &Expr, op: BinaryOp) {
        let level = strength(op);
        let mut operands = Vec::new();
        // All group to the left but `??`.
        let mut first = expr;
        if op == BinaryOp::Coalesce {
            let mut last = expr;
            let mut left = Vec::new();
            while let ExprKind::Binary { op: BinaryOp::Coalesce, left: operand, right, .. } = &last.kind {
                left.push((op, operand.as_ref()));
                last = right;
            }
            first = left.first().map_or(expr, |(_, operand)| *operand);
            operands.extend(left.into_iter().skip(1).chain([(op, last)]));
        } else {
            while let ExprKind::Binary { op, left, right, .. } = &first.kind {
                if strength(*op) != level {
                    break;
                }
                operands.push((*op, right.as_ref()));
                first = left;
            }
            operands.reverse();
        }
        self.out.push(Command::Begin);
        self.expr(first);
        self.out.push(Command::Indent);
        let behind = !self.free && operands.iter().any(|(op, _)| *op == BinaryOp::Subtract);
        for (_, operand) in operands {
            self.out.push(if behind { Command::Space } else { Command::Line });
            self.take();
            self.out.push(if behind { Command::Line } else { Command::Space });
            self.expr(operand);
        }
        self.out.extend([Command::Dedent, Command::End]);
    }

    /// An operand with what stands behind it.
    fn chain(&mut self, expr: &Expr) {
        let mut links = Vec::new();
        let mut base = expr;
        loop {
            let (link, next) = match &base.kind {
                ExprKind::Field { base, name, .. } => (Link::Name(name.span.end), base),
                ExprKind::TupleIndex { base, index_span, .. } => (Link::Name(index_span.end), base),
                ExprKind::Call { callee, args } => {
                    (Link::Call(args, Span::new(callee.span.end, base.span.end)), callee)
                }
                ExprKind::Index { base, index } => (Link::Index(index), base),
                ExprKind::With { base, items } => (Link::With(items), base),
                _ => break,
            };
            links.push(link);
            base = next;
        }
        links.reverse();
        let called = |at: usize| {
            matches!((links.get(at), links.get(at + 1)), (Some(Link::Name(_)), Some(Link::Call(..))))
        };
        let calls = (0..links.len()).filter(|at| called(*at)).count();
        let breaks = calls > 1;
        if breaks {
            self.out.push(Command::Begin);
        }
        let start = base.span.start;
        self.expr(base);
        let mut indented = false;
        for (at, link) in links.iter().enumerate() {
            match link {
                Link::Name(end) => {
                    let before = match at.checked_sub(1).and_then(|at| links.get(at)) {
                        Some(Link::Name(end)) => *end,
                        Some(_) => u32::MAX,
                        None => base.span.end,
                    };
                    let short = !indented && before.saturating_sub(start) <= SHORT;
                    if breaks && called(at) && !short {
                        if !std::mem::replace(&mut indented, true) {
                            self.out.push(Command::Indent);
                        }
                        self.out.push(Command::SoftLine);
                    }
                    self.until(*end);
                }
                Link::Call(args, span) => self.arguments(args, *span),
                Link::Index(index) => self.hugging(Token::RBracket, |writer| writer.expr(index)),
                Link::With(items) => {
                    self.out.push(Command::Space);
                    self.expect(Token::With);
                    self.out.push(Command::Space);
                    self.list_of_items(*items, false, |writer, item| {
                        writer.head(item.value.span.start);
                        writer.expr(&item.value);
                    });
                }
            }
        }
        if indented {
            self.out.push(Command::Dedent);
        }
        if breaks {
            self.out.push(Command::End);
        }
    }

    /// `(a, b = c)`. A last argument that has brackets of its own begins on the line of the call.
    fn arguments(&mut self, args: &[Arg], span: Span) {
        if let Some((last, others)) = args.split_last()
            && hugged(&last.value)
            && others.iter().all(|arg| plain(&arg.value))
            && !self.has_comment_in(Span::new(span.start, last.value.span.start))
            && !self.has_comment_in(Span::new(last.value.span.end, span.end))
        {
            return self.hugging(Token::RParen, |writer| {
                for (index, arg) in args.iter().enumerate() {
                    if index > 0 {
                        writer.comma();
                    }
                    writer.argument(arg);
                }
            });
        }
        self.elements(Brackets::Round, &[], args, Self::argument);
    }

    fn argument(&mut self, arg: &Arg) {
        if arg.name.is_some() {
            self.head(arg.value.span.start);
        }
        self.expr(&arg.value);
    }

    fn comprehension(&mut self, node: &Comprehension) {
        self.group(|writer| {
            writer.hugging(Token::RBracket, |writer| {
                writer.indented(|writer| {
                    writer.out.push(Command::SoftLine);
                    writer.expr(&node.element);
                    if let Some(value) = &node.value {
                        writer.out.push(Command::Space);
                        writer.expect(Token::FatArrow);
                        writer.out.push(Command::Space);
                        writer.expr(value);
                    }
                    writer.out.push(Command::Line);
                    writer.expect(Token::For);
                    writer.each(&node.patterns, &node.iterable);
                    if let Some(condition) = &node.condition {
                        writer.out.push(Command::Line);
                        writer.expect(Token::If);
                        writer.out.push(Command::Space);
                        writer.expr(condition);
                    }
                    writer.comments_inside();
                });
                writer.out.push(Command::SoftLine);
            });
        });
    }

    /// What stands behind `for`, up to the end of what is run over.
    fn each(&mut self, patterns: &[Pattern], iterable: &Expr) {
        self.out.push(Command::Space);
        self.patterns(patterns);
        self.out.push(Command::Space);
        self.expect(Token::In);
        self.out.push(Command::Space);
        self.expr(iterable);
    }

    fn construct(&mut self, node: &Construct) {
        match (&node.path, &node.variant) {
            (Some(Path { span, .. }), _) => self.until(span.end),
            (None, Some(variant)) => self.until(variant.span.end),
            (None, None) => {}
        }
        self.out.push(Command::Space);
        if let Some(title) = &node.title {
            self.expr(title);
            self.out.push(Command::Space);
        }
        self.body(&node.body);
    }

    fn if_(&mut self, node: &If) {
        self.expect(Token::If);
        self.out.push(Command::Space);
        match &node.condition {
            Condition::Value(value) => self.expr(value),
            Condition::Let(pattern, value) => {
                self.expect(Token::Let);
                self.out.push(Command::Space);
                self.pattern(pattern);
                self.out.push(Command::Space);
                self.expect(Token::Eq);
                self.out.push(Command::Space);
                self.expr(value);
            }
        }
        self.out.push(Command::Space);
        self.open_block(&node.then);
        let Some(otherwise) = &node.otherwise else { return };
        self.out.push(if self.has_comment() { Command::HardLine } else { Command::Space });
        self.expect(Token::Else);
        self.out.push(Command::Space);
        match otherwise {
            Else::Block(block) => self.open_block(block),
            Else::If(next) => match &next.kind {
                ExprKind::If(node) => self.if_(node),
                _ => self.expr(next),
            },
        }
    }

    // Patterns

    fn patterns(&mut self, patterns: &[Pattern]) {
        for (index, pattern) in patterns.iter().enumerate() {
            if index > 0 {
                self.comma();
            }
            self.pattern(pattern);
        }
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) {
        let (head, fields, rest) = match &pattern.kind {
            PatternKind::Tuple(parts) => return self.elements(Brackets::Pattern, &[], parts, Self::pattern),
            PatternKind::Record { path, fields, rest } => (path.span.end, fields, rest),
            PatternKind::Variant { name, fields: Some(fields), rest, .. } => (name.span.end, fields, rest),
            _ => return self.until(pattern.span.end),
        };
        self.until(head);
        self.out.push(Command::Space);
        self.braces(false, |writer| {
            let mut rest = *rest;
            let mut first = true;
            for field in fields {
                if let Some(span) = rest.take_if(|rest| rest.start < field.name.span.start) {
                    writer.item(std::mem::take(&mut first));
                    writer.until(span.end);
                }
                writer.item(std::mem::take(&mut first));
                writer.pattern_field(field);
            }
            if let Some(span) = rest {
                writer.item(first);
                writer.until(span.end);
            }
        });
    }

    fn pattern_field(&mut self, field: &PatternField) {
        match &field.pattern {
            Some(pattern) => {
                self.head(pattern.span.start);
                self.pattern(pattern);
            }
            None => self.short(&field.name),
        }
    }
}

/// Whether it has brackets of its own, which may be broken in its stead.
fn hugged(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Comprehension(_)
        | ExprKind::Construct(_)
        | ExprKind::With { .. }
        | ExprKind::If(_)
        | ExprKind::Match(_)
        | ExprKind::For(_)
        | ExprKind::Lambda(_)
        | ExprKind::String(_) => true,
        ExprKind::Call { callee, .. } => plain(callee),
        _ => false,
    }
}

/// Whether it is a word or a row of words, on one line.
fn plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Field { base, .. } | ExprKind::TupleIndex { base, .. } => plain(base),
        words!() => true,
        ExprKind::String(parts) => parts.len() < 2,
        _ => false,
    }
}
