//! Evaluation: runs the policies of a package as far as their values are known, and leaves the rest as
//! residual expressions.
//!
//! Values are computed in an order in which each is there before it is used (the checker found it), and the
//! bodies of resources are worked off a list after everything around them, so a chain of any length
//! needs no deep recursion. What recurses is the nesting of expressions and calls, which is bounded.

mod assertion;
pub mod branch;
mod budget;
mod call;
mod choice;
mod datum;
mod declare;
mod describe;
mod each;
mod element;
mod expr;
mod fact;
mod guard;
mod matching;
mod module;
mod record;
mod repeat;
pub mod residual;
mod sample;
mod shape;
mod simplify;
pub mod test;

pub use datum::{Chosen, Datum};
pub use declare::{Declared, EdgeTarget, InstanceInfo, Owner, PendingEdge, PendingSetting};
pub use guard::{GuardInfo, RolloutInfo, WaveInfo};
pub use sample::{Sample, Samples, samples};

use crate::check;
use crate::compile::sound::Sound;
use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::hir::{self, BlockId, Body, ExprId as HirId, Stmt};
use crate::name::{self, DeclId, DeclKind};
use crate::signature;
use crate::ty::Ty;
use branch::BranchKind;
use budget::{NODE_PARTS, PARTS_BUDGET};
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::plan::{FactFormat, Probe, RefusalKind};
use mc_plan::value::Value;
use residual::{Phase, Residual};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

/// A policy after evaluation.
#[derive(Debug)]
pub struct PolicyInfo {
    /// Its name; with its module where that is not the root.
    pub name: String,
    /// Its declaration.
    pub decl: DeclId,
    /// Which hosts it selects; none is all.
    pub select: Option<Operand>,
    /// The policies that come before it, with the place of each name.
    pub after: Vec<(DeclId, Place)>,
}

/// `prune [File] limit 20`
#[derive(Debug)]
pub struct PruneInfo {
    /// The policy by position.
    pub policy: u32,
    /// The resource types.
    pub types: Vec<DeclId>,
    /// How many removals in one run are too many.
    pub limit: Option<Operand>,
    /// The line.
    pub place: Place,
}

/// A `for` over what only the host knows the elements of.
#[derive(Debug)]
pub struct RepeatInfo {
    /// The policy by position.
    pub policy: u32,
    /// What it runs over.
    pub list: ExprId,
    /// The loop around.
    pub parent: Option<u32>,
    /// When it is reached; none is always.
    pub condition: Option<ExprId>,
    /// What an element is called.
    pub name: SmolStr,
    /// What it runs over, as written.
    pub place: Place,
}

/// A `fail` that a host may reach.
#[derive(Debug)]
pub struct Refusal {
    /// The policy.
    pub policy: u32,
    /// What it comes from.
    pub kind: RefusalKind,
    /// The parts of the condition as written, with their values.
    pub parts: Vec<(String, Operand)>,
    /// When it is reached.
    pub condition: ExprId,
    /// The message.
    pub message: Operand,
    /// The innermost loop of the host around it.
    pub repeat: Option<u32>,
    /// Where it stands.
    pub place: Place,
}

/// A fact that is read.
#[derive(Debug)]
pub struct FactUse {
    /// Its path.
    pub path: SmolStr,
    /// Its type.
    pub ty: Ty,
    /// Where it comes from, if a package declares it.
    pub declared: Option<DeclaredUse>,
}

/// A declared fact that is read.
#[derive(Debug)]
pub struct DeclaredUse {
    /// The declaration.
    pub id: DeclId,
    /// What a host runs or reads.
    pub probe: Probe,
    /// How what is found is read.
    pub format: FactFormat,
}

