//! Tests of the parser through its public interface.

mod corpus;
mod declared;
mod faithful;
mod foreign;
mod format;
mod habit;
mod mistake;
mod place;
mod print;
mod robust;
mod rule;
mod size;
mod style;
mod template;
mod tree;
