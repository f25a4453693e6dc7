//! The compiler: from the text of a package's files to a plan.
//!
//! A crate of its own because the command line and the language server share it whole. It does no IO: files
//! come in as inputs of an incremental database ([`db::Database`]), everything else is derived from them, and
//! mistakes in the source are values ([`diagnostic::Diagnostic`]), never errors of a function.
//!
//! The way of the data: [`package`] loads files, `mc-syntax` parses them, [`name`] resolves names,
//! [`signature`] and [`check`] give types, [`phase`] says when each value is known, [`eval`] runs the program as far as it is known, [`lower`]
//! makes the graph.

pub mod capability;
pub mod check;
pub mod compile;
pub mod data;
pub mod db;
pub mod diagnostic;
pub mod diff;
pub mod doc;
pub mod eval;
pub mod fact;
pub mod graph;
pub mod hir;
pub mod lint;
pub mod lower;
pub mod name;
pub mod notation;
pub mod package;
pub mod phase;
pub mod prelude;
pub mod signature;
pub mod system;
pub mod test;
pub mod ty;
pub mod why;

pub use compile::{CompiledPlan, compiled_plan, diagnostics, static_diagnostics};
pub use db::{Database, Db, File, Origin, Program};
pub use diagnostic::{Diagnostic, Severity};
