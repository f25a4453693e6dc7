//! A strict reader: it accepts what [`super::Writer`] can produce and nothing else.

use super::float::{self, Width};
use super::{DecodeError, MAX_NESTING, Problem, Result};
use crate::value::Float;

/// Reads CBOR items from the front of some bytes.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    nesting: usize,
}

/// How many items are allocated for before the first of them was read: a count can be as large as the rest
/// of the input although its items are not there.
pub(super) const FIRST_ALLOCATION: usize = 1024;

/// The fields of a structure that is being read.
#[must_use]
#[derive(Debug)]
pub(crate) struct Fields {
    left: usize,
    last: Option<u64>,
    /// A key that was read but not asked for yet, and where it stands.
    next: Option<(u64, usize)>,
}

/// The major type and argument of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    major: u8,
    argument: u64,
}

/// What comes next, for items that may be of several kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Bytes,
    Text,
    Array,
    Map,
    Bool,
    Null,
    Float,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, nesting: 0 }
    }

    /// The position, for errors found later.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn error<T>(&self, problem: Problem) -> Result<T> {
        Err(DecodeError { at: self.at, problem })
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<()> {
        if self.left() == 0 { Ok(()) } else { self.error(Problem::Trailing) }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let Some(taken) = self.at.checked_add(count).and_then(|end| self.bytes.get(self.at..end)) else {
            return self.error(Problem::Truncated);
        };
        self.at += count;
        Ok(taken)
    }

    fn head(&mut self) -> Result<Head> {
        let Some(&first) = self.bytes.get(self.at) else { return self.error(Problem::Truncated) };
        let start = self.at;
        self.at += 1;
        let (argument, least) = match first & 0x1f {
            small @ 0..24 => (u64::from(small), 0),
            24 => (self.big_endian(1)?, 24),
            25 => (self.big_endian(2)?, 0x100),
            26 => (self.big_endian(4)?, 0x1_0000),
            27 => (self.big_endian(8)?, 0x1_0000_0000),
            _ => {
                self.at = start;
                return self.error(Problem::Unsupported);
            }
        };
        let major = first >> 5;
        if major != 7 && argument < least {
            self.at = start;
            return self.error(Problem::NotMinimal);
        }
        Ok(Head { major, argument })
    }

    fn big_endian(&mut self, count: usize) -> Result<u64> {
        Ok(self.take(count)?.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
    }

    /// The kind of the next item, which is not read.
    pub(crate) fn kind(&self) -> Result<Kind> {
        match self.bytes.get(self.at) {
            None => self.error(Problem::Truncated),
            Some(0xf4 | 0xf5) => Ok(Kind::Bool),
            Some(0xf6) => Ok(Kind::Null),
            Some(0xf9..=0xfb) => Ok(Kind::Float),
            Some(first) => match first >> 5 {
                0 | 1 => Ok(Kind::Int),
                2 => Ok(Kind::Bytes),
                3 => Ok(Kind::Text),
                4 => Ok(Kind::Array),
                5 => Ok(Kind::Map),
                _ => self.error(Problem::Unsupported),
            },
        }
    }

    fn expect(&mut self, major: u8, what: &'static str) -> Result<u64> {
        let start = self.at;
        let head = self.head()?;
        if head.major == major {
            return Ok(head.argument);
        }
        self.at = start;
        self.error(if head.major >= 6 && !matches!(self.bytes.get(start), Some(0xf4..=0xf6 | 0xf9..=0xfb)) {
            Problem::Unsupported
        } else {
            Problem::Expected(what)
        })
    }

    pub(crate) fn uint(&mut self) -> Result<u64> {
        self.expect(0, "a number")
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        let start = self.at;
        let n = self.uint()?;
        u32::try_from(n).map_err(|_| DecodeError { at: start, problem: Problem::Range })
    }

    pub(crate) fn int(&mut self) -> Result<i64> {
        let start = self.at;
        let range = |_| DecodeError { at: start, problem: Problem::Range };
        if self.bytes.get(start).is_some_and(|first| first >> 5 == 1) {
            let below = i64::try_from(self.expect(1, "a number")?).map_err(range)?;
            Ok(!below)
        } else {
            i64::try_from(self.uint()?).map_err(range)
        }
    }

    pub(crate) fn bool(&mut self) -> Result<bool> {
        match self.bytes.get(self.at) {
            Some(0xf4) => self.at += 1,
            Some(0xf5) => {
                self.at += 1;
                return Ok(true);
            }
            None => return self.error(Problem::Truncated),
            Some(_) => return self.error(Problem::Expected("true or false")),
        }
        Ok(false)
    }

    /// A floating-point number: finite, no negative zero, in its shortest form.
    pub(crate) fn float(&mut self) -> Result<Float> {
        let start = self.at;
        let fail = |problem| Err(DecodeError { at: start, problem });
        if !matches!(self.kind()?, Kind::Float) {
            return fail(Problem::Expected("a floating-point number"));
        }
        let head = self.head()?;
        let width = match self.at - start {
            3 => u16::try_from(head.argument).map(Width::Half),
            5 => u32::try_from(head.argument).map(Width::Single),
            _ => Ok(Width::Double(head.argument)),
        };
        // invariant: the head read as many bytes as the width has.
        let Ok(width) = width else { return fail(Problem::Range) };
        let Some(number) = float::value(width) else { return fail(Problem::Range) };
        if float::shortest(number) != width {
            return fail(Problem::NotMinimal);
        }
        Ok(number)
    }

    /// Skips a null, if one is next.
    pub(crate) fn null(&mut self) -> Result<()> {
        match self.bytes.get(self.at) {
            Some(0xf6) => {
                self.at += 1;
                Ok(())
            }
            None => self.error(Problem::Truncated),
            Some(_) => self.error(Problem::Expected("null")),
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = self.expect(2, "a byte string")?;
        self.sized(length)
    }

    /// A byte string of a fixed length.
    pub(crate) fn array_of<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N]> {
        let start = self.at;
        let bytes = self.bytes()?;
        bytes.try_into().map_err(|_| DecodeError { at: start, problem: Problem::Expected(what) })
    }

    pub(crate) fn text(&mut self) -> Result<&'a str> {
        let length = self.expect(3, "a text")?;
        let start = self.at;
        let bytes = self.sized(length)?;
        std::str::from_utf8(bytes)
            .map_err(|error| DecodeError { at: start + error.valid_up_to(), problem: Problem::NotUtf8 })
    }

    fn sized(&mut self, length: u64) -> Result<&'a [u8]> {
        match usize::try_from(length) {
            Ok(length) => self.take(length),
            Err(_) => self.error(Problem::Truncated),
        }
    }

    fn nest(&mut self) -> Result<()> {
        if self.nesting == MAX_NESTING {
            return self.error(Problem::TooDeep);
        }
        self.nesting += 1;
        Ok(())
    }

    /// The length of an array whose items take at least `least` bytes each. [`Reader::close`] ends it.
    pub(crate) fn open_array(&mut self, least: usize) -> Result<usize> {
        let count = self.expect(4, "a list")?;
        self.counted(count, least)
    }

    /// Whether an array is next.
    pub(crate) fn is_array(&self) -> bool {
        self.bytes.get(self.at).is_some_and(|first| first >> 5 == 4)
    }

    /// The length of the array that is next, which is not read.
    pub(crate) fn peek_array(&mut self) -> Result<usize> {
        let start = self.at;
        let count = self.expect(4, "a list")?;
        self.at = start;
        usize::try_from(count).or_else(|_| self.error(Problem::Truncated))
    }

    /// The length of a map, in pairs. [`Reader::close`] ends it.
    pub(crate) fn open_map(&mut self) -> Result<usize> {
        let count = self.expect(5, "a structure")?;
        self.counted(count, 2)
    }

    fn counted(&mut self, count: u64, least: usize) -> Result<usize> {
        self.nest()?;
        match usize::try_from(count) {
            Ok(count) if count <= self.left() / least.max(1) => Ok(count),
            _ => self.error(Problem::Truncated),
        }
    }

    /// Ends an array or map.
    pub(crate) fn close(&mut self) {
        self.nesting = self.nesting.saturating_sub(1);
    }

    /// An array of items that take at least `least` bytes each.
    pub(crate) fn list<T>(
        &mut self,
        least: usize,
        mut read: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        let count = self.open_array(least)?;
        let mut items = Vec::with_capacity(count.min(FIRST_ALLOCATION));
        for _ in 0..count {
            items.push(read(self)?);
        }
        self.close();
        Ok(items)
    }

    /// An array of exactly `length` items.
    pub(crate) fn tuple<T>(&mut self, length: usize, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let at = self.position();
        if self.open_array(1)? != length {
            return Err(DecodeError { at, problem: Problem::Expected("a list of another length") });
        }
        let value = read(self)?;
        self.close();
        Ok(value)
    }

    /// Starts a structure.
    pub(crate) fn open(&mut self) -> Result<Fields> {
        Ok(Fields { left: self.open_map()?, last: None, next: None })
    }

    /// Whether the structure has this field; then its value is next. Ask in ascending order.
    pub(crate) fn has(&mut self, fields: &mut Fields, key: u64) -> Result<bool> {
        match self.peek(fields)? {
            Some((next, _)) if next == key => {
                fields.next = None;
                Ok(true)
            }
            Some((next, at)) if next < key => Err(DecodeError { at, problem: Problem::UnknownField(next) }),
            _ => Ok(false),
        }
    }

    fn peek(&mut self, fields: &mut Fields) -> Result<Option<(u64, usize)>> {
        if fields.next.is_none() && fields.left > 0 {
            let at = self.at;
            let key = self.uint()?;
            if fields.last.is_some_and(|last| last >= key) {
                return Err(DecodeError { at, problem: Problem::KeyOrder });
            }
            fields.left -= 1;
            fields.last = Some(key);
            fields.next = Some((key, at));
        }
        Ok(fields.next)
    }

    /// The field must be there; its value is next.
    pub(crate) fn need(&mut self, fields: &mut Fields, key: u64) -> Result<()> {
        if self.has(fields, key)? { Ok(()) } else { self.error(Problem::MissingField(key)) }
    }

    /// A field that is left out when its list is empty.
    pub(crate) fn list_field<T>(
        &mut self,
        fields: &mut Fields,
        key: u64,
        least: usize,
        read: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        if self.has(fields, key)? { self.list(least, read) } else { Ok(Vec::new()) }
    }

    /// A field that is left out when its text is empty.
    pub(crate) fn text_field(&mut self, fields: &mut Fields, key: u64) -> Result<String> {
        Ok(if self.has(fields, key)? { self.text()?.to_owned() } else { String::new() })
    }

    /// Ends a structure: no field may be left.
    pub(crate) fn finish(&mut self, mut fields: Fields) -> Result<()> {
        if let Some((key, at)) = self.peek(&mut fields)? {
            return Err(DecodeError { at, problem: Problem::UnknownField(key) });
        }
        self.close();
        Ok(())
    }

    /// Ends a structure that may have fields this version does not know, with keys from `least` on. They are
    /// kept as they are.
    pub(crate) fn finish_open(&mut self, mut fields: Fields, least: u64) -> Result<Vec<(u64, Vec<u8>)>> {
        let mut rest = Vec::new();
        while let Some((key, at)) = self.peek(&mut fields)? {
            if key < least {
                return Err(DecodeError { at, problem: Problem::UnknownField(key) });
            }
            fields.next = None;
            let start = self.at;
            self.skip()?;
            rest.push((key, self.bytes[start..self.at].to_vec()));
        }
        self.close();
        Ok(rest)
    }

    /// Reads over an item of any kind, as strictly as if it were known.
    fn skip(&mut self) -> Result<()> {
        match self.kind()? {
            Kind::Int => self.int().map(|_| ()),
            Kind::Bytes => self.bytes().map(|_| ()),
            Kind::Text => self.text().map(|_| ()),
            Kind::Bool => self.bool().map(|_| ()),
            Kind::Null => self.null(),
            // Only values have them, which nothing that is skipped holds.
            Kind::Float => self.error(Problem::Unsupported),
            Kind::Array => {
                for _ in 0..self.open_array(1)? {
                    self.skip()?;
                }
                self.close();
                Ok(())
            }
            Kind::Map => {
                let mut last: Option<&[u8]> = None;
                for _ in 0..self.open_map()? {
                    let start = self.at;
                    self.skip()?;
                    let key = &self.bytes[start..self.at];
                    if last.is_some_and(|last| last >= key) {
                        return Err(DecodeError { at: start, problem: Problem::KeyOrder });
                    }
                    last = Some(key);
                    self.skip()?;
                }
                self.close();
                Ok(())
            }
        }
    }
}
