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
        0x0c, 0x0e, 0x0e, 0x1f, 0x96, 0x75, 0x38, 0x57, 0xfe, 0x76, 0xe7, 0xff, 0x48, 0x10, 0x54, 0xd9,
        0x10, 0xf8, 0x37, 0xd1, 0x20, 0x3d, 0x79, 0x0b, 0xf9, 0x9a, 0x57, 0x45, 0x47, 0xe5, 0xc6, 0x0d,
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
