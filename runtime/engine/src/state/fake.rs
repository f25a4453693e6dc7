//! Stores in memory that can be told to die after some write, as a killed agent would.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{
    Accepted, AuditSink, JournalSink, LockError, Remembered, RunGuard, RunLock, RunState, SecurityState,
    StateError,
};

/// All stores of one state folder. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct FakeState {
    inner: Arc<Mutex<Stored>>,
}

/// What is in the stores.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Accepted releases by stream and epoch.
    pub accepted: BTreeMap<(String, u64), Accepted>,
    /// The latest moment known.
    pub clock: Option<i64>,
    /// What the last run left.
    pub remembered: Option<Remembered>,
    /// The journal's bytes.
    pub journal: Vec<u8>,
    /// How many of them are durable.
    pub durable: usize,
    /// How often the journal was synced.
    pub syncs: u64,
    /// The audit log.
    pub audit: Vec<String>,
    /// How many writes there were, of any kind.
    pub writes: u64,
    /// After so many writes nothing works any more.
    pub dies_after: Option<u64>,
    /// Nothing works any more when this is set: the host died.
    pub dies_with: Option<Arc<AtomicBool>>,
    held: Option<Held>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Exclusive,
    Shared(usize),
}

impl Stored {
    fn dead(&self) -> bool {
        self.dies_with.as_ref().is_some_and(|flag| flag.load(Ordering::SeqCst))
            || self.dies_after.is_some_and(|after| self.writes >= after)
    }
}

impl FakeState {
    /// Empty stores.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is in the stores, to look at and to change.
    pub fn stored(&self) -> MutexGuard<'_, Stored> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Loses what was not made durable, as a power failure would.
    pub fn lose_power(&self) {
        let mut stored = self.stored();
        let durable = stored.durable;
        stored.journal.truncate(durable);
    }

    fn write(&self) -> Result<MutexGuard<'_, Stored>, StateError> {
        let mut stored = self.stored();
        if stored.dead() {
            return Err(StateError("killed".to_owned()));
        }
        stored.writes += 1;
        Ok(stored)
    }
}

impl SecurityState for FakeState {
    fn accepted(&self, stream: &str, epoch: u64) -> Result<Option<Accepted>, StateError> {
        Ok(self.stored().accepted.get(&(stream.to_owned(), epoch)).copied())
    }

    fn accept(&mut self, stream: &str, epoch: u64, accepted: Accepted) -> Result<(), StateError> {
        self.write()?.accepted.insert((stream.to_owned(), epoch), accepted);
        Ok(())
    }

    fn clock(&self) -> Result<Option<i64>, StateError> {
        Ok(self.stored().clock)
    }

    fn set_clock(&mut self, wall: i64) -> Result<(), StateError> {
        self.write()?.clock = Some(wall);
        Ok(())
    }
}

impl RunState for FakeState {
    fn load(&self) -> Result<Option<Remembered>, StateError> {
        Ok(self.stored().remembered.clone())
    }

    fn store(&mut self, remembered: &Remembered) -> Result<(), StateError> {
        self.write()?.remembered = Some(remembered.clone());
        Ok(())
    }
}

impl JournalSink for FakeState {
    fn load(&mut self) -> Result<Vec<u8>, StateError> {
        Ok(self.stored().journal.clone())
    }

    fn reset(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let mut stored = self.write()?;
        stored.journal = bytes.to_vec();
        stored.durable = bytes.len();
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.write()?.journal.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StateError> {
        let mut stored = self.stored();
        if stored.dead() {
            return Err(StateError("killed".to_owned()));
        }
        stored.durable = stored.journal.len();
        stored.syncs += 1;
        Ok(())
    }
}

impl AuditSink for FakeState {
    fn append(&mut self, line: &str) -> Result<(), StateError> {
        // Not counted as a write: the audit log follows the journal, it decides nothing.
        let mut stored = self.stored();
        stored.audit.push(line.to_owned());
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StateError> {
        Ok(())
    }
}

struct Guard(FakeState);

impl RunGuard for Guard {}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut stored = self.0.stored();
        stored.held = match stored.held {
            Some(Held::Shared(count)) if count > 1 => Some(Held::Shared(count - 1)),
            _ => None,
        };
    }
}

impl RunLock for FakeState {
    fn acquire(&self, exclusive: bool, _: Duration) -> Result<Box<dyn RunGuard>, LockError> {
        let mut stored = self.stored();
        let held = match (stored.held, exclusive) {
            (None, true) => Held::Exclusive,
            (None, false) => Held::Shared(1),
            (Some(Held::Shared(count)), false) => Held::Shared(count + 1),
            (Some(_), _) => return Err(LockError::Held(None)),
        };
        stored.held = Some(held);
        drop(stored);
        Ok(Box::new(Guard(self.clone())))
    }
}