/// What evaluation finds.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// The policies by name.
    pub policies: Vec<PolicyInfo>,
    /// What is removed when it is no longer declared.
    pub prune: Vec<PruneInfo>,
    /// The declared resources in the order of evaluation.
    pub declared: Vec<Declared>,
    /// The instances in the order of evaluation.
    pub instances: Vec<InstanceInfo>,
    /// The edges that clauses ask for.
    pub edges: Vec<PendingEdge>,
    /// The facts by position.
    pub facts: Vec<FactUse>,
    /// The rules of guards, in order of name.
    pub guards: Vec<GuardInfo>,
    /// The rollouts, in order of name.
    pub rollouts: Vec<RolloutInfo>,
    /// What hosts may refuse.
    pub refusals: Vec<Refusal>,
    /// The names of the secrets by position.
    pub secrets: Vec<Arc<str>>,
    /// The defaults of the labels by position.
    pub label_defaults: Vec<Option<Value>>,
    /// The ways that hosts can take.
    pub branches: branch::Branches,
    /// The loops that the host runs, each after the one around it.
    pub repeats: Vec<RepeatInfo>,
    /// The residual expressions. Outputs name declared resources by their position here.
    pub residual: Residual,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// The values of one block while it runs, linked to the blocks around it.
#[derive(Debug)]
struct Env {
    parent: Option<Rc<Env>>,
    slots: RefCell<Vec<Datum>>,
}

/// The body that is evaluated.
#[derive(Clone, Copy)]
struct Frame<'db> {
    file: File,
    body: &'db Body,
}

/// The body of a resource or the clauses of an instance, to be evaluated after what is around it.
struct Task<'db> {
    frame: Frame<'db>,
    env: Rc<Env>,
    expr: HirId,
    owner: Owner,
    context: Context,
}

/// What surrounds the evaluation of an expression.
#[derive(Clone, Debug)]
struct Context {
    /// The policy, by position.
    policy: u32,
    /// The path of the instance around.
    instance: Rc<str>,
    /// What must hold on the host for this place to be reached; none is always.
    condition: Option<ExprId>,
    /// The tags of the instances around.
    tags: Rc<[Arc<str>]>,
    /// How many residual lambdas are around.
    lambdas: u32,
    /// The innermost loop of the host around.
    repeat: Option<u32>,
    /// The innermost loop of the host whose rounds the path of the instance around tells apart.
    told: Option<u32>,
    /// The declared resource whose body is evaluated.
    own: Option<u32>,
    /// Whether a module's values are evaluated, which belong to no policy.
    module: bool,
    /// The declared fact that is read.
    fact: Option<DeclId>,
    /// Whether this computes inside of a secret, where nothing may fail: that it did would tell of the secret.
    inside: bool,
}

struct Evaluator<'db> {
    db: &'db dyn Db,
    out: Evaluation,
    modules: FxHashMap<File, Rc<Env>>,
    /// The modules whose values are being evaluated.
    open: FxHashMap<File, module::Open<'db>>,
    facts: FxHashMap<SmolStr, u32>,
    /// The values of the declared facts that were read.
    declared_facts: FxHashMap<DeclId, Datum>,
    secrets: FxHashMap<Arc<str>, u32>,
    /// The names of instances that only the host knows, by what stands before the name in the path.
    host_names: FxHashMap<String, u32>,
    callables: Vec<each::Callable<'db>>,
    tasks: VecDeque<Task<'db>>,
    context: Context,
    steps: u64,
    depth: u32,
    /// What operations made so far.
    made: usize,
    /// How many more parts the value may have that is looked at now.
    left: usize,
    exhausted: bool,
    /// What a test is given, where one runs.
    testing: Option<Box<test::Testing<'db>>>,
    /// What values are looked out for; values of modules are evaluated only as they are asked for then.
    watch: Option<Box<sample::Watch<'db>>>,
}

/// Evaluates all policies of the package. It must have been checked without errors.
pub fn evaluate(db: &dyn Db) -> Evaluation {
    evaluate_sound(db, None)
}

/// Evaluates the policies that are sound; all of a package that was checked without errors.
pub(crate) fn evaluate_sound(db: &dyn Db, sound: Option<&Sound>) -> Evaluation {
    let mut evaluator = Evaluator::new(db);
    evaluator.run(sound);
    evaluator.out
}

