//! Private keys: making them, their files, and signing. Only the compiler's side links this.

use ed25519_dalek::Signer as _;
use pkcs8::der::pem::PemLabel as _;
use pkcs8::der::{Decode as _, Encode as _};
use pkcs8::pkcs5::{pbes2, scrypt};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use crate::key::{PublicKey, PublicKeyError, pre_authentication_encoding};

/// Where random bytes come from.
pub type Entropy<'a> = dyn FnMut(&mut [u8]) -> std::io::Result<()> + 'a;

/// The algorithm's identifier in key files (RFC 8410).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// In front of the 32 bytes of a key: an octet string in an octet string.
const OCTET_STRING: [u8; 2] = [0x04, 0x20];
/// The cost of trying a passphrase: scrypt with 2^17 rounds of 8 blocks takes 128 MiB.
const LOG_COST: u8 = 17;
const BLOCK_SIZE: u32 = 8;
/// What a key file may make us allocate.
const MOST_MEMORY: u64 = 1 << 30;

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Not PEM.
    #[error(
        "it is not a key file: PEM is expected, with `BEGIN PRIVATE KEY` or `BEGIN ENCRYPTED PRIVATE KEY`"
    )]
    NotPem,
    /// Damaged, or made in a way that is not supported.
    #[error("the key file is damaged or of an unknown kind")]
    Malformed,
    /// A key of another algorithm.
    #[error("the key is not an ed25519 key")]
    Algorithm,
    /// Encrypted, and there is no passphrase.
    #[error("the key file is encrypted, and there is no passphrase")]
    NeedsPassphrase,
    /// The passphrase does not fit.
    #[error("the passphrase is wrong, or the key file is damaged")]
    Passphrase,
    /// Decrypting would take too much memory.
    #[error("decrypting the key file takes more than 1 GiB of memory")]
    Cost,
    /// The key is one that nobody should trust.
    #[error(transparent)]
    PublicKey(#[from] PublicKeyError),
    /// No random bytes.
    #[error("there are no random bytes")]
    Entropy(#[from] std::io::Error),
}

/// A private key. Its bytes are wiped when it goes.
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    public: PublicKey,
}

/// Shows the public half only.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

