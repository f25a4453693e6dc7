//! Which refreshes are owed to whom. The run and the recovery of a journal keep the same book, so both come
//! to the same answer.

use std::collections::{BTreeMap, BTreeSet};

use crate::provider::RefreshKind;
use crate::state::Owed;

/// Refreshes that are owed, by receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwedBook {
    owed: BTreeMap<String, BTreeSet<(String, RefreshKind)>>,
    /// What the open intent of a sender added: only that can be taken back.
    added: BTreeMap<String, Vec<(String, RefreshKind)>>,
}

impl OwedBook {
    /// A book that begins with this.
    pub fn new(owed: &[Owed]) -> Self {
        let mut book = Self::default();
        for owed in owed {
            book.owed.entry(owed.receiver.clone()).or_default().insert((owed.sender.clone(), owed.kind));
        }
        book
    }

    /// A sender is about to act and says what it will owe.
    pub fn intend(&mut self, sender: &str, owes: &[(String, RefreshKind)]) {
        for (receiver, kind) in owes {
            let fresh = self.owed.entry(receiver.clone()).or_default().insert((sender.to_owned(), *kind));
            if fresh {
                self.added.entry(sender.to_owned()).or_default().push((receiver.clone(), *kind));
            }
        }
    }

    /// An attempt is over: what it said it would owe stands or not, and what was owed to it is delivered or not.
    pub fn conclude(&mut self, step: &str, stands: bool, cleared: bool) {
        if let Some(added) = self.added.remove(step)
            && !stands
        {
            for (receiver, kind) in added {
                if let Some(entries) = self.owed.get_mut(&receiver) {
                    entries.remove(&(step.to_owned(), kind));
                    if entries.is_empty() {
                        self.owed.remove(&receiver);
                    }
                }
            }
        }
        if cleared {
            self.owed.remove(step);
        }
    }

    /// The strongest refresh that is owed to a step, and who owes it.
    pub fn of(&self, receiver: &str) -> Option<(RefreshKind, Vec<&str>)> {
        let entries = self.owed.get(receiver)?;
        let kind = entries.iter().map(|(_, kind)| *kind).max()?;
        let mut senders: Vec<&str> = entries.iter().map(|(sender, _)| sender.as_str()).collect();
        senders.dedup();
        Some((kind, senders))
    }

    /// Drops what is owed to a receiver that is gone and says whether there was something.
    pub fn forget(&mut self, receiver: &str) -> bool {
        self.owed.remove(receiver).is_some()
    }

    /// All receivers, sorted.
    pub fn receivers(&self) -> impl Iterator<Item = &str> {
        self.owed.keys().map(String::as_str)
    }

    /// Everything that is owed, sorted.
    pub fn list(&self) -> Vec<Owed> {
        self.owed
            .iter()
            .flat_map(|(receiver, entries)| {
                entries.iter().map(|(sender, kind)| Owed {
                    receiver: receiver.clone(),
                    kind: *kind,
                    sender: sender.clone(),
                })
            })
            .collect()
    }

    /// Whether nothing is owed.
    pub fn is_empty(&self) -> bool {
        self.owed.is_empty()
    }
}
