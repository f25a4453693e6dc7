//! Decides what a verified plan means on one host, and does it: the contracts with the outside world
//! ([`host`], [`provider`], [`state`]), the concrete graph, the run, its journal and its report.
//!
//! A crate of its own because these decisions must be testable without a host and without a provider: it
//! does no IO, names no provider and links neither the compiler nor a network.

pub mod fact;
pub mod host;
mod instantiate;
pub mod journal;
pub mod label;
pub mod owed;
pub mod provider;
pub mod report;
pub mod run;
pub mod state;

pub use mc_plan::instance::refusal;

pub(crate) use mc_plan::instance::{graph, render, resolve};
