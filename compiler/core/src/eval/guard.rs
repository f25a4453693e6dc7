//! Guards and rollouts: what they say, as far as it is known; the rest is judged on hosts.

use super::{Context, Datum, EdgeTarget, Env, Evaluator, Frame};
use crate::check;
use crate::db::File;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::hir::{self, ExprId as HirId, Stmt};
use crate::name::{self, DeclId};
use crate::package;
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::plan::Share;
use mc_plan::value::Value;
use mc_syntax::ast::ItemKind;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// A rule of a guard. Its expressions read the key and the attributes of the resource that is judged.
#[derive(Debug)]
pub struct GuardInfo {
    /// The guard's name; with its module where that is not the root. Of a `check` of a resource type, its name.
    pub name: String,
    /// Whether it is such a `check`.
    pub own: bool,
    /// The resource type.
    pub decl: DeclId,
    /// When it holds.
    pub predicate: ExprId,
    /// Why, for people.
    pub message: Option<Operand>,
    /// The parts of the predicate as written, with their values and places.
    pub parts: Vec<(String, Operand, Place)>,
    /// Whose approval is required; none denies.
    pub approval: Option<Arc<str>>,
    /// The rule's line.
    pub place: Place,
}

/// A rollout.
#[derive(Debug)]
pub struct RolloutInfo {
    /// Its name; with its module where that is not the root.
    pub name: String,
    /// The policies by position; none are all.
    pub policies: Vec<u32>,
    /// The waves in their order.
    pub waves: Vec<WaveInfo>,
    /// The resources that have to be in order.
    pub health: Vec<(EdgeTarget, Place)>,
    /// How many hosts may fail.
    pub budget: Option<Share>,
    /// Its name's place.
    pub place: Place,
}

/// A wave of a rollout.
#[derive(Debug)]
pub struct WaveInfo {
    /// Its name.
    pub name: String,
    /// How many hosts it reaches.
    pub size: Option<Share>,
    /// Which hosts it takes.
    pub select: Option<Operand>,
    /// How long it is watched, in nanoseconds.
    pub pause: Option<i64>,
}

