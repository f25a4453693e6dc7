//! Generated from `stdlib/src/std/pkg.mc` by `cargo xtask codegen`. Edit that file instead.

use mc_engine::provider::ProviderError;
use mc_plan::value::Value;

use crate::decode;

/// A `std.pkg.Package` as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package<'a> {
    /// `key name: PackageName`
    pub(crate) name: &'a str,
    /// `version: String?`
    pub(crate) version: Option<&'a str>,
    /// `installed: Bool`
    pub(crate) installed: bool,
}

impl<'a> Package<'a> {
    /// Qualified name of the resource type.
    pub(crate) const SCHEMA: &'static str = "std.pkg.Package";
    /// The provider's name.
    pub(crate) const PROVIDER: &'static str = "core.package";
    /// The provider protocol's version.
    pub(crate) const PROTOCOL: u32 = 1;
    /// The schema's hash.
    pub(crate) const HASH: [u8; 32] = [
        0xa6, 0xe9, 0x72, 0xe9, 0xae, 0xe5, 0x12, 0x1b, 0x67, 0xec, 0xfb, 0x67, 0x06, 0xe4, 0xab, 0xc5,
        0xe7, 0xbc, 0x9d, 0x73, 0xe3, 0xc3, 0x27, 0x76, 0xd4, 0x1e, 0x1d, 0x2a, 0x2d, 0x8c, 0x5f, 0xc4,
    ];
    /// How many outputs it has.
    pub(crate) const OUTPUTS: usize = 1;
    /// `out version: String`
    pub(crate) const VERSION: usize = 0;

    /// The desired state of a step of this type.
    pub(crate) fn decode(key: &'a Value, desired: &'a [Option<Value>]) -> Result<Self, ProviderError> {
        Ok(Self {
            name: decode::key(key, "name")?,
            version: decode::optional(desired, 0, "version")?,
            installed: decode::required(desired, 1, "installed")?,
        })
    }
}
