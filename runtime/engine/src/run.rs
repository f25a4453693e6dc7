//! A run: lock and verification are the caller's, everything after them is here.

mod audit;
mod consent;
mod fingerprint;
mod ledger;
mod pool;
mod preflight;
mod preview;
mod schedule;
mod skip;
mod stale;
mod step;
mod work;

use std::cell::OnceCell;
use std::time::Duration;

use mc_plan::digest::hex;
use mc_plan::plan::{Plan, SourceSpan};
use mc_plan::value::Value;

use crate::fact::FactSource;
use crate::graph::{Graph, Vertex, at};
use crate::host::{Contents, FileKind, HostError, Operation, ReadHost, Remove, WriteHost};
use crate::instantiate::{Inputs, Instance, instantiate};
use crate::journal::Begin;
use crate::label::Labels;
use crate::provider::{Caches, ProviderErrorKind, Providers};
use crate::refusal::{Code, Place, Refusal};
use crate::render;
use crate::report::{Counts, FORMAT, HostReport, Outcome, Release, Report, Status, time};
use crate::resolve::Missing;
use crate::state::{Accepted, AuditSink, JournalSink, RunState, SecurityState, StateError, Stop};

use ledger::{Debts, Ledger, Memory};
use preflight::{Found, Sight};
use schedule::{Halt, Limits, Scheduler};
use step::{Board, milliseconds};
use work::Hands;

/// How many steps a plan may have where the host's owner says nothing.
pub const STEP_LIMIT: usize = 100_000;

/// What shall be done. The bundle was verified, and its release may be used on this host.
pub struct Request<'a> {
    /// The verified plan.
    pub plan: &'a Plan,
    /// SHA-256 of the manifest.
    pub manifest: [u8; 32],
    /// The release's stream.
    pub stream: &'a str,
    /// The release's epoch.
    pub epoch: u64,
    /// The release's sequence.
    pub sequence: u64,
    /// The host's id, where it has one.
    pub host_id: Option<&'a str>,
    /// The host's labels.
    pub labels: &'a Labels,
    /// Where facts come from.
    pub facts: &'a dyn FactSource,
    /// The agent's providers.
    pub providers: &'a Providers,
    /// The bundle's contents.
    pub contents: &'a dyn Contents,
    /// Steps to run, by name (`File["/etc/motd"]`); none: all of them.
    pub only: &'a [String],
    /// How many steps may be worked on at a time.
    pub jobs: usize,
    /// The machine's boot, for the journal.
    pub boot: &'a str,
    /// Asks the run to stop.
    pub stop: Stop,
    /// How long the run may take.
    pub limit: Option<Duration>,
    /// How many steps the plan may have: [`STEP_LIMIT`].
    pub step_limit: usize,
    /// Whether the diffs of texts are in the report.
    pub texts: bool,
}

/// The stores of a state folder, under its lock.
pub struct Stores<'s> {
    /// The security state.
    pub security: &'s mut dyn SecurityState,
    /// The run state.
    pub run: &'s mut dyn RunState,
    /// The journal.
    pub journal: &'s mut dyn JournalSink,
    /// The audit log.
    pub audit: &'s mut dyn AuditSink,
}

/// Why a run could not be carried through. What it did is in the journal.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A store does not work.
    #[error(transparent)]
    State(#[from] StateError),
    /// The host cannot give what a run needs.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The bundle may not be used: an older one, or another one under a sequence that was used.
    #[error(transparent)]
    Bundle(#[from] mc_plan::bundle::Refusal),
    /// A worker ended without an answer.
    #[error("a worker of the run ended without an answer")]
    Worker,
}

impl Request<'_> {
    /// Whether the security state admits this release: never an older one, and never other bytes under the
    /// same sequence. The same bytes again are a normal run.
    pub fn admit(&self, security: &dyn SecurityState) -> Result<(), RunError> {
        use mc_plan::bundle::Refusal::{SequenceOld, SequenceReused};
        let (stream, sequence) = (self.stream.to_owned(), self.sequence);
        match security.accepted(self.stream, self.epoch)? {
            Some(accepted) if accepted.sequence > sequence => {
                Err(SequenceOld { stream, sequence, accepted: accepted.sequence }.into())
            }
            Some(accepted) if accepted.sequence == sequence && accepted.manifest != self.manifest => {
                Err(SequenceReused { stream, sequence }.into())
            }
            _ => Ok(()),
        }
    }
}