impl<'db> Evaluator<'db> {
    fn new(db: &'db dyn Db) -> Self {
        Evaluator {
            db,
            out: Evaluation::default(),
            modules: FxHashMap::default(),
            open: FxHashMap::default(),
            facts: FxHashMap::default(),
            declared_facts: FxHashMap::default(),
            secrets: FxHashMap::default(),
            host_names: FxHashMap::default(),
            callables: Vec::new(),
            tasks: VecDeque::new(),
            context: Context {
                policy: 0,
                instance: Rc::from(""),
                condition: None,
                tags: Rc::from([]),
                lambdas: 0,
                repeat: None,
                told: None,
                own: None,
                module: false,
                fact: None,
                inside: false,
            },
            steps: 0,
            depth: 0,
            made: 0,
            left: PARTS_BUDGET,
            exhausted: false,
            testing: None,
            watch: None,
        }
    }

    fn run(&mut self, sound: Option<&Sound>) {
        let files: Vec<File> =
            name::modules(self.db).values().copied().filter(|f| name::is_root(self.db, *f)).collect();
        for file in files.iter().filter(|file| sound.is_none_or(|sound| sound.files.contains(*file))) {
            self.module(*file);
        }
        self.label_defaults();
        // What no host can run or read is told also where nothing reads it.
        for file in files.iter().filter(|file| sound.is_none_or(|sound| sound.files.contains(*file))) {
            for declared in name::declarations(self.db, *file).values() {
                if declared.kind == DeclKind::Fact {
                    self.probe(declared.id);
                }
            }
        }
        let mut policies = self.policies(&files);
        policies.retain(|(_, id)| sound.is_none_or(|sound| sound.policies.contains(id)));
        for (name, decl) in policies {
            self.policy(name, decl);
        }
        self.guards(&files);
        self.rollouts(&files);
    }

    /// The policies of modules by name.
    fn policies(&self, files: &[File]) -> Vec<(String, DeclId)> {
        let mut policies: Vec<(String, DeclId)> = Vec::new();
        for file in files {
            for (name, declared) in name::declarations(self.db, *file) {
                if declared.kind == DeclKind::Policy {
                    let module = file.module(self.db);
                    let name = if module.is_empty() { name.to_string() } else { format!("{module}.{name}") };
                    policies.push((name, declared.id));
                }
            }
        }
        policies.sort_by(|(a, _), (b, _)| a.cmp(b));
        policies
    }

    /// Evaluates a policy, the next one.
    fn policy(&mut self, name: String, decl: DeclId) {
        self.context.policy = self.out.policies.len() as u32;
        self.context.instance = Rc::from(name.as_str());
        self.out.policies.push(PolicyInfo { name, decl, select: None, after: Vec::new() });
        let checked = check::body(self.db, decl);
        if let Some(root) = checked.body.root {
            let frame = Frame { file: decl.file, body: &checked.body };
            // Mostly, each statement declares something.
            self.out.declared.reserve(checked.body.block(root).stmts.len());
            self.block(frame, None, root, Vec::new());
        }
        self.work();
    }

    /// Evaluates the bodies that were put aside.
    fn work(&mut self) {
        let around = self.context.clone();
        while let Some(task) = self.tasks.pop_front() {
            self.context = task.context.clone();
            self.task(&task);
        }
        self.context = around;
    }

    fn label_defaults(&mut self) {
        let checked = check::labels(self.db);
        let (Some(source), Some(part)) = (name::label_source(self.db), checked.parts.first()) else { return };
        let count = signature::label_types(self.db).len();
        let frame = Frame { file: source.file, body: &checked.body };
        let env = self.env(None, count);
        let mut defaults = vec![None; count];
        for stmt in &checked.body.block(*part).stmts {
            let Stmt::Param(hir::Param { local, position, default: Some(default), .. }) = stmt else {
                continue;
            };
            let datum = self.eval(frame, &env, *default);
            if let Datum::Value(value) = &datum {
                defaults[*position as usize] = Some(value.clone());
            } else if !datum.is_dead() {
                let place = self.place(frame, *default);
                self.too_late(place, &datum, "the default of a label", "known when the bundle is built");
            }
            set(&env, *local, datum);
        }
        self.out.label_defaults = defaults;
    }

    fn env(&self, parent: Option<Rc<Env>>, locals: usize) -> Rc<Env> {
        Rc::new(Env { parent, slots: RefCell::new(vec![Datum::Poison; locals]) })
    }

