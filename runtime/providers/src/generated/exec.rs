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
        0xf5, 0xce, 0x8a, 0x0b, 0x89, 0x2a, 0x65, 0xd3, 0x02, 0x12, 0xc2, 0x2c, 0x57, 0x15, 0xb1, 0x52,
        0x46, 0x54, 0x1b, 0x76, 0x89, 0xe6, 0xa2, 0x33, 0x21, 0x6f, 0xec, 0x9a, 0x53, 0x27, 0xad, 0x49,
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
            cwd: decode::optional(desired, 2, "cwd")?,
            user: decode::optional(desired, 3, "user")?,
        })
    }
}
