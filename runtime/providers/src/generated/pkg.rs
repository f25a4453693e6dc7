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
        0x0d, 0xee, 0x9c, 0xf6, 0xc5, 0x3f, 0x22, 0x1a, 0xfc, 0x22, 0xf4, 0x07, 0x04, 0xa8, 0xe4, 0x16,
        0xc5, 0x08, 0x65, 0x97, 0xf8, 0x71, 0xc2, 0xe0, 0xa0, 0xe6, 0x11, 0xf7, 0x5a, 0x06, 0x07, 0xfb,
    ];
    /// How many outputs it has.
    pub(crate) const OUTPUTS: usize = 1;
    /// `read out version: String`
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
