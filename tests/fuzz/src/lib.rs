//! What has to hold for every input: one function for each fuzz target.
//!
//! A crate and a workspace of its own because the targets are built with coverage counters. `compiler/mcc/tests/fuzz.rs`
//! includes the same files and runs the functions over `corpus/`.

pub mod bundle;
#[cfg(feature = "compiler")]
pub mod check;
#[cfg(feature = "compiler")]
pub mod data;
#[path = "../../../compiler/syntax/tests/suite/faithful.rs"]
mod faithful;
pub mod format;
pub mod syntax;