/// Looks at what would change. Nothing is written anywhere.
pub fn preview(
    request: &Request<'_>,
    host: &dyn ReadHost,
    run: &dyn RunState,
    journal: &mut dyn JournalSink,
) -> Result<Report, RunError> {
    let begun = host.clock().monotonic();
    let mut memory = Memory::load(run, journal)?;
    let id = Id::new(host, &memory)?;
    let mut report = id.report(request, host, true);
    if memory.recovered.interrupted() {
        report.notes.push("the run before this one was cut off; a run takes it up".to_owned());
    }
    let unrolled = OnceCell::new();
    let instance = match prepare(request, host, &id, &unrolled) {
        Ok(instance) => instance,
        Err(refusals) => return Ok(refused(report, refusals, host, begun)),
    };
    let Instance { graph, mut resolver, providers, .. } = instance;
    let (debts, dropped) = Debts::new(&graph, memory.owed());
    note_dropped(&mut report, &dropped);
    let mut left_out = match only(&graph, request.only) {
        Ok(left_out) => left_out,
        Err(refusals) => return Ok(refused(report, refusals, host, begun)),
    };
    let caches = Caches::new();
    let sight = Sight {
        graph: &graph,
        providers: &providers,
        host,
        contents: request.contents,
        caches: &caches,
        texts: request.texts,
    };
    ask_all(&sight, &mut left_out);
    let mut board = Board::new(&graph);
    look_ahead(&sight, &mut board, &left_out, request.jobs);
    let impossible = impossible(&graph, &board);
    if !impossible.is_empty() {
        return Ok(refused(report, impossible, host, begun));
    }
    let applied = memory.take_applied();
    preview::preview(&sight, &mut resolver, &debts, &mut board, &left_out, &applied, &id.suffix);
    report.facts = resolver.site().facts_read().into_iter().map(str::to_owned).collect();
    report.owed = debts.report();
    complete(&mut report, &graph, &mut board, None, begun);
    report.took_ms = milliseconds(host.clock().monotonic().saturating_sub(begun));
    Ok(report)
}

