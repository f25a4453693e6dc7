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
        0x9f, 0x2d, 0x4d, 0xf4, 0x82, 0x61, 0x93, 0x72, 0xd5, 0x13, 0xd8, 0x92, 0xea, 0x9f, 0xfe, 0x48,
        0x9f, 0x23, 0x89, 0x58, 0x41, 0x75, 0x32, 0x43, 0x47, 0xc6, 0x84, 0x44, 0x05, 0x66, 0x34, 0x82,
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
