//! The threads that work on snapshots.
//!
//! A change of a database waits until all of its snapshots are gone. Running work unwinds at its next query and
//! lets go; work that has not begun is taken back by the owner before it makes a change.

use crate::answer::{self, Names};
use crate::event::Event;
use crate::log;
use crate::place::Home;
use crate::question::{Question, Snapshot};
use mc_compiler::{Database, File};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tower_lsp::jsonrpc;

/// Deeply nested sources need a deep stack.
pub(crate) const STACK: usize = 64 << 20;

/// One piece of work on a snapshot.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) home: Home,
    pub(crate) db: Database,
    pub(crate) names: Arc<Names>,
    pub(crate) task: Task,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Task {
    /// Find everything that is wrong.
    Check { revision: u64 },
    /// Answer a question.
    Answer { question: Question, file: Option<File> },
}

/// The workers.
#[derive(Debug)]
pub(crate) struct Pool {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<VecDeque<Job>>,
    wake: Condvar,
}

impl Pool {
    /// Starts `count` threads, which run until the process ends.
    pub(crate) fn start(count: usize, events: &Sender<Event>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        for number in 0..count {
            let shared = Arc::clone(&shared);
            let events = events.clone();
            let builder = std::thread::Builder::new().name(format!("worker {number}")).stack_size(STACK);
            builder.spawn(move || {
                loop {
                    run(shared.next(), &events);
                }
            })?;
        }
        Ok(Pool { shared })
    }

    /// Lets a worker do it.
    pub(crate) fn submit(&self, job: Job) {
        self.shared.lock().push_back(job);
        self.shared.wake.notify_one();
    }

    /// Takes back what has not begun on the snapshots of a package.
    pub(crate) fn withdraw(&self, home: &Home) -> Vec<Task> {
        let mut queue = self.shared.lock();
        let (taken, kept): (Vec<Job>, Vec<Job>) = queue.drain(..).partition(|job| job.home == *home);
        queue.extend(kept);
        drop(queue);
        taken.into_iter().map(|job| job.task).collect()
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Job>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next piece of work; people wait for answers, so these come first.
    fn next(&self) -> Job {
        let mut queue = self.lock();
        loop {
            let first = queue.iter().position(|job| matches!(job.task, Task::Answer { .. })).unwrap_or(0);
            if let Some(job) = queue.remove(first) {
                return job;
            }
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// How work ended.
enum Outcome<T> {
    Done(T),
    /// The database is being changed.
    Overtaken,
    /// A bug; its message is in the log.
    Panicked,
}

fn guarded<T>(work: impl FnOnce() -> T) -> Outcome<T> {
    // What a panic leaves behind is the snapshot alone, and that is dropped.
    match catch_unwind(AssertUnwindSafe(|| salsa::Cancelled::catch(AssertUnwindSafe(work)))) {
        Ok(Ok(value)) => Outcome::Done(value),
        Ok(Err(_)) => Outcome::Overtaken,
        Err(_) => Outcome::Panicked,
    }
}

fn run(job: Job, events: &Sender<Event>) {
    let Job { home, db, names, task } = job;
    match task {
        Task::Check { revision } => {
            let found = match guarded(|| answer::diagnostics(&db, &names)) {
                Outcome::Done(found) => Some(found),
                Outcome::Overtaken => None,
                Outcome::Panicked => {
                    log("a check failed; the problems shown are those of an earlier text");
                    None
                }
            };
            drop(db);
            // The owner may be gone when the process ends.
            let _ = events.send(Event::Checked { home, revision, found });
        }
        Task::Answer { mut question, file } => {
            if question.is_closed() {
                return;
            }
            let outcome = guarded(|| question.work(Snapshot { db: &db, names: &names }, file));
            // First the snapshot: what the client does next may be an edit.
            drop(db);
            match outcome {
                Outcome::Done(()) => question.answer(),
                Outcome::Panicked => question.fail(jsonrpc::Error::internal_error()),
                Outcome::Overtaken => {
                    question.attempts = question.attempts.saturating_add(1);
                    let _ = events.send(Event::Asked(question));
                }
            }
        }
    }
}
