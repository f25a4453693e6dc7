//! The plan's map from positions to lines.

use crate::db::{Db, File, Program};
use crate::diagnostic::Place;
use mc_plan::plan::SourceSpan;
use rustc_hash::FxHashMap;

/// The files that the plan names, and where their lines start. A file that declares nothing of the plan is not in
/// it: neither tests nor the rest of the standard library change a bundle.
pub(super) struct Sources<'db> {
    db: &'db dyn Db,
    paths: Vec<String>,
    index: FxHashMap<File, u32>,
    /// Named where the plan names no other: a place that says nothing is in the first file.
    fallback: Option<String>,
    lines: FxHashMap<File, Vec<u32>>,
    /// The line of the place before, which the next one is mostly in or near.
    last: Option<Line<'db>>,
}

/// A line of a file that the plan names.
#[derive(Clone, Copy)]
struct Line<'db> {
    of: File,
    /// The file's text.
    text: &'db str,
    /// The file by position.
    file: u32,
    /// Counted from 1.
    number: u32,
    start: u32,
    /// Where the next line starts.
    end: u32,
}

impl<'db> Sources<'db> {
    pub(super) fn new(db: &'db dyn Db) -> Self {
        let mut paths: Vec<String> =
            Program::get(db).files(db).iter().map(|file| file.path(db).to_string()).collect();
        paths.retain(|path| path.ends_with(".mc"));
        let fallback = paths.into_iter().min();
        Sources {
            db,
            paths: Vec::new(),
            index: FxHashMap::default(),
            fallback,
            lines: FxHashMap::default(),
            last: None,
        }
    }

    /// The line and column of a place.
    pub(super) fn span(&mut self, place: Place) -> SourceSpan {
        let at = place.span.start;
        let line = match self.last {
            Some(last) if last.of == place.file && last.start <= at && at < last.end => last,
            _ => self.line(place),
        };
        self.last = Some(line);
        let before = line.text.get(line.start as usize..at as usize).unwrap_or_default();
        SourceSpan { file: line.file, line: line.number, column: before.chars().count() as u32 + 1 }
    }

    fn line(&mut self, place: Place) -> Line<'db> {
        let db = self.db;
        let next = self.paths.len() as u32;
        let file = *self.index.entry(place.file).or_insert(next);
        if file == next {
            self.paths.push(place.file.path(db).to_string());
        }
        let text = place.file.text(db);
        let lines = self.lines.entry(place.file).or_insert_with(|| {
            let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
            std::iter::once(0).chain(ends).collect()
        });
        let line = lines.partition_point(|start| *start <= place.span.start).saturating_sub(1);
        let start = lines.get(line).copied().unwrap_or(0);
        let end = lines.get(line + 1).copied().unwrap_or(u32::MAX);
        Line { of: place.file, text, file, number: line as u32 + 1, start, end }
    }

    pub(super) fn finish(self) -> Vec<String> {
        if self.paths.is_empty() { self.fallback.into_iter().collect() } else { self.paths }
    }
}
