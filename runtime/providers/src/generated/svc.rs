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
        0xe1, 0xde, 0xb9, 0x38, 0x08, 0x9c, 0x1e, 0xad, 0x2c, 0x99, 0xde, 0xca, 0x78, 0xbf, 0xb7, 0x16,
        0xb5, 0x18, 0xbc, 0x2c, 0x70, 0x61, 0x5b, 0x3b, 0xec, 0xf1, 0xd0, 0x22, 0xc0, 0x19, 0x1d, 0xa2,
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
