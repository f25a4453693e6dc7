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
        0x74, 0x1a, 0x79, 0x2d, 0x78, 0xfd, 0xde, 0xcd, 0xa0, 0xda, 0xf8, 0x8a, 0x34, 0x82, 0x2c, 0xeb,
        0x48, 0xff, 0xbf, 0x92, 0x3b, 0xba, 0xea, 0x6a, 0x74, 0x86, 0xc9, 0xef, 0xaf, 0x0c, 0x92, 0x2f,
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
