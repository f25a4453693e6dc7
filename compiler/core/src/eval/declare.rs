//! What a policy declares: resources, instances, and the edges between them.

use super::branch::BranchKind;
use super::residual::Phase;
use super::{Chosen, Context, Datum, Env, Evaluator, Frame, Task, set};
use crate::check;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::hir::{self, ExprId as HirId, ExprKind, Stmt};
use crate::name::DeclId;
use crate::signature::{self, Signature};
use crate::ty::{Skip, Ty};
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::plan::Priority;
use mc_plan::value::Value;
use mc_syntax::ast::ClauseKind;
use std::rc::Rc;
use std::sync::Arc;

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
    /// `skip when`, and where it stands.
    pub skip: Option<(Operand, Place)>,
    /// Whether it may be left out, so that what it produces may be missing.
    pub skippable: bool,
    /// `approval`: the role.
    pub approval: Option<Arc<str>>,
    /// `tags`, also those of the instances around, sorted.
    pub tags: Vec<Arc<str>>,
    /// The innermost loop of the host around it.
    pub repeat: Option<u32>,
    /// The innermost loop of the host whose rounds the path of the instance tells apart.
    pub told: Option<u32>,
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
    /// Which of several settings wins.
    pub priority: Priority,
    /// Where it is set.
    pub place: Place,
}

