//! Tests of the parser through its public interface.

mod corpus;
mod mistake;
mod print;
mod robust;
mod tree;
