//! Values: what every expression of the language comes down to, in the compiler and on the host.

use std::sync::Arc;

/// A value. Cloning is cheap: everything large is shared.
///
/// Records and variant payloads are positional, in the order of their declaration; the plan's type table
/// names the fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// The absent value of an optional type. A present one is the value itself.
    None,
    /// `true`, `false`
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// Nanoseconds, never negative.
    Duration(i64),
    /// Bytes.
    Size(u64),
    /// Permission bits, at most `0o7777`.
    Mode(u32),
    /// A `String` or one of the checked string types.
    Str(Arc<str>),
    /// A list.
    List(Arc<[Value]>),
    /// A record's fields.
    Record(Arc<[Value]>),
    /// An enum's variant by its position, with its payload.
    Variant(u32, Arc<[Value]>),
    /// Content stored once in the bundle.
    Blob(Blob),
}

/// Content by digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Blob {
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    /// Length in bytes.
    pub size: u64,
}

/// The checked string types. A value of one is a [`Value::Str`] that passed [`TextKind::check`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextKind {
    /// An absolute, normal path: starts with `/`, no `.`/`..`/empty segment, no NUL, no trailing slash but the root's.
    AbsPath,
    /// A relative, normal path that stays below where it starts.
    RelPath,
    /// A host name of RFC 1123: labels of letters, digits and hyphens, at most 253 bytes.
    HostName,
    /// An IPv4 or IPv6 address.
    IpAddr,
    /// An address and a prefix length.
    Cidr,
    /// An absolute URL with scheme and host.
    Url,
    /// A user's name as `useradd` accepts it.
    UserName,
    /// A group's name, by the same rule.
    GroupName,
    /// A package's name in Debian's rule: lower case, digits, `+`, `-`, `.`, at least two characters.
    PackageName,
    /// A systemd unit name; without a suffix it is a service.
    UnitName,
}

/// A type as plans know it: of schema attributes, facts, labels and outputs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `Bool`
    Bool,
    /// `Int`
    Int,
    /// `String`
    String,
    /// `Duration`
    Duration,
    /// `Size`
    Size,
    /// `Mode`
    Mode,
    /// A checked string type.
    Text(TextKind),
    /// `Blob`: a string, or content by digest.
    Blob,
    /// `List<T>`
    List(Box<Type>),
    /// `T?`
    Optional(Box<Type>),
    /// A record or enum: position in the plan's type table.
    Named(u32),
}

/// A record or enum type used by facts, labels or attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeDef {
    /// Qualified name: `std.facts.Os`.
    pub name: String,
    /// Its shape.
    pub shape: TypeShape,
}

/// The shape of a named type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeShape {
    /// Field names and types in order.
    Record(Vec<(String, Type)>),
    /// Variants in order, each with the fields of its payload.
    Enum(Vec<(String, Vec<(String, Type)>)>),
}
