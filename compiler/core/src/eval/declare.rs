//! What a policy declares: resources, instances, and the edges between them.

use super::residual::Phase;
use super::{Context, Datum, Env, Evaluator, Frame, Task, set};
use crate::check;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::hir::{self, ExprId as HirId, ExprKind, Stmt};
use crate::name::DeclId;
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::value::Value;
use mc_syntax::ast::ClauseKind;
use std::rc::Rc;

/// A declaration of a resource.
#[derive(Debug)]
pub struct Declared {
    /// Its type.
    pub decl: DeclId,
    /// Its key.
    pub key: Operand,
    /// The policy by position.
    pub policy: u32,
    /// The path of the instance around.
    pub instance: Rc<str>,
    /// When it exists, besides the policy's `select`.
    pub condition: Option<ExprId>,
    /// The attributes by position.
    pub settings: Vec<PendingSetting>,
    /// `timeout`
    pub timeout: Option<Operand>,
    /// `retry`: times and pause.
    pub retry: Option<(Operand, Operand)>,
    /// Type and key as written.
    pub place: Place,
}

/// An attribute that is set.
#[derive(Debug)]
pub struct PendingSetting {
    /// Position in the schema.
    pub attribute: u32,
    /// Its value.
    pub value: Operand,
    /// Where it is set.
    pub place: Place,
}

/// An instance of a component.
#[derive(Debug)]
pub struct InstanceInfo {
    /// Its component.
    pub decl: DeclId,
    /// Its path.
    pub path: Rc<str>,
    /// The policy by position.
    pub policy: u32,
    /// When it exists.
    pub condition: Option<ExprId>,
    /// The declared resources inside, as a range of positions.
    pub steps: std::ops::Range<u32>,
    /// Its outputs by position.
    pub outs: Vec<Datum>,
    /// Component and name as written.
    pub place: Place,
}

/// What a clause stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A declared resource.
    Step(u32),
    /// An instance.
    Instance(u32),
}

/// What a clause names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EdgeTarget {
    /// A declared resource.
    Step(u32),
    /// A resource by type and key.
    Key(DeclId, Value),
    /// An instance.
    Instance(u32),
}

/// An edge that a clause asks for.
#[derive(Debug)]
pub struct PendingEdge {
    /// What the clause stands on.
    pub owner: Owner,
    /// Which clause.
    pub kind: ClauseKind,
    /// What it names.
    pub target: EdgeTarget,
    /// Where it stands.
    pub place: Place,
}

/// An argument of an instance.
struct Argument {
    datum: Datum,
    /// Whether it may be absent, which leaves the parameter to its default.
    absent: bool,
}

impl<'db> Evaluator<'db> {
    pub(super) fn declare_resource(&mut self, frame: Frame<'db>, env: &Rc<Env>, id: HirId) -> Datum {
        let ExprKind::Resource(resource) = &frame.body.expr(id).kind else { return Datum::Poison };
        let place = Place::new(frame.file, resource.head);
        let key = self.eval(frame, env, resource.key);
        let when = resource.when.map(|when| (self.eval(frame, env, when), self.place(frame, when)));
        let Some(condition) = self.existence(when) else { return Datum::NONE };
        if key.is_dead() {
            return Datum::Poison;
        }
        let key_place = self.place(frame, resource.key);
        let Some(key) = self.early(&key, key_place, "the key of a resource") else { return Datum::Poison };
        let step = self.out.declared.len() as u32;
        self.out.declared.push(Declared {
            decl: resource.decl,
            key,
            policy: self.context.policy,
            instance: Rc::clone(&self.context.instance),
            condition,
            settings: Vec::new(),
            timeout: None,
            retry: None,
            place,
        });
        let context = Context { condition, own: Some(step), ..self.context.clone() };
        self.tasks.push_back(Task {
            frame,
            env: Rc::clone(env),
            expr: id,
            owner: Owner::Step(step),
            context,
        });
        Datum::Refs(Rc::from([step]))
    }

