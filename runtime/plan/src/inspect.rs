//! What a bundle says about itself, as plain data for JSON: field order, names and forms are fixed.

use serde::Serialize;

use crate::bundle::{Manifest, Mode, Parts, Provider};
use crate::digest::hex;
use crate::time::utc;

/// A bundle without its plan and contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BundleView {
    /// SHA-256 of the manifest.
    pub id: String,
    /// The identifiers of the keys that are said to have signed it.
    pub keys: Vec<String>,
    /// What was built.
    pub build: BuildView,
    /// What it is for.
    pub release: ReleaseView,
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BuildView {
    /// The package's name.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// The compiler's version.
    pub compiler: String,
    /// Digest of the compiler's sources.
    pub compiler_source: String,
    /// The language's edition.
    pub edition: String,
    /// Digest of the source tree.
    pub source: String,
    /// Digest of the lock file.
    pub lock: Option<String>,
    /// The runtime it needs.
    pub minimum_runtime: String,
    /// Abilities a runtime must have.
    pub features: Vec<String>,
    /// The providers it needs.
    pub providers: Vec<ProviderView>,
    /// The effects its resources may have.
    pub capabilities: Vec<String>,
    /// How many steps the plan has.
    pub steps: u32,
    /// The plan's digest.
    pub plan: String,
    /// All contents, the plan first.
    pub blobs: Vec<BlobView>,
}

/// A provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProviderView {
    /// The resource type.
    pub schema: String,
    /// The provider's name.
    pub provider: String,
    /// The protocol's version.
    pub protocol: u32,
    /// The schema's hash.
    pub hash: String,
}

/// A content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlobView {
    /// SHA-256.
    pub digest: String,
    /// Length in bytes.
    pub size: u64,
}

/// What it is for. Times are RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReleaseView {
    /// The stream.
    pub stream: String,
    /// The stream's epoch.
    pub epoch: u64,
    /// Position in the stream.
    pub sequence: u64,
    /// When it was made.
    pub issued: String,
    /// From when on it is valid, if that is later.
    pub not_before: Option<String>,
    /// Until when it is valid.
    pub expires: String,
    /// The hosts it is for; absent: whoever its policies select.
    pub audience: Option<Vec<String>>,
    /// The ways it may be used.
    pub modes: Vec<&'static str>,
    /// What may be done with it.
    pub actions: &'static str,
}

impl BundleView {
    /// The view of a bundle.
    #[must_use]
    pub fn of(bundle: &Parts<'_>) -> Self {
        let Manifest { build, release, .. } = bundle.manifest();
        let provider = |provider: &Provider| ProviderView {
            schema: provider.schema.clone(),
            provider: provider.provider.clone(),
            protocol: provider.protocol,
            hash: hex(&provider.hash),
        };
        let blobs: Vec<BlobView> =
            build.blobs.iter().map(|blob| BlobView { digest: hex(&blob.digest), size: blob.size }).collect();
        Self {
            id: hex(&bundle.id()),
            keys: bundle.signatures().iter().map(|entry| entry.key.to_string()).collect(),
            build: BuildView {
                package: build.package.name.clone(),
                version: build.package.version.clone(),
                compiler: build.compiler.version.clone(),
                compiler_source: hex(&build.compiler.source),
                edition: build.edition.clone(),
                source: hex(&build.source),
                lock: build.lock.as_ref().map(|digest| hex(digest)),
                minimum_runtime: build.minimum_runtime.to_string(),
                features: build.features.clone(),
                providers: build.providers.iter().map(provider).collect(),
                capabilities: build.capabilities.clone(),
                steps: build.steps,
                plan: blobs.first().map(|blob| blob.digest.clone()).unwrap_or_default(),
                blobs,
            },
            release: ReleaseView {
                stream: release.stream.clone(),
                epoch: release.epoch,
                sequence: release.sequence,
                issued: utc(release.issued),
                not_before: release.not_before.map(utc),
                expires: utc(release.expires),
                audience: release.audience.clone(),
                modes: release.modes.iter().map(Mode::name).collect(),
                actions: release.actions.name(),
            },
        }
    }
}
