//! Values: what every expression of the language comes down to, in the compiler and on the host.

use std::sync::Arc;

mod float;

pub use float::Float;

/// A value. Cloning is cheap: everything large is shared.
///
/// Records and variant payloads are positional, in the order of their declaration; the plan's type table
/// names the fields. A tuple is a [`Value::Record`]. A set is a [`Value::List`] that is sorted and has no
/// element twice.
///
/// The order of values is that of maps and sets. It is total; between values of one type it is what one
/// expects, but for the checked string types, which are ordered as texts (versions too: their own order is
/// [`crate::op::version_key`]). Contents have no place in it: the same content may be a text or a blob, so
/// they are neither keys nor elements of sets.
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
    /// Content stored once in the bundle. Shared, because it is larger than all other values.
    Blob(Arc<Blob>),
    /// A finite 64-bit floating-point number.
    Float(Float),
    /// Bytes that need not be text.
    Bytes(Arc<[u8]>),
    /// Keys with their values, sorted by key, each key once: [`Value::map`] makes it so, and plans with
    /// others are refused.
    Map(Arc<[(Value, Value)]>),
}

/// Two entries of a map with the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey(pub Value);

impl Value {
    /// Content stored once in the bundle.
    #[must_use]
    pub fn blob(blob: Blob) -> Self {
        Self::Blob(Arc::new(blob))
    }

    /// A map of these entries, in any order.
    ///
    /// # Errors
    /// The first key, in order, that is there twice.
    pub fn map(mut entries: Vec<(Self, Self)>) -> Result<Self, DuplicateKey> {
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        match entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(DuplicateKey(pair[0].0.clone())),
            None => Ok(Self::Map(entries.into())),
        }
    }

    /// A set of these elements, in any order: a list that is sorted and has no element twice.
    #[must_use]
    pub fn set(mut elements: Vec<Self>) -> Self {
        elements.sort();
        elements.dedup();
        Self::List(elements.into())
    }

    /// The parts of a list, record or payload. A map's are its entries, which are no values.
    #[must_use]
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::List(parts) | Self::Record(parts) | Self::Variant(_, parts) => parts,
            _ => &[],
        }
    }

    /// The value of a key of these entries, which are sorted.
    #[must_use]
    pub fn find<'a>(entries: &'a [(Self, Self)], key: &Self) -> Option<&'a Self> {
        let at = entries.binary_search_by(|(other, _)| other.cmp(key)).ok()?;
        entries.get(at).map(|(_, value)| value)
    }
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
    /// Numbers separated by dots, with a pre-release and build data as in Semantic Versioning.
    Version,
    /// A regular expression.
    Regex,
    /// An address of a mailbox: `user@example.com`.
    Email,
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
    /// `Float`
    Float,
    /// `Bytes`
    Bytes,
    /// `Set<T>`
    Set(Box<Type>),
    /// `Map<K, V>`
    Map(Box<Type>, Box<Type>),
    /// `(A, B)`
    Tuple(Vec<Type>),
    /// `Secret<T>`: a `T` that is never shown.
    Secret(Box<Type>),
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
