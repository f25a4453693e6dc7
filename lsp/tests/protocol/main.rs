//! The server as a client meets it: the real program, spoken to over its pipes.
#![allow(clippy::panic, clippy::expect_used, reason = "test code: what cannot be prepared fails the test")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests stand outside the product: they use the real machine"
)]

mod action;
#[path = "../../../compiler/ide/src/tests/bundle.rs"]
mod bundle;
mod capability;
mod change;
mod client;

mod disk;
mod document;
mod end;
mod extension;
mod help;
mod library;
mod long;
mod manifest;
mod navigation;
mod order;
mod package;
mod robust;
mod template;
mod workspace;
