//! The messages as plain types.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

/// How an agent greets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The protocol numbers it speaks.
    pub protocols: RangeInclusive<u32>,
    /// Its release, for people.
    pub agent_version: String,
    /// SHA-256 of its program file.
    pub agent_digest: [u8; 32],
    /// The host's own id, when it has one.
    pub host_id: Option<String>,
    /// Whether the host has a trust document of its own; then the operator's is not used.
    pub own_trust: bool,
    /// Bytes that no other session had.
    pub nonce: [u8; 32],
}

/// What to do. The bundle follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Apply or only look.
    pub action: Action,
    /// Only these steps and what they need; empty: all.
    pub only: Vec<String>,
    /// Steps at the same time; 0: the agent decides.
    pub jobs: u32,
    /// When managed files are synced.
    pub durability: Durability,
    /// The operator's trust document. It holds where the host has none.
    pub trust: Vec<u8>,
    /// The operator's id for the host. It holds where the host has none.
    pub host_id: Option<String>,
    /// The operator's labels for the host, by name. They hold where the host has no file for that.
    pub labels: BTreeMap<String, String>,
    /// The bundle that follows.
    pub bundle: Announced,
}

/// Something larger than a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announced {
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub digest: [u8; 32],
}

/// What a run may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Bring the host to the state that the bundle describes.
    Apply,
    /// Say what would change, and store nothing.
    Check,
}

/// When managed files are synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Never.
    None,
    /// A group at a time.
    Batch,
    /// Each one.
    File,
}

/// Something to show while a run goes on. The report is what counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A step has ended.
    StepEnded {
        /// Its identity.
        step: String,
        /// The outcome's name in the report.
        outcome: String,
        /// Why, for the outcomes that need a reason; else empty.
        reason: String,
        /// How long it took, to the millisecond.
        duration: Duration,
    },
    /// A step says what it is doing.
    Progress {
        /// Its identity.
        step: String,
        /// One line.
        text: String,
    },
    /// The run itself says something.
    Note(String),
}

/// The bundle was refused and nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// A stable code, such as `MC5003`.
    pub code: String,
    /// Why.
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// What `mc-agent apply` would have exited with.
    pub exit_status: u8,
    /// How many steps ended with which outcome.
    pub counts: BTreeMap<String, u64>,
    /// Why there was no run; empty when there was, or when it was refused.
    pub problem: String,
}
