//! What was written since preflight: a look is used again only if nothing wrote what it read.

use std::collections::BTreeSet;

use mc_plan::value::Value;

use super::preflight::Sight;
use crate::graph::{Graph, Vertex, at};
use crate::provider::{Writes, Written};
use crate::resolve::Relations;

/// What was written since preflight.
pub(super) struct Stale {
    /// Something that nobody can name.
    anything: bool,
    /// Whole shared databases.
    domains: BTreeSet<String>,
    /// Single things in a domain.
    values: BTreeSet<(String, Value)>,
    /// Per vertex: whether a step before it acted.
    after: Vec<bool>,
}

impl Stale {
    pub(super) fn new(vertices: usize) -> Self {
        Self {
            anything: false,
            domains: BTreeSet::new(),
            values: BTreeSet::new(),
            after: vec![false; vertices],
        }
    }

    /// Whether what preflight found of a step still holds.
    pub(super) fn spares(
        &self,
        sight: &Sight<'_, '_>,
        relations: &mut Relations<'_>,
        vertex: Vertex,
    ) -> bool {
        if self.anything || self.after.get(at(vertex)).copied().unwrap_or(true) {
            return false;
        }
        if self.domains.is_empty() && self.values.is_empty() {
            return true;
        }
        let Some(step) = sight.graph.step(vertex) else { return false };
        let Some(provider) = sight.provider(vertex) else { return false };
        if provider.describe().reads.iter().any(|domain| self.domains.contains(*domain)) {
            return false;
        }
        let Some(schema) = sight.graph.plan.schemas.get(at(step.schema)) else { return false };
        for relation in schema.claims.iter().chain(&schema.reads).chain(&schema.writes) {
            if self.domains.contains(&relation.domain) {
                return false;
            }
            match relations.value(step, relation.value) {
                Ok(Some(value)) => {
                    if self.values.contains(&(relation.domain.clone(), value)) {
                        return false;
                    }
                }
                Ok(None) => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// A step acted: what it writes is doubtful, and so is everything after it.
    pub(super) fn wrote(&mut self, sight: &Sight<'_, '_>, relations: &mut Relations<'_>, vertex: Vertex) {
        if let Some(flag) = self.after.get_mut(at(vertex)) {
            *flag = true;
        }
        let Some(step) = sight.graph.step(vertex) else { return };
        match sight.provider(vertex).map(|provider| provider.describe().writes) {
            Some(Writes::Domains(domains)) => {
                self.domains.extend(domains.iter().map(|domain| (*domain).to_owned()));
            }
            Some(Writes::Anything) | None => self.anything = true,
        }
        let Some(schema) = sight.graph.plan.schemas.get(at(step.schema)) else { return };
        for write in &schema.writes {
            match relations.value(step, write.value) {
                Ok(Some(value)) => {
                    self.values.insert((write.domain.clone(), value));
                }
                Ok(None) => {}
                Err(_) => self.anything = true,
            }
        }
    }

    /// What operations said they wrote.
    pub(super) fn add(&mut self, written: Written) {
        self.anything |= written.anything;
        self.domains.extend(written.domains);
    }

    /// What comes right after `vertex` hears that something before it acted.
    pub(super) fn pass(&mut self, graph: &Graph<'_>, vertex: Vertex) {
        if !self.after.get(at(vertex)).copied().unwrap_or(false) {
            return;
        }
        for edge in graph.edges.from(vertex) {
            if let Some(flag) = self.after.get_mut(at(edge.to)) {
                *flag = true;
            }
        }
    }
}
