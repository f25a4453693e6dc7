//! What a run writes down: the journal before and after every effect, the audit log beside it, the book of
//! owed refreshes, and at the end what is left for the next run.

use std::collections::BTreeMap;
use std::time::Duration;

use mc_plan::digest::{hex, sha256};

use super::RunError;
use super::audit::{self, Event};
use crate::graph::{Graph, Vertex, at};
use crate::host::Clock;
use crate::journal::{Begin, End, Intent, Journal, Record, Recovered, StepResult};
use crate::owed::OwedBook;
use crate::provider::RefreshKind;
use crate::render;
use crate::report::{OwedReport, Report};
use crate::state::{AuditSink, JournalSink, Owed, Remembered, RunState};

/// What earlier runs left, before this one touches it.
pub(super) struct Memory {
    pub(super) remembered: Option<Remembered>,
    pub(super) recovered: Recovered,
}

impl Memory {
    /// Reads both stores; neither is written.
    pub(super) fn load(run: &dyn RunState, journal: &mut dyn JournalSink) -> Result<Self, RunError> {
        let remembered = run.load()?;
        let recovered = Journal::new(journal).recover(remembered.as_ref().map(|left| left.run.as_str()))?;
        Ok(Self { remembered, recovered })
    }

    /// What is owed: from the journal where the run state does not know.
    pub(super) fn owed(&self) -> OwedBook {
        match &self.remembered {
            Some(remembered) if !self.recovered.interrupted() => OwedBook::new(&remembered.owed),
            _ => self.recovered.owed.clone(),
        }
    }

    /// Digests of what was applied last, by identity. They are taken: there may be many.
    pub(super) fn take_applied(&mut self) -> BTreeMap<String, [u8; 32]> {
        let mut applied =
            self.remembered.as_mut().map(|r| std::mem::take(&mut r.applied)).unwrap_or_default();
        if self.remembered.is_none() || self.recovered.interrupted() {
            applied.extend(self.recovered.applied.iter().map(|(step, digest)| (step.clone(), *digest)));
        }
        applied
    }
}

/// The book of owed refreshes, with a flag per vertex so that most steps need no look into it.
pub(super) struct Debts {
    pub(super) book: OwedBook,
    flags: Vec<bool>,
}

impl Debts {
    /// The book for a graph, without receivers that are gone; and the receivers that were dropped.
    pub(super) fn new(graph: &Graph<'_>, mut book: OwedBook) -> (Self, Vec<String>) {
        let mut flags = vec![false; graph.steps.len()];
        let mut dropped = Vec::new();
        if !book.is_empty() {
            let mut gone: BTreeMap<String, ()> = book.receivers().map(|r| (r.to_owned(), ())).collect();
            for (vertex, _) in (0_u32..).zip(&graph.steps).filter(|(_, step)| step.present) {
                if gone.remove(&graph.identity(vertex)).is_some()
                    && let Some(flag) = flags.get_mut(at(vertex))
                {
                    *flag = true;
                }
            }
            for receiver in gone.into_keys() {
                book.forget(&receiver);
                dropped.push(receiver);
            }
        }
        (Self { book, flags }, dropped)
    }

    pub(super) fn flag(&mut self, vertex: Vertex) {
        if let Some(flag) = self.flags.get_mut(at(vertex)) {
            *flag = true;
        }
    }

    /// The refresh that is owed to a step, and by whom.
    pub(super) fn of(&self, graph: &Graph<'_>, vertex: Vertex) -> Option<(RefreshKind, Vec<String>)> {
        if !self.flags.get(at(vertex)).copied().unwrap_or(false) {
            return None;
        }
        let (kind, senders) = self.book.of(&graph.identity(vertex))?;
        Some((kind, senders.into_iter().map(render::name_of).collect()))
    }

    pub(super) fn report(&self) -> Vec<OwedReport> {
        let list = self.book.list().into_iter();
        list.map(|owed| OwedReport { receiver: owed.receiver, kind: owed.kind, sender: owed.sender })
            .collect()
    }
}

/// How long results wait for others, at most, while something is done.
const GROUP: Duration = Duration::from_millis(200);

/// Writes down what a run does.
pub(super) struct Ledger<'s> {
    journal: Journal<'s>,
    audit: &'s mut dyn AuditSink,
    audit_dirty: bool,
    state: &'s mut dyn RunState,
    begin: Begin,
    begun: bool,
    /// The journal of a run that was cut off is still there.
    interrupted: bool,
    owed_before: Vec<Owed>,
    pub(super) applied: BTreeMap<String, [u8; 32]>,
    applied_changed: bool,
    /// When results were made durable last, on the monotonic clock.
    synced: Duration,
}

