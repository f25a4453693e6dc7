//! The closed list of effects. Providers ask for them; the engine records them; the host performs them.

use camino::Utf8Path;
use mc_plan::value::Blob;

use super::{HostResult, Process, ProcessOutput};

/// An effect on the host.
#[derive(Debug)]
pub enum Operation<'a> {
    /// See [`ReplaceFile`].
    ReplaceFile(ReplaceFile<'a>),
    /// See [`SetMetadata`].
    SetMetadata(SetMetadata<'a>),
    /// See [`Remove`].
    Remove(Remove<'a>),
    /// See [`MakeDirectory`].
    MakeDirectory(MakeDirectory<'a>),
    /// See [`Link`].
    Link(Link<'a>),
    /// See [`RunArgv`].
    RunArgv(RunArgv<'a>),
    /// See [`UnitAction`].
    UnitAction(UnitAction<'a>),
    /// See [`PackageTransaction`].
    PackageTransaction(PackageTransaction<'a>),
}

/// Puts a regular file at a path as a whole: content into `staged` (made new, readable by nobody else),
/// owner, group and mode on the descriptor, `validate`, then rename. What stood there stays entire until the
/// rename, and after any failure; `staged` is gone then.
#[derive(Debug)]
pub struct ReplaceFile<'a> {
    /// Where the file is to be. A regular file there is replaced; anything else is refused.
    pub path: &'a Utf8Path,
    /// Where the new content waits: in the same directory, a name this run made up.
    pub staged: &'a Utf8Path,
    /// What it holds.
    pub content: Content<'a>,
    /// Owner; none leaves what a new file gets.
    pub uid: Option<u32>,
    /// Group; none leaves what a new file gets.
    pub gid: Option<u32>,
    /// Permission bits.
    pub mode: u32,
    /// A command that must end with status 0 before the rename.
    pub validate: Option<Process<'a>>,
}

/// Where bytes come from.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// From memory.
    Bytes(&'a [u8]),
    /// From the bundle.
    Blob(Blob, &'a dyn Contents),
}

impl std::fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(bytes) => f.debug_tuple("Bytes").field(&bytes.len()).finish(),
            Self::Blob(blob, _) => f.debug_tuple("Blob").field(blob).finish(),
        }
    }
}

/// The bundle's contents by digest. They were verified when the bundle was.
pub trait Contents: Sync {
    /// Reads at `offset` into `buffer` and gives how many bytes; 0 at the end.
    fn read(&self, blob: &Blob, offset: u64, buffer: &mut [u8]) -> HostResult<usize>;
}

/// No contents: for plans whose texts are all inline.
impl Contents for () {
    fn read(&self, blob: &Blob, _: u64, _: &mut [u8]) -> HostResult<usize> {
        Err(super::HostError::new(
            super::HostErrorKind::NotFound,
            format!("the bundle has no content of {} bytes with this digest", blob.size),
        ))
    }
}

/// Changes owner, group and mode of what is at a path, on the thing itself and never through a link.
#[derive(Clone, Copy, Debug)]
pub struct SetMetadata<'a> {
    /// Where.
    pub path: &'a Utf8Path,
    /// What must be there.
    pub kind: super::FileKind,
    /// New owner.
    pub uid: Option<u32>,
    /// New group.
    pub gid: Option<u32>,
    /// New permission bits; not for links.
    pub mode: Option<u32>,
}

/// Removes what is at a path; a directory must be empty. Nothing there is success.
#[derive(Clone, Copy, Debug)]
pub struct Remove<'a> {
    /// Where.
    pub path: &'a Utf8Path,
    /// What must be there.
    pub kind: super::FileKind,
}

/// Makes a directory whose parent exists. It is made closed to others and gets its mode last.
#[derive(Clone, Copy, Debug)]
pub struct MakeDirectory<'a> {
    /// Where.
    pub path: &'a Utf8Path,
    /// Owner; none leaves what a new directory gets.
    pub uid: Option<u32>,
    /// Group; none leaves what a new directory gets.
    pub gid: Option<u32>,
    /// Permission bits.
    pub mode: u32,
}

/// Puts a symbolic link at a path: made as `staged`, then renamed over a link that stood there. Anything
/// but a link is refused.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// Where the link is to be.
    pub path: &'a Utf8Path,
    /// A name in the same directory that this run made up.
    pub staged: &'a Utf8Path,
    /// What the link says.
    pub target: &'a str,
    /// Owner of the link itself.
    pub uid: Option<u32>,
    /// Group of the link itself.
    pub gid: Option<u32>,
}

/// Runs a program and waits for it. Any exit status is a result; judging it is the caller's.
#[derive(Debug)]
pub struct RunArgv<'a> {
    /// What to run.
    pub process: Process<'a>,
    /// The domains it changes, by the names of their types (`UserName`, `GroupName`); none means that
    /// nobody knows, and everything read before is read again.
    pub writes: Option<&'a [&'a str]>,
}

/// Asks the service manager for something and waits until it is done.
#[derive(Clone, Copy, Debug)]
pub struct UnitAction<'a> {
    /// The unit; empty for [`UnitVerb::DaemonReload`].
    pub unit: &'a str,
    /// What to do.
    pub verb: UnitVerb,
}

/// What can be asked of the service manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum UnitVerb {
    Start,
    Stop,
    Restart,
    Reload,
    /// Reloads where the unit can, else restarts it.
    ReloadOrRestart,
    Enable,
    Disable,
    DaemonReload,
}

/// One transaction of the package manager: all or nothing. It is never killed.
#[derive(Clone, Copy, Debug)]
pub struct PackageTransaction<'a> {
    /// Names to install, each with the version it must have.
    pub install: &'a [(&'a str, Option<&'a str>)],
    /// Names to remove; their configuration files stay.
    pub remove: &'a [&'a str],
    /// Whether an installed newer version may give way to an older one.
    pub allow_downgrade: bool,
}

/// What a performed operation gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is done.
    Done,
    /// A child ran: [`Operation::RunArgv`], [`Operation::PackageTransaction`].
    Ran(ProcessOutput),
}

impl Operation<'_> {
    /// One line for the audit log and transcripts, without content.
    pub fn describe(&self) -> String {
        match self {
            Self::ReplaceFile(r) => format!("replace {}", r.path),
            Self::SetMetadata(s) => format!("set metadata {}", s.path),
            Self::Remove(r) => format!("remove {}", r.path),
            Self::MakeDirectory(m) => format!("make directory {}", m.path),
            Self::Link(l) => format!("link {} -> {}", l.path, l.target),
            Self::RunArgv(r) => format!("run {}", r.process.argv.first().map_or("", String::as_str)),
            Self::UnitAction(u) => format!("unit {:?} {}", u.verb, u.unit),
            Self::PackageTransaction(p) => {
                let mut text = String::from("packages");
                for (name, version) in p.install {
                    text.push_str(" +");
                    text.push_str(name);
                    if let Some(version) = version {
                        text.push('=');
                        text.push_str(version);
                    }
                }
                for name in p.remove {
                    text.push_str(" -");
                    text.push_str(name);
                }
                text
            }
        }
    }
}