/// Brings the host to what the plan says. The caller holds the lock of the state folder.
pub fn apply(request: &Request<'_>, host: &dyn WriteHost, stores: Stores<'_>) -> Result<Report, RunError> {
    request.admit(stores.security)?;
    let read = host.as_read();
    let begun = host.clock().monotonic();
    let mut memory = Memory::load(stores.run, stores.journal)?;
    let id = Id::new(read, &memory)?;
    let mut report = id.report(request, read, false);
    if memory.recovered.torn {
        report.notes.push("the end of the journal was torn off; what it said is not trusted".to_owned());
    }
    let begin = Begin {
        run: id.run.clone(),
        resumed: id.resumed,
        bundle: request.manifest,
        boot: request.boot.to_owned(),
        wall: host.clock().wall(),
        owed: Vec::new(),
    };
    let accepted = Accepted { sequence: request.sequence, manifest: request.manifest };
    let Stores { security, run, journal, audit } = stores;
    let mut ledger = Ledger::new(run, journal, audit, &mut memory, begin);

    let refuse = |report: Report, refusals: Vec<Refusal>, ledger: &mut Ledger<'_>| {
        let codes: Vec<&str> = refusals.iter().map(|refusal| refusal.code.name()).collect();
        let bundle = hex(&request.manifest);
        ledger.event(host.clock(), audit::Event::Refused { bundle: &bundle, codes: &codes })?;
        Ok::<_, RunError>(refused(report, refusals, read, begun))
    };
    let unrolled = OnceCell::new();
    let instance = match prepare(request, read, &id, &unrolled) {
        Ok(instance) => instance,
        Err(refusals) => return refuse(report, refusals, &mut ledger),
    };
    let Instance { graph, mut resolver, mut relations, providers } = instance;
    let mut left_out = match only(&graph, request.only) {
        Ok(left_out) => left_out,
        Err(refusals) => return refuse(report, refusals, &mut ledger),
    };
    let caches = Caches::new();
    let sight = Sight {
        graph: &graph,
        providers: &providers,
        host: read,
        contents: request.contents,
        caches: &caches,
        texts: request.texts,
    };
    ask_all(&sight, &mut left_out);
    let mut board = Board::new(&graph);
    look_ahead(&sight, &mut board, &left_out, request.jobs);
    let impossible = impossible(&graph, &board);
    if !impossible.is_empty() {
        return refuse(report, impossible, &mut ledger);
    }

    // From here on the host may change, so going back ends here.
    if security.accepted(request.stream, request.epoch)? != Some(accepted) {
        security.accept(request.stream, request.epoch, accepted)?;
    }
    let (mut debts, dropped) = Debts::new(&graph, memory.owed());
    note_dropped(&mut report, &dropped);
    ledger.owes(&debts);
    if memory.recovered.interrupted() {
        take_up(&memory, host, &graph, &mut board, &mut report);
    }
    let wake = Stop::new();
    let mut notes = Vec::new();
    let halt = Scheduler {
        graph: &graph,
        hands: Hands { sight, host, stop: &request.stop },
        resolver: &mut resolver,
        relations: &mut relations,
        ledger: &mut ledger,
        debts: &mut debts,
        board: &mut board,
        limits: Limits {
            jobs: request.jobs,
            deadline: request.limit.map(|limit| begun.saturating_add(limit)),
            suffix: &id.suffix,
            wake,
        },
        left_out: &left_out,
        notes: &mut notes,
    }
    .run()?;
    report.notes.append(&mut notes);
    report.facts = resolver.site().facts_read().into_iter().map(str::to_owned).collect();
    report.owed = debts.report();
    complete(&mut report, &graph, &mut board, halt, begun);
    report.took_ms = milliseconds(host.clock().monotonic().saturating_sub(begun));
    ledger.end(host.clock(), &debts, &mut report)?;
    Ok(report)
}

/// A run's names.
struct Id {
    run: String,
    /// How often it was taken up.
    resumed: u32,
    /// For temporary names.
    suffix: String,
}

impl Id {
    fn new(host: &dyn ReadHost, memory: &Memory) -> Result<Self, RunError> {
        let mut random = [0; 12];
        host.entropy(&mut random)?;
        let (name, suffix) = random.split_at(4);
        let (run, resumed) = match &memory.recovered.begin {
            Some(begin) if memory.recovered.interrupted() => {
                (begin.run.clone(), begin.resumed.saturating_add(1))
            }
            _ => {
                let mut run: String =
                    time(host.clock().wall()).chars().filter(|c| c.is_ascii_alphanumeric()).collect();
                run.push('-');
                run.push_str(&hex(name));
                (run, 0)
            }
        };
        Ok(Self { run, resumed, suffix: hex(suffix) })
    }

    fn report(&self, request: &Request<'_>, host: &dyn ReadHost, noop: bool) -> Report {
        Report {
            format: FORMAT,
            run: self.run.clone(),
            resumed: self.resumed > 0 && !noop,
            noop,
            status: Status::Done,
            bundle: Release {
                manifest: hex(&request.manifest),
                stream: request.stream.to_owned(),
                epoch: request.epoch,
                sequence: request.sequence,
            },
            host: HostReport {
                id: request.host_id.map(str::to_owned),
                labels: request.labels.values.clone(),
                labels_from: request.labels.source,
            },
            started: time(host.clock().wall()),
            took_ms: 0,
            policies: Vec::new(),
            facts: Vec::new(),
            counts: Counts::default(),
            steps: Vec::new(),
            refusals: Vec::new(),
            owed: Vec::new(),
            notes: Vec::new(),
        }
    }
}

