//! The state folder: the security state, the run state, the journal, the audit log and the lock.
//!
//! The folder is the owner's alone (0700, files 0600). It is reached by its descriptor, so that nobody can
//! put another one under its name while a run is at work.

mod lock;
mod log;
mod run;
mod security;
#[cfg(test)]
mod tests;

use std::os::fd::OwnedFd;

use camino::{Utf8Path, Utf8PathBuf};
use mc_engine::host::HostErrorKind;
use mc_engine::state::StateError;
use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Builder, Database, StorageBackend as _};
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::host::Root;

pub(crate) use lock::Lock;
pub(crate) use log::{Audit, Journal};
pub(crate) use run::RunStore;
pub(crate) use security::SecurityStore;

/// What redb may keep in memory of one store: they are small.
const CACHE: usize = 1 << 20;

/// The state folder.
pub(crate) struct Folder {
    fd: OwnedFd,
    path: Utf8PathBuf,
}

fn wrong(what: impl std::fmt::Display, error: impl std::fmt::Display) -> StateError {
    StateError(format!("{what}: {error}"))
}

fn errno(what: impl std::fmt::Display, errno: Errno) -> StateError {
    wrong(what, std::io::Error::from(errno))
}

impl Folder {
    /// Opens the folder inside this root; none if there is none.
    pub(crate) fn open(root: &Root, path: &Utf8Path) -> Result<Option<Self>, StateError> {
        let what = format!("the state folder {path}");
        let fd = match root.directory(path) {
            Ok(fd) => fd,
            Err(error) if error.kind == HostErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(what, error)),
        };
        // The descriptor is only good for its path; this one can also be synced.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&fd, ".", flags, Mode::empty()).map_err(|e| errno(&what, e))?;
        let stat = rustix::fs::fstat(&fd).map_err(|e| errno(&what, e))?;
        if stat.st_uid != rustix::process::geteuid().as_raw() {
            return Err(StateError(format!("{what} belongs to another user ({})", stat.st_uid)));
        }
        if stat.st_mode & 0o022 != 0 {
            return Err(StateError(format!("{what} can be changed by other users")));
        }
        Ok(Some(Self { fd, path: path.to_owned() }))
    }

    /// Opens the folder inside this root, made where it is missing.
    pub(crate) fn create(root: &Root, path: &Utf8Path) -> Result<Self, StateError> {
        if let Some(folder) = Self::open(root, path)? {
            return Ok(folder);
        }
        let mut missing: Vec<&Utf8Path> = Vec::new();
        for ancestor in path.ancestors() {
            match root.directory(ancestor) {
                Ok(_) => break,
                Err(error) if error.kind == HostErrorKind::NotFound => missing.push(ancestor),
                Err(error) => return Err(wrong(format_args!("the state folder {path}"), error)),
            }
        }
        for folder in missing.iter().rev() {
            let mode = if *folder == path { 0o700 } else { 0o755 };
            let location =
                root.locate(folder).map_err(|e| wrong(format_args!("the state folder {path}"), e))?;
            match rustix::fs::mkdirat(&location.parent, location.name, Mode::from_raw_mode(mode)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(errno(format_args!("the state folder {path}"), error)),
            }
        }
        Self::open(root, path)?.ok_or_else(|| StateError(format!("the state folder {path} is gone again")))
    }

    fn name(&self, file: &str) -> Utf8PathBuf {
        self.path.join(file)
    }

    /// Whether a file is there, and whether it is a regular one.
    fn has(&self, file: &str) -> Result<bool, StateError> {
        match rustix::fs::statat(&self.fd, file, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => Ok(true),
            Ok(_) => Err(StateError(format!("{} is no regular file", self.name(file)))),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(errno(self.name(file), error)),
        }
    }

    /// Opens a file of ours, made where it is missing if the flags say so.
    fn file(&self, file: &str, flags: OFlags) -> Result<OwnedFd, StateError> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(&self.fd, file, flags, Mode::from_raw_mode(0o600))
            .map_err(|error| errno(self.name(file), error))
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), StateError> {
        rustix::fs::renameat(&self.fd, from, &self.fd, to).map_err(|error| errno(self.name(from), error))?;
        self.sync()
    }

    fn remove(&self, file: &str) -> Result<(), StateError> {
        match rustix::fs::unlinkat(&self.fd, file, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(errno(self.name(file), error)),
        }
    }

    fn sync(&self) -> Result<(), StateError> {
        rustix::fs::fsync(&self.fd).map_err(|error| errno(&self.path, error))
    }

    /// A whole file; empty if there is none.
    fn read(&self, file: &str) -> Result<Vec<u8>, StateError> {
        if !self.has(file)? {
            return Ok(Vec::new());
        }
        let fd = self.file(file, OFlags::RDONLY)?;
        let size = rustix::fs::fstat(&fd).map_err(|e| errno(self.name(file), e))?.st_size;
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match rustix::io::read(&fd, rest) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(Errno::INTR) => {}
                Err(error) => return Err(errno(self.name(file), error)),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// A store, made where it is missing. What was left open by a killed run is repaired, and every page is
    /// held against its checksum.
    fn database(&self, file: &str) -> Result<Database, StateError> {
        let fd = self.file(file, OFlags::RDWR | OFlags::CREATE)?;
        let backend = FileBackend::new(fd.into()).map_err(|e| wrong(self.name(file), e))?;
        builder().create_with_backend(backend).map_err(|e| wrong(self.name(file), e))
    }

    /// A copy of a store in memory, to look into it without a trace on the disk; none if there is none.
    fn copy(&self, file: &str) -> Result<Option<Database>, StateError> {
        let bytes = self.read(file)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let backend = InMemoryBackend::new();
        let filled = backend.set_len(bytes.len() as u64).and_then(|()| backend.write(0, &bytes));
        filled.map_err(|e| wrong(self.name(file), format!("{e:?}")))?;
        builder().create_with_backend(backend).map(Some).map_err(|e| wrong(self.name(file), e))
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
    builder
}

/// Writes all bytes.
pub(crate) fn write_all(fd: &OwnedFd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match rustix::io::write(fd, bytes) {
            Ok(0) => return Err(Errno::IO),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
