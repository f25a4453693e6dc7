//! The values of literals: numbers with units, and the text of strings.

use crate::Span;
use crate::ast::{ExprKind, Float, StringPart};
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::token::Token;
use smol_str::{SmolStr, SmolStrBuilder};

/// A number token's value.
pub(crate) fn number(token: Token, text: &str, span: Span) -> Result<ExprKind, SyntaxError> {
    match token {
        Token::Float => float(text).map(ExprKind::Float),
        Token::Mode => mode(text).map(ExprKind::Mode),
        Token::Size => size(text).map(ExprKind::Size),
        Token::Duration => duration(text).map(ExprKind::Duration),
        _ => int(text).map(ExprKind::Int),
    }
    .map_err(|(kind, help)| {
        let error = SyntaxError::new(kind, span);
        match help {
            Some(help) => error.help(help),
            None => error,
        }
    })
}

type Mistake = (Kind, Option<String>);

fn plain(kind: Kind) -> Mistake {
    (kind, None)
}

/// The value of the digits in `text`; `None` if it does not fit.
fn digits(text: &str) -> Option<u64> {
    text.bytes()
        .filter(u8::is_ascii_digit)
        .try_fold(0u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}

pub(crate) fn int(text: &str) -> Result<i64, Mistake> {
    let bare = text.trim_start_matches(['0', '_']);
    if text.starts_with('0') && text.len() > 1 {
        let octal = !bare.is_empty() && bare.bytes().all(|b| matches!(b, b'0'..=b'7')) && bare.len() <= 4;
        let help = if octal {
            format!("write `0o{bare}` for a mode, or `{bare}` for a number")
        } else if bare.is_empty() {
            "write `0`".to_owned()
        } else {
            format!("write `{bare}`")
        };
        return Err((Kind::LeadingZero { text: text.into() }, Some(help)));
    }
    let too_large = || {
        plain(Kind::NumberTooLarge {
            number: text.into(),
            limit: "the largest number is 9_223_372_036_854_775_807",
        })
    };
    digits(text).and_then(|value| i64::try_from(value).ok()).ok_or_else(too_large)
}

/// Whether it is 2^63, the number of the smallest integer.
pub(crate) fn is_smallest(text: &str) -> bool {
    digits(text) == Some(i64::MIN.unsigned_abs())
}

pub(crate) fn float(text: &str) -> Result<Float, Mistake> {
    let whole = text.split(['.', 'e', 'E']).next().unwrap_or("");
    if whole.starts_with('0') && whole.len() > 1 {
        let bare = whole.trim_start_matches(['0', '_']);
        let rest = text.get(whole.len()..).unwrap_or("");
        let help = format!("write `{}{rest}`", if bare.is_empty() { "0" } else { bare });
        return Err((Kind::LeadingZero { text: text.into() }, Some(help)));
    }
    let bare: String = text.chars().filter(|c| *c != '_').collect();
    let limit = "the largest number with a fraction is about 1.8e308";
    bare.parse()
        .ok()
        .and_then(Float::new)
        .ok_or_else(|| plain(Kind::NumberTooLarge { number: text.into(), limit }))
}

fn mode(text: &str) -> Result<u32, Mistake> {
    let octal = text.trim_start_matches("0o");
    if let Some(digit) = octal.chars().find(|c| !matches!(c, '0'..='7' | '_')) {
        return Err(plain(Kind::BadMode { text: text.into(), digit: Some(digit) }));
    }
    let octal = octal.bytes().filter(|b| *b != b'_');
    let (mut value, mut count) = (0u32, 0);
    for digit in octal {
        // Four digits fit; further ones are refused below.
        value = value.wrapping_mul(8).wrapping_add(u32::from(digit - b'0'));
        count += 1;
    }
    if count == 0 || count > 4 {
        let help = "`0o644`: read and write for the owner, read for all others".to_owned();
        return Err((Kind::BadMode { text: text.into(), digit: None }, Some(help)));
    }
    Ok(value)
}

const SIZES: [(&str, u64); 12] = [
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("PB", 1_000_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("PiB", 1 << 50),
];

/// Splits `90s` and `1h30m` into digits and unit, part by part.
fn parts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let unit = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(unit);
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        rest = tail;
        Some((number, unit))
    })
}

