//! The analysis of one declaration: blocks, statements, and what comes of it.

use super::Phase;
use super::function::Callee;
use super::graph::{Atom, AtomId, NodeId};
use super::summary::{Export, Given, Need, Summary, Unit, UnitPart, part};
use super::summary_of;
use super::value::{Abs, Values};
use crate::check::{self, Checked};
use crate::db::{Db, File};
use crate::hir::{self, Block, BlockId, Body, ExprId, ExprKind, Stmt};
use crate::name::DeclId;
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_syntax::Span;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, VecDeque};

/// After how many expressions the analysis looks whether its answer is still wanted.
const CANCEL_STEPS: u64 = 1 << 12;

/// What needs a value early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The key of a resource.
    Key,
    /// `when`, or an `if` or `match` around a resource or an instance.
    Existence,
    /// What a `for` around a resource or an instance runs over.
    For,
    /// `select`
    Select,
    /// The limit of a `prune`.
    Limit,
    /// `timeout`
    Timeout,
    /// `retry`: how often.
    Retry,
    /// `retry`: the pause.
    Pause,
    /// The name of an instance.
    InstanceName,
    /// The key in `File["/etc/motd"]`.
    ReferenceKey,
    /// The name of a secret.
    SecretName,
    /// Which of several resources a reference means.
    Which,
    /// The default of a label.
    LabelDefault,
    /// The value of a `const let`.
    ConstLet,
    /// The default of a `const param`, or what it is given.
    ConstParam,
    /// What a `check` of a policy or a component asks.
    Check,
    /// The role that approves a step.
    Role,
    /// A tag.
    Tag,
    /// Which hosts a wave of a rollout takes.
    Wave,
    /// How long a wave of a rollout is watched.
    Watched,
    /// Where a fact comes from, and how long it may take.
    FactSource,
    /// The default of this parameter, because of this need of the same declaration.
    Default(u32, u32),
    /// An argument, because of this need of the declaration that is used.
    Argument(Unit, u32),
}

/// A place that needs a value early.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requirement {
    /// The value.
    pub node: NodeId,
    /// The latest phase it may have.
    pub level: Phase,
    /// The place.
    pub at: Span,
    /// What needs it.
    pub what: What,
    /// The parameter whose default it is in.
    pub default: Option<u32>,
}

/// The analysis of a declaration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flow {
    pub(super) summary: Summary,
    pub(super) values: Values,
    /// What is needed early, in the order of the analysis.
    pub(super) requirements: Vec<Requirement>,
    /// For each need of the summary, the requirement that it comes from.
    pub(super) needs: Vec<u32>,
    /// For each leaf of the summary, its node.
    pub(super) leaves: Vec<NodeId>,
    /// The expressions that are not known when the bundle is built, sorted.
    pub(super) late: Vec<(ExprId, Abs)>,
    /// The locals that are not, by block and position, sorted.
    pub(super) locals: Vec<((BlockId, u32), Abs)>,
    /// How much work it was.
    pub(super) steps: u64,
}

impl Flow {
    pub(super) fn opaque() -> Self {
        Flow { summary: Summary::opaque(), ..Flow::default() }
    }
}

/// The typed form of a unit.
pub fn checked(db: &dyn Db, unit: Unit) -> &Checked {
    match unit.part {
        UnitPart::Item(index) => check::body(db, DeclId { file: unit.file, index }),
        UnitPart::Values | UnitPart::Value(_) => check::values(db, unit.file),
        UnitPart::Labels => check::labels(db),
        UnitPart::Template => check::template(db, unit.file),
    }
}

/// Analyses a unit.
pub(super) fn analyse(db: &dyn Db, unit: Unit) -> Flow {
    let checked = checked(db, unit);
    let body = &checked.body;
    // One value of a module has the blocks that were made for it; around them is the module.
    let (first_block, blocks) = match unit.part {
        UnitPart::Value(local) => {
            let (first, end) = body.values.get(local as usize).map_or((0, 0), |value| value.blocks);
            (first, end.saturating_sub(first) as usize)
        }
        _ => (0, body.blocks.len()),
    };
    let mut analysis = Analysis {
        db,
        unit,
        body,
        values: Values::default(),
        first_block,
        locals: vec![Vec::new(); blocks],
        parents: vec![None; blocks],
        block: None,
        // The values of a module declare nothing.
        declared: if matches!(unit.part, UnitPart::Value(_)) { Vec::new() } else { declared(body) },
        requirements: Vec::new(),
        late: FxHashMap::default(),
        tasks: VecDeque::new(),
        own: None,
        globals: FxHashMap::default(),
        defaults: Vec::new(),
        order: Vec::new(),
        in_default: None,
        gives: Vec::new(),
        functions: Vec::new(),
        calls: BTreeMap::new(),
        steps: 0,
    };
    let offsets = analysis.run(checked);
    analysis.finish(offsets)
}

