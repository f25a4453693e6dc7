//! Tests of the parser through its public interface.

mod corpus;
mod declared;
mod foreign;
mod habit;
mod mistake;
mod place;
mod print;
mod robust;
mod rule;
mod size;
mod template;
mod tree;
