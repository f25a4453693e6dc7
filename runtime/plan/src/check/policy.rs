//! What a plan says besides its graph: refusals, removals, guards, rollouts, and how steps are executed.

use std::collections::BTreeSet;

use super::{InvalidPlan, Reads, Result, closed, early, ensure, exists, invalid, strictly_sorted};
use crate::expr::{ExprId, Operand};
use crate::plan::{
    Declaration, Guard, GuardAction, Plan, PlanRefusal, Prune, Rollout, Share, Step, Wave, is_word,
};
use crate::schema::Schema;
use crate::value::Value;

impl Plan {
    pub(super) fn refusal(&self, refusal: &PlanRefusal, reads: &Reads) -> Result {
        self.policy(refusal.policy)?;
        self.span(refusal.span)?;
        early(reads, &refusal.condition, "a refusal's condition")?;
        early(reads, &refusal.message, "a refusal's message")?;
        refusal.parts.iter().try_for_each(|part| early(reads, &part.value, "a part of a refusal's condition"))
    }

    pub(super) fn prune(&self, prune: &Prune, reads: &Reads) -> Result {
        self.policy(prune.policy)?;
        self.span(prune.span)?;
        ensure(!prune.schemas.is_empty() && strictly_sorted(&prune.schemas, |schema| schema), || {
            "the types of a `prune` are not sorted".into()
        })?;
        for schema in &prune.schemas {
            let Some(schema) = self.schemas.get(*schema as usize) else {
                return invalid("a `prune` names a type that does not exist");
            };
            ensure(!schema.key.local, || {
                format!("a `prune` names {}, whose keys are only labels", schema.name)
            })?;
        }
        match &prune.limit {
            None => Ok(()),
            Some(Operand::Value(Value::Int(0..))) => Ok(()),
            Some(Operand::Value(_)) => invalid("the limit of a `prune` is no number"),
            Some(limit) => early(reads, limit, "the limit of a `prune`"),
        }
    }

    pub(super) fn guards(&self, reads: &Reads) -> Result {
        ensure(self.guards.is_sorted_by_key(|guard| &guard.name), || "the guards are not sorted".into())?;
        for guard in &self.guards {
            self.guard(guard, reads)
                .map_err(|InvalidPlan(why)| InvalidPlan(format!("guard `{}`: {why}", guard.name)))?;
        }
        if self.guards.is_empty() || self.secrets.is_empty() {
            return Ok(());
        }
        for (at, step) in self.steps.iter().enumerate() {
            let secrets = self.secret_attributes(&reads.analysis, step);
            for guard in self.guards.iter().filter(|guard| guard.schema == step.schema) {
                let read = self.guard_reads(guard, reads);
                ensure(read.iter().all(|attribute| !secrets.contains_key(attribute)), || {
                    format!("guard `{}`: it reads an attribute of step {at} that is secret", guard.name)
                })?;
            }
        }
        Ok(())
    }

    /// The attributes that a guard reads.
    fn guard_reads(&self, guard: &Guard, reads: &Reads) -> BTreeSet<u32> {
        let mut read = reads.analysis.attributes(&self.exprs, guard.predicate);
        let shown = guard.parts.iter().map(|part| &part.value).chain(&guard.message);
        for operand in shown {
            if let Operand::Expr(id) = operand {
                read.append(&mut reads.analysis.attributes(&self.exprs, *id));
            }
        }
        read
    }

    fn guard(&self, guard: &Guard, reads: &Reads) -> Result {
        self.span(guard.span)?;
        ensure(!guard.name.is_empty(), || "it has no name".into())?;
        let Some(schema) = self.schemas.get(guard.schema as usize) else {
            return invalid("its type does not exist");
        };
        judged(reads, schema, guard.predicate)?;
        for part in &guard.parts {
            ensure(!part.text.is_empty(), || "a part of it has no text".into())?;
            if let Operand::Expr(id) = part.value {
                judged(reads, schema, id)?;
            }
        }
        match &guard.message {
            Some(Operand::Expr(id)) => judged(reads, schema, *id)?,
            Some(Operand::Value(Value::Str(_))) | None => {}
            Some(Operand::Value(_)) => return invalid("its message is no text"),
        }
        match &guard.action {
            GuardAction::Approval(role) => {
                ensure(is_word(role), || "a role is no word of letters, digits, `_`, `.` and `-`".into())
            }
            GuardAction::Deny => Ok(()),
        }
    }

