//! What a plan says besides its graph: facts, refusals, removals, guards, rollouts.

use super::value::Code;
use super::{DecodeError, Problem, Reader, Result, Writer};
use crate::expr::ExprId;
use crate::plan::{
    DeclaredFact, Fact, FactFormat, Guard, GuardAction, Part, PlanRefusal, Probe, Prune, RefusalKind,
    Rollout, Share, Wave,
};

impl Code for FactFormat {
    const WHAT: &'static str = "format of a fact";
    const ALL: &'static [Self] = &[Self::Json, Self::Text, Self::Lines];
}

impl Writer {
    pub(super) fn fact(&mut self, fact: &Fact) {
        self.array(if fact.declared.is_some() { 5 } else { 2 });
        self.text(&fact.path);
        self.ty(&fact.ty);
        let Some(declared) = &fact.declared else { return };
        match &declared.probe {
            Probe::Command { argv, timeout } => {
                self.array(2);
                self.list(argv, |w, argument| w.text(argument));
                self.int(*timeout);
            }
            Probe::File(path) => self.text(path),
        }
        self.code(declared.format);
        self.span(declared.span);
    }

    pub(super) fn refusal(&mut self, refusal: &PlanRefusal) {
        let plain = refusal.kind == RefusalKind::Fail && refusal.parts.is_empty() && refusal.repeat.is_none();
        self.array(if plain { 4 } else { 6 + usize::from(refusal.repeat.is_some()) });
        self.u32(refusal.policy);
        self.operand(&refusal.condition);
        self.operand(&refusal.message);
        self.span(refusal.span);
        if !plain {
            self.code(refusal.kind);
            self.list(&refusal.parts, Self::part);
        }
        if let Some(repeat) = refusal.repeat {
            self.u32(repeat);
        }
    }

    fn part(&mut self, part: &Part) {
        self.array(2);
        self.text(&part.text);
        self.operand(&part.value);
    }

    pub(super) fn prune(&mut self, prune: &Prune) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.u32(prune.policy);
        self.field(&mut map, 1);
        self.list(&prune.schemas, |w, schema| w.u32(*schema));
        if let Some(limit) = &prune.limit {
            self.field(&mut map, 2);
            self.operand(limit);
        }
        self.field(&mut map, 3);
        self.span(prune.span);
        self.close(map);
    }

    pub(super) fn guard(&mut self, guard: &Guard) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.text(&guard.name);
        self.field(&mut map, 1);
        self.u32(guard.schema);
        self.field(&mut map, 2);
        self.u32(guard.predicate.0);
        if let GuardAction::Approval(role) = &guard.action {
            self.field(&mut map, 3);
            self.text(role);
        }
        if let Some(message) = &guard.message {
            self.field(&mut map, 4);
            self.operand(message);
        }
        self.field(&mut map, 5);
        self.span(guard.span);
        self.list_field(&mut map, 6, &guard.parts, Self::part);
        self.close(map);
    }

    pub(super) fn rollout(&mut self, rollout: &Rollout) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.text(&rollout.name);
        self.list_field(&mut map, 1, &rollout.policies, |w, policy| w.u32(*policy));
        self.list_field(&mut map, 2, &rollout.waves, Self::wave);
        self.list_field(&mut map, 3, &rollout.health, |w, name| w.text(name));
        if let Some(budget) = rollout.budget {
            self.field(&mut map, 4);
            self.share(budget);
        }
        self.field(&mut map, 5);
        self.span(rollout.span);
        self.close(map);
    }

    fn wave(&mut self, wave: &Wave) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.text(&wave.name);
        if let Some(size) = wave.size {
            self.field(&mut map, 1);
            self.share(size);
        }
        if let Some(select) = &wave.select {
            self.field(&mut map, 2);
            self.operand(select);
        }
        if let Some(pause) = wave.pause {
            self.field(&mut map, 3);
            self.int(pause);
        }
        self.close(map);
    }

    fn share(&mut self, share: Share) {
        self.array(2);
        match share {
            Share::Count(n) => {
                self.uint(0);
                self.u32(n);
            }
            Share::Percent(n) => {
                self.uint(1);
                self.u32(n);
            }
        }
    }
}

