//! What the end-to-end tests share: hosts that are managed by bundles, and reading what the agent reports.
//!
//! A crate of its own because it is on top of all others: its tests run the programs that are shipped, on
//! machines and folders that they change.
#![allow(clippy::panic, clippy::expect_used, reason = "test code: what cannot be prepared fails the test")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests stand outside the product: they use the real machine"
)]

pub mod managed;
pub mod part;
pub mod report;
