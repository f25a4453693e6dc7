//! The journal and the audit log: files that only grow, gathered in memory until they are synced.

use std::os::fd::OwnedFd;

use mc_engine::state::{AuditSink, JournalSink, StateError};
use rustix::fs::OFlags;

use super::{Folder, errno, write_all};

pub(super) const JOURNAL: &str = "journal";
const NEW: &str = "journal.new";
const AUDIT: &str = "audit";
/// What is gathered before it is written, in bytes.
const GATHERED: usize = 64 * 1024;

/// The journal.
pub(crate) struct Journal<'a> {
    folder: Option<&'a Folder>,
    file: Option<OwnedFd>,
    gathered: Vec<u8>,
}

impl<'a> Journal<'a> {
    /// The journal of this folder; without one, an empty one that is only looked at.
    pub(crate) fn new(folder: Option<&'a Folder>) -> Self {
        Self { folder, file: None, gathered: Vec::new() }
    }

    fn folder(&self) -> Result<&'a Folder, StateError> {
        self.folder.ok_or_else(|| StateError("the journal is only looked at".to_owned()))
    }

    fn flush(&mut self) -> Result<(), StateError> {
        let folder = self.folder()?;
        if self.gathered.is_empty() {
            return Ok(());
        }
        if self.file.is_none() {
            self.file = Some(folder.file(JOURNAL, OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE)?);
        }
        if let Some(file) = &self.file {
            write_all(file, &self.gathered).map_err(|e| errno("the journal", e))?;
        }
        self.gathered.clear();
        Ok(())
    }
}

impl JournalSink for Journal<'_> {
    fn load(&mut self) -> Result<Vec<u8>, StateError> {
        self.folder.map_or(Ok(Vec::new()), |folder| folder.read(JOURNAL))
    }

    fn reset(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let folder = self.folder()?;
        self.gathered.clear();
        let file = folder.file(NEW, OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::TRUNC)?;
        write_all(&file, bytes).map_err(|e| errno("the journal", e))?;
        rustix::fs::fsync(&file).map_err(|e| errno("the journal", e))?;
        folder.rename(NEW, JOURNAL)?;
        self.file = Some(file);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHERED { self.flush() } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<(), StateError> {
        self.flush()?;
        match &self.file {
            Some(file) => rustix::fs::fdatasync(file).map_err(|e| errno("the journal", e)),
            None => Ok(()),
        }
    }
}

/// The audit log, a line for each record.
pub(crate) struct Audit {
    file: OwnedFd,
    gathered: Vec<u8>,
}

impl Audit {
    /// The audit log of this folder, made where it is missing. A line that was torn off is ended.
    pub(crate) fn open(folder: &Folder) -> Result<Self, StateError> {
        folder.has(AUDIT)?;
        let file = folder.file(AUDIT, OFlags::RDWR | OFlags::APPEND | OFlags::CREATE)?;
        let size = rustix::fs::fstat(&file).map_err(|e| errno("the audit log", e))?.st_size;
        let mut last = [b'\n'];
        if let Some(at) = u64::try_from(size).ok().and_then(|size| size.checked_sub(1)) {
            rustix::io::pread(&file, &mut last, at).map_err(|e| errno("the audit log", e))?;
        }
        let gathered = if last == *b"\n" { Vec::new() } else { b"\n".to_vec() };
        Ok(Self { file, gathered })
    }

    fn flush(&mut self) -> Result<(), StateError> {
        write_all(&self.file, &self.gathered).map_err(|e| errno("the audit log", e))?;
        self.gathered.clear();
        Ok(())
    }
}

impl AuditSink for Audit {
    fn append(&mut self, line: &str) -> Result<(), StateError> {
        debug_assert!(!line.contains('\n'), "a record is one line");
        self.gathered.extend_from_slice(line.as_bytes());
        self.gathered.push(b'\n');
        if self.gathered.len() >= GATHERED { self.flush() } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<(), StateError> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        self.flush()?;
        rustix::fs::fdatasync(&self.file).map_err(|e| errno("the audit log", e))
    }
}
