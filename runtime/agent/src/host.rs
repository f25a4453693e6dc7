//! The real host: the one place where the agent touches the machine it manages.

mod clock;
mod confine;
mod errno;
mod manager;
mod path;
mod process;
#[cfg(test)]
mod tests;
mod write;

use std::ffi::CStr;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::time::Duration;

use camino::Utf8Path;
use mc_engine::host::{
    Candidate, Clock, Effect, Entry, FileKind, HostError, HostErrorKind, HostResult, Identity, Machine, Meta,
    Operation, Process, ProcessOutput, ReadHost, ReplaceFile, Unit, WriteHost,
};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

pub(crate) use clock::OsClock;
pub(crate) use path::Root;

/// Pieces in which files are read.
const PIECE: usize = 64 * 1024;

/// When managed files are made durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Durability {
    /// When the system likes.
    None,
    /// All files of a group, then their names, then their directories.
    Batch,
    /// Each file by itself.
    File,
}

/// The machine, or a folder on it that stands for one.
pub(crate) struct OsHost {
    root: Root,
    clock: OsClock,
    identity: Identity,
    groups: Vec<u32>,
    rooted: bool,
    durability: Durability,
}

impl OsHost {
    /// The machine itself, or this folder.
    pub(crate) fn open(folder: Option<&Utf8Path>, durability: Durability) -> HostResult<Self> {
        let path = folder.unwrap_or(Utf8Path::new("/"));
        let root = Root::open(path).map_err(|errno| errno::error(format_args!("open {path}"), errno))?;
        let uid = rustix::process::geteuid().as_raw();
        let identity = Identity {
            uid,
            gid: rustix::process::getegid().as_raw(),
            can_chown: uid == 0,
            rooted: folder.is_some(),
        };
        let groups =
            rustix::process::getgroups().unwrap_or_default().into_iter().map(|g| g.as_raw()).collect();
        Ok(Self { root, clock: OsClock::new(), identity, groups, rooted: folder.is_some(), durability })
    }

    /// The directory that stands for `/`.
    pub(crate) fn root(&self) -> &Root {
        &self.root
    }

    /// Opens a regular file for reading; or says what else is there, if anything.
    fn open_regular(&self, path: &Utf8Path) -> HostResult<Opened> {
        const READ: OFlags =
            OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
        let fail = |errno| errno::error(format_args!("read {path}"), errno);
        // Only a hint, because links are followed on the way: opening a device can have effects, so what may
        // be one is looked at first.
        let relative = path.as_str().trim_start_matches('/');
        let hint = rustix::fs::statat(self.root.fd(), relative, AtFlags::SYMLINK_NOFOLLOW);
        if hint.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile) {
            match self.root.open_plain(path, READ) {
                Ok(fd) => return Opened::new(fd).map_err(fail),
                Err(Errno::LOOP | Errno::NOENT | Errno::NOTDIR) => {}
                Err(errno) => return Err(fail(errno)),
            }
        }
        // What is not there is the usual case of a first run.
        if matches!(self.root.open_plain(path, OFlags::PATH | OFlags::NOFOLLOW), Err(Errno::NOENT)) {
            return Ok(Opened::Nothing);
        }
        let Some(location) = self.find(path)? else { return Ok(Opened::Nothing) };
        let Some(stat) = location.stat().map_err(fail)? else { return Ok(Opened::Nothing) };
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(Opened::Other(meta(&stat)));
        }
        match rustix::fs::openat(&location.parent, location.name, READ | OFlags::CLOEXEC, Mode::empty()) {
            Ok(fd) => Opened::new(fd).map_err(fail),
            Err(errno) => Err(fail(errno)),
        }
    }

    /// The place of a path; none if its directory does not exist.
    fn find<'a>(&self, path: &'a Utf8Path) -> HostResult<Option<path::Location<'a>>> {
        match self.root.locate(path) {
            Ok(location) => Ok(Some(location)),
            Err(error) if matches!(error.kind, HostErrorKind::NotFound | HostErrorKind::WrongType) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn runs_programs(&self, what: &str) -> HostResult<()> {
        if self.rooted {
            let message = format!("{what} do not run inside a folder (`--root`)");
            return Err(HostError::new(HostErrorKind::Unsupported, message));
        }
        Ok(())
    }

    fn only_on_a_machine(&self, what: &str) -> HostResult<()> {
        if self.rooted {
            let message = format!("{what} are not managed inside a folder (`--root`)");
            return Err(HostError::new(HostErrorKind::Unsupported, message));
        }
        Ok(())
    }
}

