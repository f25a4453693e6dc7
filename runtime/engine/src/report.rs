//! What a run reports: plain data with a versioned JSON form (`docs/reference/report.md`). Steps stand in
//! graph order, whatever the timing was; unchanged ones are counted and not listed.

mod text;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::label::LabelSource;
use crate::provider::RefreshKind;
use crate::refusal::{Code, Place, Refusal};

pub use text::{time, unified};

/// The version of the JSON form.
pub const FORMAT: u32 = 1;

/// The report of a run, or of a look without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// [`FORMAT`]
    pub format: u32,
    /// The run's id. A run that was cut off and taken up keeps it.
    pub run: String,
    /// Whether the run was taken up after being cut off.
    pub resumed: bool,
    /// Whether it only looked.
    pub noop: bool,
    /// How it ended.
    pub status: Status,
    /// The bundle.
    pub bundle: Release,
    /// The host.
    pub host: HostReport,
    /// When it began, as RFC 3339 in UTC.
    pub started: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The policies this host gets, by name.
    pub policies: Vec<String>,
    /// The facts that were read.
    pub facts: Vec<String>,
    /// How many steps had which outcome.
    pub counts: Counts,
    /// The steps in graph order, without those that are unchanged.
    pub steps: Vec<StepReport>,
    /// Why the plan does not stand on this host. Then nothing was done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
    /// Refreshes that are still owed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<OwedReport>,
    /// What else is worth knowing, one line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Everything is as it shall be, or would be.
    Done,
    /// No policy of the bundle selects this host.
    NothingSelected,
    /// A step failed, timed out or is blocked.
    Failed,
    /// A guard denied a step, or a step awaits an approval; nothing failed.
    Held,
    /// It was stopped before everything was done.
    Stopped,
    /// The plan does not stand on this host.
    Refused,
}

/// Which release of which bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Release {
    /// SHA-256 of the manifest, in hexadecimal digits.
    pub manifest: String,
    /// Its stream.
    pub stream: String,
    /// Its epoch.
    pub epoch: u64,
    /// Its sequence.
    pub sequence: u64,
}

/// Which host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostReport {
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Where they come from.
    pub labels_from: LabelSource,
}

/// How many steps had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the outcomes' own docs say it")]
pub struct Counts {
    pub unchanged: u64,
    pub changed: u64,
    pub would_change: u64,
    pub absent: u64,
    pub skipped: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub blocked: u64,
    pub denied: u64,
    pub awaiting_approval: u64,
    pub not_run: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, outcome: Outcome) {
        *self.slot(outcome) += 1;
    }

    /// How many steps had each outcome; what went wrong first, what is as it was last.
    pub fn each(mut self) -> [(Outcome, u64); 11] {
        [
            Outcome::Failed,
            Outcome::TimedOut,
            Outcome::Denied,
            Outcome::AwaitingApproval,
            Outcome::Blocked,
            Outcome::NotRun,
            Outcome::Changed,
            Outcome::WouldChange,
            Outcome::Unchanged,
            Outcome::Skipped,
            Outcome::Absent,
        ]
        .map(|outcome| (outcome, *self.slot(outcome)))
    }

    fn slot(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Changed => &mut self.changed,
            Outcome::WouldChange => &mut self.would_change,
            Outcome::Absent => &mut self.absent,
            Outcome::Skipped => &mut self.skipped,
            Outcome::Failed => &mut self.failed,
            Outcome::TimedOut => &mut self.timed_out,
            Outcome::Blocked => &mut self.blocked,
            Outcome::Denied => &mut self.denied,
            Outcome::AwaitingApproval => &mut self.awaiting_approval,
            Outcome::NotRun => &mut self.not_run,
        }
    }
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was as it shall be.
    Unchanged,
    /// It was brought to it, or refreshed.
    Changed,
    /// It differs; nothing was done.
    WouldChange,
    /// Its conditions do not hold on this host.
    Absent,
    /// It was left out (`skip when`, `--only`).
    Skipped,
    /// It did not work.
    Failed,
    /// It took longer than it may.
    TimedOut,
    /// A step before it did not work.
    Blocked,
    /// A guard denies what it would do.
    Denied,
    /// Somebody must approve it first.
    AwaitingApproval,
    /// The run was stopped before it.
    NotRun,
}

impl Outcome {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::WouldChange => "would change",
            Self::Absent => "absent",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Blocked => "blocked",
            Self::Denied => "denied",
            Self::AwaitingApproval => "awaiting approval",
            Self::NotRun => "not run",
        }
    }

    /// Its name in reports and messages: its words with `-` between them.
    pub fn name(self) -> String {
        self.words().replace(' ', "-")
    }

    /// Whether what depends on it cannot run.
    pub fn blocks(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut | Self::Blocked | Self::Denied | Self::AwaitingApproval)
    }
}

/// A step that is not simply unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepReport {
    /// `File["/etc/motd"]`
    pub name: String,
    /// Its qualified type.
    pub resource: String,
    /// The policy that declares it first.
    pub policy: String,
    /// Where that is.
    pub place: Place,
    /// Its tags, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, where the outcome does not say it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// For a blocked step: what it waited for, and what that waited for, down to the step that failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<String>,
    /// Where the difference comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The properties that differ or did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ChangeReport>,
    /// A unified diff of a text's content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
    /// The refresh it got, or would get.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<RefreshReport>,
    /// What the provider has to say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How many attempts it took.
    #[serde(skip_serializing_if = "is_one")]
    pub attempts: u32,
    /// When it began, in milliseconds since the run did.
    pub started_ms: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_one(count: &u32) -> bool {
    *count <= 1
}

/// Where a difference comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// This step was never applied here before.
    New,
    /// The policy wants something else than it did when it was applied last.
    Policy,
    /// The host differs from what was applied last.
    Drift,
}

/// A property that differs or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeReport {
    /// Its name.
    pub property: String,
    /// What was there; none: nothing.
    pub old: Option<String>,
    /// What is there now, or would be; none: nothing.
    pub new: Option<String>,
}

/// A refresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefreshReport {
    /// How.
    pub kind: RefreshKind,
    /// Who changed.
    pub from: Vec<String>,
    /// Whether it is done. Not for a look, and not where it failed: then it is still owed.
    pub delivered: bool,
}

/// A refresh that is still owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwedReport {
    /// Who must be refreshed.
    pub receiver: String,
    /// How.
    pub kind: RefreshKind,
    /// Who changed.
    pub sender: String,
}

impl Report {
    /// The exit status of `mc-agent apply` for this run. `detailed` makes a change visible.
    pub fn exit_status(&self, detailed: bool) -> u8 {
        if self.refusals.iter().any(|refusal| refusal.code.refuses_bundle()) {
            return 4;
        }
        match self.status {
            Status::Stopped => 7,
            Status::Refused if self.refusals.iter().all(|refusal| refusal.code == Code::Denied) => 5,
            Status::Refused | Status::Failed => 1,
            Status::Held => 5,
            Status::Done | Status::NothingSelected => {
                if detailed && self.counts.changed + self.counts.would_change > 0 { 10 } else { 0 }
            }
        }
    }
}
