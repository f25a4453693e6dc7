//! The host as the engine and the providers see it.
//!
//! Two traits, so that a dry run cannot change anything by construction: [`ReadHost`] looks, [`WriteHost`]
//! also performs [`Operation`]s. The real host is in the agent and resolves every path inside the root that
//! it was given; the fake one is beside the traits (feature `testing`).

mod account;
#[cfg(any(test, feature = "testing"))]
pub mod fake;
mod operation;
mod process;

use std::ops::ControlFlow;
use std::time::Duration;

use camino::Utf8Path;

pub use account::{Accounts, Group, User};
pub use operation::{
    Content, Contents, Effect, Link, MakeDirectory, Operation, PackageTransaction, Remove, ReplaceFile,
    RunArgv, SetMetadata, UnitAction, UnitVerb,
};
pub use process::{Process, ProcessEnd, ProcessOutput, ProcessUser};

/// What an operation on the host gives.
pub type HostResult<T> = Result<T, HostError>;

/// A failure of the host, in one clause that names what was attempted and on what.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct HostError {
    /// What kind of failure, for decisions.
    pub kind: HostErrorKind,
    /// `cannot replace /etc/motd: no space left on device`
    pub message: String,
}

impl HostError {
    /// A failure of this kind with this message.
    pub fn new(kind: HostErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

/// Kinds of failure that something may depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostErrorKind {
    /// What was named, or the directory it is in, does not exist.
    NotFound,
    /// Something exists where nothing may.
    Exists,
    /// Not permitted.
    Denied,
    /// Something else is there: a directory, a link, a device.
    WrongType,
    /// A path leads through a symbolic link that must not be followed.
    Link,
    /// A directory is not empty.
    NotEmpty,
    /// No space, no quota.
    Full,
    /// The file system is read-only.
    ReadOnly,
    /// More than the bound that was given.
    TooLarge,
    /// Took longer than it may.
    TimedOut,
    /// A child ended with a failure.
    Failed,
    /// Data could not be made durable. Nothing more may be done after it.
    Sync,
    /// This host cannot do that: no service manager, no package manager.
    Unsupported,
    /// Anything else.
    Io,
}

/// The clocks.
pub trait Clock: Sync {
    /// Nanoseconds since the Unix epoch. It may jump.
    fn wall(&self) -> i64;

    /// Time since some fixed moment. It never goes back.
    fn monotonic(&self) -> Duration;

    /// Waits for this long, or less when `stop` is raised.
    fn sleep(&self, time: Duration, stop: &crate::state::Stop);
}

/// The part of a host that looks.
///
/// Paths are absolute and are resolved inside the host's root. Nothing follows a symbolic link in the last
/// segment unless it says so.
pub trait ReadHost: Send + Sync {
    /// The clocks.
    fn clock(&self) -> &dyn Clock;

    /// Fills a buffer from the system's source of entropy.
    fn entropy(&self, buffer: &mut [u8]) -> HostResult<()>;

    /// Who this process is, here.
    fn identity(&self) -> Identity;

    /// Whether this process may give its own files to a group: root may, others to the groups they are in.
    fn may_give_group(&self, gid: u32) -> bool {
        let identity = self.identity();
        identity.can_chown || identity.gid == gid
    }

    /// What is at a path; none if nothing is, or if a directory on the way does not exist.
    fn stat(&self, path: &Utf8Path) -> HostResult<Option<Meta>>;

