//! Texts.

use std::sync::Arc;

use super::{EvalError, MAX_TEXT, Result, check_list, count, pair, size, text_buffer};
use crate::expr::Builtin;
use crate::text::regex;
use crate::value::Value;

pub(super) fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::None, |text| Value::Str(text.into()))
}

pub(super) fn bounded(what: &'static str, text: String) -> Result<Value> {
    if text.len() > MAX_TEXT { Err(EvalError::TextTooLong(what)) } else { Ok(Value::Str(text.into())) }
}

pub(super) fn list<'a>(what: &'static str, parts: impl Iterator<Item = &'a str>) -> Result<Value> {
    let mut out = Vec::new();
    for part in parts {
        check_list(what, out.len() + 1)?;
        out.push(Value::Str(part.into()));
    }
    Ok(Value::List(out.into()))
}

pub(super) fn join(list: &[Value], separator: &str) -> Result<Value> {
    const WHAT: &str = "`join`";
    let mut lengths = 0_usize;
    for element in list {
        let Value::Str(text) = element else { return Err(EvalError::Type(WHAT)) };
        lengths = lengths.saturating_add(text.len());
    }
    let separators = separator.len().saturating_mul(list.len().saturating_sub(1));
    let mut out = text_buffer(WHAT, [lengths, separators])?;
    for (at, element) in list.iter().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        if let Value::Str(text) = element {
            out.push_str(text);
        }
    }
    Ok(Value::Str(out.into()))
}

pub(super) fn replace(text: &str, from: &str, to: &str) -> Result<Value> {
    const WHAT: &str = "`replace`";
    if from.is_empty() {
        return Err(EvalError::Argument { function: "replace", problem: "an empty text to look for" });
    }
    let found = text.matches(from).count();
    let removed = found * from.len();
    text_buffer(WHAT, [text.len() - removed, found.saturating_mul(to.len())])?;
    Ok(Value::Str(text.replace(from, to).into()))
}

fn separator(function: &'static str, separator: &str) -> Result<()> {
    if separator.is_empty() {
        return Err(EvalError::Argument { function, problem: "an empty separator" });
    }
    Ok(())
}

pub(super) fn split(text: &str, at: &str) -> Result<Value> {
    separator("split", at)?;
    list("`split`", text.split(at))
}

pub(super) fn split_once(text: &str, at: &str) -> Result<Value> {
    separator("split_once", at)?;
    Ok(text
        .split_once(at)
        .map_or(Value::None, |(before, after)| pair(Value::Str(before.into()), Value::Str(after.into()))))
}

/// The position of the first occurrence, in characters.
pub(super) fn index_of(text: &str, part: &str) -> Value {
    text.find(part).map_or(Value::None, |at| count(text[..at].chars().count()))
}

/// Where a slice begins and how long it is; the end may lie beyond that of what is sliced.
pub(super) fn bounds(from: i64, to: i64) -> Result<(usize, usize)> {
    let (from, to) = (size("slice", from)?, size("slice", to)?);
    let length = to
        .checked_sub(from)
        .ok_or(EvalError::Argument { function: "slice", problem: "an end before its beginning" })?;
    Ok((from, length))
}

pub(super) fn slice(text: &str, from: i64, to: i64) -> Result<Value> {
    let (from, length) = bounds(from, to)?;
    let after = |text: &str, n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    let rest = &text[after(text, from)..];
    Ok(Value::Str(rest[..after(rest, length)].into()))
}

pub(super) fn slice_bytes(bytes: &[u8], from: i64, to: i64) -> Result<Value> {
    let (from, length) = bounds(from, to)?;
    let from = from.min(bytes.len());
    let to = from.saturating_add(length).min(bytes.len());
    Ok(Value::Bytes(bytes[from..to].into()))
}

pub(super) fn repeat(text: &str, n: i64) -> Result<Value> {
    let n = size("repeat", n)?;
    text_buffer("`repeat`", [text.len().saturating_mul(n)])?;
    Ok(Value::Str(text.repeat(n).into()))
}

pub(super) fn pad(function: Builtin, text: &Arc<str>, width: i64, fill: &str) -> Result<Value> {
    let mut characters = fill.chars();
    if characters.next().is_none() || characters.next().is_some() {
        let problem = "a text to fill with that is not one character";
        return Err(EvalError::Argument { function: function.name(), problem });
    }
    let missing = size(function.name(), width)?.saturating_sub(text.chars().count());
    if missing == 0 {
        return Ok(Value::Str(Arc::clone(text)));
    }
    let what = if function == Builtin::PadStart { "`pad_start`" } else { "`pad_end`" };
    let mut out = text_buffer(what, [text.len(), missing.saturating_mul(fill.len())])?;
    if function == Builtin::PadEnd {
        out.push_str(text);
    }
    out.extend(std::iter::repeat_n(fill, missing));
    if function == Builtin::PadStart {
        out.push_str(text);
    }
    Ok(Value::Str(out.into()))
}

pub(super) fn chars(text: &str) -> Result<Value> {
    let mut buffer = [0; 4];
    let mut out = Vec::new();
    for c in text.chars() {
        check_list("`chars`", out.len() + 1)?;
        out.push(Value::Str((&*c.encode_utf8(&mut buffer)).into()));
    }
    Ok(Value::List(out.into()))
}

pub(super) fn indent(text: &str, n: i64) -> Result<Value> {
    let n = size("indent", n)?;
    let blank = |line: &str| line.trim_end_matches(['\n', '\r']).is_empty();
    let lines = text.split_inclusive('\n').filter(|line| !blank(line)).count();
    let mut out = text_buffer("`indent`", [text.len(), lines.saturating_mul(n)])?;
    for line in text.split_inclusive('\n') {
        if !blank(line) {
            out.extend(std::iter::repeat_n(' ', n));
        }
        out.push_str(line);
    }
    Ok(Value::Str(out.into()))
}

/// Regular expressions were checked when they became one.
fn search<T>(regex: &str, with: impl FnOnce(&regex_lite::Regex) -> T) -> Result<T> {
    regex::with(regex, with).map_err(|_| EvalError::Type("a regular expression"))
}

pub(super) fn matches(text: &str, regex: &str) -> Result<Value> {
    search(regex, |regex| Value::Bool(regex.is_match(text)))
}

pub(super) fn captures(text: &str, regex: &str) -> Result<Value> {
    search(regex, |regex| match regex.captures(text) {
        Some(found) => {
            let group = |at| optional(found.get(at).map(|group| group.as_str()));
            Value::List((0..found.len()).map(group).collect())
        }
        None => Value::None,
    })
}

pub(super) fn find_all(text: &str, regex: &str) -> Result<Value> {
    search(regex, |regex| list("`find_all`", regex.find_iter(text).map(|found| found.as_str())))?
}

pub(super) fn replace_all(text: &str, regex: &str, with: &str) -> Result<Value> {
    const WHAT: &str = "`replace_all`";
    let groups = with.matches('$').count();
    search(regex, |regex| {
        let mut out = String::new();
        let mut end = 0;
        for found in regex.captures_iter(text) {
            let Some(whole) = found.get(0) else { continue };
            // A group is at most as long as its match: so much is the most that this replacement gives.
            let most = groups.saturating_mul(whole.len()).saturating_add(with.len());
            if out.len().saturating_add(whole.start() - end).saturating_add(most) > MAX_TEXT {
                return Err(EvalError::TextTooLong(WHAT));
            }
            out.push_str(&text[end..whole.start()]);
            found.expand(with, &mut out);
            end = whole.end();
        }
        out.push_str(&text[end..]);
        bounded(WHAT, out)
    })?
}