fn prepare<'a>(
    request: &Request<'a>,
    host: &'a dyn ReadHost,
    id: &'a Id,
    unrolled: &'a OnceCell<Plan>,
) -> Result<Instance<'a>, Vec<Refusal>> {
    instantiate(&Inputs {
        plan: request.plan,
        labels: request.labels,
        facts: request.facts,
        host,
        providers: request.providers,
        suffix: &id.suffix,
        step_limit: request.step_limit,
        unrolled,
    })
}

fn refused(mut report: Report, refusals: Vec<Refusal>, host: &dyn ReadHost, begun: Duration) -> Report {
    report.status = Status::Refused;
    report.refusals = refusals;
    report.took_ms = milliseconds(host.clock().monotonic().saturating_sub(begun));
    report
}

fn note_dropped(report: &mut Report, dropped: &[String]) {
    for receiver in dropped {
        report.notes.push(format!(
            "{} was owed a refresh and is not in the plan any more; it is dropped",
            render::name_of(receiver)
        ));
    }
}

/// The steps that `--only` leaves out.
fn only(graph: &Graph<'_>, names: &[String]) -> Result<Vec<bool>, Vec<Refusal>> {
    if names.is_empty() {
        return Ok(vec![false; graph.steps.len()]);
    }
    let mut left_out = vec![true; graph.steps.len()];
    let mut found = vec![false; names.len()];
    for (vertex, step) in (0_u32..).zip(&graph.steps).filter(|(_, step)| step.present) {
        let plain = match &step.key {
            Value::Str(text) if step.scope.is_empty() => {
                format!("{}[{text}]", step.name.split_once('[').map_or("", |(kind, _)| kind))
            }
            _ => String::new(),
        };
        for (name, found) in names.iter().zip(&mut found) {
            if **name == *step.name || *name == plain || *name == graph.identity(vertex) {
                *found = true;
                if let Some(flag) = left_out.get_mut(at(vertex)) {
                    *flag = false;
                }
            }
        }
    }
    let missing = names.iter().zip(found).filter(|(_, found)| !found);
    let refusals: Vec<Refusal> = missing
        .map(|(name, _)| Refusal::new(Code::UnknownStep, format!("no step of this host is called `{name}`")))
        .collect();
    if refusals.is_empty() { Ok(left_out) } else { Err(refusals) }
}

/// A step that only asks something is never left out where somebody needs its answer.
fn ask_all(sight: &Sight<'_, '_>, left_out: &mut [bool]) {
    for (vertex, (left_out, used)) in (0_u32..).zip(left_out.iter_mut().zip(&sight.graph.outputs_used)) {
        *left_out &= !(*used && sight.looks_in_turn(vertex));
    }
}

/// Preflight of all steps whose attributes are known from the start.
fn look_ahead(sight: &Sight<'_, '_>, board: &mut Board, left_out: &[bool], jobs: usize) {
    let graph = sight.graph;
    let wanted: Vec<Vertex> = graph
        .order
        .iter()
        .copied()
        .filter(|vertex| {
            let left_out = left_out.get(at(*vertex)).copied().unwrap_or(false);
            let used = graph.outputs_used.get(at(*vertex)).copied().unwrap_or(false);
            graph
                .step(*vertex)
                .is_some_and(|step| step.present && step.later.is_empty() && (!left_out || used))
                && !sight.looks_in_turn(*vertex)
        })
        .collect();
    for (progress, found) in board.steps.iter_mut().zip(sight.preflight(&wanted, jobs)) {
        progress.found = found;
    }
}

