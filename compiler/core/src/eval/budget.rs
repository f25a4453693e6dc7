//! What an evaluation may take: steps, depth, what values are made of, what operations make.

use super::{Evaluator, Frame};
use crate::diagnostic::{Diagnostic, Place, code};
use mc_plan::op;
use mc_plan::value::Value;
use mc_syntax::Span;

/// How many expressions an evaluation may visit.
pub(super) const STEP_BUDGET: u64 = 100_000_000;

/// After how many steps an evaluation looks whether its answer is still wanted: an editor goes on typing.
pub(super) const CANCEL_STEPS: u64 = 1 << 12;

/// How deep calls and expressions may nest. Callers give the thread 64 MiB of stack for it.
pub(super) const DEPTH_BUDGET: u32 = 3_000;

/// How many parts a value may have that an operation looks at as a whole, those of its parts included. Values share
/// their parts, so that a short program could make one that is too large to ever look at.
pub(super) const PARTS_BUDGET: usize = 1 << 20;

/// What making something of a part counts, where only looking at it counts one.
pub(super) const NODE_PARTS: usize = 8;

/// How many bytes of text and elements of lists all operations together may make.
pub(super) const OUTPUT_BUDGET: usize = 1 << 28;

impl<'db> Evaluator<'db> {
    /// Looks at one value with a budget of its own.
    pub(super) fn with_budget<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let around = std::mem::replace(&mut self.left, PARTS_BUDGET);
        let result = look(self);
        self.left = around;
        result
    }

    /// Whether a part is no deeper inside of a value than plans carry; else it is reported.
    pub(super) fn is_shallow(&mut self, depth: usize, place: Place) -> bool {
        if depth <= op::MAX_DEPTH {
            return true;
        }
        self.too_much(place, "this value nests too deep", || {
            format!("lists, records and payloads nest {} levels at most", op::MAX_DEPTH)
        });
        false
    }

    /// Takes from the budget of parts; false when it is used up, which is reported.
    pub(super) fn take(&mut self, parts: usize, place: Place) -> bool {
        match self.left.checked_sub(parts) {
            Some(left) => {
                self.left = left;
                true
            }
            None => {
                self.too_much(place, "this value has too many parts", || {
                    format!("a value has {PARTS_BUDGET} parts at most, those of its parts included")
                });
                false
            }
        }
    }

    /// Whether a value is small enough to be looked at as a whole, and no deeper than plans carry; else it is
    /// reported.
    pub(super) fn is_bounded(&mut self, value: &Value, place: Place) -> bool {
        let is_simple =
            !matches!(value, Value::List(_) | Value::Record(_) | Value::Variant(..) | Value::Map(_));
        if is_simple {
            return self.take(1, place);
        }
        let mut stack = vec![(value, 0)];
        let (mut count, mut deepest) = (0_usize, 0);
        while let Some((value, depth)) = stack.pop() {
            count += 1;
            deepest = deepest.max(depth);
            if count > self.left || deepest > op::MAX_DEPTH {
                break;
            }
            match value {
                Value::List(parts) | Value::Record(parts) | Value::Variant(_, parts) => {
                    stack.extend(parts.iter().map(|part| (part, depth + 1)));
                }
                Value::Map(entries) => {
                    stack.extend(entries.iter().flat_map(|(k, v)| [(k, depth + 2), (v, depth + 2)]));
                }
                _ => {}
            }
        }
        self.is_shallow(deepest, place) && self.take(count, place)
    }

    /// Counts what an operation made; false when that is too much, which is reported.
    pub(super) fn produce(&mut self, size: usize, place: Place) -> bool {
        self.made = self.made.saturating_add(size);
        if self.made <= OUTPUT_BUDGET {
            return true;
        }
        self.too_much(place, "this program makes too much text and too many lists", || {
            format!("all that is computed may have {} MiB at most", OUTPUT_BUDGET >> 20)
        });
        false
    }

    /// Reports that a budget is used up, the first time, and lets the evaluation end.
    pub(super) fn too_much(&mut self, place: Place, headline: &str, note: impl FnOnce() -> String) {
        if !self.exhausted {
            self.exhausted = true;
            let diagnostic = Diagnostic::error(code::BUDGET, place, headline);
            self.report(diagnostic.here("evaluation stopped here").note(note()));
        }
        // Nothing that follows has a meaning any more.
        self.steps = STEP_BUDGET;
    }

    /// Counts a step; false when the budget is used up, which is reported once.
    pub(super) fn spend(&mut self, frame: Frame<'db>, span: Span) -> bool {
        let place = Place::new(frame.file, span);
        self.steps += 1;
        if self.steps.is_multiple_of(CANCEL_STEPS) {
            self.db.unwind_if_revision_cancelled();
        }
        if self.steps <= STEP_BUDGET && self.depth <= DEPTH_BUDGET {
            return true;
        }
        if !self.exhausted {
            self.exhausted = true;
            let what =
                if self.depth > DEPTH_BUDGET { "calls nest too deep" } else { "this takes too many steps" };
            self.report(Diagnostic::error(code::BUDGET, place, what).here("evaluation stopped here").note(
                format!("an evaluation has {STEP_BUDGET} steps and nests {DEPTH_BUDGET} deep at most"),
            ));
        }
        false
    }
}