impl Reader<'_> {
    pub(super) fn fact(&mut self) -> Result<Fact> {
        let count = self.open_array(1)?;
        if !matches!(count, 2 | 5) {
            return self.error(Problem::Expected("a fact"));
        }
        let (path, ty) = (self.text()?.to_owned(), self.ty()?);
        let declared = if count == 5 {
            let probe = if self.is_array() {
                self.tuple(2, |r| {
                    let argv = r.list(1, |r| Ok(r.text()?.to_owned()))?;
                    Ok(Probe::Command { argv, timeout: r.int()? })
                })?
            } else {
                Probe::File(self.text()?.to_owned())
            };
            Some(DeclaredFact { probe, format: self.code()?, span: self.span()? })
        } else {
            None
        };
        self.close();
        Ok(Fact { path, ty, declared })
    }

    pub(super) fn refusal(&mut self) -> Result<PlanRefusal> {
        let at = self.position();
        let count = self.open_array(1)?;
        if !matches!(count, 4 | 6 | 7) {
            return Err(DecodeError { at, problem: Problem::Expected("a refusal") });
        }
        let (policy, condition, message) = (self.u32()?, self.operand()?, self.operand()?);
        let span = self.span()?;
        let (kind, parts) = if count >= 6 {
            (self.code()?, self.list(3, Self::part)?)
        } else {
            (RefusalKind::Fail, Vec::new())
        };
        let repeat = if count == 7 { Some(self.u32()?) } else { None };
        self.close();
        Ok(PlanRefusal { policy, kind, condition, message, parts, repeat, span })
    }

    fn part(&mut self) -> Result<Part> {
        self.tuple(2, |r| Ok(Part { text: r.text()?.to_owned(), value: r.operand()? }))
    }

    pub(super) fn prune(&mut self) -> Result<Prune> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let policy = self.u32()?;
        self.need(&mut fields, 1)?;
        let schemas = self.list(1, Self::u32)?;
        let limit = if self.has(&mut fields, 2)? { Some(self.operand()?) } else { None };
        self.need(&mut fields, 3)?;
        let span = self.span()?;
        self.finish(fields)?;
        Ok(Prune { policy, schemas, limit, span })
    }

    pub(super) fn guard(&mut self) -> Result<Guard> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let name = self.text()?.to_owned();
        self.need(&mut fields, 1)?;
        let schema = self.u32()?;
        self.need(&mut fields, 2)?;
        let predicate = ExprId(self.u32()?);
        let action = if self.has(&mut fields, 3)? {
            GuardAction::Approval(self.text()?.to_owned())
        } else {
            GuardAction::Deny
        };
        let message = if self.has(&mut fields, 4)? { Some(self.operand()?) } else { None };
        self.need(&mut fields, 5)?;
        let span = self.span()?;
        let parts = self.list_field(&mut fields, 6, 3, Self::part)?;
        self.finish(fields)?;
        Ok(Guard { name, schema, predicate, action, message, parts, span })
    }

    pub(super) fn rollout(&mut self) -> Result<Rollout> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let name = self.text()?.to_owned();
        let policies = self.list_field(&mut fields, 1, 1, Self::u32)?;
        let waves = self.list_field(&mut fields, 2, 3, Self::wave)?;
        let health = self.list_field(&mut fields, 3, 1, |r| Ok(r.text()?.to_owned()))?;
        let budget = if self.has(&mut fields, 4)? { Some(self.share()?) } else { None };
        self.need(&mut fields, 5)?;
        let span = self.span()?;
        self.finish(fields)?;
        Ok(Rollout { name, policies, waves, health, budget, span })
    }

    fn wave(&mut self) -> Result<Wave> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let name = self.text()?.to_owned();
        let size = if self.has(&mut fields, 1)? { Some(self.share()?) } else { None };
        let select = if self.has(&mut fields, 2)? { Some(self.operand()?) } else { None };
        let pause = if self.has(&mut fields, 3)? { Some(self.int()?) } else { None };
        self.finish(fields)?;
        Ok(Wave { name, size, select, pause })
    }

    fn share(&mut self) -> Result<Share> {
        self.tuple(2, |r| {
            let at = r.position();
            match r.uint()? {
                0 => Ok(Share::Count(r.u32()?)),
                1 => Ok(Share::Percent(r.u32()?)),
                code => Err(DecodeError { at, problem: Problem::UnknownCode("kind of share", code) }),
            }
        })
    }
}