fn size(text: &str) -> Result<u64, Mistake> {
    let mut parts = parts(text);
    let (Some((number, unit)), None) = (parts.next(), parts.next()) else {
        return Err(plain(Kind::BadSize { text: text.into() }));
    };
    let Some((_, factor)) = SIZES.iter().find(|(name, _)| *name == unit) else {
        return Err(unknown_unit(unit));
    };
    let limit = "the largest size is 16 EiB";
    digits(number)
        .and_then(|value| value.checked_mul(*factor))
        .ok_or_else(|| plain(Kind::NumberTooLarge { number: text.into(), limit }))
}

const DURATIONS: [(&str, u64); 8] = [
    ("w", 604_800_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

fn duration(text: &str) -> Result<i64, Mistake> {
    let mut total = 0u64;
    let mut previous = None;
    for (number, unit) in parts(text) {
        let Some(rank) = DURATIONS.iter().position(|(name, _)| *name == unit) else {
            if unit.is_empty() {
                let help = format!("the `{number}` at its end needs a unit: w, d, h, m, s, ms, us or ns");
                return Err((Kind::BadDuration { text: text.into() }, Some(help)));
            }
            return Err(unknown_unit(unit));
        };
        if number.is_empty() || previous.is_some_and(|previous| previous >= rank) {
            return Err((Kind::BadDuration { text: text.into() }, Some("for example `1h30m`".to_owned())));
        }
        previous = Some(rank);
        let factor = DURATIONS.get(rank).map_or(1, |(_, factor)| *factor);
        let limit = "the longest duration is about 292 years";
        total = digits(number)
            .and_then(|value| value.checked_mul(factor))
            .and_then(|value| total.checked_add(value))
            .filter(|total| i64::try_from(*total).is_ok())
            .ok_or_else(|| plain(Kind::NumberTooLarge { number: text.into(), limit }))?;
    }
    Ok(total.cast_signed())
}

/// What a unit is of.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Size,
    Time,
}

/// What this is a unit of; none for what is none.
pub(crate) fn unit(name: &str) -> Option<Unit> {
    let size = SIZES.iter().any(|(unit, _)| *unit == name).then_some(Unit::Size);
    size.or_else(|| DURATIONS.iter().any(|(unit, _)| *unit == name).then_some(Unit::Time))
}

fn unknown_unit(unit: &str) -> Mistake {
    let lower = unit.to_ascii_lowercase();
    let near = match lower.as_str() {
        "b" | "byte" | "bytes" => Some("B"),
        "k" | "kib" | "ki" => Some("KiB"),
        "kb" => Some("kB"),
        "mb" => Some("MB"),
        "mib" | "mi" => Some("MiB"),
        "g" | "gib" | "gi" => Some("GiB"),
        "gb" => Some("GB"),
        "t" | "tib" | "ti" => Some("TiB"),
        "tb" => Some("TB"),
        "min" | "mins" | "minute" | "minutes" => Some("m"),
        "sec" | "secs" | "second" | "seconds" => Some("s"),
        "hr" | "hrs" | "hour" | "hours" => Some("h"),
        "day" | "days" => Some("d"),
        "week" | "weeks" => Some("w"),
        "msec" | "millis" | "milliseconds" => Some("ms"),
        "m" if unit == "M" => Some("m` for minutes or `MiB"),
        "x" => None,
        _ => SIZES
            .iter()
            .map(|(name, _)| *name)
            .chain(DURATIONS.iter().map(|(name, _)| *name))
            .find(|name| name.eq_ignore_ascii_case(unit)),
    };
    let help = match near {
        Some(near) => format!("perhaps `{near}`?"),
        None => "time has w, d, h, m, s, ms, us and ns; size has B, kB, MB, GB, TB, KiB, MiB, GiB and TiB"
            .to_owned(),
    };
    (Kind::UnknownUnit { unit: unit.into() }, Some(help))
}

/// A string literal under construction: pieces of source text and holes, in order.
pub(crate) enum Piece {
    /// The source text under the span.
    Text(Span),
    /// A hole.
    Hole(StringPart),
}

/// The quotes of a string literal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Line,
    Block,
    Raw,
}

