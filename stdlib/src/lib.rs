//! mc-stdlib
