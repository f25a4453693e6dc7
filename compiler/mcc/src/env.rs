//! The process's surroundings, looked at once: variables, terminal, clock.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "where the surroundings are looked at"
)]

use crate::failure::Failure;
use camino::Utf8PathBuf;
use std::io::{IsTerminal, Write};
use std::time::{SystemTime, UNIX_EPOCH};

/// What commands may know of the world beside the files that they are given.
#[derive(Clone, Debug)]
pub(crate) struct Env {
    /// Whether messages on standard error may have colours.
    pub(crate) color: bool,
    /// Whether answers on standard output may have colours.
    pub(crate) color_answers: bool,
    /// Whether messages keep to ASCII.
    pub(crate) ascii: bool,
    /// Columns for messages.
    pub(crate) width: usize,
    /// `MC_KEY_PASSPHRASE_FILE`: a file whose first line is the key's passphrase.
    pub(crate) passphrase_file: Option<Utf8PathBuf>,
    /// `SOURCE_DATE_EPOCH`: the time to use instead of the clock's, in seconds since 1970, as written.
    pub(crate) source_date_epoch: Option<String>,
}

impl Env {
    /// Looks round.
    pub(crate) fn from_process() -> Self {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let terminal = std::io::stderr().is_terminal();
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
        let width = match rustix::termios::tcgetwinsize(rustix::stdio::stderr()) {
            Ok(size) if terminal && size.ws_col > 0 => usize::from(size.ws_col).clamp(60, 120),
            _ => 100,
        };
        let colors = set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb");
        Env {
            color: terminal && colors,
            color_answers: std::io::stdout().is_terminal() && colors,
            ascii: !(locale.contains("utf-8") || locale.contains("utf8")),
            width,
            passphrase_file: set("MC_KEY_PASSPHRASE_FILE").map(Utf8PathBuf::from),
            source_date_epoch: set("SOURCE_DATE_EPOCH"),
        }
    }

    /// The clock, in milliseconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
    }

    /// Writes an answer to standard output. A reader that has gone away is no failure.
    pub(crate) fn answer(&self, text: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::environment(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Writes a message for people to standard error.
    pub(crate) fn say(&self, text: &str) {
        complain(text);
    }
}

/// Fills a buffer with random bytes of the system.
pub(crate) fn fill_random(mut buffer: &mut [u8]) -> std::io::Result<()> {
    while !buffer.is_empty() {
        let count = rustix::rand::getrandom(&mut *buffer, rustix::rand::GetRandomFlags::empty())?;
        buffer = buffer.split_at_mut(count).1;
    }
    Ok(())
}

/// Writes to standard error; there is nowhere to report a failure to.
pub(crate) fn complain(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