    /// Runs a block whose first locals are `bound`, and gives its value.
    fn block(&mut self, frame: Frame<'db>, parent: Option<Rc<Env>>, id: BlockId, bound: Vec<Datum>) -> Datum {
        let block = frame.body.block(id);
        let env = self.env(parent, block.locals.len());
        for (local, datum) in bound.into_iter().enumerate() {
            set(&env, local as u32, datum);
        }
        for stmt in &block.stmts {
            self.stmt(frame, &env, stmt);
        }
        block.value.map_or(Datum::NONE, |value| self.eval(frame, &env, value))
    }

    /// A statement. Parameters and outputs are set by whoever knows the arguments.
    fn stmt(&mut self, frame: Frame<'db>, env: &Rc<Env>, stmt: &'db Stmt) {
        match stmt {
            Stmt::Let(local, value) => {
                let datum = self.eval(frame, env, *value);
                set(env, *local, datum);
            }
            Stmt::ConstLet(local, value) => {
                let datum = self.eval(frame, env, *value);
                let place = self.place(frame, *value);
                set(env, *local, self.constant(datum, place, "the value of a `const let`"));
            }
            Stmt::Destructure(pattern, value, constant) => {
                let place = self.place(frame, *value);
                let mut datum = self.eval(frame, env, *value);
                if *constant {
                    datum = self.constant(datum, place, "the value of a `const let`");
                }
                let mut bound = Vec::new();
                self.fits(pattern, &datum, &mut bound, place);
                for (local, datum) in bound {
                    set(env, local, datum);
                }
            }
            Stmt::Expr(value) => {
                self.eval(frame, env, *value);
            }
            Stmt::Select(value) => self.select_hosts(frame, env, *value),
            Stmt::Check(condition, message) => self.check(frame, env, *condition, *message),
            Stmt::Expect(expected) => self.expect(frame, env, *expected),
            Stmt::ExpectFails(failing) => self.expect_fails(frame, env, failing),
            Stmt::After(policies) => {
                let places = policies.iter().map(|(id, span)| (*id, Place::new(frame.file, *span)));
                if let Some(policy) = self.out.policies.get_mut(self.context.policy as usize) {
                    policy.after.extend(places);
                }
            }
            Stmt::Prune(prune) => self.prune(frame, env, prune),
            // Guards, rollouts and facts belong to no policy.
            Stmt::Param(_) | Stmt::Out(..) | Stmt::Guard(_) | Stmt::Rollout(_) | Stmt::Fact(_) => {}
        }
    }

    /// A datum that must be known when the bundle is built; anything later is reported.
    fn constant(&mut self, datum: Datum, place: Place, what: &str) -> Datum {
        if matches!(datum, Datum::Value(_)) || datum.is_dead() {
            return datum;
        }
        self.too_late(place, &datum, what, "known when the bundle is built");
        Datum::Poison
    }

    fn select_hosts(&mut self, frame: Frame<'db>, env: &Rc<Env>, value: HirId) {
        let datum = self.eval(frame, env, value);
        let place = self.place(frame, value);
        let Some(operand) = self.early(&datum, place, "which hosts a policy selects") else { return };
        if let Operand::Expr(test) = operand {
            self.takes_both(BranchKind::Select, place, test);
        }
        if let Some(policy) = self.out.policies.get_mut(self.context.policy as usize) {
            policy.select = Some(operand);
        }
    }

    fn prune(&mut self, frame: Frame<'db>, env: &Rc<Env>, prune: &'db hir::Prune) {
        let mut limit = None;
        if let Some(written) = prune.limit {
            let datum = self.eval(frame, env, written);
            let place = self.place(frame, written);
            if let Datum::Value(Value::Int(count)) = &datum
                && *count < 0
            {
                let headline = format!("{count} removals are less than none");
                let found = Diagnostic::error(code::VALUE_DOES_NOT_FIT, place, headline);
                self.report(found.here("must be 0 or more"));
            }
            limit = self.early(&datum, place, "the limit of a `prune`");
        }
        let place = Place::new(frame.file, prune.span);
        let (policy, types) = (self.context.policy, prune.types.clone());
        self.out.prune.push(PruneInfo { policy, types, limit, place });
    }