impl SigningKey {
    /// A key from its 32 secret bytes.
    ///
    /// # Errors
    /// Practically never: the public key would be weak.
    pub fn from_bytes(secret: &[u8; 32]) -> Result<Self, PublicKeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(secret);
        let public = PublicKey::from_bytes(key.verifying_key().to_bytes())?;
        Ok(Self { key, public })
    }

    /// A new key.
    ///
    /// # Errors
    /// There are no random bytes.
    pub fn generate(entropy: &mut Entropy<'_>) -> Result<Self, KeyFileError> {
        let mut secret = Zeroizing::new([0; 32]);
        entropy(&mut *secret)?;
        Ok(Self::from_bytes(&secret)?)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// A signature over a document of a type.
    #[must_use]
    pub fn sign(&self, document_type: &str, body: &[u8]) -> [u8; 64] {
        self.sign_encoded(&pre_authentication_encoding(document_type, body))
    }

    pub(crate) fn sign_encoded(&self, encoded: &[u8]) -> [u8; 64] {
        self.key.sign(encoded).to_bytes()
    }

    fn to_document(&self) -> Result<SecretDocument, KeyFileError> {
        let mut octets = Zeroizing::new([0; 34]);
        octets[..2].copy_from_slice(&OCTET_STRING);
        octets[2..].copy_from_slice(self.key.as_bytes());
        let algorithm = AlgorithmIdentifierRef { oid: ED25519, parameters: None };
        let octets = pkcs8::der::asn1::OctetStringRef::new(&*octets).map_err(malformed)?;
        let der = Zeroizing::new(PrivateKeyInfoRef::new(algorithm, octets).to_der().map_err(malformed)?);
        SecretDocument::try_from(der.as_slice()).map_err(malformed)
    }

    /// The key file's text, not encrypted (PKCS#8, RFC 8410).
    ///
    /// # Errors
    /// Never of a key that exists.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, KeyFileError> {
        self.to_document()?.to_pem(PrivateKeyInfoRef::PEM_LABEL, pkcs8::LineEnding::LF).map_err(malformed)
    }

    /// The key file's text, encrypted under a passphrase (PKCS#8 with PBES2: scrypt, AES-256-CBC).
    ///
    /// # Errors
    /// There are no random bytes.
    pub fn to_encrypted_pem(
        &self,
        passphrase: &[u8],
        entropy: &mut Entropy<'_>,
    ) -> Result<Zeroizing<String>, KeyFileError> {
        let (mut salt, mut iv) = ([0; 16], [0; 16]);
        entropy(&mut salt)?;
        entropy(&mut iv)?;
        let cost = scrypt::Params::new(LOG_COST, BLOCK_SIZE, 1).map_err(|_| KeyFileError::Malformed)?;
        let parameters = pbes2::Parameters::generate_scrypt_aes256cbc(cost, &salt, iv)
            .map_err(|_| KeyFileError::Malformed)?;
        let document = self.to_document()?;
        let info = PrivateKeyInfoRef::from_der(document.as_bytes()).map_err(malformed)?;
        info.encrypt_with_params(parameters, passphrase)
            .map_err(|_| KeyFileError::Malformed)?
            .to_pem(EncryptedPrivateKeyInfoRef::PEM_LABEL, pkcs8::LineEnding::LF)
            .map_err(malformed)
    }

    /// Whether a key file is encrypted.
    #[must_use]
    pub fn is_encrypted(pem: &str) -> bool {
        SecretDocument::from_pem(pem).is_ok_and(|(label, _)| label == EncryptedPrivateKeyInfoRef::PEM_LABEL)
    }

    /// Reads a key file. The passphrase is not looked at when the file is not encrypted.
    ///
    /// # Errors
    /// The file cannot be used, or not with this passphrase.
    pub fn from_pem(pem: &str, passphrase: Option<&[u8]>) -> Result<Self, KeyFileError> {
        let (label, document) = SecretDocument::from_pem(pem).map_err(|_| KeyFileError::NotPem)?;
        match label {
            PrivateKeyInfoRef::PEM_LABEL => Self::from_document(&document),
            EncryptedPrivateKeyInfoRef::PEM_LABEL => {
                let info = EncryptedPrivateKeyInfoRef::from_der(document.as_bytes()).map_err(malformed)?;
                affordable(&info)?;
                let passphrase = passphrase.ok_or(KeyFileError::NeedsPassphrase)?;
                // What does not decrypt and what decrypts to something else are the same mistake.
                let document = info.decrypt(passphrase).map_err(|_| KeyFileError::Passphrase)?;
                Self::from_document(&document).map_err(|error| match error {
                    KeyFileError::Malformed => KeyFileError::Passphrase,
                    other => other,
                })
            }
            _ => Err(KeyFileError::NotPem),
        }
    }

    fn from_document(document: &SecretDocument) -> Result<Self, KeyFileError> {
        let info = PrivateKeyInfoRef::from_der(document.as_bytes()).map_err(malformed)?;
        if info.algorithm.oid != ED25519 {
            return Err(KeyFileError::Algorithm);
        }
        let octets = info.private_key.as_bytes();
        let secret = octets.strip_prefix(&OCTET_STRING).and_then(|rest| <&[u8; 32]>::try_from(rest).ok());
        let (Some(secret), None) = (secret, info.algorithm.parameters) else {
            return Err(KeyFileError::Malformed);
        };
        let key = Self::from_bytes(secret)?;
        match info.public_key {
            Some(public) if public.raw_bytes() != key.public.to_bytes() => Err(KeyFileError::Malformed),
            _ => Ok(key),
        }
    }
}

/// A key file is ours, but it may have been swapped: what it costs to open is bounded.
fn affordable(info: &EncryptedPrivateKeyInfoRef<'_>) -> Result<(), KeyFileError> {
    let parameters = info.encryption_algorithm.pbes2().ok_or(KeyFileError::Malformed)?;
    let memory = parameters.kdf.scrypt().map_or(0, |scrypt| {
        let block = u64::from(scrypt.block_size).saturating_mul(128);
        scrypt.cost_parameter.saturating_mul(block).saturating_mul(u64::from(scrypt.parallelization))
    });
    let rounds = parameters.kdf.pbkdf2().map_or(0, |pbkdf2| pbkdf2.iteration_count);
    if memory > MOST_MEMORY || rounds > 100_000_000 { Err(KeyFileError::Cost) } else { Ok(()) }
}

fn malformed(_: pkcs8::der::Error) -> KeyFileError {
    KeyFileError::Malformed
}

#[cfg(test)]
mod tests;