    /// The condition under which something declared here exists; none if it never does, or that was
    /// reported.
    fn existence(&mut self, when: Option<(Datum, Place)>) -> Option<Option<ExprId>> {
        let mut condition = self.context.condition;
        if let Some((datum, place)) = when {
            match datum {
                Datum::Value(Value::Bool(true)) => {}
                Datum::Value(_) => return None,
                dead if dead.is_dead() => return None,
                other => {
                    let Some(Operand::Expr(test)) = self.early(&other, place, "whether a resource exists")
                    else {
                        return None;
                    };
                    condition = Some(self.out.residual.and(condition, test, place));
                }
            }
        }
        if let Some(test) = condition
            && self.out.residual.phase(test) == Phase::Run
        {
            let late = Datum::Node(test);
            let at = self.out.residual.place(test);
            if let Some(place) = at {
                self.too_late(
                    place,
                    &late,
                    "whether a resource exists",
                    "known before anything runs",
                    Phase::Run,
                );
            }
            return None;
        }
        Some(condition)
    }

    pub(super) fn declare_instance(&mut self, frame: Frame<'db>, env: &Rc<Env>, id: HirId) -> Datum {
        let ExprKind::Instance(instance) = &frame.body.expr(id).kind else { return Datum::Poison };
        let place = Place::new(frame.file, instance.head);
        let name = instance.name.map(|name| (self.eval(frame, env, name), self.place(frame, name)));
        let when = instance.when.map(|when| (self.eval(frame, env, when), self.place(frame, when)));
        let Signature::Component(params, _) = signature::signature(self.db, instance.decl) else {
            return Datum::Poison;
        };
        // An argument that may be absent leaves a parameter that may not be to its default.
        let absent = |arg: HirId, position: usize| {
            matches!(frame.body.expr(arg).ty.plain(), Ty::Optional(_))
                && params.get(position).is_some_and(|p| !matches!(p.ty.plain(), Ty::Optional(_)))
        };
        let args: Vec<Option<Argument>> = instance
            .args
            .iter()
            .enumerate()
            .map(|(at, arg)| {
                arg.map(|arg| Argument { datum: self.eval(frame, env, arg), absent: absent(arg, at) })
            })
            .collect();
        let Some(condition) = self.existence(when) else { return Datum::NONE };
        let component = instance.decl.text(self.db);
        let path = match name {
            None => format!("{}/{component}", self.context.instance),
            Some((Datum::Value(Value::Str(name)), _)) => {
                format!("{}/{component}[{name:?}]", self.context.instance)
            }
            Some((datum, place)) => {
                if !datum.is_dead() {
                    self.too_late(
                        place,
                        &datum,
                        "the name of an instance",
                        "known when the bundle is built",
                        Phase::Host,
                    );
                }
                return Datum::Poison;
            }
        };
        let path: Rc<str> = Rc::from(path.as_str());
        let index = self.out.instances.len() as u32;
        let first = self.out.declared.len() as u32;
        let outs = match signature::signature(self.db, instance.decl) {
            Signature::Component(_, outs) => outs.len(),
            _ => 0,
        };
        self.out.instances.push(InstanceInfo {
            decl: instance.decl,
            path: Rc::clone(&path),
            policy: self.context.policy,
            condition,
            steps: first..first,
            outs: vec![Datum::Poison; outs],
            place,
        });
        let context = Context { condition, instance: path, own: None, ..self.context.clone() };
        let task_context = Context { condition, ..self.context.clone() };
        self.with_context(context, |e| e.component(instance.decl, index, args));
        self.out.instances[index as usize].steps.end = self.out.declared.len() as u32;
        if !instance.clauses.is_empty() {
            let owner = Owner::Instance(index);
            self.tasks.push_back(Task { frame, env: Rc::clone(env), expr: id, owner, context: task_context });
        }
        Datum::Instances(Rc::from([index]))
    }

    /// Runs the block of a component.
    fn component(&mut self, decl: DeclId, index: u32, mut args: Vec<Option<Argument>>) {
        let checked = check::body(self.db, decl);
        let Some(root) = checked.body.root else { return };
        let frame = Frame { file: decl.file, body: &checked.body };
        let block = frame.body.block(root);
        let env = self.env(None, block.locals.len());
        for stmt in &block.stmts {
            match stmt {
                Stmt::Param(hir::Param { local, position, default, constant }) => {
                    let given = args.get_mut(*position as usize).and_then(Option::take);
                    let mut datum = match (given, default) {
                        (Some(Argument { datum, absent: true }), Some(default)) => {
                            self.or_default(datum, frame, &env, *default)
                        }
                        (Some(Argument { datum, .. }), _) => datum,
                        (None, Some(default)) => self.eval(frame, &env, *default),
                        (None, None) => Datum::NONE,
                    };
                    if *constant {
                        let name = &block.locals[*local as usize].name;
                        let place = self.out.instances[index as usize].place;
                        datum = self.constant(datum, place, &format!("`{name}`, a `const param`,"));
                    }
                    set(&env, *local, datum);
                }
                Stmt::Out(local, position, value) => {
                    let datum = self.eval(frame, &env, *value);
                    set(&env, *local, datum.clone());
                    if let Some(out) = self.out.instances[index as usize].outs.get_mut(*position as usize) {
                        *out = datum;
                    }
                }
                other => self.stmt(frame, &env, other),
            }
        }
    }

