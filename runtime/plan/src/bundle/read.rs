//! Reading a bundle.

use std::collections::BTreeMap;
use std::ops::Deref;

use super::envelope::{self, KeySignature};
use super::header::{FRAME_LENGTH, Sections};
use super::manifest::Provider;
use super::{Manifest, Refusal};
use crate::codec::{Limits, Problem};
use crate::digest::sha256;
use crate::key::{KeyId, PLAN_TYPE, PublicKey, pre_authentication_encoding};
use crate::plan::Plan;
use crate::trust::{Stream, TrustStore};
use crate::value::Blob;

/// The parts of a bundle, consistent with each other. Who made it is another question: see [`Verified`].
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    id: [u8; 32],
    manifest: Manifest,
    signatures: Vec<KeySignature>,
    plan: &'a [u8],
    blobs: BTreeMap<[u8; 32], &'a [u8]>,
}

/// A bundle whose signatures, stream, epoch, dates and contents were verified.
#[derive(Clone, Debug)]
pub struct Verified<'a> {
    parts: Parts<'a>,
    signers: Vec<KeyId>,
}

impl<'a> Deref for Verified<'a> {
    type Target = Parts<'a>;

    fn deref(&self) -> &Parts<'a> {
        &self.parts
    }
}

impl Verified<'_> {
    /// The keys that the stream trusts and that signed it.
    #[must_use]
    pub fn signers(&self) -> &[KeyId] {
        &self.signers
    }
}

/// Verifies a bundle for a host that trusts these streams, at this time in milliseconds. What is the host's
/// own (sequence, audience, mode, runtime, providers, which streams it takes) is up to the `check` functions
/// of [`Manifest`].
///
/// # Errors
/// The bundle is refused.
pub fn verify<'a>(bytes: &'a [u8], trust: &TrustStore, now: u64) -> Result<Verified<'a>, Refusal> {
    let sections = Sections::cut(bytes)?;
    let signatures = envelope::decode(sections.envelope)?;
    let valid = valid_keys(&signatures, sections.manifest, trust)?;

    // From here on the manifest's bytes are those of somebody this host trusts with some stream.
    let manifest = Manifest::decode(sections.manifest).map_err(Refusal::Manifest)?;
    let name = &manifest.release.stream;
    let stream = trust.stream(name).ok_or_else(|| Refusal::StreamUnknown { stream: name.clone() })?;
    let signers = stream.signers(&valid);
    if signers.is_empty() {
        return Err(Refusal::KeyNotForStream { stream: name.clone() });
    }
    if signers.len() < stream.threshold() {
        return Err(Refusal::Threshold { valid: signers.len(), threshold: stream.threshold() });
    }
    if manifest.release.epoch != stream.epoch() {
        return Err(Refusal::Epoch {
            stream: name.clone(),
            found: manifest.release.epoch,
            trusted: stream.epoch(),
        });
    }
    manifest.check_dates(now)?;
    Ok(Verified { parts: Parts::check(&sections, signatures, manifest)?, signers })
}

/// Looks into a bundle without asking who made it. Its contents are checked against each other, so the first
/// thing that is wrong with a damaged one is said.
///
/// # Errors
/// The bundle is damaged.
pub fn open_unverified(bytes: &[u8]) -> Result<Parts<'_>, Refusal> {
    let sections = Sections::cut(bytes)?;
    let signatures = envelope::decode(sections.envelope)?;
    let manifest = Manifest::decode(sections.manifest).map_err(Refusal::Manifest)?;
    Parts::check(&sections, signatures, manifest)
}

/// The trusted keys with a valid signature, if they are enough for any stream.
fn valid_keys(
    signatures: &[KeySignature],
    manifest: &[u8],
    trust: &TrustStore,
) -> Result<Vec<KeyId>, Refusal> {
    let keys: BTreeMap<KeyId, &PublicKey> =
        trust.streams().iter().flat_map(Stream::keys).map(|key| (key.id(), key)).collect();
    let encoded = pre_authentication_encoding(PLAN_TYPE, manifest);
    let mut valid = Vec::new();
    let mut invalid = None;
    for entry in signatures {
        match keys.get(&entry.key) {
            Some(key) if key.verifies_encoded(&encoded, &entry.signature) => valid.push(entry.key),
            Some(_) => invalid = invalid.or(Some(entry.key)),
            None => {}
        }
    }
    if trust.streams().iter().any(|stream| stream.signers(&valid).len() >= stream.threshold()) {
        return Ok(valid);
    }
    if let Some(key) = invalid {
        return Err(Refusal::BadSignature { key });
    }
    if valid.is_empty() {
        return Err(Refusal::UnknownKey { keys: signatures.iter().map(|entry| entry.key).collect() });
    }
    // Said of the stream that is nearest to what it needs.
    let counts = trust.streams().iter().map(|stream| (stream.signers(&valid).len(), stream.threshold()));
    let nearest = counts.filter(|(valid, _)| *valid > 0).min_by_key(|(valid, threshold)| threshold - valid);
    let (valid, threshold) = nearest.unwrap_or((0, 1));
    Err(Refusal::Threshold { valid, threshold })
}

