//! Writing a bundle: a pure function, so the same input gives the same file everywhere.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::envelope::{self, KeySignature};
use super::header::{FRAME_LENGTH, Header};
use super::{
    Build, Compiler, MAX_ENVELOPE, MAX_MANIFEST, MAX_SIGNATURES, Manifest, Package, Provider, Release,
    Version,
};
use crate::check::InvalidPlan;
use crate::digest::{hex, sha256};
use crate::key::{PLAN_TYPE, pre_authentication_encoding};
use crate::plan::Plan;
use crate::sign::SigningKey;
use crate::value::Blob;

/// What goes into a bundle, besides its release block.
#[derive(Clone, Debug)]
pub struct Content<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// File contents in any order. Those that the plan does not name are left out.
    pub blobs: &'a [&'a [u8]],
    /// The compiler.
    pub compiler: Compiler,
    /// The language's edition.
    pub edition: String,
    /// The package.
    pub package: Package,
    /// Digest of the source tree.
    pub source: [u8; 32],
    /// Digest of the lock file, where there is one.
    pub lock: Option<[u8; 32]>,
    /// The runtime it needs.
    pub minimum_runtime: Version,
}

/// Why no bundle can be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The plan contradicts itself: a mistake of the compiler.
    #[error("the plan is inconsistent: {0}")]
    Plan(#[from] InvalidPlan),
    /// The plan names a content that was not given: a mistake of the compiler.
    #[error("the content {} is missing", hex(.0))]
    MissingBlob([u8; 32]),
    /// The release block cannot be used.
    #[error("{0}")]
    Release(&'static str),
    /// No key, or one twice.
    #[error("a bundle needs a signature, and at most {MAX_SIGNATURES}, each by another key")]
    Keys,
    /// Larger than a reader accepts.
    #[error("the bundle is too large: {0}")]
    TooLarge(&'static str),
}

/// Writes and signs a bundle.
///
/// # Errors
/// The input contradicts itself or is too large.
pub fn write(content: &Content<'_>, release: &Release, keys: &[&SigningKey]) -> Result<Vec<u8>, WriteError> {
    if let Some(problem) = release.problem() {
        return Err(WriteError::Release(problem));
    }
    if release.expires <= release.issued.max(release.not_before.unwrap_or(0)) {
        return Err(WriteError::Release("the bundle would expire before it is valid"));
    }
    let plan = content.plan.encode()?;
    let others = named_blobs(content)?;
    let manifest = Manifest::new(build(content, &plan, &others)?, release.clone()).encode();
    if manifest.len() > MAX_MANIFEST {
        return Err(WriteError::TooLarge("its manifest has more than 16 MiB"));
    }
    let envelope = sign(&manifest, keys)?;
    assemble(&envelope, &manifest, &plan, &others)
}

/// The contents that the plan names, by digest.
fn named_blobs<'a>(content: &Content<'a>) -> Result<BTreeMap<[u8; 32], &'a [u8]>, WriteError> {
    let given: FxHashMap<[u8; 32], &[u8]> =
        content.blobs.iter().map(|bytes| (sha256(bytes), *bytes)).collect();
    let mut named = BTreeMap::new();
    let mut missing = None;
    content.plan.visit_blobs(|blob| match given.get(&blob.digest) {
        Some(bytes) if bytes.len() as u64 == blob.size => {
            named.insert(blob.digest, *bytes);
        }
        _ => missing = missing.or(Some(blob.digest)),
    });
    match missing {
        Some(digest) => Err(WriteError::MissingBlob(digest)),
        None => Ok(named),
    }
}

fn build(
    content: &Content<'_>,
    plan: &[u8],
    others: &BTreeMap<[u8; 32], &[u8]>,
) -> Result<Build, WriteError> {
    let steps = u32::try_from(content.plan.steps.len())
        .map_err(|_| WriteError::TooLarge("it has more steps than can be counted"))?;
    let mut blobs = vec![Blob { digest: sha256(plan), size: plan.len() as u64 }];
    blobs.extend(others.iter().map(|(digest, bytes)| Blob { digest: *digest, size: bytes.len() as u64 }));
    Ok(Build {
        compiler: content.compiler.clone(),
        edition: content.edition.clone(),
        package: content.package.clone(),
        source: content.source,
        lock: content.lock,
        minimum_runtime: content.minimum_runtime,
        features: content.plan.features(),
        providers: content.plan.schemas.iter().map(Provider::of).collect(),
        capabilities: content.plan.capabilities(),
        steps,
        blobs,
    })
}

fn sign(manifest: &[u8], keys: &[&SigningKey]) -> Result<Vec<u8>, WriteError> {
    let encoded = pre_authentication_encoding(PLAN_TYPE, manifest);
    let mut signatures: Vec<KeySignature> = keys
        .iter()
        .map(|key| KeySignature { key: key.public().id(), signature: key.sign_encoded(&encoded) })
        .collect();
    signatures.sort_by_key(|entry| entry.key);
    let distinct = signatures.windows(2).all(|pair| pair[0].key != pair[1].key);
    if signatures.is_empty() || signatures.len() > MAX_SIGNATURES || !distinct {
        return Err(WriteError::Keys);
    }
    Ok(envelope::encode(&signatures))
}

pub(super) fn assemble(
    envelope: &[u8],
    manifest: &[u8],
    plan: &[u8],
    others: &BTreeMap<[u8; 32], &[u8]>,
) -> Result<Vec<u8>, WriteError> {
    debug_assert!(envelope.len() <= MAX_ENVELOPE, "16 signatures fit");
    let others = others.iter().map(|(digest, bytes)| (*digest, *bytes));
    let blobs: Vec<([u8; 32], &[u8])> = std::iter::once((sha256(plan), plan)).chain(others).collect();
    let blobs_length: usize = blobs.iter().map(|(_, bytes)| bytes.len() + FRAME_LENGTH).sum();
    let header = Header {
        envelope: envelope.len(),
        manifest: manifest.len(),
        blobs: u32::try_from(blobs.len()).map_err(|_| WriteError::TooLarge("it has too many contents"))?,
        blobs_length: blobs_length as u64,
    };
    let mut out = Vec::with_capacity(super::HEADER_LENGTH + envelope.len() + manifest.len() + blobs_length);
    out.extend_from_slice(&header.to_bytes());
    out.extend_from_slice(envelope);
    out.extend_from_slice(manifest);
    for (digest, bytes) in blobs {
        out.extend_from_slice(&digest);
        out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        out.extend_from_slice(bytes);
    }
    Ok(out)
}
