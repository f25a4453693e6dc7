//! What a provider is given: the host through the engine's eyes.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::host::{
    Accounts, Contents, Effect, HostError, HostErrorKind, HostResult, Operation, ReadHost, WriteHost,
};

/// The domain of the user database. It stands for `passwd` and `group`.
pub const ACCOUNTS: &str = "UserName";
/// The domain of the package database.
pub const PACKAGES: &str = "PackageName";
/// The domain of the service manager.
pub const UNITS: &str = "UnitName";

/// What looking needs.
#[derive(Clone, Copy)]
pub struct ReadContext<'a> {
    host: &'a dyn ReadHost,
    contents: &'a dyn Contents,
    caches: &'a Caches,
    texts: bool,
}

impl<'a> ReadContext<'a> {
    /// A context over these. The engine makes it; tests of providers do too.
    pub fn new(host: &'a dyn ReadHost, contents: &'a dyn Contents, caches: &'a Caches, texts: bool) -> Self {
        Self { host, contents, caches, texts }
    }

    /// The host.
    pub fn host(&self) -> &'a dyn ReadHost {
        self.host
    }

    /// The bundle's contents.
    pub fn contents(&self) -> &'a dyn Contents {
        self.contents
    }

    /// Whether the texts of contents are wanted for a person to read.
    pub fn texts(&self) -> bool {
        self.texts
    }

    /// The user database, read once until something changes it.
    pub fn accounts(&self) -> HostResult<Arc<Accounts>> {
        self.cached(ACCOUNTS, || Accounts::read(self.host))
    }

    /// A database of this domain, read once until an operation changes the domain. One type per domain.
    pub fn cached<T: Any + Send + Sync>(
        &self,
        domain: &'static str,
        read: impl FnOnce() -> HostResult<T>,
    ) -> HostResult<Arc<T>> {
        self.caches.get(domain, read)
    }
}

/// What acting needs: everything of [`ReadContext`], and the operations.
pub struct ApplyContext<'a> {
    read: ReadContext<'a>,
    host: &'a dyn WriteHost,
    deadline: Option<Duration>,
    touched: RefCell<Vec<bool>>,
    lines: RefCell<Vec<String>>,
    broken: Cell<bool>,
    written: RefCell<Written>,
}

/// What a call of a provider changed, as far as its operations tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Something that nobody can name.
    pub anything: bool,
    /// Shared databases by domain, sorted.
    pub domains: Vec<String>,
}

impl Written {
    fn domain(&mut self, domain: &str) {
        if let Err(at) = self.domains.binary_search_by(|known| known.as_str().cmp(domain)) {
            self.domains.insert(at, domain.to_owned());
        }
    }
}

impl<'a> ApplyContext<'a> {
    /// A context for a batch of `items`. The engine makes it; tests of providers do too.
    pub fn new(
        read: ReadContext<'a>,
        host: &'a dyn WriteHost,
        deadline: Option<Duration>,
        items: usize,
    ) -> Self {
        Self {
            read,
            host,
            deadline,
            touched: RefCell::new(vec![false; items]),
            lines: RefCell::default(),
            broken: Cell::new(false),
            written: RefCell::default(),
        }
    }

