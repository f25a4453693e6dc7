//! What the end of an ssh process means.

use super::Stage;
use crate::failure::Failure;
use crate::text::printable;

/// `ssh` exits with this for failures of its own; otherwise with the status of the remote command.
const OWN_FAILURE: i32 = 255;

/// How an ssh process ended.
#[derive(Debug)]
pub(super) struct Ending {
    /// Its exit status; none if a signal ended it.
    pub(super) status: Option<i32>,
    /// What it and the remote command wrote to standard error.
    pub(super) stderr: String,
}

impl Ending {
    /// The last lines of standard error on one line, safe to show.
    fn said(&self) -> String {
        let mut lines: Vec<String> =
            self.stderr.lines().rev().map(printable).filter(|line| !line.is_empty()).take(4).collect();
        lines.reverse();
        lines.join("; ")
    }

    /// A reason, and what was said on standard error.
    pub(super) fn with_detail(&self, reason: &str) -> String {
        match self.said() {
            said if said.is_empty() => reason.to_owned(),
            said => format!("{reason} ({said})"),
        }
    }

    fn status(&self) -> String {
        self.status.map_or_else(|| "a signal".to_owned(), |status| format!("exit status {status}"))
    }

    fn said_or(&self, otherwise: &str) -> String {
        match self.said() {
            said if said.is_empty() => otherwise.to_owned(),
            said => said,
        }
    }
}

/// What it means that nothing more comes at this stage. `error` is why reading or writing failed, if it did.
pub(super) fn diagnose(stage: Stage, ending: &Ending, error: Option<&str>) -> Failure {
    let own = ending.status == Some(OWN_FAILURE) || ending.status.is_none();
    let silent = error.unwrap_or("the connection ended without a word");
    match stage {
        Stage::Connecting if own => own_failure(ending, silent),
        Stage::Connecting => Failure::NotStarted(format!(
            "the login shell ended with {}: {}",
            ending.status(),
            ending.said_or(silent)
        )),
        Stage::LoggedIn if !own => Failure::SudoRefused(ending.said_or(&ending.status())),
        Stage::Executed if matches!(ending.status, Some(126 | 127)) => {
            Failure::NotStarted(ending.said_or(&ending.status()))
        }
        Stage::Root if !own => Failure::NotStarted(ending.said_or(&ending.status())),
        _ if own => Failure::Cut(ending.said_or(silent)),
        _ => Failure::Died { status: ending.status(), detail: ending.said_or(silent) },
    }
}

/// Before somebody is logged in, all of standard error is by the local ssh (its log level keeps the host's
/// banner out), whose messages have been the same for many releases.
fn own_failure(ending: &Ending, silent: &str) -> Failure {
    let says = |text: &str| ending.stderr.contains(text);
    let line = |text: &str| {
        let line = ending.stderr.lines().find(|line| line.contains(text));
        line.map_or_else(|| ending.said_or(silent), printable)
    };
    const CHANGED: &str = "has changed and you have requested strict checking";
    const REVOKED: &str = "REVOKED HOST KEY DETECTED";
    const UNKNOWN: &str = "host key is known for";
    const DENIED: &str = "Permission denied (";
    const TOO_MANY: &str = "Too many authentication failures";
    if says("REMOTE HOST IDENTIFICATION HAS CHANGED") || says(CHANGED) {
        Failure::HostKeyChanged(line(CHANGED))
    } else if says(REVOKED) {
        Failure::HostKeyChanged(line("was marked as revoked"))
    } else if says(UNKNOWN) || says("Host key verification failed") {
        Failure::HostKeyUnknown(line(UNKNOWN))
    } else if says(DENIED) {
        Failure::LoginRefused(line(DENIED))
    } else if says(TOO_MANY) {
        Failure::LoginRefused(line(TOO_MANY))
    } else {
        Failure::Unreachable(ending.said_or(silent))
    }
}
