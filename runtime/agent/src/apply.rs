//! `mc-agent apply`: lock, verify, run, report.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use mc_engine::fact::FactSource;
use mc_engine::host::{Contents, HostError, HostErrorKind, HostResult, ReadHost as _};
use mc_engine::report::Report;
use mc_engine::run::{self, Request, RunError, STEP_LIMIT, Stores};
use mc_engine::state::{AuditSink as _, LockError, RunLock as _, SecurityState, StateError, Stop};
use mc_plan::bundle::{self, InstalledProvider, Mode, Refusal, Verified, Version};
use mc_plan::codec::Limits;
use mc_plan::digest::{hex, sha256};
use mc_plan::plan::Plan;
use mc_plan::value::Blob;
use mc_providers::fact::Collectors;
use serde_json::json;

use crate::cli;
use crate::config::{ConfigError, Standing};
use crate::fact::FactFile;
use crate::host::{Durability, OsHost};
use crate::output;
use crate::store::{Audit, Folder, Journal, Lock, RunStore, SecurityStore};

/// Where state is kept, inside the root.
const STATE: &str = "/var/lib/masterchef";
/// No bundle is longer.
pub(crate) const BUNDLE_LIMIT: u64 = 1 << 30;
/// A file of facts is no longer.
const FACTS_LIMIT: u64 = 16 << 20;
/// Nanoseconds in a millisecond.
const MILLISECOND: i64 = 1_000_000;

/// How a bundle is applied.
pub(crate) struct Options {
    /// In which way.
    pub(crate) mode: Mode,
    /// Whether it is only looked at.
    pub(crate) noop: bool,
    /// The folder that stands for a host.
    pub(crate) root: Option<Utf8PathBuf>,
    /// Where state is kept, inside the root.
    pub(crate) state: Option<Utf8PathBuf>,
    /// Facts that stand in for the host's.
    pub(crate) facts: Option<FactFile>,
    /// Steps at the same time; none: one for each processor.
    pub(crate) jobs: Option<usize>,
    /// When managed files are made durable.
    pub(crate) durability: Durability,
    /// How long to wait for the lock.
    pub(crate) wait: Duration,
    /// Only these steps; none: all.
    pub(crate) only: Vec<String>,
}

/// What there is to say while a bundle is applied.
pub(crate) trait Events {
    /// One line.
    fn say(&mut self, line: &str);
}

/// What came of it.
pub(crate) enum Outcome {
    /// It was applied, or looked at, as far as it went.
    Report(Box<Report>),
    /// The bundle is refused. Nothing was done.
    Refused {
        /// `MC5008`
        code: &'static str,
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: &'static str,
    },
    /// Another run is at work, perhaps this one.
    Locked(Option<String>),
    /// It was stopped before it began.
    Stopped,
    /// Something that it needs is not there or does not work.
    Environment(String),
}

impl Outcome {
    /// The exit status.
    pub(crate) fn status(&self, detailed: bool) -> u8 {
        match self {
            Self::Report(report) => report.exit_status(detailed),
            Self::Refused { .. } => output::REFUSED,
            Self::Locked(_) => output::LOCKED,
            Self::Stopped => output::STOPPED,
            Self::Environment(_) => output::ENVIRONMENT,
        }
    }
}

impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { code: refusal.code(), message: refusal.to_string(), help: refusal.help() }
    }
}

impl From<StateError> for Outcome {
    fn from(error: StateError) -> Self {
        Self::Environment(error.0)
    }
}

impl From<RunError> for Outcome {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Bundle(refusal) => refusal.into(),
            error => Self::Environment(error.to_string()),
        }
    }
}

