//! Why a plan does not stand on a host. Nothing has been done when there is one.

use crate::plan::{Plan, SourceSpan};
use serde::Serialize;

/// How many refusals are listed; the rest is counted.
const LISTED: usize = 100;

/// One reason why a plan is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Its code.
    pub code: Code,
    /// What is wrong, in one clause.
    pub message: String,
    /// The places involved, the main one first.
    pub places: Vec<Labelled>,
    /// What else helps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The reasons so far. What is told of one place in a hundred rounds of a loop is told once.
#[derive(Default)]
pub(super) struct Refusals {
    listed: Vec<Refusal>,
    omitted: usize,
}

impl Refusals {
    pub(super) fn push(&mut self, refusal: Refusal) {
        if self.any(|known| known.message == refusal.message && known.places == refusal.places) {
            return;
        }
        if self.listed.len() < LISTED {
            self.listed.push(refusal);
        } else {
            self.omitted += 1;
        }
    }

    pub(super) fn any(&self, is_it: impl FnMut(&Refusal) -> bool) -> bool {
        self.listed.iter().any(is_it)
    }

    /// Whether more would only be counted.
    pub(super) const fn is_full(&self) -> bool {
        self.omitted > 0
    }

    /// Stops where something is wrong.
    pub(super) fn stand(&mut self) -> Result<(), Vec<Refusal>> {
        if self.listed.is_empty() {
            return Ok(());
        }
        let note = match self.omitted {
            0 => return Err(std::mem::take(&mut self.listed)),
            omitted => format!("and {omitted} more"),
        };
        Err(self.noted(note))
    }

    /// Stops before everything was looked at.
    pub(super) fn cut(mut self) -> Vec<Refusal> {
        self.noted("and perhaps more".to_owned())
    }

    fn noted(&mut self, note: String) -> Vec<Refusal> {
        if let Some(last) = self.listed.last_mut() {
            last.notes.push(note);
        }
        std::mem::take(&mut self.listed)
    }
}

/// The codes of refusals. Their numbers never change meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// No provider for a resource type. The bundle is refused, as for the next two.
    ProviderMissing,
    /// The provider speaks another protocol.
    ProviderProtocol,
    /// The provider was made for another schema.
    SchemaMismatch,
    /// The plan contradicts itself: no compiler of ours writes such a thing.
    BrokenPlan,
    /// More steps than this host allows.
    TooManySteps,
    /// A label that the plan needs is not set.
    LabelMissing,
    /// A label's value does not fit its type.
    LabelMisfit,
    /// A fact could not be read.
    Fact,
    /// An expression has no value on this host.
    Expression,
    /// The policy said `fail`.
    Fail,
    /// A guard denies a resource.
    Denied,
    /// Two declarations of one resource give an attribute different values.
    Conflict,
    /// Two resources own the same thing.
    Claim,
    /// A required attribute has no value on this host.
    Required,
    /// Steps that wait for each other.
    Cycle,
    /// A resource type that does not work inside a folder.
    Rooted,
    /// Something that this caller can never do on this host.
    Impossible,
    /// `--only` names no step of this host.
    UnknownStep,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::ProviderMissing,
        Self::ProviderProtocol,
        Self::SchemaMismatch,
        Self::BrokenPlan,
        Self::TooManySteps,
        Self::LabelMissing,
        Self::LabelMisfit,
        Self::Fact,
        Self::Expression,
        Self::Fail,
        Self::Denied,
        Self::Conflict,
        Self::Claim,
        Self::Required,
        Self::Cycle,
        Self::Rooted,
        Self::Impossible,
        Self::UnknownStep,
    ];

    /// As it is printed: `MC6120`.
    pub const fn name(self) -> &'static str {
        match self {
            // As when the bundle is verified.
            Self::ProviderMissing => "MC5040",
            Self::ProviderProtocol => "MC5041",
            Self::SchemaMismatch => "MC5042",
            Self::BrokenPlan => "MC6160",
            Self::TooManySteps => "MC6161",
            Self::LabelMissing => "MC6101",
            Self::LabelMisfit => "MC6102",
            Self::Fact => "MC6103",
            Self::Expression => "MC6110",
            Self::Fail => "MC6111",
            Self::Denied => "MC6112",
            Self::Conflict => "MC6120",
            Self::Claim => "MC6121",
            Self::Required => "MC6122",
            Self::Cycle => "MC6130",
            Self::Rooted => "MC6140",
            Self::Impossible => "MC6141",
            Self::UnknownStep => "MC6150",
        }
    }

    /// Whether the bundle itself is refused, and not only what it says for this host.
    pub const fn refuses_bundle(self) -> bool {
        matches!(self, Self::ProviderMissing | Self::ProviderProtocol | Self::SchemaMismatch)
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A place in a source file of the policy's package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Path in the package.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Place {
    /// The place of a span of this plan.
    pub fn of(plan: &Plan, span: SourceSpan) -> Self {
        let file = usize::try_from(span.file).ok().and_then(|at| plan.files.get(at)).cloned();
        Self { file: file.unwrap_or_default(), line: span.line, column: span.column }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A place, and what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Labelled {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What is there.
    pub text: String,
}

impl Refusal {
    /// A refusal without a place yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), places: Vec::new(), notes: Vec::new() }
    }

    /// Adds a place and what is there.
    #[must_use]
    pub fn at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.places.push(Labelled { place, text: text.into() });
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)?;
        for Labelled { place, text } in &self.places {
            write!(f, "\n  {place}: {text}")?;
        }
        for note in &self.notes {
            write!(f, "\n  note: {note}")?;
        }
        Ok(())
    }
}
