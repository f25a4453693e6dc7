//! What a run would do: the same looks and the same order, without a host that can write.

use std::collections::BTreeMap;

use mc_plan::plan::SourceSpan;
use mc_plan::value::Value;

use super::consent::{change, held};
use super::fingerprint::fingerprint;
use super::ledger::Debts;
use super::missing;
use super::preflight::{Found, Sight};
use super::skip;
use super::step::Board;
use crate::graph::{Vertex, at};
use crate::instantiate::Resolver;
use crate::provider::RefreshKind;
use crate::report::{Cause, Outcome};
use crate::resolve::{Missing, Outputs};

/// Gives every step its outcome.
pub(super) fn preview<'p>(
    sight: &Sight<'_, 'p>,
    resolver: &mut Resolver<'p>,
    debts: &Debts,
    board: &mut Board,
    left_out: &[bool],
    applied: &BTreeMap<String, [u8; 32]>,
    suffix: &str,
) {
    let mut preview = Preview {
        sight,
        resolver,
        debts,
        board,
        applied,
        suffix,
        outputs: Outputs::new(sight.graph.steps.len()),
        after: vec![None; sight.graph.vertices],
        refreshes: BTreeMap::new(),
    };
    for &vertex in &sight.graph.order {
        let left_out = left_out.get(at(vertex)).copied().unwrap_or(false);
        preview.visit(vertex, left_out);
        preview.pass(vertex);
    }
}

struct Preview<'b, 'a, 'p> {
    sight: &'b Sight<'a, 'p>,
    resolver: &'b mut Resolver<'p>,
    debts: &'b Debts,
    board: &'b mut Board,
    applied: &'b BTreeMap<String, [u8; 32]>,
    suffix: &'b str,
    outputs: Outputs,
    /// Per vertex: the step nearest before it that would change.
    after: Vec<Option<Vertex>>,
    /// Refreshes that changes before would bring, by receiver.
    refreshes: BTreeMap<Vertex, (RefreshKind, Vec<String>)>,
}

