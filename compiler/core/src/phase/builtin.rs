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
            (Builtin::Len | Builtin::IsEmpty, [list]) => {
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
            // The same elements, or some of them; which ones the other arguments say.
            (Builtin::Reverse | Builtin::Take | Builtin::Skip | Builtin::Slice, [list, rest @ ..])
                if matches!(ty.some_plain(), Ty::List(_)) =>
            {
                let mut nodes = vec![values.own(*list)];
                for argument in rest {
                    nodes.push(values.whole(*argument));
                }
                let own = values.graph.join(&nodes, Some(id));
                Abs { own, ..*list }
            }
            (Builtin::Entries | Builtin::ToList, [list]) => *list,
            // The keys of a map are its shape.
            (Builtin::Keys, [map]) => {
                let shape = values.own(*map);
                let entry = values.step(*map, Step::Element);
                let key = values.step(entry, Step::Part(0));
                let all = values.elements(key);
                Abs { over: map.over, own: shape, ..all }
            }
            (Builtin::Values, [map]) => {
                let shape = values.own(*map);
                let entry = values.step(*map, Step::Element);
                let value = values.step(entry, Step::Part(1));
                let all = values.elements(value);
                Abs { over: map.over, own: shape, ..all }
            }
            (Builtin::ContainsKey, [map, key]) => {
                let nodes = [values.own(*map), values.whole(*key)];
                let node = values.graph.computed(&nodes, id);
                Abs { over: map.over, ..Abs::flat(node, ty) }
            }
            // Whether there is a value depends on the keys.
            (Builtin::Get, [map, key]) => {
                let (shape, key) = (values.own(*map), values.whole(*key));
                let which = values.graph.join(&[shape, key], Some(id));
                let entry = values.step(*map, Step::Element);
                let value = values.step(entry, Step::Part(1));
                values.under(value, which, id)
            }
            (Builtin::Merge, [a, b]) => {
                let both = values.join(&[*a, *b], Some(id));
                let own = values.own(both);
                Abs { own, ..both }
            }
            (Builtin::Without, [map, keys]) => {
                let nodes = [values.own(*map), values.whole(*keys)];
                let own = values.graph.join(&nodes, Some(id));
                Abs { own, ..*map }
            }
            (Builtin::Flatten, [lists]) => {
                let list = values.step(*lists, Step::Element);
                let nodes = [values.own(*lists), values.own(list)];
                let own = values.graph.join(&nodes, Some(id));
                let element = values.step(list, Step::Element);
                let all = values.elements(element);
                Abs { over: lists.over, own, ..all }
            }
            // The elements decide their order.
            (Builtin::Sort, [list]) => {
                let (shape, whole) = (values.own(*list), values.whole(*list));
                let element = Abs { own: whole, ..Abs::KNOWN };
                let all = values.elements(element);
                Abs { over: list.over, own: shape, ..all }
            }
            (Builtin::ListMin | Builtin::ListMax, [list]) => {
                let (shape, whole) = (values.own(*list), values.whole(*list));
                Abs { over: shape, own: values.graph.computed(&[whole], id), ..Abs::KNOWN }
            }
            (Builtin::Zip, [a, b]) => {
                let nodes = [values.own(*a), values.own(*b)];
                let own = values.graph.join(&nodes, Some(id));
                let (x, y) = (values.step(*a, Step::Element), values.step(*b, Step::Element));
                let pair = values.parts(vec![x, y]);
                let all = values.elements(pair);
                Abs { over: a.over, own, ..all }
            }
            _ => {
                let nodes: Vec<_> = args.iter().map(|arg| values.whole(*arg)).collect();
                let node = values.graph.computed(&nodes, id);
                Abs::flat(node, ty)
            }
        }
    }
}
