//! Tests of the parser through its public interface.

mod corpus;
mod habit;
mod mistake;
mod print;
mod robust;
mod size;
mod tree;
