//! The lock of a state folder.

use std::os::fd::OwnedFd;
use std::time::Duration;

use mc_engine::host::Clock;
use mc_engine::state::{LockError, RunGuard, RunLock, StateError, Stop};
use rustix::fs::{FlockOperation, OFlags};
use rustix::io::Errno;

use super::{Folder, errno, write_all};

const FILE: &str = "lock";
/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// A holder's note is no longer.
const NOTE: usize = 200;

/// The lock: `flock` on a file that holds a note about who has it.
pub(crate) struct Lock<'a> {
    folder: &'a Folder,
    clock: &'a dyn Clock,
    stop: &'a Stop,
    note: String,
}

impl<'a> Lock<'a> {
    /// The folder's lock. `note` tells others who holds it.
    pub(crate) fn new(folder: &'a Folder, clock: &'a dyn Clock, stop: &'a Stop, note: String) -> Self {
        Self { folder, clock, stop, note }
    }
}

/// Holds the lock as long as the file is open.
struct Guard {
    _file: OwnedFd,
}

impl RunGuard for Guard {}

impl RunLock for Lock<'_> {
    fn acquire(&self, exclusive: bool, wait: Duration) -> Result<Box<dyn RunGuard>, LockError> {
        // Who only looks leaves nothing behind, not even the file.
        let flags = if exclusive { OFlags::RDWR | OFlags::CREATE } else { OFlags::RDONLY };
        if !exclusive && !self.folder.has(FILE)? {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let file = rustix::fs::openat(&self.folder.fd, ".", flags, rustix::fs::Mode::empty())
                .map_err(|error| LockError::State(errno("the lock", error)))?;
            return Ok(Box::new(Guard { _file: file }));
        }
        let file = self.folder.file(FILE, flags)?;
        let operation = if exclusive {
            FlockOperation::NonBlockingLockExclusive
        } else {
            FlockOperation::NonBlockingLockShared
        };
        let end = self.clock.monotonic() + wait;
        loop {
            match rustix::fs::flock(&file, operation) {
                Ok(()) => break,
                Err(Errno::WOULDBLOCK | Errno::INTR) => {}
                Err(error) => return Err(LockError::State(errno("the lock", error))),
            }
            let left = end.saturating_sub(self.clock.monotonic());
            if left.is_zero() || self.stop.raised() {
                return Err(LockError::Held(holder(&file)));
            }
            self.clock.sleep(left.min(PAUSE), self.stop);
        }
        if exclusive {
            let note = || -> Result<(), Errno> {
                rustix::fs::ftruncate(&file, 0)?;
                write_all(&file, self.note.as_bytes())
            };
            note().map_err(|error| LockError::State(StateError(format!("the lock: {error}"))))?;
        }
        Ok(Box::new(Guard { _file: file }))
    }
}

fn holder(file: &OwnedFd) -> Option<String> {
    let mut note = [0; NOTE];
    let read = rustix::io::pread(file, &mut note, 0).ok()?;
    let text = String::from_utf8_lossy(note.get(..read)?).trim().to_owned();
    (!text.is_empty()).then_some(text)
}
