//! Precedence of infix operators, applied to flat chains.

use crate::Span;
use crate::ast::{BinaryOp, Expr, ExprKind};
use crate::deep::{Deep, OpChain};
use crate::error::{Habit, SyntaxError, SyntaxErrorKind as Kind};
use crate::tree::Cx;

/// How tightly an operator binds: higher binds tighter.
pub(crate) fn strength(op: BinaryOp) -> u8 {
    use BinaryOp as B;
    match op {
        B::Multiply | B::Divide | B::Remainder => 6,
        B::Add | B::Subtract => 5,
        B::Coalesce => 4,
        B::Equal | B::NotEqual | B::Less | B::LessEqual | B::Greater | B::GreaterEqual | B::In => COMPARISON,
        B::And => 2,
        B::Or => 1,
    }
}

const COMPARISON: u8 = 3;

impl Cx<'_> {
    /// The tree of a chain, by operator precedence parsing with two stacks (Dijkstra's shunting yard). All
    /// operators group to the left but `??`, which groups to the right, and comparisons, which don't group.
    pub(crate) fn chain(&mut self, chain: OpChain) -> Deep<Expr> {
        let OpChain { first, rest } = chain;
        let mut operands = Vec::with_capacity(4);
        let mut top = first;
        let mut operators: Vec<(BinaryOp, Span)> = Vec::with_capacity(4);
        for (op, span, next) in rest {
            while let Some(&(waiting, waiting_span)) = operators.last() {
                let (left, right) = (strength(waiting), strength(op));
                let goes_first = left > right || left == right && op != BinaryOp::Coalesce;
                if !goes_first {
                    break;
                }
                if left == COMPARISON && right == COMPARISON {
                    self.chained(waiting, waiting_span, &top.node, op, span);
                }
                operators.pop();
                top = self.apply(operands.pop(), waiting, waiting_span, top);
            }
            operators.push((op, span));
            operands.push(top);
            top = next;
        }
        while let Some((op, span)) = operators.pop() {
            top = self.apply(operands.pop(), op, span, top);
        }
        top
    }

    fn apply(
        &mut self,
        left: Option<Deep<Expr>>,
        op: BinaryOp,
        op_span: Span,
        right: Deep<Expr>,
    ) -> Deep<Expr> {
        match left {
            Some(left) => self.binary(left, op, op_span, right),
            // There is an operand for each operator.
            None => right,
        }
    }

    fn chained(
        &mut self,
        first: BinaryOp,
        first_span: Span,
        middle: &Expr,
        second: BinaryOp,
        second_span: Span,
    ) {
        if let (BinaryOp::Less, BinaryOp::Greater) = (first, second)
            && let ExprKind::Path(_) = middle.kind
        {
            let error = SyntaxError::new(Kind::Habit(Habit::GenericCall), first_span.to(second_span));
            return self.report(error.help("leave the types out: `first(xs)`"));
        }
        let ordered = |op| {
            matches!(op, BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual)
        };
        let help = if ordered(first) && ordered(second) {
            "join two comparisons with `&&`: `1 <= port && port <= 9`"
        } else {
            "put one of the comparisons into parentheses, or join them with `&&`"
        };
        let error =
            SyntaxError::new(Kind::ComparisonChained, second_span).label(first_span, "the first comparison");
        self.report(error.help(help));
    }
}
