//! Effects on files.

use std::os::fd::{AsFd as _, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use mc_engine::host::{
    Content, Effect, FileKind, HostError, HostErrorKind, HostResult, Link, MakeDirectory, Process, Remove,
    ReplaceFile, SetMetadata,
};
use rustix::fs::{AtFlags, CWD, Gid, Mode, OFlags, Uid};
use rustix::io::Errno;

use super::{Durability, OsHost, errno, meta, process};
use crate::store::write_all;

/// Pieces in which contents come out of the bundle.
const PIECE: usize = 64 * 1024;

/// A new file beside the one it is to replace.
struct Staged<'a> {
    replace: &'a ReplaceFile<'a>,
    parent: Rc<OwnedFd>,
    name: &'a str,
    temporary: &'a str,
    fd: Option<OwnedFd>,
}

impl Staged<'_> {
    fn discard(&self) {
        // A name that cannot be removed is in the journal, and the next run tries again.
        let _ = rustix::fs::unlinkat(&*self.parent, self.temporary, AtFlags::empty());
    }

    fn fail(&self, errno: Errno) -> HostError {
        errno::error(format_args!("replace {}", self.replace.path), errno)
    }
}

impl OsHost {
    /// A group of files, durable together.
    pub(super) fn replace_all(
        &self,
        group: &[&ReplaceFile<'_>],
        deadline: Option<Duration>,
    ) -> Vec<HostResult<Effect>> {
        let mut parents = Parents::default();
        let mut results: Vec<HostResult<Effect>> = Vec::with_capacity(group.len());
        if self.durability != Durability::Batch {
            for replace in group {
                let result = self.stage(replace, &mut parents, deadline).and_then(|staged| {
                    if self.durability == Durability::File {
                        self.sync(&staged)?;
                    }
                    self.commit(&staged)?;
                    if self.durability == Durability::File {
                        sync_folder(&staged.parent, replace.path)?;
                    }
                    Ok(Effect::Done)
                });
                results.push(result);
            }
            return results;
        }
        let mut staged: Vec<(usize, Staged<'_>)> = Vec::with_capacity(group.len());
        for (at, replace) in group.iter().enumerate() {
            match self.stage(replace, &mut parents, deadline) {
                Ok(file) => {
                    staged.push((at, file));
                    results.push(Ok(Effect::Done));
                }
                Err(error) => results.push(Err(error)),
            }
        }
        // Writing out all of them begins before the first is waited for: one commit of the file system's
        // journal then serves many. The advice is only that, so its failure means nothing.
        for (_, file) in &staged {
            if let Some(fd) = &file.fd {
                let _ = rustix::fs::fadvise(fd, 0, None, rustix::fs::Advice::DontNeed);
            }
        }
        let mut broken: Option<HostError> = None;
        for (at, file) in &staged {
            let result = match &broken {
                Some(error) => Err(error.clone()),
                None => self.sync(file),
            };
            if let Err(error) = result {
                file.discard();
                if error.kind == HostErrorKind::Sync {
                    broken.get_or_insert_with(|| error.clone());
                }
                set(&mut results, *at, Err(error));
            }
        }
        for (at, file) in &staged {
            if results.get(*at).is_some_and(Result::is_ok)
                && let Err(error) = self.commit(file)
            {
                set(&mut results, *at, Err(error));
            }
        }
        for (path, fd) in &parents.list {
            if let Err(error) = sync_folder(fd, path) {
                for (at, file) in &staged {
                    if Rc::ptr_eq(fd, &file.parent) {
                        set(&mut results, *at, Err(error.clone()));
                    }
                }
            }
        }
        results
    }

    /// Makes the new file with everything it needs, under its temporary name.
    fn stage<'a>(
        &self,
        replace: &'a ReplaceFile<'a>,
        parents: &mut Parents,
        deadline: Option<Duration>,
    ) -> HostResult<Staged<'a>> {
        let folder = replace.path.parent().unwrap_or(Utf8Path::new("/"));
        let (Some(name), Some(temporary)) = (replace.path.file_name(), replace.staged.file_name()) else {
            return Err(HostError::new(HostErrorKind::WrongType, format!("{} is no file", replace.path)));
        };
        if replace.staged.parent() != Some(folder) {
            return Err(HostError::new(
                HostErrorKind::Io,
                format!("the temporary name {} is in another directory", replace.staged),
            ));
        }
        let parent = parents.get(self, folder)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&*parent, temporary, flags, Mode::from_raw_mode(0o600))
            .map_err(|errno| errno::error(format_args!("replace {}", replace.path), errno))?;
        let mut staged = Staged { replace, parent, name, temporary, fd: None };
        let filled = self.fill(&staged, &fd).and_then(|()| {
            staged.fd = (self.durability != Durability::None).then_some(fd);
            replace.validate.as_ref().map_or(Ok(()), |validate| self.validate(validate, deadline))
        });
        match filled {
            Ok(()) => Ok(staged),
            Err(error) => {
                staged.discard();
                Err(error)
            }
        }
    }

    fn fill(&self, staged: &Staged<'_>, fd: &OwnedFd) -> HostResult<()> {
        let fail = |errno| staged.fail(errno);
        match staged.replace.content {
            Content::Bytes(bytes) => write_all(fd, bytes).map_err(fail)?,
            Content::Blob(blob, contents) => {
                let mut piece = vec![0; PIECE];
                let mut offset = 0;
                while offset < blob.size {
                    let read = contents.read(&blob, offset, &mut piece)?;
                    let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else {
                        return Err(HostError::new(
                            HostErrorKind::Io,
                            format!("the content for {} ends too early", staged.replace.path),
                        ));
                    };
                    write_all(fd, bytes).map_err(fail)?;
                    offset += read as u64;
                }
            }
        }
        let (uid, gid) = (staged.replace.uid, staged.replace.gid);
        if uid.is_some() || gid.is_some() {
            rustix::fs::fchown(fd, uid.map(Uid::from_raw), gid.map(Gid::from_raw)).map_err(fail)?;
        }
        rustix::fs::fchmod(fd, Mode::from_raw_mode(staged.replace.mode)).map_err(fail)
    }

    fn validate(&self, validate: &Process<'_>, deadline: Option<Duration>) -> HostResult<()> {
        let output = self.run(validate, deadline)?;
        if output.success() {
            return Ok(());
        }
        let tail = output.tail(20);
        let separator = if tail.is_empty() { "" } else { "\n" };
        let message = format!("`{}` {}{separator}{tail}", validate.argv.join(" "), output.end);
        Err(HostError::new(HostErrorKind::Failed, message))
    }

    fn sync(&self, staged: &Staged<'_>) -> HostResult<()> {
        let Some(fd) = &staged.fd else { return Ok(()) };
        rustix::fs::fsync(fd).map_err(|errno| {
            staged.discard();
            HostError::new(HostErrorKind::Sync, staged.fail(errno).message)
        })
    }

    /// Renames the new file over the old one, if a file is what is there.
    fn commit(&self, staged: &Staged<'_>) -> HostResult<()> {
        let result = match rustix::fs::statat(&*staged.parent, staged.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if meta(&stat).kind != FileKind::Regular => {
                let there = meta(&stat).kind.article();
                let message = format!("{} is {there}, not a regular file", staged.replace.path);
                Err(HostError::new(HostErrorKind::WrongType, message))
            }
            Ok(_) | Err(Errno::NOENT) => {
                rustix::fs::renameat(&*staged.parent, staged.temporary, &*staged.parent, staged.name)
                    .map_err(|errno| staged.fail(errno))
            }
            Err(errno) => Err(staged.fail(errno)),
        };
        result.inspect_err(|_| staged.discard())
    }

    pub(super) fn set_metadata(&self, set: &SetMetadata<'_>) -> HostResult<Effect> {
        let fail = |errno| errno::error(format_args!("change owner or mode of {}", set.path), errno);
        let location = self.root.locate(set.path)?;
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&location.parent, location.name, flags, Mode::empty()).map_err(fail)?;
        let there = meta(&rustix::fs::fstat(&fd).map_err(fail)?);
        if there.kind != set.kind {
            let message = format!("{} is {}, not {}", set.path, there.kind.article(), set.kind.article());
            return Err(HostError::new(HostErrorKind::WrongType, message));
        }
        if set.uid.is_some() || set.gid.is_some() {
            let (uid, gid) = (set.uid.map(Uid::from_raw), set.gid.map(Gid::from_raw));
            rustix::fs::chownat(&fd, "", uid, gid, AtFlags::EMPTY_PATH).map_err(fail)?;
        }
        if let Some(mode) = set.mode.filter(|_| set.kind != FileKind::Symlink) {
            // The kernel has no way to change the mode of exactly this descriptor; the path to it below
            // `/proc` leads to nothing else.
            let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&fd));
            rustix::fs::chmodat(CWD, path, Mode::from_raw_mode(mode), AtFlags::empty()).map_err(fail)?;
        }
        Ok(Effect::Done)
    }

    pub(super) fn remove(&self, remove: &Remove<'_>) -> HostResult<Effect> {
        let fail = |errno| errno::error(format_args!("remove {}", remove.path), errno);
        let location = match self.root.locate(remove.path) {
            Ok(location) => location,
            Err(error) if error.kind == HostErrorKind::NotFound => return Ok(Effect::Done),
            Err(error) => return Err(error),
        };
        let Some(stat) = location.stat().map_err(fail)? else { return Ok(Effect::Done) };
        let kind = meta(&stat).kind;
        if kind != remove.kind {
            let message = format!("{} is {}, not {}", remove.path, kind.article(), remove.kind.article());
            return Err(HostError::new(HostErrorKind::WrongType, message));
        }
        let flags = if kind == FileKind::Directory { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        match rustix::fs::unlinkat(&location.parent, location.name, flags) {
            Ok(()) | Err(Errno::NOENT) => self.settle_folder(&location.parent, remove.path),
            Err(errno) => Err(fail(errno)),
        }
    }

    pub(super) fn make_directory(&self, make: &MakeDirectory<'_>) -> HostResult<Effect> {
        let fail = |errno| errno::error(format_args!("make directory {}", make.path), errno);
        let location = self.root.locate(make.path)?;
        rustix::fs::mkdirat(&location.parent, location.name, Mode::from_raw_mode(0o700)).map_err(fail)?;
        let dress = || -> Result<(), Errno> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let fd = rustix::fs::openat(&location.parent, location.name, flags, Mode::empty())?;
            if make.uid.is_some() || make.gid.is_some() {
                rustix::fs::fchown(&fd, make.uid.map(Uid::from_raw), make.gid.map(Gid::from_raw))?;
            }
            rustix::fs::fchmod(&fd, Mode::from_raw_mode(make.mode))
        };
        if let Err(errno) = dress() {
            let _ = rustix::fs::unlinkat(&location.parent, location.name, AtFlags::REMOVEDIR);
            return Err(fail(errno));
        }
        self.settle_folder(&location.parent, make.path)
    }

    pub(super) fn link(&self, link: &Link<'_>) -> HostResult<Effect> {
        let fail = |errno| errno::error(format_args!("make the link {}", link.path), errno);
        let location = self.root.locate(link.path)?;
        let Some(temporary) = link.staged.file_name() else { return Err(fail(Errno::INVAL)) };
        rustix::fs::symlinkat(link.target, &location.parent, temporary).map_err(fail)?;
        let place = || -> HostResult<()> {
            if link.uid.is_some() || link.gid.is_some() {
                let (uid, gid) = (link.uid.map(Uid::from_raw), link.gid.map(Gid::from_raw));
                rustix::fs::chownat(&location.parent, temporary, uid, gid, AtFlags::SYMLINK_NOFOLLOW)
                    .map_err(fail)?;
            }
            if let Some(stat) = location.stat().map_err(fail)?
                && meta(&stat).kind != FileKind::Symlink
            {
                let message = format!("{} is {}, not a symbolic link", link.path, meta(&stat).kind.article());
                return Err(HostError::new(HostErrorKind::WrongType, message));
            }
            rustix::fs::renameat(&location.parent, temporary, &location.parent, location.name).map_err(fail)
        };
        if let Err(error) = place() {
            let _ = rustix::fs::unlinkat(&location.parent, temporary, AtFlags::empty());
            return Err(error);
        }
        self.settle_folder(&location.parent, link.path)
    }

    /// Makes a change of names durable, where files are.
    fn settle_folder(&self, parent: &OwnedFd, path: &Utf8Path) -> HostResult<Effect> {
        if self.durability != Durability::None {
            sync_folder(parent, path)?;
        }
        Ok(Effect::Done)
    }

    pub(super) fn run(
        &self,
        process: &Process<'_>,
        deadline: Option<Duration>,
    ) -> HostResult<mc_engine::host::ProcessOutput> {
        self.runs_programs("commands")?;
        process::run(process, &self.clock, deadline, process::Freedom::All)
    }
}

