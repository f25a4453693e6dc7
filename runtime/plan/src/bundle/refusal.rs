//! Why a bundle is refused. Nothing has been done when it is.

use crate::codec::DecodeError;
use crate::digest::hex;
use crate::key::KeyId;
use crate::time::utc;

/// Why a bundle is refused. Each has its own code, which never changes its meaning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Something else than a bundle.
    #[error("this is not a bundle")]
    NotABundle,
    /// Another format of the file.
    #[error("the bundle has the format {found}, and this program reads the format 1")]
    Format {
        /// The format.
        found: u64,
    },
    /// The file is shorter or longer than its header says.
    #[error("the bundle is {}: it has {actual} bytes, and should have {expected}", if .actual < .expected { "cut off" } else { "longer than it should be" })]
    Length {
        /// What it should be.
        expected: u64,
        /// What it is.
        actual: u64,
    },
    /// A part is larger than any may be.
    #[error("the bundle has {size} {what}, and at most {limit} are allowed")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How many.
        size: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// The signatures cannot be read.
    #[error("the signatures are damaged: {0}")]
    Envelope(DecodeError),
    /// No signature.
    #[error("the bundle is not signed")]
    Unsigned,
    /// No signature by a key that this host trusts.
    #[error("the bundle is signed by a key that is not trusted here: {}", list(.keys))]
    UnknownKey {
        /// The keys that are named.
        keys: Vec<KeyId>,
    },
    /// A trusted key is named, but it did not sign these bytes.
    #[error(
        "the signature by the key {key} does not fit: the bundle was changed, or the key did not sign it"
    )]
    BadSignature {
        /// The key.
        key: KeyId,
    },
    /// Fewer signatures than the stream demands.
    #[error("the bundle has {valid} of the {threshold} signatures that are needed here")]
    Threshold {
        /// Signatures that count.
        valid: usize,
        /// Signatures that are needed.
        threshold: usize,
    },
    /// The manifest cannot be read, although it is signed.
    #[error("the manifest is not what this program reads: {0}")]
    Manifest(DecodeError),
    /// No trust for this stream.
    #[error("the stream `{stream}` is not trusted here")]
    StreamUnknown {
        /// The stream.
        stream: String,
    },
    /// Signed by keys of other streams only.
    #[error("the keys that signed the bundle may not sign for the stream `{stream}`")]
    KeyNotForStream {
        /// The stream.
        stream: String,
    },
    /// The host does not take this stream.
    #[error("this host does not take the stream `{stream}`")]
    StreamNotTaken {
        /// The stream.
        stream: String,
    },
    /// Another epoch of the stream.
    #[error("the bundle is of epoch {found} of the stream `{stream}`, and this host is in epoch {trusted}")]
    Epoch {
        /// The stream.
        stream: String,
        /// The bundle's.
        found: u64,
        /// The one that is trusted.
        trusted: u64,
    },
    /// Dates that contradict each other.
    #[error("the bundle's dates contradict each other: issued {}, valid until {}", utc(*.issued), utc(*.expires))]
    Dates {
        /// When it was issued, in milliseconds.
        issued: u64,
        /// When it expires, in milliseconds.
        expires: u64,
    },
    /// Not valid yet, or issued in the future.
    #[error("the bundle is valid from {} on, and it is {} now", utc(*.from), utc(*.now))]
    NotYetValid {
        /// From when on it is valid, in milliseconds.
        from: u64,
        /// Now, in milliseconds.
        now: u64,
    },
    /// Valid no more.
    #[error("the bundle expired at {}, and it is {} now", utc(*.expires), utc(*.now))]
    Expired {
        /// When it expired, in milliseconds.
        expires: u64,
        /// Now, in milliseconds.
        now: u64,
    },
    /// The clock is behind something that has happened.
    #[error("the clock says {}, which is before {}, when something was signed that this host has seen", utc(*.now), utc(*.seen))]
    ClockBehind {
        /// Now, in milliseconds.
        now: u64,
        /// The latest time seen, in milliseconds.
        seen: u64,
    },
    /// Older than one that was accepted.
    #[error(
        "the bundle has the sequence {sequence}, and {accepted} of the stream `{stream}` was accepted before"
    )]
    SequenceOld {
        /// The stream.
        stream: String,
        /// The bundle's.
        sequence: u64,
        /// The highest so far.
        accepted: u64,
    },
    /// The sequence of one that was accepted, with other content.
    #[error("another bundle with the sequence {sequence} of the stream `{stream}` was accepted before")]
    SequenceReused {
        /// The stream.
        stream: String,
        /// The sequence.
        sequence: u64,
    },
    /// For other hosts.
    #[error("the bundle is not for the host `{host}`")]
    Audience {
        /// This host.
        host: String,
    },
    /// The host has no name, and the bundle is for named hosts.
    #[error("the bundle is for certain hosts, and this one has no id")]
    NoHostId,
    /// May not be used this way.
    #[error("the bundle may not be used by `{mode}`")]
    Mode {
        /// The way.
        mode: &'static str,
    },
    /// May only be looked at.
    #[error("the bundle is for checking only and may not change a host")]
    CheckOnly,
    /// Needs a newer runtime.
    #[error("the bundle needs a runtime of version {needed} at least, and this is {have}")]
    Runtime {
        /// The version it needs.
        needed: String,
        /// This one.
        have: String,
    },
    /// Needs something that this runtime cannot do.
    #[error("the bundle needs the ability `{feature}`, which this runtime does not have")]
    Feature {
        /// What.
        feature: String,
    },
    /// The blobs are not those that the manifest lists.
    #[error("the contents are not those that the manifest lists: {problem}")]
    Blobs {
        /// What differs.
        problem: &'static str,
    },
    /// A blob's bytes do not have its digest.
    #[error("the content {} was changed", hex(.digest))]
    BlobDigest {
        /// The digest that the manifest lists.
        digest: [u8; 32],
    },
    /// The plan cannot be read, although it is signed.
    #[error("the plan is not what this program reads: {0}")]
    Plan(DecodeError),
    /// The plan is larger than this host allows.
    #[error("the plan has {count} {what}, and this host allows {limit}")]
    PlanTooLarge {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The plan is not the one that the manifest describes.
    #[error("the manifest does not describe the plan: {problem}")]
    PlanMismatch {
        /// What differs.
        problem: &'static str,
    },
    /// No such provider.
    #[error("`{schema}` needs the provider `{provider}`, which this runtime does not have")]
    ProviderMissing {
        /// The resource type.
        schema: String,
        /// Its provider.
        provider: String,
    },
    /// The provider in another version.
    #[error("`{schema}` needs the provider `{provider}` with protocol {needed}, and this runtime has {have}")]
    ProviderProtocol {
        /// The resource type.
        schema: String,
        /// Its provider.
        provider: String,
        /// The protocol it needs.
        needed: u32,
        /// The provider's.
        have: u32,
    },
    /// The provider with another schema.
    #[error("`{schema}` has another schema here than where the bundle was built")]
    SchemaMismatch {
        /// The resource type.
        schema: String,
    },
}