/// What opening a file gave.
enum Opened {
    Nothing,
    Other(Meta),
    File(OwnedFd, Meta),
}

impl Opened {
    fn new(fd: OwnedFd) -> Result<Self, Errno> {
        let meta = meta(&rustix::fs::fstat(&fd)?);
        Ok(if meta.kind == FileKind::Regular { Self::File(fd, meta) } else { Self::Other(meta) })
    }
}

/// The system's words about a file in the engine's.
fn meta(stat: &Stat) -> Meta {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => FileKind::Regular,
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Symlink,
        FileType::Fifo => FileKind::Fifo,
        FileType::Socket => FileKind::Socket,
        _ => FileKind::Device,
    };
    Meta {
        kind,
        mode: stat.st_mode & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        links: stat.st_nlink,
    }
}

/// Reads to the end, giving pieces to `sink` until it breaks.
fn pieces(
    fd: &OwnedFd,
    size: u64,
    buffer: &mut Vec<u8>,
    sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<(), Errno> {
    if buffer.len() < PIECE {
        buffer.resize(PIECE, 0);
    }
    let mut total = 0_u64;
    loop {
        let read = match rustix::io::read(fd, buffer.as_mut_slice()) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(errno),
        };
        total += read as u64;
        if sink(buffer.get(..read).unwrap_or_default()).is_break() {
            return Ok(());
        }
        // All that the size promises, and less than was asked for: a regular file ends here. What has no
        // size, as below `/proc`, is read until it says so.
        if read < buffer.len() && size > 0 && total >= size {
            return Ok(());
        }
    }
}

fn text(words: &CStr) -> String {
    words.to_string_lossy().into_owned()
}