/// Where the resources and instances of a body begin.
fn declared(body: &Body) -> Vec<u32> {
    let declares = |expr: &&hir::Expr| matches!(expr.kind, ExprKind::Resource(_) | ExprKind::Instance(_));
    let mut all: Vec<u32> = body.exprs.iter().filter(declares).map(|expr| expr.span.start).collect();
    all.sort_unstable();
    all
}

/// The resource whose body is analysed.
#[derive(Clone, Debug)]
pub(super) struct Own {
    /// Its expression.
    pub expr: ExprId,
    /// Its key.
    pub key: Abs,
    /// Its attributes as far as they are analysed; none while one is.
    pub attributes: FxHashMap<u32, Option<Abs>>,
}

/// The body of a resource or the clauses of an instance: analysed after everything around it, because it may
/// refer to what is declared later.
pub(super) struct Task {
    pub expr: ExprId,
    pub block: Option<BlockId>,
    /// The key of a resource.
    pub key: Abs,
}

pub(super) struct Analysis<'db> {
    pub db: &'db dyn Db,
    pub unit: Unit,
    pub body: &'db Body,
    pub values: Values,
    /// The first of the blocks that are analysed.
    first_block: u32,
    /// The values of the locals by block.
    locals: Vec<Vec<Abs>>,
    /// The block around each block.
    parents: Vec<Option<BlockId>>,
    /// The current block.
    pub block: Option<BlockId>,
    /// Where the resources and instances begin that are declared, sorted.
    pub declared: Vec<u32>,
    pub requirements: Vec<Requirement>,
    late: FxHashMap<ExprId, Abs>,
    pub tasks: VecDeque<Task>,
    pub own: Option<Own>,
    pub globals: FxHashMap<(File, u32), Abs>,
    /// The defaults of the parameters by position, with their places.
    defaults: Vec<Option<(Abs, Span)>>,
    order: Vec<u32>,
    /// The parameter whose default is analysed.
    in_default: Option<u32>,
    gives: Vec<Abs>,
    /// The functions that are arguments.
    pub functions: Vec<Callee>,
    /// What parameters that are functions are called with.
    pub calls: BTreeMap<u32, Vec<Abs>>,
    pub steps: u64,
}

impl<'db> Analysis<'db> {
    /// Analyses the unit, and gives where the fields of each variant of an enum begin.
    fn run(&mut self, checked: &'db Checked) -> Vec<u32> {
        let mut offsets = Vec::new();
        match (self.unit.part, checked.body.root) {
            (UnitPart::Labels, _) => {
                if let Some(part) = checked.parts.first() {
                    self.labels(*part);
                }
            }
            (UnitPart::Values, Some(root)) => {
                self.run_block(root);
                let count = self.body.block(root).locals.len();
                self.gives = (0..count as u32).map(|local| self.own_value(root, local)).collect();
            }
            (UnitPart::Value(local), Some(root)) => {
                self.block = Some(root);
                let value = self.body.values.get(local as usize).and_then(|value| value.value);
                let value = value.map_or(Abs::KNOWN, |value| self.expr(value));
                self.gives = vec![value];
                self.block = None;
            }
            (UnitPart::Item(_) | UnitPart::Template, Some(root)) => {
                let value = self.run_block(root);
                // A function has its parameters as a part of its own.
                if !checked.parts.is_empty() {
                    self.gives = vec![value];
                }
            }
            (UnitPart::Item(_) | UnitPart::Template, None) => {
                for part in &checked.parts {
                    let first = self.defaults.len() as u32;
                    offsets.push(first);
                    self.part(*part, first);
                }
            }
            (UnitPart::Values | UnitPart::Value(_), None) => {}
        }
        while let Some(task) = self.tasks.pop_front() {
            self.block = task.block;
            self.task(&task);
        }
        offsets
    }

