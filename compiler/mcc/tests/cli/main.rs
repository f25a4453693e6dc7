//! Sessions with the real `mcc` in an empty folder and an empty environment.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "test code: it uses the real machine, and what cannot be prepared fails the test"
)]

mod build;
mod check;
mod data;
mod diff;
mod doc;
mod example;
mod explain;
mod fmt;
mod graph;
mod key;
mod lint;
mod new;
mod refusal;
mod repeat;
mod sarif;
mod secret;
mod session;
mod test;
mod tool;
mod usage;
mod vendor;
mod why;
