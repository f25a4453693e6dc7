//! What a journal says about the run that wrote it.

use std::collections::BTreeMap;

use super::{Begin, End, Ending, Record, read};
use crate::owed::OwedBook;

/// What the last run left in the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// How it began; none if there is no run.
    pub begin: Option<Begin>,
    /// How it ended; none if it was cut off.
    pub end: Option<End>,
    /// What it left owed.
    pub owed: OwedBook,
    /// Steps with an intent and no result: what they did is not known. By identity.
    pub unresolved: BTreeMap<String, Unresolved>,
    /// Temporary names that may be left over: of unresolved and of failed attempts. Sorted.
    pub temporary: Vec<String>,
    /// Digests of desired states that came into force, by step identity.
    pub applied: BTreeMap<String, [u8; 32]>,
    /// Whether the end of the journal was torn.
    pub torn: bool,
}

/// A step that was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// Its attempt, from 1.
    pub attempt: u32,
    /// Temporary names it may have left.
    pub temporary: Vec<String>,
}

impl Recovered {
    /// Whether there is a run that was cut off.
    pub fn interrupted(&self) -> bool {
        self.begin.is_some() && self.end.is_none()
    }

    /// Reads a journal's bytes.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let (records, whole) = read(bytes);
        let mut recovered = Self { torn: whole < bytes.len(), ..Self::default() };
        for record in records {
            recovered.add(record);
        }
        for unresolved in recovered.unresolved.values() {
            recovered.temporary.extend_from_slice(&unresolved.temporary);
        }
        recovered.temporary.sort();
        recovered.temporary.dedup();
        recovered
    }

    fn add(&mut self, record: Record) {
        match record {
            Record::Begin(begin) => {
                let torn = self.torn;
                *self = Self { torn, owed: OwedBook::new(&begin.owed), ..Self::default() };
                self.begin = Some(begin);
            }
            Record::Intent(intent) => {
                self.owed.intend(&intent.step, &intent.owes);
                let unresolved = Unresolved { attempt: intent.attempt, temporary: intent.temporary };
                self.unresolved.insert(intent.step, unresolved);
            }
            Record::Result(result) => {
                self.owed.conclude(&result.step, result.owes, result.cleared);
                if let Some(unresolved) = self.unresolved.remove(&result.step)
                    && matches!(result.outcome, Ending::Failed | Ending::TimedOut)
                {
                    self.temporary.extend(unresolved.temporary);
                }
                if let Some(applied) = result.applied {
                    self.applied.insert(result.step, applied);
                }
            }
            Record::End(end) => self.end = Some(end),
        }
    }
}
