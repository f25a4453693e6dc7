//! Facts: what a host finds about itself, and what packages ask it; read at most once in a run and only what the
//! plan uses.

mod cache;
mod declared;
mod fit;

use std::collections::BTreeMap;

use mc_plan::json::Node;
use mc_plan::plan::Fact;
use mc_plan::reading;
use mc_plan::value::{TypeDef, Value};

use crate::host::{HostError, ReadHost};

pub(crate) use cache::Facts;

/// The value of a fact of a plan: from its source, or from what the package that declares it says. That may run a
/// program, so the plan is one of a verified bundle.
///
/// # Errors
/// Why this host has no such value.
pub fn value(
    fact: &Fact,
    types: &[TypeDef],
    source: &dyn FactSource,
    host: &dyn ReadHost,
) -> Result<Value, FactError> {
    match (&fact.declared, source.stand_in(&fact.path)) {
        (None, _) => source.fact(host, &fact.path)?.into_value(&fact.ty, types),
        (Some(_), Some(node)) => {
            reading::node(node, &fact.ty, types).map_err(|error| FactError::Misfit(error.to_string()))
        }
        (Some(declared), None) => declared::read(host, fact, declared, types),
    }
}

/// Where facts come from: the collectors, or a file that stands in for them.
pub trait FactSource: Sync {
    /// The value of a fact by its dotted path (`os.family`). A path that is unknown is
    /// [`FactError::Unknown`]; what this host does not have is [`Finding::None`].
    fn fact(&self, host: &dyn ReadHost, path: &str) -> Result<Finding, FactError>;

    /// What stands in for a fact that a package declares, by its name (`web.storage.raid`); none: the host is asked.
    fn stand_in(&self, name: &str) -> Option<&Node> {
        let _ = name;
        None
    }
}

/// What was found, before it is fitted into the type that the plan gives it. Enum variants are named, so
/// that a collector need not know in which order a plan declares them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// This host has no such thing.
    None,
    /// A truth.
    Bool(bool),
    /// A number: `Int`, or a `Size` in bytes, or a `Duration` in nanoseconds.
    Int(i64),
    /// A text: `String`, a checked text, or an enum's variant without payload.
    Text(String),
    /// A list.
    List(Vec<Finding>),
    /// A record's fields, or an enum's variant with payload: `{ "Other": { "name": "plan9" } }`.
    Record(BTreeMap<String, Finding>),
}

/// Why a fact has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactError {
    /// No collector knows this path.
    #[error("this agent knows no such fact")]
    Unknown,
    /// The host could not be asked.
    #[error(transparent)]
    Host(#[from] HostError),
    /// What was found does not fit the type.
    #[error("{0}")]
    Misfit(String),
}
