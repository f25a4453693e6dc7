//! How much unrolling a plan may make of it.

use super::super::refusal::{Code, Refusal};

/// How many parts may come out: rounds, settings, operands of expressions, edges, names, pieces of paths. Each takes
/// some hundred bytes at most.
const MOST: usize = 4_000_000;

/// How many reasons are listed; that there are more is said.
const LISTED: usize = 100;

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

/// The reasons so far.
#[derive(Default)]
pub(super) struct Refusals {
    listed: Vec<Refusal>,
    omitted: usize,
}

impl Refusals {
    pub(super) fn push(&mut self, refusal: Refusal) {
        // What is told of one place in a hundred rounds is told once.
        if self.listed.iter().any(|known| known.message == refusal.message && known.places == refusal.places)
        {
            return;
        }
        if self.listed.len() < LISTED {
            self.listed.push(refusal);
        } else {
            self.omitted += 1;
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.omitted > 0
    }

    /// Stops where something is wrong.
    pub(super) fn stand(mut self) -> Result<(), Vec<Refusal>> {
        if self.listed.is_empty() {
            return Ok(());
        }
        if self.is_full()
            && let Some(last) = self.listed.last_mut()
        {
            last.notes.push("and more".to_owned());
        }
        Err(self.listed)
    }
}