    /// A datum that must be known before anything runs, as an operand; anything later is reported.
    fn early(&mut self, datum: &Datum, place: Place, what: &str) -> Option<Operand> {
        let operand = self.operand(datum, place)?;
        if !self.is_public(&operand, place) {
            return None;
        }
        if let Operand::Expr(id) = operand
            && self.out.residual.phase(id) == Phase::Run
        {
            self.too_late(place, datum, what, "known before anything runs");
            return None;
        }
        Some(operand)
    }

    /// Whether no secret is in what goes where it is seen. The types say that there is none; but some operations
    /// of the host make one value of several, and keep what is public together with what is not.
    fn is_public(&mut self, operand: &Operand, place: Place) -> bool {
        let Operand::Expr(id) = operand else { return true };
        let Some(secret) = self.out.residual.secret_in(*id) else { return true };
        let mut diagnostic = Diagnostic::error(
            code::NOT_APART,
            place,
            "the plan cannot tell this value apart from a secret that the host computes with it",
        )
        .here("is no secret, and would be treated as one");
        if let Some(origin) = self.out.residual.place(secret) {
            diagnostic = diagnostic.label(origin, "the secret");
        }
        self.report(diagnostic.help("compute the public part by itself, from data that no secret is in"));
        false
    }

    /// Reports a value that is needed earlier than it is known, with the way from its source.
    fn too_late(&mut self, place: Place, datum: &Datum, what: &str, needed: &str) {
        let id = match datum {
            Datum::Node(id) => Some(*id),
            other => self.node(other, place),
        };
        let mut diagnostic = Diagnostic::error(code::TOO_LATE, place, format!("{what} must be {needed}"));
        let Some(id) = id else {
            self.out.diagnostics.push(diagnostic.here("not known yet"));
            return;
        };
        let when = match self.out.residual.phase(id) {
            Phase::Host => "known only on the host",
            Phase::Run => "known only while the plan runs",
        };
        diagnostic = diagnostic.here(when);
        let mut shown = vec![place];
        for at in self.out.residual.trace(id).into_iter().rev() {
            let Some(origin) = self.out.residual.place(at) else { continue };
            if shown.contains(&origin) || shown.len() > 6 {
                continue;
            }
            shown.push(origin);
            let text = match self.out.residual.get(at) {
                Some(Node::Output { .. }) => "an output, known only while the plan runs".to_owned(),
                Some(Node::Secret(_)) => "a secret, known only while the plan runs".to_owned(),
                Some(Node::Fact(_)) => "a fact, known only on the host".to_owned(),
                Some(Node::Label(_)) => "a label, known only on the host".to_owned(),
                _ => "computed from it here".to_owned(),
            };
            diagnostic = diagnostic.label(origin, text);
        }
        self.out.diagnostics.push(diagnostic);
    }

    fn place(&self, frame: Frame<'db>, id: HirId) -> Place {
        frame.body.place(frame.file, id)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.out.diagnostics.push(diagnostic);
    }

    /// The operand of a plan for a datum; none where there is none (it was reported, or is a reference).
    fn operand(&mut self, datum: &Datum, place: Place) -> Option<Operand> {
        match datum {
            Datum::Value(value) => Some(Operand::Value(value.clone())),
            other => self.node(other, place).map(Operand::Expr),
        }
    }

    /// The residual node of a datum.
    fn node(&mut self, datum: &Datum, place: Place) -> Option<ExprId> {
        if let Datum::Node(id) = datum {
            return Some(*id);
        }
        self.with_budget(|e| e.part(datum, place, 0))
    }

