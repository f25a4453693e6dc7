//! Small providers over the fake host: files, directories, packages, services, commands.

use std::ops::ControlFlow;
use std::time::Duration;

use camino::Utf8Path;
use mc_plan::value::Value;

use crate::host::{
    Content, Effect, FileKind, MakeDirectory, Operation, PackageTransaction, Process, ReplaceFile, RunArgv,
    SetMetadata, UnitAction, UnitVerb,
};
use crate::provider::{
    Applied, ApplyContext, Batch, Description, Diff, Item, Looks, Observed, Provider, ProviderError,
    ProviderErrorKind, ReadContext, RefreshKind, Settle, Settled, TextChange, UNITS, Work, Writes,
};

use super::scene::schemas;

type Reads = Vec<Result<Observed, ProviderError>>;
type Results = Vec<Result<Applied, ProviderError>>;

fn key<'a>(item: &Item<'a>) -> &'a str {
    match item.key {
        Value::Str(text) => text,
        _ => "",
    }
}

fn attribute<'a>(item: &Item<'a>, at: usize) -> Option<&'a Value> {
    item.desired.get(at).and_then(Option::as_ref)
}

fn string<'a>(item: &Item<'a>, at: usize) -> Option<&'a str> {
    match attribute(item, at) {
        Some(Value::Str(text)) => Some(text),
        _ => None,
    }
}

/// The words of a command.
fn words(item: &Item<'_>) -> Vec<String> {
    let word = |word: &Value| match word {
        Value::Str(word) => word.to_string(),
        _ => String::new(),
    };
    match attribute(item, 0) {
        Some(Value::List(list)) => list.iter().map(word).collect(),
        _ => Vec::new(),
    }
}

fn bare(schema: &'static str, provider: &'static str) -> Description {
    let all = schemas();
    let hash = all.iter().find(|known| known.name == schema).expect("a known schema").hash();
    Description {
        schema,
        schema_hash: hash,
        provider,
        protocols: 1..=1,
        batch: Batch::Independent(64),
        lock: None,
        reads: &[],
        writes: Writes::Domains(&[]),
        settle: None,
        rooted: true,
        looks: Looks::Ahead,
    }
}

pub(super) struct File(Description);

impl File {
    pub(super) fn new() -> Self {
        Self(bare("std.fs.File", "core.file"))
    }
}

struct FileSeen {
    text: Option<String>,
    mode: u32,
    shown: bool,
}

impl Provider for File {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn early(&self, key: &Value, suffix: &str) -> Vec<Option<Value>> {
        vec![self.temporary(key, suffix).map(|name| Value::Str(name.into())), None]
    }