impl<'a> Parts<'a> {
    /// Holds the blobs against the manifest's table.
    fn check(
        sections: &Sections<'a>,
        signatures: Vec<KeySignature>,
        manifest: Manifest,
    ) -> Result<Self, Refusal> {
        let table = &manifest.build.blobs;
        if sections.blob_count as usize != table.len() {
            return Err(Refusal::Blobs { problem: "there are more or fewer" });
        }
        let mut rest = sections.blobs;
        let mut plan = None;
        let mut blobs = BTreeMap::new();
        for entry in table {
            let (content, after) = framed(rest, entry)?;
            rest = after;
            if sha256(content) != entry.digest {
                return Err(Refusal::BlobDigest { digest: entry.digest });
            }
            plan = plan.or(Some(content));
            blobs.insert(entry.digest, content);
        }
        let Some(plan) = plan.filter(|_| rest.is_empty()) else {
            return Err(Refusal::Blobs { problem: "something follows after the last one" });
        };
        Ok(Self { id: sha256(sections.manifest), manifest, signatures, plan, blobs })
    }

    /// The bundle's id: SHA-256 of the manifest's bytes.
    #[must_use]
    pub fn id(&self) -> [u8; 32] {
        self.id
    }

    /// What the bundle says about itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Everything that claims to be a signature.
    #[must_use]
    pub fn signatures(&self) -> &[KeySignature] {
        &self.signatures
    }

    /// The content with this digest.
    #[must_use]
    pub fn blob(&self, digest: &[u8; 32]) -> Option<&'a [u8]> {
        self.blobs.get(digest).copied()
    }

    /// The plan's bytes.
    #[must_use]
    pub fn plan_bytes(&self) -> &'a [u8] {
        self.plan
    }

    /// The plan. It is the one that the manifest describes, satisfies [`Plan::check`], and every blob that it
    /// names is here.
    ///
    /// # Errors
    /// The bundle is refused.
    pub fn plan(&self, limits: Limits) -> Result<Plan, Refusal> {
        let build = &self.manifest.build;
        if build.steps as usize > limits.steps {
            return Err(Refusal::PlanTooLarge {
                what: "steps",
                count: build.steps as usize,
                limit: limits.steps,
            });
        }
        let plan = Plan::decode(self.plan, limits).map_err(|error| match error.problem {
            Problem::Limit { what, count, limit } => Refusal::PlanTooLarge { what, count, limit },
            _ => Refusal::Plan(error),
        })?;
        let problem = if plan.steps.len() != build.steps as usize {
            "it has another number of steps"
        } else if !plan.schemas.iter().map(Provider::of).eq(build.providers.iter().cloned()) {
            "it uses other providers"
        } else if plan.capabilities() != build.capabilities {
            "it has other effects"
        } else if plan.features() != build.features {
            "it needs other abilities"
        } else if !self.has_blobs(&plan) {
            "it names contents that are not there"
        } else {
            return Ok(plan);
        };
        Err(Refusal::PlanMismatch { problem })
    }

    fn has_blobs(&self, plan: &Plan) -> bool {
        let mut all = true;
        plan.visit_blobs(|blob| {
            all &= self.blobs.get(&blob.digest).is_some_and(|content| content.len() as u64 == blob.size);
        });
        all
    }
}

/// The blob at the front, whose frame must be that of the table, and what follows it.
fn framed<'a>(bytes: &'a [u8], entry: &Blob) -> Result<(&'a [u8], &'a [u8]), Refusal> {
    let cut = Refusal::Blobs { problem: "the last one is cut off" };
    let Some((frame, rest)) = bytes.split_at_checked(FRAME_LENGTH) else { return Err(cut) };
    let (digest, size) = frame.split_at(32);
    if digest != entry.digest {
        return Err(Refusal::Blobs { problem: "one is missing, or they stand in another order" });
    }
    if *size != entry.size.to_be_bytes() {
        return Err(Refusal::Blobs { problem: "one has another length" });
    }
    usize::try_from(entry.size).ok().and_then(|size| rest.split_at_checked(size)).ok_or(cut)
}
