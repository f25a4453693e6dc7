//! Values out of texts, in the forms of literals: none for every other text.

use crate::value::Float;

fn digits(text: &str) -> Option<u64> {
    let only_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if only_digits { text.parse().ok() } else { None }
}

/// Decimal digits with a minus sign before them or not. Unlike in a literal they may begin with zeros, which
/// texts from elsewhere do.
pub(super) fn int(text: &str) -> Option<i64> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Digits, with a point and digits after it or not, with an exponent or not.
pub(super) fn float(text: &str) -> Option<Float> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match bare.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (bare, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let run = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let signed = |text: &str| run(text.strip_prefix(['-', '+']).unwrap_or(text));
    let fits = run(whole) && fraction.is_none_or(run) && exponent.is_none_or(signed);
    if fits { text.parse().ok().and_then(Float::new) } else { None }
}

pub(super) fn bool(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Digits and a unit.
pub(super) fn size(text: &str) -> Option<u64> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit);
    let factor: u64 = match unit {
        "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "PB" => 1_000_000_000_000_000,
        "EB" => 1_000_000_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        "PiB" => 1 << 50,
        "EiB" => 1 << 60,
        _ => return None,
    };
    digits(number)?.checked_mul(factor)
}

/// Digits and a unit, as often as one likes, from large to small, each unit once. In nanoseconds.
pub(super) fn duration(text: &str) -> Option<i64> {
    const UNITS: [(&str, u64); 8] = [
        ("w", 604_800_000_000_000),
        ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ];
    let mut rest = text;
    let mut next = 0;
    let mut total = 0_u64;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let rank = UNITS.iter().position(|(name, _)| *name == unit)?;
        if rank < next {
            return None;
        }
        next = rank + 1;
        let (_, factor) = UNITS.get(rank)?;
        total = digits(number)?.checked_mul(*factor).and_then(|part| total.checked_add(part))?;
        rest = after;
    }
    if text.is_empty() { None } else { i64::try_from(total).ok() }
}

/// One to four octal digits after `0o` or not, with a zero before them or not.
pub(super) fn mode(text: &str) -> Option<u32> {
    let bare = text.strip_prefix("0o").unwrap_or(text);
    let octal = !bare.is_empty() && bare.len() <= 5 && bare.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let bits = if octal { u32::from_str_radix(bare, 8).ok()? } else { return None };
    (bits <= 0o7777).then_some(bits)
}
