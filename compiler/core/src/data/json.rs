//! JSON, as RFC 8259 has it.

use super::{Entry, MAX_DEPTH, Node, Reader, Value, span};
use mc_syntax::Span;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

pub(super) fn read(text: &str, reader: &mut Reader) -> Option<Node> {
    let mut parser = Parser { text, at: 0, reader };
    parser.blank();
    let root = parser.value(0)?;
    parser.blank();
    if parser.at < text.len() {
        let at = parser.here();
        parser.reader.syntax(at, "something follows behind the value of this file", "not expected");
        return None;
    }
    Some(root)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    reader: &'a mut Reader,
}

/// Nothing more can be read: it was reported.
type Read<T> = Option<T>;

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// The next character.
    fn here(&self) -> Span {
        span(self.at, self.at + self.rest().chars().next().map_or(0, char::len_utf8))
    }

    /// Reports what stands here in place of something else.
    fn unexpected<T>(&mut self, wanted: &str) -> Read<T> {
        let at = self.here();
        let rest = self.rest();
        let found = match rest.chars().next() {
            None => "the end of the file".to_owned(),
            Some(c) => format!("`{}`", c.escape_debug()),
        };
        let help = if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') {
            Some("JSON has no comments; YAML and TOML have")
        } else if rest.starts_with('\'') {
            Some("texts stand in double quotes")
        } else if rest.starts_with(['}', ']']) {
            Some("take away the comma before it")
        } else if rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            Some("keys and texts stand in double quotes; only `true`, `false` and `null` do not")
        } else {
            None
        };
        let headline = format!("this is not valid JSON: {wanted} is expected, not {found}");
        let diagnostic = self.reader.syntax(at, headline, "cannot be read");
        diagnostic.help = help.map(str::to_owned);
        None
    }

    fn value(&mut self, depth: usize) -> Read<Node> {
        let start = self.at;
        if !self.reader.count(1, self.here()) {
            return None;
        }
        let value = match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => {
                let at = self.here();
                self.reader.too_deep(at);
                return None;
            }
            Some(b'{') => self.table(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Str(self.string()?.as_str().into()),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => {
                let words =
                    [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)];
                let rest = self.rest();
                let ends =
                    |word: &str| !rest[word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
                let found = words.into_iter().find(|(word, _)| rest.starts_with(word) && ends(word));
                match found {
                    Some((word, value)) => {
                        self.at += word.len();
                        value
                    }
                    None => return self.unexpected("a value"),
                }
            }
        };
        Some(Node { value, span: span(start, self.at) })
    }

    fn table(&mut self, depth: usize) -> Read<Value> {
        self.at += 1;
        let mut entries: Vec<Entry> = Vec::new();
        let mut known: FxHashMap<SmolStr, Span> = FxHashMap::default();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Some(Value::Table(entries));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return self.unexpected("a key in double quotes");
            }
            let start = self.at;
            let key = SmolStr::new(self.string()?);
            let key_span = span(start, self.at);
            self.blank();
            if self.peek() != Some(b':') {
                return self.unexpected("`:`");
            }
            self.at += 1;
            self.blank();
            let value = self.value(depth + 1)?;
            match known.get(&key) {
                Some(first) => self.reader.duplicate(&key, key_span, *first),
                None => {
                    known.insert(key.clone(), key_span);
                    entries.push(Entry { key, key_span, value });
                }
            }
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Some(Value::Table(entries));
                }
                _ => return self.unexpected("`,` or `}`"),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Read<Value> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Some(Value::List(items));
        }
        loop {
            self.blank();
            items.push(self.value(depth + 1)?);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Some(Value::List(items));
                }
                _ => return self.unexpected("`,` or `]`"),
            }
        }
    }

    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        let rest = self.rest();
        let length = rest.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
        let text = &rest[..length.count()];
        let Some(whole) = check_number(text) else {
            let at = span(start, start + text.len());
            let headline = "this is not valid JSON: a number is written otherwise";
            self.reader.syntax(at, headline, "no number").help = Some(
                "a number has no zeros and no `+` in front, and digits on both sides of its point".to_owned(),
            );
            return None;
        };
        let value = match (whole, text.parse::<i64>(), text.parse::<f64>()) {
            (true, Ok(number), _) => Value::Int(number),
            (true, Err(_), _) => {
                let at = span(start, start + text.len());
                self.reader.syntax(at, "this number is too large", "has 64 bits at most");
                Value::Broken
            }
            (false, _, Ok(number)) => Value::Float(number),
            (false, ..) => Value::Broken,
        };
        self.at = start + text.len();
        Some(value)
    }

    /// A text, from quote to quote.
    fn string(&mut self) -> Read<String> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Some(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(b'\n') | None => {
                    let at = span(start, self.at);
                    let headline = "this is not valid JSON: a text without its closing quote";
                    self.reader.syntax(at, headline, "begins here");
                    return None;
                }
                Some(_) => {
                    let at = self.here();
                    let headline = "this is not valid JSON: a control character in a text";
                    self.reader.syntax(at, headline, "write it as an escape");
                    return None;
                }
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let start = self.at;
        let rest = self.rest();
        let simple = match rest.as_bytes().get(1) {
            Some(b'"') => Some('"'),
            Some(b'\\') => Some('\\'),
            Some(b'/') => Some('/'),
            Some(b'b') => Some('\u{8}'),
            Some(b'f') => Some('\u{c}'),
            Some(b'n') => Some('\n'),
            Some(b'r') => Some('\r'),
            Some(b't') => Some('\t'),
            _ => None,
        };
        if let Some(c) = simple {
            self.at += 2;
            return Some(c);
        }
        let first = unit(rest);
        let (found, length) = match first {
            Some(high @ 0xd800..=0xdbff) => match rest.get(6..).and_then(unit) {
                Some(low @ 0xdc00..=0xdfff) => {
                    (char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 12)
                }
                _ => (None, 6),
            },
            Some(unit) => (char::from_u32(unit), 6),
            None => (None, 2),
        };
        match found {
            Some(c) => {
                self.at += length;
                Some(c)
            }
            None => {
                let mut end = (start + length).min(self.text.len());
                while !self.text.is_char_boundary(end) {
                    end += 1;
                }
                let headline = "this is not valid JSON: an escape that there is not";
                self.reader.syntax(span(start, end), headline, "no escape");
                None
            }
        }
    }
}

/// `\u12ab`
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if digits.bytes().all(|b| b.is_ascii_hexdigit()) { u32::from_str_radix(digits, 16).ok() } else { None }
}

/// Whether a text is a number of JSON, and a whole one.
fn check_number(text: &str) -> Option<bool> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match bare.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (bare, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let fits = digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['-', '+']).unwrap_or(e)));
    fits.then_some(fraction.is_none() && exponent.is_none())
}
