//! `trust.toml`: which keys a host trusts, with which streams.

use serde::{Deserialize, Serialize};

use crate::bundle::MAX_SIGNATURES;
use crate::key::{KeyId, PublicKey, PublicKeyError};

/// Why a trust or host file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Not TOML, or fields that do not belong there. The message has the place.
    #[error("{0}")]
    Toml(String),
    /// Another format.
    #[error("it has the format {0}, and this program reads the format 1")]
    Format(u64),
    /// A stream's name.
    #[error(
        "`{0}` is no stream's name: segments of letters, digits, `_`, `.` and `-`, separated by `/`, or `*`"
    )]
    StreamName(String),
    /// A stream twice.
    #[error("the stream `{0}` is there twice")]
    DuplicateStream(String),
    /// An epoch of zero.
    #[error("the stream `{0}` has the epoch 0; epochs start at 1")]
    Epoch(String),
    /// A threshold that no bundle, or every bundle, meets.
    #[error("the stream `{stream}` needs {threshold} signatures and has {keys} keys")]
    Threshold {
        /// The stream.
        stream: String,
        /// Signatures that are needed.
        threshold: usize,
        /// Keys that there are.
        keys: usize,
    },
    /// A key that is none, or none that may be trusted.
    #[error("the key `{key}` of the stream `{stream}` cannot be trusted: {error}")]
    Key {
        /// The stream.
        stream: String,
        /// The key as it is written.
        key: String,
        /// What is wrong with it.
        error: PublicKeyError,
    },
    /// A key twice in a stream: it would count twice.
    #[error("the stream `{stream}` has the key `{key}` twice")]
    DuplicateKey {
        /// The stream.
        stream: String,
        /// The key.
        key: String,
    },
    /// More keys than a bundle can have signatures.
    #[error("the stream `{0}` has more than {MAX_SIGNATURES} keys")]
    ManyKeys(String),
    /// A host's id.
    #[error("`{0}` is no host's id: it is written like a host name")]
    HostId(String),
    /// A label's name.
    #[error("`{0}` is no label's name: letters, digits and `_`, starting with a small letter")]
    LabelName(String),
}

/// The streams that a host trusts. Not empty of meaning: every stream has a threshold of at least one, which
/// its keys can meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustStore {
    streams: Vec<Stream>,
}

/// A stream and the keys that may sign for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    name: String,
    epoch: u64,
    threshold: usize,
    keys: Vec<PublicKey>,
}

impl Stream {
    /// A stream; `name` may be `*` for all that have no entry of their own.
    ///
    /// # Errors
    /// A name, epoch, threshold or list of keys that makes no sense.
    pub fn new(name: String, epoch: u64, threshold: usize, keys: Vec<PublicKey>) -> Result<Self, FileError> {
        if name != "*" && !crate::bundle::is_stream_name(&name) {
            return Err(FileError::StreamName(name));
        }
        if epoch == 0 {
            return Err(FileError::Epoch(name));
        }
        if threshold == 0 || threshold > keys.len() {
            return Err(FileError::Threshold { stream: name, threshold, keys: keys.len() });
        }
        if keys.len() > MAX_SIGNATURES {
            return Err(FileError::ManyKeys(name));
        }
        for (at, key) in keys.iter().enumerate() {
            if keys[..at].iter().any(|earlier| earlier.id() == key.id()) {
                return Err(FileError::DuplicateKey { stream: name, key: key.to_string() });
            }
        }
        Ok(Self { name, epoch, threshold, keys })
    }

    /// Its name, or `*`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its epoch.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// How many keys must sign.
    #[must_use]
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// The keys that may sign.
    #[must_use]
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// Those of its keys that are among `valid`: each counts once.
    pub(crate) fn signers(&self, valid: &[KeyId]) -> Vec<KeyId> {
        self.keys.iter().map(PublicKey::id).filter(|id| valid.contains(id)).collect()
    }
}

/// The file's form.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TrustToml {
    format: u64,
    #[serde(default)]
    stream: Vec<StreamToml>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StreamToml {
    name: String,
    epoch: u64,
    threshold: usize,
    keys: Vec<String>,
}

impl TrustStore {
    /// A store of these streams.
    ///
    /// # Errors
    /// A stream twice.
    pub fn new(streams: Vec<Stream>) -> Result<Self, FileError> {
        for (at, stream) in streams.iter().enumerate() {
            if streams[..at].iter().any(|earlier| earlier.name == stream.name) {
                return Err(FileError::DuplicateStream(stream.name.clone()));
            }
        }
        Ok(Self { streams })
    }