/// What can never be done here, by this caller: then nothing is.
fn impossible(graph: &Graph<'_>, board: &Board) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (vertex, progress) in (0_u32..).zip(&board.steps) {
        if let Some(Found::Failed(error)) = &progress.found
            && error.kind == ProviderErrorKind::Refused
            && let Some(step) = graph.step(vertex)
        {
            let refusal = Refusal::new(Code::Impossible, format!("{}: {}", step.name, error.message));
            refusals.push(refusal.at(graph.place(vertex), "the resource is declared here"));
        }
    }
    refusals
}

/// Takes up a run that was cut off: its temporary names go, and what it may have done is not trusted.
fn take_up(memory: &Memory, host: &dyn WriteHost, graph: &Graph<'_>, board: &mut Board, report: &mut Report) {
    for name in &memory.recovered.temporary {
        let path = camino::Utf8Path::new(name);
        let result = match host.as_read().stat(path) {
            Ok(None) => continue,
            Ok(Some(meta)) if matches!(meta.kind, FileKind::Regular | FileKind::Symlink) => {
                let remove = [Operation::Remove(Remove { path, kind: meta.kind })];
                host.perform(&remove, None).pop().unwrap_or(Ok(crate::host::Effect::Done)).map(|_| ())
            }
            Ok(Some(meta)) => {
                report.notes.push(format!("{name} was left over, but it is {} now", meta.kind.article()));
                continue;
            }
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => report.notes.push(format!("{name} was left over and is removed")),
            Err(error) => report.notes.push(format!("{name} was left over: {error}")),
        }
    }
    if memory.recovered.unresolved.is_empty() {
        return;
    }
    for (vertex, _) in (0_u32..).zip(&graph.steps).filter(|(_, step)| step.present) {
        if memory.recovered.unresolved.contains_key(&graph.identity(vertex))
            && let Some(progress) = board.step(vertex)
        {
            progress.found = None;
            progress.detail().touched = true;
        }
    }
}

/// Outcomes, counts and status.
fn complete(report: &mut Report, graph: &Graph<'_>, board: &mut Board, halt: Option<Halt>, begun: Duration) {
    for policy in &graph.selected {
        report.policies.extend(graph.plan.policies.get(at(*policy)).map(|policy| policy.name.clone()));
    }
    for &vertex in &graph.order {
        let Some(progress) = board.steps.get(at(vertex)) else { continue };
        report.counts.add(progress.outcome.unwrap_or(Outcome::NotRun));
        report.steps.extend(board.report(graph, vertex, begun));
    }
    let counts = &report.counts;
    report.status = match halt {
        Some(Halt::Stopped) => Status::Stopped,
        Some(Halt::Deadline | Halt::Broken) => Status::Failed,
        None if counts.failed + counts.timed_out > 0 => Status::Failed,
        // What is blocked then waits for one of these.
        None if counts.denied + counts.awaiting_approval > 0 => Status::Held,
        None if counts.blocked > 0 => Status::Failed,
        None if graph.selected.is_empty() => Status::NothingSelected,
        None => Status::Done,
    };
}

/// Why a step is skipped, for people.
fn skips(graph: &Graph<'_>, span: SourceSpan) -> String {
    format!("its `skip when` holds ({})", Place::of(graph.plan, span))
}

/// What stands in the way of a step's attributes, for people.
fn missing(graph: &Graph<'_>, vertex: Vertex, missing: &Missing) -> String {
    match missing {
        Missing::Waits(step) => {
            let name = step.and_then(|step| graph.step(step)).map_or("a step before", |step| &step.name);
            format!("an output of {name}")
        }
        Missing::Skip { span, failure } => {
            format!("whether it is skipped ({}): {failure}", Place::of(graph.plan, *span))
        }
        Missing::Failed { attribute, span, failure } => {
            let step = graph.step(vertex);
            let schema = step.and_then(|step| graph.plan.schemas.get(at(step.schema)));
            let name = schema.and_then(|s| s.attributes.get(at(*attribute))).map_or("", |a| a.name.as_str());
            format!("the value of `{name}` ({}): {failure}", Place::of(graph.plan, *span))
        }
    }
}

#[cfg(test)]
mod tests;
