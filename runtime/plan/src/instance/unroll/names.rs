//! The names of instances that only the host knows, and the paths that they are in.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Bound;

use rustc_hash::FxHashMap;

use crate::plan::{HostInstance, Plan};
use crate::value::Value;

use super::super::Site;
use super::super::graph::at;
use super::super::refusal::{Code, Place, Refusal, Refusals};
use super::rounds::{Asker, Round, Rounds};
use super::work::Work;

/// How many characters the name of an instance may have.
const LONGEST: usize = 1_000;

/// The names by instance and round.
pub(super) struct Names<'p> {
    plan: &'p Plan,
    /// The instances by path.
    index: BTreeMap<&'p str, usize>,
    /// None where the instance does not exist.
    names: Vec<Vec<Option<String>>>,
    /// The innermost instance of each path that was asked for.
    found: RefCell<FxHashMap<String, Option<usize>>>,
}

impl<'p> Names<'p> {
    pub(super) fn new<S: Site>(
        plan: &'p Plan,
        asker: &mut Asker<'p, '_, S>,
        rounds: &Rounds<'p>,
        work: &mut Work,
    ) -> Result<Self, Vec<Refusal>> {
        let index = plan.instances.iter().enumerate().map(|(at, i)| (i.path.as_str(), at)).collect();
        let mut names =
            Self { plan, index, names: Vec::with_capacity(plan.instances.len()), found: RefCell::default() };
        let mut refusals = Refusals::default();
        for instance in &plan.instances {
            let selected = asker.selects(instance.policy, &mut refusals);
            let all = rounds.of(instance.repeat);
            work.take(all.len().saturating_mul(4))?;
            let mut own = Vec::with_capacity(all.len());
            for round in all {
                let mut found = None;
                if selected && rounds.is_real(round) {
                    asker.next_round();
                    let exists =
                        asker.condition(rounds, round, &instance.condition, instance.span, &mut refusals);
                    if exists == Some(true) {
                        match name(plan, asker, rounds, round, instance) {
                            Ok(name) => {
                                work.text(&name)?;
                                found = Some(name);
                            }
                            Err(refusal) => refusals.push(refusal),
                        }
                    }
                    if refusals.is_full() {
                        return Err(refusals.cut());
                    }
                }
                own.push(found);
            }
            names.names.push(own);
        }
        refusals.stand()?;
        names.distinct(asker, rounds, work)?;
        Ok(names)
    }

    /// Refuses two instances that have one path.
    fn distinct<S: Site>(
        &self,
        asker: &mut Asker<'p, '_, S>,
        rounds: &Rounds<'p>,
        work: &mut Work,
    ) -> Result<(), Vec<Refusal>> {
        let mut refusals = Refusals::default();
        let mut owners: BTreeMap<String, &HostInstance> = BTreeMap::new();
        let clash = |path: &str, other: Place, instance: &HostInstance| {
            let own = Place::of(self.plan, instance.span);
            let headline = format!("there are two instances `{path}` on this host");
            let refusal = Refusal::new(Code::Conflict, headline);
            let refusal = match own == other {
                true => refusal.at(own, "made in two rounds"),
                false => refusal.at(own, "made here").at(other, "and made here"),
            };
            refusal.note("give each a name of its own")
        };
        for (instance, names) in self.plan.instances.iter().zip(&self.names) {
            for (round, _) in rounds.of(instance.repeat).zip(names).filter(|(_, name)| name.is_some()) {
                let path = self.path(&instance.path, rounds, round);
                work.text(&path)?;
                if let Some(other) = owners.get(&path) {
                    refusals.push(clash(&path, Place::of(self.plan, other.span), instance));
                } else {
                    owners.insert(path, instance);
                }
            }
        }
        // Those whose names were known when the bundle was built are told by what they declare.
        let outside = self.plan.steps.iter().filter(|step| step.repeat.is_none());
        for declaration in outside.flat_map(|step| &step.declarations) {
            if self.innermost(&declaration.instance).is_some() {
                continue;
            }
            let Some((path, instance)) = innermost(&owners, &declaration.instance) else { continue };
            let (condition, span) = (&declaration.condition, declaration.span);
            if asker.selects(declaration.policy, &mut refusals)
                && asker.condition(rounds, None, condition, span, &mut refusals) == Some(true)
            {
                refusals.push(clash(path, Place::of(self.plan, span), instance));
            }
        }
        refusals.stand()
    }

    /// The innermost instance with a name of the host that a path is in.
    fn innermost(&self, path: &str) -> Option<usize> {
        if let Some(known) = self.found.borrow().get(path) {
            return *known;
        }
        let found = innermost(&self.index, path).map(|(_, at)| *at);
        self.found.borrow_mut().insert(path.to_owned(), found);
        found
    }

    /// A path of the plan with the names of a round.
    pub(super) fn path(&self, path: &str, rounds: &Rounds<'p>, round: Round) -> String {
        if self.index.is_empty() {
            return path.to_owned();
        }
        let mut rest = path;
        // From the end to the start.
        let mut parts: Vec<String> = Vec::new();
        while let Some(index) = self.innermost(rest) {
            let Some(instance) = self.plan.instances.get(index) else { break };
            let k = match instance.repeat {
                Some(repeat) => rounds.around(round, repeat).map(|(_, k)| k),
                None => Some(0),
            };
            let name = k.and_then(|k| self.names.get(index)?.get(at(k))?.as_deref());
            let (head, place) = instance.path.rsplit_once('[').unwrap_or((&instance.path, ""));
            parts.push(rest.get(instance.path.len()..).unwrap_or_default().to_owned());
            parts.push(match name {
                Some(name) => format!("[{name:?}]"),
                None => format!("[{place}"),
            });
            rest = head;
        }
        parts.push(rest.to_owned());
        parts.reverse();
        parts.concat()
    }
}

/// The longest path in a map that a path is in.
fn innermost<'m, K: Borrow<str> + Ord, V>(map: &'m BTreeMap<K, V>, path: &str) -> Option<(&'m K, &'m V)> {
    let mut cut = path;
    loop {
        let (found, value) = map.range::<str, _>((Bound::Unbounded, Bound::Included(cut))).next_back()?;
        let text: &str = found.borrow();
        if is_around(text, path) {
            return Some((found, value));
        }
        // A shorter one is a prefix of what the two have in common.
        let common = cut.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        let common = if common == text.len() { common.checked_sub(1)? } else { common };
        let common = (0..=common).rev().find(|end| cut.is_char_boundary(*end))?;
        cut = cut.get(..common)?;
    }
}

/// Whether a path is that of an instance, or of something in it.
fn is_around(instance: &str, path: &str) -> bool {
    path.strip_prefix(instance).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn name<'p, S: Site>(
    plan: &'p Plan,
    asker: &mut Asker<'p, '_, S>,
    rounds: &Rounds<'p>,
    round: Round,
    instance: &HostInstance,
) -> Result<String, Refusal> {
    let what = "the name of this instance";
    match asker.value(rounds, round, instance.name, instance.span, what)? {
        Value::Str(name) if name.chars().count() <= LONGEST => Ok(name.to_string()),
        Value::Str(_) => {
            let message = format!("the name of an instance has more than {LONGEST} characters");
            Err(Refusal::new(Code::Expression, message).at(Place::of(plan, instance.span), what))
        }
        _ => {
            let message = "the plan is broken: the name of an instance is no text";
            Err(Refusal::new(Code::BrokenPlan, message).at(Place::of(plan, instance.span), what))
        }
    }
}
