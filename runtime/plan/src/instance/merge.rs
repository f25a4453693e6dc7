//! Attributes of a step from all declarations of it that exist: the strongest priority wins, equals must
//! agree, lists that unite are united.

use std::time::Duration;

use crate::expr::Operand;
use crate::plan::{Declaration, Priority, Setting, SourceSpan};
use crate::schema::{Attribute, OutputKind};
use crate::value::{Type, Value};

use super::{Build, Site};
use crate::instance::graph::{Later, Step, at};
use crate::instance::refusal::{Code, Place, Refusal};
use crate::instance::render;
use crate::instance::resolve::{Change, Known, Own};

/// A setting that exists, and its value if that is known now.
struct Candidate<'p> {
    setting: &'p Setting,
    value: Option<Value>,
}

impl<'p, S: Site> Build<'p, S> {
    pub(super) fn attributes(&mut self) {
        for index in 0..self.steps.len() {
            let Some(step) = self.steps.get(index).filter(|step| step.present) else { continue };
            let (schema, key) = (step.schema, step.key.clone());
            let Some(declared) = self.plan.schemas.get(at(schema)) else { continue };
            let early = if declared.outputs.iter().any(|output| output.kind == OutputKind::Early) {
                self.resolver.site().early(schema, &key)
            } else {
                Some(Vec::new())
            };
            let Some(sources) = self.sources.get(index) else { continue };
            let declarations: Vec<&'p Declaration> = sources
                .iter()
                .filter_map(|step| Some((step, self.plan.steps.get(at(step))?)))
                .flat_map(|(step, plan_step)| {
                    (0_u32..).zip(&plan_step.declarations).map(move |(d, it)| (step, d, it))
                })
                .filter(|(step, d, _)| self.exists.get(*step, *d))
                .map(|(_, _, declaration)| declaration)
                .collect();
            self.resolver.next_step();
            let (timeout, retries, every) = self.limits(&declarations, &key, early.as_deref());
            let (desired, later) = match constant(&declarations, declared.attributes.len()) {
                Some(desired) => (desired, Vec::new()),
                None => self.merge(index, &declarations, &declared.attributes, &key, early.as_deref()),
            };
            if let Some(step) = self.steps.get_mut(index) {
                step.desired = desired;
                step.later = later;
                step.early = early;
                step.timeout = timeout;
                step.retries = retries;
                step.every = every;
            }
            self.executed(index, &declarations);
            self.complete(index, &declared.attributes);
        }
    }

    /// Defaults of the schema, and what is required and missing.
    fn complete(&mut self, index: usize, attributes: &'p [Attribute]) {
        let Some(step) = self.steps.get_mut(index) else { return };
        let mut missing = Vec::new();
        for (slot, (position, attribute)) in step.desired.iter_mut().zip((0_u32..).zip(attributes)) {
            if slot.is_some() || step.later.iter().any(|later| later.attribute == position) {
                continue;
            }
            match &attribute.default {
                Some(Value::None) | None if matches!(attribute.ty, Type::Optional(_)) => {}
                Some(default) => *slot = Some(default.clone()),
                None => missing.push(attribute.name.as_str()),
            }
        }
        let (name, place) = (step.name.clone(), Place::of(self.plan, step.span));
        for attribute in missing {
            let refusal =
                Refusal::new(Code::Required, format!("{name} has no value for `{attribute}` on this host"));
            self.refuse(refusal.at(place.clone(), "the resource is declared here"));
        }
    }