impl<'db> Evaluator<'db> {
    /// The guards of the package, and those of dependencies that its manifest names.
    pub(super) fn guards(&mut self, files: &[File]) {
        let mut all = self.items(files, |kind| matches!(kind, ItemKind::Guard(_)));
        all.extend(package::guards_in_use(self.db).into_iter().map(|id| (id.qualified(self.db), id)));
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all.dedup_by_key(|(_, id)| *id);
        for (name, id) in all {
            self.statements(id, |e, frame, env, stmt| {
                if let Stmt::Guard(rule) = stmt {
                    e.guard_rule(frame, env, rule, &name, false);
                }
            });
        }
        self.resource_checks();
        self.out.guards.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// The `check`s of the resource types that are declared.
    fn resource_checks(&mut self) {
        let types: BTreeMap<String, DeclId> =
            self.out.declared.iter().map(|d| (d.decl.qualified(self.db), d.decl)).collect();
        for (name, id) in types {
            self.statements(id, |e, frame, env, stmt| {
                if let Stmt::Guard(rule) = stmt {
                    e.guard_rule(frame, env, rule, &name, true);
                }
            });
        }
    }

    /// The rollouts of the package.
    pub(super) fn rollouts(&mut self, files: &[File]) {
        for (name, id) in self.items(files, |kind| matches!(kind, ItemKind::Rollout(_))) {
            self.statements(id, |e, frame, env, stmt| {
                if let Stmt::Rollout(rollout) = stmt {
                    e.rollout(frame, env, rollout, &name, id.place(e.db));
                }
            });
        }
        self.one_rollout_each();
    }

    /// Items of some files by name.
    fn items(&self, files: &[File], wanted: impl Fn(&ItemKind) -> bool) -> Vec<(String, DeclId)> {
        let mut found: Vec<(String, DeclId)> = files
            .iter()
            .flat_map(|file| {
                name::tree(self.db, *file).items.iter().zip(0u32..).map(move |(i, at)| (*file, i, at))
            })
            .filter(|(_, item, _)| wanted(&item.kind))
            .map(|(file, _, index)| DeclId { file, index })
            .map(|id| (id.qualified(self.db), id))
            .collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        found
    }

    fn statements(&mut self, id: DeclId, mut each: impl FnMut(&mut Self, Frame<'db>, &Rc<Env>, &'db Stmt)) {
        let checked = check::body(self.db, id);
        let Some(root) = checked.body.root else { return };
        let frame = Frame { file: id.file, body: &checked.body };
        let block = checked.body.block(root);
        let env = self.env(None, block.locals.len());
        // It belongs to no policy.
        let context = Context {
            condition: None,
            own: None,
            module: true,
            repeat: None,
            told: None,
            ..self.context.clone()
        };
        self.with_context(context, |e| block.stmts.iter().for_each(|stmt| each(e, frame, &env, stmt)));
    }

    fn guard_rule(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        rule: &'db hir::GuardRule,
        name: &str,
        own: bool,
    ) {
        let place = Place::new(frame.file, rule.span);
        let approval = match rule.approval {
            None => None,
            Some(role) => {
                let datum = self.eval(frame, env, role);
                let at = self.place(frame, role);
                match self.words(&datum, at, "the role that approves").pop() {
                    Some(role) => Some(role),
                    None => return,
                }
            }
        };
        let env = self.env(Some(Rc::clone(env)), frame.body.block(rule.block).locals.len());
        let (predicate, parts) = match rule.predicate {
            None => (Datum::Value(Value::Bool(true)), Vec::new()),
            Some(written) => {
                let datum = self.eval(frame, &env, written);
                (datum, self.guard_parts(frame, &env, written))
            }
        };
        let Some(predicate) = self.node(&predicate, place) else { return };
        // It never holds.
        if self.out.residual.get(predicate) == Some(&Node::Const(Value::Bool(false))) {
            return;
        }
        let message = rule.message.and_then(|written| {
            let datum = self.eval(frame, &env, written);
            let at = self.place(frame, written);
            self.operand(&datum, at)
        });
        let decl = rule.decl;
        self.out.guards.push(GuardInfo {
            name: name.to_owned(),
            own,
            decl,
            predicate,
            message,
            parts,
            approval,
            place,
        });
    }

    /// The parts of a predicate as written.
    fn guard_parts(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        predicate: HirId,
    ) -> Vec<(String, Operand, Place)> {
        let mut parts: Vec<(String, Operand, Place)> = Vec::new();
        for (part, text, place) in self.written_parts(frame, predicate) {
            let before = self.out.diagnostics.len();
            let datum = self.eval(frame, env, part);
            let operand = if datum.is_dead() { None } else { self.operand(&datum, place) };
            self.out.diagnostics.truncate(before);
            if let Some(operand) = operand
                && !parts.iter().any(|(known, ..)| *known == text)
            {
                parts.push((text, operand, place));
            }
        }
        parts
    }

    fn rollout(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        rollout: &'db hir::Rollout,
        name: &str,
        place: Place,
    ) {
        let mut policies: Vec<u32> = Vec::new();
        for (decl, _) in &rollout.policies {
            policies.extend(
                self.out.policies.iter().zip(0u32..).find(|(p, _)| p.decl == *decl).map(|(_, at)| at),
            );
        }
        policies.sort_unstable();
        let general = rollout.pause.and_then(|pause| self.watched(frame, env, pause));
        let mut waves = Vec::with_capacity(rollout.waves.len());
        for wave in &rollout.waves {
            let pause = wave.pause.and_then(|pause| self.watched(frame, env, pause)).or(general);
            let select = wave.condition.and_then(|condition| {
                let datum = self.eval(frame, env, condition);
                let at = self.place(frame, condition);
                self.early(&datum, at, "which hosts a wave takes")
            });
            let size = wave.size.map(|(size, _)| size);
            waves.push(WaveInfo { name: wave.name.to_string(), size, select, pause });
        }
        let mut health = Vec::new();
        if let Some(written) = rollout.health {
            let datum = self.eval(frame, env, written);
            let at = self.place(frame, written);
            references(&datum, at, &mut health);
        }
        let (name, budget) = (name.to_owned(), rollout.budget);
        self.out.rollouts.push(RolloutInfo { name, policies, waves, health, budget, place });
    }

    fn watched(&mut self, frame: Frame<'db>, env: &Rc<Env>, pause: HirId) -> Option<i64> {
        let datum = self.eval(frame, env, pause);
        let place = self.place(frame, pause);
        match self.constant(datum, place, "how long a wave is watched") {
            Datum::Value(Value::Duration(nanos)) if nanos < 0 => {
                let headline = "a wave cannot be watched for less than no time";
                self.report(Diagnostic::error(code::BAD_ROLLOUT, place, headline).here("less than nothing"));
                None
            }
            Datum::Value(Value::Duration(nanos)) => Some(nanos),
            _ => None,
        }
    }

    /// A change to a policy moves in one way.
    fn one_rollout_each(&mut self) {
        let mut taken: FxHashMap<u32, usize> = FxHashMap::default();
        let mut found = Vec::new();
        for (at, rollout) in self.out.rollouts.iter().enumerate() {
            let all: Vec<u32> = (0..self.out.policies.len() as u32).collect();
            let policies = if rollout.policies.is_empty() { &all } else { &rollout.policies };
            for policy in policies {
                let Some(first) = taken.get(policy) else {
                    taken.insert(*policy, at);
                    continue;
                };
                let first = &self.out.rollouts[*first];
                let name = &self.out.policies[*policy as usize].name;
                let headline = format!("two rollouts move the policy `{name}`");
                let mut diagnostic = Diagnostic::error(code::TWO_ROLLOUTS, rollout.place, headline)
                    .here("the second one")
                    .label(first.place, "the first one");
                if rollout.policies.is_empty() || first.policies.is_empty() {
                    diagnostic = diagnostic.note("a rollout without a `policy` line moves all of them");
                }
                found.push(diagnostic.help("name each policy in one of them: `policy web`"));
                break;
            }
        }
        found.into_iter().for_each(|diagnostic| self.report(diagnostic));
    }
}

/// The resources that `health` names.
fn references(datum: &Datum, place: Place, found: &mut Vec<(EdgeTarget, Place)>) {
    match datum {
        Datum::Key(decl, key) => found.push((EdgeTarget::Key(*decl, key.clone()), place)),
        Datum::List(items) => items.iter().for_each(|item| references(item, place, found)),
        _ => {}
    }
}
