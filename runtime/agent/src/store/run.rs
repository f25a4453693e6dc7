//! The run state: what runs leave for each other. Disposable: a damaged one is set aside, and what is owed
//! comes from the journal.

use std::cell::RefCell;
use std::collections::BTreeMap;

use mc_engine::provider::RefreshKind;
use mc_engine::state::{Owed, Remembered, RunState, StateError};
use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};

use super::{Folder, wrong};

pub(super) const FILE: &str = "run.redb";
/// Where a damaged one goes.
const ASIDE: &str = "run.redb.damaged";
/// Single values.
const VALUES: TableDefinition<'_, &str, &str> = TableDefinition::new("values");
const RUN: &str = "run";
/// Receiver and sender, and how.
const OWED: TableDefinition<'_, (&str, &str), &str> = TableDefinition::new("owed");
/// Step to digest of the desired state that was applied last.
const APPLIED: TableDefinition<'_, &str, [u8; 32]> = TableDefinition::new("applied");

/// The store. It is opened for writing only when something is written. Without a folder it is only looked at.
pub(crate) struct RunStore<'a> {
    folder: Option<&'a Folder>,
    /// What is stored, so that only what differs is written.
    known: RefCell<Option<Remembered>>,
    note: Option<String>,
}

fn broken(error: impl std::fmt::Display) -> StateError {
    wrong("the run state", error)
}

impl<'a> RunStore<'a> {
    /// Opens it for a run. A damaged one is set aside.
    pub(crate) fn open(folder: &'a Folder) -> Result<Self, StateError> {
        let (known, note) = match view(folder) {
            Ok(known) => (known, None),
            Err(error) => {
                folder.rename(FILE, ASIDE)?;
                (None, Some(format!("{error}; it is set aside as {ASIDE}, and a new one was begun")))
            }
        };
        Ok(Self { folder: Some(folder), known: RefCell::new(known), note })
    }

    /// Looks into it, without a trace.
    pub(crate) fn look(folder: &Folder) -> Self {
        let (known, note) = match view(folder) {
            Ok(known) => (known, None),
            Err(error) => (None, Some(error.0)),
        };
        Self { folder: None, known: RefCell::new(known), note }
    }

    /// Of a host that has none yet.
    pub(crate) fn empty() -> Self {
        Self { folder: None, known: RefCell::default(), note: None }
    }

    /// What its opening had to say.
    pub(crate) fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

/// What is stored.
fn view(folder: &Folder) -> Result<Option<Remembered>, StateError> {
    match folder.copy(FILE)? {
        Some(database) => read(&database).map_err(broken),
        None => Ok(None),
    }
}

fn read(database: &Database) -> Result<Option<Remembered>, redb::Error> {
    let transaction = database.begin_read()?;
    let values = match transaction.open_table(VALUES) {
        Ok(values) => values,
        // Made by a run that was killed before it left anything.
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Some(run) = values.get(RUN)?.map(|run| run.value().to_owned()) else { return Ok(None) };
    let mut owed = Vec::new();
    for entry in transaction.open_table(OWED)?.iter()? {
        let (key, kind) = entry?;
        let (receiver, sender) = key.value();
        let kind = [RefreshKind::Reload, RefreshKind::Notify, RefreshKind::Restart]
            .into_iter()
            .find(|known| known.word() == kind.value())
            .unwrap_or(RefreshKind::Restart);
        owed.push(Owed { receiver: receiver.to_owned(), kind, sender: sender.to_owned() });
    }
    let mut applied = BTreeMap::new();
    for entry in transaction.open_table(APPLIED)?.iter()? {
        let (step, digest) = entry?;
        applied.insert(step.value().to_owned(), digest.value());
    }
    owed.sort();
    Ok(Some(Remembered { run, owed, applied }))
}

impl RunState for RunStore<'_> {
    fn load(&self) -> Result<Option<Remembered>, StateError> {
        Ok(self.known.borrow().clone())
    }

    fn store(&mut self, remembered: &Remembered) -> Result<(), StateError> {
        let folder = self.folder.ok_or_else(|| broken("it is only looked at"))?;
        let database = folder.database(FILE)?;
        let empty = Remembered::default();
        let known = self.known.borrow();
        let before = known.as_ref().unwrap_or(&empty);
        let write = || -> Result<(), redb::Error> {
            let transaction = database.begin_write()?;
            transaction.open_table(VALUES)?.insert(RUN, remembered.run.as_str())?;
            {
                let mut owed = transaction.open_table(OWED)?;
                let key = |owed: &Owed| (owed.receiver.clone(), owed.sender.clone());
                for gone in before.owed.iter().filter(|owed| !remembered.owed.contains(owed)) {
                    let (receiver, sender) = key(gone);
                    owed.remove((receiver.as_str(), sender.as_str()))?;
                }
                for new in &remembered.owed {
                    owed.insert((new.receiver.as_str(), new.sender.as_str()), new.kind.word())?;
                }
            }
            {
                let mut applied = transaction.open_table(APPLIED)?;
                for gone in before.applied.keys().filter(|step| !remembered.applied.contains_key(*step)) {
                    applied.remove(gone.as_str())?;
                }
                for (step, digest) in &remembered.applied {
                    if before.applied.get(step) != Some(digest) {
                        applied.insert(step.as_str(), *digest)?;
                    }
                }
            }
            Ok(transaction.commit()?)
        };
        write().map_err(broken)?;
        drop(known);
        *self.known.borrow_mut() = Some(remembered.clone());
        Ok(())
    }
}
