//! Generated from `stdlib/src/std/svc.mc` by `cargo xtask codegen`. Edit that file instead.

use mc_engine::provider::ProviderError;
use mc_plan::value::Value;

use crate::decode;

/// A `std.svc.Service` as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service<'a> {
    /// `key name: UnitName`
    pub(crate) name: &'a str,
    /// `running: Bool?`
    pub(crate) running: Option<bool>,
    /// `enabled: Bool?`
    pub(crate) enabled: Option<bool>,
}

impl<'a> Service<'a> {
    /// Qualified name of the resource type.
    pub(crate) const SCHEMA: &'static str = "std.svc.Service";
    /// The provider's name.
    pub(crate) const PROVIDER: &'static str = "core.service";
    /// The provider protocol's version.
    pub(crate) const PROTOCOL: u32 = 1;
    /// The schema's hash.
    pub(crate) const HASH: [u8; 32] = [
        0xb1, 0xf0, 0xf9, 0x15, 0x71, 0xd4, 0xd6, 0x69, 0xf2, 0xeb, 0xd8, 0x30, 0x90, 0x28, 0x20, 0x26,
        0x05, 0x18, 0x4e, 0xa3, 0xdf, 0xcc, 0x10, 0x8c, 0xd8, 0x23, 0x72, 0xab, 0xd1, 0x8d, 0x4c, 0x35,
    ];
    /// How many outputs it has.
    pub(crate) const OUTPUTS: usize = 0;

    /// The desired state of a step of this type.
    pub(crate) fn decode(key: &'a Value, desired: &'a [Option<Value>]) -> Result<Self, ProviderError> {
        Ok(Self {
            name: decode::key(key, "name")?,
            running: decode::optional(desired, 0, "running")?,
            enabled: decode::optional(desired, 1, "enabled")?,
        })
    }
}
