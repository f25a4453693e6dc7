//! What an editor offers to do at a place.

use crate::rename::FileEdits;
use mc_compiler::diagnostic::{Code, Diagnostic, Trust, code};
use mc_compiler::{Db, File};
use mc_syntax::Span;
use std::collections::BTreeMap;

/// A change of the sources that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub title: String,
    /// What it changes.
    pub edits: Vec<FileEdits>,
    /// How far it can be trusted.
    pub trust: Trust,
    /// The problem that it repairs.
    pub problem: Diagnostic,
}

/// The problems of a file.
fn problems(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut problems = crate::diagnostics(db);
    problems.retain(|problem| problem.primary.file == file);
    problems
}

/// The repairs of the problems that touch a part of a file.
pub fn quick_fixes(db: &dyn Db, file: File, range: Span) -> Vec<Action> {
    let mut found = Vec::new();
    for problem in problems(db, file) {
        let touches = |span: Span| span.start <= range.end && range.start <= span.end;
        if let Some(fix) = problem.fix.clone().filter(|_| touches(problem.primary.span)) {
            let mut edits: BTreeMap<camino::Utf8PathBuf, FileEdits> = BTreeMap::new();
            for (place, text) in fix.edits {
                let path = place.file.path(db).clone();
                let of_file = edits.entry(path).or_insert(FileEdits { file: place.file, edits: Vec::new() });
                of_file.edits.push((place.span, text));
            }
            let mut edits: Vec<FileEdits> = edits.into_values().collect();
            edits.iter_mut().for_each(|file| file.edits.sort());
            found.push(Action { title: fix.title, edits, trust: fix.trust, problem });
        }
    }
    found.sort_by_key(|action| (action.trust, action.problem.primary.span));
    found
}

/// All repairs of a file that mean what was there before, or the only thing that can have been meant. Of two that touch
/// the same text the first is taken; the other is found again afterwards. With a code, only those of its problems.
pub fn fix_all(db: &dyn Db, file: File, code: Option<Code>) -> Vec<(Span, String)> {
    let mut problems = problems(db, file);
    // What is taken out goes first: it need not be written better.
    problems.sort_by_key(|problem| problem.code);
    let mut taken: Vec<(Span, String)> = Vec::new();
    for problem in problems {
        let wanted = code.is_none_or(|code| problem.code == code);
        let Some(fix) = problem.fix.filter(|fix| wanted && fix.trust == Trust::Safe) else { continue };
        let is_apart =
            |span: Span| taken.iter().all(|(other, _)| span.end < other.start || other.end < span.start);
        if fix.edits.iter().all(|(place, _)| place.file == file && is_apart(place.span)) {
            taken.extend(fix.edits.into_iter().map(|(place, text)| (place.span, text)));
        }
    }
    taken.sort();
    taken
}

/// The imports without what is not used, sorted.
pub fn organize_imports(db: &dyn Db, file: File) -> Vec<(Span, String)> {
    let mut edits = fix_all(db, file, Some(code::UNUSED_IMPORT));
    // What is taken out of an import moves what is behind it: sorted is what is there afterwards.
    if edits.is_empty() {
        edits = fix_all(db, file, Some(code::UNSORTED_IMPORTS));
    }
    edits
}
