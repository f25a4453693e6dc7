//! What a host holds against a manifest whose signatures were verified. Pure: the host's side comes in as
//! arguments.

use super::{Actions, Manifest, Mode, Refusal, Version};
use crate::plan::feature;

/// How far clocks may differ, in milliseconds.
pub const CLOCK_SKEW: u64 = 5 * 60 * 1000;

/// Abilities that a bundle may demand by name and that the runtime of this version has. Of what a plan can say,
/// `prune` and `secrets` are not among them yet.
pub const SUPPORTED_FEATURES: &[&str] = &[
    feature::APPROVALS,
    feature::CHECKS,
    feature::DEFAULTS,
    feature::EXPRESSIONS,
    feature::FACTS,
    feature::GUARDS,
    feature::ORDER,
    feature::REPEATS,
    feature::ROLLOUTS,
    feature::SKIP,
    feature::TAGS,
];

/// A provider that a runtime has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstalledProvider<'a> {
    /// The resource type: `std.fs.File`.
    pub schema: &'a str,
    /// The provider's name: `core.file`.
    pub provider: &'a str,
    /// Its protocol's version.
    pub protocol: u32,
    /// The hash of the schema that it was made from.
    pub hash: [u8; 32],
}

/// Whether the clock is not behind the latest signed time that was seen (both in milliseconds).
///
/// # Errors
/// It is, by more than [`CLOCK_SKEW`].
pub fn check_clock(now: u64, seen: u64) -> Result<(), Refusal> {
    if now.saturating_add(CLOCK_SKEW) < seen { Err(Refusal::ClockBehind { now, seen }) } else { Ok(()) }
}

impl Manifest {
    /// Whether `now` (in milliseconds) is within the dates. [`super::verify`] does this too.
    ///
    /// # Errors
    /// It is not, by more than [`CLOCK_SKEW`], or the dates contradict each other.
    pub fn check_dates(&self, now: u64) -> Result<(), Refusal> {
        let release = &self.release;
        let (issued, expires) = (release.issued, release.expires);
        let from = issued.max(release.not_before.unwrap_or(0));
        if expires <= from {
            return Err(Refusal::Dates { issued: from, expires });
        }
        if now.saturating_add(CLOCK_SKEW) < from {
            return Err(Refusal::NotYetValid { from, now });
        }
        if now >= expires.saturating_add(CLOCK_SKEW) {
            return Err(Refusal::Expired { expires, now });
        }
        Ok(())
    }

    /// Whether the host takes this stream; `streams` is its list, if it has one.
    ///
    /// # Errors
    /// It does not.
    pub fn check_stream(&self, streams: Option<&[String]>) -> Result<(), Refusal> {
        match streams {
            Some(streams) if !streams.contains(&self.release.stream) => {
                Err(Refusal::StreamNotTaken { stream: self.release.stream.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Whether this release may follow the highest one that was accepted for its stream and epoch: its
    /// sequence and the bundle's id. The same bundle again is fine.
    ///
    /// # Errors
    /// It is older, or another one of the same sequence.
    pub fn check_sequence(&self, id: &[u8; 32], accepted: Option<(u64, [u8; 32])>) -> Result<(), Refusal> {
        let release = &self.release;
        let Some((sequence, manifest)) = accepted else { return Ok(()) };
        if release.sequence < sequence {
            return Err(Refusal::SequenceOld {
                stream: release.stream.clone(),
                sequence: release.sequence,
                accepted: sequence,
            });
        }
        if release.sequence == sequence && *id != manifest {
            return Err(Refusal::SequenceReused { stream: release.stream.clone(), sequence });
        }
        Ok(())
    }

    /// Whether the bundle is for this host. Without an audience it is for whoever its policies select, which
    /// the plan decides.
    ///
    /// # Errors
    /// It names other hosts, or the host has no id to be named by.
    pub fn check_audience(&self, host: Option<&str>) -> Result<(), Refusal> {
        match (&self.release.audience, host) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(Refusal::NoHostId),
            (Some(audience), Some(host)) if audience.iter().any(|named| named == host) => Ok(()),
            (Some(_), Some(host)) => Err(Refusal::Audience { host: host.to_owned() }),
        }
    }

    /// Whether it may be used this way, and for changing the host when `applies`.
    ///
    /// # Errors
    /// It may not.
    pub fn check_mode(&self, mode: Mode, applies: bool) -> Result<(), Refusal> {
        if !self.release.modes.contains(mode) {
            return Err(Refusal::Mode { mode: mode.name() });
        }
        if applies && self.release.actions == Actions::Check {
            return Err(Refusal::CheckOnly);
        }
        Ok(())
    }

    /// Whether a runtime of this version can use it.
    ///
    /// # Errors
    /// It is too old, or lacks an ability that the bundle demands.
    pub fn check_runtime(&self, runtime: Version) -> Result<(), Refusal> {
        let needed = self.build.minimum_runtime;
        if runtime < needed {
            return Err(Refusal::Runtime { needed: needed.to_string(), have: runtime.to_string() });
        }
        match self.build.features.iter().find(|feature| !SUPPORTED_FEATURES.contains(&feature.as_str())) {
            Some(feature) => Err(Refusal::Feature { feature: feature.clone() }),
            None => Ok(()),
        }
    }

    /// Whether all providers it needs are there, each with the schema that the bundle was built with.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check_providers(&self, installed: &[InstalledProvider<'_>]) -> Result<(), Refusal> {
        for needed in &self.build.providers {
            let schema = needed.schema.clone();
            let found = installed
                .iter()
                .find(|have| have.schema == needed.schema && have.provider == needed.provider);
            match found {
                None => {
                    return Err(Refusal::ProviderMissing { schema, provider: needed.provider.clone() });
                }
                Some(have) if have.protocol != needed.protocol => {
                    return Err(Refusal::ProviderProtocol {
                        schema,
                        provider: needed.provider.clone(),
                        needed: needed.protocol,
                        have: have.protocol,
                    });
                }
                Some(have) if have.hash != needed.hash => return Err(Refusal::SchemaMismatch { schema }),
                Some(_) => {}
            }
        }
        Ok(())
    }
}
