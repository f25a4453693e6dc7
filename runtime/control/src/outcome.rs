//! What came of a push, host by host and in all.

use std::time::Duration;

use mc_protocol::message::{Finished, Refused};
use mc_transport::Delivered;
use mc_transport::failure::Failure;

use crate::failure::Status;

/// What came of one host.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The agent that was talked to, if there was one.
    pub(crate) agent: Option<Agent>,
    /// What it did, or why that is not known.
    pub(crate) result: Result<Delivered, Failure>,
    /// How long all of it took.
    pub(crate) took: Duration,
}

/// The agent on a host.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    /// Its release, for people.
    pub(crate) version: String,
    /// Whether it was sent now.
    pub(crate) uploaded: bool,
    /// Whether the host has its own trust document, and the operator's does not count.
    pub(crate) own_trust: bool,
    /// The id that the host has by itself.
    pub(crate) host_id: Option<String>,
}

impl Ended {
    /// A word for it, in tables and for machines.
    pub(crate) fn name(&self) -> &'static str {
        match &self.result {
            Err(failure) => failure.name(),
            Ok(delivered) => match delivered.finished.exit_status {
                0 | 10 => "done",
                1 => "failed",
                3 => "environment",
                4 => "refused",
                5 => "denied",
                6 => "busy",
                7 => "stopped",
                _ => "unknown",
            },
        }
    }

    /// What it means for the exit status; none if all is well.
    pub(crate) fn status(&self) -> Option<Status> {
        match &self.result {
            Err(_) => Some(Status::Environment),
            Ok(delivered) => match delivered.finished.exit_status {
                0 | 10 => None,
                3 => Some(Status::Environment),
                4 => Some(Status::Refused),
                // Also: denied, another run is going on, stopped. The host is not as it shall be.
                _ => Some(Status::Run),
            },
        }
    }

    /// Why, where it is not well: code, message and what to do.
    pub(crate) fn error(&self) -> Option<Explained<'_>> {
        match &self.result {
            Err(failure) => Some(Explained {
                code: Some(failure.code()),
                message: failure.to_string(),
                help: failure.help(),
            }),
            Ok(Delivered { refused: Some(Refused { code, message, help }), .. }) => Some(Explained {
                code: Some(code),
                message: message.clone(),
                help: Some(help.as_str()).filter(|help| !help.is_empty()),
            }),
            Ok(Delivered { finished: Finished { problem, .. }, .. }) if !problem.is_empty() => {
                Some(Explained { code: None, message: problem.clone(), help: None })
            }
            Ok(_) => None,
        }
    }

    /// How many steps ended in any of these ways; none if that is not known.
    pub(crate) fn steps(&self, outcomes: &[&str]) -> Option<u64> {
        let Finished { counts, .. } = &self.result.as_ref().ok()?.finished;
        if counts.is_empty() {
            return None;
        }
        let counts = counts.iter().filter(|(outcome, _)| outcomes.contains(&outcome.as_str()));
        Some(counts.fold(0, |sum, (_, steps)| sum.saturating_add(*steps)))
    }
}

/// Why a host's push is not well.
#[derive(Debug)]
pub(crate) struct Explained<'a> {
    pub(crate) code: Option<&'a str>,
    pub(crate) message: String,
    pub(crate) help: Option<&'a str>,
}

/// The exit status of a whole push: 4 if any host refused the bundle, else 1 if a run did not end well on
/// any, else 3 if any was out of reach.
pub(crate) fn overall<'a>(hosts: impl Iterator<Item = &'a Ended>) -> u8 {
    let severity = |status: &Status| match status {
        Status::Refused => 3,
        Status::Run => 2,
        Status::Environment => 1,
        Status::Usage => 0,
    };
    hosts.filter_map(Ended::status).max_by_key(severity).map_or(0, |status| status as u8)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn exit(exit_status: u8) -> Ended {
        let finished = Finished { exit_status, counts: BTreeMap::new(), problem: String::new() };
        let result = Ok(Delivered { refused: None, report: None, finished });
        Ended { agent: None, result, took: Duration::ZERO }
    }

    fn unreachable() -> Ended {
        let result = Err(Failure::Unreachable("down".to_owned()));
        Ended { agent: None, result, took: Duration::ZERO }
    }

    #[test]
    fn the_most_severe_outcome_decides() {
        let all = |hosts: &[Ended]| overall(hosts.iter());
        assert_eq!(all(&[]), 0);
        assert_eq!(all(&[exit(0), exit(10)]), 0);
        assert_eq!(all(&[exit(0), unreachable()]), 3);
        assert_eq!(all(&[exit(1), unreachable(), exit(0)]), 1);
        assert_eq!(all(&[unreachable(), exit(4), exit(1)]), 4);
        for status in [1, 2, 5, 6, 7, 200] {
            assert_eq!(all(&[exit(status)]), 1, "{status}");
        }
        assert_eq!(all(&[exit(3)]), 3);
    }
}
