//! Workers: threads that are started when there is work for them, or the scheduler's own thread when there
//! shall be only one.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mc_plan::value::Value;

use super::preflight::Found;
use super::work::{BatchDone, Hands, Task};
use crate::graph::{Vertex, at};
use crate::state::Stop;

/// How long somebody sleeps at most before looking whether there is still a reason to.
const NAP: Duration = Duration::from_millis(200);

/// A step to read, with its attributes where they were not known from the start.
pub(super) type ToRead = (Vertex, Option<Vec<Option<Value>>>);
/// The same with what was found.
type WasRead = (Vertex, Option<Vec<Option<Value>>>, Found);

/// Work for a worker.
pub(super) enum Job {
    /// Look at steps of one schema.
    Look { schema: u32, steps: Vec<ToRead> },
    /// Bring steps of one schema to their desired state.
    Act { schema: u32, tasks: Vec<Task> },
    /// Wait until this moment, or until there is no reason to.
    Sleep { until: Duration, wake: Stop },
}

/// What a worker did.
pub(super) enum Done {
    Looked {
        schema: u32,
        found: Vec<WasRead>,
    },
    Acted {
        schema: u32,
        batch: BatchDone,
    },
    Awake(Duration),
    /// A worker is gone without an answer.
    Lost,
}

/// Those who work for a scheduler.
pub(super) trait Workers {
    /// Gives them work. It is up to the caller not to give more than they can do at a time.
    fn give(&mut self, job: Job);

    /// Gives them work that is all there is to do for now.
    fn give_alone(&mut self, job: Job);

    /// Waits for an answer.
    fn hear(&mut self) -> Done;

    /// Whether somebody can sleep while others work.
    fn can_sleep(&self) -> bool;
}

fn work(hands: Hands<'_, '_>, job: Job) -> Done {
    let provider = |schema: u32| hands.sight.providers.get(at(schema)).copied();
    match job {
        Job::Look { schema, steps } => {
            let Some(provider) = provider(schema) else { return Done::Lost };
            let vertices: Vec<Vertex> = steps.iter().map(|(vertex, _)| *vertex).collect();
            let known = |vertex: Vertex| hands.sight.graph.step(vertex).map(|step| step.desired.as_slice());
            let desired: Vec<&[Option<Value>]> = steps
                .iter()
                .map(|(vertex, desired)| desired.as_deref().or_else(|| known(*vertex)).unwrap_or_default())
                .collect();
            let found = hands.sight.look(provider, &vertices, &desired);
            let found =
                steps.into_iter().zip(found).map(|((vertex, desired), found)| (vertex, desired, found));
            Done::Looked { schema, found: found.collect() }
        }
        Job::Act { schema, tasks } => match provider(schema) {
            Some(provider) => Done::Acted { schema, batch: hands.act(provider, tasks) },
            None => Done::Lost,
        },
        Job::Sleep { until, wake } => {
            let clock = hands.host.clock();
            loop {
                let left = until.saturating_sub(clock.monotonic());
                if left.is_zero() || hands.stop.raised() || wake.raised() {
                    return Done::Awake(until);
                }
                clock.sleep(left.min(NAP), hands.stop);
            }
        }
    }
}

/// No threads: work is done when it is given.
pub(super) struct Inline<'a, 'p> {
    hands: Hands<'a, 'p>,
    done: VecDeque<Done>,
}

impl<'a, 'p> Inline<'a, 'p> {
    pub(super) fn new(hands: Hands<'a, 'p>) -> Self {
        Self { hands, done: VecDeque::new() }
    }
}

impl Workers for Inline<'_, '_> {
    fn give(&mut self, job: Job) {
        self.done.push_back(work(self.hands, job));
    }

    fn give_alone(&mut self, job: Job) {
        self.give(job);
    }

    fn hear(&mut self) -> Done {
        self.done.pop_front().unwrap_or(Done::Lost)
    }

    fn can_sleep(&self) -> bool {
        false
    }
}

/// Threads, at most `most`, besides those that sleep.
pub(super) struct Pool<'scope, 'env, 'a, 'p> {
    scope: &'scope std::thread::Scope<'scope, 'env>,
    hands: Hands<'a, 'p>,
    give: Sender<Job>,
    take: Arc<Mutex<Receiver<Job>>>,
    tell: Sender<Done>,
    hear: Receiver<Done>,
    threads: usize,
    /// Jobs that were given and have no answer yet.
    open: usize,
    most: usize,
    /// What the scheduler's own thread did.
    own: Option<Done>,
}

impl<'scope, 'env, 'a, 'p> Pool<'scope, 'env, 'a, 'p> {
    pub(super) fn new(
        scope: &'scope std::thread::Scope<'scope, 'env>,
        hands: Hands<'a, 'p>,
        most: usize,
    ) -> Self {
        let (give, take) = channel();
        let (tell, hear) = channel();
        Self {
            scope,
            hands,
            give,
            take: Arc::new(Mutex::new(take)),
            tell,
            hear,
            threads: 0,
            open: 0,
            most,
            own: None,
        }
    }
}

impl<'scope, 'a: 'scope, 'p: 'scope> Workers for Pool<'scope, '_, 'a, 'p> {
    fn give(&mut self, job: Job) {
        let hands = self.hands;
        if let Job::Sleep { .. } = job {
            let tell = self.tell.clone();
            self.scope.spawn(move || tell.send(work(hands, job)));
            return;
        }
        self.open += 1;
        if self.threads < self.most && self.threads < self.open {
            self.threads += 1;
            let (take, tell) = (Arc::clone(&self.take), self.tell.clone());
            self.scope.spawn(move || {
                let alarm = Alarm(tell);
                loop {
                    let job = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    // The scheduler is gone: there is no more work.
                    let Ok(job) = job else { return };
                    if alarm.0.send(work(hands, job)).is_err() {
                        return;
                    }
                }
            });
        }
        // It fails only if all workers are gone, and each of them has told so.
        let _ = self.give.send(job);
    }

    fn give_alone(&mut self, job: Job) {
        // Handing over a thread and waiting for it would only cost time.
        self.own = Some(work(self.hands, job));
    }

    fn hear(&mut self) -> Done {
        if let Some(done) = self.own.take() {
            return done;
        }
        let done = self.hear.recv().unwrap_or(Done::Lost);
        if matches!(done, Done::Looked { .. } | Done::Acted { .. }) {
            self.open = self.open.saturating_sub(1);
        }
        done
    }

    fn can_sleep(&self) -> bool {
        true
    }
}

/// Tells the scheduler of a worker that panics, so that nobody waits for its answer.
struct Alarm(Sender<Done>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.0.send(Done::Lost);
        }
    }
}