/// The command.
pub(crate) fn command(options: &cli::Apply, stop: &Stop) -> u8 {
    let format = options.format;
    if options.facts.is_some() && !options.noop && options.root.is_none() {
        return output::usage(format, "`--facts` is only for `--noop` and `--root`");
    }
    let prepared = || -> Result<(Vec<u8>, Option<FactFile>), String> {
        let bundle = read(&options.bundle, BUNDLE_LIMIT)?;
        let facts = match &options.facts {
            Some(path) => {
                let text = String::from_utf8(read(path, FACTS_LIMIT)?)
                    .map_err(|_| format!("{path}: the file is no text"))?;
                Some(FactFile::parse(&text).map_err(|error| format!("{path}: {error}"))?)
            }
            None => None,
        };
        Ok((bundle, facts))
    };
    let (bundle, facts) = match prepared() {
        Ok(prepared) => prepared,
        Err(message) => return output::environment(format, &message),
    };
    let inner = Options {
        mode: Mode::Apply,
        noop: options.noop,
        root: options.root.clone(),
        state: options.state.clone(),
        facts,
        jobs: options.jobs.map(usize::from),
        durability: options.durability,
        wait: options.wait,
        only: options.only.clone(),
    };
    let host = match OsHost::open(inner.root.as_deref(), inner.durability) {
        Ok(host) => host,
        Err(error) => return output::environment(format, &error.message),
    };
    let standing = match Standing::read(&host, options.trust.as_deref(), &options.labels) {
        Ok(standing) => standing,
        Err(ConfigError::Environment(message)) => return output::environment(format, &message),
        Err(ConfigError::Usage(message)) => return output::usage(format, &message),
    };
    let mut teller = output::Teller::new(format);
    let outcome = run(&inner, &host, &bundle, &standing, &mut teller, stop);
    output::outcome(format, &outcome);
    outcome.status(options.detailed_exitcode)
}

