//! The scheduler: takes steps in graph order as what they depend on is done, gives work to workers, and
//! writes down what they do. It alone knows the state of the run; workers only look and act.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;

use mc_plan::plan::SourceSpan;
use mc_plan::value::Value;

use super::RunError;
use super::consent::{change, held};
use super::fingerprint::fingerprint;
use super::ledger::{Debts, Ledger};
use super::pool::{Done, Inline, Job, Pool, ToRead, Workers};
use super::preflight::Found;
use super::skip;
use super::stale::Stale;
use super::step::{Board, Progress};
use super::work::{BatchDone, Hands, Task, TaskDone};
use crate::graph::{Execution, Graph, Vertex, at};
use crate::host::Clock;
use crate::instantiate::Resolver;
use crate::journal::{Ending, Intent, StepResult, diff_digest};
use crate::provider::{Batch, DEFAULT_TIMEOUT, ProviderError, ProviderErrorKind};
use crate::report::{Cause, Outcome};
use crate::resolve::{Missing, Outputs, Relations};
use crate::state::Stop;

/// Why nothing new starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// Somebody asked for it.
    Stopped,
    /// The run took longer than it may.
    Deadline,
    /// Data could not be made durable, or the run's own state could not be stored.
    Broken,
}

impl Halt {
    fn reason(self) -> &'static str {
        match self {
            Self::Stopped => "the run was stopped",
            Self::Deadline => "the run took longer than it may",
            Self::Broken => "the run was broken off",
        }
    }
}

/// What a run is told from outside.
pub(super) struct Limits<'a> {
    pub(super) jobs: usize,
    pub(super) deadline: Option<Duration>,
    pub(super) suffix: &'a str,
    /// Raised when nobody needs to wait for anything any more.
    pub(super) wake: Stop,
}

/// Executes a graph.
pub(super) struct Scheduler<'a, 'p, 's> {
    pub(super) graph: &'a Graph<'p>,
    pub(super) hands: Hands<'a, 'p>,
    pub(super) resolver: &'a mut Resolver<'p>,
    pub(super) relations: &'a mut Relations<'p>,
    pub(super) ledger: &'a mut Ledger<'s>,
    pub(super) debts: &'a mut Debts,
    pub(super) board: &'a mut Board,
    pub(super) limits: Limits<'a>,
    /// Steps that `--only` leaves out.
    pub(super) left_out: &'a [bool],
    pub(super) notes: &'a mut Vec<String>,
}

/// What changes while the graph is executed.
struct State {
    /// Position in graph order by vertex.
    rank: Vec<u32>,
    /// How many vertices each one still waits for.
    waiting: Vec<u32>,
    /// Vertices all of whose predecessors are done, first in graph order on top.
    ready: BinaryHeap<Reverse<u32>>,
    /// Steps that must be read, by schema, in graph order.
    to_read: BTreeMap<u32, Vec<ToRead>>,
    /// Steps that must act and whose intents are not written yet.
    to_intend: Vec<Task>,
    /// Steps whose intents are durable, by schema.
    armed: BTreeMap<u32, Vec<Task>>,
    /// Steps that wait for their next attempt, by the moment it may begin.
    delayed: BTreeSet<(Duration, Vertex)>,
    /// Moments for which somebody sleeps.
    sleeping: BTreeSet<Duration>,
    locks: BTreeSet<&'static str>,
    /// Jobs that are at work, those that only sleep apart.
    busy: usize,
    looking: BTreeMap<u32, usize>,
    outputs: Outputs,
    stale: Stale,
    /// Steps that are left out and are looked at, because somebody reads what their outputs say of the host.
    skipping: BTreeMap<Vertex, SourceSpan>,
    /// Intents that are written and have no result yet: the digest of their diff, by vertex.
    intended: BTreeMap<Vertex, [u8; 32]>,
    /// Why nothing new starts.
    halt: Option<Halt>,
    error: Option<RunError>,
}

impl State {
    fn idle(&self) -> bool {
        self.ready.is_empty()
            && self.to_intend.is_empty()
            && self.to_read.is_empty()
            && self.armed.is_empty()
            && self.delayed.is_empty()
    }
}