    /// Opens a path once and, where it is a regular file, gives its content to `sink` in pieces until it
    /// breaks. What is not a regular file gives its [`Meta`] alone. None as in [`ReadHost::stat`].
    ///
    /// `buffer` is working space that the caller keeps from one file to the next; the host grows it once.
    fn scan(
        &self,
        path: &Utf8Path,
        buffer: &mut Vec<u8>,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> HostResult<Option<Meta>>;

    /// Reads a whole file into `buffer` (cleared first), following links inside the root: for the system's
    /// own databases. More than `limit` bytes are [`HostErrorKind::TooLarge`].
    fn read_file(&self, path: &Utf8Path, limit: u64, buffer: &mut Vec<u8>) -> HostResult<Option<Meta>>;

    /// What a symbolic link says; none as in [`ReadHost::stat`], [`HostErrorKind::WrongType`] on anything else.
    fn read_link(&self, path: &Utf8Path) -> HostResult<Option<String>>;

    /// A directory's entries, sorted by name; none if there is no directory.
    fn list(&self, path: &Utf8Path) -> HostResult<Option<Vec<Entry>>>;

    /// The running kernel and hardware.
    fn machine(&self) -> HostResult<Machine>;

    /// The state of these units, one for each name, with one query for all of them.
    fn units(&self, names: &[&str]) -> HostResult<Vec<Unit>>;

    /// What the package manager could install under these names, one for each, with one query for all.
    fn candidates(&self, names: &[&str]) -> HostResult<Vec<Candidate>>;

    /// Runs a program that only looks. The host confines it as far as its kernel can: it may read every file that
    /// its user may, and write none.
    fn ask(&self, process: &Process<'_>) -> HostResult<ProcessOutput>;
}

/// The part of a host that acts.
pub trait WriteHost: ReadHost {
    /// Performs operations in order, one result for each; a failed one does not stop the others.
    /// Neighbouring [`Operation::ReplaceFile`]s are one group for durability: where the host is told to make
    /// files durable in batches, all of a group are synced, then renamed, then their directories synced.
    ///
    /// `deadline` is on the monotonic clock: children that are still there are ended with their process
    /// group, and the operation is [`HostErrorKind::TimedOut`]. A package transaction is waited for.
    fn perform(&self, operations: &[Operation<'_>], deadline: Option<Duration>) -> Vec<HostResult<Effect>>;

    /// The host's reading half.
    fn as_read(&self) -> &dyn ReadHost;
}

/// Who this process is on the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Effective user id.
    pub uid: u32,
    /// Effective group id.
    pub gid: u32,
    /// Whether files can be given to others.
    pub can_chown: bool,
    /// Whether paths are resolved inside a folder (`--root`); services, packages and commands are not there then.
    pub rooted: bool,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// What it is.
    pub kind: FileKind,
    /// Permission bits, at most `0o7777`.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Length in bytes.
    pub size: u64,
    /// Hard links.
    pub links: u64,
}

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FileKind {
    Regular,
    Directory,
    Symlink,
    Fifo,
    Socket,
    Device,
}

impl FileKind {
    /// `a directory`
    pub fn article(self) -> &'static str {
        match self {
            Self::Regular => "a regular file",
            Self::Directory => "a directory",
            Self::Symlink => "a symbolic link",
            Self::Fifo => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
        }
    }
}

/// A directory's entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
}

/// The running kernel and hardware.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Machine {
    /// `Linux`
    pub kernel: String,
    /// `6.1.0-18-amd64`
    pub release: String,
    /// `x86_64`
    pub arch: String,
    /// The host's name as the kernel knows it.
    pub hostname: String,
    /// How many processors may be used.
    pub processors: u32,
    /// All memory in bytes.
    pub memory: u64,
}

/// A unit of the service manager. Texts are the service manager's own words.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Unit {
    /// `loaded`, `not-found`, `masked`, ..
    pub load: String,
    /// `active`, `activating`, `inactive`, `failed`, ..
    pub active: String,
    /// `running`, `exited`, `dead`, ..
    pub sub: String,
    /// `enabled`, `disabled`, `static`, ..; empty where there is no unit file.
    pub file: String,
    /// How the last run ended: `success`, `exit-code`, ..
    pub result: String,
    /// The main process, 0 if there is none.
    pub main_pid: u32,
    /// Whether unit files on disk are newer than what the manager has loaded.
    pub needs_reload: bool,
}

/// What the package manager could install under a name.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Candidate {
    /// The version it would choose; none if it knows no such package.
    pub version: Option<String>,
    /// All versions it knows.
    pub versions: Vec<String>,
}
