//! The graph of the language, rule by rule: what exists, identity and merging, several policies, order.

mod condition;
mod edge;
mod existence;
mod identity;
mod missing;
mod policy;