/// A string without holes: `span` covers its quotes.
pub(crate) fn whole_string(text: &str, span: Span, errors: &mut Vec<SyntaxError>) -> Vec<StringPart> {
    let written = slice(text, span);
    // Opening and closing quotes; a broken string has no closing ones.
    let (quotes, open, close) = if written.starts_with("\"\"\"") {
        (Quotes::Block, 3, "\"\"\"")
    } else if written.starts_with("r\"") {
        (Quotes::Raw, 2, "\"")
    } else if written.starts_with('\'') {
        (Quotes::Line, 1, "'")
    } else {
        (Quotes::Line, 1, "\"")
    };
    let inner = Span::new(span.start + open, span.end);
    let closed = slice(text, inner).ends_with(close) && !escaped_end(slice(text, inner), close, quotes);
    let inner = if closed { Span::new(inner.start, inner.end - close.len() as u32) } else { inner };
    build(text, quotes, vec![Piece::Text(inner)], errors)
}

/// A string with holes, from its opening quotes at `open`.
pub(crate) fn string(
    text: &str,
    open: Span,
    pieces: Vec<Piece>,
    errors: &mut Vec<SyntaxError>,
) -> Vec<StringPart> {
    let quotes = if open.len() == 3 { Quotes::Block } else { Quotes::Line };
    build(text, quotes, pieces, errors)
}

/// Whether the quote at the end of a broken string is an escaped one.
fn escaped_end(inner: &str, close: &str, quotes: Quotes) -> bool {
    let before = inner.strip_suffix(close).unwrap_or(inner);
    quotes != Quotes::Raw && (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or("")
}

fn build(text: &str, quotes: Quotes, pieces: Vec<Piece>, errors: &mut Vec<SyntaxError>) -> Vec<StringPart> {
    if quotes == Quotes::Block {
        return block(text, pieces, errors);
    }
    let mut parts = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Hole(hole) => parts.push(hole),
            Piece::Text(span) => {
                let written = slice(text, span);
                let value = if quotes == Quotes::Raw || !written.contains('\\') {
                    SmolStr::new(written)
                } else {
                    let mut out = SmolStrBuilder::new();
                    unescape(written, span.start, &mut out, errors);
                    out.finish()
                };
                if !value.is_empty() {
                    parts.push(StringPart::Text(value, span));
                }
            }
        }
    }
    parts
}

/// A text block: the newline behind the opening quotes is dropped, then what all lines have in common at
/// their beginning. The line of the closing quotes counts, blank lines don't; if it holds nothing else, it
/// adds no text, so the block ends in a newline. Line ends are `\n`, whatever the file uses.
fn block(text: &str, pieces: Vec<Piece>, errors: &mut Vec<SyntaxError>) -> Vec<StringPart> {
    let indent = indentation(text, &pieces);
    let last = pieces.len().saturating_sub(1);
    let mut parts = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.into_iter().enumerate() {
        let span = match piece {
            Piece::Hole(hole) => {
                parts.push(hole);
                continue;
            }
            Piece::Text(span) => span,
        };
        let written = slice(text, span);
        // Only what follows the opening quotes has a first line that may be dropped.
        let bare_opening = index == 0 && first_line_is_bare(written);
        let mut out = SmolStrBuilder::new();
        let mut at = span.start;
        for (number, line) in written.split('\n').enumerate() {
            let end = at + line.len() as u32;
            let content = match number {
                0 => line,
                _ => line.strip_prefix(indent).unwrap_or_else(|| line.trim_start_matches([' ', '\t'])),
            };
            let start = end - content.len() as u32;
            let has_newline = end < span.end;
            let content = if has_newline { content.strip_suffix('\r').unwrap_or(content) } else { content };
            if number > usize::from(bare_opening) {
                out.push('\n');
            }
            let closing = index == last && !has_newline && number > 0 && content.trim_start().is_empty();
            if !(closing || bare_opening && number == 0) {
                unescape(content, start, &mut out, errors);
            }
            at = end + 1;
        }
        let value = out.finish();
        if !value.is_empty() {
            parts.push(StringPart::Text(value, span));
        }
    }
    parts
}