/// Directories that a group of files is in, each opened once.
#[derive(Default)]
struct Parents {
    list: Vec<(Utf8PathBuf, Rc<OwnedFd>)>,
}

impl Parents {
    fn get(&mut self, host: &OsHost, folder: &Utf8Path) -> HostResult<Rc<OwnedFd>> {
        // Groups are in the order of their paths, so the last one is nearly always it.
        if let Some((_, fd)) = self.list.iter().rev().find(|(path, _)| path == folder) {
            return Ok(Rc::clone(fd));
        }
        let fd = Rc::new(host.root.directory(folder)?);
        self.list.push((folder.to_owned(), Rc::clone(&fd)));
        Ok(fd)
    }
}

fn set(results: &mut [HostResult<Effect>], at: usize, result: HostResult<Effect>) {
    if let Some(slot) = results.get_mut(at) {
        *slot = result;
    }
}

/// A directory opened for its path alone cannot be synced: it is opened again, by itself.
fn sync_folder(parent: &OwnedFd, path: &Utf8Path) -> HostResult<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(parent.as_fd(), ".", flags, Mode::empty()).and_then(rustix::fs::fsync).map_err(
        |errno| {
            HostError::new(
                HostErrorKind::Sync,
                format!("cannot make the change of {path} durable: {}", errno::words(errno)),
            )
        },
    )
}
