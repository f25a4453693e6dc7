//! Desired state out of plan values: what the generated `decode` functions are made of.

use std::sync::Arc;

use mc_engine::provider::{ProviderError, ProviderErrorKind};
use mc_plan::value::{Blob, Float, Value};

/// A Rust type that a value of some language type becomes.
pub(crate) trait Decode<'a>: Sized {
    /// None if the value is of another type.
    fn decode(value: &'a Value) -> Option<Self>;
}

/// Content: a text of the plan, or bytes of the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// Inline.
    Text(&'a Arc<str>),
    /// Inline, and not text.
    Bytes(&'a Arc<[u8]>),
    /// By digest.
    Blob(Blob),
}

impl<'a> Content<'a> {
    /// The bytes that stand in the plan, or the name of those that do not.
    pub(crate) fn inline(self) -> Result<&'a [u8], Blob> {
        match self {
            Self::Text(text) => Ok(text.as_bytes()),
            Self::Bytes(bytes) => Ok(bytes),
            Self::Blob(blob) => Err(blob),
        }
    }

    /// Its length in bytes.
    pub(crate) fn size(self) -> u64 {
        self.inline().map_or_else(|blob| blob.size, |bytes| bytes.len() as u64)
    }
}

impl<'a> Decode<'a> for &'a str {
    fn decode(value: &'a Value) -> Option<Self> {
        if let Value::Str(text) = value { Some(text) } else { None }
    }
}

impl Decode<'_> for bool {
    fn decode(value: &Value) -> Option<Self> {
        if let Value::Bool(truth) = value { Some(*truth) } else { None }
    }
}

/// `Int`, and the nanoseconds of a `Duration`.
impl Decode<'_> for i64 {
    fn decode(value: &Value) -> Option<Self> {
        if let Value::Int(number) | Value::Duration(number) = value { Some(*number) } else { None }
    }
}

/// The bytes of a `Size`.
impl Decode<'_> for u64 {
    fn decode(value: &Value) -> Option<Self> {
        if let Value::Size(bytes) = value { Some(*bytes) } else { None }
    }
}

/// The bits of a `Mode`.
impl Decode<'_> for u32 {
    fn decode(value: &Value) -> Option<Self> {
        if let Value::Mode(bits) = value { Some(*bits) } else { None }
    }
}

impl Decode<'_> for Float {
    fn decode(value: &Value) -> Option<Self> {
        if let Value::Float(number) = value { Some(*number) } else { None }
    }
}

impl<'a> Decode<'a> for &'a [u8] {
    fn decode(value: &'a Value) -> Option<Self> {
        if let Value::Bytes(bytes) = value { Some(bytes) } else { None }
    }
}

/// The entries of a `Map`, sorted by key.
impl<'a, K: Decode<'a>, V: Decode<'a>> Decode<'a> for Vec<(K, V)> {
    fn decode(value: &'a Value) -> Option<Self> {
        let Value::Map(entries) = value else { return None };
        entries.iter().map(|(key, value)| Some((K::decode(key)?, V::decode(value)?))).collect()
    }
}

impl<'a> Decode<'a> for Content<'a> {
    fn decode(value: &'a Value) -> Option<Self> {
        match value {
            Value::Str(text) => Some(Self::Text(text)),
            Value::Bytes(bytes) => Some(Self::Bytes(bytes)),
            Value::Blob(blob) => Some(Self::Blob(**blob)),
            _ => None,
        }
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Vec<T> {
    fn decode(value: &'a Value) -> Option<Self> {
        if let Value::List(list) = value { list.iter().map(T::decode).collect() } else { None }
    }
}

/// The key.
pub(crate) fn key<'a, T: Decode<'a>>(key: &'a Value, name: &str) -> Result<T, ProviderError> {
    T::decode(key).ok_or_else(|| misfit(name))
}

/// An attribute that may be unset.
pub(crate) fn optional<'a, T: Decode<'a>>(
    desired: &'a [Option<Value>],
    at: usize,
    name: &str,
) -> Result<Option<T>, ProviderError> {
    match desired.get(at) {
        None | Some(None | Some(Value::None)) => Ok(None),
        Some(Some(value)) => T::decode(value).map(Some).ok_or_else(|| misfit(name)),
    }
}

/// An attribute that is always set.
pub(crate) fn required<'a, T: Decode<'a>>(
    desired: &'a [Option<Value>],
    at: usize,
    name: &str,
) -> Result<T, ProviderError> {
    optional(desired, at, name)?.ok_or_else(|| misfit(name))
}

/// Types were checked before, and the schema's hash with them: only a broken engine gets here.
fn misfit(name: &str) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Broken, format!("`{name}` is not of the type that its schema says"))
}

/// A text as an output.
pub(crate) fn text(text: impl Into<Arc<str>>) -> Option<Value> {
    Some(Value::Str(text.into()))
}
