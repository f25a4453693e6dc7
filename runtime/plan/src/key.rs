//! Public keys and what they sign: ed25519 over the pre-authentication encoding of DSSE.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::digest::{hex, sha256_of};

/// The one algorithm there is.
const ALGORITHM: &str = "ed25519";

/// The type of what is signed, for a bundle's manifest. Every kind of signed document has its own, so that
/// no signature holds for another kind.
pub const PLAN_TYPE: &str = "application/vnd.masterchef.plan.v1+cbor";

/// The bytes that are signed for a document of a type: DSSE's pre-authentication encoding, version `DSSEv1`.
#[must_use]
pub fn pre_authentication_encoding(document_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {document_type} {} ", document_type.len(), body.len());
    let mut out = Vec::with_capacity(head.len() + body.len());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(body);
    out
}

/// A key's identifier: SHA-256 of the algorithm's name and the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 32]);

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl std::fmt::Debug for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Why bytes or a text are no public key of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// Another form than `ed25519:<base64>`.
    #[error("a key is written `ed25519:` with the base64 of its 32 bytes")]
    Form,
    /// No point of the curve.
    #[error("the bytes are no ed25519 key")]
    NotOnCurve,
    /// Another encoding of a point that has a shorter one.
    #[error("the key is not in its canonical encoding")]
    NotCanonical,
    /// A point of small order: signatures by it mean nothing.
    #[error("the key is weak: anybody can make signatures that it accepts")]
    Weak,
}

/// A public key that can be trusted: on the curve, canonical, not weak.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: KeyId,
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl PublicKey {
    /// A key from its 32 bytes.
    ///
    /// # Errors
    /// The bytes are no key, or no key that may be trusted.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, PublicKeyError> {
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| PublicKeyError::NotOnCurve)?;
        if key.to_edwards().compress().to_bytes() != bytes {
            return Err(PublicKeyError::NotCanonical);
        }
        if key.is_weak() {
            return Err(PublicKeyError::Weak);
        }
        Ok(Self { key, id: KeyId(sha256_of(&[ALGORITHM.as_bytes(), &bytes])) })
    }

    /// A key from `ed25519:<base64>`.
    ///
    /// # Errors
    /// As [`PublicKey::from_bytes`], or the text has another form.
    pub fn parse(text: &str) -> Result<Self, PublicKeyError> {
        let encoded = text.strip_prefix("ed25519:").ok_or(PublicKeyError::Form)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| PublicKeyError::Form)?;
        Self::from_bytes(bytes.try_into().map_err(|_| PublicKeyError::Form)?)
    }

    /// The key's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// The key's identifier.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Whether `signature` is this key's over `body` as a document of this type. Strict: one signature has
    /// one form.
    #[must_use]
    pub fn verifies(&self, document_type: &str, body: &[u8], signature: &[u8; 64]) -> bool {
        self.verifies_encoded(&pre_authentication_encoding(document_type, body), signature)
    }

    pub(crate) fn verifies_encoded(&self, encoded: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(encoded, &Signature::from_bytes(signature)).is_ok()
    }
}

/// `ed25519:<base64>`
impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{ALGORITHM}:{}", STANDARD.encode(self.to_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_that_of_dsse() {
        assert_eq!(
            pre_authentication_encoding("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
        assert_eq!(pre_authentication_encoding("", b""), b"DSSEv1 0  0 ");
    }

    #[test]
    fn keys_have_one_text() {
        let bytes = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes();
        let key = PublicKey::from_bytes(bytes).unwrap();
        let text = key.to_string();
        assert_eq!(PublicKey::parse(&text), Ok(key.clone()));
        assert_eq!(key.id().to_string().len(), 64);
        assert_eq!(key.id().0, crate::digest::sha256(&[b"ed25519".as_slice(), &bytes].concat()));
        for other in [
            text.replace("ed25519:", ""),
            text.replace("ed25519", "ED25519"),
            format!("{text} "),
            text.trim_end_matches('=').to_owned(),
            text.replace("ed25519:", "ed25519:AAAA"),
            "ed25519:".to_owned(),
        ] {
            assert_eq!(PublicKey::parse(&other), Err(PublicKeyError::Form), "{other}");
        }
    }

    #[test]
    fn weak_and_odd_keys_are_refused() {
        // The points of small order, in their canonical encodings.
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut order_2 = [0xff; 32];
        order_2[0] = 0xec;
        order_2[31] = 0x7f;
        let order_4 = [0; 32];
        for weak in [identity, order_2, order_4] {
            assert_eq!(PublicKey::from_bytes(weak), Err(PublicKeyError::Weak));
        }
        // The identity once more, with the coordinate p + 1 and with the sign bit of zero.
        let mut above_p = [0xff; 32];
        above_p[0] = 0xee;
        above_p[31] = 0x7f;
        let mut negative_zero = identity;
        negative_zero[31] = 0x80;
        for odd in [above_p, negative_zero] {
            let error = PublicKey::from_bytes(odd).unwrap_err();
            assert!(matches!(error, PublicKeyError::NotCanonical | PublicKeyError::NotOnCurve), "{error:?}");
        }
        let mut two = [0; 32];
        two[0] = 2;
        assert_eq!(PublicKey::from_bytes(two), Err(PublicKeyError::NotOnCurve));
    }
}
