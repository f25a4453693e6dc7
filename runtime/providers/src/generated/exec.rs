//! Generated from `stdlib/src/std/exec.mc` by `cargo xtask codegen`. Edit that file instead.

use mc_engine::provider::ProviderError;
use mc_plan::value::Value;

use crate::decode;

/// A `std.exec.Command` as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command<'a> {
    /// `key name: String`
    pub(crate) name: &'a str,
    /// `argv: List<String>`
    pub(crate) argv: Vec<&'a str>,
    /// `creates: AbsPath?`
    pub(crate) creates: Option<&'a str>,
    /// `inputs: List<AbsPath>?`
    pub(crate) inputs: Option<Vec<&'a str>>,
    /// `cwd: AbsPath?`
    pub(crate) cwd: Option<&'a str>,
    /// `user: UserName?`
    pub(crate) user: Option<&'a str>,
}

impl<'a> Command<'a> {
    /// Qualified name of the resource type.
    pub(crate) const SCHEMA: &'static str = "std.exec.Command";
    /// The provider's name.
    pub(crate) const PROVIDER: &'static str = "core.command";
    /// The provider protocol's version.
    pub(crate) const PROTOCOL: u32 = 1;
    /// The schema's hash.
    pub(crate) const HASH: [u8; 32] = [
        0xa0, 0x2c, 0xce, 0x7d, 0xdf, 0x35, 0xe3, 0xa6, 0x7e, 0x6e, 0xea, 0x3f, 0xbc, 0xba, 0x94, 0x3f,
        0xed, 0x5d, 0x9b, 0xd5, 0xbc, 0x14, 0x1f, 0x5f, 0x26, 0x69, 0x02, 0xb2, 0xca, 0xe3, 0xa9, 0xdb,
    ];
    /// How many outputs it has.
    pub(crate) const OUTPUTS: usize = 2;
    /// `out stdout: String`
    pub(crate) const STDOUT: usize = 0;
    /// `out status: Int`
    pub(crate) const STATUS: usize = 1;

    /// The desired state of a step of this type.
    pub(crate) fn decode(key: &'a Value, desired: &'a [Option<Value>]) -> Result<Self, ProviderError> {
        Ok(Self {
            name: decode::key(key, "name")?,
            argv: decode::required(desired, 0, "argv")?,
            creates: decode::optional(desired, 1, "creates")?,
            inputs: decode::optional(desired, 2, "inputs")?,
            cwd: decode::optional(desired, 3, "cwd")?,
            user: decode::optional(desired, 4, "user")?,
        })
    }
}
