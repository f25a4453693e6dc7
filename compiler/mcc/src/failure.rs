//! How a command ends when it does not succeed.

use std::fmt::Write;

/// Exit statuses, the same for all binaries. A success is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The source is wrong.
    Source = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A file is missing, the disk is full.
    Environment = 3,
    /// The bundle is refused.
    Refused = 4,
    /// There are differences, and the caller wants to know by the status.
    Different = 10,
}

/// Why a command failed, for people.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit status.
    pub(crate) status: Status,
    /// A stable code, where there is one.
    pub(crate) code: Option<&'static str>,
    /// One clause. Empty when everything has been said already.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hints: Vec<String>,
}

impl Failure {
    /// The command line asks for something that makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    /// The environment does not play along.
    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Self::new(Status::Environment, message)
    }

    /// The bundle is refused.
    pub(crate) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Failure { code: Some(code), ..Self::new(Status::Refused, message) }
    }

    /// The source is wrong, and its diagnostics were shown.
    pub(crate) fn source() -> Self {
        Self::new(Status::Source, "")
    }

    /// Everything is said already; only the status is left.
    pub(crate) fn silent(status: Status) -> Self {
        Self::new(status, "")
    }

    /// The source is wrong, and there is no place in it that says so.
    pub(crate) fn wrong(message: impl Into<String>) -> Self {
        Self::new(Status::Source, message)
    }

    /// The source asks for more than a bundle can hold.
    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(Status::Source, message)
    }

    /// A broken invariant of this program.
    pub(crate) fn internal(message: &str) -> Self {
        Self::new(Status::Source, format!("a mistake in mcc, not in your package: {message}"))
            .hint("please report it, with the package if you can")
    }

    fn new(status: Status, message: impl Into<String>) -> Self {
        Failure { status, code: None, message: message.into(), hints: Vec::new() }
    }

    /// Adds what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// `error[MC5003]: message`, then the hints.
    pub(crate) fn text(&self, color: bool) -> String {
        let mut out = String::new();
        if self.message.is_empty() {
            return out;
        }
        let code = self.code.map(|code| format!("[{code}]")).unwrap_or_default();
        // invariant: writing to a string does not fail
        let _ = if color {
            writeln!(out, "\x1b[1;31merror{code}\x1b[0m\x1b[1m: {}\x1b[0m", self.message)
        } else {
            writeln!(out, "error{code}: {}", self.message)
        };
        for hint in &self.hints {
            let _ = writeln!(out, "  help: {}", hint.replace('\n', "\n        "));
        }
        out
    }
}
