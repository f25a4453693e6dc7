//! What editors ask about a package: plain functions over the compiler's database, plain data in and out.
//!
//! A crate of its own because an answer has nothing to do with the protocol that carries it: no protocol types
//! are known here, and everything can be tested with a text and a cursor in it. Places are byte offsets;
//! [`LineIndex`] turns them into lines and columns.
//!
//! All functions are queries of one snapshot of the database. They never panic on sources that are half
//! typed, and unwind with salsa's `Cancelled` when the database is changed meanwhile.

mod action;
mod completion;
mod definition;
mod describe;
mod format;
mod hover;
mod occurrence;
mod position;
mod reference;
mod rename;
mod semantic;
mod structure;
mod symbol;

pub use action::{Action, fix_all, organize_imports, quick_fixes};
pub use completion::{Completion, Proposal, ProposalKind, completion};
pub use definition::{Location, definition};
pub use format::{Formatting, format};
pub use hover::{Hover, hover};
pub use position::{Encoding, LineIndex, Position, line_index};
pub use reference::{Usage, highlights, references};
pub use rename::{FileEdits, NotRenamed, prepare_rename, rename};
pub use semantic::{NameKind, SemanticName, semantic_names};
pub use structure::{Fold, FoldKind, folds, selections};
pub use symbol::{Declaration, Symbol, SymbolKind, document_symbols, workspace_symbols};

use mc_compiler::{Db, Diagnostic, lint};

/// All problems of the package, in every file of it, sorted by file and place: errors and warnings, and what the rules
/// of `mcc lint` find where there are no errors.
pub fn diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    lint::lint(db, &lint::settings(db))
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
