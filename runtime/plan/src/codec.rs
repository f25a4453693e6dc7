//! The bytes of plans and manifests: CBOR as RFC 8949 section 4.2.1 demands it, with integer keys.
//!
//! One value has one encoding. The decoder refuses every other: lengths are definite, integers minimal, keys
//! ascending, floats as short as they can be, and there are no tags and no bytes after the end. A count is held against the input
//! that is left before anything is allocated for it. As a second wall, what was decoded is encoded again and
//! compared (`exact`).
//!
//! Structures are maps with keys from 0; what is optional is left out. Enumerations have fixed codes that
//! are only ever added to. `docs/reference/bundle.md` has the tables.

use crate::check::InvalidPlan;

mod float;
mod plan;
mod policy;
mod read;
mod repeat;
mod schema;
mod value;
mod write;

pub use plan::Limits;
pub(crate) use read::Reader;
pub(crate) use write::Writer;

/// How deep arrays and maps nest at most.
pub const MAX_NESTING: usize = 32;

/// Why bytes are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {at}: {problem}")]
pub struct DecodeError {
    /// Where, in bytes from the start of the document.
    pub at: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with an encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The bytes end too early, or a length or count is larger than what is left.
    #[error("it ends before all of it is there")]
    Truncated,
    /// Bytes after the end.
    #[error("something follows after its end")]
    Trailing,
    /// Another kind of item than the one that belongs here.
    #[error("there should be {0}")]
    Expected(&'static str),
    /// An item of a kind that is never used: a tag, an indefinite length, an unassigned value.
    #[error("it holds a kind of item that is not used")]
    Unsupported,
    /// An integer or length in more bytes than it needs.
    #[error("a number is longer than it needs to be")]
    NotMinimal,
    /// Keys that do not ascend, or one twice.
    #[error("the keys are not in ascending order")]
    KeyOrder,
    /// A key that this version does not know.
    #[error("it has an unknown field {0}")]
    UnknownField(u64),
    /// A field that must be there.
    #[error("the field {0} is missing")]
    MissingField(u64),
    /// A code that this version does not know.
    #[error("{1} is no {0}")]
    UnknownCode(&'static str, u64),
    /// A number outside its range.
    #[error("a number is outside its range")]
    Range,
    /// A text that is not UTF-8.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// Arrays and maps nest more than [`MAX_NESTING`] deep.
    #[error("it nests more than 32 levels deep")]
    TooDeep,
    /// More of something than this host allows.
    #[error("it has {count} {what}, and at most {limit} are allowed")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// Fields that contradict each other.
    #[error("{0}")]
    Contradiction(&'static str),
    /// Encoded again it gives other bytes.
    #[error("it is not in its canonical form")]
    NotCanonical,
    /// Well-formed, but its parts do not fit together.
    #[error(transparent)]
    Invalid(#[from] InvalidPlan),
}

type Result<T, E = DecodeError> = std::result::Result<T, E>;

/// The second wall: `bytes` must be what encoding gives.
pub(crate) fn exact(bytes: &[u8], again: &[u8]) -> Result<()> {
    if bytes == again {
        return Ok(());
    }
    let at = bytes.iter().zip(again).take_while(|(a, b)| a == b).count();
    Err(DecodeError { at, problem: Problem::NotCanonical })
}

#[cfg(test)]
mod tests;
