//! The security state: what protects against going back.
//!
//! It is never made anew where it once was: if it is damaged, or gone while the rest of the folder is there,
//! nothing is done on this host until its owner decides.

use mc_engine::state::{Accepted, SecurityState, StateError};
use redb::{Database, ReadableDatabase as _, TableDefinition};

use super::{Folder, wrong};

const FILE: &str = "security.redb";
const NEW: &str = "security.redb.new";
/// Highest accepted releases: stream and epoch to sequence and manifest digest.
const ACCEPTED: TableDefinition<'_, (&str, u64), (u64, [u8; 32])> = TableDefinition::new("accepted");
/// Single values.
const VALUES: TableDefinition<'_, &str, i64> = TableDefinition::new("values");
const FORMAT: &str = "format";
const CLOCK: &str = "clock";

/// The store. Without a file behind it, it holds nothing.
pub(crate) struct SecurityStore(Option<Database>);

fn damaged(error: impl std::fmt::Display) -> StateError {
    StateError(format!(
        "the security state is damaged ({error}): without it an old bundle could be taken for a new one, so \
         nothing is done here"
    ))
}

fn broken(error: impl std::fmt::Display) -> StateError {
    wrong("the security state", error)
}

impl SecurityStore {
    /// Opens it for a run, made if this folder never had one.
    pub(crate) fn open(folder: &Folder) -> Result<Self, StateError> {
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
        Self(Some(folder.database(FILE).map_err(damaged)?)).checked()
    }

    /// Looks into it, without a trace.
    pub(crate) fn look(folder: &Folder) -> Result<Self, StateError> {
        if !Self::expected(folder)? {
            return Ok(Self::empty());
        }
        match folder.copy(FILE).map_err(damaged)? {
            Some(database) => Self(Some(database)).checked(),
            None => Err(damaged("it is empty")),
        }
    }

    /// Of a host that has none yet.
    pub(crate) fn empty() -> Self {
        Self(None)
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
        let Some(database) = &self.0 else { return Ok(None) };
        let read = || -> Result<Option<i64>, redb::Error> {
            Ok(database.begin_read()?.open_table(VALUES)?.get(name)?.map(|value| value.value()))
        };
        read().map_err(damaged)
    }
}

impl SecurityState for SecurityStore {
    fn accepted(&self, stream: &str, epoch: u64) -> Result<Option<Accepted>, StateError> {
        let Some(database) = &self.0 else { return Ok(None) };
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
        let Some(database) = &self.0 else { return Err(broken("it is only looked at")) };
        let write = || -> Result<(), redb::Error> {
            let mut transaction = database.begin_write()?;
            transaction.set_two_phase_commit(true);
            transaction
                .open_table(ACCEPTED)?
                .insert((stream, epoch), (accepted.sequence, accepted.manifest))?;
            Ok(transaction.commit()?)
        };
        write().map_err(broken)
    }

    fn clock(&self) -> Result<Option<i64>, StateError> {
        self.value(CLOCK)
    }

    fn set_clock(&mut self, wall: i64) -> Result<(), StateError> {
        let Some(database) = &self.0 else { return Err(broken("it is only looked at")) };
        let write = || -> Result<(), redb::Error> {
            let mut transaction = database.begin_write()?;
            transaction.set_two_phase_commit(true);
            transaction.open_table(VALUES)?.insert(CLOCK, wall)?;
            Ok(transaction.commit()?)
        };
        write().map_err(broken)
    }
}
