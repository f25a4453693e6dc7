//! Texts and bytes in other forms.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{EvalError, Result, text_buffer};
use crate::digest;
use crate::value::Value;

pub(super) fn base64(bytes: &[u8]) -> Result<Value> {
    text_buffer("`base64`", [bytes.len().div_ceil(3).saturating_mul(4)])?;
    Ok(Value::Str(STANDARD.encode(bytes).into()))
}

pub(super) fn base64_decode(text: &str) -> Value {
    STANDARD.decode(text).map_or(Value::None, |bytes| Value::Bytes(bytes.into()))
}

pub(super) fn hex(bytes: &[u8]) -> Result<Value> {
    text_buffer("`hex`", [bytes.len(), bytes.len()])?;
    Ok(Value::Str(digest::hex(bytes).into()))
}

pub(super) fn hex_decode(text: &str) -> Value {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
    bytes.map_or(Value::None, |bytes| Value::Bytes(bytes.into()))
}

/// All but the unreserved characters of RFC 3986.
pub(super) fn url(text: &str) -> Result<Value> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let lengths = text.bytes().map(|byte| if plain(byte) { 1 } else { 3 });
    let mut out = text_buffer("`url_encode`", lengths)?;
    for byte in text.bytes() {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    Ok(Value::Str(out.into()))
}

pub(super) fn sha256(value: &Value) -> Result<Value> {
    let digest = match value {
        Value::Str(text) => digest::sha256(text.as_bytes()),
        Value::Bytes(bytes) => digest::sha256(bytes),
        Value::Blob(blob) => blob.digest,
        _ => return Err(EvalError::Type("sha256")),
    };
    Ok(Value::Str(digest::hex(&digest).into()))
}

/// Texts as words of a POSIX shell.
pub(super) fn shell_quote(words: &[Value]) -> Result<Value> {
    const FUNCTION: &str = "shell_quote";
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    let mut out = String::new();
    for (at, word) in words.iter().enumerate() {
        let Value::Str(word) = word else { return Err(EvalError::Type(FUNCTION)) };
        if word.contains('\0') {
            return Err(EvalError::Argument { function: FUNCTION, problem: "a text with a NUL character" });
        }
        // A quote becomes four characters.
        text_buffer("`shell_quote`", [out.len(), word.len(), word.matches('\'').count() * 3, 3])?;
        if at > 0 {
            out.push(' ');
        }
        if !word.is_empty() && word.chars().all(plain) {
            out.push_str(word);
        } else {
            out.push('\'');
            out.push_str(&word.replace('\'', "'\\''"));
            out.push('\'');
        }
    }
    Ok(Value::Str(out.into()))
}
