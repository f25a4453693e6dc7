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
        0x39, 0x06, 0xc9, 0x71, 0x9d, 0x67, 0x99, 0xf5, 0x10, 0x8c, 0x6e, 0xba, 0x3f, 0x8f, 0xac, 0xb1,
        0x68, 0xf4, 0x15, 0x4c, 0x7b, 0xa5, 0xab, 0x26, 0xa5, 0x7e, 0xe4, 0xc8, 0xb7, 0xa7, 0x44, 0x1c,
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
        0x13, 0x53, 0xf3, 0xa0, 0x4e, 0x72, 0x28, 0xd3, 0x70, 0x37, 0xf2, 0x69, 0x14, 0x2a, 0xab, 0xcf,
        0x0a, 0xc8, 0x52, 0xa8, 0xdc, 0xe4, 0x86, 0xf1, 0x6f, 0x1a, 0x4c, 0x6c, 0xe9, 0x25, 0x22, 0xaa,
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
        0xf5, 0xc3, 0xa5, 0x5d, 0xe1, 0xfe, 0x6f, 0xb9, 0xc1, 0x0a, 0x19, 0xee, 0x20, 0x6d, 0x49, 0x1c,
        0x97, 0x68, 0xd7, 0xba, 0x16, 0x6c, 0x42, 0x3f, 0x63, 0x21, 0x12, 0x15, 0x4c, 0x46, 0x9d, 0x30,
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
