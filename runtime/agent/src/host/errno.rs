//! What the system says, as the engine's kinds and in plain words.

use mc_engine::host::{HostError, HostErrorKind};
use rustix::io::Errno;

/// What kind of failure an error number is.
pub(super) fn kind(errno: Errno) -> HostErrorKind {
    match errno {
        Errno::NOENT => HostErrorKind::NotFound,
        Errno::EXIST => HostErrorKind::Exists,
        Errno::PERM | Errno::ACCESS => HostErrorKind::Denied,
        Errno::NOTDIR | Errno::ISDIR => HostErrorKind::WrongType,
        Errno::LOOP => HostErrorKind::Link,
        Errno::NOTEMPTY => HostErrorKind::NotEmpty,
        Errno::NOSPC | Errno::DQUOT => HostErrorKind::Full,
        Errno::ROFS => HostErrorKind::ReadOnly,
        Errno::FBIG => HostErrorKind::TooLarge,
        Errno::NOSYS | Errno::OPNOTSUPP => HostErrorKind::Unsupported,
        _ => HostErrorKind::Io,
    }
}

/// The system's words, as the end of a sentence.
pub(super) fn words(errno: Errno) -> String {
    let text = std::io::Error::from(errno).to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => format!("error {}", errno.raw_os_error()),
    }
}

/// `cannot WHAT: WORDS`
pub(super) fn error(what: impl std::fmt::Display, errno: Errno) -> HostError {
    HostError::new(kind(errno), format!("cannot {what}: {}", words(errno)))
}
