//! Paths inside the host's root.
//!
//! A path without symbolic links is opened by the kernel in one call that never leaves the root. Where links
//! are on the way, every one is followed by hand, and only out of directories that no other user may write:
//! who owns a directory must not be able to say where root's files go.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use camino::Utf8Path;
use mc_engine::host::{HostError, HostErrorKind, HostResult};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use super::errno;

/// Links on one path, as in the kernel.
const MAX_LINKS: u32 = 40;

/// The directory that stands for `/`.
pub(crate) struct Root {
    fd: OwnedFd,
    uid: u32,
    gid: u32,
}

/// A directory, and a name in it. The name of the root itself is `.`.
pub(crate) struct Location<'a> {
    pub(crate) parent: OwnedFd,
    pub(crate) name: &'a str,
}

impl Root {
    /// Opens a folder as the root.
    pub(crate) fn open(folder: &Utf8Path) -> Result<Self, Errno> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(CWD, folder.as_str(), flags, Mode::empty())?;
        Ok(Self { fd, uid: rustix::process::geteuid().as_raw(), gid: rustix::process::getegid().as_raw() })
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// Opens a path that has no link on its way. With a link on it: [`Errno::LOOP`].
    pub(crate) fn open_plain(&self, path: &Utf8Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
        rustix::fs::openat2(&self.fd, path.as_str(), flags | OFlags::CLOEXEC, Mode::empty(), resolve)
    }

    /// Opens a file following links inside the root, for the system's own databases.
    pub(crate) fn open_following(&self, path: &Utf8Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        rustix::fs::openat2(&self.fd, path.as_str(), flags | OFlags::CLOEXEC, Mode::empty(), resolve)
    }

    /// Opens a directory, following links that only root or this user could have made.
    pub(crate) fn directory(&self, path: &Utf8Path) -> HostResult<OwnedFd> {
        match self.open_plain(path, OFlags::PATH | OFlags::DIRECTORY) {
            Ok(fd) => Ok(fd),
            Err(Errno::LOOP) => self.walk(path),
            // With this flag a link in the last place is "no directory" where it is not "a link".
            Err(Errno::NOTDIR) => self.walk(path),
            Err(errno) => Err(errno::error(format_args!("open {path}"), errno)),
        }
    }

    /// The directory that holds a path, and the path's name in it.
    pub(crate) fn locate<'a>(&self, path: &'a Utf8Path) -> HostResult<Location<'a>> {
        let parent = self.directory(path.parent().unwrap_or(Utf8Path::new("/")))?;
        Ok(Location { parent, name: path.file_name().unwrap_or(".") })
    }

    fn walk(&self, path: &Utf8Path) -> HostResult<OwnedFd> {
        let fail = |errno| errno::error(format_args!("open {path}"), errno);
        let mut left: VecDeque<String> = segments(path.as_str());
        let mut stack: Vec<OwnedFd> = Vec::new();
        let mut links = 0;
        while let Some(name) = left.pop_front() {
            if name == ".." {
                stack.pop();
                continue;
            }
            let at = stack.last().map_or(self.fd.as_fd(), AsFd::as_fd);
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let fd = rustix::fs::openat(at, name.as_str(), flags, Mode::empty()).map_err(fail)?;
            let stat = rustix::fs::fstat(&fd).map_err(fail)?;
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => stack.push(fd),
                FileType::Symlink => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(fail(Errno::LOOP));
                    }
                    let holder = rustix::fs::fstat(at).map_err(fail)?;
                    if !self.trusted(&holder) {
                        return Err(HostError::new(
                            HostErrorKind::Link,
                            format!(
                                "{path} leads through the symbolic link `{name}`, which other users may change"
                            ),
                        ));
                    }
                    let target = rustix::fs::readlinkat(&fd, "", Vec::new()).map_err(fail)?;
                    let target = target.to_str().map_err(|_| fail(Errno::INVAL))?.to_owned();
                    if target.starts_with('/') {
                        stack.clear();
                    }
                    for segment in segments(&target).into_iter().rev() {
                        left.push_front(segment);
                    }
                }
                _ => return Err(fail(Errno::NOTDIR)),
            }
        }
        match stack.pop() {
            Some(fd) => Ok(fd),
            None => self
                .fd
                .try_clone()
                .map_err(|error| HostError::new(HostErrorKind::Io, format!("cannot open {path}: {error}"))),
        }
    }

    /// Whether nobody but root and this user may change what is in a directory.
    fn trusted(&self, stat: &Stat) -> bool {
        let mode = stat.st_mode;
        let owner = stat.st_uid == 0 || stat.st_uid == self.uid;
        let group = mode & 0o020 == 0 || stat.st_gid == 0 || stat.st_gid == self.gid;
        owner && group && mode & 0o002 == 0
    }
}

fn segments(path: &str) -> VecDeque<String> {
    path.split('/').filter(|segment| !segment.is_empty() && *segment != ".").map(str::to_owned).collect()
}

impl Location<'_> {
    /// What is there, not following a link.
    pub(crate) fn stat(&self) -> Result<Option<Stat>, Errno> {
        match rustix::fs::statat(&self.parent, self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno),
        }
    }
}
