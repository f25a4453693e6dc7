//! What is wrong with a package, in parts: what an edit shows at once must not wait for what needs the whole plan.

use mc_compiler::{Db, Diagnostic, File, compile, lint};

/// All problems of the package, in every file of it, sorted by file and place: errors and warnings, and what the rules
/// of `mcc lint` find where there are no errors.
pub fn diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    lint::lint(db, &lint::settings(db))
}

/// The problems that single files show: syntax, names, types and phases, which depend on a file's text and the
/// declarations of others.
pub fn problems_of_files(db: &dyn Db) -> Vec<Diagnostic> {
    lint::finish(db, &lint::settings(db), compile::of_files(db))
}

/// The same of one file, without looking at all others.
pub fn problems_of_file(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    lint::finish(db, &lint::settings(db), compile::of_file(db, file))
}

/// What [`diagnostics`] finds beside [`problems_of_files`]: in the package as a whole, in values, conditions and the graph,
/// and by rules.
pub fn problems_beyond_files(db: &dyn Db) -> Vec<Diagnostic> {
    let settings = lint::settings(db);
    let found = lint::beyond_files(db, &settings, &compile::of_files(db));
    lint::finish(db, &settings, found)
}
