//! The operator's machine: files that are named on the command line, the clock, the screen.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "where the machine is looked at")]

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use camino::{Utf8Path, Utf8PathBuf};

use crate::failure::Failure;

/// The content of a file of at most `limit` bytes.
pub(crate) fn read(path: &Utf8Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let failure = |error: std::io::Error| {
        let why = match error.kind() {
            ErrorKind::NotFound => "no such file".to_owned(),
            ErrorKind::PermissionDenied => "permission denied".to_owned(),
            ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => error.to_string(),
        };
        Failure::environment(format!("cannot read `{path}`: {why}"))
    };
    let mut content = Vec::new();
    let file = File::open(path).map_err(failure)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(failure)?;
    if u64::try_from(content.len()).is_ok_and(|length| length > limit) {
        return Err(Failure::environment(format!("`{path}` is larger than {limit} bytes")));
    }
    Ok(content)
}

/// The same for text.
pub(crate) fn read_text(path: &Utf8Path, limit: u64) -> Result<String, Failure> {
    String::from_utf8(read(path, limit)?)
        .map_err(|_| Failure::environment(format!("`{path}` is not text in UTF-8")))
}

/// The path of a file beside the running program.
pub(crate) fn beside_program(name: &str) -> Option<Utf8PathBuf> {
    let program = Utf8PathBuf::try_from(std::env::current_exe().ok()?).ok()?;
    Some(program.parent()?.join(name))
}

/// The clock, in milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// Measures how long something takes.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Writes to standard output. A reader that has gone away does not stop a push that is on its way.
pub(crate) fn answer(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes to standard error.
pub(crate) fn complain(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
