//! The security state: what protects against going back.
//!
//! It is never made anew where it once was: if it is damaged, or gone while the rest of the folder is there,
//! nothing is done on this host until its owner decides.

use mc_engine::state::{Accepted, SecurityState, StateError};
use redb::{Database, ReadableDatabase as _, TableDefinition, WriteTransaction};

use super::{Folder, wrong};

const FILE: &str = "security.redb";
const NEW: &str = "security.redb.new";
/// Highest accepted releases: stream and epoch to sequence and manifest digest.
const ACCEPTED: TableDefinition<'_, (&str, u64), (u64, [u8; 32])> = TableDefinition::new("accepted");
/// Single values.
const VALUES: TableDefinition<'_, &str, i64> = TableDefinition::new("values");
const FORMAT: &str = "format";
const CLOCK: &str = "clock";

/// The store. It is read from a copy in memory and opened for writing only when there is something to write:
/// a run that accepts nothing new leaves it alone. Without a folder it is only looked at.
pub(crate) struct SecurityStore<'a> {
    folder: Option<&'a Folder>,
    view: Option<Database>,
}

fn damaged(error: impl std::fmt::Display) -> StateError {
    StateError(format!(
        "the security state is damaged ({error}): without it an old bundle could be taken for a new one, so \
         nothing is done here"
    ))
}

fn broken(error: impl std::fmt::Display) -> StateError {
    wrong("the security state", error)
}

impl<'a> SecurityStore<'a> {
    /// Opens it for a run, made if this folder never had one.
    pub(crate) fn open(folder: &'a Folder) -> Result<Self, StateError> {
        if !Self::expected(folder)? {
            // Whole or not at all: half a store would be a damaged one.
            folder.remove(NEW)?;
            let database = folder.database(NEW)?;
            let write = || -> Result<(), redb::Error> {
                let mut transaction = database.begin_write()?;
                transaction.set_two_phase_commit(true);
                transaction.open_table(ACCEPTED)?;
                transaction.open_table(VALUES)?.insert(FORMAT, 1)?;
                Ok(transaction.commit()?)
            };
            write().map_err(broken)?;
            drop(database);
            folder.rename(NEW, FILE)?;
        }
        Self { folder: Some(folder), view: view(folder)? }.checked()
    }

    /// Looks into it, without a trace.
    pub(crate) fn look(folder: &Folder) -> Result<Self, StateError> {
        if !Self::expected(folder)? {
            return Ok(Self::empty());
        }
        Self { folder: None, view: view(folder)? }.checked()
    }

    /// Of a host that has none yet.
    pub(crate) fn empty() -> Self {
        Self { folder: None, view: None }
    }

    fn write(
        &mut self,
        change: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), StateError> {
        let folder = self.folder.ok_or_else(|| broken("it is only looked at"))?;
        let database = folder.database(FILE).map_err(damaged)?;
        let write = || -> Result<(), redb::Error> {
            let mut transaction = database.begin_write()?;
            transaction.set_two_phase_commit(true);
            change(&transaction)?;
            Ok(transaction.commit()?)
        };
        write().map_err(broken)?;
        drop(database);
        self.view = view(folder)?;
        Ok(())
    }

    /// Whether there must be one.
    fn expected(folder: &Folder) -> Result<bool, StateError> {
        if folder.has(FILE)? {
            return Ok(true);
        }
        if folder.has(super::run::FILE)? || folder.has(super::log::JOURNAL)? {
            return Err(StateError(
                "the security state is gone while other state is there: without it an old bundle could be \
                 taken for a new one, so nothing is done here"
                    .to_owned(),
            ));
        }
        Ok(false)
    }

    fn checked(self) -> Result<Self, StateError> {
        match self.value(FORMAT)? {
            Some(1) => Ok(self),
            Some(other) => Err(StateError(format!("the security state has the format {other}, not 1"))),
            None => Err(damaged("it says no format")),
        }
    }

    fn value(&self, name: &str) -> Result<Option<i64>, StateError> {
        let Some(database) = &self.view else { return Ok(None) };
        let read = || -> Result<Option<i64>, redb::Error> {
            Ok(database.begin_read()?.open_table(VALUES)?.get(name)?.map(|value| value.value()))
        };
        read().map_err(damaged)
    }
}

impl SecurityState for SecurityStore<'_> {
    fn accepted(&self, stream: &str, epoch: u64) -> Result<Option<Accepted>, StateError> {
        let Some(database) = &self.view else { return Ok(None) };
        let read = || -> Result<Option<Accepted>, redb::Error> {
            let table = database.begin_read()?.open_table(ACCEPTED)?;
            Ok(table.get((stream, epoch))?.map(|value| {
                let (sequence, manifest) = value.value();
                Accepted { sequence, manifest }
            }))
        };
        read().map_err(damaged)
    }

    fn accept(&mut self, stream: &str, epoch: u64, accepted: Accepted) -> Result<(), StateError> {
        self.write(|transaction| {
            let mut table = transaction.open_table(ACCEPTED)?;
            table.insert((stream, epoch), (accepted.sequence, accepted.manifest))?;
            Ok(())
        })
    }

    fn clock(&self) -> Result<Option<i64>, StateError> {
        self.value(CLOCK)
    }

    fn set_clock(&mut self, wall: i64) -> Result<(), StateError> {
        self.write(|transaction| {
            transaction.open_table(VALUES)?.insert(CLOCK, wall)?;
            Ok(())
        })
    }
}

/// What is stored, in memory.
fn view(folder: &Folder) -> Result<Option<Database>, StateError> {
    match folder.copy(FILE).map_err(damaged)? {
        Some(database) => Ok(Some(database)),
        None => Err(damaged("it is empty")),
    }
}
