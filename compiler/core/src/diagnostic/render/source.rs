//! Files as the renderers see them: lines, columns, and a text that is safe to draw.

use crate::db::{Db, File};
use crate::diagnostic::Diagnostic;
use mc_syntax::Span;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// A position for people: line and column count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// Byte offset.
    pub(super) byte: usize,
    /// Line, from 1. Lines end at `\n` only.
    pub(super) line: usize,
    /// Column in characters, from 1.
    pub(super) column: usize,
}

/// The files that diagnostics point into, each prepared once.
pub(super) struct Sources<'db> {
    pub(super) db: &'db dyn Db,
    files: BTreeMap<String, Prepared>,
    /// What is not drawn, by path.
    hidden: BTreeMap<String, Vec<Span>>,
}

/// A file made ready for drawing.
pub(super) struct Prepared {
    /// Byte offset of each line's first byte.
    lines: Vec<usize>,
    /// Character offset of each line's first character.
    characters: Vec<usize>,
    /// For ariadne, which also breaks lines at other characters than `\n`: the same text with those, and all
    /// that would act on a terminal, made visible; character for character.
    pub(super) drawn: ariadne::Source,
}

impl Prepared {
    fn new(text: &str, mut drawn: String) -> Self {
        let mut lines = vec![0];
        let mut characters = vec![0];
        for (count, (at, c)) in text.char_indices().enumerate() {
            if c == '\n' {
                lines.push(at + 1);
                characters.push(count + 1);
            }
        }
        if drawn.ends_with('\n') {
            // ariadne has no empty last line, where the end of a file is.
            drawn.push(' ');
        }
        Prepared { lines, characters, drawn: ariadne::Source::from(drawn) }
    }

    fn line_of(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start <= byte).saturating_sub(1)
    }
}

impl<'db> Sources<'db> {
    /// The files of diagnostics that are shown together: what one of them hides is drawn by none.
    pub(super) fn new(db: &'db dyn Db, diagnostics: &[Diagnostic]) -> Self {
        let mut hidden: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for place in diagnostics.iter().flat_map(|diagnostic| &diagnostic.hidden) {
            hidden.entry(place.file.path(db).to_string()).or_default().push(place.span);
        }
        Sources { db, files: BTreeMap::new(), hidden }
    }

    /// A file's text as it may be shown, byte for byte where the original has bytes.
    pub(super) fn shown(&self, file: File) -> Cow<'db, str> {
        let text: &'db str = file.text(self.db);
        match self.hidden.get(file.path(self.db).as_str()) {
            Some(spans) => Cow::Owned(masked(text, spans, |c| c.len_utf8())),
            None => Cow::Borrowed(text),
        }
    }

    pub(super) fn prepared(&mut self, file: File) -> &Prepared {
        let path = file.path(self.db).as_str();
        if !self.files.contains_key(path) {
            let text = file.text(self.db);
            let drawn = match self.hidden.get(path) {
                Some(spans) => visible(&masked(text, spans, |_| 1)),
                None => visible(text),
            };
            self.files.insert(path.to_owned(), Prepared::new(text, drawn));
        }
        &self.files[path]
    }

    /// A span made to fit: inside the file and at character boundaries.
    pub(super) fn clamp(&self, file: File, span: Span) -> Range<usize> {
        let text = file.text(self.db);
        let mut start = (span.start as usize).min(text.len());
        let mut end = (span.end as usize).min(text.len()).max(start);
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }

    /// Where a byte offset is.
    pub(super) fn position(&mut self, file: File, byte: u32) -> Position {
        let byte = self.clamp(file, Span::at(byte)).start;
        let text = file.text(self.db);
        let prepared = self.prepared(file);
        let line = prepared.line_of(byte);
        let start = prepared.lines[line];
        Position { byte, line: line + 1, column: text[start..byte].chars().count() + 1 }
    }

    /// A span in characters.
    pub(super) fn characters(&mut self, file: File, span: Span) -> Range<usize> {
        let bytes = self.clamp(file, span);
        let text = file.text(self.db);
        // A span that ends with the line's end is drawn up to it.
        let end = bytes.start + text[bytes.clone()].trim_end_matches(['\r', '\n']).len();
        let prepared = self.prepared(file);
        let offset = |byte: usize| {
            let line = prepared.line_of(byte);
            prepared.characters[line] + text[prepared.lines[line]..byte].chars().count()
        };
        offset(bytes.start)..offset(end)
    }

    /// The whole lines that hold a span, as a byte range without the last line's end.
    pub(super) fn whole_lines(&mut self, file: File, bytes: Range<usize>) -> (usize, Range<usize>) {
        let text = file.text(self.db);
        let prepared = self.prepared(file);
        let first = prepared.line_of(bytes.start);
        let last = prepared.line_of(bytes.end);
        let start = prepared.lines[first];
        let end = prepared.lines.get(last + 1).map_or(text.len(), |next| next - 1);
        (first + 1, start..end.max(start))
    }
}

/// The text with asterisks in these places, `width` for a character. Lines stay lines.
fn masked(text: &str, spans: &[Span], width: impl Fn(char) -> usize) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let hidden = |span: &Span| (span.start as usize..span.end as usize).contains(&at);
        if c != '\n' && c != '\r' && spans.iter().any(hidden) {
            out.extend(std::iter::repeat_n('*', width(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// The text with every character that would act on a terminal or break a line replaced by a visible one,
/// character for character. `\n` and `\t` stay.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            '\r' => ' ',
            '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
            '\x7f' => '\u{2421}',
            // Also those that turn the direction of the text round.
            '\u{80}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c => c,
        })
        .collect()
}
