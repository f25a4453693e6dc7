//! Which function is which.

use super::{
    EvalError, Result, concat, count, document, encoding, equal, list, map, mode, network, number, parse,
    path, text, version,
};
use crate::expr::Builtin;
use crate::value::Value;

/// A built-in function or method.
///
/// # Errors
/// An argument that it does not take, a result beyond its bound.
pub fn call(function: Builtin, arguments: &[Value]) -> Result<Value> {
    use Builtin as B;
    use Value::{Bool, Bytes, Duration, Float, Int, List, Map, Mode, Size, Str};
    Ok(match (function, arguments) {
        (B::Text, [value]) => return concat(std::slice::from_ref(value)),

        (B::Len, [List(list)]) => count(list.len()),
        (B::Len, [Str(text)]) => count(text.chars().count()),
        (B::Len, [Map(entries)]) => count(entries.len()),
        (B::Len, [Bytes(bytes)]) => count(bytes.len()),
        (B::IsEmpty, [List(list)]) => Bool(list.is_empty()),
        (B::IsEmpty, [Str(text)]) => Bool(text.is_empty()),
        (B::IsEmpty, [Map(entries)]) => Bool(entries.is_empty()),
        (B::IsEmpty, [Bytes(bytes)]) => Bool(bytes.is_empty()),
        (B::Contains, [List(list), element]) => Bool(list.iter().any(|x| equal(x, element))),
        (B::Contains, [Str(text), Str(part)]) => Bool(text.contains(&**part)),
        (B::Get, [List(list), Int(at)]) => list::get(list, *at),
        (B::Get, [Map(entries), key]) => Value::find(entries, key).cloned().unwrap_or(Value::None),
        (B::IndexOf, [List(list), element]) => list::index_of(list, element),
        (B::IndexOf, [Str(text), Str(part)]) => text::index_of(text, part),
        (B::Slice, [List(list), Int(from), Int(to)]) => return list::slice(list, *from, *to),
        (B::Slice, [Bytes(bytes), Int(from), Int(to)]) => return text::slice_bytes(bytes, *from, *to),
        (B::Slice, [Str(text), Int(from), Int(to)]) => return text::slice(text, *from, *to),
        (B::Reverse, [List(list)]) => List(list.iter().rev().cloned().collect()),

        (B::Join, [List(list), Str(separator)]) => return text::join(list, separator),
        (B::First, [List(list)]) => list.first().cloned().unwrap_or(Value::None),
        (B::Last, [List(list)]) => list.last().cloned().unwrap_or(Value::None),
        (B::Indexed, [List(list)]) => list::indexed(list),
        (B::Sort, [List(list)]) => return list::sort(list),
        (B::Distinct, [List(list)]) => return list::distinct(list),
        (B::Flatten, [List(list)]) => return list::flatten(function, list),
        (B::Take, [List(list), Int(n)]) => return list::take(list, *n),
        (B::Skip, [List(list), Int(n)]) => return list::skip(list, *n),
        (B::Zip, [List(a), List(b)]) => list::zip(a, b),
        (B::Sum, [List(list), zero]) => return list::sum(list, zero),
        (B::ListMin | B::ListMax, [List(list)]) => return list::extreme(list, function == B::ListMin),
        (B::Range, [Int(from), Int(to)]) => return list::range(*from, *to),
        (B::Chunks, [List(list), Int(n)]) => return list::chunks(list, *n),
        (B::ToSet, [List(list)]) => return list::set(list),
        (B::ToMap, [List(list)]) => return map::from_pairs(list),
        (B::ToList, [list @ List(_)]) => list.clone(),
        (B::ToList | B::Entries, [Map(entries)]) => map::entries(entries),

        (B::Union, [List(a), List(b)]) => return list::union(a, b),
        (B::Intersection, [List(a), List(b)]) => list::both(a, b, true),
        (B::Difference, [List(a), List(b)]) => list::both(a, b, false),
        (B::IsSubset, [List(a), List(b)]) => Bool(a.iter().all(|x| b.binary_search(x).is_ok())),

        (B::Keys, [Map(entries)]) => List(entries.iter().map(|(key, _)| key.clone()).collect()),
        (B::Values, [Map(entries)]) => List(entries.iter().map(|(_, value)| value.clone()).collect()),
        (B::ContainsKey, [Map(entries), key]) => Bool(Value::find(entries, key).is_some()),
        (B::Merge, [Map(a), Map(b)]) => return map::merge(a, b),
        (B::Without, [Map(entries), List(keys)]) => map::without(entries, keys),

        (B::Lines, [Str(text)]) => return text::list("`lines`", text.lines()),
        (B::Words, [Str(text)]) => return text::list("`words`", text.split_whitespace()),
        (B::Trim, [Str(text)]) => Str(text.trim().into()),
        (B::TrimStart, [Str(text)]) => Str(text.trim_start().into()),
        (B::TrimEnd, [Str(text)]) => Str(text.trim_end().into()),
        (B::StartsWith, [Str(text), Str(part)]) => Bool(text.starts_with(&**part)),
        (B::EndsWith, [Str(text), Str(part)]) => Bool(text.ends_with(&**part)),
        (B::StripPrefix, [Str(text), Str(part)]) => text::optional(text.strip_prefix(&**part)),
        (B::StripSuffix, [Str(text), Str(part)]) => text::optional(text.strip_suffix(&**part)),
        (B::Replace, [Str(text), Str(from), Str(to)]) => return text::replace(text, from, to),
        (B::Split, [Str(text), Str(separator)]) => return text::split(text, separator),
        (B::SplitOnce, [Str(text), Str(separator)]) => return text::split_once(text, separator),
        (B::Upper, [Str(text)]) => return text::bounded("`upper`", text.to_uppercase()),
        (B::Lower, [Str(text)]) => return text::bounded("`lower`", text.to_lowercase()),
        (B::Repeat, [Str(text), Int(n)]) => return text::repeat(text, *n),
        (B::PadStart | B::PadEnd, [Str(text), Int(width), Str(fill)]) => {
            return text::pad(function, text, *width, fill);
        }
        (B::Chars, [Str(text)]) => return text::chars(text),
        (B::Indent, [Str(text), Int(n)]) => return text::indent(text, *n),
        (B::Matches, [Str(text), Str(regex)]) => return text::matches(text, regex),
        (B::Captures, [Str(text), Str(regex)]) => return text::captures(text, regex),
        (B::FindAll, [Str(text), Str(regex)]) => return text::find_all(text, regex),
        (B::ReplaceAll, [Str(text), Str(regex), Str(with)]) => return text::replace_all(text, regex, with),
        (B::ToBytes, [Str(text)]) => Bytes(text.as_bytes().into()),
        (B::ToText, [Bytes(bytes)]) => text::optional(std::str::from_utf8(bytes).ok()),

        (B::ParseInt, [Str(text)]) => parse::int(text).map_or(Value::None, Int),
        (B::ParseFloat, [Str(text)]) => parse::float(text).map_or(Value::None, Float),
        (B::ParseBool, [Str(text)]) => parse::bool(text).map_or(Value::None, Bool),
        (B::ParseSize, [Str(text)]) => parse::size(text).map_or(Value::None, Size),
        (B::ParseDuration, [Str(text)]) => parse::duration(text).map_or(Value::None, Duration),
        (B::ParseMode, [Str(text)]) => parse::mode(text).map_or(Value::None, Mode),

        (B::Abs, [n]) => return number::abs(n),
        (B::Min, [a, b]) => return number::least(a, b),
        (B::Max, [a, b]) => return number::greatest(a, b),
        (B::Clamp, [n, low, high]) => return number::clamp(n, low, high),
        (B::Pow, [n, Int(k)]) => return number::pow(n, *k),
        (B::ToFloat, [Int(n)]) => return number::to_float(*n),
        (B::Round, [Float(n)]) => return number::to_int("`round`", n.get().round()),
        (B::Floor, [Float(n)]) => return number::to_int("`floor`", n.get().floor()),
        (B::Ceil, [Float(n)]) => return number::to_int("`ceil`", n.get().ceil()),
        (B::Truncate, [Float(n)]) => return number::to_int("`truncate`", n.get().trunc()),
        (B::ToHex, [Int(n)]) => number::to_hex(*n),

        (B::Parent, [Str(path)]) => return path::parent(path),
        (B::FileName, [Str(path)]) => Str(path::name(path).into()),
        (B::Extension, [Str(path)]) => text::optional(path::split_name(path).1),
        (B::Stem, [Str(path)]) => Str(path::split_name(path).0.into()),
        (B::PathJoin, [Str(path), Str(relative)]) => return path::join(path, relative),
        (B::PathStartsWith, [Str(path), Str(other)]) => Bool(path::below(path, other).is_some()),
        (B::PathRelativeTo, [Str(path), Str(other)]) => {
            text::optional(path::below(path, other).filter(|rest| !rest.is_empty()))
        }
        (B::Components, [Str(path)]) => {
            return text::list("`components`", path.split('/').filter(|segment| !segment.is_empty()));
        }

        (B::CidrContains, [Str(cidr), Str(address)]) => return network::contains(cidr, address),
        (B::CidrNetwork, [Str(cidr)]) => return network::network(cidr),
        (B::CidrBroadcast, [Str(cidr)]) => return network::broadcast(cidr),
        (B::CidrNetmask, [Str(cidr)]) => return network::netmask(cidr),
        (B::CidrPrefixLen, [Str(cidr)]) => return network::prefix_len(cidr),
        (B::CidrHost, [Str(cidr), Int(n)]) => return network::host(cidr, *n),
        (B::CidrHosts, [Str(cidr)]) => return network::hosts(cidr),
        (B::CidrSubnets, [Str(cidr), Int(bits)]) => return network::subnets(cidr, *bits),
        (B::CidrOverlaps, [Str(a), Str(b)]) => return network::overlaps(a, b),
        (B::IsV4, [Str(address)]) => return network::is_v4(address).map(Bool),
        (B::IsV6, [Str(address)]) => return network::is_v4(address).map(|v4| Bool(!v4)),
        (B::IsPrivate, [Str(address)]) => return network::is_private(address),
        (B::IsLoopback, [Str(address)]) => return network::is_loopback(address),
        (B::UrlScheme, [Str(url)]) => return network::url(url).map(|url| Str(url.scheme.into())),
        (B::UrlHost, [Str(url)]) => return network::url(url).map(|url| Str(url.host.into())),
        (B::UrlPort, [Str(url)]) => return network::url(url).map(|url| url.port.map_or(Value::None, Int)),
        (B::UrlPath, [Str(url)]) => return network::url(url).map(|url| Str(url.path.into())),
        (B::EmailUser, [Str(email)]) => Str(email.rsplit_once('@').map_or(&**email, |(user, _)| user).into()),
        (B::EmailDomain, [Str(email)]) => Str(email.rsplit_once('@').map_or("", |(_, domain)| domain).into()),
        (B::HostShort, [Str(name)]) => Str(name.split_once('.').map_or(&**name, |(short, _)| short).into()),
        (B::HostDomain, [Str(name)]) => text::optional(name.split_once('.').map(|(_, domain)| domain)),

        (B::VersionCompare, [Str(a), Str(b)]) => return version::version_compare(a, b),
        (B::VersionKey, [Str(text)]) => return version::version_key(text),
        (B::VersionMajor, [Str(text)]) => return version::version_number(text, 0),
        (B::VersionMinor, [Str(text)]) => return version::version_number(text, 1),
        (B::VersionPatch, [Str(text)]) => return version::version_number(text, 2),

        (B::ModeOwner, [Mode(bits)]) => mode::class(*bits, 6),
        (B::ModeGroup, [Mode(bits)]) => mode::class(*bits, 3),
        (B::ModeOthers, [Mode(bits)]) => mode::class(*bits, 0),
        (B::ModeSetuid, [Mode(bits)]) => Bool(bits & 0o4000 != 0),
        (B::ModeSetgid, [Mode(bits)]) => Bool(bits & 0o2000 != 0),
        (B::ModeSticky, [Mode(bits)]) => Bool(bits & 0o1000 != 0),
        (B::ModeUnion, [Mode(a), Mode(b)]) => Mode(a | b),
        (B::ModeWithout, [Mode(a), Mode(b)]) => Mode(a & !b),
        (B::ModeOctal, [Mode(bits)]) => Str(format!("{bits:04o}").into()),

        (B::Nanos, [Duration(n)]) => Int(*n),
        (B::Millis, [Duration(n)]) => Int(n / 1_000_000),
        (B::Seconds, [Duration(n)]) => Int(n / 1_000_000_000),
        (B::Minutes, [Duration(n)]) => Int(n / 60_000_000_000),
        (B::Hours, [Duration(n)]) => Int(n / 3_600_000_000_000),
        (B::Days, [Duration(n)]) => Int(n / 86_400_000_000_000),
        (B::SizeBytes, [Size(n)]) => return number::size("`bytes`", *n),
        (B::SizeKib, [Size(n)]) => return number::size("`kib`", n >> 10),
        (B::SizeMib, [Size(n)]) => return number::size("`mib`", n >> 20),
        (B::SizeGib, [Size(n)]) => return number::size("`gib`", n >> 30),

        (B::Base64Encode, [Str(text)]) => return encoding::base64(text.as_bytes()),
        (B::Base64Encode, [Bytes(bytes)]) => return encoding::base64(bytes),
        (B::Base64Decode, [Str(text)]) => encoding::base64_decode(text),
        (B::HexEncode, [Str(text)]) => return encoding::hex(text.as_bytes()),
        (B::HexEncode, [Bytes(bytes)]) => return encoding::hex(bytes),
        (B::HexDecode, [Str(text)]) => encoding::hex_decode(text),
        (B::UrlEncode, [Str(text)]) => return encoding::url(text),
        (B::Sha256, [value]) => return encoding::sha256(value),
        (B::ShellQuote, [Str(text)]) => {
            return encoding::shell_quote(std::slice::from_ref(&Str(text.clone())));
        }
        (B::ShellQuote, [List(words)]) => return encoding::shell_quote(words),
        (B::RegexEscape, [Str(text)]) => return text::bounded("`regex_escape`", regex_lite::escape(text)),

        (B::Json, [value]) => return document::json(value, false),
        (B::JsonPretty, [value]) => return document::json(value, true),
        (B::Toml, [value]) => return document::toml(value),
        (B::Yaml, [value]) => return document::yaml(value),
        (B::Ini, [value]) => return document::ini(value),
        _ => return Err(EvalError::Type(function.name())),
    })
}

/// How many steps of a budget an operation over these values takes besides its own: what it looks at, in the order
/// of magnitude. The contents of nested lists do not count.
#[must_use]
pub fn work(function: Option<Builtin>, operands: &[Value]) -> u64 {
    let size = |value: &Value| match value {
        Value::Str(text) => text.len() as u64 / 64,
        Value::Bytes(bytes) => bytes.len() as u64 / 64,
        Value::List(parts) | Value::Record(parts) => parts.len() as u64 / 8,
        Value::Map(entries) => entries.len() as u64 / 8,
        _ => 0,
    };
    let search = matches!(
        function,
        Some(Builtin::Matches | Builtin::Captures | Builtin::FindAll | Builtin::ReplaceAll)
    );
    match operands {
        // The text once for each place in the expression, at worst.
        [Value::Str(text), Value::Str(regex), ..] if search => {
            (text.len() as u64).saturating_mul(regex.len() as u64) / 64
        }
        _ => operands.iter().map(size).fold(0, u64::saturating_add),
    }
}
