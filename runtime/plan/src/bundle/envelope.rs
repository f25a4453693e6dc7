//! The envelope: who signed the manifest.

use super::{MAX_SIGNATURES, Refusal};
use crate::codec::{DecodeError, Problem, Reader, Writer, exact};
use crate::key::KeyId;

/// A signature and the identifier of the key that is said to have made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySignature {
    /// The key.
    pub key: KeyId,
    /// The signature.
    pub signature: [u8; 64],
}

/// The encoding of signatures that are sorted by key.
pub(super) fn encode(signatures: &[KeySignature]) -> Vec<u8> {
    let mut w = Writer::default();
    let mut map = w.open();
    w.list_field(&mut map, 0, signatures, |w, entry| {
        w.array(2);
        w.bytes(&entry.key.0);
        w.bytes(&entry.signature);
    });
    w.close(map);
    w.finish()
}

/// At least one signature, each by another key.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<KeySignature>, Refusal> {
    let signatures = read(bytes).map_err(Refusal::Envelope)?;
    if signatures.is_empty() {
        return Err(Refusal::Unsigned);
    }
    if signatures.len() > MAX_SIGNATURES {
        return Err(Refusal::TooLarge {
            what: "signatures",
            size: signatures.len() as u64,
            limit: MAX_SIGNATURES as u64,
        });
    }
    Ok(signatures)
}

fn read(bytes: &[u8]) -> Result<Vec<KeySignature>, DecodeError> {
    let mut r = Reader::new(bytes);
    let mut fields = r.open()?;
    let signatures = r.list_field(&mut fields, 0, 99, |r| {
        r.tuple(2, |r| {
            Ok(KeySignature { key: KeyId(r.array_of("a key's id")?), signature: r.array_of("a signature")? })
        })
    })?;
    r.finish(fields)?;
    r.end()?;
    exact(bytes, &encode(&signatures))?;
    if signatures.windows(2).all(|pair| pair[0].key < pair[1].key) {
        Ok(signatures)
    } else {
        Err(DecodeError { at: 0, problem: Problem::KeyOrder })
    }
}
