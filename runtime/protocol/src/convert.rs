//! Between the generated types and the plain ones. What comes in is checked here.

use std::time::Duration;

use crate::message::{Action, Announced, Durability, Event, Finished, Hello, Refused, Start};
use crate::{SessionError, wire};

/// A protocol number of 0 would be an absent field.
fn protocols(message: &'static str, min: u32, max: u32) -> Result<(u32, u32), SessionError> {
    if min == 0 || max < min {
        return Err(SessionError::Invalid { message, field: "range of protocols" });
    }
    Ok((min, max))
}

fn bytes32(message: &'static str, field: &'static str, bytes: &[u8]) -> Result<[u8; 32], SessionError> {
    bytes.try_into().map_err(|_| SessionError::Invalid { message, field })
}

impl From<&Hello> for wire::Hello {
    fn from(hello: &Hello) -> Self {
        Self {
            protocol_min: *hello.protocols.start(),
            protocol_max: *hello.protocols.end(),
            agent_version: hello.agent_version.clone(),
            agent_digest: hello.agent_digest.to_vec(),
            host_id: hello.host_id.clone(),
            own_trust: hello.own_trust,
            nonce: hello.nonce.to_vec(),
        }
    }
}

impl TryFrom<wire::Hello> for Hello {
    type Error = SessionError;

    fn try_from(hello: wire::Hello) -> Result<Self, SessionError> {
        let (min, max) = protocols("Hello", hello.protocol_min, hello.protocol_max)?;
        Ok(Self {
            protocols: min..=max,
            agent_version: hello.agent_version,
            agent_digest: bytes32("Hello", "agent digest", &hello.agent_digest)?,
            host_id: hello.host_id,
            own_trust: hello.own_trust,
            nonce: bytes32("Hello", "nonce", &hello.nonce)?,
        })
    }
}

impl wire::Start {
    pub(crate) fn new(start: &Start, protocol: u32) -> Self {
        let action = match start.action {
            Action::Apply => wire::Action::Apply,
            Action::Check => wire::Action::Check,
        };
        let durability = match start.durability {
            Durability::None => wire::Durability::None,
            Durability::Batch => wire::Durability::Batch,
            Durability::File => wire::Durability::File,
        };
        let label =
            |(name, value): (&String, &String)| wire::Label { name: name.clone(), value: value.clone() };
        Self {
            protocol,
            action: action.into(),
            only: start.only.clone(),
            jobs: start.jobs,
            durability: durability.into(),
            trust: start.trust.clone(),
            host_id: start.host_id.clone(),
            labels: start.labels.iter().map(label).collect(),
            bundle_size: start.bundle.size,
            bundle_digest: start.bundle.digest.to_vec(),
        }
    }
}

impl TryFrom<wire::Start> for Start {
    type Error = SessionError;

    fn try_from(start: wire::Start) -> Result<Self, SessionError> {
        let invalid = |field| SessionError::Invalid { message: "Start", field };
        let action = match start.action() {
            wire::Action::Unspecified => return Err(invalid("action")),
            wire::Action::Apply => Action::Apply,
            wire::Action::Check => Action::Check,
        };
        let durability = match start.durability() {
            wire::Durability::Unspecified => return Err(invalid("durability")),
            wire::Durability::None => Durability::None,
            wire::Durability::Batch => Durability::Batch,
            wire::Durability::File => Durability::File,
        };
        let count = start.labels.len();
        let labels: std::collections::BTreeMap<_, _> =
            start.labels.into_iter().map(|label| (label.name, label.value)).collect();
        if labels.len() != count {
            return Err(invalid("list of labels"));
        }
        Ok(Self {
            action,
            only: start.only,
            jobs: start.jobs,
            durability,
            trust: start.trust,
            host_id: start.host_id,
            labels,
            bundle: Announced {
                size: start.bundle_size,
                digest: bytes32("Start", "bundle digest", &start.bundle_digest)?,
            },
        })
    }
}

/// The most bytes of one text in an event or a refusal. Longer ones are cut: they are for people, and the
/// whole is in the report.
const MAX_TEXT: usize = 16 << 10;

fn text(text: &str) -> String {
    let end = text.floor_char_boundary(MAX_TEXT);
    text.get(..end).unwrap_or_default().to_owned()
}

impl From<&Event> for wire::Event {
    fn from(event: &Event) -> Self {
        use wire::event::Kind;
        let kind = match event {
            Event::StepEnded { step, outcome, reason, duration } => Kind::StepEnded(wire::StepEnded {
                step: text(step),
                outcome: text(outcome),
                reason: text(reason),
                milliseconds: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            }),
            Event::Progress { step, text: line } => {
                Kind::Progress(wire::Progress { step: text(step), text: text(line) })
            }
            Event::Note(line) => Kind::Note(wire::Note { text: text(line) }),
        };
        Self { kind: Some(kind) }
    }
}

impl TryFrom<wire::Event> for Event {
    type Error = SessionError;

    fn try_from(event: wire::Event) -> Result<Self, SessionError> {
        use wire::event::Kind;
        match event.kind {
            None => Err(SessionError::Invalid { message: "Event", field: "kind" }),
            Some(Kind::StepEnded(ended)) => Ok(Self::StepEnded {
                step: ended.step,
                outcome: ended.outcome,
                reason: ended.reason,
                duration: Duration::from_millis(ended.milliseconds),
            }),
            Some(Kind::Progress(progress)) => Ok(Self::Progress { step: progress.step, text: progress.text }),
            Some(Kind::Note(note)) => Ok(Self::Note(note.text)),
        }
    }
}

impl From<&Refused> for wire::Refused {
    fn from(refused: &Refused) -> Self {
        Self { code: text(&refused.code), message: text(&refused.message), help: text(&refused.help) }
    }
}

impl From<wire::Refused> for Refused {
    fn from(refused: wire::Refused) -> Self {
        Self { code: refused.code, message: refused.message, help: refused.help }
    }
}

impl From<&Finished> for wire::Finished {
    fn from(finished: &Finished) -> Self {
        let count =
            |(outcome, steps): (&String, &u64)| wire::Count { outcome: outcome.clone(), steps: *steps };
        Self {
            exit_status: finished.exit_status.into(),
            counts: finished.counts.iter().map(count).collect(),
            problem: text(&finished.problem),
        }
    }
}

impl TryFrom<wire::Finished> for Finished {
    type Error = SessionError;

    fn try_from(finished: wire::Finished) -> Result<Self, SessionError> {
        let exit_status = u8::try_from(finished.exit_status)
            .map_err(|_| SessionError::Invalid { message: "Finished", field: "exit status" })?;
        let counts = finished.counts.into_iter().map(|count| (count.outcome, count.steps)).collect();
        Ok(Self { exit_status, counts, problem: finished.problem })
    }
}

impl wire::from_agent::Body {
    /// The message's name, for errors.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Hello(_) => "Hello",
            Self::Event(_) => "Event",
            Self::Refused(_) => "Refused",
            Self::Report(_) => "Report",
            Self::Chunk(_) => "Chunk",
            Self::Finished(_) => "Finished",
        }
    }
}

impl wire::to_agent::Body {
    /// The message's name, for errors.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "Start",
            Self::Chunk(_) => "Chunk",
            Self::Stop(_) => "Stop",
        }
    }
}
