//! Conditions of loops, asked of a host before its plan is unrolled.

use crate::expr::ExprId;
use crate::plan::Plan;
use crate::value::Value;

use super::super::Site;
use super::super::graph::at;
use super::rounds::{Asker, Rounds};
use super::work::Work;

/// A plan with loops on a host.
pub struct Questions<'p, 's, S> {
    plan: &'p Plan,
    asker: Asker<'p, 's, S>,
    rounds: Rounds<'p>,
    /// The innermost loop that each expression of the plan depends on.
    innermost: Vec<Option<u32>>,
}

impl<'p, 's, S: Site> Questions<'p, 's, S> {
    /// None where the plan has no loops, or the host cannot run them. `only` and `most` are those of [`super::unroll`].
    pub fn new(plan: &'p Plan, site: &'s S, only: Option<&'s [u32]>, most: usize) -> Option<Self> {
        if plan.repeats.is_empty() {
            return None;
        }
        let mut asker = Asker::new(plan, site, only);
        let rounds = Rounds::new(plan, &mut asker, &mut Work::new(), most).ok()?;
        Some(Self { plan, asker, rounds, innermost: plan.repeats_of_exprs() })
    }

    /// Whether an expression says another thing in each round.
    pub fn reads_element(&self, id: ExprId) -> bool {
        self.innermost.get(at(id.0)).copied().flatten().is_some()
    }

    /// Whether there is a round in which each of these conditions is what it says. The loops that they read are
    /// around one another, as for conditions of one place.
    pub fn in_some_round(&mut self, conditions: &[(ExprId, bool)]) -> bool {
        let of = |(id, _): &(ExprId, bool)| self.innermost.get(at(id.0)).copied().flatten();
        // An inner loop comes behind those around it.
        let innermost = conditions.iter().filter_map(of).max();
        let span = innermost.and_then(|r| self.plan.repeats.get(at(r))).map(|r| r.span).unwrap_or_default();
        for round in self.rounds.of(innermost) {
            if !self.rounds.is_real(round) {
                continue;
            }
            self.asker.next_round();
            let mut holds = |(id, wanted): &(ExprId, bool)| {
                let value = self.asker.value(&self.rounds, round, *id, span, "a condition");
                value.is_ok_and(|value| value == Value::Bool(*wanted))
            };
            if conditions.iter().all(&mut holds) {
                return true;
            }
        }
        false
    }
}
