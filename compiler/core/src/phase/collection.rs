//! Collections and the functions that run over them.

use super::analysis::Analysis;
use super::graph::Step;
use super::value::Abs;
use crate::hir::ExprId;
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_plan::expr::EachKind;
use std::collections::BTreeMap;

impl<'db> Analysis<'db> {
    /// A list: its shape is known.
    pub(super) fn list(&mut self, items: &[ExprId], id: ExprId) -> Abs {
        let items: Vec<Abs> = items.iter().map(|item| self.expr(*item)).collect();
        let element = self.values.join(&items, Some(id));
        self.values.elements(element)
    }

    /// A set: which elements are equal decides how many there are.
    pub(super) fn set_of(&mut self, items: &[ExprId], id: ExprId) -> Abs {
        let list = self.list(items, id);
        let node = self.values.whole(list);
        Abs { own: node, ..list }
    }

    /// A map: its keys decide its shape.
    pub(super) fn map(&mut self, entries: &[(ExprId, ExprId)], id: ExprId) -> Abs {
        let keys: Vec<Abs> = entries.iter().map(|(key, _)| self.expr(*key)).collect();
        let values: Vec<Abs> = entries.iter().map(|(_, value)| self.expr(*value)).collect();
        let key = self.values.join(&keys, Some(id));
        let value = self.values.join(&values, Some(id));
        let shape = self.values.whole(key);
        let pair = self.values.parts(vec![key, value]);
        let all = self.values.elements(pair);
        Abs { own: shape, ..all }
    }

    /// `xs[i]`, `m[k]`
    pub(super) fn index(&mut self, base: ExprId, index_id: ExprId, id: ExprId) -> Abs {
        let is_map = matches!(self.body.expr(base).ty.some_plain(), Ty::Map(..));
        let collection = self.expr(base);
        let index = self.expr(index_id);
        let (shape, chosen) = (self.values.own(collection), self.values.whole(index));
        let chosen = self.chooses(chosen, &self.body.expr(id).ty, index_id);
        let mut element = self.values.step(collection, Step::Element);
        if is_map {
            element = self.values.step(element, Step::Part(1));
        }
        let which = self.values.graph.join(&[shape, chosen], Some(id));
        self.values.under(element, which, id)
    }

    /// `a with { b.c = d }`: the fields that are not changed stay as late as they were.
    pub(super) fn with(&mut self, base: ExprId, changes: &'db [(Vec<u32>, ExprId)], ty: &Ty) -> Abs {
        let base = self.expr(base);
        let changes = changes.iter().map(|(path, value)| (path.as_slice(), self.expr(*value))).collect();
        self.changed(base, changes, ty)
    }

    fn changed(&mut self, base: Abs, changes: Vec<(&[u32], Abs)>, ty: &Ty) -> Abs {
        let Ty::Record(decl, args) = ty.plain() else { return base };
        let Signature::Record(fields) = signature::signature(self.db, *decl) else { return base };
        let mut changed: BTreeMap<u32, Vec<(&[u32], Abs)>> = BTreeMap::new();
        for (path, value) in changes {
            if let Some((field, rest)) = path.split_first() {
                changed.entry(*field).or_default().push((rest, value));
            }
        }
        let mut parts = Vec::with_capacity(fields.len());
        for (position, field) in (0..).zip(fields) {
            parts.push(match changed.remove(&position) {
                Some(inner) => match inner.as_slice() {
                    [([], value)] => *value,
                    _ => {
                        let old = self.values.step(base, Step::Part(position));
                        self.changed(old, inner, &field.ty.substitute(*decl, args))
                    }
                },
                None => self.values.step(base, Step::Part(position)),
            });
        }
        let all = self.values.parts(parts);
        Abs { over: base.over, ..all }
    }

    /// `xs.map(f)` and its kin.
    pub(super) fn each(&mut self, kind: EachKind, list: ExprId, function_id: ExprId, id: ExprId) -> Abs {
        let ty = &self.body.expr(id).ty;
        let collection = self.expr(list);
        let function = self.expr(function_id);
        let element = self.values.step(collection, Step::Element);
        let result = self.apply(function, &[element], id);
        let mut shape = self.values.own(collection);
        let mut answer = self.values.whole(result);
        // How many references there are, and in what order, is known when the bundle is built.
        let elements = &self.body.expr(list).ty;
        shape = self.chooses(shape, elements, list);
        match kind {
            EachKind::Map | EachKind::FlatMap => shape = self.chooses(shape, ty, list),
            EachKind::Any | EachKind::All | EachKind::FilterMap => {}
            EachKind::Find if super::expr::is_choosable(self.db, ty, 0) => {}
            _ => answer = self.chooses(answer, elements, function_id),
        }
        let chosen = self.values.graph.join(&[shape, answer], Some(id));
        match kind {
            EachKind::Map => {
                let all = self.values.elements(result);
                Abs { over: collection.over, own: shape, ..all }
            }
            // The answers decide the order, not the number.
            EachKind::SortBy => {
                let element = self.values.under(element, answer, id);
                let all = self.values.elements(element);
                Abs { over: collection.over, own: shape, ..all }
            }
            // The answers decide which elements are there.
            EachKind::Filter | EachKind::TakeWhile | EachKind::SkipWhile | EachKind::UniqueBy => {
                let all = self.values.elements(element);
                Abs { over: collection.over, own: chosen, ..all }
            }
            EachKind::Partition => {
                let all = self.values.elements(element);
                let half = Abs { own: chosen, ..all };
                let halves = self.values.parts(vec![half, half]);
                Abs { over: collection.over, ..halves }
            }
            EachKind::GroupBy => {
                let all = self.values.elements(element);
                let group = Abs { own: chosen, ..all };
                let entry = self.values.parts(vec![result, group]);
                let groups = self.values.elements(entry);
                Abs { over: collection.over, own: chosen, ..groups }
            }
            EachKind::FlatMap => {
                let inner = self.values.own(result);
                let inner = self.chooses(inner, ty, function_id);
                let element = self.values.step(result, Step::Element);
                let all = self.values.elements(element);
                let own = self.values.graph.join(&[shape, inner], Some(id));
                Abs { over: collection.over, own, ..all }
            }
            EachKind::FilterMap => {
                let there = self.values.presence(result);
                let own = self.values.graph.join(&[shape, there], Some(id));
                let all = self.values.elements(result);
                Abs { over: collection.over, own, ..all }
            }
            EachKind::Find | EachKind::MinBy | EachKind::MaxBy => self.values.under(element, chosen, id),
            EachKind::Any | EachKind::All => {
                let node = self.values.graph.computed(&[chosen], id);
                Abs { over: collection.over, ..Abs::flat(node, ty) }
            }
        }
    }
}