    /// The residual node of a part of a datum, as far as the budget goes.
    fn part(&mut self, datum: &Datum, place: Place, depth: usize) -> Option<ExprId> {
        if !self.take(NODE_PARTS, place) || !self.is_shallow(depth, place) {
            return None;
        }
        let node = match datum {
            Datum::Node(id) => return Some(*id),
            Datum::Value(value) => {
                if !self.is_bounded(value, place) {
                    return None;
                }
                Node::Const(value.clone())
            }
            Datum::List(items) => Node::List(self.parts(items, place, depth)?),
            Datum::Record(items) => Node::Record(self.parts(items, place, depth)?),
            Datum::Variant(tag, items) => Node::Variant(*tag, self.parts(items, place, depth)?),
            Datum::Fact(path, ty) => return Some(self.fact_node(path, ty, place)),
            Datum::Map(entries) => {
                let mut nodes = Vec::with_capacity(entries.len());
                for (key, datum) in entries.iter() {
                    let key = self.out.residual.node(Node::Const(key.clone()), place);
                    nodes.push((key, self.part(datum, place, depth + 2)?));
                }
                Node::Map(nodes)
            }
            Datum::Declared(items) if items.iter().all(Datum::is_plain) => {
                self.no_list(place);
                return None;
            }
            Datum::Refs(_) | Datum::Key(..) | Datum::Instances(_) | Datum::Declared(_) => {
                self.which_resource(place);
                return None;
            }
            Datum::Plan(_) | Datum::Planned(..) | Datum::Function(_) | Datum::Never | Datum::Poison => {
                return None;
            }
        };
        Some(self.out.residual.node(node, place))
    }

    /// Reports a reference that is chosen by what only the host knows, in a way that the plan has no form for.
    fn which_resource(&mut self, place: Place) {
        self.report(
            Diagnostic::error(
                code::WHICH_RESOURCE,
                place,
                "which resource this is must be known when the bundle is built",
            )
            .here("chosen by something that only the host knows")
            .help("choose with `if` or `match` where the resources are declared"),
        );
    }

    /// Reports that the values of the rounds of a `for` are read, of which only the host knows how many there are.
    fn no_list(&mut self, place: Place) {
        self.report(
            Diagnostic::error(
                code::WHICH_RESOURCE,
                place,
                "a `for` over what only the host knows gives no list of values",
            )
            .here("reads what such a `for` gives")
            .help("make the list with `map`: `list.map(|element| ..)`"),
        );
    }

    fn parts(&mut self, items: &[Datum], place: Place, depth: usize) -> Option<Vec<ExprId>> {
        items.iter().map(|item| self.part(item, place, depth + 1)).collect()
    }

    fn nodes(&mut self, items: &[Datum], place: Place) -> Option<Vec<ExprId>> {
        items.iter().map(|item| self.node(item, place)).collect()
    }

    /// The residual node of a fact.
    fn fact_node(&mut self, path: &SmolStr, ty: &Ty, place: Place) -> ExprId {
        let fact = self.fact(path, ty);
        let id = self.out.residual.node(Node::Fact(fact), place);
        if !matches!(ty, Ty::Optional(_)) {
            self.out.residual.mark_present(id);
        }
        id
    }

    fn fact(&mut self, path: &SmolStr, ty: &Ty) -> u32 {
        if let Some(position) = self.facts.get(path) {
            return *position;
        }
        let position = self.out.facts.len() as u32;
        self.out.facts.push(FactUse { path: path.clone(), ty: ty.clone(), declared: None });
        self.facts.insert(path.clone(), position);
        position
    }

    fn secret(&mut self, name: &Arc<str>) -> u32 {
        if let Some(position) = self.secrets.get(name) {
            return *position;
        }
        let position = self.out.secrets.len() as u32;
        self.out.secrets.push(Arc::clone(name));
        self.secrets.insert(Arc::clone(name), position);
        position
    }

    /// Reports what may fail inside of a secret.
    fn fails_inside(&mut self, place: Place) -> Datum {
        self.report(
            Diagnostic::error(code::SECRET_DECIDES, place, "nothing may fail inside of a secret")
                .here("may stop the plan")
                .note("whoever sees that it failed could tell something of the secret"),
        );
        Datum::Poison
    }
}

fn set(env: &Env, local: u32, datum: Datum) {
    if let Some(slot) = env.slots.borrow_mut().get_mut(local as usize) {
        *slot = datum;
    }
}

fn get(env: &Rc<Env>, hops: u32, local: u32) -> Datum {
    let mut at = env;
    for _ in 0..hops {
        match &at.parent {
            Some(parent) => at = parent,
            None => return Datum::Poison,
        }
    }
    at.slots.borrow().get(local as usize).cloned().unwrap_or(Datum::Poison)
}
