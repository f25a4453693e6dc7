//! What the agent keeps between runs. The stores themselves are the agent's; these are the contracts.

#[cfg(any(test, feature = "testing"))]
pub mod fake;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::provider::RefreshKind;

/// A store that does not work. Nothing may be done on the host once one says this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StateError(pub String);

/// Asks a run to stop: nothing new starts, what is in flight ends. Shared by clones.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Raises it.
    pub fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it is raised.
    pub fn raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// The flag itself, for signal handlers.
    pub fn flag(&self) -> &Arc<AtomicBool> {
        &self.0
    }
}

/// What protects against going back. Never disposable: damaged or lost, the agent refuses to act. Every
/// write is durable when the call returns.
pub trait SecurityState {
    /// The highest release that was accepted for a stream in an epoch.
    fn accepted(&self, stream: &str, epoch: u64) -> Result<Option<Accepted>, StateError>;

    /// Stores that a release was accepted. It is never lower than what is stored.
    fn accept(&mut self, stream: &str, epoch: u64, accepted: Accepted) -> Result<(), StateError>;

    /// The latest moment known to have passed, in nanoseconds since the Unix epoch.
    fn clock(&self) -> Result<Option<i64>, StateError>;

    /// Stores such a moment.
    fn set_clock(&mut self, wall: i64) -> Result<(), StateError>;
}

/// A release that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its sequence.
    pub sequence: u64,
    /// SHA-256 of its manifest.
    pub manifest: [u8; 32],
}

/// What runs leave for each other. Disposable: damaged, it is set aside and reported, and what is owed comes
/// from the journal.
pub trait RunState {
    /// What the last run left; none if there is nothing, or it was damaged and has been set aside.
    fn load(&self) -> Result<Option<Remembered>, StateError>;

    /// Stores what a run leaves, durably and as a whole.
    fn store(&mut self, remembered: &Remembered) -> Result<(), StateError>;
}

/// What runs leave for each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// The run that left it.
    pub run: String,
    /// Refreshes that were not delivered, sorted.
    pub owed: Vec<Owed>,
    /// Digest of the last desired state that was applied, by step identity: what tells drift from a new
    /// intention.
    pub applied: BTreeMap<String, [u8; 32]>,
}

/// A refresh that must still be delivered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owed {
    /// Identity of the step that must be refreshed.
    pub receiver: String,
    /// How.
    pub kind: RefreshKind,
    /// Identity of the step that changed.
    pub sender: String,
}

/// Where the journal's bytes go. Framing and checksums are the engine's.
pub trait JournalSink: Send {
    /// All bytes that are there.
    fn load(&mut self) -> Result<Vec<u8>, StateError>;

    /// Replaces everything by these bytes, durably and as a whole.
    fn reset(&mut self, bytes: &[u8]) -> Result<(), StateError>;

    /// Adds bytes at the end.
    fn append(&mut self, bytes: &[u8]) -> Result<(), StateError>;

    /// Makes everything that was appended durable.
    fn sync(&mut self) -> Result<(), StateError>;
}

/// Where the audit log's lines go.
pub trait AuditSink: Send {
    /// Adds a line, without its end.
    fn append(&mut self, line: &str) -> Result<(), StateError>;

    /// Makes everything that was appended durable.
    fn sync(&mut self) -> Result<(), StateError>;
}

/// The lock of a state folder: one run at a time, or many that only look.
pub trait RunLock {
    /// Takes it, waiting at most this long; it is held until the guard is dropped.
    fn acquire(&self, exclusive: bool, wait: Duration) -> Result<Box<dyn RunGuard>, LockError>;
}

/// Holds a [`RunLock`].
pub trait RunGuard {}

/// Why a lock was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// Another run holds it.
    #[error("another run holds the lock{}", .0.as_ref().map(|by| format!(" ({by})")).unwrap_or_default())]
    Held(Option<String>),
    /// The folder cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}
