//! What a run knows of its steps.

use std::time::Duration;

use mc_plan::value::Value;

use super::preflight::{Found, Look};
use crate::graph::{Graph, Vertex, at};
use crate::provider::RefreshKind;
use crate::report::{Cause, ChangeReport, Outcome, RefreshReport, StepReport, unified};

/// Where a step stands.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Its outcome, once it has one.
    pub(super) outcome: Option<Outcome>,
    /// What the last look gave, while it may still be used.
    pub(super) found: Option<Found>,
    /// What most steps do not need.
    pub(super) detail: Option<Box<Detail>>,
}

/// What there is to say of a step that is not simply unchanged.
#[derive(Debug, Default)]
pub(super) struct Detail {
    pub(super) reason: Option<String>,
    pub(super) cause: Option<Cause>,
    pub(super) changes: Vec<ChangeReport>,
    pub(super) diff: Option<String>,
    pub(super) refresh: Option<(RefreshKind, Vec<String>, bool)>,
    pub(super) notes: Vec<String>,
    /// How many attempts failed.
    pub(super) failures: u32,
    /// Whether an attempt did something, or may have.
    pub(super) touched: bool,
    /// Its attributes, where they are known only now.
    pub(super) desired: Option<Vec<Option<Value>>>,
    pub(super) started: Option<Duration>,
    pub(super) took: Duration,
}

impl Progress {
    pub(super) fn detail(&mut self) -> &mut Detail {
        self.detail.get_or_insert_default()
    }
}

impl Detail {
    /// Keeps what differs for the report.
    pub(super) fn show(&mut self, name: &str, look: &Look) {
        self.changes = look
            .diff
            .changes
            .iter()
            .map(|change| ChangeReport {
                property: change.property.to_string(),
                old: change.old.clone(),
                new: change.new.clone(),
            })
            .collect();
        self.diff = look.diff.text.as_ref().and_then(|text| unified(name, &text.old, &text.new));
    }
}

/// All steps of a run, and who is blocked by whom.
pub(super) struct Board {
    pub(super) steps: Vec<Progress>,
    /// Per vertex: the step nearest before it that did not work.
    blocked_by: Vec<Option<Vertex>>,
}

impl Board {
    pub(super) fn new(graph: &Graph<'_>) -> Self {
        let mut steps = Vec::new();
        steps.resize_with(graph.steps.len(), Progress::default);
        Self { steps, blocked_by: vec![None; graph.vertices] }
    }

    pub(super) fn step(&mut self, vertex: Vertex) -> Option<&mut Progress> {
        self.steps.get_mut(at(vertex))
    }

    /// Who blocks a vertex.
    pub(super) fn blocker(&self, vertex: Vertex) -> Option<Vertex> {
        self.blocked_by.get(at(vertex)).copied().flatten()
    }

    /// Why a step cannot run that this one blocks, for people.
    pub(super) fn blocks(&self, graph: &Graph<'_>, cause: Vertex) -> String {
        let name = graph.step(cause).map_or("", |step| &step.name);
        match self.steps.get(at(cause)).and_then(|step| step.outcome) {
            Some(Outcome::Denied) => format!("{name} is denied"),
            Some(Outcome::AwaitingApproval) => format!("{name} awaits an approval"),
            _ => format!("{name} did not work"),
        }
    }

    /// What comes right after `vertex` hears that it is done.
    pub(super) fn pass(&mut self, graph: &Graph<'_>, vertex: Vertex) {
        let cause = match self.steps.get(at(vertex)) {
            Some(step) => step.outcome.is_some_and(Outcome::blocks).then_some(vertex),
            // A barrier passes on what it heard.
            None => self.blocker(vertex),
        };
        let Some(cause) = cause else { return };
        for edge in graph.edges.from(vertex) {
            if let Some(slot) = self.blocked_by.get_mut(at(edge.to)) {
                // Of several the first in order, so that timing does not show.
                *slot = Some(slot.map_or(cause, |known| known.min(cause)));
            }
        }
    }

    /// The names from the step that blocks this one down to the one that did not work.
    fn chain(&self, graph: &Graph<'_>, vertex: Vertex) -> Vec<String> {
        let mut chain = Vec::new();
        let mut next = self.blocker(vertex);
        while let Some(cause) = next {
            chain.push(graph.step(cause).map(|step| step.name.to_string()).unwrap_or_default());
            let blocked = self.steps.get(at(cause)).and_then(|step| step.outcome) == Some(Outcome::Blocked);
            next = if blocked { self.blocker(cause) } else { None };
        }
        chain
    }

    /// What is reported of a step; none for one that is unchanged and has nothing to say.
    pub(super) fn report(
        &mut self,
        graph: &Graph<'_>,
        vertex: Vertex,
        begun: Duration,
    ) -> Option<StepReport> {
        let outcome = self.steps.get(at(vertex))?.outcome.unwrap_or(Outcome::NotRun);
        if outcome == Outcome::Unchanged {
            return None;
        }
        let chain = if outcome == Outcome::Blocked { self.chain(graph, vertex) } else { Vec::new() };
        let step = graph.step(vertex)?;
        let detail = self.steps.get_mut(at(vertex)).and_then(|step| step.detail.take());
        let detail = detail.map(|detail| *detail).unwrap_or_default();
        let schema = graph.plan.schemas.get(at(step.schema));
        let policy = graph.plan.policies.get(at(step.policy));
        let refresh = detail.refresh.map(|(kind, from, delivered)| RefreshReport { kind, from, delivered });
        Some(StepReport {
            name: step.name.to_string(),
            resource: schema.map(|schema| schema.name.clone()).unwrap_or_default(),
            policy: policy.map(|policy| policy.name.clone()).unwrap_or_default(),
            place: graph.place(vertex),
            tags: step.tags().iter().map(|tag| (*tag).to_owned()).collect(),
            outcome,
            reason: detail.reason,
            chain,
            cause: detail.cause,
            changes: detail.changes,
            diff: detail.diff,
            refresh,
            notes: detail.notes,
            attempts: match outcome {
                Outcome::Failed | Outcome::TimedOut => detail.failures.max(1),
                _ => detail.failures.saturating_add(1),
            },
            started_ms: milliseconds(detail.started.map_or(Duration::ZERO, |at| at.saturating_sub(begun))),
            took_ms: milliseconds(detail.took),
        })
    }
}

pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