    /// The fields of a record or of a variant's payload, which follow on others.
    fn part(&mut self, id: BlockId, first: u32) {
        let block = self.body.block(id);
        self.defaults.resize(first as usize + block.locals.len(), None);
        self.block = Some(id);
        for stmt in &block.stmts {
            match stmt {
                Stmt::Param(param) => {
                    let position = first + param.position;
                    self.param(id, &hir::Param { position, ..param.clone() });
                }
                // What is wrong with the value is told where it is made.
                Stmt::Check(condition, message) => {
                    self.expr(*condition);
                    self.expr(*message);
                }
                _ => {}
            }
        }
        self.block = None;
    }

    fn labels(&mut self, id: BlockId) {
        self.block = Some(id);
        for stmt in &self.body.block(id).stmts {
            let Stmt::Param(hir::Param { local, default: Some(default), .. }) = stmt else { continue };
            let value = self.expr(*default);
            let value = self.need_whole(value, Phase::Const, *default, What::LabelDefault);
            self.set(id, *local, value);
        }
        self.block = None;
    }

    /// A block without anything around it.
    fn run_block(&mut self, id: BlockId) -> Abs {
        self.block = None;
        self.block(id, &[])
    }

    /// A block whose first locals have these values.
    pub(super) fn block(&mut self, id: BlockId, bound: &[(u32, Abs)]) -> Abs {
        let block: &'db Block = self.body.block(id);
        let around = self.block.replace(id);
        self.set_parent(id, around);
        for (local, value) in bound {
            self.set(id, *local, *value);
        }
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let(local, value) => {
                    let value = self.expr(*value);
                    self.set(id, *local, value);
                }
                Stmt::ConstLet(local, value) => {
                    let known = self.expr(*value);
                    let known = self.need_whole(known, Phase::Const, *value, What::ConstLet);
                    self.set(id, *local, known);
                }
                Stmt::Destructure(pattern, value, constant) => {
                    let mut known = self.expr(*value);
                    if *constant {
                        known = self.need_whole(known, Phase::Const, *value, What::ConstLet);
                    }
                    let mut bound = Vec::new();
                    self.pattern(pattern, known, &mut Vec::new(), &mut bound);
                    for (local, value) in bound {
                        self.set(id, local, value);
                    }
                }
                Stmt::Check(condition, message) => {
                    let known = self.expr(*condition);
                    self.need_whole(known, Phase::Host, *condition, What::Check);
                    let text = self.expr(*message);
                    self.need_whole(text, Phase::Host, *message, What::Check);
                }
                Stmt::Param(param) => {
                    if self.defaults.len() <= param.position as usize {
                        self.defaults.resize(param.position as usize + 1, None);
                    }
                    self.param(id, param);
                }
                Stmt::Out(local, position, value) => {
                    let value = self.expr(*value);
                    self.set(id, *local, value);
                    if self.gives.len() <= *position as usize {
                        self.gives.resize(*position as usize + 1, Abs::KNOWN);
                    }
                    self.gives[*position as usize] = value;
                }
                Stmt::Select(value) => {
                    let condition = self.expr(*value);
                    self.need_whole(condition, Phase::Host, *value, What::Select);
                }
                Stmt::Prune(prune) => {
                    if let Some(limit) = prune.limit {
                        let known = self.expr(limit);
                        self.need_whole(known, Phase::Host, limit, What::Limit);
                    }
                }
                Stmt::After(_) => {}
                Stmt::Guard(rule) => {
                    let around = self.block.replace(rule.block);
                    self.set_parent(rule.block, Some(id));
                    for read in rule.predicate.iter().chain(&rule.message) {
                        self.expr(*read);
                    }
                    self.block = around;
                    if let Some(role) = rule.approval {
                        let known = self.expr(role);
                        self.need_whole(known, Phase::Const, role, What::Role);
                    }
                }
                Stmt::Fact(source) => {
                    for written in [Some(source.from), source.timeout].into_iter().flatten() {
                        let known = self.expr(written);
                        self.need_whole(known, Phase::Const, written, What::FactSource);
                    }
                }
                Stmt::Rollout(rollout) => {
                    for pause in
                        rollout.pause.iter().chain(rollout.waves.iter().filter_map(|w| w.pause.as_ref()))
                    {
                        let known = self.expr(*pause);
                        self.need_whole(known, Phase::Const, *pause, What::Watched);
                    }
                    for condition in rollout.waves.iter().filter_map(|wave| wave.condition) {
                        let known = self.expr(condition);
                        self.need_whole(known, Phase::Host, condition, What::Wave);
                    }
                    if let Some(health) = rollout.health {
                        self.expr(health);
                    }
                }
                Stmt::Expr(value) => {
                    self.expr(*value);
                }
                // Tests give what a host would know.
                Stmt::Expect(_) | Stmt::ExpectFails(_) => {}
            }
        }
        let value = block.value.map_or(Abs::KNOWN, |value| self.expr(value));
        self.block = around;
        value
    }

    fn param(&mut self, block: BlockId, param: &hir::Param) {
        let position = param.position;
        if let Some(default) = param.default {
            self.in_default = Some(position);
            let value = self.expr(default);
            self.in_default = None;
            self.defaults[position as usize] = Some((value, self.span(default)));
            self.order.push(position);
        }
        let mut value = self.values.param(position);
        if param.constant {
            let at = self.body.block(block).locals[param.local as usize].span;
            let node = self.values.whole(value);
            if self.need(node, Phase::Const, at, What::ConstParam) != node {
                value = Abs::KNOWN;
            }
        }
        self.set(block, param.local, value);
    }

    /// The position of a block among those that are analysed.
    fn place(&self, block: BlockId) -> Option<usize> {
        Some(block.0.checked_sub(self.first_block)? as usize)
    }

    fn set_parent(&mut self, block: BlockId, around: Option<BlockId>) {
        if let Some(slot) = self.place(block).and_then(|at| self.parents.get_mut(at)) {
            *slot = around;
        }
    }

    fn set(&mut self, block: BlockId, local: u32, value: Abs) {
        let Some(locals) = self.place(block).and_then(|at| self.locals.get_mut(at)) else { return };
        if locals.is_empty() {
            locals.resize(self.body.block(block).locals.len(), Abs::KNOWN);
        }
        if let Some(slot) = locals.get_mut(local as usize) {
            *slot = value;
        }
    }

    /// Something that stands in a block and sees its first locals: the guard of an arm.
    pub(super) fn inside(&mut self, id: BlockId, bound: &[(u32, Abs)], expr: ExprId) -> Abs {
        let around = self.block.replace(id);
        self.set_parent(id, around);
        for (local, value) in bound {
            self.set(id, *local, *value);
        }
        let value = self.expr(expr);
        self.block = around;
        value
    }

    /// The block so many blocks out.
    pub(super) fn outward(&self, mut block: Option<BlockId>, hops: u32) -> Option<BlockId> {
        for _ in 0..hops {
            block = block.and_then(|block| *self.parents.get(self.place(block)?)?);
        }
        block
    }

    /// The value of a local, so many blocks out.
    pub(super) fn local(&self, hops: u32, local: u32) -> Abs {
        let block = self.outward(self.block, hops);
        let found = block.and_then(|block| self.locals.get(self.place(block)?)?.get(local as usize));
        found.copied().unwrap_or(Abs::KNOWN)
    }

    /// A value of the module whose values are analysed.
    pub(super) fn own_value(&self, root: BlockId, local: u32) -> Abs {
        let found = self.place(root).and_then(|at| self.locals.get(at)?.get(local as usize));
        found.copied().unwrap_or(Abs::KNOWN)
    }

    /// Where an expression stands.
    pub(super) fn span(&self, id: ExprId) -> Span {
        self.body.own_span(id)
    }

    /// Counts a step.
    pub(super) fn spend(&mut self) {
        self.steps += 1;
        if self.steps.is_multiple_of(CANCEL_STEPS) {
            self.db.unwind_if_revision_cancelled();
        }
    }

    /// Keeps the value of an expression for editors.
    pub(super) fn remember(&mut self, id: ExprId, value: Abs) {
        if value != Abs::KNOWN {
            self.late.insert(id, value);
        }
    }

    /// Demands that something is known in time. What is not is reported here, and counts as known from
    /// here on, so that it is reported once.
    pub(super) fn need(&mut self, node: NodeId, level: Phase, at: Span, what: What) -> NodeId {
        if node == NodeId::KNOWN {
            return node;
        }
        self.requirements.push(Requirement { node, level, at, what, default: self.in_default });
        if self.values.graph.phase(node) > level { NodeId::KNOWN } else { node }
    }

    /// Demands that all of a value is known in time.
    pub(super) fn need_whole(&mut self, value: Abs, level: Phase, at: ExprId, what: What) -> Abs {
        let node = self.values.whole(value);
        let known = self.need(node, level, self.span(at), what);
        if known == node { value } else { Abs::KNOWN }
    }

    /// Demands that what chooses among values of a type is known when the bundle is built, if there are
    /// references in them: a plan names resources and does not compute them.
    pub(super) fn chooses(&mut self, node: NodeId, ty: &Ty, at: ExprId) -> NodeId {
        if node == NodeId::KNOWN || !signature::holds_reference(self.db, ty) {
            return node;
        }
        self.need(node, Phase::Const, self.span(at), What::Which)
    }

    /// The summary of another unit.
    pub(super) fn summary(&self, unit: Unit) -> &'db Summary {
        summary_of(self.db, unit)
    }

    /// How many parameters a function has.
    pub(super) fn param_count(&self, decl: DeclId) -> usize {
        match signature::signature(self.db, decl) {
            Signature::Fn(params, _) => params.len(),
            _ => 0,
        }
    }

    fn finish(mut self, offsets: Vec<u32>) -> Flow {
        let (needs, sources) = self.needs();
        self.defaults_in_time(&needs);
        let mut export = Export::new(&self.values);
        export.summary.gives = self.gives.iter().map(|value| export.value(*value)).collect::<Vec<Given>>();
        export.summary.defaults = self
            .defaults
            .iter()
            .map(|default| default.map(|(value, _)| export.value(value)))
            .collect::<Vec<Option<Given>>>();
        let calls = self
            .calls
            .iter()
            .map(|(param, args)| (*param, args.iter().map(|arg| export.value(*arg)).collect::<Vec<Given>>()));
        export.summary.calls = calls.collect::<Vec<_>>();
        let (mut summary, leaves) = (export.summary, export.nodes);
        summary.order = self.order;
        summary.offsets = offsets;
        summary.needs = needs;
        let mut late: Vec<(ExprId, Abs)> = self.late.into_iter().collect();
        late.sort_unstable_by_key(|(id, _)| *id);
        let locals = (self.first_block..).map(BlockId).zip(&self.locals).flat_map(|(block, values)| {
            let values = (0..).zip(values).filter(|(_, value)| **value != Abs::KNOWN);
            values.map(move |(local, value)| ((block, local), *value))
        });
        let locals = locals.collect();
        let steps = self.steps + self.values.graph.steps;
        Flow {
            summary,
            values: self.values,
            requirements: self.requirements,
            needs: sources,
            leaves,
            late,
            locals,
            steps,
        }
    }

    /// What parameters are needed early: the earliest, and of those the first, for each part. With each the
    /// requirement that it comes from.
    fn needs(&mut self) -> (Vec<Need>, Vec<u32>) {
        let mut found: BTreeMap<(AtomId, Option<u32>), (Phase, u32)> = BTreeMap::new();
        for (position, requirement) in self.requirements.iter().enumerate() {
            for atom in self.values.graph.atoms_of(requirement.node) {
                self.steps += 1;
                let entry =
                    found.entry((*atom, requirement.default)).or_insert((requirement.level, position as u32));
                if requirement.level < entry.0 {
                    *entry = (requirement.level, position as u32);
                }
            }
        }
        let graph = &self.values.graph;
        let mut all: Vec<(Need, u32)> = found
            .into_iter()
            .map(|((atom, default), (level, source))| {
                (Need { part: part(graph, atom), level, default }, source)
            })
            .collect();
        all.sort_by(|(a, _), (b, _)| (&a.part, a.default).cmp(&(&b.part, b.default)));
        all.into_iter().unzip()
    }

    /// Demands of each default what the declaration needs of its parameter.
    fn defaults_in_time(&mut self, needs: &[Need]) {
        for (position, need) in needs.iter().enumerate() {
            if need.part.param == Atom::ALL {
                continue;
            }
            let default = self.defaults.get(need.part.param as usize).copied().flatten();
            let Some((value, at)) = default else { continue };
            let mut inner = value;
            for step in &need.part.path {
                inner = self.values.step(inner, *step);
            }
            let node = self.values.aspect(inner, need.part.aspect);
            if self.values.graph.phase(node) > need.level {
                let what = What::Default(need.part.param, position as u32);
                self.requirements.push(Requirement { node, level: need.level, at, what, default: None });
            }
        }
    }
}
