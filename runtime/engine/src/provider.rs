//! The one contract between the engine and what manages a type of resource.
//!
//! The engine is the only caller. `read` and `settled` get a host that can only look; `apply` and `refresh`
//! act through [`ApplyContext::perform`], which knows on whose behalf. `describe`, `early`, `temporary` and
//! `diff` get no host at all.

mod context;

use std::any::Any;
use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use mc_plan::instance::graph::Step;
use mc_plan::value::Value;

use crate::host::{HostError, HostErrorKind};

/// How long an attempt may take where the policy says nothing.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

pub use mc_plan::instance::graph::RefreshKind;

pub use context::{ACCOUNTS, ApplyContext, Caches, PACKAGES, ReadContext, UNITS, Written};

/// Manages one resource type.
pub trait Provider: Send + Sync {
    /// What the engine must know about it. Constant.
    fn describe(&self) -> &Description;

    /// The early outputs of the resource with this key, by position in the schema's outputs. `suffix` is
    /// this run's, made of letters and digits, and cannot be guessed by others.
    fn early(&self, key: &Value, suffix: &str) -> Vec<Option<Value>> {
        let _ = (key, suffix);
        Vec::new()
    }

    /// The temporary name that applying this needs, if any. It is in the journal before the step acts, and a
    /// run that finds it left over removes it.
    fn temporary(&self, key: &Value, suffix: &str) -> Option<String> {
        let _ = (key, suffix);
        None
    }

    /// Looks at many items; one result for each, in their order. It must cost one pass over a database, not
    /// one per item, and no process per item.
    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Vec<Result<Observed, ProviderError>>;

    /// What applying would change. Pure: the same arguments give the same answer.
    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError>;

    /// Brings items of one batch to their desired state; one result for each, in their order. Items whose
    /// diff is empty are never in a batch.
    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Vec<Result<Applied, ProviderError>>;

    /// Restarts or reloads one item. A type for which that means nothing does nothing.
    fn refresh(
        &self,
        ctx: &ApplyContext<'_>,
        item: &Item<'_>,
        kind: RefreshKind,
    ) -> Result<Applied, ProviderError> {
        let _ = (ctx, item, kind);
        Ok(Applied::default())
    }

    /// Whether what was applied or refreshed has come to rest. Asked only where [`Description::settle`] says so.
    fn settled(&self, ctx: &ReadContext<'_>, item: &Item<'_>) -> Settled {
        let _ = (ctx, item);
        Settled::Ready
    }
}

/// What the engine must know about a provider.
#[derive(Clone, Debug)]
pub struct Description {
    /// Qualified name of the resource type: `std.fs.File`.
    pub schema: &'static str,
    /// Hash of the schema that its Rust was generated from; the plan's must be the same.
    pub schema_hash: [u8; 32],
    /// Its own name: `core.file`.
    pub provider: &'static str,
    /// The protocol versions it speaks.
    pub protocols: RangeInclusive<u32>,
    /// How its items travel together.
    pub batch: Batch,
    /// A lock taken while it applies or refreshes: one holder of each name at a time (`packages`).
    pub lock: Option<&'static str>,
    /// Shared databases that reading looks at, by the names of their types (`UserName`), besides what the
    /// schema's claims, reads and writes say.
    pub reads: &'static [&'static str],
    /// What applying may change besides what the schema's writes say.
    pub writes: Writes,
    /// How long applied items may take to come to rest; none: they are at rest at once.
    pub settle: Option<Settle>,
    /// Whether it works inside a folder (`--root`): it only handles files.
    pub rooted: bool,
    /// When its items are read.
    pub looks: Looks,
}

/// When items of a provider are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// All of them before the run begins, and again when something may have changed what they read.
    Ahead,
    /// Each when it is its turn, and only then: what it says depends on all that was done before it. A dry run does
    /// not read one behind a step that would change.
    InTurn,
}

/// How items of one provider travel together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// One at a time.
    Alone,
    /// Independent items, at most this many in one call; several calls may run side by side.
    Independent(usize),
    /// All that are ready, in one transaction. When it fails, items are tried alone.
    Transaction,
}

/// What applying may change besides what the schema's `writes` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// These shared databases, by the names of their types; often none.
    Domains(&'static [&'static str]),
    /// Nobody knows: everything that was read before is read again.
    Anything,
}

/// Times of settling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settle {
    /// Pause between two looks.
    pub every: Duration,
    /// It must be ready for this long without a break.
    pub steady: Duration,
    /// It has failed when it is not ready for so long.
    pub within: Duration,
}

/// One resource, as it shall be.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// `File["/etc/motd"]`, for messages.
    pub name: &'a str,
    /// Its key.
    pub key: &'a Value,
    /// Attributes by position in the schema; none is "not managed". Defaults of the schema are filled in.
    pub desired: &'a [Option<Value>],
    /// What [`Provider::early`] gave.
    pub early: &'a [Option<Value>],
    /// Bound of an attempt, for what reading it runs.
    pub timeout: Duration,
}

impl<'a> Item<'a> {
    /// A step of the graph with all its attributes known.
    pub(crate) fn of(step: &'a Step<'_>, desired: &'a [Option<Value>]) -> Self {
        Self {
            name: &step.name,
            key: &step.key,
            desired,
            early: step.early.as_deref().unwrap_or_default(),
            timeout: step.timeout.unwrap_or(DEFAULT_TIMEOUT),
        }
    }
}

