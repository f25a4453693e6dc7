//! Documents that the client shows.

use crate::place::Place;
use mc_ide::{Encoding, LineIndex};
use tower_lsp::ls_types::{Position, TextDocumentContentChangeEvent, Uri};

/// A document with the client's text.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// How the client names it.
    pub(crate) uri: Uri,
    /// Grows with each edit.
    pub(crate) version: i32,
    /// Where it belongs.
    pub(crate) place: Place,
    text: String,
    lines: LineIndex,
}

impl Document {
    pub(crate) fn new(uri: Uri, version: i32, text: String, place: Place) -> Self {
        let lines = LineIndex::new(&text);
        Document { uri, version, place, text, lines }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The byte that a position means.
    pub(crate) fn offset(&self, position: Position, encoding: Encoding) -> u32 {
        let position = mc_ide::Position { line: position.line, column: position.character };
        self.lines.offset(&self.text, position, encoding)
    }

    /// Applies the changes one after the other: the places of each are those of the text that the ones before
    /// it left.
    pub(crate) fn change(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        self.version = version;
        for change in changes {
            match change.range {
                None => self.text = change.text,
                Some(range) => {
                    let start = self.offset(range.start, encoding) as usize;
                    let end = self.offset(range.end, encoding) as usize;
                    self.text.replace_range(start..end.max(start), &change.text);
                }
            }
            self.lines = LineIndex::new(&self.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Home;
    use tower_lsp::ls_types::Range;

    fn edit(from: (u32, u32), to: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let range = Range::new(Position::new(from.0, from.1), Position::new(to.0, to.1));
        TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: text.to_owned() }
    }

    fn check(before: &str, encoding: Encoding, changes: Vec<TextDocumentContentChangeEvent>, expected: &str) {
        let uri: Uri = "untitled:a".parse().expect("a URI");
        let place = Place { home: Home::Single(uri.clone()), path: "src/main.mc".into() };
        let mut document = Document::new(uri, 1, before.to_owned(), place);
        document.change(2, changes, encoding);
        assert_eq!(document.text(), expected);
        assert_eq!(document.version, 2);
    }

    #[test]
    fn changes_are_applied_one_after_the_other() {
        let changes =
            vec![edit((0, 0), (0, 1), "xyz\n"), edit((1, 0), (1, 1), "é"), edit((1, 1), (1, 1), "!")];
        check("abc", Encoding::Utf16, changes, "xyz\né!c");
    }

    #[test]
    fn columns_count_what_was_agreed_on() {
        check("é漢😀b", Encoding::Utf16, vec![edit((0, 4), (0, 5), "c")], "é漢😀c");
        check("é漢😀b", Encoding::Utf8, vec![edit((0, 9), (0, 10), "c")], "é漢😀c");
        check("a\r\né😀b\r\n", Encoding::Utf16, vec![edit((1, 3), (1, 99), "")], "a\r\né😀\r\n");
    }

    #[test]
    fn places_that_are_not_there_do_no_harm() {
        check("ab", Encoding::Utf16, vec![edit((7, 7), (9, 9), "c")], "abc");
        check("ab", Encoding::Utf8, vec![edit((0, 2), (0, 1), "c")], "abc");
        check("😀", Encoding::Utf16, vec![edit((0, 1), (0, 1), "x")], "x😀");
    }

    #[test]
    fn a_change_without_a_place_is_the_whole_text() {
        let all = TextDocumentContentChangeEvent { range: None, range_length: None, text: "new".to_owned() };
        check("old", Encoding::Utf16, vec![all, edit((0, 3), (0, 3), "er")], "newer");
    }
}
