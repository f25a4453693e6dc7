//! Facts of one run: each is read at most once, and only when an expression needs it.

use std::cell::OnceCell;
use std::sync::Arc;

use mc_plan::eval::Lookup;
use mc_plan::plan::Plan;

use super::FactSource;
use crate::host::ReadHost;

/// The facts of one host during one run.
pub(crate) struct Facts<'a> {
    plan: &'a Plan,
    source: &'a dyn FactSource,
    host: &'a dyn ReadHost,
    slots: Vec<OnceCell<Lookup>>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(plan: &'a Plan, source: &'a dyn FactSource, host: &'a dyn ReadHost) -> Self {
        let slots = std::iter::repeat_with(OnceCell::new).take(plan.facts.len()).collect();
        Self { plan, source, host, slots }
    }

    pub(crate) fn look_up(&self, position: u32) -> Lookup {
        let at = usize::try_from(position).ok();
        let Some((fact, slot)) = at.and_then(|at| Some((self.plan.facts.get(at)?, self.slots.get(at)?)))
        else {
            return Lookup::Error(Arc::from("the plan uses a fact that it does not list"));
        };
        slot.get_or_init(|| match super::value(fact, &self.plan.types, self.source, self.host) {
            Ok(value) => Lookup::Value(value),
            Err(error) => Lookup::Error(format!("the fact `{}` has no value: {error}", fact.path).into()),
        })
        .clone()
    }

    /// The paths that were read, in the plan's order.
    pub(crate) fn read(&self) -> Vec<&'a str> {
        let facts = self.plan.facts.iter().zip(&self.slots);
        facts.filter(|(_, slot)| slot.get().is_some()).map(|(fact, _)| fact.path.as_str()).collect()
    }
}
