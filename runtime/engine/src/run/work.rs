//! What a worker does with a batch of steps: apply, settle, verify, refresh.

use std::fmt::Write as _;
use std::time::Duration;

use mc_plan::value::Value;

use super::preflight::{Found, Look, Sight};
use crate::graph::{Vertex, at};
use crate::host::WriteHost;
use crate::provider::{
    Applied, ApplyContext, Batch, Item, Provider, ProviderError, ProviderErrorKind, RefreshKind, Settle,
    Settled, Work, Written,
};
use crate::state::Stop;

/// A step that is about to act.
pub(super) struct Task {
    pub(super) vertex: Vertex,
    /// Its attributes where they were not known from the start.
    pub(super) desired: Option<Vec<Option<Value>>>,
    /// What differs; none if only a refresh is owed.
    pub(super) look: Option<Box<Look>>,
    pub(super) temporary: Option<String>,
    pub(super) refresh: Option<RefreshKind>,
    pub(super) timeout: Duration,
}

/// What came of it.
pub(super) struct TaskDone {
    pub(super) vertex: Vertex,
    pub(super) result: Result<(), ProviderError>,
    /// Whether something was, or may have been, done.
    pub(super) touched: bool,
    /// Whether the refresh was delivered, or is done with what was started.
    pub(super) refreshed: bool,
    pub(super) outputs: Option<Vec<Option<Value>>>,
    pub(super) notes: Vec<String>,
    pub(super) started: Duration,
    pub(super) took: Duration,
}

/// What came of a batch.
#[derive(Default)]
pub(super) struct BatchDone {
    pub(super) tasks: Vec<TaskDone>,
    pub(super) written: Written,
    /// Data could not be made durable: the run must not go on.
    pub(super) broken: bool,
}

/// The acting half of what workers share.
#[derive(Clone, Copy)]
pub(super) struct Hands<'a, 'p> {
    pub(super) sight: Sight<'a, 'p>,
    pub(super) host: &'a dyn WriteHost,
    pub(super) stop: &'a Stop,
}

/// A task on its way.
struct Slot {
    task: Task,
    error: Option<ProviderError>,
    applied: Applied,
    touched: bool,
    refreshed: bool,
    outputs: Option<Vec<Option<Value>>>,
}

impl Slot {
    fn alive(&self) -> bool {
        self.error.is_none()
    }

    fn fail(&mut self, error: ProviderError) {
        self.error.get_or_insert(error);
    }
}

impl Hands<'_, '_> {
    /// Brings a batch of one provider to its desired state.
    pub(super) fn act(&self, provider: &dyn Provider, tasks: Vec<Task>) -> BatchDone {
        let clock = self.host.clock();
        let started = clock.monotonic();
        let deadline = tasks.iter().map(|task| started.saturating_add(task.timeout)).max();
        let mut done = BatchDone::default();
        let mut slots: Vec<Slot> = tasks
            .into_iter()
            .map(|task| Slot {
                task,
                error: None,
                applied: Applied::default(),
                touched: false,
                refreshed: false,
                outputs: None,
            })
            .collect();
        self.apply(provider, &mut slots, deadline, &mut done);
        let acted: Vec<usize> = slots
            .iter()
            .enumerate()
            .filter(|(_, s)| s.alive() && s.task.look.is_some())
            .map(|(i, _)| i)
            .collect();
        self.settle(provider, &mut slots, &acted, deadline);
        self.verify(provider, &mut slots, &acted);
        let refreshed = self.refresh(provider, &mut slots, deadline, &mut done);
        self.settle(provider, &mut slots, &refreshed, deadline);
        self.verify(provider, &mut slots, &refreshed);
        let took = clock.monotonic().saturating_sub(started);
        done.tasks = slots.into_iter().map(|slot| slot.finish(started, took)).collect();
        done
    }