    /// How a declared step is executed.
    pub(super) fn execution(
        &self,
        schema: &Schema,
        step: &Step,
        declaration: &Declaration,
        reads: &Reads,
    ) -> Result {
        let words = declaration.tags.iter().chain(&declaration.approval).all(|word| is_word(word));
        ensure(words, || "a tag or role is no word of letters, digits, `_`, `.` and `-`".into())?;
        ensure(strictly_sorted(&declaration.tags, |tag| tag), || "its tags are not sorted".into())?;
        match &declaration.skip {
            None | Some(Operand::Value(Value::Bool(_))) => Ok(()),
            Some(Operand::Value(_)) => invalid("a `skip` is no truth"),
            Some(Operand::Expr(id)) => {
                closed(reads, *id)?;
                own(reads, schema, *id, || "a `skip`".to_owned())?;
                let mut secret = reads.analysis.secret(*id);
                let read = reads.analysis.attributes(&self.exprs, *id);
                if !read.is_empty() {
                    let secrets = self.secret_attributes(&reads.analysis, step);
                    secret |= read.iter().any(|attribute| secrets.contains_key(attribute));
                }
                ensure(!secret, || "a `skip` depends on a secret".into())
            }
        }
    }

    pub(super) fn rollout(&self, rollout: &Rollout, reads: &Reads) -> Result {
        self.span(rollout.span)?;
        ensure(!rollout.name.is_empty(), || "it has no name".into())?;
        ensure(strictly_sorted(&rollout.policies, |policy| policy), || "its policies are not sorted".into())?;
        rollout.policies.iter().try_for_each(|policy| self.policy(*policy))?;
        let names = rollout.health.iter().all(|name| !name.is_empty());
        ensure(names && strictly_sorted(&rollout.health, |name| name), || {
            "what must be in order is not sorted".into()
        })?;
        ensure(rollout.budget.is_none_or(|budget| budget.fits(0)), || {
            "its budget is more than all hosts".into()
        })?;
        let mut names = BTreeSet::new();
        for wave in &rollout.waves {
            self.wave(wave, reads)?;
            ensure(names.insert(&wave.name), || format!("two waves are called `{}`", wave.name))?;
        }
        let grows = rollout.waves.windows(2).all(|pair| match (pair[0].size, pair[1].size) {
            (Some(Share::Count(a)), Some(Share::Count(b)))
            | (Some(Share::Percent(a)), Some(Share::Percent(b))) => a <= b,
            _ => true,
        });
        ensure(grows, || "a wave is smaller than the one before it".into())
    }

    fn wave(&self, wave: &Wave, reads: &Reads) -> Result {
        ensure(!wave.name.is_empty(), || "a wave has no name".into())?;
        ensure(wave.size.is_none_or(|size| size.fits(1)), || {
            format!("the wave `{}` has no hosts, or more than all", wave.name)
        })?;
        ensure(wave.pause.is_none_or(|pause| pause >= 0), || {
            format!("the pause of the wave `{}` is less than nothing", wave.name)
        })?;
        wave.select.iter().try_for_each(|select| early(reads, select, "a wave's `select`"))
    }
}

impl Share {
    fn fits(self, least: u32) -> bool {
        match self {
            Self::Count(n) => n >= least,
            Self::Percent(n) => (least..=10_000).contains(&n),
        }
    }
}

/// What a guard may read of the step that it judges.
fn judged(reads: &Reads, schema: &Schema, id: ExprId) -> Result {
    exists(reads, id)?;
    ensure(!reads.analysis.secret(id), || "it depends on a secret".into())?;
    ensure(!reads.analysis.reads_output(id), || "it reads an output".into())?;
    own(reads, schema, id, || "it".to_owned())
}

/// The step's own attributes and early outputs exist.
pub(super) fn own(reads: &Reads, schema: &Schema, id: ExprId, what: impl FnOnce() -> String) -> Result {
    let (attributes, earlies) = reads.of(id);
    let fits = attributes as usize <= schema.attributes.len() && earlies as usize <= schema.outputs.len();
    ensure(fits, || format!("{} reads an attribute that does not exist", what()))
}
