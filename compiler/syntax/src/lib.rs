//! Tokens, grammar and syntax tree of the Masterchef language.
//!
//! A crate of its own because the generated parser is slow to compile and changes rarely: it holds nothing
//! heavy beside it, no incremental database and no IO.

pub mod ast;
mod span;

pub use span::Span;
