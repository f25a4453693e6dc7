//! The use of a declaration by its summary: what it needs of its arguments, and what it gives for them.

use super::analysis::{Analysis, What};
use super::graph::{Atom, NodeId, Origin, Step};
use super::summary::{Given, GivenKind, ParamPart, Summary, Unit};
use super::value::{Abs, Kind, Values};
use crate::db::File;
use crate::hir::ExprId;
use crate::name::DeclId;
use crate::ty::Ty;
use mc_syntax::Span;

/// A use of a declaration.
#[derive(Debug)]
pub(super) struct Call<'db> {
    unit: Unit,
    summary: &'db Summary,
    /// Where the arguments begin among the parameters.
    first: u32,
    /// The arguments; for one left out its default.
    pub args: Vec<Abs>,
    id: ExprId,
    nodes: Vec<Option<NodeId>>,
    shapes: Vec<Option<Abs>>,
}

impl<'db> Analysis<'db> {
    /// The use of a declaration whose parameters from `first` on get these arguments.
    pub(super) fn call(
        &mut self,
        unit: Unit,
        first: u32,
        args: &[Option<ExprId>],
        id: ExprId,
        head: Span,
    ) -> Call<'db> {
        let values: Vec<Option<Abs>> = args.iter().map(|arg| arg.map(|arg| self.expr(arg))).collect();
        let summary = self.summary(unit);
        let mut call = Call::new(unit, summary, first, vec![Abs::KNOWN; args.len()], id);
        let mut missing = false;
        for (slot, value) in call.args.iter_mut().zip(&values) {
            match value {
                Some(value) => *slot = *value,
                None => missing = true,
            }
        }
        if missing {
            for param in &summary.order {
                let Some(position) = param.checked_sub(first).map(|position| position as usize) else {
                    continue;
                };
                if let (Some(None), Some(Some(default))) =
                    (values.get(position), summary.defaults.get(*param as usize))
                {
                    call.args[position] = call.value(&mut self.values, *default);
                }
            }
            // What was made of arguments that were not there yet is made anew.
            call = Call::new(unit, summary, first, call.args, id);
        }
        self.demand(&mut call, args, head);
        call
    }

    /// Demands of the arguments what the declaration needs of them.
    fn demand(&mut self, call: &mut Call<'db>, args: &[Option<ExprId>], head: Span) {
        if call.args.iter().all(|arg| *arg == Abs::KNOWN) {
            return;
        }
        for (position, need) in call.summary.needs.iter().enumerate() {
            let at = |param: u32| param.checked_sub(call.first).map(|at| at as usize);
            if let Some(default) = need.default
                && at(default).is_none_or(|at| !matches!(args.get(at), Some(None)))
            {
                continue;
            }
            let param = at(need.part.param);
            let given = param.and_then(|at| args.get(at).copied());
            if need.part.param != Atom::ALL && given.is_none() {
                continue;
            }
            let node = call.node_of(&mut self.values, &need.part);
            if node == NodeId::KNOWN {
                continue;
            }
            let place = match given {
                Some(Some(argument)) => self.span(argument),
                _ => head,
            };
            if given == Some(None) && self.values.graph.phase(node) > need.level {
                // A default that is late by itself is reported where it is declared.
                let mut alone = Call::new(
                    call.unit,
                    call.summary,
                    call.first,
                    vec![Abs::KNOWN; call.args.len()],
                    call.id,
                );
                let default = call.summary.defaults.get(need.part.param as usize).copied().flatten();
                if let (Some(default), Some(at)) = (default, param) {
                    alone.args[at] = alone.value(&mut self.values, default);
                }
                let node = alone.node_of(&mut self.values, &need.part);
                if self.values.graph.phase(node) > need.level {
                    continue;
                }
            }
            self.need(node, need.level, place, What::Argument(call.unit, position as u32));
        }
    }

    /// What a declaration gives at a position.
    pub(super) fn given(&mut self, call: &mut Call<'db>, position: usize, ty: &Ty) -> Abs {
        if call.summary.opaque {
            return call.everything(&mut self.values, ty);
        }
        match call.summary.gives.get(position) {
            Some(_) if call.is_known() => Abs::KNOWN,
            Some(given) => call.value(&mut self.values, *given),
            None => Abs::KNOWN,
        }
    }

    /// All that a component gives.
    pub(super) fn outputs(&mut self, call: &mut Call<'db>) -> Abs {
        if call.summary.opaque {
            return call.everything(&mut self.values, &Ty::Error);
        }
        if call.is_known() {
            return Abs::KNOWN;
        }
        let outputs = call.summary.gives.iter().map(|given| call.value(&mut self.values, *given)).collect();
        self.values.parts(outputs)
    }

    /// The fields of a record or of a variant's payload.
    pub(super) fn fields(
        &mut self,
        decl: DeclId,
        tag: u32,
        fields: &[Option<ExprId>],
        id: ExprId,
    ) -> Vec<Abs> {
        if fields.iter().all(Option::is_some) {
            return fields.iter().flatten().map(|field| self.expr(*field)).collect();
        }
        let unit = Unit::item(decl);
        let first = self.summary(unit).offsets.get(tag as usize).copied().unwrap_or(0);
        self.call(unit, first, fields, id, self.span(id)).args
    }

    /// A value of a module.
    pub(super) fn global(&mut self, file: File, local: u32, id: ExprId) -> Abs {
        if let Some(value) = self.globals.get(&(file, local)) {
            return *value;
        }
        let unit = Unit::values(file);
        let mut call = Call::new(unit, self.summary(unit), 0, Vec::new(), id);
        let value = self.given(&mut call, local as usize, &self.body.expr(id).ty);
        self.globals.insert((file, local), value);
        value
    }
}