fn list(keys: &[KeyId]) -> String {
    keys.iter().map(KeyId::to_string).collect::<Vec<_>>().join(", ")
}

const GET_AGAIN: &str = "get the file again from where it was built";
const NEWER: &str = "install a newer version of this program";

impl Refusal {
    /// All codes, in ascending order.
    pub const CODES: [&'static str; 34] = [
        "MC5001", "MC5002", "MC5003", "MC5004", "MC5005", "MC5006", "MC5007", "MC5008", "MC5009", "MC5010",
        "MC5011", "MC5012", "MC5013", "MC5014", "MC5015", "MC5016", "MC5017", "MC5018", "MC5019", "MC5020",
        "MC5021", "MC5022", "MC5023", "MC5024", "MC5025", "MC5026", "MC5030", "MC5031", "MC5032", "MC5033",
        "MC5034", "MC5040", "MC5041", "MC5042",
    ];

    /// The stable code: `MC5001`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotABundle => "MC5001",
            Self::Format { .. } => "MC5002",
            Self::Length { .. } => "MC5003",
            Self::TooLarge { .. } => "MC5004",
            Self::Envelope(_) => "MC5005",
            Self::Unsigned => "MC5006",
            Self::UnknownKey { .. } => "MC5007",
            Self::BadSignature { .. } => "MC5008",
            Self::Threshold { .. } => "MC5009",
            Self::Manifest(_) => "MC5010",
            Self::StreamUnknown { .. } => "MC5011",
            Self::KeyNotForStream { .. } => "MC5012",
            Self::StreamNotTaken { .. } => "MC5013",
            Self::Epoch { .. } => "MC5014",
            Self::Dates { .. } => "MC5015",
            Self::NotYetValid { .. } => "MC5016",
            Self::Expired { .. } => "MC5017",
            Self::ClockBehind { .. } => "MC5018",
            Self::SequenceOld { .. } => "MC5019",
            Self::SequenceReused { .. } => "MC5020",
            Self::Audience { .. } => "MC5021",
            Self::NoHostId => "MC5022",
            Self::Mode { .. } => "MC5023",
            Self::CheckOnly => "MC5024",
            Self::Runtime { .. } => "MC5025",
            Self::Feature { .. } => "MC5026",
            Self::Blobs { .. } => "MC5030",
            Self::BlobDigest { .. } => "MC5031",
            Self::Plan(_) => "MC5032",
            Self::PlanTooLarge { .. } => "MC5033",
            Self::PlanMismatch { .. } => "MC5034",
            Self::ProviderMissing { .. } => "MC5040",
            Self::ProviderProtocol { .. } => "MC5041",
            Self::SchemaMismatch { .. } => "MC5042",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NotABundle => "give the `.mcb` file that `mcc build` wrote",
            Self::Format { .. } | Self::Runtime { .. } | Self::Feature { .. } => NEWER,
            Self::Length { .. } | Self::Envelope(_) | Self::Blobs { .. } | Self::BlobDigest { .. } => {
                GET_AGAIN
            }
            Self::TooLarge { .. } => {
                "no build gives such a bundle: get the file again from where it was built"
            }
            Self::Unsigned => "sign it: `mcc build --key FILE`",
            Self::UnknownKey { .. } => {
                "if the key should be trusted, add it to the stream in the trust file; if not, somebody else \
                 made this bundle"
            }
            Self::BadSignature { .. } => {
                "do not use it; get the file again from where it was built, and find out who changed it"
            }
            Self::Threshold { .. } => "let the other keys of the stream sign it too",
            Self::Manifest(_) | Self::Plan(_) => {
                "build it with a compiler that fits this version, or install a newer version of this program"
            }
            Self::StreamUnknown { .. } => "add the stream to the trust file, or build with `--stream`",
            Self::KeyNotForStream { .. } => {
                "sign with a key of that stream, or add the key to the stream in the trust file"
            }
            Self::StreamNotTaken { .. } => "add the stream to `streams` in the host file",
            Self::Epoch { .. } => "build with the `--epoch` that the trust file names",
            Self::Dates { .. } => "build it again with dates that follow each other",
            Self::NotYetValid { .. } => "wait until then, or set the clock if it is wrong",
            Self::Expired { .. } => "build it again, or set the clock if it is wrong",
            Self::ClockBehind { .. } => "set the clock",
            Self::SequenceOld { .. } => "to go back, build the old sources again: they get a new sequence",
            Self::SequenceReused { .. } => "build with a higher `--sequence`",
            Self::Audience { .. } => "build with `--audience` for this host, or use a bundle that is for it",
            Self::NoHostId => "set `id` in the host file",
            Self::Mode { .. } => "use it the way it was built for, or build it for this way too",
            Self::CheckOnly => "use `--noop`, or build it for applying",
            Self::PlanTooLarge { .. } => "split the policy over several streams, or raise the host's limit",
            Self::PlanMismatch { .. } => "build it again: no compiler of ours writes such a bundle",
            Self::ProviderMissing { .. } | Self::ProviderProtocol { .. } | Self::SchemaMismatch { .. } => {
                "use a compiler and a runtime of the same version"
            }
        }
    }
}
