//! Loops that the host runs, and what is in them.

use super::{InvalidPlan, Reads, Result, closed, early, ensure, invalid, strictly_sorted};
use crate::expr::{ExprId, Operand};
use crate::plan::{HostInstance, MAX_REPEATS, Plan, Repeat};

impl Plan {
    pub(super) fn repeats(&self, reads: &Reads) -> Result {
        let mut depths: Vec<usize> = Vec::with_capacity(self.repeats.len());
        let mut barriers = vec![false; if self.repeats.is_empty() { 0 } else { self.barriers as usize }];
        for (at, repeat) in self.repeats.iter().enumerate() {
            let depth = self
                .repeat(repeat, at, reads, &depths, &mut barriers)
                .map_err(|InvalidPlan(why)| InvalidPlan(format!("loop {at}: {why}")))?;
            depths.push(depth);
        }
        ensure(strictly_sorted(&self.instances, |instance| &*instance.path), || {
            "the instances are not sorted".into()
        })?;
        for instance in &self.instances {
            self.instance(instance, reads)
                .map_err(|InvalidPlan(why)| InvalidPlan(format!("instance `{}`: {why}", instance.path)))?;
        }
        let around = self.steps.iter().map(|step| step.repeat);
        for repeat in around.chain(self.refusals.iter().map(|refusal| refusal.repeat)).flatten() {
            ensure((repeat as usize) < self.repeats.len(), || "a loop does not exist".into())?;
        }
        self.elements()
    }

    /// A loop, and how many are around it.
    fn repeat(
        &self,
        repeat: &Repeat,
        at: usize,
        reads: &Reads,
        depths: &[usize],
        barriers: &mut [bool],
    ) -> Result<usize> {
        self.policy(repeat.policy)?;
        self.span(repeat.span)?;
        let depth = match repeat.parent {
            None => 0,
            Some(parent) if (parent as usize) < at => {
                depths.get(parent as usize).copied().unwrap_or_default() + 1
            }
            Some(_) => return invalid("the loop around it does not come before it"),
        };
        ensure(depth < MAX_REPEATS, || format!("loops nest more than {MAX_REPEATS} deep"))?;
        early(reads, &Operand::Expr(repeat.list), "what it runs over")?;
        early(reads, &repeat.condition, "its condition")?;
        ensure(strictly_sorted(&repeat.barriers, |barrier| barrier), || {
            "its barriers are not sorted".into()
        })?;
        for barrier in &repeat.barriers {
            let taken = barriers.get_mut(*barrier as usize).map(|taken| std::mem::replace(taken, true));
            ensure(taken == Some(false), || {
                "a barrier does not exist, or is in another loop as well".into()
            })?;
        }
        Ok(depth)
    }

    fn instance(&self, instance: &HostInstance, reads: &Reads) -> Result {
        self.policy(instance.policy)?;
        self.span(instance.span)?;
        ensure(instance.repeat.is_none_or(|repeat| (repeat as usize) < self.repeats.len()), || {
            "its loop does not exist".into()
        })?;
        ensure(instance.path.ends_with(']') && instance.path.contains('['), || {
            "its path has no place for its name".into()
        })?;
        closed(reads, instance.name)?;
        early(reads, &Operand::Expr(instance.name), "its name")?;
        early(reads, &instance.condition, "its condition")
    }

    /// Whether what reads an element is in its loop.
    fn elements(&self) -> Result {
        let innermost = self.repeats_of_exprs();
        let of = |id: ExprId| innermost.get(id.0 as usize).copied().flatten();
        for (at, node) in self.exprs.nodes.iter().enumerate() {
            let own = innermost.get(at).copied().flatten();
            let mut nested = true;
            node.operands(|operand| nested &= self.is_in_repeat(own, of(operand)));
            ensure(nested, || format!("expression {at} reads elements of loops that are not in each other"))?;
        }
        let mut inside = true;
        let mut visit = |id: ExprId, repeat: Option<u32>| inside &= self.is_in_repeat(repeat, of(id));
        self.repeats.iter().for_each(|repeat| visit(repeat.list, repeat.parent));
        self.instances.iter().for_each(|instance| visit(instance.name, instance.repeat));
        self.guards.iter().for_each(|guard| visit(guard.predicate, None));
        self.visit_placed_operands(|operand, repeat| {
            if let Operand::Expr(id) = operand {
                visit(*id, repeat);
            }
        });
        ensure(inside, || "an expression reads an element outside of its loop".into())
    }
}