impl<'s> Ledger<'s> {
    pub(super) fn new(
        state: &'s mut dyn RunState,
        journal: &'s mut dyn JournalSink,
        audit: &'s mut dyn AuditSink,
        memory: &mut Memory,
        begin: Begin,
    ) -> Self {
        Self {
            journal: Journal::new(journal),
            audit,
            audit_dirty: false,
            state,
            begin,
            begun: false,
            interrupted: memory.recovered.interrupted(),
            applied: memory.take_applied(),
            applied_changed: memory.recovered.interrupted() && !memory.recovered.applied.is_empty(),
            synced: Duration::ZERO,
            owed_before: memory.remembered.as_ref().map(|left| left.owed.clone()).unwrap_or_default(),
        }
    }

    /// What is owed before anything is done: the journal begins with it.
    pub(super) fn owes(&mut self, debts: &Debts) {
        self.begin.owed = debts.book.list();
    }

    fn audit(&mut self, clock: &dyn Clock, what: Event<'_>) -> Result<(), RunError> {
        self.audit_dirty = true;
        Ok(self.audit.append(&audit::line(clock.wall(), &self.begin.run, what)?)?)
    }

    /// Something about the run as a whole.
    pub(super) fn event(&mut self, clock: &dyn Clock, what: Event<'_>) -> Result<(), RunError> {
        self.audit(clock, what)?;
        self.sync()
    }

    fn begin(&mut self, clock: &dyn Clock) -> Result<(), RunError> {
        if self.begun {
            return Ok(());
        }
        let (bundle, boot) = (hex(&self.begin.bundle), self.begin.boot.clone());
        self.audit(clock, Event::Begin { bundle: &bundle, boot: &boot, resumed: self.begin.resumed })?;
        self.begin.wall = clock.wall();
        self.journal.begin(self.begin.clone())?;
        self.begun = true;
        Ok(())
    }

    /// Writes intents and makes them durable. Only then may the steps act.
    pub(super) fn intend(
        &mut self,
        clock: &dyn Clock,
        debts: &mut Debts,
        intents: Vec<Intent>,
    ) -> Result<(), RunError> {
        if intents.is_empty() {
            return Ok(());
        }
        self.begin(clock)?;
        for intent in &intents {
            debts.book.intend(&intent.step, &intent.owes);
            let (step, diff) = (intent.step.as_str(), hex(&intent.diff));
            self.audit(clock, Event::Intent { step, attempt: intent.attempt, diff: &diff })?;
        }
        let records: Vec<Record> = intents.into_iter().map(Record::Intent).collect();
        self.journal.append(&records)?;
        self.sync()
    }

    /// Writes results. They are durable with the next intents, or at the end.
    pub(super) fn conclude(
        &mut self,
        clock: &dyn Clock,
        debts: &mut Debts,
        results: Vec<StepResult>,
    ) -> Result<(), RunError> {
        for result in &results {
            debts.book.conclude(&result.step, result.owes, result.cleared);
            if let Some(applied) = result.applied {
                self.remember(&result.step, applied);
            }
            let (outcome, note) = (result.outcome.word(), result.note.as_str());
            self.audit(clock, Event::Result { step: &result.step, outcome, note })?;
        }
        let records: Vec<Record> = results.into_iter().map(Record::Result).collect();
        Ok(self.journal.append(&records)?)
    }

    /// Results become durable: at once where it is urgent, else when some time has passed since the last sync.
    pub(super) fn sync_results(&mut self, clock: &dyn Clock, urgent: bool) -> Result<(), RunError> {
        let now = clock.monotonic();
        if !urgent && now.saturating_sub(self.synced) < GROUP {
            return Ok(());
        }
        self.synced = now;
        self.sync()
    }

    /// What was written so far becomes durable.
    fn sync(&mut self) -> Result<(), RunError> {
        self.journal.sync()?;
        if std::mem::take(&mut self.audit_dirty) {
            self.audit.sync()?;
        }
        Ok(())
    }

    /// A desired state is in force.
    pub(super) fn remember(&mut self, step: &str, applied: [u8; 32]) {
        self.applied_changed |= self.applied.insert(step.to_owned(), applied) != Some(applied);
    }

    /// Stores what is left for the next run and ends the journal.
    pub(super) fn end(
        mut self,
        clock: &dyn Clock,
        debts: &Debts,
        report: &mut Report,
    ) -> Result<(), RunError> {
        let owed = debts.book.list();
        let keep = self.begun || self.interrupted || self.applied_changed || owed != self.owed_before;
        if !keep {
            return Ok(());
        }
        self.begin(clock)?;
        self.journal.sync()?;
        let remembered =
            Remembered { run: self.begin.run.clone(), owed, applied: std::mem::take(&mut self.applied) };
        if let Err(error) = self.state.store(&remembered) {
            // Without its end the journal stays in force, and the next run takes everything from there.
            report
                .notes
                .push(format!("the run state could not be stored, the journal is kept instead: {error}"));
            return Ok(());
        }
        let status = report.exit_status(false);
        let digest = serde_json::to_vec(report).map(|json| sha256(&json)).unwrap_or_default();
        self.audit(clock, Event::End { status, report: &hex(&digest) })?;
        self.sync()?;
        self.journal.append(&[Record::End(End { status, report: digest })])?;
        Ok(self.journal.sync()?)
    }
}
