//! The use of a declaration by its summary: what it needs of its arguments, and what it gives for them.

use super::analysis::{Analysis, What};
use super::graph::{Atom, NodeId, Origin, Step};
use super::summary::{Given, GivenKind, Need, ParamPart, Summary, Unit, UnitPart};
use super::value::{Abs, Kind, Values};
use crate::db::File;
use crate::hir::{ExprId, ExprKind};
use crate::name::DeclId;
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_syntax::Span;

/// A use of a declaration.
#[derive(Debug)]
pub(super) struct Call<'db> {
    unit: Unit,
    pub summary: &'db Summary,
    /// Where the arguments begin among the parameters.
    first: u32,
    /// The arguments; for one left out its default.
    pub args: Vec<Abs>,
    pub id: ExprId,
    nodes: Vec<Option<NodeId>>,
    shapes: Vec<Option<Abs>>,
}

/// An argument.
#[derive(Clone, Copy, Debug)]
pub(super) struct Argument {
    /// Its value.
    pub value: Abs,
    /// Where it stands.
    pub at: Span,
    /// Whether it may be absent, which leaves the parameter to its default.
    pub absent: bool,
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
        let params = unit.decl().map(|decl| signature::signature(self.db, decl));
        let mut given = Vec::with_capacity(args.len());
        for (position, arg) in args.iter().enumerate() {
            let Some(arg) = *arg else {
                given.push(None);
                continue;
            };
            let value = self.expr(arg);
            let optional = |ty: &Ty| matches!(ty.plain(), Ty::Optional(_));
            let absent = match params {
                Some(Signature::Component(params, _)) => {
                    optional(&self.body.expr(arg).ty)
                        && params.get(position).is_some_and(|param| !optional(&param.ty))
                }
                _ => matches!(self.body.expr(arg).kind, ExprKind::OrDefault(..)),
            };
            given.push(Some(Argument { value, at: self.span(arg), absent }));
        }
        self.call_with(unit, first, given, id, head)
    }

    /// The same with arguments that were analysed.
    pub(super) fn call_with(
        &mut self,
        unit: Unit,
        first: u32,
        args: Vec<Option<Argument>>,
        id: ExprId,
        head: Span,
    ) -> Call<'db> {
        let summary = self.summary(unit);
        let values = args.iter().map(|arg| arg.map_or(Abs::KNOWN, |arg| arg.value)).collect();
        let mut call = Call::new(unit, summary, first, values, id);
        if args.iter().any(|arg| arg.is_none_or(|arg| arg.absent)) {
            for param in &summary.order {
                let Some(position) = call.position(*param) else { continue };
                let Some(Some(default)) = summary.defaults.get(*param as usize) else { continue };
                let Some(given) = args.get(position) else { continue };
                if given.is_some_and(|given| !given.absent) {
                    continue;
                }
                let default = call.value(&mut self.values, *default);
                call.args[position] = match given {
                    Some(given) => {
                        let there = self.values.presence(given.value);
                        let either = self.values.join(&[given.value, default], Some(id));
                        self.values.under(either, there, id)
                    }
                    None => default,
                };
            }
            call.forget();
        }
        self.run_arguments(&mut call);
        self.demand(&mut call, &args, head);
        call
    }

    /// Demands of the arguments what the declaration needs of them.
    fn demand(&mut self, call: &mut Call<'db>, args: &[Option<Argument>], head: Span) {
        if call.args.iter().all(|arg| *arg == Abs::KNOWN) {
            return;
        }
        for (position, need) in call.summary.needs.iter().enumerate() {
            let left_to_default =
                |at: usize| args.get(at).is_some_and(|arg| arg.is_none_or(|arg| arg.absent));
            if let Some(default) = need.default
                && !call.position(default).is_some_and(left_to_default)
            {
                continue;
            }
            let param = call.position(need.part.param);
            if need.part.param != Atom::ALL && param.is_none() {
                continue;
            }
            let node = call.node_of(&mut self.values, &need.part);
            if node == NodeId::KNOWN {
                continue;
            }
            let given = param.and_then(|at| args.get(at).copied().flatten());
            if param.is_some_and(left_to_default)
                && self.values.graph.phase(node) > need.level
                && self.default_is_late(call, need)
                && given.is_none_or(|given| {
                    let alone = part_of(&mut self.values, given.value, &need.part);
                    self.values.graph.phase(alone) <= need.level
                })
            {
                continue;
            }
            let place = given.map_or(head, |given| given.at);
            self.need(node, need.level, place, What::Argument(call.unit, position as u32));
        }
    }

    /// Whether a default is too late by itself: that is reported where it is declared.
    fn default_is_late(&mut self, call: &Call<'db>, need: &Need) -> bool {
        let known = vec![Abs::KNOWN; call.args.len()];
        let mut alone = Call::new(call.unit, call.summary, call.first, known, call.id);
        let default = call.summary.defaults.get(need.part.param as usize).copied().flatten();
        let Some(default) = default else { return false };
        let value = alone.value(&mut self.values, default);
        let node = part_of(&mut self.values, value, &need.part);
        self.values.graph.phase(node) > need.level
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
        let is_open = |field: ExprId| matches!(self.body.expr(field).kind, ExprKind::OrDefault(..));
        if fields.iter().all(|field| field.is_some_and(|field| !is_open(field))) {
            return fields.iter().flatten().map(|field| self.expr(*field)).collect();
        }
        let unit = Unit::item(decl);
        let first = self.summary(unit).offsets.get(tag as usize).copied().unwrap_or(0);
        self.call(unit, first, fields, id, self.span(id)).args
    }

    /// A value of a module.
    pub(super) fn global(&mut self, file: File, local: u32, id: ExprId) -> Abs {
        if let (true, Some(root)) = (self.unit == Unit::values(file), self.body.root) {
            return self.own_value(root, local);
        }
        if let Some(value) = self.globals.get(&(file, local)) {
            return *value;
        }
        let unit = super::order::value(self.db, file, local);
        let position = if unit.part == UnitPart::Values { local } else { 0 };
        let mut call = Call::new(unit, self.summary(unit), 0, Vec::new(), id);
        let value = self.given(&mut call, position as usize, &self.body.expr(id).ty);
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

    /// The argument of a parameter, by its position.
    pub(super) fn position(&self, param: u32) -> Option<usize> {
        let position = param.checked_sub(self.first)? as usize;
        (position < self.args.len()).then_some(position)
    }

    /// Makes anew what was made of the arguments: they are other ones now.
    pub(super) fn forget(&mut self) {
        self.nodes.fill(None);
        self.shapes.fill(None);
    }

    fn arg(&self, param: u32) -> Abs {
        self.position(param).and_then(|position| self.args.get(position)).copied().unwrap_or(Abs::KNOWN)
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
    pub(super) fn value(&mut self, values: &mut Values, given: Given) -> Abs {
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

/// A part of a parameter, of the value that it is given.
fn part_of(values: &mut Values, value: Abs, part: &ParamPart) -> NodeId {
    let inside = part.path.iter().fold(value, |value, step| values.step(value, *step));
    values.aspect(inside, part.aspect)
}
