//! The plan's map from positions to lines.

use crate::db::{Db, File, Program};
use crate::diagnostic::Place;
use mc_plan::plan::SourceSpan;
use rustc_hash::FxHashMap;

/// The files that the plan names, and where their lines start. A file that declares nothing of the plan is not in
/// it: neither tests nor the rest of the standard library change a bundle.
pub(super) struct Sources {
    paths: Vec<String>,
    index: FxHashMap<File, u32>,
    /// Named where the plan names no other: a place that says nothing is in the first file.
    fallback: Option<String>,
    lines: FxHashMap<File, Vec<u32>>,
}

impl Sources {
    pub(super) fn new(db: &dyn Db) -> Self {
        let mut paths: Vec<String> =
            Program::get(db).files(db).iter().map(|file| file.path(db).to_string()).collect();
        paths.retain(|path| path.ends_with(".mc"));
        let fallback = paths.into_iter().min();
        Sources { paths: Vec::new(), index: FxHashMap::default(), fallback, lines: FxHashMap::default() }
    }

    /// The line and column of a place.
    pub(super) fn span(&mut self, db: &dyn Db, place: Place) -> SourceSpan {
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
        let start = lines.get(line).copied().unwrap_or(0) as usize;
        let before = text.get(start..place.span.start as usize).unwrap_or_default();
        SourceSpan { file, line: line as u32 + 1, column: before.chars().count() as u32 + 1 }
    }

    pub(super) fn finish(self) -> Vec<String> {
        if self.paths.is_empty() { self.fallback.into_iter().collect() } else { self.paths }
    }
}
