//! Generated from `stdlib/src/std/fs.mc` by `cargo xtask codegen`. Edit that file instead.

use mc_engine::provider::ProviderError;
use mc_plan::value::Value;

use crate::decode;

/// A `std.fs.Directory` as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directory<'a> {
    /// `key path: AbsPath`
    pub(crate) path: &'a str,
    /// `owner: UserName?`
    pub(crate) owner: Option<&'a str>,
    /// `group: GroupName?`
    pub(crate) group: Option<&'a str>,
    /// `mode: Mode?`
    pub(crate) mode: Option<u32>,
}

impl<'a> Directory<'a> {
    /// Qualified name of the resource type.
    pub(crate) const SCHEMA: &'static str = "std.fs.Directory";
    /// The provider's name.
    pub(crate) const PROVIDER: &'static str = "core.directory";
    /// The provider protocol's version.
    pub(crate) const PROTOCOL: u32 = 1;
    /// The schema's hash.
    pub(crate) const HASH: [u8; 32] = [
        0xdd, 0xff, 0xa1, 0x1b, 0xc4, 0x5e, 0xab, 0xc6, 0xdd, 0x62, 0x42, 0x5d, 0xb6, 0x3c, 0x57, 0x52,
        0x2d, 0x9b, 0x5e, 0x56, 0x35, 0x96, 0x14, 0x4b, 0x24, 0xc8, 0x77, 0x1b, 0xad, 0x1f, 0x15, 0xff,
    ];
    /// How many outputs it has.
    pub(crate) const OUTPUTS: usize = 0;

    /// The desired state of a step of this type.
    pub(crate) fn decode(key: &'a Value, desired: &'a [Option<Value>]) -> Result<Self, ProviderError> {
        Ok(Self {
            path: decode::key(key, "path")?,
            owner: decode::optional(desired, 0, "owner")?,
            group: decode::optional(desired, 1, "group")?,
            mode: decode::optional(desired, 2, "mode")?,
        })
    }
}

/// A `std.fs.File` as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File<'a> {
    /// `key path: AbsPath`
    pub(crate) path: &'a str,
    /// `content: Blob?`
    pub(crate) content: Option<decode::Content<'a>>,
    /// `owner: UserName?`
    pub(crate) owner: Option<&'a str>,
    /// `group: GroupName?`
    pub(crate) group: Option<&'a str>,
    /// `mode: Mode?`
    pub(crate) mode: Option<u32>,
    /// `validate: List<String>?`
    pub(crate) validate: Option<Vec<&'a str>>,
}

impl<'a> File<'a> {
    /// Qualified name of the resource type.
    pub(crate) const SCHEMA: &'static str = "std.fs.File";
    /// The provider's name.
    pub(crate) const PROVIDER: &'static str = "core.file";
    /// The provider protocol's version.
    pub(crate) const PROTOCOL: u32 = 1;
    /// The schema's hash.
    pub(crate) const HASH: [u8; 32] = [
        0xe1, 0x3a, 0x87, 0xf1, 0x23, 0xa9, 0xa0, 0x70, 0x18, 0xb0, 0xf5, 0xa1, 0xe6, 0x58, 0x6c, 0x95,
        0xb3, 0xd1, 0xa8, 0x6c, 0x0d, 0xa5, 0x7b, 0x97, 0xf5, 0x39, 0xb0, 0x92, 0x58, 0x90, 0xb3, 0xfd,
    ];
    /// How many outputs it has.
    pub(crate) const OUTPUTS: usize = 2;
    /// `early out staged: AbsPath`
    pub(crate) const STAGED: usize = 0;
    /// `out sha256: String`
    pub(crate) const SHA256: usize = 1;

    /// The desired state of a step of this type.
    pub(crate) fn decode(key: &'a Value, desired: &'a [Option<Value>]) -> Result<Self, ProviderError> {
        Ok(Self {
            path: decode::key(key, "path")?,
            content: decode::optional(desired, 0, "content")?,
            owner: decode::optional(desired, 1, "owner")?,
            group: decode::optional(desired, 2, "group")?,
            mode: decode::optional(desired, 3, "mode")?,
            validate: decode::optional(desired, 4, "validate")?,
        })
    }
}

/// A `std.fs.Symlink` as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Symlink<'a> {
    /// `key path: AbsPath`
    pub(crate) path: &'a str,
    /// `target: String`
    pub(crate) target: &'a str,
    /// `owner: UserName?`
    pub(crate) owner: Option<&'a str>,
    /// `group: GroupName?`
    pub(crate) group: Option<&'a str>,
}

impl<'a> Symlink<'a> {
    /// Qualified name of the resource type.
    pub(crate) const SCHEMA: &'static str = "std.fs.Symlink";
    /// The provider's name.
    pub(crate) const PROVIDER: &'static str = "core.symlink";
    /// The provider protocol's version.
    pub(crate) const PROTOCOL: u32 = 1;
    /// The schema's hash.
    pub(crate) const HASH: [u8; 32] = [
        0xc5, 0x3a, 0xba, 0xad, 0x30, 0x97, 0x79, 0x2a, 0x91, 0xb6, 0xe6, 0xa6, 0xae, 0x55, 0x15, 0x05,
        0x0a, 0xe4, 0xba, 0x0c, 0x7d, 0x8d, 0xc3, 0x4b, 0xa8, 0x28, 0x8a, 0xf3, 0x95, 0x7e, 0xe0, 0xf3,
    ];
    /// How many outputs it has.
    pub(crate) const OUTPUTS: usize = 0;

    /// The desired state of a step of this type.
    pub(crate) fn decode(key: &'a Value, desired: &'a [Option<Value>]) -> Result<Self, ProviderError> {
        Ok(Self {
            path: decode::key(key, "path")?,
            target: decode::required(desired, 0, "target")?,
            owner: decode::optional(desired, 1, "owner")?,
            group: decode::optional(desired, 2, "group")?,
        })
    }
}