    /// What looking needs.
    pub fn read(&self) -> &ReadContext<'a> {
        &self.read
    }

    /// When the step's attempt has to be over, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// Performs operations in order, one result for each. `items[i]` is the position in the batch of the
    /// item that `operations[i]` is for. See [`WriteHost::perform`] for what grouping is good for.
    pub fn perform(&self, items: &[usize], operations: &[Operation<'_>]) -> Vec<HostResult<Effect>> {
        if self.broken.get() {
            let refused = || {
                HostError::new(
                    HostErrorKind::Sync,
                    "nothing more is done after data could not be made durable",
                )
            };
            return operations.iter().map(|_| Err(refused())).collect();
        }
        for operation in operations {
            self.invalidate(operation);
        }
        let mut results = self.host.perform(operations, self.deadline);
        // A host that answers less than it was asked broke its contract: what is missing has failed.
        results.resize_with(operations.len(), || {
            Err(HostError::new(HostErrorKind::Io, "the host gave no result for an operation"))
        });
        for (index, (operation, result)) in operations.iter().zip(&results).enumerate() {
            // Reading may have filled a cache while the operation was at work.
            self.invalidate(operation);
            let item = items.get(index).copied();
            match result {
                Ok(_) => self.touch(item, operation),
                // These may have acted before they failed; the others leave things as they were.
                Err(error) => {
                    if matches!(
                        operation,
                        Operation::RunArgv(_)
                            | Operation::UnitAction(_)
                            | Operation::PackageTransaction(_)
                            | Operation::SetMetadata(_)
                    ) && !matches!(error.kind, HostErrorKind::Unsupported | HostErrorKind::NotFound)
                    {
                        self.touch(item, operation);
                    }
                    if error.kind == HostErrorKind::Sync {
                        self.touch(item, operation);
                        self.broken.set(true);
                    }
                }
            }
        }
        results
    }

    /// Performs one operation for the item at this position of the batch.
    pub fn perform_one(&self, item: usize, operation: &Operation<'_>) -> HostResult<Effect> {
        self.perform(&[item], std::slice::from_ref(operation)).pop().unwrap_or_else(|| {
            Err(HostError::new(HostErrorKind::Io, "the host gave no result for an operation"))
        })
    }

    /// Tells how far it is, for the log of the run.
    pub fn progress(&self, line: impl Into<String>) {
        self.lines.borrow_mut().push(line.into());
    }

    /// Whether an operation for this item had, or may have had, an effect.
    pub fn touched(&self, item: usize) -> bool {
        self.touched.borrow().get(item).copied().unwrap_or(true)
    }

    /// What was changed so far.
    pub fn written(&self) -> Written {
        self.written.borrow().clone()
    }

    /// Whether data could not be made durable, so that nothing more may be done.
    pub fn broken(&self) -> bool {
        self.broken.get()
    }

    /// Takes the lines of [`ApplyContext::progress`].
    pub fn take_lines(&self) -> Vec<String> {
        self.lines.take()
    }

    fn touch(&self, item: Option<usize>, operation: &Operation<'_>) {
        let mut touched = self.touched.borrow_mut();
        // A transaction stands for its whole batch.
        if matches!(operation, Operation::PackageTransaction(_)) {
            touched.fill(true);
            return;
        }
        match item.and_then(|item| touched.get_mut(item)) {
            Some(flag) => *flag = true,
            None => touched.fill(true),
        }
    }

    fn invalidate(&self, operation: &Operation<'_>) {
        // The databases are files too.
        let by_path = |path: &str| match path {
            "/etc/passwd" | "/etc/group" => self.forget(ACCOUNTS),
            "/var/lib/dpkg/status" => self.forget(PACKAGES),
            _ if is_unit_path(path) => self.forget(UNITS),
            _ => {}
        };
        match operation {
            Operation::ReplaceFile(replace) => by_path(replace.path.as_str()),
            Operation::Remove(remove) => by_path(remove.path.as_str()),
            Operation::Link(link) => by_path(link.path.as_str()),
            Operation::SetMetadata(_) | Operation::MakeDirectory(_) => {}
            Operation::RunArgv(run) => match run.writes {
                Some(domains) => domains.iter().for_each(|domain| self.forget(domain)),
                None => self.forget_all(),
            },
            Operation::UnitAction(_) => self.forget(UNITS),
            Operation::PackageTransaction(_) => self.forget_all(),
        }
    }

    fn forget(&self, domain: &str) {
        self.read.caches.drop_domain(domain);
        self.written.borrow_mut().domain(domain);
    }

    fn forget_all(&self) {
        self.read.caches.drop_all();
        self.written.borrow_mut().anything = true;
    }
}

fn is_unit_path(path: &str) -> bool {
    ["/etc/systemd/", "/usr/lib/systemd/", "/lib/systemd/", "/run/systemd/", "/usr/local/lib/systemd/"]
        .iter()
        .any(|folder| path.starts_with(folder))
}

/// Databases that were read in this run, by domain.
#[derive(Default)]
pub struct Caches {
    slots: Mutex<BTreeMap<String, Arc<dyn Any + Send + Sync>>>,
}