    fn temporary(&self, key: &Value, suffix: &str) -> Option<String> {
        let Value::Str(path) = key else { return None };
        let (folder, name) = path.rsplit_once('/')?;
        Some(format!("{folder}/.{name}.{suffix}"))
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Reads {
        let mut buffer = Vec::new();
        let mut read = |item: &Item<'_>| {
            let mut bytes = Vec::new();
            let meta = ctx.host().scan(Utf8Path::new(key(item)), &mut buffer, &mut |piece| {
                bytes.extend_from_slice(piece);
                ControlFlow::Continue(())
            })?;
            if let Some("impossible") = string(item, 2) {
                return Err(ProviderError::refused("nobody can own it"));
            }
            let text = match meta.map(|meta| meta.kind) {
                None => None,
                Some(FileKind::Regular) => Some(String::from_utf8_lossy(&bytes).into_owned()),
                Some(kind) => return Err(ProviderError::failed(format!("there is {}", kind.article()))),
            };
            let outputs =
                vec![None, Some(Value::Str(format!("sum({})", text.as_deref().unwrap_or("")).into()))];
            let mode = meta.map_or(0, |meta| meta.mode);
            Ok(Observed::new(outputs, FileSeen { text, mode, shown: ctx.texts() }))
        };
        items.iter().map(&mut read).collect()
    }

    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let seen: &FileSeen = observed.detail()?;
        let mut diff = Diff::none();
        let wanted = string(item, 0).unwrap_or("");
        if seen.text.as_deref() != Some(wanted) {
            diff.push("content", seen.text.as_ref().map(|t| format!("{t:?}")), Some(format!("{wanted:?}")));
            if seen.shown {
                let old = seen.text.as_deref().unwrap_or("").into();
                diff.text = Some(TextChange { old, new: wanted.into() });
            }
        }
        if let Some(Value::Mode(mode)) = attribute(item, 1)
            && *mode != seen.mode
        {
            let old = seen.text.as_ref().map(|_| format!("{:#o}", seen.mode));
            diff.push("mode", old, Some(format!("{mode:#o}")));
        }
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Results {
        let positions: Vec<usize> = (0..batch.len()).collect();
        let mut operations = Vec::new();
        for work in batch {
            let path = Utf8Path::new(key(&work.item));
            let mode = match attribute(&work.item, 1) {
                Some(Value::Mode(mode)) => *mode,
                _ => 0o644,
            };
            if work.diff.changes.iter().all(|change| change.property == "mode") {
                operations.push(Operation::SetMetadata(SetMetadata {
                    path,
                    kind: FileKind::Regular,
                    uid: None,
                    gid: None,
                    mode: Some(mode),
                }));
                continue;
            }
            operations.push(Operation::ReplaceFile(ReplaceFile {
                path,
                staged: Utf8Path::new(work.temporary.unwrap_or_default()),
                content: Content::Bytes(string(&work.item, 0).unwrap_or("").as_bytes()),
                uid: None,
                gid: None,
                mode,
                validate: None,
            }));
        }
        let results = ctx.perform(&positions, &operations);
        results.into_iter().map(|result| result.map(|_| Applied::default()).map_err(Into::into)).collect()
    }
}

pub(super) struct Directory(Description);

impl Directory {
    pub(super) fn new() -> Self {
        Self(bare("std.fs.Directory", "core.directory"))
    }
}

impl Provider for Directory {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Reads {
        let read = |item: &Item<'_>| {
            let meta = ctx.host().stat(Utf8Path::new(key(item)))?;
            Ok(Observed::new(Vec::new(), meta.is_some()))
        };
        items.iter().map(read).collect()
    }

    fn diff(&self, _: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let mut diff = Diff::none();
        if !*observed.detail::<bool>()? {
            diff.push("exists", None, Some("a directory".to_owned()));
        }
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Results {
        let make = |(at, work): (usize, &Work<'_>)| {
            let path = Utf8Path::new(key(&work.item));
            let make = Operation::MakeDirectory(MakeDirectory { path, uid: None, gid: None, mode: 0o755 });
            ctx.perform_one(at, &make)?;
            Ok(Applied::default())
        };
        batch.iter().enumerate().map(make).collect()
    }
}

pub(super) struct Package(Description);

impl Package {
    pub(super) fn new() -> Self {
        Self(Description {
            batch: Batch::Transaction,
            lock: Some("packages"),
            writes: Writes::Anything,
            rooted: false,
            ..bare("std.pkg.Package", "core.package")
        })
    }
}

impl Provider for Package {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Reads {
        let database = ctx.cached(crate::provider::PACKAGES, || {
            let mut buffer = Vec::new();
            ctx.host().read_file(Utf8Path::new("/var/lib/dpkg/status"), 1 << 20, &mut buffer)?;
            Ok(String::from_utf8_lossy(&buffer).into_owned())
        });
        let names: Vec<&str> = items.iter().map(key).collect();
        let candidates = ctx.host().candidates(&names);
        let read = |(at, item): (usize, &Item<'_>)| {
            let database = database.clone()?;
            let start = database.find(&format!("Package: {}\n", key(item)));
            let version = start.and_then(|start| database[start..].split("Version: ").nth(1)?.lines().next());
            if version.is_none() && candidates.clone()?[at].version.is_none() {
                return Err(ProviderError::failed(format!("there is no package `{}`", key(item))));
            }
            let version = version.unwrap_or("").to_owned();
            Ok(Observed::new(vec![Some(Value::Str(version.as_str().into()))], version))
        };
        items.iter().enumerate().map(read).collect()
    }

