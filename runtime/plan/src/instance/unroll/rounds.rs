//! The rounds of each loop: what its list has on this host.

use std::ops::Range;
use std::sync::Arc;

use crate::eval::{Context, Evaluator, Lookup};
use crate::expr::{ExprId, Operand};
use crate::op;
use crate::plan::{Plan, Repeat, SourceSpan};
use crate::value::Value;

use super::super::graph::at;
use super::super::refusal::{Code, Place, Refusal, Refusals};
use super::super::{Site, refused};
use super::work::Work;

/// A round of a loop: the loop and the number of its round, over all rounds of the loops around. None is the plan
/// outside of loops.
pub(super) type Round = Option<(u32, u32)>;

/// The rounds of all loops.
pub(super) struct Rounds<'p> {
    plan: &'p Plan,
    /// By loop. Those of one round of the loop around stand together.
    all: Vec<Vec<Turn>>,
}

/// A round.
struct Turn {
    /// The round of the loop around.
    parent: u32,
    /// None where there is nothing to run over: nothing is declared then, and what is ordered by it still is.
    element: Option<Value>,
}

impl<'p> Rounds<'p> {
    /// Evaluates the lists, from the outer loops to the inner ones.
    pub(super) fn new<S: Site>(
        plan: &'p Plan,
        asker: &mut Asker<'p, '_, S>,
        work: &mut Work,
        most: usize,
    ) -> Result<Self, Vec<Refusal>> {
        let mut rounds = Self { plan, all: Vec::with_capacity(plan.repeats.len()) };
        let mut refusals = Refusals::default();
        let mut count = 0_usize;
        for repeat in &plan.repeats {
            let selected = asker.selects(repeat.policy, &mut refusals);
            let parents = rounds.of(repeat.parent);
            work.take(parents.len())?;
            let mut own = Vec::with_capacity(parents.len());
            for parent in parents {
                let elements = if selected && rounds.is_real(parent) {
                    asker.next_round();
                    asker.elements(&rounds, parent, repeat, &mut refusals)
                } else {
                    Arc::from([])
                };
                if refusals.is_full() {
                    return Err(refusals.cut());
                }
                work.take(elements.len())?;
                count = count.saturating_add(elements.len());
                if count > most {
                    let message = format!(
                        "the loops of the plan have more than {most} rounds, and this host allows as many steps"
                    );
                    let refusal = Refusal::new(Code::TooManySteps, message);
                    let place = Place::of(plan, repeat.span);
                    return Err(vec![refusal.at(place, "what this `for` runs over is too long")]);
                }
                let parent = parent.map_or(0, |(_, k)| k);
                own.extend(elements.iter().map(|e| Turn { parent, element: Some(e.clone()) }));
                if elements.is_empty() {
                    own.push(Turn { parent, element: None });
                }
            }
            rounds.all.push(own);
        }
        refusals.stand().map(|()| rounds)
    }

    /// How many rounds a loop has in all, those without an element too; outside of loops it is one.
    pub(super) fn count(&self, repeat: Option<u32>) -> usize {
        repeat.map_or(1, |repeat| self.all.get(at(repeat)).map_or(0, Vec::len))
    }

    /// The rounds of a loop in order, those without an element too.
    pub(super) fn of(&self, repeat: Option<u32>) -> impl ExactSizeIterator<Item = Round> + use<> {
        let count = u32::try_from(self.count(repeat)).unwrap_or(u32::MAX);
        (0..count).map(move |k| repeat.map(|repeat| (repeat, k)))
    }

    /// Whether a round has an element, so that something is declared in it.
    pub(super) fn is_real(&self, round: Round) -> bool {
        round.is_none_or(|(repeat, k)| self.element(repeat, k).is_some())
    }

    /// The element of a round.
    pub(super) fn element(&self, repeat: u32, k: u32) -> Option<&Value> {
        self.all.get(at(repeat))?.get(at(k))?.element.as_ref()
    }

    /// The round of the loop `outer` that a round is in.
    pub(super) fn around(&self, round: Round, outer: u32) -> Option<(u32, u32)> {
        let (mut repeat, mut k) = round?;
        while repeat != outer {
            let parent = self.plan.repeats.get(at(repeat))?.parent?;
            k = self.all.get(at(repeat))?.get(at(k))?.parent;
            repeat = parent;
        }
        Some((repeat, k))
    }

    /// The innermost loop that is around both.
    pub(super) fn shared(&self, a: Option<u32>, b: Option<u32>) -> Option<u32> {
        let mut common = a;
        while let Some(repeat) = common
            && !self.plan.is_in_repeat(b, Some(repeat))
        {
            common = self.plan.repeats.get(at(repeat)).and_then(|repeat| repeat.parent);
        }
        common
    }

