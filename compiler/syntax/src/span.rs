//! Byte positions in one source file.

use std::fmt;

/// A half-open byte range `start..end` of one source file. Files of 4 GiB and more are refused before
/// they are lexed, so 32 bits are enough.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// An empty range at `at`.
    pub const fn at(at: u32) -> Self {
        Span { start: at, end: at }
    }

    /// The smallest range that holds both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Length in bytes.
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the range holds no byte.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` lies in the range; an offset at the end counts, as a cursor stands between bytes.
    pub const fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }
}

/// The same bytes as ranges that don't touch, in order.
pub(crate) fn disjoint(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let joins = next.start <= last.end;
        if joins {
            last.end = last.end.max(next.end);
        }
        joins
    });
    spans
}

/// Whether one of some disjoint ranges holds `span`.
pub(crate) fn covered(ranges: &[Span], span: Span) -> bool {
    let behind = ranges.partition_point(|range| range.start <= span.start);
    behind.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|range| span.end <= range.end)
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}
