//! What the two ends of a connection to an agent say to each other: the messages of `masterchef.agent.v1`,
//! how they are framed, and the order in which they may come.
//!
//! A crate of its own because both ends must link exactly this, and only they: it carries generated code that
//! neither the engine nor the compiler may see. It opens nothing itself; both ends work on any reader and
//! writer. Everything that arrives is bounded before memory is taken for it and checked before it is used:
//! the other end may be hostile.

pub mod agent;
mod convert;
pub mod frame;
pub mod message;
pub mod operator;
mod transfer;

mod wire {
    //! The generated types. They do not leave this crate.
    #![allow(missing_docs, unreachable_pub, unused_qualifications, reason = "generated")]
    #![allow(clippy::all, reason = "generated")]
    include!(concat!(env!("OUT_DIR"), "/masterchef.agent.v1.rs"));
}

#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use crate::frame::FrameError;

/// The protocol numbers that this release speaks.
pub const PROTOCOLS: RangeInclusive<u32> = 1..=1;

/// The highest protocol number that both ends speak.
#[must_use]
pub fn agree(ours: &RangeInclusive<u32>, theirs: &RangeInclusive<u32>) -> Option<u32> {
    let highest = *ours.end().min(theirs.end());
    (highest >= *ours.start() && highest >= *theirs.start()).then_some(highest)
}

/// Why a conversation ended before it was complete.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The stream, or what stands in it.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The other end closed between two messages.
    #[error("the connection ended where {expected} was expected")]
    Ended {
        /// What should have come.
        expected: &'static str,
    },
    /// A message that may not come here.
    #[error("{found} came where {expected} was expected")]
    OutOfOrder {
        /// What should have come.
        expected: &'static str,
        /// What came.
        found: &'static str,
    },
    /// A message whose content makes no sense.
    #[error("the message {message} has a wrong {field}")]
    Invalid {
        /// Its name.
        message: &'static str,
        /// What is wrong.
        field: &'static str,
    },
    /// No protocol number that both speak.
    #[error(
        "this end speaks protocol {} to {}, the other {} to {}",
        ours.start(),
        ours.end(),
        theirs.start(),
        theirs.end()
    )]
    NoCommonProtocol {
        /// What this end speaks.
        ours: RangeInclusive<u32>,
        /// What the other end speaks.
        theirs: RangeInclusive<u32>,
    },
    /// Something larger than this end takes.
    #[error("{what} of {size} bytes is over the limit of {limit}")]
    TooLarge {
        /// What was announced.
        what: &'static str,
        /// Its announced size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// What arrived is not what was announced.
    #[error("{what} does not have the digest it was announced with")]
    WrongDigest {
        /// What was announced.
        what: &'static str,
    },
    /// What arrived could not be put away.
    #[error("cannot store {what}: {source}")]
    Store {
        /// What arrived.
        what: &'static str,
        /// Why not.
        source: std::io::Error,
    },
}
