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
        0x39, 0xca, 0xe2, 0x35, 0x91, 0xf1, 0xee, 0x2a, 0xb2, 0x38, 0x5e, 0x1f, 0x64, 0xe3, 0x19, 0x10,
        0x46, 0xea, 0xf3, 0xa8, 0x2f, 0x46, 0xf2, 0xe8, 0x89, 0xd7, 0x26, 0x51, 0x45, 0x33, 0xc7, 0x58,
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

/// A `std.exec.Query` as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query<'a> {
    /// `key name: String`
    pub(crate) name: &'a str,
    /// `argv: List<String>`
    pub(crate) argv: Vec<&'a str>,
    /// `ok: List<Int>?`
    pub(crate) ok: Option<Vec<i64>>,
    /// `stdin: String?`
    pub(crate) stdin: Option<&'a str>,
    /// `cwd: AbsPath?`
    pub(crate) cwd: Option<&'a str>,
    /// `user: UserName?`
    pub(crate) user: Option<&'a str>,
    /// `environment: Map<String, String>?`
    pub(crate) environment: Option<Vec<(&'a str, &'a str)>>,
}

impl<'a> Query<'a> {
    /// Qualified name of the resource type.
    pub(crate) const SCHEMA: &'static str = "std.exec.Query";
    /// The provider's name.
    pub(crate) const PROVIDER: &'static str = "core.query";
    /// The provider protocol's version.
    pub(crate) const PROTOCOL: u32 = 1;
    /// The schema's hash.
    pub(crate) const HASH: [u8; 32] = [
        0x48, 0x7f, 0x4f, 0x87, 0x15, 0xb2, 0xac, 0x20, 0x92, 0x17, 0xb4, 0x9e, 0x0f, 0xe9, 0x5c, 0x0e,
        0xf3, 0xc2, 0x41, 0x5d, 0x47, 0x8b, 0x27, 0xe6, 0x82, 0x13, 0xac, 0x2e, 0x41, 0xde, 0x12, 0x25,
    ];
    /// How many outputs it has.
    pub(crate) const OUTPUTS: usize = 3;
    /// `out stdout: String`
    pub(crate) const STDOUT: usize = 0;
    /// `out stderr: String`
    pub(crate) const STDERR: usize = 1;
    /// `out status: Int`
    pub(crate) const STATUS: usize = 2;

    /// The desired state of a step of this type.
    pub(crate) fn decode(key: &'a Value, desired: &'a [Option<Value>]) -> Result<Self, ProviderError> {
        Ok(Self {
            name: decode::key(key, "name")?,
            argv: decode::required(desired, 0, "argv")?,
            ok: decode::optional(desired, 1, "ok")?,
            stdin: decode::optional(desired, 2, "stdin")?,
            cwd: decode::optional(desired, 3, "cwd")?,
            user: decode::optional(desired, 4, "user")?,
            environment: decode::optional(desired, 5, "environment")?,
        })
    }
}