    fn diff(&self, _: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let mut diff = Diff::none();
        if observed.detail::<String>()?.is_empty() {
            diff.push("installed", Some("no".to_owned()), Some("yes".to_owned()));
        }
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Results {
        let install: Vec<(&str, Option<&str>)> = batch.iter().map(|work| (key(&work.item), None)).collect();
        let transaction = Operation::PackageTransaction(PackageTransaction {
            install: &install,
            remove: &[],
            allow_downgrade: false,
        });
        let result = ctx.perform_one(0, &transaction);
        batch.iter().map(|_| result.clone().map(|_| Applied::default()).map_err(Into::into)).collect()
    }
}

pub(super) struct Service(Description);

impl Service {
    pub(super) fn new() -> Self {
        Self(Description {
            batch: Batch::Alone,
            reads: &[UNITS],
            settle: Some(Settle {
                every: Duration::from_millis(100),
                steady: Duration::from_millis(300),
                within: Duration::from_secs(5),
            }),
            rooted: false,
            ..bare("std.svc.Service", "core.service")
        })
    }
}

fn verb(
    item: &Item<'_>,
    verb: UnitVerb,
    ctx: &ApplyContext<'_>,
    at: usize,
) -> Result<Applied, ProviderError> {
    ctx.perform_one(at, &Operation::UnitAction(UnitAction { unit: key(item), verb }))?;
    let restarted = matches!(verb, UnitVerb::Start | UnitVerb::Restart);
    Ok(Applied { restarted, ..Applied::default() })
}

impl Provider for Service {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Reads {
        let names: Vec<&str> = items.iter().map(key).collect();
        match ctx.host().units(&names) {
            Ok(units) => units
                .into_iter()
                .map(|unit| {
                    if unit.load == "not-found" {
                        return Err(ProviderError::failed("there is no such unit"));
                    }
                    Ok(Observed::new(Vec::new(), (unit.active == "active", unit.file == "enabled")))
                })
                .collect(),
            Err(error) => items.iter().map(|_| Err(error.clone().into())).collect(),
        }
    }

    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let (runs, enabled) = *observed.detail::<(bool, bool)>()?;
        let mut diff = Diff::none();
        let word = |on: bool| Some(if on { "yes" } else { "no" }.to_owned());
        if let Some(Value::Bool(wanted)) = attribute(item, 0)
            && *wanted != runs
        {
            diff.push("running", word(runs), word(*wanted));
            diff.restarts = *wanted;
        }
        if let Some(Value::Bool(wanted)) = attribute(item, 1)
            && *wanted != enabled
        {
            diff.push("enabled", word(enabled), word(*wanted));
        }
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Results {
        let act = |(at, work): (usize, &Work<'_>)| {
            let mut applied = Applied::default();
            for change in &work.diff.changes {
                let on = change.new.as_deref() == Some("yes");
                let what = match (change.property.as_ref(), on) {
                    ("running", true) => UnitVerb::Start,
                    ("running", false) => UnitVerb::Stop,
                    (_, true) => UnitVerb::Enable,
                    (_, false) => UnitVerb::Disable,
                };
                applied.restarted |= verb(&work.item, what, ctx, at)?.restarted;
            }
            Ok(applied)
        };
        batch.iter().enumerate().map(act).collect()
    }

    fn refresh(
        &self,
        ctx: &ApplyContext<'_>,
        item: &Item<'_>,
        kind: RefreshKind,
    ) -> Result<Applied, ProviderError> {
        let what = match kind {
            RefreshKind::Reload => UnitVerb::Reload,
            RefreshKind::Notify | RefreshKind::Restart => UnitVerb::Restart,
        };
        verb(item, what, ctx, 0)
    }

