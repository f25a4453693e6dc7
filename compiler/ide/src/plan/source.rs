//! Places of a plan in the sources.

use crate::definition::Location;
use mc_compiler::{Db, File, name};
use mc_plan::plan::{Plan, SourceSpan};
use mc_syntax::Span;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// The files that a plan names.
pub(crate) struct Sources<'db> {
    db: &'db dyn Db,
    /// By position in the plan; a plan of another package names files that are not here.
    files: Vec<Option<(File, OnceCell<Vec<u32>>)>>,
}

impl<'db> Sources<'db> {
    pub(crate) fn new(db: &'db dyn Db, plan: &Plan) -> Self {
        let all: BTreeMap<&str, File> =
            name::modules(db).values().map(|file| (file.path(db).as_str(), *file)).collect();
        let file = |path: &String| all.get(path.as_str()).map(|file| (*file, OnceCell::new()));
        Sources { db, files: plan.files.iter().map(file).collect() }
    }

    pub(crate) fn file(&self, at: SourceSpan) -> Option<File> {
        self.files.get(at.file as usize)?.as_ref().map(|(file, _)| *file)
    }

    /// The place, up to the end of the line or to what it opens there.
    pub(crate) fn location(&self, at: SourceSpan) -> Option<Location> {
        let (file, starts) = self.files.get(at.file as usize)?.as_ref()?;
        let text = file.text(self.db);
        let starts = starts.get_or_init(|| {
            let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(ends.map(|(end, _)| end as u32 + 1)).collect()
        });
        let start = *starts.get(at.line.checked_sub(1)? as usize)?;
        let line = text.get(start as usize..)?.lines().next().unwrap_or_default();
        let column = at.column.saturating_sub(1) as usize;
        let before: usize = line.chars().take(column).map(char::len_utf8).sum();
        let rest = line.get(before..).unwrap_or_default();
        let rest = rest.trim_end().trim_end_matches(['{', ',']).trim_end();
        let from = start + before as u32;
        Some(Location { file: *file, span: Span::new(from, from + rest.len() as u32) })
    }
}