    /// An argument that may be absent on the host, with the parameter's default where it is.
    fn or_default(&mut self, datum: Datum, frame: Frame<'db>, env: &Rc<Env>, default: HirId) -> Datum {
        let id = match datum {
            Datum::Node(id) => id,
            Datum::Value(Value::None) => return self.eval(frame, env, default),
            known => return known,
        };
        let place = self.place(frame, default);
        let some = self.out.residual.node(Node::IsSome(id), place);
        let not = self.out.residual.not(some, place);
        let other = self.under(not, place, |e| e.eval(frame, env, default));
        match self.node(&other, place) {
            Some(other) => Datum::Node(self.out.residual.node(Node::Coalesce(id, other), place)),
            None => Datum::Poison,
        }
    }

    /// The body of a resource, or the clauses of an instance.
    pub(super) fn task(&mut self, task: &Task<'db>) {
        let (frame, env) = (task.frame, &task.env);
        match &frame.body.expr(task.expr).kind {
            ExprKind::Resource(resource) => {
                for (attribute, value, span) in &resource.attributes {
                    let datum = self.eval(frame, env, *value);
                    let place = self.place(frame, *value);
                    if datum.is_dead() {
                        continue;
                    }
                    if let (Some(value), Owner::Step(step)) = (self.operand(&datum, place), task.owner) {
                        let place = Place::new(frame.file, *span);
                        let setting = PendingSetting { attribute: *attribute, value, place };
                        self.out.declared[step as usize].settings.push(setting);
                    }
                }
                self.clauses(task, &resource.clauses);
            }
            ExprKind::Instance(instance) => self.clauses(task, &instance.clauses),
            _ => {}
        }
    }

    fn clauses(&mut self, task: &Task<'db>, clauses: &'db [hir::Clause]) {
        for clause in clauses {
            let datum = self.eval(task.frame, &task.env, clause.value);
            let place = self.place(task.frame, clause.value);
            match (clause.kind, task.owner) {
                (ClauseKind::Timeout, Owner::Step(step)) => {
                    let timeout = self.early(&datum, place, "a timeout");
                    self.positive(&datum, place, "a timeout");
                    self.out.declared[step as usize].timeout = timeout;
                }
                (ClauseKind::Retry, Owner::Step(step)) => {
                    let times = self.early(&datum, place, "how often a step is tried");
                    let every = clause.every.and_then(|every| {
                        let place = self.place(task.frame, every);
                        let datum = self.eval(task.frame, &task.env, every);
                        self.early(&datum, place, "the pause between attempts")
                    });
                    if let (Some(times), every) = (times, every) {
                        let every = every.unwrap_or(Operand::Value(Value::Duration(0)));
                        self.out.declared[step as usize].retry = Some((times, every));
                    }
                }
                _ => {
                    let place = Place::new(task.frame.file, clause.span);
                    self.targets(task.owner, clause.kind, &datum, place);
                }
            }
        }
    }

    fn positive(&mut self, datum: &Datum, place: Place, what: &str) {
        if let Datum::Value(Value::Duration(0)) = datum {
            let headline = format!("{what} of nothing leaves no time at all");
            self.report(Diagnostic::error(code::VALUE_DOES_NOT_FIT, place, headline).here("must be longer"));
        }
    }

    fn targets(&mut self, owner: Owner, kind: ClauseKind, datum: &Datum, place: Place) {
        let mut add = |target: EdgeTarget| self.out.edges.push(PendingEdge { owner, kind, target, place });
        match datum {
            Datum::Refs(steps) => steps.iter().for_each(|step| add(EdgeTarget::Step(*step))),
            Datum::Instances(instances) => instances.iter().for_each(|i| add(EdgeTarget::Instance(*i))),
            Datum::Key(decl, key) => add(EdgeTarget::Key(*decl, key.clone())),
            Datum::List(items) => items.iter().for_each(|item| self.targets(owner, kind, item, place)),
            _ => {}
        }
    }

