//! mc-compiler
