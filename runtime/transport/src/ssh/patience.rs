//! Pipes on which each step may take only so long.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// What can be written to a pipe that is ready without waiting (`PIPE_BUF` is at least this on Linux).
const PIECE: usize = 4096;

/// How long a step may take. Shared by clones.
#[derive(Clone, Debug)]
pub(super) struct Patience(Arc<AtomicU64>);

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        Self(Arc::new(AtomicU64::new(limit)))
    }

    /// Takes the limit away.
    pub(super) fn forever(&self) {
        self.0.store(u64::MAX, Ordering::Relaxed);
    }

    /// Waits until the descriptor is ready, or has failed, which the next call on it will say.
    fn wait(&self, fd: &impl AsFd, flags: PollFlags) -> io::Result<()> {
        let limit = match self.0.load(Ordering::Relaxed) {
            u64::MAX => None,
            millis => Timespec::try_from(Duration::from_millis(millis)).ok(),
        };
        loop {
            match poll(&mut [PollFd::new(fd, flags)], limit.as_ref()) {
                Ok(0) => return Err(io::Error::new(io::ErrorKind::TimedOut, "nothing came for too long")),
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct PatientReader<R> {
    inner: R,
    patience: Patience,
}

impl<R: Read + AsFd> PatientReader<R> {
    pub(super) fn new(inner: R, patience: Patience) -> Self {
        Self { inner, patience }
    }
}

impl<R: Read + AsFd> Read for PatientReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.patience.wait(&self.inner, PollFlags::IN)?;
        self.inner.read(buffer)
    }
}

#[derive(Debug)]
pub(super) struct PatientWriter<W> {
    inner: W,
    patience: Patience,
}

impl<W: Write + AsFd> PatientWriter<W> {
    pub(super) fn new(inner: W, patience: Patience) -> Self {
        Self { inner, patience }
    }
}

impl<W: Write + AsFd> Write for PatientWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.patience.wait(&self.inner, PollFlags::OUT)?;
        self.inner.write(bytes.get(..PIECE).unwrap_or(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn silence_and_a_reader_who_does_not_read_are_noticed() {
        let (reader, writer) = io::pipe().unwrap();
        let patience = Patience::new(Duration::from_millis(5));
        let mut reader = PatientReader::new(reader, patience.clone());
        let mut writer = PatientWriter::new(writer, patience);
        let error = reader.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let error = writer.write_all(&vec![1; 1 << 20]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);

        let mut byte = [0];
        reader.read_exact(&mut byte).unwrap();
        assert_eq!(byte, [1]);
        drop(writer);
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert!(!rest.is_empty() && rest.iter().all(|byte| *byte == 1));
    }
}