impl ReadHost for OsHost {
    fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    fn entropy(&self, buffer: &mut [u8]) -> HostResult<()> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match rustix::rand::getrandom(rest, rustix::rand::GetRandomFlags::empty()) {
                Ok(read) => filled += read,
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno::error("get random bytes", errno)),
            }
        }
        Ok(())
    }

    fn identity(&self) -> Identity {
        self.identity
    }

    fn may_give_group(&self, gid: u32) -> bool {
        self.identity.can_chown || self.identity.gid == gid || self.groups.contains(&gid)
    }

    fn stat(&self, path: &Utf8Path) -> HostResult<Option<Meta>> {
        let fail = |errno| errno::error(format_args!("look at {path}"), errno);
        match self.root.open_plain(path, OFlags::PATH | OFlags::NOFOLLOW) {
            Ok(fd) => Ok(Some(meta(&rustix::fs::fstat(&fd).map_err(fail)?))),
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::LOOP | Errno::NOTDIR) => {
                let Some(location) = self.find(path)? else { return Ok(None) };
                Ok(location.stat().map_err(fail)?.as_ref().map(meta))
            }
            Err(errno) => Err(fail(errno)),
        }
    }

    fn scan(
        &self,
        path: &Utf8Path,
        buffer: &mut Vec<u8>,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> HostResult<Option<Meta>> {
        match self.open_regular(path)? {
            Opened::Nothing => Ok(None),
            Opened::Other(meta) => Ok(Some(meta)),
            Opened::File(fd, meta) => {
                pieces(&fd, meta.size, buffer, sink)
                    .map_err(|errno| errno::error(format_args!("read {path}"), errno))?;
                Ok(Some(meta))
            }
        }
    }

    fn read_file(&self, path: &Utf8Path, limit: u64, buffer: &mut Vec<u8>) -> HostResult<Option<Meta>> {
        buffer.clear();
        let fail = |errno| errno::error(format_args!("read {path}"), errno);
        let fd = match self.root.open_following(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY) {
            Ok(fd) => fd,
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
            Err(errno) => return Err(fail(errno)),
        };
        let Opened::File(fd, meta) = Opened::new(fd).map_err(fail)? else {
            return Err(HostError::new(HostErrorKind::WrongType, format!("{path} is no regular file")));
        };
        let too_large =
            || HostError::new(HostErrorKind::TooLarge, format!("{path} has more than {limit} bytes"));
        if meta.size > limit {
            return Err(too_large());
        }
        let mut over = false;
        let mut scratch = Vec::new();
        pieces(&fd, meta.size, &mut scratch, &mut |piece| {
            over = buffer.len() as u64 + piece.len() as u64 > limit;
            if over {
                return ControlFlow::Break(());
            }
            buffer.extend_from_slice(piece);
            ControlFlow::Continue(())
        })
        .map_err(fail)?;
        if over { Err(too_large()) } else { Ok(Some(meta)) }
    }

    fn read_link(&self, path: &Utf8Path) -> HostResult<Option<String>> {
        let Some(location) = self.find(path)? else { return Ok(None) };
        match rustix::fs::readlinkat(&location.parent, location.name, Vec::new()) {
            Ok(target) => Ok(Some(target.to_string_lossy().into_owned())),
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::INVAL) => {
                Err(HostError::new(HostErrorKind::WrongType, format!("{path} is no symbolic link")))
            }
            Err(errno) => Err(errno::error(format_args!("read the link {path}"), errno)),
        }
    }

    fn list(&self, path: &Utf8Path) -> HostResult<Option<Vec<Entry>>> {
        let fail = |errno| errno::error(format_args!("list {path}"), errno);
        let folder = match self.root.directory(path) {
            Ok(folder) => folder,
            Err(error) if error.kind == HostErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        // The descriptor is only good for its path.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(&folder, ".", flags, Mode::empty()).map_err(fail)?;
        let mut entries = Vec::new();
        for entry in Dir::new(folder.try_clone().map_err(|_| fail(Errno::MFILE))?).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            // Names that are no text can be no path of a plan.
            let Ok(name) = entry.file_name().to_str() else { continue };
            if matches!(name, "." | "..") {
                continue;
            }
            match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => entries.push(Entry { name: name.to_owned(), kind: meta(&stat).kind }),
                Err(Errno::NOENT) => {}
                Err(errno) => return Err(fail(errno)),
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(entries))
    }

    fn machine(&self) -> HostResult<Machine> {
        let uname = rustix::system::uname();
        let memory = rustix::system::sysinfo();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Machine {
            kernel: text(uname.sysname()),
            release: text(uname.release()),
            arch: text(uname.machine()),
            hostname: text(uname.nodename()),
            processors: u32::try_from(processors).unwrap_or(u32::MAX),
            memory: memory.totalram.saturating_mul(u64::from(memory.mem_unit)),
        })
    }

    fn units(&self, names: &[&str]) -> HostResult<Vec<Unit>> {
        self.only_on_a_machine("services")?;
        self.query_units(names)
    }

    fn candidates(&self, names: &[&str]) -> HostResult<Vec<Candidate>> {
        self.only_on_a_machine("packages")?;
        self.query_candidates(names)
    }

    fn ask(&self, process: &Process<'_>) -> HostResult<ProcessOutput> {
        self.runs_programs("queries")?;
        process::run(process, &self.clock, None, process::Freedom::Look)
    }
}

impl WriteHost for OsHost {
    fn perform(&self, operations: &[Operation<'_>], deadline: Option<Duration>) -> Vec<HostResult<Effect>> {
        let mut results = Vec::with_capacity(operations.len());
        let mut group: Vec<&ReplaceFile<'_>> = Vec::new();
        let flush = |group: &mut Vec<&ReplaceFile<'_>>, results: &mut Vec<HostResult<Effect>>| {
            if !group.is_empty() {
                results.extend(self.replace_all(group, deadline));
                group.clear();
            }
        };
        for operation in operations {
            if !matches!(operation, Operation::ReplaceFile(_)) {
                flush(&mut group, &mut results);
            }
            let result = match operation {
                Operation::ReplaceFile(replace) => {
                    group.push(replace);
                    continue;
                }
                Operation::SetMetadata(set) => self.set_metadata(set),
                Operation::Remove(remove) => self.remove(remove),
                Operation::MakeDirectory(make) => self.make_directory(make),
                Operation::Link(link) => self.link(link),
                Operation::RunArgv(run) => self.run(&run.process, deadline).map(Effect::Ran),
                Operation::UnitAction(action) => {
                    self.only_on_a_machine("services").and_then(|()| self.unit_action(action, deadline))
                }
                Operation::PackageTransaction(transaction) => {
                    self.only_on_a_machine("packages").and_then(|()| self.transaction(transaction))
                }
            };
            results.push(result);
        }
        flush(&mut group, &mut results);
        results
    }

    fn as_read(&self) -> &dyn ReadHost {
        self
    }
}
