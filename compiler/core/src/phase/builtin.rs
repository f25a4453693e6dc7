//! Built-in functions: which part of what they give depends on which part of what they take.

use super::analysis::Analysis;
use super::graph::Step;
use super::value::Abs;
use crate::hir::ExprId;
use crate::ty::Ty;
use mc_plan::expr::Builtin;

impl Analysis<'_> {
    /// What a built-in function gives. Where the table says nothing of it, all of it is as late as all that
    /// it is given.
    pub(super) fn builtin(&mut self, builtin: Builtin, args: &[Abs], id: ExprId, ty: &Ty) -> Abs {
        let values = &mut self.values;
        match (builtin, args) {
            // Only the shape counts.
            (Builtin::Len, [list]) => {
                let shape = values.own(*list);
                let node = values.graph.computed(&[shape], id);
                Abs { over: list.over, ..Abs::flat(node, ty) }
            }
            // Which element it is, and whether there is one, depends on the shape.
            (Builtin::First | Builtin::Last, [list]) => {
                let shape = values.own(*list);
                let element = values.step(*list, Step::Element);
                values.under(element, shape, id)
            }
            (Builtin::Indexed, [list]) => {
                let shape = values.own(*list);
                let element = values.step(*list, Step::Element);
                let position = Abs { own: shape, ..Abs::KNOWN };
                let pair = values.parts(vec![position, element]);
                let all = values.elements(pair);
                Abs { over: list.over, own: shape, ..all }
            }
            _ => {
                let nodes: Vec<_> = args.iter().map(|arg| values.whole(*arg)).collect();
                let node = values.graph.computed(&nodes, id);
                Abs::flat(node, ty)
            }
        }
    }
}
