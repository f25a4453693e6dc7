//! The commands, one module each, with its arguments and `run`.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod doc;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod inspect;
pub(crate) mod key;
pub(crate) mod lint;
pub(crate) mod lsp;
pub(crate) mod new;
pub(crate) mod test;
pub(crate) mod vendor;
pub(crate) mod verify;
pub(crate) mod why;