    pub(super) fn reference(&mut self, decl: DeclId, key: &Datum, place: Place) -> Datum {
        match key {
            Datum::Value(value) => Datum::Key(decl, value.clone()),
            dead if dead.is_dead() => dead.clone(),
            late => {
                let what = "the key of a reference";
                self.too_late(place, late, what, "known when the bundle is built", Phase::Host);
                Datum::Poison
            }
        }
    }

    pub(super) fn self_key(&mut self, place: Place) -> Datum {
        match self.context.own.and_then(|own| self.out.declared.get(own as usize)).map(|d| d.key.clone()) {
            Some(Operand::Value(value)) => Datum::Value(value),
            Some(Operand::Expr(id)) => Datum::Node(id),
            None => Datum::Node(self.out.residual.node(Node::Key, place)),
        }
    }

    /// The key of a referred resource.
    pub(super) fn key_of(&mut self, datum: &Datum, lifted: bool, place: Place) -> Datum {
        match datum {
            Datum::Key(_, value) => Datum::Value(value.clone()),
            Datum::Refs(steps) => {
                let steps = steps.to_vec();
                self.one_of_steps(&steps, lifted, place, |e, step| {
                    match e.out.declared[step as usize].key.clone() {
                        Operand::Value(value) => Datum::Value(value),
                        Operand::Expr(id) => Datum::Node(id),
                    }
                })
            }
            Datum::Value(Value::None) => Datum::NONE,
            dead if dead.is_dead() => dead.clone(),
            _ => Datum::Poison,
        }
    }

    /// An output of a referred resource.
    pub(super) fn output(&mut self, datum: &Datum, position: u32, lifted: bool, place: Place) -> Datum {
        match datum {
            Datum::Refs(steps) => {
                let steps = steps.to_vec();
                self.one_of_steps(&steps, lifted, place, |e, step| {
                    let id = e.out.residual.node(Node::Output { step, output: position }, place);
                    let decl = e.out.declared[step as usize].decl;
                    if let Signature::Resource(resource) = signature::signature(e.db, decl)
                        && let Some(output) = resource.outputs.get(position as usize)
                        && !matches!(output.ty, Ty::Optional(_))
                    {
                        e.out.residual.mark_present(id);
                    }
                    Datum::Node(id)
                })
            }
            Datum::Key(decl, _) => {
                let name = decl.text(self.db);
                self.report(
                    Diagnostic::error(code::BAD_PLACE, place, "outputs are read of a name, not by key")
                        .here("a reference by key")
                        .help(format!("give the `{name}` a name where it is declared, `let x = {name} ..`, and read `x.output`")),
                );
                Datum::Poison
            }
            Datum::Value(Value::None) => Datum::NONE,
            dead if dead.is_dead() => dead.clone(),
            _ => Datum::Poison,
        }
    }

    /// What the one of several resources gives that exists on the host.
    fn one_of_steps(
        &mut self,
        steps: &[u32],
        lifted: bool,
        place: Place,
        mut part: impl FnMut(&mut Self, u32) -> Datum,
    ) -> Datum {
        let conditions: Vec<_> = steps.iter().map(|s| self.out.declared[*s as usize].condition).collect();
        let parts: Vec<Datum> = steps.iter().map(|s| part(self, *s)).collect();
        self.one_that_exists(&conditions, parts, lifted, place)
    }

    fn one_that_exists(
        &mut self,
        conditions: &[Option<ExprId>],
        mut parts: Vec<Datum>,
        lifted: bool,
        place: Place,
    ) -> Datum {
        let mut result = if lifted { Datum::NONE } else { parts.pop().unwrap_or(Datum::NONE) };
        while let Some(datum) = parts.pop() {
            match conditions[parts.len()] {
                None => result = datum,
                Some(condition) => result = self.choose(condition, datum, result, place),
            }
        }
        result
    }

    pub(super) fn instance_out(&mut self, datum: &Datum, position: u32, lifted: bool, place: Place) -> Datum {
        match datum {
            Datum::Instances(instances) => {
                let conditions: Vec<_> =
                    instances.iter().map(|i| self.out.instances[*i as usize].condition).collect();
                let parts = instances
                    .iter()
                    .map(|i| {
                        self.out.instances[*i as usize]
                            .outs
                            .get(position as usize)
                            .cloned()
                            .unwrap_or(Datum::Poison)
                    })
                    .collect();
                self.one_that_exists(&conditions, parts, lifted, place)
            }
            Datum::Value(Value::None) => Datum::NONE,
            dead if dead.is_dead() => dead.clone(),
            _ => Datum::Poison,
        }
    }
}
