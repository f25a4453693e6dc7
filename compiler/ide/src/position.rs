//! Lines and columns of byte offsets, in the units that a client counts in.

use mc_compiler::{Db, File};
use mc_syntax::Span;

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// 16-bit units: what clients count in that know no other.
    Utf16,
}

/// A place as a client names it. Both count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in units of the [`Encoding`].
    pub column: u32,
}

/// Where the lines of one text begin and end. A line ends at `\n`, `\r\n` or `\r`, as the Language Server
/// Protocol has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    /// For each line its first byte and the byte after its last one, without the line's end.
    lines: Vec<(u32, u32)>,
}

impl LineIndex {
    /// Finds the lines of a text below 4 GiB.
    pub fn new(text: &str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let next = match byte {
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => at + 2,
                b'\n' | b'\r' => at + 1,
                _ => {
                    at += 1;
                    continue;
                }
            };
            lines.push((start as u32, at as u32));
            start = next;
            at = next;
        }
        lines.push((start as u32, bytes.len() as u32));
        LineIndex { lines }
    }

    /// The position of a byte. Offsets beyond the text are at its end, those inside of a character at its
    /// beginning, those inside of a line's end at the end of the line.
    pub fn position(&self, text: &str, offset: u32, encoding: Encoding) -> Position {
        let line = self.lines.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        let Some(&(start, end)) = self.lines.get(line) else { return Position { line: 0, column: 0 } };
        let content = text.get(start as usize..end as usize).unwrap_or_default();
        let mut inside = (offset.min(end) - start) as usize;
        while !content.is_char_boundary(inside) {
            inside -= 1;
        }
        let column = match encoding {
            Encoding::Utf8 => inside,
            Encoding::Utf16 => content.get(..inside).unwrap_or_default().chars().map(char::len_utf16).sum(),
        };
        Position { line: line as u32, column: column as u32 }
    }

    /// The byte at a position. A column beyond the line's end is the line's end, a line beyond the last one is
    /// the text's end, a column inside of a character is its beginning.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        let Some(&(start, end)) = self.lines.get(position.line as usize) else {
            return text.len() as u32;
        };
        let content = text.get(start as usize..end as usize).unwrap_or_default();
        let mut inside = 0;
        match encoding {
            Encoding::Utf8 => {
                inside = content.len().min(position.column as usize);
                while !content.is_char_boundary(inside) {
                    inside -= 1;
                }
            }
            Encoding::Utf16 => {
                let mut column = position.column as usize;
                for c in content.chars() {
                    if column < c.len_utf16() {
                        break;
                    }
                    column -= c.len_utf16();
                    inside += c.len_utf8();
                }
            }
        }
        start + inside as u32
    }

    /// The positions of a span's two ends.
    pub fn range(&self, text: &str, span: Span, encoding: Encoding) -> (Position, Position) {
        (self.position(text, span.start, encoding), self.position(text, span.end, encoding))
    }
}

/// The lines of a file of the database.
#[salsa::tracked(returns(ref))]
pub fn line_index(db: &dyn Db, file: File) -> LineIndex {
    LineIndex::new(file.text(db))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn columns_count_what_the_client_counts() {
        let text = "aé漢😀b\nx";
        let index = LineIndex::new(text);
        for (offset, utf8, utf16) in [(0, 0, 0), (1, 1, 1), (3, 3, 2), (6, 6, 3), (10, 10, 5), (11, 11, 6)] {
            assert_eq!(index.position(text, offset, Encoding::Utf8), at(0, utf8));
            assert_eq!(index.position(text, offset, Encoding::Utf16), at(0, utf16));
            assert_eq!(index.offset(text, at(0, utf8), Encoding::Utf8), offset);
            assert_eq!(index.offset(text, at(0, utf16), Encoding::Utf16), offset);
        }
        assert_eq!(index.position(text, 12, Encoding::Utf16), at(1, 0));
    }

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        let text = "a\r\nb\rc\n\nd";
        let index = LineIndex::new(text);
        for (offset, position) in [(0, at(0, 0)), (3, at(1, 0)), (5, at(2, 0)), (7, at(3, 0)), (8, at(4, 0))]
        {
            assert_eq!(index.position(text, offset, Encoding::Utf16), position);
            assert_eq!(index.offset(text, position, Encoding::Utf16), offset);
        }
        // Between the two bytes of a line's end there is no position.
        assert_eq!(index.position(text, 2, Encoding::Utf8), at(0, 1));
    }

    #[test]
    fn a_byte_order_mark_is_a_character() {
        let text = "\u{feff}let";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, 3, Encoding::Utf16), at(0, 1));
        assert_eq!(index.offset(text, at(0, 1), Encoding::Utf16), 3);
        assert_eq!(index.position(text, 3, Encoding::Utf8), at(0, 3));
    }

    #[test]
    fn places_that_are_not_there_are_moved_to_the_nearest() {
        let text = "é😀\nab";
        let index = LineIndex::new(text);
        assert_eq!(index.offset(text, at(0, 99), Encoding::Utf8), 6);
        assert_eq!(index.offset(text, at(0, 99), Encoding::Utf16), 6);
        assert_eq!(index.offset(text, at(9, 0), Encoding::Utf8), 9);
        assert_eq!(index.offset(text, at(0, 1), Encoding::Utf8), 0);
        assert_eq!(index.offset(text, at(0, 2), Encoding::Utf16), 2);
        assert_eq!(index.position(text, 4, Encoding::Utf16), at(0, 1));
        assert_eq!(index.position(text, 99, Encoding::Utf8), at(1, 2));
        let empty = LineIndex::new("");
        assert_eq!(empty.position("", 5, Encoding::Utf16), at(0, 0));
        assert_eq!(empty.offset("", at(3, 3), Encoding::Utf16), 0);
    }
}
