//! Why a command ended before it reached any host.

use std::fmt::Write as _;

/// Exit statuses, the same for all programs. A success is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// A run on a host did not end well.
    Run = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A file is missing, a host is out of reach.
    Environment = 3,
    /// The bundle is refused.
    Refused = 4,
}

/// Why a command failed, for people.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit status.
    pub(crate) status: Status,
    /// A stable code, where there is one.
    pub(crate) code: Option<&'static str>,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: Option<String>,
}

impl Failure {
    /// The environment does not play along.
    pub(crate) fn environment(message: String) -> Self {
        Self { status: Status::Environment, code: None, message, help: None }
    }

    /// The command line asks for something that cannot be.
    pub(crate) fn usage(message: String) -> Self {
        Self { status: Status::Usage, ..Self::environment(message) }
    }

    /// Adds what to do.
    pub(crate) fn help(self, help: &str) -> Self {
        Self { help: Some(help.to_owned()), ..self }
    }

    /// `error[MC5003]: message`, then the help.
    pub(crate) fn text(&self) -> String {
        let code = self.code.map(|code| format!("[{code}]")).unwrap_or_default();
        let mut out = format!("error{code}: {}\n", self.message);
        if let Some(help) = &self.help {
            // invariant: writing to a string does not fail
            let _ = writeln!(out, "  help: {help}");
        }
        out
    }
}