pub(crate) fn read(path: &Utf8Path, limit: u64) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).map_err(|error| format!("{path}: {error}"))?;
    // Room for exactly the file: a reader that grows as it goes has twice as much at its end.
    let size = file.metadata().map_err(|error| format!("{path}: {error}"))?.len();
    if size > limit {
        return Err(format!("{path}: it has {size} bytes, and at most {limit} are read"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| format!("{path}: {error}"))?;
    if bytes.len() as u64 > limit {
        return Err(format!("{path}: it has more than {limit} bytes"));
    }
    Ok(bytes)
}

/// Applies a bundle to a host that stands for itself like this.
pub(crate) fn run(
    options: &Options,
    host: &OsHost,
    bundle: &[u8],
    standing: &Standing,
    events: &mut dyn Events,
    stop: &Stop,
) -> Outcome {
    let carried = if options.noop {
        look(options, host, bundle, standing, stop)
    } else {
        act(options, host, bundle, standing, events, stop)
    };
    carried.unwrap_or_else(|outcome| outcome)
}

/// Gives the plan of a bundle that passes all that a dry run asks of it. Nothing is stored.
pub(crate) fn plan(
    options: &Options,
    host: &OsHost,
    bundle: &[u8],
    standing: &Standing,
    stop: &Stop,
) -> Result<Plan, Outcome> {
    examine(options, host, bundle, standing, stop, |verified, _, _| Ok(verified.plan(Limits::default())?))
}

fn state(options: &Options) -> Result<&Utf8Path, Outcome> {
    let path = options.state.as_deref().unwrap_or(Utf8Path::new(STATE));
    if path.is_absolute() {
        return Ok(path);
    }
    Err(Outcome::Environment(format!("the state folder {path} is no absolute path")))
}

fn lock(error: LockError, stop: &Stop) -> Outcome {
    match error {
        LockError::Held(_) if stop.raised() => Outcome::Stopped,
        LockError::Held(by) => Outcome::Locked(by),
        LockError::State(error) => error.into(),
    }
}

/// Verifies a bundle under the shared lock, and stores nothing.
fn examine<T>(
    options: &Options,
    host: &OsHost,
    bundle: &[u8],
    standing: &Standing,
    stop: &Stop,
    carry: impl FnOnce(&Verified<'_>, &SecurityStore, Option<&Folder>) -> Result<T, Outcome>,
) -> Result<T, Outcome> {
    let folder = Folder::open(host.root(), state(options)?)?;
    let lock_of = folder.as_ref().map(|folder| Lock::new(folder, host.clock(), stop, String::new()));
    let guard = match &lock_of {
        Some(of) => Some(of.acquire(false, options.wait).map_err(|error| lock(error, stop))?),
        None => None,
    };
    let security = match &folder {
        Some(folder) => SecurityStore::look(folder)?,
        None => SecurityStore::empty(),
    };
    let verified = verify(options, host, bundle, standing, &security)?;
    let carried = carry(&verified, &security, folder.as_ref());
    drop(guard);
    carried
}

/// Looks, and stores nothing.
fn look(
    options: &Options,
    host: &OsHost,
    bundle: &[u8],
    standing: &Standing,
    stop: &Stop,
) -> Result<Outcome, Outcome> {
    examine(options, host, bundle, standing, stop, |verified, security, folder| {
        let store = match folder {
            Some(folder) => RunStore::look(folder),
            None => RunStore::empty(),
        };
        let mut journal = Journal::new(folder);
        let report = with_request(options, host, verified, standing, stop, |request| {
            request.admit(security)?;
            run::preview(request, host, &store, &mut journal)
        })?;
        Ok(Outcome::Report(Box::new(noted(report, standing, &store))))
    })
}

/// Acts, under the lock.
fn act(
    options: &Options,
    host: &OsHost,
    bundle: &[u8],
    standing: &Standing,
    events: &mut dyn Events,
    stop: &Stop,
) -> Result<Outcome, Outcome> {
    let folder = Folder::create(host.root(), state(options)?)?;
    let note = format!("process {}", std::process::id());
    let of = Lock::new(&folder, host.clock(), stop, note);
    let guard = match of.acquire(true, Duration::ZERO) {
        Err(LockError::Held(by)) if !options.wait.is_zero() => {
            let by = by.map(|by| format!(" ({by})")).unwrap_or_default();
            events.say(&format!("waiting for another run to end{by}"));
            of.acquire(true, options.wait)
        }
        other => other,
    }
    .map_err(|error| lock(error, stop))?;
    if stop.raised() {
        return Err(Outcome::Stopped);
    }
    let mut audit = Audit::open(&folder)?;
    let mut security = SecurityStore::open(&folder)?;
    let verified = match verify(options, host, bundle, standing, &security) {
        Ok(verified) => verified,
        Err(outcome) => {
            record_refusal(&mut audit, host, bundle, &outcome)?;
            return Err(outcome);
        }
    };
    record_standing(&mut audit, host, &verified, standing)?;
    let mut store = RunStore::open(&folder)?;
    let mut journal = Journal::new(Some(&folder));
    // What was signed has passed: a clock that says otherwise later is wrong.
    let issued = i64::try_from(verified.manifest().release.issued).unwrap_or(0).saturating_mul(MILLISECOND);
    if security.clock()?.is_none_or(|seen| seen < issued) {
        security.set_clock(issued)?;
    }
    let report = with_request(options, host, &verified, standing, stop, |request| {
        let stores =
            Stores { security: &mut security, run: &mut store, journal: &mut journal, audit: &mut audit };
        run::apply(request, host, stores)
    })?;
    // A run that had nothing to write has synced nothing either.
    audit.sync()?;
    let report = noted(report, standing, &store);
    drop(guard);
    Ok(Outcome::Report(Box::new(report)))
}

fn noted(mut report: Report, standing: &Standing, store: &RunStore) -> Report {
    report.notes.extend(standing.notes.iter().cloned());
    report.notes.extend(store.note().map(str::to_owned));
    report
}

/// That not all of what decides was the owner's. It is durable with what the run writes first.
fn record_standing(
    audit: &mut Audit,
    host: &OsHost,
    verified: &Verified<'_>,
    standing: &Standing,
) -> Result<(), StateError> {
    if standing.notes.is_empty() {
        return Ok(());
    }
    let record = json!({
        "time": mc_engine::report::time(host.clock().wall()),
        "event": "operator-counts",
        "manifest": hex(&verified.id()),
        "notes": standing.notes,
    });
    audit.append(&record.to_string())
}

fn record_refusal(
    audit: &mut Audit,
    host: &OsHost,
    bundle: &[u8],
    outcome: &Outcome,
) -> Result<(), StateError> {
    let Outcome::Refused { code, message, .. } = outcome else { return Ok(()) };
    let record = json!({
        "time": mc_engine::report::time(host.clock().wall()),
        "event": "bundle-refused",
        "file": hex(&sha256(bundle)),
        "code": code,
        "message": message,
    });
    audit.append(&record.to_string())?;
    audit.sync()
}

/// Everything that a bundle has to pass before it means anything on this host.
fn verify<'b>(
    options: &Options,
    host: &OsHost,
    bundle: &'b [u8],
    standing: &Standing,
    security: &dyn SecurityState,
) -> Result<Verified<'b>, Outcome> {
    let milliseconds = |wall: i64| u64::try_from(wall / MILLISECOND).unwrap_or(0);
    let now = milliseconds(host.clock().wall());
    if let Some(seen) = security.clock()? {
        bundle::check_clock(now, milliseconds(seen))?;
    }
    let verified = bundle::verify(bundle, &standing.trust, now)?;
    let manifest = verified.manifest();
    let release = &manifest.release;
    manifest.check_stream(standing.streams.as_deref())?;
    let accepted = security.accepted(&release.stream, release.epoch)?;
    manifest
        .check_sequence(&verified.id(), accepted.map(|accepted| (accepted.sequence, accepted.manifest)))?;
    manifest.check_audience(standing.id.as_deref())?;
    manifest.check_mode(options.mode, !options.noop)?;
    let version = Version::parse(env!("CARGO_PKG_VERSION"));
    manifest.check_runtime(version.unwrap_or(Version { major: 0, minor: 0, patch: 0 }))?;
    let providers = mc_providers::builtin();
    let installed: Vec<InstalledProvider<'_>> = providers
        .iter()
        .map(|provider| {
            let of = provider.describe();
            InstalledProvider {
                schema: of.schema,
                provider: of.provider,
                protocol: *of.protocols.end(),
                hash: of.schema_hash,
            }
        })
        .collect();
    manifest.check_providers(&installed)?;
    Ok(verified)
}