/// What all lines of a text block begin with. What follows the opening quotes or a hole is no beginning.
fn indentation<'t>(text: &'t str, pieces: &[Piece]) -> &'t str {
    let mut indent: Option<&str> = None;
    for piece in pieces {
        let Piece::Text(span) = piece else { continue };
        let mut lines = slice(text, *span).split('\n').skip(1).peekable();
        while let Some(line) = lines.next() {
            let bare = line.trim_start_matches([' ', '\t']);
            // The last line of a piece goes on with a hole or the closing quotes, so it is never blank.
            if lines.peek().is_some() && bare.trim_end_matches('\r').is_empty() {
                continue;
            }
            let white = line.get(..line.len() - bare.len()).unwrap_or("");
            indent = Some(indent.map_or(white, |indent| common_prefix(indent, white)));
        }
    }
    indent.unwrap_or("")
}

/// Whether nothing follows the opening quotes on their line.
fn first_line_is_bare(written: &str) -> bool {
    written.split_once('\n').is_some_and(|(first, _)| first.trim().is_empty())
}

fn common_prefix<'a>(a: &'a str, b: &str) -> &'a str {
    let length = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    // Both hold spaces and tabs only.
    a.get(..length).unwrap_or("")
}

/// Resolves the escapes of `written`, which starts at byte `start` of the file.
fn unescape(written: &str, start: u32, out: &mut SmolStrBuilder, errors: &mut Vec<SyntaxError>) {
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let offset = start + (written.len() - tail.len()) as u32;
        let mut chars = tail.chars();
        chars.next();
        let escape = chars.next();
        let mut length = 1 + escape.map_or(0, char::len_utf8);
        match escape {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some(c @ ('\\' | '"' | '$')) => out.push(c),
            Some('u') => {
                let (value, used) = unicode(tail);
                length = used;
                match value {
                    Some(c) => out.push(c),
                    None => errors.push(
                        bad_escape(tail, length, offset)
                            .help("a character by its number is one to six hexadecimal digits: `\\u{e9}`"),
                    ),
                }
            }
            Some('\'') => {
                out.push('\'');
                errors.push(bad_escape(tail, length, offset).help("`'` needs no backslash"));
            }
            _ => {
                errors.push(bad_escape(tail, length, offset).help(
                    "the escapes are `\\n`, `\\t`, `\\r`, `\\0`, `\\\\`, `\\\"`, `\\$` and `\\u{..}`; write `\\\\` for a \
                     backslash, or put the text into `r\"..\"`",
                ));
            }
        }
        rest = tail.get(length..).unwrap_or("");
    }
    out.push_str(rest);
}

fn bad_escape(tail: &str, length: usize, offset: u32) -> SyntaxError {
    let escape = SmolStr::new(tail.get(..length).unwrap_or("\\"));
    SyntaxError::new(Kind::BadEscape { escape }, Span::new(offset, offset + length as u32))
}

/// Reads `\u{..}`: the character and the length of what belongs to the escape.
fn unicode(tail: &str) -> (Option<char>, usize) {
    let Some(digits) = tail.strip_prefix("\\u{") else { return (None, 2) };
    let length = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    let closed = digits.as_bytes().get(length) == Some(&b'}');
    let value = digits.get(..length).filter(|_| closed && (1..=6).contains(&length));
    let value = value.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
    (value, 3 + length + usize::from(closed))
}
