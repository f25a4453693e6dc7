//! Generated from `stdlib/src/std/user.mc` by `cargo xtask codegen`. Edit that file instead.

use mc_engine::provider::ProviderError;
use mc_plan::value::Value;

use crate::decode;

/// A `std.user.User` as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User<'a> {
    /// `key name: UserName`
    pub(crate) name: &'a str,
    /// `uid: Int?`
    pub(crate) uid: Option<i64>,
    /// `group: GroupName?`
    pub(crate) group: Option<&'a str>,
    /// `groups: List<GroupName>?`
    pub(crate) groups: Option<Vec<&'a str>>,
    /// `home: AbsPath?`
    pub(crate) home: Option<&'a str>,
    /// `create_home: Bool`
    pub(crate) create_home: bool,
    /// `shell: AbsPath?`
    pub(crate) shell: Option<&'a str>,
    /// `system: Bool`
    pub(crate) system: bool,
}

impl<'a> User<'a> {
    /// Qualified name of the resource type.
    pub(crate) const SCHEMA: &'static str = "std.user.User";
    /// The provider's name.
    pub(crate) const PROVIDER: &'static str = "core.user";
    /// The provider protocol's version.
    pub(crate) const PROTOCOL: u32 = 1;
    /// The schema's hash.
    pub(crate) const HASH: [u8; 32] = [
        0xd9, 0x5c, 0x50, 0xd8, 0x24, 0x24, 0xb9, 0xe6, 0x1b, 0x15, 0xc3, 0x1a, 0x6f, 0xe8, 0x2a, 0xcd,
        0x4a, 0x10, 0xea, 0xe9, 0x29, 0xd1, 0x9f, 0x75, 0xa9, 0x50, 0x60, 0x8e, 0xed, 0xcd, 0xdf, 0x52,
    ];
    /// How many outputs it has.
    pub(crate) const OUTPUTS: usize = 1;
    /// `out uid: Int`
    pub(crate) const UID: usize = 0;

    /// The desired state of a step of this type.
    pub(crate) fn decode(key: &'a Value, desired: &'a [Option<Value>]) -> Result<Self, ProviderError> {
        Ok(Self {
            name: decode::key(key, "name")?,
            uid: decode::optional(desired, 0, "uid")?,
            group: decode::optional(desired, 1, "group")?,
            groups: decode::optional(desired, 2, "groups")?,
            home: decode::optional(desired, 3, "home")?,
            create_home: decode::required(desired, 4, "create_home")?,
            shell: decode::optional(desired, 5, "shell")?,
            system: decode::required(desired, 6, "system")?,
        })
    }
}