    fn settled(&self, ctx: &ReadContext<'_>, item: &Item<'_>) -> Settled {
        match ctx.host().units(&[key(item)]).map(|mut units| units.pop()) {
            Ok(Some(unit)) => match unit.active.as_str() {
                "active" => Settled::Ready,
                "failed" => Settled::Failed(format!("{} has failed ({})", key(item), unit.result)),
                other => Settled::Wait(format!("{} is {other}", key(item))),
            },
            _ => Settled::Wait("the service manager does not answer".to_owned()),
        }
    }
}

pub(super) struct Command(Description);

impl Command {
    pub(super) fn new() -> Self {
        Self(Description {
            batch: Batch::Alone,
            writes: Writes::Anything,
            rooted: false,
            ..bare("std.exec.Command", "core.command")
        })
    }

    fn run(ctx: &ApplyContext<'_>, item: &Item<'_>, at: usize) -> Result<Applied, ProviderError> {
        let argv = words(item);
        let run = Operation::RunArgv(RunArgv { process: Process::new(&argv), writes: None });
        let Effect::Ran(output) = ctx.perform_one(at, &run)? else {
            return Err(ProviderError::failed("it did not run"));
        };
        match output.end {
            crate::host::ProcessEnd::TimedOut => Err(ProviderError::new(
                ProviderErrorKind::TimedOut,
                format!("`{}` {}", argv.join(" "), output.end),
            )),
            _ if !output.success() => {
                Err(ProviderError::failed(format!("`{}` {}", argv.join(" "), output.end)))
            }
            _ => Ok(Applied {
                outputs: vec![Some(Value::Str(String::from_utf8_lossy(&output.stdout).trim().into()))],
                restarted: true,
                note: None,
            }),
        }
    }
}

impl Provider for Command {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Reads {
        let read = |item: &Item<'_>| {
            let missing = match string(item, 1) {
                Some(creates) => ctx.host().stat(Utf8Path::new(creates))?.is_none(),
                None => false,
            };
            Ok(Observed::new(vec![Some(Value::Str("".into()))], missing))
        };
        items.iter().map(read).collect()
    }

    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let mut diff = Diff::none();
        if *observed.detail::<bool>()? {
            diff.push("run", None, string(item, 1).map(str::to_owned));
        }
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Results {
        batch.iter().enumerate().map(|(at, work)| Self::run(ctx, &work.item, at)).collect()
    }

    fn refresh(
        &self,
        ctx: &ApplyContext<'_>,
        item: &Item<'_>,
        _: RefreshKind,
    ) -> Result<Applied, ProviderError> {
        Self::run(ctx, item, 0)
    }
}

pub(super) struct Query(Description);

impl Query {
    pub(super) fn new() -> Self {
        Self(Description { rooted: false, looks: Looks::InTurn, ..bare("std.exec.Query", "core.query") })
    }
}

impl Provider for Query {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Reads {
        let ask = |item: &Item<'_>| {
            let argv = words(item);
            let output = ctx.host().ask(&Process { timeout: Some(item.timeout), ..Process::new(&argv) })?;
            if !output.success() {
                return Err(ProviderError::failed(format!("`{}` {}", argv.join(" "), output.end)));
            }
            let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
            Ok(Observed::new(vec![Some(Value::Str(stdout.into()))], ()))
        };
        items.iter().map(ask).collect()
    }

    fn diff(&self, _: &Item<'_>, _: &Observed) -> Result<Diff, ProviderError> {
        Ok(Diff::none())
    }

    fn apply(&self, _: &ApplyContext<'_>, batch: &[Work<'_>]) -> Results {
        batch.iter().map(|_| Err(ProviderError::new(ProviderErrorKind::Broken, "nothing to apply"))).collect()
    }
}
