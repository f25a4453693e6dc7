//! What editors ask about a package: plain functions over the compiler's database, plain data in and out.
//!
//! A crate of its own because an answer has nothing to do with the protocol that carries it: no protocol types
//! are known here, and everything can be tested with a text and a cursor in it. Places are byte offsets;
//! [`LineIndex`] turns them into lines and columns.
//!
//! All functions are queries of one snapshot of the database. They never panic on sources that are half
//! typed, and unwind with salsa's `Cancelled` when the database is changed meanwhile.

mod action;
mod assist;
mod call;
mod completion;
mod definition;
mod describe;
mod format;
mod hierarchy;
mod hint;
mod hover;
mod lens;
mod link;
mod manifest;
mod moved;
mod occurrence;
mod plan;
mod position;
mod problem;
mod reference;
mod rename;
mod semantic;
mod structure;
mod symbol;
mod template;
mod test_case;
mod type_definition;
mod value;
mod why;

pub use action::{Action, fix_all, organize_imports, quick_fixes};
pub use assist::{ASSISTS, Assist, AssistKind, Offer, Shown, SourceChange, Wanted, assists};
pub use call::{CallHelp, call_help};
pub use completion::{Completion, Proposal, ProposalKind, completion, completion_beside};
pub use definition::{Location, definition};
pub use format::{Formatting, format, format_closed, format_range};
pub use hierarchy::{
    Call, Node, incoming_calls, outgoing_calls, prepare_calls, prepare_types, subtypes, supertypes,
};
pub use hint::{Hint, HintKind, Hints, hints};
pub use hover::{Hover, hover};
pub use lens::{Lens, LensKind, lenses, policy_lens, reference_lens};
pub use link::{Link, LinkTarget, links};
pub use manifest::{Nearby, is_manifest, manifest_name};
pub use moved::moved;
pub use plan::{
    Built, Change, Changed, DeclaredAt, EdgeView, FixtureView, GroupView, NodeKind, NodeView, Order, OrderOf,
    OrderQuestion, OrderedStep, PlanQuestion, PlanView, ReasonView, RuleView, plan_view, runs_before,
};
pub use position::{Encoding, LineIndex, Position, line_index};
pub use problem::{diagnostics, problems_beyond_files, problems_of_file, problems_of_files};
pub use reference::{Usage, highlights, linked, references};
pub use rename::{FileEdits, NotRenamed, prepare_rename, rename};
pub use semantic::{NameKind, SemanticName, semantic_names};
pub use structure::{Fold, FoldKind, folds, selections};
pub use symbol::{Declaration, Symbol, SymbolKind, document_symbols, workspace_symbols};
pub use test_case::{TestCase, TestItem, TestResult, run_tests, tests};
pub use type_definition::{implementations, type_definition};
pub use why::{Why, origin_location, why};

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