/// What the run is asked to do.
fn with_request(
    options: &Options,
    host: &OsHost,
    verified: &Verified<'_>,
    standing: &Standing,
    stop: &Stop,
    carry: impl FnOnce(&Request<'_>) -> Result<Report, RunError>,
) -> Result<Report, Outcome> {
    let plan = verified.plan(Limits::default())?;
    let release = &verified.manifest().release;
    let providers = mc_providers::builtin();
    let facts: &dyn FactSource = match &options.facts {
        Some(file) => file,
        None => &Collectors,
    };
    let mut boot = Vec::new();
    let path = Utf8Path::new("/proc/sys/kernel/random/boot_id");
    if host.identity().rooted || host.read_file(path, 64, &mut boot).is_err() {
        boot.clear();
    }
    let boot = String::from_utf8_lossy(&boot);
    let jobs = options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let request = Request {
        plan: &plan,
        manifest: verified.id(),
        stream: &release.stream,
        epoch: release.epoch,
        sequence: release.sequence,
        host_id: standing.id.as_deref(),
        labels: &standing.labels,
        facts,
        providers: &providers,
        contents: &BundleContents(verified),
        only: &options.only,
        jobs,
        boot: boot.trim(),
        stop: stop.clone(),
        limit: None,
        step_limit: STEP_LIMIT,
        texts: options.noop,
    };
    Ok(carry(&request)?)
}

/// Contents out of the bundle in memory.
struct BundleContents<'a, 'b>(&'a Verified<'b>);

impl Contents for BundleContents<'_, '_> {
    fn read(&self, blob: &Blob, offset: u64, buffer: &mut [u8]) -> HostResult<usize> {
        let missing = || {
            HostError::new(HostErrorKind::NotFound, "the bundle does not hold a content that its plan names")
        };
        let bytes = self.0.blob(&blob.digest).ok_or_else(missing)?;
        let rest = usize::try_from(offset).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..length), rest.get(..length)) {
            to.copy_from_slice(from);
        }
        Ok(length)
    }
}
