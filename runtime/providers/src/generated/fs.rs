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
        0x29, 0x5b, 0x1e, 0xd6, 0xf9, 0x2b, 0xa9, 0xb8, 0x18, 0xd2, 0xd8, 0xfe, 0x04, 0x3d, 0x57, 0xb7,
        0x14, 0x35, 0x7a, 0x77, 0x80, 0x15, 0x69, 0xb2, 0x8d, 0x8f, 0x57, 0x47, 0x12, 0xc0, 0x7b, 0x4d,
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
        0xb8, 0x8c, 0xea, 0xe6, 0xd2, 0x12, 0x8a, 0xe6, 0x98, 0x6d, 0x99, 0x8a, 0x3f, 0x7e, 0x65, 0xd5,
        0xb4, 0xe4, 0xce, 0x18, 0x91, 0x28, 0xea, 0xa9, 0xfa, 0x7d, 0xa4, 0xf6, 0xeb, 0x95, 0x0a, 0x6f,
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
        0x10, 0xb9, 0x9f, 0x05, 0xfe, 0xd3, 0x01, 0xbd, 0xe4, 0x1e, 0x7b, 0xc2, 0x6e, 0x70, 0x31, 0xf9,
        0xf2, 0x55, 0xf3, 0x85, 0x04, 0x29, 0xa0, 0xf1, 0x82, 0xdf, 0x5c, 0x01, 0x98, 0x84, 0x7e, 0x0a,
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
