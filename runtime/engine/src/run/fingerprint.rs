//! A digest of attributes, to tell whether they are the same as in an earlier run.

use mc_plan::value::Value;
use sha2::{Digest, Sha256};

/// The digest of a step's attributes. Every value is preceded by what it is and how long, so that different
/// attributes have different bytes. `suffix`, which is in this run's temporary names only, does not count.
pub(super) fn fingerprint(desired: &[Option<Value>], suffix: &str) -> [u8; 32] {
    let mut state = Sha256::new();
    for value in desired {
        match value {
            Some(value) => feed(value, suffix, &mut state),
            None => state.update([0]),
        }
    }
    state.finalize().into()
}

fn feed(value: &Value, suffix: &str, state: &mut Sha256) {
    let mut part = |tag: u8, bytes: &[u8]| {
        state.update([tag]);
        state.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        state.update(bytes);
    };
    match value {
        Value::None => part(1, &[]),
        Value::Bool(b) => part(2, &[u8::from(*b)]),
        Value::Int(n) => part(3, &n.to_le_bytes()),
        Value::Duration(n) => part(4, &n.to_le_bytes()),
        Value::Size(n) => part(5, &n.to_le_bytes()),
        Value::Mode(n) => part(6, &n.to_le_bytes()),
        Value::Str(text) if text.contains(suffix) => part(7, text.replace(suffix, "").as_bytes()),
        Value::Str(text) => part(7, text.as_bytes()),
        Value::Blob(blob) => part(8, &blob.digest),
        Value::Float(n) => part(12, &n.get().to_bits().to_le_bytes()),
        Value::Bytes(bytes) => part(13, bytes),
        Value::Map(entries) => {
            part(14, &u64::try_from(entries.len()).unwrap_or(u64::MAX).to_le_bytes());
            for (key, value) in entries.iter() {
                feed(key, suffix, state);
                feed(value, suffix, state);
            }
        }
        Value::List(list) => all(9, 0, list, suffix, state),
        Value::Record(fields) => all(10, 0, fields, suffix, state),
        Value::Variant(at, payload) => all(11, *at, payload, suffix, state),
    }
}

fn all(tag: u8, variant: u32, values: &[Value], suffix: &str, state: &mut Sha256) {
    state.update([tag]);
    state.update(variant.to_le_bytes());
    state.update(u64::try_from(values.len()).unwrap_or(u64::MAX).to_le_bytes());
    for value in values {
        feed(value, suffix, state);
    }
}