    /// Of several declarations the shortest timeout and the most retries count.
    fn limits(
        &mut self,
        declarations: &[&'p Declaration],
        key: &Value,
        early: Option<&[Option<Value>]>,
    ) -> (Option<Duration>, u32, Duration) {
        let own = Own { key: Some(key), attributes: &[], early, change: Change::No };
        let mut timeout: Option<Duration> = None;
        let mut retries = 0;
        let mut every = Duration::ZERO;
        for declaration in declarations {
            if let Some(operand) = &declaration.timeout
                && let Some(bound) = self.duration(operand, declaration.span, own, "the `timeout`")
            {
                timeout = Some(timeout.map_or(bound, |known| known.min(bound)));
            }
            if let Some(retry) = &declaration.retry {
                let times = self.number(&retry.times, declaration.span, own, "the `retry`");
                let pause = self.duration(&retry.every, declaration.span, own, "the pause of `retry`");
                if let (Some(times), Some(pause)) = (times, pause)
                    && times >= retries
                {
                    retries = times;
                    every = pause;
                }
            }
        }
        (timeout, retries, every)
    }

    fn clause(&mut self, operand: &Operand, span: SourceSpan, own: Own<'_>, what: &str) -> Option<Value> {
        match self.resolver.early(operand, own) {
            Ok(Some(value)) => Some(value),
            Ok(None) => {
                self.later(span, what);
                None
            }
            Err(failure) => {
                self.failed(&failure, span, what);
                None
            }
        }
    }

    fn duration(
        &mut self,
        operand: &Operand,
        span: SourceSpan,
        own: Own<'_>,
        what: &str,
    ) -> Option<Duration> {
        match self.clause(operand, span, own, what)? {
            Value::Duration(nanos) => u64::try_from(nanos).ok().map(Duration::from_nanos),
            _ => {
                let refusal =
                    Refusal::new(Code::BrokenPlan, format!("the plan is broken: {what} is no duration"));
                self.refuse(refusal.at(Place::of(self.plan, span), what.to_owned()));
                None
            }
        }
    }

    fn number(&mut self, operand: &Operand, span: SourceSpan, own: Own<'_>, what: &str) -> Option<u32> {
        match self.clause(operand, span, own, what)? {
            Value::Int(number) => {
                let fits = u32::try_from(number).ok();
                if fits.is_none() {
                    let message = format!("{what} is {number}, and can be 0 to {}", u32::MAX);
                    self.refuse(
                        Refusal::new(Code::Expression, message)
                            .at(Place::of(self.plan, span), what.to_owned()),
                    );
                }
                fits
            }
            _ => {
                let refusal =
                    Refusal::new(Code::BrokenPlan, format!("the plan is broken: {what} is no number"));
                self.refuse(refusal.at(Place::of(self.plan, span), what.to_owned()));
                None
            }
        }
    }

    fn merge(
        &mut self,
        index: usize,
        declarations: &[&'p Declaration],
        attributes: &'p [Attribute],
        key: &Value,
        early: Option<&[Option<Value>]>,
    ) -> (Vec<Option<Value>>, Vec<Later>) {
        let mut settings: Vec<&'p Setting> = declarations.iter().flat_map(|d| &d.attributes).collect();
        settings.sort_by_key(|setting| setting.attribute);
        let mut known = vec![Known::Unset; attributes.len()];
        let mut later = Vec::new();
        for position in self.sequence(&settings, attributes.len()) {
            let start = settings.partition_point(|setting| setting.attribute < position);
            let count = settings.partition_point(|setting| setting.attribute <= position);
            let Some(mine) = settings.get(start..count).filter(|mine| !mine.is_empty()) else { continue };
            let Some(attribute) = attributes.get(at(position)) else { continue };
            let mut candidates = Vec::with_capacity(mine.len());
            for &setting in mine {
                let own = Own { key: Some(key), attributes: &known, early, change: Change::No };
                match self.resolver.early(&setting.value, own) {
                    // Not set.
                    Ok(Some(Value::None)) => {}
                    Ok(value) => candidates.push(Candidate { setting, value }),
                    Err(failure) => {
                        self.failed(&failure, setting.span, &format!("the value of `{}`", attribute.name));
                    }
                }
            }
            let strongest = candidates.iter().map(|c| c.setting.priority).max().unwrap_or(Priority::Default);
            candidates.retain(|c| c.setting.priority == strongest);
            let merged = self.agree(index, attribute, &candidates);
            if matches!(merged, Known::Later)
                && let Some(Candidate { setting, .. }) = candidates.first()
                && let Operand::Expr(expr) = setting.value
            {
                later.push(Later { attribute: position, expr, span: setting.span });
            }
            if let Some(slot) = known.get_mut(at(position)) {
                *slot = merged;
            }
        }
        let desired = known
            .into_iter()
            .map(|known| match known {
                Known::Value(value) => Some(value),
                Known::Unset | Known::Later => None,
            })
            .collect();
        (desired, later)
    }

    /// What candidates of one priority come to.
    fn agree(&mut self, index: usize, attribute: &Attribute, candidates: &[Candidate<'p>]) -> Known {
        let Some((first, rest)) = candidates.split_first() else { return Known::Unset };
        let Some(value) = &first.value else {
            // Known later: the same expression is the same value, and nothing else can be told.
            match rest
                .iter()
                .find(|other| other.value.is_some() || other.setting.value != first.setting.value)
            {
                Some(other) => self.conflict(index, attribute, first, other),
                None => return Known::Later,
            }
            return Known::Unset;
        };
        if attribute.union {
            let mut all = Vec::new();
            for candidate in candidates {
                match &candidate.value {
                    Some(Value::List(list)) => all.extend(list.iter().cloned()),
                    _ => {
                        self.conflict(index, attribute, first, candidate);
                        return Known::Unset;
                    }
                }
            }
            if candidates.len() > 1 {
                all.sort();
                all.dedup();
            }
            return Known::Value(Value::List(all.into()));
        }
        match rest.iter().find(|other| other.value.as_ref() != Some(value)) {
            Some(other) => {
                self.conflict(index, attribute, first, other);
                Known::Unset
            }
            None => Known::Value(value.clone()),
        }
    }

    fn conflict(&mut self, index: usize, attribute: &Attribute, one: &Candidate<'p>, other: &Candidate<'p>) {
        let step: Option<&Step<'p>> = self.steps.get(index);
        let types = step
            .and_then(|step| self.plan.schemas.get(at(step.schema)))
            .map(|schema| schema.types.as_slice());
        let name = step.map_or("", |step| &step.name);
        let shown = |candidate: &Candidate<'p>| match &candidate.value {
            Some(value) => render::value(value, Some(&attribute.ty), types.unwrap_or_default()),
            None => "known only while the plan runs".to_owned(),
        };
        let refusal =
            Refusal::new(Code::Conflict, format!("{name} is given two values for `{}`", attribute.name))
                .at(Place::of(self.plan, one.setting.span), format!("here it is {}", shown(one)))
                .at(Place::of(self.plan, other.setting.span), format!("here it is {}", shown(other)))
                .note("say `default` before the one that may yield, or `force` before the one that must win");
        self.refuse(refusal);
    }

    /// The attributes that are set, each after those of the same step that it reads.
    fn sequence(&mut self, settings: &[&'p Setting], count: usize) -> Vec<u32> {
        let mut needs: Vec<Vec<u32>> = vec![Vec::new(); count];
        let mut any = false;
        for setting in settings {
            if let Operand::Expr(id) = setting.value
                && let Some(slot) = needs.get_mut(at(setting.attribute))
            {
                let read = self.resolver.attributes_of(&self.plan.exprs, id);
                any |= !read.is_empty();
                slot.extend(read);
            }
        }
        let all = u32::try_from(count).unwrap_or(u32::MAX);
        if !any {
            return (0..all).collect();
        }
        let mut order = Vec::with_capacity(count);
        let mut done = vec![false; count];
        // As many rounds as attributes at most; what is left then reads itself, which the evaluator says.
        for _ in 0..count {
            for position in 0..all {
                let ready = !done.get(at(position)).copied().unwrap_or(true)
                    && needs.get(at(position)).is_some_and(|needs| {
                        needs.iter().all(|need| done.get(at(*need)).copied().unwrap_or(true))
                    });
                if ready {
                    order.push(position);
                    if let Some(done) = done.get_mut(at(position)) {
                        *done = true;
                    }
                }
            }
        }
        order.extend((0..all).filter(|position| !done.get(at(*position)).copied().unwrap_or(true)));
        order
    }
}

/// The attributes of a single declaration that holds nothing but values.
fn constant(declarations: &[&Declaration], count: usize) -> Option<Vec<Option<Value>>> {
    let [declaration] = declarations else { return None };
    let mut desired = vec![None; count];
    for setting in &declaration.attributes {
        let Operand::Value(value) = &setting.value else { return None };
        let slot = desired.get_mut(at(setting.attribute))?;
        // Two settings of one attribute need the rules.
        if slot.is_some() {
            return None;
        }
        *slot = (*value != Value::None).then(|| value.clone());
    }
    Some(desired)
}
