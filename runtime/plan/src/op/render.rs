//! The text of values, as in holes of strings.

use std::fmt::Write as _;

use super::{EvalError, Result};
use crate::value::{Float, Value};

/// Appends the text of a value: strings as they are, numbers in decimal, floats as [`render_float`], durations as `1h30m`, sizes as
/// `512MiB`, modes as `0o644`.
///
/// # Errors
/// The value has no text: none, lists, records, variants, maps, bytes and blobs.
pub fn write_text(value: &Value, out: &mut String) -> Result<()> {
    match value {
        Value::Str(text) => out.push_str(text),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(n) => push(out, format_args!("{n}")),
        Value::Float(n) => out.push_str(&render_float(*n)),
        Value::Duration(n) => out.push_str(&render_duration(*n)),
        Value::Size(n) => out.push_str(&render_size(*n)),
        Value::Mode(n) => out.push_str(&render_mode(*n)),
        Value::None
        | Value::List(_)
        | Value::Record(_)
        | Value::Variant(..)
        | Value::Blob(_)
        | Value::Bytes(_)
        | Value::Map(_) => return Err(EvalError::Type("a text")),
    }
    Ok(())
}

/// Writing to a `String` cannot fail.
fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

/// The fewest digits that read back as the same number, always with a point or an exponent: `1.0`, `0.1`, `1e16`.
#[must_use]
pub fn render_float(number: Float) -> String {
    format!("{:?}", number.get())
}

/// Nanoseconds as `1d2h3m4s5ms6us7ns`, without the parts that are zero; nothing at all is `0s`.
#[must_use]
pub fn render_duration(nanoseconds: i64) -> String {
    const UNITS: [(u64, &str); 7] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
        (1, "ns"),
    ];
    let mut left = nanoseconds.unsigned_abs();
    let mut out = String::new();
    if nanoseconds < 0 {
        out.push('-');
    }
    if left == 0 {
        out.push_str("0s");
    }
    for (unit, name) in UNITS {
        if left >= unit {
            push(&mut out, format_args!("{}{name}", left / unit));
            left %= unit;
        }
    }
    out
}

/// Bytes in the exact unit with the fewest digits, a power of 1024 before one of 1000: `512MiB`, `10GB`,
/// `1001B`.
#[must_use]
pub fn render_size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 12] = [
        (1 << 60, "EiB"),
        (1 << 50, "PiB"),
        (1 << 40, "TiB"),
        (1 << 30, "GiB"),
        (1 << 20, "MiB"),
        (1 << 10, "KiB"),
        (1_000_000_000_000_000_000, "EB"),
        (1_000_000_000_000_000, "PB"),
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
        (1_000, "kB"),
    ];
    let digits = |n: u64| n.checked_ilog10().unwrap_or(0);
    let mut best = (bytes, "B");
    for (unit, name) in UNITS {
        if bytes != 0 && bytes.is_multiple_of(unit) && digits(bytes / unit) < digits(best.0) {
            best = (bytes / unit, name);
        }
    }
    format!("{}{}", best.0, best.1)
}

/// Permission bits as `0o644`: at least three digits.
#[must_use]
pub fn render_mode(bits: u32) -> String {
    format!("0o{bits:03o}")
}