    /// Reads a trust file.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let file: TrustToml = from_toml(text)?;
        check_format(file.format)?;
        let stream = |stream: StreamToml| {
            let StreamToml { name, epoch, threshold, keys } = stream;
            let key = |key: String| {
                PublicKey::parse(&key).map_err(|error| FileError::Key { stream: name.clone(), key, error })
            };
            let keys = keys.into_iter().map(key).collect::<Result<_, _>>()?;
            Stream::new(name, epoch, threshold, keys)
        };
        Self::new(file.stream.into_iter().map(stream).collect::<Result<_, _>>()?)
    }

    /// The file's text.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = String::from("format = 1\n");
        for stream in &self.streams {
            // Names and keys have no character that TOML would have to escape.
            let keys: Vec<String> = stream.keys.iter().map(|key| format!("\"{key}\"")).collect();
            out.push_str(&format!(
                "\n[[stream]]\nname = \"{}\"\nepoch = {}\nthreshold = {}\nkeys = [{}]\n",
                stream.name,
                stream.epoch,
                stream.threshold,
                keys.join(", ")
            ));
        }
        out
    }

    /// All entries.
    #[must_use]
    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// The entry for a stream: its own, or `*`.
    #[must_use]
    pub fn stream(&self, name: &str) -> Option<&Stream> {
        let find = |name: &str| self.streams.iter().find(|stream| stream.name == name);
        find(name).or_else(|| find("*"))
    }
}

pub(crate) fn from_toml<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, FileError> {
    toml::from_str(text).map_err(|error| FileError::Toml(error.to_string().trim_end().to_owned()))
}

pub(crate) fn check_format(format: u64) -> Result<(), FileError> {
    if format == 1 { Ok(()) } else { Err(FileError::Format(format)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> PublicKey {
        let bytes = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).verifying_key().to_bytes();
        PublicKey::from_bytes(bytes).unwrap()
    }

    fn file(streams: &str) -> String {
        format!("format = 1\n{streams}")
    }

    fn entry(name: &str, threshold: usize, keys: &[String]) -> String {
        format!("[[stream]]\nname = {name:?}\nepoch = 1\nthreshold = {threshold}\nkeys = {keys:?}\n")
    }

    fn error(text: &str) -> String {
        TrustStore::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_text_round_trips() {
        let web = Stream::new("prod/web".to_owned(), 3, 2, vec![key(1), key(2)]).unwrap();
        let any = Stream::new("*".to_owned(), 1, 1, vec![key(3)]).unwrap();
        let store = TrustStore::new(vec![web, any]).unwrap();
        let text = store.to_toml();
        assert_eq!(TrustStore::parse(&text), Ok(store.clone()));
        assert_eq!(store.stream("prod/web").map(Stream::epoch), Some(3));
        assert_eq!(store.stream("other").map(Stream::name), Some("*"));
        assert_eq!(TrustStore::parse("format = 1"), Ok(TrustStore::default()));
        assert_eq!(TrustStore::default().stream("web"), None);
    }

    #[test]
    fn files_that_make_no_sense() {
        let one = [key(1).to_string()];
        let message = error("format = 2");
        assert_eq!(message, "it has the format 2, and this program reads the format 1");
        assert!(error("").contains("missing field `format`"));
        assert!(error("format = 1\nfromat = 1").contains("unknown field `fromat`"));
        assert!(
            error(&file("[[stream]]\nname = \"a\"\nepoch = 1\nthreshold = 1\nkeys = []\nkey = 1\n"))
                .contains("unknown field `key`")
        );
        assert!(
            error(&file("[[stream]]\nname = \"a\"\nthreshold = 1\nkeys = []\n"))
                .contains("missing field `epoch`")
        );
        assert!(error(&file(&entry("a", 1, &[]))).contains("needs 1 signatures and has 0 keys"));
        assert!(error(&file(&entry("a", 0, &one))).contains("needs 0 signatures and has 1 keys"));
        assert!(error(&file(&entry("a", 2, &one))).contains("needs 2 signatures and has 1 keys"));
        let twice = [one[0].clone(), one[0].clone()];
        assert!(error(&file(&entry("a", 2, &twice))).contains("twice"));
        assert_eq!(
            error(&file(&[entry("a", 1, &one), entry("a", 1, &one)].concat())),
            "the stream `a` is there twice"
        );
        for name in ["", "a b", "a//b", "../a", "**", "a/"] {
            assert!(error(&file(&entry(name, 1, &one))).contains("is no stream's name"), "{name}");
        }
        let weak = format!("ed25519:AQ{}=", "A".repeat(41));
        assert!(error(&file(&entry("a", 1, &[weak]))).contains("the key is weak"));
        assert!(error(&file(&entry("a", 1, &["ssh-ed25519 AAAA".to_owned()]))).contains("a key is written"));
        assert!(error(&file(&entry("a", 1, &one).replace("epoch = 1", "epoch = 0"))).contains("start at 1"));
        assert!(error(&file(&entry("a", 1, &one).replace("epoch = 1", "epoch = -1"))).contains("epoch"));
        let many: Vec<String> = (1..=17).map(|seed| key(seed).to_string()).collect();
        assert!(error(&file(&entry("a", 1, &many))).contains("more than 16 keys"));
    }
}