impl Caches {
    /// No database yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn get<T: Any + Send + Sync>(
        &self,
        domain: &str,
        read: impl FnOnce() -> HostResult<T>,
    ) -> HostResult<Arc<T>> {
        // The lock is held while reading: others that need the database wait for it and read it not again.
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(domain)
            && let Ok(known) = slot.clone().downcast()
        {
            return Ok(known);
        }
        let fresh = Arc::new(read()?);
        slots.insert(domain.to_owned(), fresh.clone());
        Ok(fresh)
    }

    /// Forgets a domain's database.
    pub fn drop_domain(&self, domain: &str) {
        // Users and groups are read and written together.
        let domain = if domain == "GroupName" { ACCOUNTS } else { domain };
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(domain);
    }

    /// Forgets everything.
    pub fn drop_all(&self) {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::host::fake::{FakeFile, FakeHost, exited};
    use crate::host::{Content, FileKind, Process, Remove, ReplaceFile, RunArgv};

    fn replace<'a>(path: &'a str, content: &'a str) -> Operation<'a> {
        Operation::ReplaceFile(ReplaceFile {
            path: Utf8Path::new(path),
            staged: Utf8Path::new("/etc/.staged"),
            content: Content::Bytes(content.as_bytes()),
            uid: None,
            gid: None,
            mode: 0o644,
            validate: None,
        })
    }

    fn contexts<'a>(host: &'a FakeHost, caches: &'a Caches, items: usize) -> ApplyContext<'a> {
        ApplyContext::new(ReadContext::new(host, &(), caches, false), host, None, items)
    }

    #[test]
    fn a_database_is_read_once_until_it_is_written() {
        let (host, caches) = (FakeHost::new(), Caches::new());
        let ctx = contexts(&host, &caches, 1);
        let before = ctx.read().accounts().expect("reads");
        host.put("/etc/passwd", FakeFile::regular("www:x:33:33::/:/bin/sh\n"));
        assert!(Arc::ptr_eq(&before, &ctx.read().accounts().expect("reads")));
        ctx.perform_one(0, &replace("/etc/passwd", "www:x:33:33::/:/bin/sh\n")).expect("writes");
        assert!(ctx.read().accounts().expect("reads").user("www").is_some());
        assert_eq!(ctx.written(), Written { anything: false, domains: vec![ACCOUNTS.to_owned()] });

        // A program says what it writes, or everything is read again.
        host.program("tool", Duration::ZERO, |_, _| exited(0, ""));
        let argv = ["tool".to_owned()];
        let groups = ["GroupName"];
        let known = ctx.read().accounts().expect("reads");
        let units = Operation::RunArgv(RunArgv { process: Process::new(&argv), writes: Some(&[UNITS]) });
        ctx.perform_one(0, &units).expect("runs");
        assert!(Arc::ptr_eq(&known, &ctx.read().accounts().expect("reads")));
        let group = Operation::RunArgv(RunArgv { process: Process::new(&argv), writes: Some(&groups) });
        ctx.perform_one(0, &group).expect("runs");
        assert!(!Arc::ptr_eq(&known, &ctx.read().accounts().expect("reads")));
        ctx.perform_one(0, &Operation::RunArgv(RunArgv { process: Process::new(&argv), writes: None }))
            .expect("runs");
        assert!(ctx.written().anything);
    }

    #[test]
    fn it_knows_for_whom_something_was_done() {
        let (host, caches) = (FakeHost::new(), Caches::new());
        let ctx = contexts(&host, &caches, 3);
        host.fault("replace /etc/b", HostErrorKind::Full, "no space left", 1);
        host.fault("run c", HostErrorKind::TimedOut, "too long", 1);
        let argv = ["c".to_owned()];
        let run = Operation::RunArgv(RunArgv { process: Process::new(&argv), writes: None });
        let results = ctx.perform(&[0, 1, 2], &[replace("/etc/a", "a"), replace("/etc/b", "b"), run]);
        assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, false]);
        // A file that could not be replaced is as it was; nobody knows what a program did.
        assert_eq!([ctx.touched(0), ctx.touched(1), ctx.touched(2)], [true, false, true]);
    }

    #[test]
    fn nothing_is_performed_after_data_could_not_be_made_durable() {
        let (host, caches) = (FakeHost::new(), Caches::new());
        let ctx = contexts(&host, &caches, 1);
        host.fault("replace /etc/a", HostErrorKind::Sync, "input/output error", 1);
        assert!(ctx.perform_one(0, &replace("/etc/a", "a")).is_err());
        let remove =
            Operation::Remove(Remove { path: Utf8Path::new("/etc/passwd"), kind: FileKind::Regular });
        assert!(ctx.perform_one(0, &remove).is_err());
        assert!(ctx.broken() && host.text("/etc/passwd").is_some());
    }
}
