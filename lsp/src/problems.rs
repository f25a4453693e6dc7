//! What was found in a package, and what the client shows of it.
//!
//! What single files show is known at once; what needs the whole package comes a moment later. Until then what was
//! found last stays shown, moved along with the text.

use crate::answer::FileDiagnostics;
use camino::{Utf8Path, Utf8PathBuf};
use mc_ide::Encoding;
use std::collections::BTreeMap;
use tower_lsp::ls_types::{Diagnostic, NumberOrString, Position, Range, TextDocumentContentChangeEvent};

/// The problems of a package, by the paths of its files.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    /// What single files show.
    of_files: BTreeMap<Utf8PathBuf, Vec<Diagnostic>>,
    /// What the whole package shows.
    beyond_files: BTreeMap<Utf8PathBuf, Vec<Diagnostic>>,
    /// Whether all files were checked since the package was opened.
    pub(crate) is_complete: bool,
}

/// A part of what can be found.
#[derive(Debug)]
pub(crate) enum Found {
    /// In one file.
    File(Utf8PathBuf, Vec<Diagnostic>),
    /// In each file for itself.
    Files(Vec<FileDiagnostics>),
    /// In the package as a whole.
    Package(Vec<FileDiagnostics>),
}

impl Problems {
    pub(crate) fn take(&mut self, found: Found) {
        match found {
            Found::File(path, found) => {
                self.of_files.insert(path, found);
            }
            Found::Files(found) => {
                self.of_files = found.into_iter().collect();
                self.is_complete = true;
            }
            Found::Package(found) => self.beyond_files = found.into_iter().collect(),
        }
    }

    /// The files with problems.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.of_files.keys().chain(self.beyond_files.keys())
    }

    /// All problems of a file, in the order of their places and codes.
    pub(crate) fn of(&self, path: &Utf8Path) -> Vec<Diagnostic> {
        let parts = [&self.of_files, &self.beyond_files];
        let mut all: Vec<Diagnostic> =
            parts.into_iter().filter_map(|part| part.get(path)).flatten().cloned().collect();
        let code = |found: &Diagnostic| match &found.code {
            Some(NumberOrString::String(code)) => code.clone(),
            _ => String::new(),
        };
        all.sort_by_key(|found| (found.range.start, found.range.end, code(found)));
        all
    }

    /// Moves what is not found anew at once along with a change of a file.
    pub(crate) fn follow(
        &mut self,
        path: &Utf8Path,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) {
        let Some(found) = self.beyond_files.get_mut(path) else { return };
        for change in changes {
            let Some(replaced) = change.range else {
                found.clear();
                continue;
            };
            let end = end_of(replaced.start, &change.text, encoding);
            found.retain_mut(|found| {
                let moved = moved(found.range, replaced, end);
                found.range = moved.unwrap_or(found.range);
                moved.is_some()
            });
        }
    }
}

/// Where a text ends that begins at a position.
fn end_of(start: Position, text: &str, encoding: Encoding) -> Position {
    let last = text.rsplit('\n').next().unwrap_or_default();
    let width = match encoding {
        Encoding::Utf8 => last.len(),
        Encoding::Utf16 => last.encode_utf16().count(),
    } as u32;
    match text.matches('\n').count() as u32 {
        0 => Position::new(start.line, start.character + width),
        lines => Position::new(start.line + lines, width),
    }
}

/// Where a range is after another was replaced by what now ends at `end`. None if its own text was changed.
fn moved(range: Range, replaced: Range, end: Position) -> Option<Range> {
    if range.end <= replaced.start {
        return Some(range);
    }
    if range.start < replaced.end {
        return None;
    }
    let shift = |at: Position| {
        if at.line == replaced.end.line {
            Position::new(end.line, end.character + at.character - replaced.end.character)
        } else {
            Position::new(at.line - replaced.end.line + end.line, at.character)
        }
    };
    Some(Range::new(shift(range.start), shift(range.end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: (u32, u32), to: (u32, u32)) -> Range {
        Range::new(Position::new(from.0, from.1), Position::new(to.0, to.1))
    }

    fn check(before: Range, replaced: Range, text: &str, expected: Option<Range>) {
        let path = Utf8Path::new("src/main.mc");
        let mut problems = Problems::default();
        problems.take(Found::Package(vec![(
            path.to_owned(),
            vec![Diagnostic { range: before, ..Diagnostic::default() }],
        )]));
        let change = TextDocumentContentChangeEvent {
            range: Some(replaced),
            range_length: None,
            text: text.to_owned(),
        };
        problems.follow(path, &[change], Encoding::Utf16);
        let found: Vec<Range> = problems.of(path).into_iter().map(|found| found.range).collect();
        assert_eq!(found, Vec::from_iter(expected));
    }

    #[test]
    fn problems_follow_the_text() {
        let word = range((2, 4), (2, 8));
        check(word, range((1, 0), (1, 9)), "x", Some(word));
        check(word, range((2, 0), (2, 1)), "😀é", Some(range((2, 6), (2, 10))));
        check(word, range((1, 3), (2, 2)), "", Some(range((1, 5), (1, 9))));
        check(word, range((0, 0), (0, 0)), "a\nb\n", Some(range((4, 4), (4, 8))));
        check(word, range((2, 1), (2, 1)), "\n  ", Some(range((3, 5), (3, 9))));
        check(word, range((2, 8), (2, 8)), "x", Some(word));
        check(word, range((2, 4), (2, 4)), "x", Some(range((2, 5), (2, 9))));
        check(word, range((2, 5), (2, 6)), "", None);
        check(word, range((0, 0), (9, 0)), "", None);
    }
}
