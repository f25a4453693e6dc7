//! The bundle: one self-contained file, `*.mcb`.
//!
//! header | envelope | manifest | blobs. The envelope holds signatures over the manifest's bytes, the manifest
//! holds the digests of all blobs, the first blob is the plan. Nothing of the manifest is parsed before enough
//! signatures by pinned keys were verified over its raw bytes. `docs/reference/bundle.md` has every byte.
//!
//! [`verify`] is the way in for everything that acts; what depends on the host (its clock apart) are further
//! checks of the [`Manifest`]. [`open_unverified`] is for looking into a bundle.

mod envelope;
mod header;
mod host;
mod manifest;
mod read;
mod refusal;
#[cfg(feature = "sign")]
mod write;

pub use envelope::KeySignature;
pub use header::{FORMAT, HEADER_LENGTH, MAGIC, MAX_ENVELOPE, MAX_MANIFEST, MAX_SIGNATURES};
pub use host::{CLOCK_SKEW, InstalledProvider, SUPPORTED_FEATURES, check_clock};
pub(crate) use manifest::is_host_id;
pub use manifest::{
    Actions, Build, Compiler, Manifest, Mode, Modes, Package, Provider, Release, Version, is_stream_name,
};
pub use read::{Parts, Verified, open_unverified, verify};
pub use refusal::Refusal;
#[cfg(feature = "sign")]
pub use write::{Content, WriteError, write};

#[cfg(test)]
#[cfg(feature = "sign")]
mod tests;
