//! Texts with holes as texts of lines, not as literals.

use super::{Notation, Place, Strength, Writer};
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::value::Value;

/// Texts nest at most this deep: they are joined when they are built.
const DEPTH: usize = 16;

impl<'p> Notation<'p> {
    /// The text that an expression joins, each hole as it is written in a source; none for another expression, or
    /// one that depends on a secret.
    pub fn template(&self, operand: &Operand, place: Place<'p>) -> Option<String> {
        let Operand::Expr(id) = operand else { return None };
        if self.secret(operand).is_some() || !matches!(self.plan.exprs.get(*id), Some(Node::Concat(_))) {
            return None;
        }
        let writer = Writer::new(self, place.schema);
        let mut out = String::new();
        writer.lines(&mut out, *id, 0);
        (out.len() <= self.limit).then_some(out)
    }
}

impl Writer<'_, '_> {
    fn lines(&self, out: &mut String, id: ExprId, depth: usize) {
        match self.exprs.get(id) {
            Some(Node::Const(Value::Str(text))) => out.push_str(text),
            Some(Node::Concat(parts)) if depth < DEPTH && out.len() <= self.notation.limit => {
                parts.iter().for_each(|part| self.lines(out, *part, depth + 1));
            }
            _ => {
                out.push_str("${");
                self.node(out, id, Strength::Block, None, 0);
                out.push('}');
            }
        }
    }
}