impl Preview<'_, '_, '_> {
    fn visit(&mut self, vertex: Vertex, left_out: bool) {
        let graph = self.sight.graph;
        let Some(step) = graph.step(vertex) else { return };
        if !step.present {
            return self.finish(vertex, Outcome::Absent, None);
        }
        if let Some(cause) = self.board.blocker(vertex) {
            let reason = self.board.blocks(graph, cause);
            return self.finish(vertex, Outcome::Blocked, Some(reason));
        }
        let found = self.board.step(vertex).and_then(|progress| progress.found.take());
        if left_out {
            if let Some(Found::Same(Some(outputs))) = found {
                self.give(vertex, outputs);
            }
            return self.finish(vertex, Outcome::Skipped, Some("`--only` leaves it out".to_owned()));
        }
        match self.resolver.skipped(graph, step, &self.outputs) {
            Ok(None) => {}
            Ok(Some(span)) => return self.skip(vertex, span, found),
            // What changes nothing would not do so later either.
            Err(Missing::Waits(_)) if self.sight.looks_in_turn(vertex) => {
                return self.finish(vertex, Outcome::Unchanged, None);
            }
            Err(Missing::Waits(before)) => {
                let reason =
                    format!("known after {}, which decides whether it is skipped", self.awaited(before));
                return self.finish(vertex, Outcome::WouldChange, Some(reason));
            }
            Err(why) => return self.finish(vertex, Outcome::Failed, Some(missing(graph, vertex, &why))),
        }
        let desired = match self.resolver.desired(graph, step, &self.outputs) {
            Ok(_) if step.later.is_empty() => None,
            Ok(desired) => Some(desired),
            Err(Missing::Waits(_)) if self.sight.looks_in_turn(vertex) => {
                return self.finish(vertex, Outcome::Unchanged, None);
            }
            Err(Missing::Waits(before)) => {
                let reason = format!("known after {}", self.awaited(before));
                return self.finish(vertex, Outcome::WouldChange, Some(reason));
            }
            Err(why) => return self.finish(vertex, Outcome::Failed, Some(missing(graph, vertex, &why))),
        };
        if self.sight.looks_in_turn(vertex) {
            // Looking is all that it does, so it may be denied as what others do.
            let held = held(self.resolver, graph, vertex, desired.as_deref(), change(None, None));
            if let Some((outcome, reason)) = held {
                return self.finish(vertex, outcome, Some(reason));
            }
            if self.changed_before(vertex).is_some() {
                // What it would say cannot be known before.
                return self.finish(vertex, Outcome::Unchanged, None);
            }
        }
        let found = match (found, &desired) {
            (Some(found), None) => found,
            (_, desired) => {
                let desired = desired.as_deref().unwrap_or(&step.desired);
                self.look(vertex, desired).unwrap_or(Found::Same(None))
            }
        };
        let refresh = self.refresh(vertex);
        match found {
            Found::Same(outputs) => {
                if let Some(outputs) = outputs
                    && refresh.is_none()
                {
                    self.give(vertex, outputs);
                }
                let kind = refresh.as_ref().map(|(kind, _)| *kind);
                let held = match kind {
                    Some(_) => held(self.resolver, graph, vertex, desired.as_deref(), change(None, kind)),
                    None => None,
                };
                match (held, kind) {
                    (Some((outcome, reason)), _) => self.finish(vertex, outcome, Some(reason)),
                    (None, Some(_)) => self.finish(vertex, Outcome::WouldChange, None),
                    (None, None) => self.finish(vertex, Outcome::Unchanged, None),
                }
            }
            Found::Differs(look) => {
                let cause = match self.applied.get(&graph.identity(vertex)) {
                    None => Cause::New,
                    Some(known)
                        if *known
                            == fingerprint(desired.as_deref().unwrap_or(&step.desired), self.suffix) =>
                    {
                        Cause::Drift
                    }
                    Some(_) => Cause::Policy,
                };
                if let Some(progress) = self.board.step(vertex) {
                    let detail = progress.detail();
                    detail.show(&step.name, &look);
                    detail.cause = Some(cause);
                }
                let kind = refresh.as_ref().map(|(kind, _)| *kind);
                let held = held(self.resolver, graph, vertex, desired.as_deref(), change(Some(&look), kind));
                match held {
                    Some((outcome, reason)) => self.finish(vertex, outcome, Some(reason)),
                    None => self.finish(vertex, Outcome::WouldChange, None),
                }
            }
            Found::Failed(error) => match self.changed_before(vertex) {
                // What is not there yet may come with a step before.
                Some(before) => {
                    let name = graph.step(before).map_or("a step before", |step| &step.name);
                    let reason = format!("known after {name}: {error}");
                    self.finish(vertex, Outcome::WouldChange, Some(reason));
                }
                None => self.finish(vertex, Outcome::Failed, Some(error.message)),
            },
        }
        if let Some((kind, from)) = refresh
            && let Some(progress) = self.board.step(vertex)
        {
            progress.detail().refresh = Some((kind, from, false));
        }
    }

    /// A step that is left out. What its outputs say of the host is read all the same; where that cannot be
    /// told yet, they are not known.
    fn skip(&mut self, vertex: Vertex, span: SourceSpan, found: Option<Found>) {
        let graph = self.sight.graph;
        let reason = Some(super::skips(graph, span));
        if !skip::looks(graph, vertex) {
            self.give(vertex, skip::nothing(graph, vertex));
            return self.finish(vertex, Outcome::Skipped, reason);
        }
        let Some(step) = graph.step(vertex) else { return };
        let found = match self.resolver.desired(graph, step, &self.outputs) {
            Ok(desired) => found.or_else(|| self.look(vertex, &desired)),
            Err(Missing::Waits(_)) => return self.finish(vertex, Outcome::Skipped, reason),
            Err(why) => return self.finish(vertex, Outcome::Failed, Some(missing(graph, vertex, &why))),
        };
        let waits = self.changed_before(vertex).is_some();
        match found.map(|found| skip::outputs(graph, vertex, found)) {
            Some(Ok(outputs)) => self.give(vertex, outputs),
            // What is not there yet may come with a step before.
            Some(Err(error)) if !waits => return self.finish(vertex, Outcome::Failed, Some(error.message)),
            Some(Err(_)) | None => {}
        }
        self.finish(vertex, Outcome::Skipped, reason);
    }

    /// The step nearest before one that would change.
    fn changed_before(&self, vertex: Vertex) -> Option<Vertex> {
        self.after.get(at(vertex)).copied().flatten()
    }

    /// A step whose output is not known yet, for people.
    fn awaited(&self, vertex: Option<Vertex>) -> String {
        let name = |vertex: Vertex| self.sight.graph.step(vertex).map(|step| &*step.name);
        let Some((vertex, shown)) = vertex.and_then(|vertex| Some((vertex, name(vertex)?))) else {
            return "a step before".to_owned();
        };
        match self.changed_before(vertex).and_then(name) {
            Some(change) if self.sight.looks_in_turn(vertex) => {
                format!("{shown}, which is asked when {change} has changed")
            }
            _ => shown.to_owned(),
        }
    }

    /// The outputs of a step are known.
    fn give(&mut self, vertex: Vertex, outputs: Vec<Option<Value>>) {
        self.outputs.set(vertex, outputs);
        self.resolver.outputs_changed();
    }

    fn look(&self, vertex: Vertex, desired: &[Option<Value>]) -> Option<Found> {
        let provider = self.sight.provider(vertex)?;
        self.sight.look(provider, &[vertex], &[desired]).pop()
    }

    /// The refresh that is owed to a step, or would be.
    fn refresh(&mut self, vertex: Vertex) -> Option<(RefreshKind, Vec<String>)> {
        let owed = self.debts.of(self.sight.graph, vertex);
        let coming = self.refreshes.remove(&vertex);
        match (owed, coming) {
            (Some((a, mut from)), Some((b, more))) => {
                from.extend(more);
                from.sort();
                from.dedup();
                Some((a.max(b), from))
            }
            (owed, coming) => owed.or(coming),
        }
    }

    fn finish(&mut self, vertex: Vertex, outcome: Outcome, reason: Option<String>) {
        if let Some(progress) = self.board.step(vertex) {
            progress.outcome = Some(outcome);
            if reason.is_some() {
                progress.detail().reason = reason;
            }
        }
        if outcome != Outcome::WouldChange {
            return;
        }
        let graph = self.sight.graph;
        let sender = graph.step(vertex).map(|step| step.name.to_string()).unwrap_or_default();
        for refresh in graph.refreshed_by(vertex) {
            let entry = self.refreshes.entry(refresh.receiver).or_insert((refresh.kind, Vec::new()));
            entry.0 = entry.0.max(refresh.kind);
            entry.1.push(sender.clone());
        }
    }

    /// What comes after a vertex hears of it.
    fn pass(&mut self, vertex: Vertex) {
        let graph = self.sight.graph;
        self.board.pass(graph, vertex);
        let would =
            self.board.step(vertex).and_then(|progress| progress.outcome) == Some(Outcome::WouldChange);
        let before = if would { Some(vertex) } else { self.after.get(at(vertex)).copied().flatten() };
        let Some(before) = before else { return };
        for edge in graph.edges.from(vertex) {
            if let Some(slot) = self.after.get_mut(at(edge.to)) {
                slot.get_or_insert(before);
            }
        }
    }
}
