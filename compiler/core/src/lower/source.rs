//! The plan's map from positions to lines.

use crate::db::{Db, File, Origin, Program};
use crate::diagnostic::Place;
use mc_plan::plan::SourceSpan;
use rustc_hash::FxHashMap;

/// The files of the package and its dependencies, those of the standard library that something is declared in, and
/// where their lines start.
pub(super) struct Sources {
    paths: Vec<String>,
    index: FxHashMap<File, u32>,
    lines: FxHashMap<File, Vec<u32>>,
}

impl Sources {
    pub(super) fn new(db: &dyn Db) -> Self {
        let program = Program::get(db);
        let needed = crate::package::dependencies(db).iter().flat_map(|d| d.files(db));
        let files = program.files(db).iter().chain(needed).copied();
        let mut files: Vec<File> = files.filter(|f| f.path(db).extension() == Some("mc")).collect();
        files.sort_by_key(|f| f.path(db).clone());
        let index = files.iter().enumerate().map(|(i, f)| (*f, i as u32)).collect();
        let paths = files.iter().map(|f| f.path(db).to_string()).collect();
        Sources { paths, index, lines: FxHashMap::default() }
    }

    /// The line and column of a place.
    pub(super) fn span(&mut self, db: &dyn Db, place: Place) -> SourceSpan {
        let file = match self.index.get(&place.file) {
            Some(file) => *file,
            // What a standard component declares is placed in the standard library.
            None if place.file.origin(db) == Origin::Standard => {
                let file = self.paths.len() as u32;
                self.paths.push(place.file.path(db).to_string());
                self.index.insert(place.file, file);
                file
            }
            None => return SourceSpan::default(),
        };
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
        self.paths
    }
}