impl<'a, 'p> Scheduler<'a, 'p, '_> {
    /// Runs every step that can run.
    pub(super) fn run(&mut self) -> Result<Option<Halt>, RunError> {
        let graph = self.graph;
        let mut rank = vec![0; graph.vertices];
        for (position, vertex) in (0_u32..).zip(&graph.order) {
            if let Some(slot) = rank.get_mut(at(*vertex)) {
                *slot = position;
            }
        }
        let waiting = graph.edges.arriving(graph.vertices);
        let none = |count: &&u32| **count == 0;
        let ready = rank
            .iter()
            .zip(&waiting)
            .filter(|(_, count)| none(count))
            .map(|(rank, _)| Reverse(*rank))
            .collect();
        let mut state = State {
            rank,
            waiting,
            ready,
            to_read: BTreeMap::new(),
            to_intend: Vec::new(),
            armed: BTreeMap::new(),
            delayed: BTreeSet::new(),
            sleeping: BTreeSet::new(),
            locks: BTreeSet::new(),
            busy: 0,
            looking: BTreeMap::new(),
            outputs: Outputs::new(graph.steps.len()),
            stale: Stale::new(graph.vertices),
            skipping: BTreeMap::new(),
            intended: BTreeMap::new(),
            halt: None,
            error: None,
        };
        self.intend_ahead(&mut state)?;
        let jobs = self.limits.jobs.max(1);
        let hands = self.hands;
        if jobs == 1 {
            self.drive(&mut state, &mut Inline::new(hands));
        } else {
            std::thread::scope(|scope| self.drive(&mut state, &mut Pool::new(scope, hands, jobs)));
        }
        match state.error {
            Some(error) => Err(error),
            None => Ok(state.halt),
        }
    }

    fn drive(&mut self, state: &mut State, workers: &mut dyn Workers) {
        loop {
            self.watch(state);
            self.visit_ready(state);
            if let Err(error) = self.intend(state) {
                self.fail_run(state, error);
            }
            self.dispatch(state, workers);
            if state.busy == 0 && state.sleeping.is_empty() {
                if state.idle() {
                    break;
                }
                continue;
            }
            match workers.hear() {
                Done::Lost => {
                    self.fail_run(state, RunError::Worker);
                    break;
                }
                done => self.hear(state, done),
            }
        }
    }

    /// Whether the run must stop.
    fn watch(&mut self, state: &mut State) {
        if state.halt.is_some() {
            return;
        }
        if self.hands.stop.raised() {
            state.halt = Some(Halt::Stopped);
        } else if self.limits.deadline.is_some_and(|deadline| self.clock().monotonic() >= deadline) {
            state.halt = Some(Halt::Deadline);
            self.limits.wake.raise();
            self.notes.push("the run was stopped at its deadline".to_owned());
        }
    }

    fn fail_run(&mut self, state: &mut State, error: RunError) {
        state.halt = Some(Halt::Broken);
        self.limits.wake.raise();
        state.error.get_or_insert(error);
    }

    fn clock(&self) -> &'a dyn Clock {
        self.hands.host.clock()
    }

    fn visit_ready(&mut self, state: &mut State) {
        while let Some(Reverse(rank)) = state.ready.pop() {
            if let Some(vertex) = self.graph.order.get(at(rank)).copied() {
                self.visit(state, vertex);
            }
        }
    }

    /// Everything before a vertex is done.
    fn visit(&mut self, state: &mut State, vertex: Vertex) {
        let Some(step) = self.graph.step(vertex) else { return self.done(state, vertex) };
        if !step.present {
            return self.finish(state, vertex, Outcome::Absent, None);
        }
        if let Some(halt) = state.halt {
            return self.finish(state, vertex, Outcome::NotRun, Some(halt.reason().to_owned()));
        }
        if let Some(cause) = self.board.blocker(vertex) {
            let reason = self.board.blocks(self.graph, cause);
            return self.finish(state, vertex, Outcome::Blocked, Some(reason));
        }
        if self.left_out.get(at(vertex)).copied().unwrap_or(false) {
            if let Some(Found::Same(Some(outputs))) = self.board.step(vertex).and_then(|p| p.found.take()) {
                state.outputs.set(vertex, outputs);
                self.resolver.outputs_changed();
            }
            return self.finish(state, vertex, Outcome::Skipped, Some("`--only` leaves it out".to_owned()));
        }
        match self.resolver.skipped(self.graph, step, &state.outputs) {
            Ok(None) => self.attempt(state, vertex),
            Ok(Some(span)) if skip::looks(self.graph, vertex) => {
                state.skipping.insert(vertex, span);
                self.attempt(state, vertex);
            }
            Ok(Some(span)) => self.skip(state, vertex, span, skip::nothing(self.graph, vertex)),
            Err(missing) => {
                let why = super::missing(self.graph, vertex, &missing);
                let reason = match missing {
                    Missing::Waits(_) => format!("{why} is not known, and decides whether it is skipped"),
                    _ => why,
                };
                self.finish(state, vertex, Outcome::Failed, Some(reason));
            }
        }
    }

    /// Leaves a step out, with the outputs that it has all the same.
    fn skip(&mut self, state: &mut State, vertex: Vertex, span: SourceSpan, outputs: Vec<Option<Value>>) {
        state.outputs.set(vertex, outputs);
        self.resolver.outputs_changed();
        let reason = super::skips(self.graph, span);
        self.finish(state, vertex, Outcome::Skipped, Some(reason));
    }

    /// Begins an attempt: with what preflight found, if that still holds, else by reading.
    fn attempt(&mut self, state: &mut State, vertex: Vertex) {
        let Some(step) = self.graph.step(vertex) else { return };
        let desired = match self.resolver.desired(self.graph, step, &state.outputs) {
            Ok(_) if step.later.is_empty() => None,
            Ok(desired) => Some(desired),
            Err(missing) => {
                let why = super::missing(self.graph, vertex, &missing);
                let reason = match missing {
                    Missing::Waits(_) => format!("{why} is not known"),
                    _ => why,
                };
                return self.finish(state, vertex, Outcome::Failed, Some(reason));
            }
        };
        if self.hands.sight.looks_in_turn(vertex)
            && let Some((outcome, reason)) =
                held(self.resolver, self.graph, vertex, desired.as_deref(), change(None, None))
        {
            return self.finish(state, vertex, outcome, Some(reason));
        }
        let found = self.board.step(vertex).and_then(|progress| progress.found.take());
        match found {
            Some(found @ (Found::Same(_) | Found::Differs(_)))
                if desired.is_none() && state.stale.spares(&self.hands.sight, self.relations, vertex) =>
            {
                self.decide(state, vertex, found, None);
            }
            _ => state.to_read.entry(step.schema).or_default().push((vertex, desired)),
        }
    }

    /// What a look means for a step.
    fn decide(
        &mut self,
        state: &mut State,
        vertex: Vertex,
        found: Found,
        desired: Option<Vec<Option<Value>>>,
    ) {
        if let Some(span) = state.skipping.get(&vertex).copied() {
            return match skip::outputs(self.graph, vertex, found) {
                Ok(outputs) => self.skip(state, vertex, span, outputs),
                Err(error) => self.attempt_failed(state, vertex, &error),
            };
        }
        let owed = self.debts.of(self.graph, vertex);
        let look = match found {
            Found::Failed(error) => return self.attempt_failed(state, vertex, &error),
            Found::Same(outputs) => {
                if let Some(outputs) = outputs {
                    state.outputs.set(vertex, outputs);
                    self.resolver.outputs_changed();
                }
                if owed.is_none() {
                    return self.as_it_shall_be(state, vertex);
                }
                None
            }
            Found::Differs(look) => Some(look),
        };
        let Some(step) = self.graph.step(vertex) else { return };
        let change = change(look.as_deref(), owed.as_ref().map(|(kind, _)| *kind));
        let held = held(self.resolver, self.graph, vertex, desired.as_deref(), change);
        if let Some((outcome, reason)) = held {
            let cause = look.as_ref().map(|_| self.cause(vertex, desired.as_deref()));
            if let (Some(progress), Some(look)) = (self.board.step(vertex), &look) {
                progress.detail().show(&step.name, look);
                progress.detail().cause = cause;
            }
            return self.finish(state, vertex, outcome, Some(reason));
        }
        let temporary = look.as_ref().and_then(|_| self.temporary(vertex));
        let cause = look.as_ref().map(|_| self.cause(vertex, desired.as_deref()));
        let refresh = owed.as_ref().map(|(kind, _)| *kind);
        let timeout = step.timeout.unwrap_or(DEFAULT_TIMEOUT);
        if let Some(progress) = self.board.step(vertex) {
            let detail = progress.detail();
            if let Some(look) = &look {
                detail.show(&step.name, look);
            }
            detail.cause = detail.cause.or(cause);
            detail.desired.clone_from(&desired);
            detail.refresh = owed.map(|(kind, from)| (kind, from, false));
        }
        state.to_intend.push(Task { vertex, desired, look, temporary, refresh, timeout });
    }

    /// Drift, a new intention, or the first time.
    fn cause(&self, vertex: Vertex, desired: Option<&[Option<Value>]>) -> Cause {
        let Some(step) = self.graph.step(vertex) else { return Cause::New };
        match self.ledger.applied.get(&self.graph.identity(vertex)) {
            None => Cause::New,
            Some(known) if *known == fingerprint(desired.unwrap_or(&step.desired), self.limits.suffix) => {
                Cause::Drift
            }
            Some(_) => Cause::Policy,
        }
    }

    /// A look found nothing to do.
    fn as_it_shall_be(&mut self, state: &mut State, vertex: Vertex) {
        let touched =
            self.board.step(vertex).and_then(|p| p.detail.as_ref()).is_some_and(|detail| detail.touched);
        if !touched {
            return self.finish(state, vertex, Outcome::Unchanged, None);
        }
        // An attempt before this look did it without hearing of it.
        if let Some(step) = self.graph.step(vertex) {
            let desired =
                self.board.step(vertex).and_then(|p| p.detail.as_ref()).and_then(|d| d.desired.clone());
            let digest = fingerprint(desired.as_deref().unwrap_or(&step.desired), self.limits.suffix);
            self.ledger.remember(&self.graph.identity(vertex), digest);
        }
        self.finish(
            state,
            vertex,
            Outcome::Changed,
            Some("an attempt before was cut off after it acted".to_owned()),
        );
    }

    /// Writes the intents of all steps that are about to act, with one sync.
    fn intend(&mut self, state: &mut State) -> Result<(), RunError> {
        if let Some(halt) = state.halt {
            for task in std::mem::take(&mut state.to_intend) {
                self.finish(state, task.vertex, Outcome::NotRun, Some(halt.reason().to_owned()));
            }
            return Ok(());
        }
        let tasks = std::mem::take(&mut state.to_intend);
        let mut intents = Vec::new();
        for task in &tasks {
            let diff = task.look.as_ref().map_or([0; 32], |look| diff_digest(&look.diff));
            if state.intended.insert(task.vertex, diff) != Some(diff) {
                intents.push(self.intent(task.vertex, diff, task.temporary.clone()));
            }
        }
        for task in tasks {
            let Some(step) = self.graph.step(task.vertex) else { continue };
            state.armed.entry(step.schema).or_default().push(task);
        }
        self.ledger.intend(self.clock(), self.debts, intents)
    }

    /// Writes the intents of all steps that differ by now, with one sync for all of them. In a long chain
    /// each step would otherwise wait for a sync of its own. What an intent says of a step that does not act
    /// after all is taken back.
    fn intend_ahead(&mut self, state: &mut State) -> Result<(), RunError> {
        if self.hands.stop.raised() {
            return Ok(());
        }
        let mut intents = Vec::new();
        for &vertex in &self.graph.order {
            let Some(Progress { found: Some(Found::Differs(look)), .. }) = self.board.steps.get(at(vertex))
            else {
                continue;
            };
            let waits = self.graph.step(vertex).is_some_and(|step| {
                let of =
                    |e: &Execution<'_>| !(e.skip.is_empty() && e.approvals.is_empty() && e.guards.is_empty());
                step.execution.as_deref().is_some_and(of)
            });
            // What may not act after all says nothing before it is its turn.
            if waits || self.left_out.get(at(vertex)).copied().unwrap_or(false) {
                continue;
            }
            let diff = diff_digest(&look.diff);
            state.intended.insert(vertex, diff);
            let temporary = self.temporary(vertex);
            intents.push(self.intent(vertex, diff, temporary));
        }
        self.ledger.intend(self.clock(), self.debts, intents)
    }

    fn intent(&mut self, vertex: Vertex, diff: [u8; 32], temporary: Option<String>) -> Intent {
        let refreshes = self.graph.refreshed_by(vertex);
        for refresh in refreshes {
            self.debts.flag(refresh.receiver);
        }
        let failures =
            self.board.step(vertex).and_then(|p| p.detail.as_ref()).map_or(0, |detail| detail.failures);
        Intent {
            step: self.graph.identity(vertex),
            attempt: failures.saturating_add(1),
            diff,
            temporary: temporary.into_iter().collect(),
            owes: refreshes
                .iter()
                .map(|refresh| (self.graph.identity(refresh.receiver), refresh.kind))
                .collect(),
        }
    }

    fn temporary(&self, vertex: Vertex) -> Option<String> {
        let step = self.graph.step(vertex)?;
        self.hands.sight.provider(vertex)?.temporary(&step.key, self.limits.suffix)
    }

    /// Gives work to workers that are free.
    fn dispatch(&mut self, state: &mut State, workers: &mut dyn Workers) {
        let jobs = self.limits.jobs.max(1);
        if let Some(halt) = state.halt {
            self.release(state, halt);
            return;
        }
        let mut first = None;
        while state.busy < jobs {
            let Some(job) = self.next_job(state, jobs) else { break };
            state.busy += 1;
            if state.busy == 1 && state.delayed.is_empty() {
                first = Some(job);
                continue;
            }
            first.take().into_iter().for_each(|first| workers.give(first));
            workers.give(job);
        }
        if let Some(alone) = first {
            workers.give_alone(alone);
        }
        if let Some((until, _)) = state.delayed.first().copied()
            && state.sleeping.first().is_none_or(|sleeping| *sleeping > until)
            && (state.busy == 0 || workers.can_sleep())
        {
            state.sleeping.insert(until);
            workers.give(Job::Sleep { until, wake: self.limits.wake.clone() });
        }
    }

    fn next_job(&mut self, state: &mut State, jobs: usize) -> Option<Job> {
        // Reading first: what it finds may join a batch.
        if let Some((&schema, _)) = state.to_read.first_key_value() {
            let mut steps = state.to_read.remove(&schema)?;
            let provider = self.hands.sight.providers.get(at(schema))?;
            if let Batch::Independent(most) = provider.describe().batch {
                let part = steps.len().div_ceil(jobs).clamp(1, most.max(1));
                let rest = steps.split_off(part.min(steps.len()));
                if !rest.is_empty() {
                    state.to_read.insert(schema, rest);
                }
            }
            *state.looking.entry(schema).or_default() += 1;
            return Some(Job::Look { schema, steps });
        }
        let schemas: Vec<u32> = state.armed.keys().copied().collect();
        // The schema whose first step comes first in graph order.
        let first = |state: &State, schema: u32| {
            let tasks = state.armed.get(&schema)?;
            tasks.iter().filter_map(|task| state.rank.get(at(task.vertex))).min().copied()
        };
        let mut candidates: Vec<(u32, u32)> =
            schemas.into_iter().filter_map(|schema| Some((first(state, schema)?, schema))).collect();
        candidates.sort_unstable();
        for (_, schema) in candidates {
            let Some(provider) = self.hands.sight.providers.get(at(schema)) else { continue };
            let described = provider.describe();
            if described.lock.is_some_and(|lock| state.locks.contains(lock)) {
                continue;
            }
            // A transaction waits for those of its kind that are being read.
            if described.batch == Batch::Transaction && state.looking.get(&schema).copied().unwrap_or(0) > 0 {
                continue;
            }
            let Some(mut tasks) = state.armed.remove(&schema) else { continue };
            tasks.sort_by(|a, b| self.key(a.vertex).cmp(&self.key(b.vertex)));
            let part = match described.batch {
                Batch::Alone => 1,
                Batch::Independent(most) => tasks.len().div_ceil(jobs).clamp(1, most.max(1)),
                Batch::Transaction => tasks.len(),
            };
            let rest = tasks.split_off(part.min(tasks.len()));
            if !rest.is_empty() {
                state.armed.insert(schema, rest);
            }
            if let Some(lock) = described.lock {
                state.locks.insert(lock);
            }
            return Some(Job::Act { schema, tasks });
        }
        None
    }

    fn key(&self, vertex: Vertex) -> (Option<&Value>, &str) {
        let step = self.graph.step(vertex);
        (step.map(|step| &step.key), step.map_or("", |step| step.scope))
    }

    /// Steps that wait for a worker or for their next attempt do not run any more.
    fn release(&mut self, state: &mut State, halt: Halt) {
        let why = || Some(halt.reason().to_owned());
        for (_, steps) in std::mem::take(&mut state.to_read) {
            for (vertex, _) in steps {
                self.finish(state, vertex, Outcome::NotRun, why());
            }
        }
        for (_, tasks) in std::mem::take(&mut state.armed) {
            for task in tasks {
                self.finish(state, task.vertex, Outcome::NotRun, why());
            }
        }
        for (_, vertex) in std::mem::take(&mut state.delayed) {
            // It failed, and there is no time for another attempt.
            let reason =
                self.board.step(vertex).and_then(|p| p.detail.as_mut()).and_then(|d| d.reason.take());
            self.finish(state, vertex, Outcome::Failed, reason);
        }
    }

    fn touched(&mut self, vertex: Vertex) -> bool {
        self.board.step(vertex).and_then(|p| p.detail.as_ref()).is_some_and(|detail| detail.touched)
    }

    fn hear(&mut self, state: &mut State, done: Done) {
        match done {
            Done::Lost => {}
            Done::Awake(until) => {
                state.sleeping.remove(&until);
                let now = self.clock().monotonic();
                while state.halt.is_none()
                    && let Some((until, vertex)) =
                        state.delayed.first().copied().filter(|(until, _)| *until <= now)
                {
                    state.delayed.remove(&(until, vertex));
                    self.attempt(state, vertex);
                }
            }
            Done::Looked { schema, found } => {
                state.busy = state.busy.saturating_sub(1);
                if let Some(count) = state.looking.get_mut(&schema) {
                    *count = count.saturating_sub(1);
                }
                for (vertex, desired, found) in found {
                    self.decide(state, vertex, found, desired);
                }
            }
            Done::Acted { schema, batch } => {
                state.busy = state.busy.saturating_sub(1);
                self.acted(state, schema, batch);
            }
        }
    }

    fn acted(&mut self, state: &mut State, schema: u32, batch: BatchDone) {
        let provider = self.hands.sight.providers.get(at(schema)).copied();
        if let Some(lock) = provider.and_then(|provider| provider.describe().lock) {
            state.locks.remove(lock);
        }
        if batch.broken {
            state.halt = Some(Halt::Broken);
            self.limits.wake.raise();
            self.notes.push("nothing more was done after data could not be made durable".to_owned());
        }
        state.stale.add(batch.written);
        let mut results = Vec::with_capacity(batch.tasks.len());
        for task in &batch.tasks {
            state.intended.remove(&task.vertex);
            results.push(self.result_of(task));
            if task.touched {
                state.stale.wrote(&self.hands.sight, self.relations, task.vertex);
            }
        }
        // Independent items are read again at no cost, so their results may wait for others. What else was
        // done, a restart above all, would be done again.
        let urgent = batch.tasks.iter().any(|task| task.refreshed)
            || !provider.is_some_and(|p| matches!(p.describe().batch, Batch::Independent(_)));
        let concluded = self.ledger.conclude(self.clock(), self.debts, results);
        if let Err(error) = concluded.and_then(|()| self.ledger.sync_results(self.clock(), urgent)) {
            self.fail_run(state, error);
        }
        for task in batch.tasks {
            self.task_done(state, task);
        }
    }

    fn result_of(&mut self, task: &TaskDone) -> StepResult {
        let touched_before = self.touched(task.vertex);
        let outcome = match &task.result {
            Ok(()) => Ending::Changed,
            Err(error) if error.kind == ProviderErrorKind::TimedOut => Ending::TimedOut,
            Err(_) => Ending::Failed,
        };
        let applied = match (&task.result, self.graph.step(task.vertex)) {
            (Ok(()), Some(step)) => {
                let desired = self
                    .board
                    .step(task.vertex)
                    .and_then(|p| p.detail.as_ref())
                    .and_then(|d| d.desired.as_deref());
                Some(fingerprint(desired.unwrap_or(&step.desired), self.limits.suffix))
            }
            _ => None,
        };
        StepResult {
            step: self.graph.identity(task.vertex),
            outcome,
            note: task.result.as_ref().err().map(|error| error.message.clone()).unwrap_or_default(),
            owes: task.touched || touched_before,
            cleared: task.refreshed,
            applied,
        }
    }

    fn task_done(&mut self, state: &mut State, task: TaskDone) {
        let vertex = task.vertex;
        if let Some(progress) = self.board.step(vertex) {
            let detail = progress.detail();
            detail.touched |= task.touched;
            detail.notes = task.notes;
            detail.started = detail.started.or(Some(task.started));
            detail.took += task.took;
            if task.refreshed
                && let Some((_, _, delivered)) = &mut detail.refresh
            {
                *delivered = true;
            }
        }
        match task.result {
            Ok(()) => {
                if let Some(outputs) = task.outputs {
                    state.outputs.set(vertex, outputs);
                    self.resolver.outputs_changed();
                }
                self.finish(state, vertex, Outcome::Changed, None);
            }
            Err(error) => self.attempt_failed(state, vertex, &error),
        }
    }

    /// An attempt did not work: another one, if the policy allows, or the end.
    fn attempt_failed(&mut self, state: &mut State, vertex: Vertex, error: &ProviderError) {
        let Some(step) = self.graph.step(vertex) else { return };
        let failures = match self.board.step(vertex) {
            Some(progress) => {
                let detail = progress.detail();
                detail.reason = Some(error.message.clone());
                detail.failures = detail.failures.saturating_add(1);
                detail.failures
            }
            None => 1,
        };
        let again =
            failures <= step.retries && error.kind != ProviderErrorKind::Refused && state.halt.is_none();
        if again {
            let until = self.clock().monotonic().saturating_add(step.every);
            state.delayed.insert((until, vertex));
            return;
        }
        let outcome = match error.kind {
            ProviderErrorKind::TimedOut => Outcome::TimedOut,
            ProviderErrorKind::Failed | ProviderErrorKind::Refused | ProviderErrorKind::Broken => {
                Outcome::Failed
            }
        };
        self.finish(state, vertex, outcome, Some(error.message.clone()));
    }

    /// A step that was going to act does not: its intent is taken back, but for what an earlier attempt did.
    fn take_back(&mut self, state: &mut State, vertex: Vertex, outcome: Outcome) {
        if state.intended.remove(&vertex).is_none() || state.error.is_some() {
            return;
        }
        let result = StepResult {
            step: self.graph.identity(vertex),
            outcome: match outcome {
                Outcome::Unchanged | Outcome::Changed => Ending::Unchanged,
                Outcome::Failed => Ending::Failed,
                Outcome::TimedOut => Ending::TimedOut,
                _ => Ending::NotRun,
            },
            note: String::new(),
            owes: self.touched(vertex),
            cleared: false,
            applied: None,
        };
        if let Err(error) = self.ledger.conclude(self.clock(), self.debts, vec![result]) {
            self.fail_run(state, error);
        }
    }

    fn finish(&mut self, state: &mut State, vertex: Vertex, outcome: Outcome, reason: Option<String>) {
        self.take_back(state, vertex, outcome);
        if let Some(progress) = self.board.step(vertex) {
            progress.outcome = Some(outcome);
            progress.found = None;
            if outcome == Outcome::Changed || reason.is_some() {
                progress.detail().reason = reason;
            }
        }
        self.done(state, vertex);
    }

    fn done(&mut self, state: &mut State, vertex: Vertex) {
        self.board.pass(self.graph, vertex);
        state.stale.pass(self.graph, vertex);
        for edge in self.graph.edges.from(vertex) {
            if let Some(count) = state.waiting.get_mut(at(edge.to)) {
                *count = count.saturating_sub(1);
                if *count == 0
                    && let Some(rank) = state.rank.get(at(edge.to))
                {
                    state.ready.push(Reverse(*rank));
                }
            }
        }
    }
}
