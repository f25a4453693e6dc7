//! How much unrolling a plan may make of it.

use super::super::refusal::{Code, Refusal};

/// How many parts may come out: rounds, settings, operands of expressions, edges, names, pieces of paths. Each takes
/// some hundred bytes at most.
const MOST: usize = 4_000_000;

/// What is left of the work that unrolling may be. Counted before anything is made.
pub(super) struct Work {
    left: usize,
}

impl Work {
    pub(super) const fn new() -> Self {
        Self { left: MOST }
    }

    /// Takes the work of some parts.
    pub(super) fn take(&mut self, parts: usize) -> Result<(), Vec<Refusal>> {
        match self.left.checked_sub(parts) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                let message = format!("with its loops the plan has more than {MOST} parts on this host");
                let refusal = Refusal::new(Code::TooManySteps, message);
                Err(vec![refusal.note("run loops over shorter lists, or declare less in each round")])
            }
        }
    }

    /// Takes the work of a text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Vec<Refusal>> {
        self.take(text.len() / 64)
    }
}