    /// The rounds of a loop for each round of a loop around it (or of all loops).
    pub(super) fn by(&self, repeat: Option<u32>, outer: Option<u32>) -> Vec<Range<u32>> {
        let count = u32::try_from(self.count(repeat)).unwrap_or(u32::MAX);
        let Some(outer) = outer else { return std::iter::once(0..count).collect() };
        let mut ranges = vec![0..0; self.count(Some(outer))];
        for k in 0..count {
            let round = repeat.and_then(|repeat| self.around(Some((repeat, k)), outer));
            let Some(range) = round.and_then(|(_, around)| ranges.get_mut(at(around))) else { continue };
            if range.start == range.end {
                range.start = k;
            }
            range.end = k + 1;
        }
        ranges
    }
}

/// Evaluates what is asked before the loops are unrolled.
pub(super) struct Asker<'p, 's, S> {
    plan: &'p Plan,
    site: &'s S,
    evaluator: Evaluator<'p>,
    /// The policies that count; none is all of them.
    only: Option<&'s [u32]>,
    selected: Vec<Option<bool>>,
}

struct InRound<'a, 'p, S> {
    site: &'a S,
    rounds: &'a Rounds<'p>,
    round: Round,
}

impl<S: Site> Context for InRound<'_, '_, S> {
    fn fact(&self, position: u32) -> Lookup {
        self.site.fact(position)
    }

    fn label(&self, position: u32) -> Lookup {
        self.site.label(position)
    }

    fn element(&self, repeat: u32) -> Lookup {
        let round = self.rounds.around(self.round, repeat);
        match round.and_then(|(repeat, k)| self.rounds.element(repeat, k)) {
            Some(element) => Lookup::Value(element.clone()),
            None => Lookup::Error("an element is read outside of its loop".into()),
        }
    }
}

impl<'p, 's, S: Site> Asker<'p, 's, S> {
    pub(super) fn new(plan: &'p Plan, site: &'s S, only: Option<&'s [u32]>) -> Self {
        let evaluator = Evaluator::new(&plan.exprs);
        Self { plan, site, evaluator, only, selected: vec![None; plan.policies.len()] }
    }

    /// Call before what is asked for another round.
    pub(super) fn next_round(&mut self) {
        self.evaluator.next_step();
    }

    /// Whether the host gets a policy.
    pub(super) fn selects(&mut self, policy: u32, refusals: &mut Refusals) -> bool {
        let Some(declared) = self.plan.policies.get(at(policy)) else { return false };
        if let Some(Some(known)) = self.selected.get(at(policy)) {
            return *known;
        }
        let none = Rounds { plan: self.plan, all: Vec::new() };
        let counts = self.only.is_none_or(|only| only.contains(&policy));
        let holds =
            counts && self.condition(&none, None, &declared.select, declared.span, refusals).unwrap_or(false);
        if let Some(slot) = self.selected.get_mut(at(policy)) {
            *slot = Some(holds);
        }
        holds
    }

    /// What a loop runs over in a round of the loop around it; nothing where it is not reached, or has no value.
    fn elements(
        &mut self,
        rounds: &Rounds<'p>,
        parent: Round,
        repeat: &Repeat,
        refusals: &mut Refusals,
    ) -> Arc<[Value]> {
        let nothing = || Arc::from([]);
        if self.condition(rounds, parent, &repeat.condition, repeat.span, refusals) != Some(true) {
            return nothing();
        }
        let what = "what `for` runs over";
        match self.value(rounds, parent, repeat.list, repeat.span, what) {
            Ok(list) => op::elements_of(&list).unwrap_or_else(|| {
                let message = "the plan is broken: a loop runs over what has no elements";
                let refusal = Refusal::new(Code::BrokenPlan, message);
                refusals.push(refusal.at(Place::of(self.plan, repeat.span), what));
                nothing()
            }),
            Err(refusal) => {
                refusals.push(refusal);
                nothing()
            }
        }
    }

    /// A condition; none where it has no value, which is then among the refusals.
    pub(super) fn condition(
        &mut self,
        rounds: &Rounds<'p>,
        round: Round,
        condition: &Operand,
        span: SourceSpan,
        refusals: &mut Refusals,
    ) -> Option<bool> {
        let found = match condition {
            Operand::Value(value) => Ok(value.clone()),
            Operand::Expr(id) => self.value(rounds, round, *id, span, "the condition around this"),
        };
        match found {
            Ok(Value::Bool(holds)) => Some(holds),
            Ok(_) => {
                let refusal = Refusal::new(Code::BrokenPlan, "the plan is broken: a condition is no truth");
                refusals.push(refusal.at(Place::of(self.plan, span), "the condition around this"));
                None
            }
            Err(refusal) => {
                refusals.push(refusal);
                None
            }
        }
    }

    /// The value of an expression in a round.
    pub(super) fn value(
        &mut self,
        rounds: &Rounds<'p>,
        round: Round,
        id: ExprId,
        span: SourceSpan,
        what: &str,
    ) -> Result<Value, Refusal> {
        let context = InRound { site: self.site, rounds, round };
        let known = self
            .evaluator
            .evaluate(id, &context)
            .map_err(|found| refused(self.plan, &found, span, what))?
            .known();
        known.ok_or_else(|| {
            let message = format!("the plan is broken: {what} is known only while it runs");
            Refusal::new(Code::BrokenPlan, message).at(Place::of(self.plan, span), what.to_owned())
        })
    }
}