/// An item to apply.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// What shall be.
    pub item: Item<'a>,
    /// What was found.
    pub observed: &'a Observed,
    /// What differs.
    pub diff: &'a Diff,
    /// What [`Provider::temporary`] gave.
    pub temporary: Option<&'a str>,
}

/// What was found on the host.
pub struct Observed {
    /// Outputs by position in the schema (early ones may be none). A missing resource still has outputs.
    pub outputs: Vec<Option<Value>>,
    detail: Box<dyn Any + Send + Sync>,
}

impl Observed {
    /// An observation with the provider's own detail, which comes back to its `diff` and `apply`.
    pub fn new<T: Any + Send + Sync>(outputs: Vec<Option<Value>>, detail: T) -> Self {
        Self { outputs, detail: Box::new(detail) }
    }

    /// The provider's own detail. An error only if it asks for another type than it put in.
    pub fn detail<T: Any>(&self) -> Result<&T, ProviderError> {
        self.detail.downcast_ref().ok_or_else(|| {
            ProviderError::new(
                ProviderErrorKind::Broken,
                "the provider was given an observation of another type",
            )
        })
    }
}

impl std::fmt::Debug for Observed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observed").field("outputs", &self.outputs).finish_non_exhaustive()
    }
}

/// What applying would change. Empty means: as it shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Properties that differ, in the order of the schema.
    pub changes: Vec<Change>,
    /// The texts behind a change of content, where both are text, of a sensible size, and
    /// [`ReadContext::texts`] asks for them.
    pub text: Option<TextChange>,
    /// Whether applying it starts or restarts something, so that an owed restart is done with it.
    pub restarts: bool,
}

impl Diff {
    /// No difference.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether nothing of what it manages is there yet.
    pub fn creates(&self) -> bool {
        !self.changes.is_empty() && self.changes.iter().all(|change| change.old.is_none())
    }

    /// Whether what it manages goes away.
    pub fn removes(&self) -> bool {
        !self.changes.is_empty() && self.changes.iter().all(|change| change.new.is_none())
    }

    /// Adds a property that differs. `old` is none where there is nothing yet, `new` where it goes.
    pub fn push(&mut self, property: impl Into<Cow<'static, str>>, old: Option<String>, new: Option<String>) {
        self.changes.push(Change { property: property.into(), old, new });
    }
}

/// A property that differs, rendered for people: `mode`, `0o644`, `0o600`. Content is rendered as its size
/// and digest, never as itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// An attribute's name, or a word for something else (`exists`, `run`).
    pub property: Cow<'static, str>,
    /// What is there; none: nothing.
    pub old: Option<String>,
    /// What shall be there; none: nothing.
    pub new: Option<String>,
}

/// The texts behind a change of content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChange {
    /// What is there; empty where nothing is.
    pub old: Arc<str>,
    /// What shall be there.
    pub new: Arc<str>,
}

/// What applying or refreshing gave.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// Outputs that only acting knows (what a command wrote), by position in the schema; the others come
    /// from the look that follows.
    pub outputs: Vec<Option<Value>>,
    /// Whether something was started or restarted, so that an owed restart is done with it.
    pub restarted: bool,
    /// One line for the report, where there is something to say: `exit status 0`.
    pub note: Option<String>,
}

/// Whether an item has come to rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It has.
    Ready,
    /// Not yet, because of this.
    Wait(String),
    /// It never will, because of this.
    Failed(String),
}

/// Why a provider could not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProviderError {
    /// What kind of failure.
    pub kind: ProviderErrorKind,
    /// One clause; what a command wrote follows on lines of its own.
    pub message: String,
}

/// Kinds of a provider's failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderErrorKind {
    /// It did not work. A retry may help.
    Failed,
    /// It took longer than it may.
    TimedOut,
    /// What is asked can never be done on this host by this caller (an owner it may not set). Found before
    /// the run acts, it refuses the whole plan.
    Refused,
    /// The provider broke its contract.
    Broken,
}

impl ProviderError {
    /// A failure of this kind with this message.
    pub fn new(kind: ProviderErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// It did not work.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(ProviderErrorKind::Failed, message)
    }

    /// It can never be done here.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(ProviderErrorKind::Refused, message)
    }
}

impl From<HostError> for ProviderError {
    fn from(error: HostError) -> Self {
        let kind = match error.kind {
            HostErrorKind::TimedOut => ProviderErrorKind::TimedOut,
            _ => ProviderErrorKind::Failed,
        };
        Self { kind, message: error.message }
    }
}

/// The providers an agent has. There is one for each schema.
#[derive(Default)]
pub struct Providers {
    list: Vec<Box<dyn Provider>>,
}

impl Providers {
    /// The providers in this list.
    pub fn new(list: Vec<Box<dyn Provider>>) -> Self {
        Self { list }
    }

    /// The provider of a schema by its qualified name.
    pub fn of(&self, schema: &str) -> Option<&dyn Provider> {
        self.list.iter().find(|provider| provider.describe().schema == schema).map(|provider| &**provider)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Provider> {
        self.list.iter().map(|provider| &**provider)
    }
}