impl<'db> Call<'db> {
    fn new(unit: Unit, summary: &'db Summary, first: u32, args: Vec<Abs>, id: ExprId) -> Self {
        let nodes = vec![None; summary.leaves.len()];
        let shapes = vec![None; summary.shapes.len()];
        Call { unit, summary, first, args, id, nodes, shapes }
    }

    /// Whether all that it gives is known when the bundle is built.
    fn is_known(&self) -> bool {
        self.summary.is_early() && self.args.iter().all(|arg| *arg == Abs::KNOWN)
    }

    fn arg(&self, param: u32) -> Abs {
        let position = param.checked_sub(self.first).map(|position| position as usize);
        position.and_then(|position| self.args.get(position)).copied().unwrap_or(Abs::KNOWN)
    }

    /// As late as all arguments together.
    fn everything(&self, values: &mut Values, ty: &Ty) -> Abs {
        let nodes: Vec<NodeId> = self.args.iter().map(|arg| values.whole(*arg)).collect();
        Abs::flat(values.graph.computed(&nodes, self.id), ty)
    }

    /// A part of an argument.
    fn inside(&self, values: &mut Values, param: u32, path: &[Step]) -> Abs {
        if param == Atom::ALL {
            return self.everything(values, &Ty::Error);
        }
        path.iter().fold(self.arg(param), |value, step| values.step(value, *step))
    }

    fn node_of(&self, values: &mut Values, part: &ParamPart) -> NodeId {
        let value = self.inside(values, part.param, &part.path);
        values.aspect(value, part.aspect)
    }

    /// A leaf of the summary for these arguments.
    fn leaf(&mut self, values: &mut Values, leaf: u32) -> NodeId {
        let position = leaf as usize;
        if let Some(node) = self.nodes[position] {
            return node;
        }
        let summary = self.summary;
        let found = &summary.leaves[position];
        let mut operands = Vec::with_capacity(found.parts.len());
        for part in &found.parts {
            operands.push(self.node_of(values, part));
        }
        let node = values.graph.part(Origin::Part(self.unit, leaf), found.phase, &operands, self.id);
        self.nodes[position] = Some(node);
        node
    }

    /// A value of the summary for these arguments.
    fn value(&mut self, values: &mut Values, given: Given) -> Abs {
        let over = self.leaf(values, given.over);
        let own = self.leaf(values, given.own);
        let inside = self.shape(values, given.shape);
        Abs {
            over: values.graph.join(&[over, inside.over], Some(self.id)),
            own: values.graph.join(&[own, inside.own], Some(self.id)),
            shape: inside.shape,
        }
    }

    fn shape(&mut self, values: &mut Values, shape: u32) -> Abs {
        let position = shape as usize;
        if let Some(value) = self.shapes[position] {
            return value;
        }
        let summary = self.summary;
        let found = &summary.shapes[position];
        let mut list =
            |call: &mut Self, parts: &[Given]| parts.iter().map(|part| call.value(values, *part)).collect();
        let kind = match &found.kind {
            GivenKind::Flat => Kind::Flat,
            GivenKind::Parts(parts) => Kind::Parts(list(self, parts)),
            GivenKind::Payloads(keys, parts) => Kind::Payloads(keys.clone(), list(self, parts)),
            GivenKind::Elements(element) => Kind::Elements(self.value(values, *element)),
        };
        let mut alternatives = vec![values.structure(kind, Vec::new())];
        for (param, path) in &found.symbols {
            alternatives.push(self.inside(values, *param, path));
        }
        let value = values.join(&alternatives, Some(self.id));
        self.shapes[position] = Some(value);
        value
    }
}
