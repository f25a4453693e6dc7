//! JSON, as RFC 8259 has it: data files of packages, and what programs of a host print.
//!
//! Every part has its place in the text, and what is wrong is a value: who reads says it to people. How much there
//! may be is bounded by the caller, and how deep it nests.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A value with its place in the text, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Json,
    /// Where it stands.
    pub span: Range<usize>,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// A text.
    Str(Arc<str>),
    /// A list.
    List(Vec<Node>),
    /// Keys with values in the order of the text, each key once.
    Table(Vec<Entry>),
    /// Something that was reported.
    Broken,
}

/// An entry of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its key.
    pub key: Arc<str>,
    /// Where the key stands.
    pub key_span: Range<usize>,
    /// Its value.
    pub value: Node,
}

/// How much a text may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Values, those inside of others included.
    pub nodes: usize,
    /// How deep lists and tables nest.
    pub depth: usize,
}

/// The kinds of mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// It is not JSON.
    Syntax,
    /// A key that is there already.
    Duplicate {
        /// The key.
        key: Arc<str>,
        /// Where it is there already.
        first: Range<usize>,
    },
    /// Too many values.
    TooMany,
    /// It nests too deep.
    TooDeep,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of mistake it is.
    pub kind: ProblemKind,
    /// Where, in bytes.
    pub span: Range<usize>,
    /// What is wrong, as a clause.
    pub headline: String,
    /// What is at its place.
    pub here: &'static str,
    /// What to do about it.
    pub help: Option<&'static str>,
}

/// A text as far as it can be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// Its value; none where it could not be read to its end.
    pub root: Option<Node>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Reads a text.
#[must_use]
pub fn parse(text: &str, limits: Limits) -> Parsed {
    let mut parser = Parser { text, at: 0, limits, nodes: 0, problems: Vec::new() };
    let root = parser.document();
    Parsed { root, problems: parser.problems }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    limits: Limits,
    /// Values so far.
    nodes: usize,
    problems: Vec<Problem>,
}

/// Nothing more can be read: it was reported.
type Read<T> = Option<T>;

impl<'a> Parser<'a> {
    fn document(&mut self) -> Read<Node> {
        self.blank();
        let root = self.value(0)?;
        self.blank();
        if self.at < self.text.len() {
            let at = self.here();
            self.syntax(at, "something follows behind the value of this file", "not expected");
            return None;
        }
        Some(root)
    }

    fn problem(
        &mut self,
        kind: ProblemKind,
        span: Range<usize>,
        headline: impl Into<String>,
        here: &'static str,
    ) {
        self.problems.push(Problem { kind, span, headline: headline.into(), here, help: None });
    }

    /// A mistake of the format.
    fn syntax(&mut self, span: Range<usize>, headline: impl Into<String>, here: &'static str) {
        self.problem(ProblemKind::Syntax, span, headline, here);
    }

    fn help(&mut self, help: Option<&'static str>) {
        if let Some(last) = self.problems.last_mut() {
            last.help = help;
        }
    }

    /// Counts a value; false when there are too many.
    fn count(&mut self) -> bool {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            let at = self.here();
            let headline = format!("a data file has {} values at most", self.limits.nodes);
            self.problem(ProblemKind::TooMany, at, headline, "one too many");
        }
        self.nodes <= self.limits.nodes
    }

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
    fn here(&self) -> Range<usize> {
        self.at..self.at + self.rest().chars().next().map_or(0, char::len_utf8)
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
        self.syntax(at, headline, "cannot be read");
        self.help(help);
        None
    }

    fn value(&mut self, depth: usize) -> Read<Node> {
        let start = self.at;
        if !self.count() {
            return None;
        }
        let value = match self.peek() {
            Some(b'{' | b'[') if depth >= self.limits.depth => {
                let at = self.here();
                let headline = format!("lists and tables nest {} deep at most", self.limits.depth);
                self.problem(ProblemKind::TooDeep, at, headline, "one too deep");
                return None;
            }
            Some(b'{') => self.table(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Json::Str(self.string()?.as_str().into()),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => {
                let words = [("true", Json::Bool(true)), ("false", Json::Bool(false)), ("null", Json::Null)];
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
        Some(Node { value, span: start..self.at })
    }

    fn table(&mut self, depth: usize) -> Read<Json> {
        self.at += 1;
        let mut entries: Vec<Entry> = Vec::new();
        let mut known: BTreeMap<Arc<str>, Range<usize>> = BTreeMap::new();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Some(Json::Table(entries));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return self.unexpected("a key in double quotes");
            }
            let start = self.at;
            let key: Arc<str> = self.string()?.into();
            let key_span = start..self.at;
            self.blank();
            if self.peek() != Some(b':') {
                return self.unexpected("`:`");
            }
            self.at += 1;
            self.blank();
            let value = self.value(depth + 1)?;
            match known.get(&key) {
                Some(first) => {
                    let kind = ProblemKind::Duplicate { key: Arc::clone(&key), first: first.clone() };
                    let headline = format!("the key `{}` is given twice", key.escape_debug());
                    self.problem(kind, key_span, headline, "given again");
                }
                None => {
                    known.insert(Arc::clone(&key), key_span.clone());
                    entries.push(Entry { key, key_span, value });
                }
            }
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Some(Json::Table(entries));
                }
                _ => return self.unexpected("`,` or `}`"),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Read<Json> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Some(Json::List(items));
        }
        loop {
            self.blank();
            items.push(self.value(depth + 1)?);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Some(Json::List(items));
                }
                _ => return self.unexpected("`,` or `]`"),
            }
        }
    }

    fn number(&mut self) -> Read<Json> {
        let start = self.at;
        let rest = self.rest();
        let length = rest.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
        let text = &rest[..length.count()];
        let Some(whole) = check_number(text) else {
            let at = start..start + text.len();
            let headline = "this is not valid JSON: a number is written otherwise";
            self.syntax(at, headline, "no number");
            self.help(Some(
                "a number has no zeros and no `+` in front, and digits on both sides of its point",
            ));
            return None;
        };
        let value = match (whole, text.parse::<i64>(), text.parse::<f64>()) {
            (true, Ok(number), _) => Json::Int(number),
            (true, Err(_), _) => {
                let at = start..start + text.len();
                self.syntax(at, "this number is too large", "has 64 bits at most");
                Json::Broken
            }
            (false, _, Ok(number)) => Json::Float(number),
            (false, ..) => Json::Broken,
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
                    let at = start..self.at;
                    let headline = "this is not valid JSON: a text without its closing quote";
                    self.syntax(at, headline, "begins here");
                    return None;
                }
                Some(_) => {
                    let at = self.here();
                    let headline = "this is not valid JSON: a control character in a text";
                    self.syntax(at, headline, "write it as an escape");
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
                self.syntax(start..end, headline, "no escape");
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
