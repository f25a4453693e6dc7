//! What a program writes to its standard error, bounded.

use std::io::Read;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What is kept of the beginning, and as much of the end, in bytes.
const KEPT: usize = 16 << 10;

/// Reads in the background: the first and the last of what came.
pub(super) struct Capture {
    kept: Arc<Mutex<Kept>>,
    ended: Receiver<()>,
}

#[derive(Default)]
struct Kept {
    head: Vec<u8>,
    tail: Vec<u8>,
    cut: bool,
}

impl Kept {
    fn add(&mut self, mut bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.head.len()).min(bytes.len());
        let (first, rest) = bytes.split_at(room);
        self.head.extend(first);
        bytes = rest;
        self.tail.extend(bytes);
        if self.tail.len() > 2 * KEPT {
            self.tail.drain(..self.tail.len() - KEPT);
            self.cut = true;
        }
    }

    fn text(&self) -> String {
        let last = self.tail.len().saturating_sub(KEPT);
        let middle: &[u8] = if self.cut || last > 0 { b"\n[..]\n" } else { b"" };
        let bytes = [&self.head, middle, self.tail.get(last..).unwrap_or_default()].concat();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Capture {
    /// Starts reading. The thread ends with the stream.
    pub(super) fn start(mut stream: impl Read + Send + 'static) -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let (sender, ended) = channel();
        let theirs = Arc::clone(&kept);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // A stream that fails has ended.
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                let bytes = buffer.get(..read).unwrap_or_default();
                theirs.lock().unwrap_or_else(PoisonError::into_inner).add(bytes);
            }
            // Nobody may be waiting.
            let _ = sender.send(());
        });
        Self { kept, ended }
    }

    /// All of it, once the stream has ended; none if that takes longer than `grace`.
    pub(super) fn finish(&self, grace: Duration) -> Option<String> {
        self.ended.recv_timeout(grace).ok().map(|()| self.so_far())
    }

    /// What came until now.
    pub(super) fn so_far(&self) -> String {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(bytes: Vec<u8>) -> Option<String> {
        Capture::start(std::io::Cursor::new(bytes)).finish(Duration::from_secs(60))
    }

    #[test]
    fn little_is_kept_whole() {
        assert_eq!(captured(b"ssh: no\n".to_vec()).as_deref(), Some("ssh: no\n"));
        assert_eq!(captured(vec![b'x'; 2 * KEPT]), Some("x".repeat(2 * KEPT)));
    }

    #[test]
    fn of_much_beginning_and_end_are_kept() {
        let mut bytes = b"first".to_vec();
        bytes.resize(1 << 20, b'.');
        bytes.extend(b"last");
        let text = captured(bytes).unwrap_or_default();
        assert!(text.starts_with("first") && text.contains("[..]") && text.ends_with("last"));
        assert!(text.len() < 3 * KEPT);
    }
}