/// An instance of a component.
#[derive(Debug)]
pub struct InstanceInfo {
    /// Its component.
    pub decl: DeclId,
    /// Its path. Where only the host knows its name, something else stands for it.
    pub path: Rc<str>,
    /// Its name, where only the host knows it.
    pub name: Option<ExprId>,
    /// The innermost loop of the host around it.
    pub repeat: Option<u32>,
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
            skip: None,
            skippable: self.may_be_skipped(frame, resource),
            approval: None,
            tags: self.context.tags.to_vec(),
            repeat: self.context.repeat,
            told: self.context.told,
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
        Datum::Refs(Rc::from([(step, None)]))
    }

    fn may_be_skipped(&self, frame: Frame<'db>, resource: &hir::Resource) -> bool {
        let inherited = resource.inherited.iter().filter_map(|(_, id)| frame.body.defaults.get(*id as usize));
        let mut clauses = resource.clauses.iter().chain(inherited.flat_map(|defaults| &defaults.clauses));
        clauses.any(|clause| clause.kind == ClauseKind::SkipWhen)
    }

    /// The condition under which something declared here exists; none if it never does, or that was
    /// reported.
    pub(super) fn existence(&mut self, when: Option<(Datum, Place)>) -> Option<Option<ExprId>> {
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
                    self.takes_both(BranchKind::When, place, test);
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
                self.too_late(place, &late, "whether a resource exists", "known before anything runs");
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
        let head = format!("{}/{}", self.context.instance, instance.decl.text(self.db));
        let (path, name) = match name {
            None => (head, None),
            Some((Datum::Value(Value::Str(name)), _)) => (format!("{head}[{name:?}]"), None),
            Some((datum, at)) => match self.early(&datum, at, "the name of an instance") {
                Some(Operand::Expr(id)) => (self.named_on_host(&head, at), Some(id)),
                _ => return Datum::Poison,
            },
        };
        if !self.told_apart(name, &path, place) {
            return Datum::Poison;
        }
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
            name,
            repeat: self.context.repeat,
            policy: self.context.policy,
            condition,
            steps: first..first,
            outs: vec![Datum::Poison; outs],
            place,
        });
        let tags = self.instance_tags(frame, env, &instance.clauses);
        let told = self.context.repeat;
        let context = Context { condition, instance: path, told, own: None, tags, ..self.context.clone() };
        let task_context = Context { condition, ..self.context.clone() };
        self.with_context(context, |e| e.component(instance.decl, index, args));
        self.out.instances[index as usize].steps.end = self.out.declared.len() as u32;
        if !instance.clauses.is_empty() {
            let owner = Owner::Instance(index);
            self.tasks.push_back(Task { frame, env: Rc::clone(env), expr: id, owner, context: task_context });
        }
        Datum::Instances(Rc::from([(index, None)]))
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
                if let Owner::Step(step) = task.owner {
                    self.out.declared[step as usize].settings.reserve_exact(resource.attributes.len());
                }
                for setting in &resource.attributes {
                    self.setting(frame, env, task.owner, setting);
                }
                let mut set: Vec<u32> = match resource.inherited.as_slice() {
                    [] => Vec::new(),
                    _ => resource.attributes.iter().map(|setting| setting.attribute).collect(),
                };
                self.clauses(task, env, &resource.clauses, false);
                // What the resource leaves open, the innermost block says first.
                for (hops, id) in &resource.inherited {
                    let Some(defaults) = frame.body.defaults.get(*id as usize) else { continue };
                    let Some(around) = around(env, *hops) else { continue };
                    for setting in &defaults.attributes {
                        if !set.contains(&setting.attribute) {
                            self.setting(frame, &around, task.owner, setting);
                            set.push(setting.attribute);
                        }
                    }
                    self.clauses(task, &around, &defaults.clauses, true);
                }
                if let Owner::Step(step) = task.owner {
                    self.out.declared[step as usize].settings.sort_by_key(|setting| setting.attribute);
                }
            }
            ExprKind::Instance(instance) => self.clauses(task, env, &instance.clauses, false),
            _ => {}
        }
    }

    fn setting(&mut self, frame: Frame<'db>, env: &Rc<Env>, owner: Owner, setting: &'db hir::Setting) {
        let datum = self.eval(frame, env, setting.value);
        let place = self.place(frame, setting.value);
        let bounded = match &datum {
            Datum::Value(value) => self.are_bounded([value], place),
            other => !other.is_dead(),
        };
        if !bounded {
            return;
        }
        if let (Some(value), Owner::Step(step)) = (self.operand(&datum, place), owner) {
            let secret = matches!(value, Operand::Expr(id) if self.out.residual.is_secret(id));
            if secret && !self.takes_secret(step, setting.attribute) && !self.is_public(&value, place) {
                return;
            }
            let place = Place::new(frame.file, setting.span);
            let (attribute, priority) = (setting.attribute, setting.priority);
            let setting = PendingSetting { attribute, value, priority, place };
            self.out.declared[step as usize].settings.push(setting);
        }
    }

    /// Whether an attribute of a declared resource may be given a secret.
    fn takes_secret(&self, step: u32, attribute: u32) -> bool {
        let decl = self.out.declared[step as usize].decl;
        let Signature::Resource(resource) = signature::signature(self.db, decl) else { return false };
        let Some(field) = resource.attributes.get(attribute as usize) else { return false };
        field.ty.any(&mut |ty| matches!(ty, Ty::Secret(_)))
    }

    /// The clauses of a resource or an instance; those of `defaults` add to what it says itself.
    fn clauses(&mut self, task: &Task<'db>, env: &Rc<Env>, clauses: &'db [hir::Clause], inherited: bool) {
        for clause in clauses {
            let place = self.place(task.frame, clause.value);
            let taken = inherited && self.is_given(task.owner, clause.kind);
            if taken {
                continue;
            }
            let datum = self.eval(task.frame, env, clause.value);
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
                        let datum = self.eval(task.frame, env, every);
                        self.early(&datum, place, "the pause between attempts")
                    });
                    if let (Some(times), every) = (times, every) {
                        let every = every.unwrap_or(Operand::Value(Value::Duration(0)));
                        self.out.declared[step as usize].retry = Some((times, every));
                    }
                }
                (ClauseKind::SkipWhen, Owner::Step(step)) => {
                    let skip = self.operand(&datum, place).filter(|skip| self.is_public(skip, place));
                    self.out.declared[step as usize].skip = skip.map(|skip| (skip, place));
                }
                (ClauseKind::Approval, Owner::Step(step)) => {
                    if let Some(role) = self.words(&datum, place, "the role that approves").pop() {
                        self.out.declared[step as usize].approval = Some(role);
                    }
                }
                (ClauseKind::Tags, Owner::Step(step)) => {
                    let tags = self.words(&datum, place, "a tag");
                    let all = &mut self.out.declared[step as usize].tags;
                    all.extend(tags);
                    all.sort();
                    all.dedup();
                }
                // Those of an instance were taken when it was made.
                (ClauseKind::Tags, Owner::Instance(_)) => {}
                _ => {
                    let place = Place::new(task.frame.file, clause.span);
                    let before = self.out.edges.len();
                    self.targets(task.owner, clause.kind, &datum, place);
                    if let (true, Owner::Step(own)) = (inherited, task.owner) {
                        // What all others of a type wait for does not wait for itself.
                        let mut added = self.out.edges.split_off(before);
                        added.retain(|edge| edge.target != EdgeTarget::Step(own));
                        self.out.edges.append(&mut added);
                    }
                }
            }
        }
    }

    /// Whether a resource says something itself that `defaults` say as well.
    fn is_given(&self, owner: Owner, kind: ClauseKind) -> bool {
        let Owner::Step(step) = owner else { return false };
        let declared = &self.out.declared[step as usize];
        match kind {
            ClauseKind::Timeout => declared.timeout.is_some(),
            ClauseKind::Retry => declared.retry.is_some(),
            ClauseKind::SkipWhen => declared.skip.is_some(),
            ClauseKind::Approval => declared.approval.is_some(),
            _ => false,
        }
    }

    /// The tags of an instance and of those around it.
    fn instance_tags(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        clauses: &'db [hir::Clause],
    ) -> Rc<[Arc<str>]> {
        let Some(clause) = clauses.iter().find(|clause| clause.kind == ClauseKind::Tags) else {
            return Rc::clone(&self.context.tags);
        };
        let datum = self.eval(frame, env, clause.value);
        let place = self.place(frame, clause.value);
        let mut all = self.words(&datum, place, "a tag");
        all.extend(self.context.tags.iter().cloned());
        all.sort();
        all.dedup();
        all.into()
    }

    /// Names of roles or tags, which are known when the bundle is built.
    pub(super) fn words(&mut self, datum: &Datum, place: Place, what: &str) -> Vec<Arc<str>> {
        if datum.is_dead() {
            return Vec::new();
        }
        let Datum::Value(value) = datum else {
            self.too_late(place, datum, what, "known when the bundle is built");
            return Vec::new();
        };
        let values = match value {
            Value::List(values) => values.to_vec(),
            one => vec![one.clone()],
        };
        let mut words = Vec::with_capacity(values.len());
        for value in values {
            let Value::Str(text) = value else { continue };
            if mc_plan::plan::is_word(&text) {
                words.push(text);
            } else {
                let headline = format!("`{text}` is no name for {what}");
                self.report(
                    Diagnostic::error(code::VALUE_DOES_NOT_FIT, place, headline)
                        .here("1 to 64 letters, digits, `_`, `.` and `-`"),
                );
            }
        }
        words
    }

    fn positive(&mut self, datum: &Datum, place: Place, what: &str) {
        if let Datum::Value(Value::Duration(0)) = datum {
            let headline = format!("{what} of nothing leaves no time at all");
            self.report(Diagnostic::error(code::VALUE_DOES_NOT_FIT, place, headline).here("must be longer"));
        }
    }

    fn targets(&mut self, owner: Owner, kind: ClauseKind, datum: &Datum, place: Place) {
        // More order than is needed does no harm. A refresh from or to a resource that is not meant would.
        let orders = matches!(kind, ClauseKind::After | ClauseKind::Before);
        if let Datum::Refs(all) | Datum::Instances(all) = datum
            && !orders
            && all.iter().any(|(_, when)| when.is_some())
        {
            return self.which_resource(place);
        }
        let kind = self.without_refresh(kind, datum);
        let mut add = |target: EdgeTarget| self.out.edges.push(PendingEdge { owner, kind, target, place });
        match datum {
            Datum::Refs(steps) => steps.iter().for_each(|(step, _)| add(EdgeTarget::Step(*step))),
            Datum::Instances(instances) => instances.iter().for_each(|(i, _)| add(EdgeTarget::Instance(*i))),
            Datum::Key(decl, key) => add(EdgeTarget::Key(*decl, key.clone())),
            Datum::List(items) | Datum::Declared(items) => {
                items.iter().for_each(|item| self.targets(owner, kind, item, place));
            }
            _ => {}
        }
    }

    /// What a clause means for a resource that never changes: order alone. Where its type is known, the checker has
    /// reported it.
    fn without_refresh(&self, kind: ClauseKind, datum: &Datum) -> ClauseKind {
        let decl = match datum {
            Datum::Refs(steps) => steps.first().map(|(step, _)| self.out.declared[*step as usize].decl),
            _ => None,
        };
        let signature = decl.map(|decl| signature::signature(self.db, decl));
        match (signature, kind) {
            (Some(Signature::Resource(resource)), ClauseKind::Notify) if resource.inert => ClauseKind::Before,
            (Some(Signature::Resource(resource)), ClauseKind::RestartOn | ClauseKind::ReloadOn)
                if resource.inert =>
            {
                ClauseKind::After
            }
            _ => kind,
        }
    }

    pub(super) fn reference(&mut self, decl: DeclId, key: &Datum, place: Place) -> Datum {
        match key {
            Datum::Value(value) => Datum::Key(decl, value.clone()),
            dead if dead.is_dead() => dead.clone(),
            late => {
                let what = "the key of a reference";
                self.too_late(place, late, what, "known when the bundle is built");
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
            Datum::Refs(steps) => self.one_of_steps(steps, lifted, place, |e, step| {
                match e.out.declared[step as usize].key.clone() {
                    Operand::Value(value) => Datum::Value(value),
                    Operand::Expr(id) => Datum::Node(id),
                }
            }),
            Datum::Value(Value::None) => Datum::NONE,
            dead if dead.is_dead() => dead.clone(),
            _ => Datum::Poison,
        }
    }

    /// An output of a referred resource.
    pub(super) fn output(&mut self, datum: &Datum, position: u32, lifted: bool, place: Place) -> Datum {
        match datum {
            Datum::Refs(steps) => self.one_of_steps(steps, lifted, place, |e, step| {
                let id = e.out.residual.node(Node::Output { step, output: position }, place);
                let declared = &e.out.declared[step as usize];
                let skip = if declared.skippable { Skip::Perhaps } else { Skip::Never };
                if let Signature::Resource(resource) = signature::signature(e.db, declared.decl)
                    && let Some(ty) = resource.output(position as usize, skip)
                    && !matches!(ty, Ty::Optional(_))
                {
                    e.out.residual.mark_present(id);
                }
                Datum::Node(id)
            }),
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
        steps: &[Chosen],
        lifted: bool,
        place: Place,
        mut part: impl FnMut(&mut Self, u32) -> Datum,
    ) -> Datum {
        if let ([(step, None)], false) = (steps, lifted) {
            return part(self, *step);
        }
        let conditions = self.conditions(steps, place, |e, step| e.out.declared[step as usize].condition);
        let parts: Vec<Datum> = steps.iter().map(|(step, _)| part(self, *step)).collect();
        self.one_that_exists(&conditions, parts, lifted, place)
    }

    /// When each of several resources or instances is meant.
    pub(super) fn conditions(
        &mut self,
        all: &[Chosen],
        place: Place,
        exists: impl Fn(&Self, u32) -> Option<ExprId>,
    ) -> Vec<Option<ExprId>> {
        let whole = |(which, when): &Chosen| match (exists(self, *which), *when) {
            (condition, None) => condition,
            (condition, Some(when)) => Some(self.out.residual.and(condition, when, place)),
        };
        all.iter().map(whole).collect()
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
                let conditions =
                    self.conditions(instances, place, |e, i| e.out.instances[i as usize].condition);
                let parts = instances
                    .iter()
                    .map(|(i, _)| {
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

/// The values of the block so many blocks out.
fn around(env: &Rc<Env>, hops: u32) -> Option<Rc<Env>> {
    let mut at = env;
    for _ in 0..hops {
        at = at.parent.as_ref()?;
    }
    Some(Rc::clone(at))
}
