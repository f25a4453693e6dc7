//! The threads that work on snapshots.
//!
//! A change of a database waits until all of its snapshots are gone. Running work unwinds at its next query and
//! lets go; work that has not begun is taken back by the owner before it makes a change.

use crate::answer::{self, Names};
use crate::event::Event;
use crate::log;
use crate::place::Home;
use crate::problems::Found;
use crate::question::{Question, Snapshot};
use camino::Utf8PathBuf;
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
    /// Find what is wrong in each file: first in this one, which was edited.
    CheckFiles { revision: u64, edited: Option<(Utf8PathBuf, File)> },
    /// Find what is wrong in the package as a whole.
    CheckPackage { revision: u64 },
    /// Answer a question.
    Answer { question: Question, file: Option<File> },
}

impl Task {
    /// Less is more urgent: people wait for answers, and look at what they type.
    fn urgency(&self) -> u8 {
        match self {
            Task::Answer { .. } => 0,
            Task::CheckFiles { .. } => 1,
            Task::CheckPackage { .. } => 2,
        }
    }
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

    /// The next piece of work: the most urgent, and of these the oldest.
    fn next(&self) -> Job {
        let mut queue = self.lock();
        loop {
            let first = queue.iter().enumerate().min_by_key(|(at, job)| (job.task.urgency(), *at));
            if let Some(job) = first.map(|(at, _)| at).and_then(|at| queue.remove(at)) {
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
    let tell = |revision, found| {
        // The owner may be gone when the process ends.
        let _ = events.send(Event::Checked { home: home.clone(), revision, found });
    };
    match task {
        Task::CheckFiles { revision, edited } => {
            let outcome = guarded(|| {
                if let Some((path, file)) = edited {
                    tell(revision, Found::File(path, answer::problems_of_file(&db, &names, file)));
                }
                tell(revision, Found::Files(answer::problems_of_files(&db, &names)));
            });
            report(&outcome, events);
        }
        Task::CheckPackage { revision } => {
            let outcome =
                guarded(|| tell(revision, Found::Package(answer::problems_beyond_files(&db, &names))));
            report(&outcome, events);
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
                Outcome::Panicked => {
                    question.fail(jsonrpc::Error::internal_error());
                    let _ = events.send(Event::Bug);
                }
                Outcome::Overtaken => {
                    question.attempts = question.attempts.saturating_add(1);
                    let _ = events.send(Event::Asked(question));
                }
            }
        }
    }
}

/// Says that a check found nothing because of a bug.
fn report(outcome: &Outcome<()>, events: &Sender<Event>) {
    if matches!(outcome, Outcome::Panicked) {
        log("a check failed; the problems shown are those of an earlier text");
        let _ = events.send(Event::Bug);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Library;
    use crate::question::Subject;
    use crate::settings::Settings;
    use std::collections::BTreeMap;
    use std::sync::mpsc::channel;

    /// Runs a question about nothing.
    fn ask(work: impl Fn() -> u8 + Send + 'static) -> (jsonrpc::Result<u8>, Vec<Event>) {
        let (events, inbox) = channel();
        let (question, reply) = Question::new(Subject::Package(Home::Library), move |_, _| work());
        let names = Names {
            home: Home::Library,
            open: BTreeMap::new(),
            library: Arc::new(Library::open()),
            settings: Settings::default(),
            unreadable: None,
        };
        let task = Task::Answer { question, file: None };
        run(Job { home: Home::Library, db: Database::new(), names: Arc::new(names), task }, &events);
        drop(events);
        (reply.blocking_recv().expect("an answer"), inbox.iter().collect())
    }

    #[test]
    fn a_question_that_panics_is_answered_with_an_error_and_reported() {
        let (answer, events) = ask(|| panic!("a bug"));
        assert_eq!(answer.expect_err("no result").code, jsonrpc::ErrorCode::InternalError);
        assert!(matches!(events.as_slice(), [Event::Bug]), "{events:?}");
        let (answer, events) = ask(|| 7);
        assert_eq!((answer.expect("a result"), events.len()), (7, 0));
    }
}
