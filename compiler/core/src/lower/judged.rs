//! What a guard is told while there is no host.

use mc_plan::eval::{Context, Lookup};
use mc_plan::expr::{ChangeFact, Operand};
use std::sync::Arc;

/// A resource as a guard sees it, as far as it is the same on every host.
pub(crate) struct Judged<'a> {
    pub(crate) key: &'a Operand,
    /// By position in the schema.
    pub(crate) attributes: Vec<Lookup>,
}

/// What differs from host to host.
pub(crate) fn unknown() -> Lookup {
    thread_local!(static WHY: Arc<str> = Arc::from("known on the host"));
    Lookup::Unknown(WHY.with(Arc::clone))
}

/// An operand, where it is the same on every host.
pub(crate) fn known(operand: &Operand) -> Lookup {
    match operand {
        Operand::Value(value) => Lookup::Value(value.clone()),
        Operand::Expr(_) => unknown(),
    }
}

impl Context for Judged<'_> {
    fn fact(&self, _: u32) -> Lookup {
        unknown()
    }

    fn label(&self, _: u32) -> Lookup {
        unknown()
    }

    fn change(&self, _: ChangeFact) -> Lookup {
        unknown()
    }

    fn key(&self) -> Lookup {
        known(self.key)
    }

    fn attribute(&self, position: u32) -> Lookup {
        self.attributes.get(position as usize).cloned().unwrap_or_else(unknown)
    }
}
