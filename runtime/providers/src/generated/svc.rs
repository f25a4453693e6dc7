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
        0x61, 0x70, 0x1a, 0x32, 0x1f, 0x10, 0x2e, 0x57, 0xb6, 0xf7, 0xcb, 0xea, 0xd9, 0x95, 0x52, 0xaa,
        0xb8, 0x5a, 0x2c, 0xa5, 0x1e, 0x6b, 0x9b, 0x26, 0x52, 0xfd, 0xa7, 0x0d, 0xb4, 0x04, 0x99, 0xac,
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
