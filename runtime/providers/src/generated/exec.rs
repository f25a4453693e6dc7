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
        0x5d, 0x3f, 0xe0, 0x4d, 0x8e, 0xb7, 0x3c, 0xdd, 0x88, 0xdc, 0x41, 0x1e, 0xd9, 0x0f, 0x6d, 0x75,
        0x2e, 0x4a, 0x6e, 0x7a, 0x25, 0x23, 0xd6, 0xdc, 0x48, 0x36, 0x42, 0x09, 0x45, 0x26, 0xdb, 0xe6,
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