    fn apply(
        &self,
        provider: &dyn Provider,
        slots: &mut [Slot],
        deadline: Option<Duration>,
        done: &mut BatchDone,
    ) {
        let together: Vec<usize> = slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.task.look.is_some())
            .map(|(index, _)| index)
            .collect();
        if together.is_empty() {
            return;
        }
        self.apply_these(provider, slots, &together, deadline, done);
        let failed = |slot: &Slot| slot.error.as_ref().is_some_and(|e| e.kind == ProviderErrorKind::Failed);
        let transaction = provider.describe().batch == Batch::Transaction && together.len() > 1;
        if !transaction || done.broken || !together.iter().any(|&index| slots.get(index).is_some_and(failed))
        {
            return;
        }
        // The transaction did not stand. One of them is guilty; alone each answers for itself.
        for index in together {
            let Some(slot) = slots.get_mut(index).filter(|slot| failed(slot)) else { continue };
            if self.stop.raised() {
                continue;
            }
            let found = self.look(provider, slot);
            match found {
                Found::Same(outputs) => {
                    slot.error = None;
                    slot.outputs = outputs;
                    slot.touched = true;
                }
                Found::Failed(error) => slot.error = Some(error),
                Found::Differs(look) => {
                    slot.error = None;
                    slot.task.look = Some(look);
                    self.apply_these(provider, slots, &[index], deadline, done);
                }
            }
            if done.broken {
                return;
            }
        }
    }

    fn apply_these(
        &self,
        provider: &dyn Provider,
        slots: &mut [Slot],
        these: &[usize],
        deadline: Option<Duration>,
        done: &mut BatchDone,
    ) {
        let ctx = ApplyContext::new(self.sight.context(), self.host, deadline, these.len());
        let mut results = {
            let work: Vec<Work<'_>> = these
                .iter()
                .filter_map(|&index| {
                    let slot = slots.get(index)?;
                    let look = slot.task.look.as_ref()?;
                    Some(Work {
                        item: Item::of(self.sight.graph.step(slot.task.vertex)?, self.desired(&slot.task)),
                        observed: &look.observed,
                        diff: &look.diff,
                        temporary: slot.task.temporary.as_deref(),
                    })
                })
                .collect();
            provider.apply(&ctx, &work)
        }
        .into_iter();
        let mut notes = ctx.take_lines();
        for (position, &index) in these.iter().enumerate() {
            let Some(slot) = slots.get_mut(index) else { continue };
            slot.touched |= ctx.touched(position);
            match results.next() {
                Some(Ok(mut applied)) => {
                    if position == 0 && !notes.is_empty() {
                        notes.extend(applied.note.take());
                        applied.note = Some(std::mem::take(&mut notes).join("\n"));
                    }
                    slot.applied = applied;
                }
                Some(Err(error)) => slot.fail(error),
                None => slot.fail(ProviderError::new(
                    ProviderErrorKind::Broken,
                    "the provider gave no result for an item it was asked to apply",
                )),
            }
        }
        done.add(&ctx);
    }

    /// Delivers refreshes that what was done has not delivered already; gives who was refreshed.
    fn refresh(
        &self,
        provider: &dyn Provider,
        slots: &mut [Slot],
        deadline: Option<Duration>,
        done: &mut BatchDone,
    ) -> Vec<usize> {
        let mut refreshed = Vec::new();
        for (index, slot) in slots.iter_mut().enumerate() {
            let Some(kind) = slot.task.refresh.filter(|_| slot.error.is_none()) else { continue };
            if slot.applied.restarted {
                slot.refreshed = true;
                continue;
            }
            if done.broken {
                slot.fail(ProviderError::failed("nothing more is done after data could not be made durable"));
                continue;
            }
            let Some(step) = self.sight.graph.step(slot.task.vertex) else { continue };
            let ctx = ApplyContext::new(self.sight.context(), self.host, deadline, 1);
            let result = provider.refresh(&ctx, &Item::of(step, self.desired(&slot.task)), kind);
            slot.touched |= ctx.touched(0);
            done.add(&ctx);
            match result {
                Ok(applied) => {
                    slot.refreshed = true;
                    slot.touched = true;
                    if !applied.outputs.is_empty() {
                        slot.applied.outputs = applied.outputs;
                    }
                    if let Some(note) = applied.note {
                        slot.applied.note = Some(match slot.applied.note.take() {
                            Some(before) => format!("{before}\n{note}"),
                            None => note,
                        });
                    }
                    refreshed.push(index);
                }
                Err(error) => slot.fail(error),
            }
        }
        refreshed
    }

    /// Waits until items have come to rest.
    fn settle(
        &self,
        provider: &dyn Provider,
        slots: &mut [Slot],
        these: &[usize],
        deadline: Option<Duration>,
    ) {
        let Some(Settle { every, steady, within }) = provider.describe().settle else { return };
        let clock = self.host.clock();
        let ctx = self.sight.context();
        let begun = clock.monotonic();
        let give_up = begun.saturating_add(within);
        // Since when each of them is ready.
        let mut open: Vec<(usize, Option<Duration>)> = these.iter().map(|&index| (index, None)).collect();
        while !open.is_empty() {
            // What acting and waiting change is not in any cache.
            for domain in provider.describe().reads {
                self.sight.caches.drop_domain(domain);
            }
            let now = clock.monotonic();
            open.retain_mut(|(index, since)| {
                let Some(slot) = slots.get_mut(*index).filter(|slot| slot.alive()) else { return false };
                let Some(step) = self.sight.graph.step(slot.task.vertex) else { return false };
                let waits = match provider.settled(&ctx, &Item::of(step, self.desired(&slot.task))) {
                    Settled::Ready => {
                        let first = *since.get_or_insert(now);
                        if now.saturating_sub(first) >= steady {
                            return false;
                        }
                        None
                    }
                    Settled::Failed(why) => {
                        slot.fail(ProviderError::failed(why));
                        return false;
                    }
                    Settled::Wait(why) => {
                        *since = None;
                        Some(why)
                    }
                };
                let out_of_time = deadline.is_some_and(|deadline| now >= deadline);
                match waits {
                    Some(why) if out_of_time || now >= give_up => {
                        let waited = now.saturating_sub(begun).as_secs_f64();
                        let kind =
                            if out_of_time { ProviderErrorKind::TimedOut } else { ProviderErrorKind::Failed };
                        slot.fail(ProviderError::new(kind, format!("{why} (after {waited:.1} s)")));
                        false
                    }
                    _ => true,
                }
            });
            if !open.is_empty() {
                clock.sleep(every.max(Duration::from_millis(1)), &Stop::new());
            }
        }
    }

    /// Reads again: nothing may differ any more.
    fn verify(&self, provider: &dyn Provider, slots: &mut [Slot], these: &[usize]) {
        let these: Vec<usize> =
            these.iter().copied().filter(|&index| slots.get(index).is_some_and(Slot::alive)).collect();
        if these.is_empty() {
            return;
        }
        let found = {
            let tasks: Vec<&Task> =
                these.iter().filter_map(|&i| slots.get(i)).map(|slot| &slot.task).collect();
            let steps: Vec<Vertex> = tasks.iter().map(|task| task.vertex).collect();
            let desired: Vec<&[Option<Value>]> = tasks.iter().map(|task| self.desired(task)).collect();
            let quiet = Sight { texts: false, ..self.sight };
            quiet.look(provider, &steps, &desired)
        };
        for (index, found) in these.into_iter().zip(found) {
            let Some(slot) = slots.get_mut(index) else { continue };
            match found {
                Found::Same(outputs) => slot.outputs = outputs,
                Found::Failed(error) => slot.fail(error),
                Found::Differs(look) => {
                    let mut message = format!(
                        "the provider `{}` says it is done, and it still differs",
                        provider.describe().provider
                    );
                    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
                    for change in &look.diff.changes {
                        let (is, wanted) = (side(&change.old), side(&change.new));
                        let _ = write!(message, "\n{}: {is} is there, {wanted} is wanted", change.property);
                    }
                    slot.fail(ProviderError::new(ProviderErrorKind::Broken, message));
                }
            }
        }
    }

    fn look(&self, provider: &dyn Provider, slot: &Slot) -> Found {
        let desired = self.desired(&slot.task);
        let missing = || Found::Failed(ProviderError::failed("the provider gave no answer"));
        self.sight.look(provider, &[slot.task.vertex], &[desired]).pop().unwrap_or_else(missing)
    }

    fn desired<'t>(&'t self, task: &'t Task) -> &'t [Option<Value>] {
        match &task.desired {
            Some(desired) => desired,
            None => self
                .sight
                .graph
                .steps
                .get(at(task.vertex))
                .map(|step| step.desired.as_slice())
                .unwrap_or_default(),
        }
    }
}

impl BatchDone {
    fn add(&mut self, ctx: &ApplyContext<'_>) {
        let written = ctx.written();
        self.written.anything |= written.anything;
        self.written.domains.extend(written.domains);
        self.broken |= ctx.broken();
    }
}

impl Slot {
    fn finish(self, started: Duration, took: Duration) -> TaskDone {
        // What only acting knows goes over what the last look found.
        let mut outputs = self.outputs;
        if let Some(known) = &mut outputs {
            for (slot, new) in known.iter_mut().zip(self.applied.outputs) {
                if new.is_some() {
                    *slot = new;
                }
            }
        }
        TaskDone {
            vertex: self.task.vertex,
            touched: self.touched,
            refreshed: self.refreshed && self.error.is_none(),
            result: self.error.map_or(Ok(()), Err),
            outputs,
            notes: self.applied.note.into_iter().collect(),
            started,
            took,
        }
    }
}
