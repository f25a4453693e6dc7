//! Things larger than a message: announced with size and digest, then sent in chunks.

use std::io::Write;

use sha2::{Digest as _, Sha256};

use crate::SessionError;
use crate::message::Announced;

/// Bytes per chunk that this end sends; well below the limit of a message.
pub(crate) const CHUNK: usize = 64 << 10;

/// What is announced for some bytes.
pub(crate) fn announce(bytes: &[u8]) -> Announced {
    Announced { size: u64::try_from(bytes.len()).unwrap_or(u64::MAX), digest: Sha256::digest(bytes).into() }
}

/// Takes in what was announced.
pub(crate) struct Incoming {
    what: &'static str,
    announced: Announced,
    missing: u64,
    state: Sha256,
}

impl Incoming {
    /// Refuses what is larger than `limit` bytes before any of it has come.
    pub(crate) fn new(what: &'static str, announced: Announced, limit: u64) -> Result<Self, SessionError> {
        if announced.size > limit {
            return Err(SessionError::TooLarge { what, size: announced.size, limit });
        }
        Ok(Self { what, announced, missing: announced.size, state: Sha256::new() })
    }

    pub(crate) fn complete(&self) -> bool {
        self.missing == 0
    }

    /// Takes a chunk. An empty one is refused: it would let the other end send for ever.
    pub(crate) fn chunk(&mut self, data: &[u8], sink: &mut impl Write) -> Result<(), SessionError> {
        let size = u64::try_from(data.len()).unwrap_or(u64::MAX);
        if size == 0 || size > self.missing {
            return Err(SessionError::Invalid { message: "Chunk", field: "size" });
        }
        self.missing -= size;
        self.state.update(data);
        sink.write_all(data).map_err(|source| SessionError::Store { what: self.what, source })
    }

    /// Compares the digest once everything has come.
    pub(crate) fn finish(self) -> Result<(), SessionError> {
        if <[u8; 32]>::from(self.state.finalize()) != self.announced.digest {
            return Err(SessionError::WrongDigest { what: self.what });
        }
        Ok(())
    }
}
