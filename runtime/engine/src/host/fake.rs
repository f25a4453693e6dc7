//! A host in memory: files, scripted programs, services and packages, a clock that only moves when somebody
//! waits, faults on demand, and a transcript of everything that was done.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use camino::Utf8Path;

use super::{
    Candidate, Clock, Content, Effect, Entry, FileKind, HostError, HostErrorKind, HostResult, Identity,
    Machine, Meta, Operation, Process, ProcessEnd, ProcessOutput, ReadHost, Unit, UnitVerb, WriteHost,
};
use crate::state::Stop;

/// A host in memory. Every method takes `&self`; it may be shared between threads.
pub struct FakeHost {
    world: Mutex<World>,
    clock: FakeClock,
    identity: Identity,
}

/// What is on the host.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Files by absolute path; `/` is always there.
    pub files: BTreeMap<String, FakeFile>,
    /// Units by name.
    pub units: BTreeMap<String, Unit>,
    /// What unit actions do to a unit's state instead of succeeding: the state it gets, by verb and name.
    pub broken_units: BTreeMap<String, Unit>,
    /// Installed packages with versions.
    pub packages: BTreeMap<String, String>,
    /// Versions that could be installed.
    pub available: BTreeMap<String, Vec<String>>,
    /// The kernel and the hardware.
    pub machine: Machine,
    transcript: Vec<String>,
    asked: Vec<String>,
    programs: Vec<(String, Program)>,
    faults: Vec<Fault>,
    performed: u64,
    dies: Option<Death>,
    dead: Arc<AtomicBool>,
    seed: u64,
}

type Script = Arc<dyn Fn(&mut World, &[String]) -> ProcessOutput + Send + Sync>;

#[derive(Clone)]
struct Program {
    takes: Duration,
    script: Script,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program").field("takes", &self.takes).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug)]
struct Fault {
    on: String,
    error: HostError,
    times: u32,
}

/// When the host dies, as if the agent had been killed there. Operations are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// Before this operation has any effect.
    Before(u64),
    /// In the middle of this operation: temporary names exist, nothing took effect.
    During(u64),
    /// After this operation, before anybody hears of it.
    After(u64),
}

/// A file in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FakeFile {
    /// What it is.
    pub kind: FileKind,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Content, or what a link says.
    pub content: Vec<u8>,
}

impl FakeFile {
    /// A regular file of root with mode `0o644`.
    pub fn regular(content: impl Into<Vec<u8>>) -> Self {
        Self { kind: FileKind::Regular, mode: 0o644, uid: 0, gid: 0, content: content.into() }
    }

    /// A directory of root with mode `0o755`.
    pub fn directory() -> Self {
        Self { kind: FileKind::Directory, mode: 0o755, uid: 0, gid: 0, content: Vec::new() }
    }

    fn meta(&self) -> Meta {
        Meta {
            kind: self.kind,
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
            size: u64::try_from(self.content.len()).unwrap_or(u64::MAX),
            links: 1,
        }
    }
}

/// A clock that moves only when somebody waits.
#[derive(Debug)]
pub struct FakeClock {
    start: i64,
    nanos: AtomicU64,
}

impl FakeClock {
    /// Moves the clock.
    pub fn advance(&self, time: Duration) {
        self.nanos.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn wall(&self) -> i64 {
        self.start.saturating_add_unsigned(self.nanos.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.nanos.load(Ordering::SeqCst))
    }

    fn sleep(&self, time: Duration, stop: &Stop) {
        if !stop.raised() {
            self.advance(time);
        }
    }
}

impl Default for FakeHost {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeHost {
    /// A host with the usual top directories, `root` in its user database, and nothing else.
    pub fn new() -> Self {
        let mut world = World { seed: 1, ..World::default() };
        for path in ["/", "/etc", "/srv", "/tmp", "/usr", "/var", "/var/lib"] {
            world.files.insert(path.to_owned(), FakeFile::directory());
        }
        world.files.insert("/etc/passwd".to_owned(), FakeFile::regular("root:x:0:0:root:/root:/bin/sh\n"));
        world.files.insert("/etc/group".to_owned(), FakeFile::regular("root:x:0:\n"));
        world.machine = Machine {
            kernel: "Linux".to_owned(),
            release: "6.1.0".to_owned(),
            arch: "x86_64".to_owned(),
            hostname: "host".to_owned(),
            processors: 2,
            memory: 4 << 30,
        };
        Self {
            world: Mutex::new(world),
            clock: FakeClock { start: 1_700_000_000_000_000_000, nanos: AtomicU64::new(0) },
            identity: Identity { uid: 0, gid: 0, can_chown: true, rooted: false },
        }
    }

    /// The same with another identity.
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// What is on the host, to look at and to change.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The clock.
    pub fn fake_clock(&self) -> &FakeClock {
        &self.clock
    }

    /// Puts a file there, without a trace in the transcript.
    pub fn put(&self, path: &str, file: FakeFile) {
        self.world().files.insert(path.to_owned(), file);
    }

    /// A file's content as text; none if there is no file.
    pub fn text(&self, path: &str) -> Option<String> {
        self.world().files.get(path).map(|file| String::from_utf8_lossy(&file.content).into_owned())
    }

    /// A program: what it does when an argument list, joined by spaces, starts with `prefix`, and how long
    /// that takes. The last one that fits counts. Programs nobody scripted end with status 127.
    pub fn program(
        &self,
        prefix: &str,
        takes: Duration,
        script: impl Fn(&mut World, &[String]) -> ProcessOutput + Send + Sync + 'static,
    ) {
        self.world().programs.push((prefix.to_owned(), Program { takes, script: Arc::new(script) }));
    }

    /// Makes the next `times` operations whose description starts with `on` fail without effect.
    pub fn fault(&self, on: &str, kind: HostErrorKind, message: &str, times: u32) {
        let error = HostError::new(kind, message);
        self.world().faults.push(Fault { on: on.to_owned(), error, times });
    }

    /// Lets the host die at an operation.
    pub fn die(&self, death: Death) {
        self.world().dies = Some(death);
    }

    /// Whether it died.
    pub fn dead(&self) -> bool {
        self.death().load(Ordering::SeqCst)
    }

    /// The flag that says whether it is dead, so that others can die with it.
    pub fn death(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.world().dead)
    }

    /// Brings a dead host back, with everything on its disk.
    pub fn revive(&self) {
        let mut world = self.world();
        world.dead.store(false, Ordering::SeqCst);
        world.dies = None;
    }

    /// What was done since the last call, one line for each operation.
    pub fn take_transcript(&self) -> Vec<String> {
        std::mem::take(&mut self.world().transcript)
    }

    /// The programs that were asked something since the last call of this.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.world().asked)
    }

    /// How many operations were performed so far.
    pub fn performed(&self) -> u64 {
        self.world().performed
    }

    /// The whole file tree in one text: kind, mode, owner, path and a short content.
    pub fn tree(&self) -> String {
        let mut out = String::new();
        for (path, file) in &self.world().files {
            let kind = match file.kind {
                FileKind::Regular => '-',
                FileKind::Directory => 'd',
                FileKind::Symlink => 'l',
                FileKind::Fifo | FileKind::Socket | FileKind::Device => '?',
            };
            let _ = write!(out, "{kind} {:04o} {}:{} {path}", file.mode, file.uid, file.gid);
            if file.kind != FileKind::Directory {
                let _ = write!(out, " {:?}", String::from_utf8_lossy(&file.content));
            }
            out.push('\n');
        }
        out
    }
}

/// A process that ended with this status and wrote this to its standard output.
pub fn exited(status: i32, stdout: &str) -> ProcessOutput {
    ProcessOutput {
        end: ProcessEnd::Exited(status),
        stdout: stdout.as_bytes().to_vec(),
        stderr: Vec::new(),
        truncated: false,
    }
}

fn killed() -> HostError {
    HostError::new(HostErrorKind::Io, "killed")
}

fn parent(path: &str) -> &str {
    Utf8Path::new(path).parent().map_or("/", Utf8Path::as_str)
}

impl World {
    fn need_parent(&self, path: &str) -> HostResult<()> {
        match self.files.get(parent(path)) {
            Some(file) if file.kind == FileKind::Directory => Ok(()),
            Some(_) => {
                Err(HostError::new(HostErrorKind::WrongType, format!("{} is no directory", parent(path))))
            }
            None => Err(HostError::new(HostErrorKind::NotFound, format!("{} does not exist", parent(path)))),
        }
    }

    fn need_kind(&self, path: &str, kind: FileKind) -> HostResult<()> {
        match self.files.get(path) {
            Some(file) if file.kind != kind => {
                Err(HostError::new(HostErrorKind::WrongType, format!("{path} is {}", file.kind.article())))
            }
            _ => Ok(()),
        }
    }

    fn run(
        &mut self,
        process: &Process<'_>,
        clock: &FakeClock,
        deadline: Option<Duration>,
    ) -> HostResult<ProcessOutput> {
        let line = process.argv.join(" ");
        let program = self.programs.iter().rev().find(|(prefix, _)| line.starts_with(prefix.as_str()));
        let Some((_, program)) = program.cloned() else {
            return Ok(ProcessOutput { stderr: b"not found".to_vec(), ..exited(127, "") });
        };
        let now = clock.monotonic();
        let left = [process.timeout, deadline.map(|at| at.saturating_sub(now))].into_iter().flatten().min();
        if let Some(left) = left.filter(|left| *left < program.takes) {
            clock.advance(left);
            return Ok(ProcessOutput { end: ProcessEnd::TimedOut, ..exited(0, "") });
        }
        clock.advance(program.takes);
        Ok((program.script)(self, process.argv))
    }

    fn stage(&mut self, operation: &Operation<'_>) {
        let staged = match operation {
            Operation::ReplaceFile(replace) => replace.staged,
            Operation::Link(link) => link.staged,
            _ => return,
        };
        self.files.insert(staged.to_string(), FakeFile { mode: 0o600, ..FakeFile::regular("half") });
    }

    fn act(
        &mut self,
        operation: &Operation<'_>,
        clock: &FakeClock,
        deadline: Option<Duration>,
    ) -> HostResult<Effect> {
        match operation {
            Operation::ReplaceFile(replace) => {
                let path = replace.path.as_str();
                self.need_parent(path)?;
                self.need_kind(path, FileKind::Regular)?;
                let content = match replace.content {
                    Content::Bytes(bytes) => bytes.to_vec(),
                    Content::Blob(blob, contents) => {
                        let mut content = vec![0; usize::try_from(blob.size).unwrap_or(0)];
                        let read = contents.read(&blob, 0, &mut content)?;
                        content.truncate(read);
                        content
                    }
                };
                let file = FakeFile {
                    kind: FileKind::Regular,
                    mode: replace.mode,
                    uid: replace.uid.unwrap_or(0),
                    gid: replace.gid.unwrap_or(0),
                    content,
                };
                if let Some(validate) = &replace.validate {
                    self.files.insert(replace.staged.to_string(), file.clone());
                    let output = self.run(validate, clock, deadline);
                    self.files.remove(replace.staged.as_str());
                    let output = output?;
                    if !output.success() {
                        return Err(HostError::new(
                            HostErrorKind::Failed,
                            format!("`{}` {}", validate.argv.join(" "), output.end),
                        ));
                    }
                }
                self.files.insert(path.to_owned(), file);
                Ok(Effect::Done)
            }
            Operation::SetMetadata(set) => {
                self.need_kind(set.path.as_str(), set.kind)?;
                let Some(file) = self.files.get_mut(set.path.as_str()) else {
                    return Err(HostError::new(
                        HostErrorKind::NotFound,
                        format!("{} does not exist", set.path),
                    ));
                };
                file.uid = set.uid.unwrap_or(file.uid);
                file.gid = set.gid.unwrap_or(file.gid);
                file.mode = set.mode.unwrap_or(file.mode);
                Ok(Effect::Done)
            }
            Operation::Remove(remove) => {
                let path = remove.path.as_str();
                self.need_kind(path, remove.kind)?;
                if remove.kind == FileKind::Directory && self.files.keys().any(|other| parent(other) == path)
                {
                    return Err(HostError::new(HostErrorKind::NotEmpty, format!("{path} is not empty")));
                }
                self.files.remove(path);
                Ok(Effect::Done)
            }
            Operation::MakeDirectory(make) => {
                let path = make.path.as_str();
                self.need_parent(path)?;
                if self.files.contains_key(path) {
                    return Err(HostError::new(HostErrorKind::Exists, format!("{path} exists")));
                }
                let file = FakeFile {
                    mode: make.mode,
                    uid: make.uid.unwrap_or(0),
                    gid: make.gid.unwrap_or(0),
                    ..FakeFile::directory()
                };
                self.files.insert(path.to_owned(), file);
                Ok(Effect::Done)
            }
            Operation::Link(link) => {
                self.need_parent(link.path.as_str())?;
                self.need_kind(link.path.as_str(), FileKind::Symlink)?;
                let file = FakeFile {
                    kind: FileKind::Symlink,
                    mode: 0o777,
                    uid: link.uid.unwrap_or(0),
                    gid: link.gid.unwrap_or(0),
                    content: link.target.into(),
                };
                self.files.insert(link.path.to_string(), file);
                Ok(Effect::Done)
            }
            Operation::RunArgv(run) => self.run(&run.process, clock, deadline).map(Effect::Ran),
            Operation::UnitAction(action) => self.unit(action.unit, action.verb),
            Operation::PackageTransaction(transaction) => {
                for (name, version) in transaction.install {
                    let known = self.available.get(*name);
                    if !known.is_some_and(|known| version.is_none_or(|v| known.iter().any(|k| k == v))) {
                        return Err(HostError::new(HostErrorKind::Failed, format!("no package {name}")));
                    }
                }
                for (name, version) in transaction.install {
                    let newest = self.available.get(*name).and_then(|known| known.last().cloned());
                    let version = version.map(str::to_owned).or(newest).unwrap_or_default();
                    self.packages.insert((*name).to_owned(), version);
                }
                for name in transaction.remove {
                    self.packages.remove(*name);
                }
                Ok(Effect::Ran(exited(0, "")))
            }
        }
    }

    /// The package database in dpkg's format, which is at `/var/lib/dpkg/status` unless a file was put there.
    fn package_database(&self) -> String {
        let mut out = String::new();
        for (name, version) in &self.packages {
            let _ = write!(
                out,
                "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"
            );
        }
        out
    }

    fn unit(&mut self, name: &str, verb: UnitVerb) -> HostResult<Effect> {
        if verb == UnitVerb::DaemonReload {
            for unit in self.units.values_mut() {
                unit.needs_reload = false;
            }
            return Ok(Effect::Done);
        }
        let broken = self.broken_units.get(name).cloned();
        let Some(unit) = self.units.get_mut(name) else {
            return Err(HostError::new(HostErrorKind::NotFound, format!("no unit {name}")));
        };
        match verb {
            UnitVerb::Start | UnitVerb::Restart | UnitVerb::Reload | UnitVerb::ReloadOrRestart => {
                if let Some(broken) = broken {
                    *unit = broken;
                } else {
                    unit.active = "active".to_owned();
                    unit.sub = "running".to_owned();
                    unit.main_pid += 1;
                }
            }
            UnitVerb::Stop => {
                unit.active = "inactive".to_owned();
                unit.sub = "dead".to_owned();
            }
            UnitVerb::Enable => unit.file = "enabled".to_owned(),
            UnitVerb::Disable => unit.file = "disabled".to_owned(),
            UnitVerb::DaemonReload => {}
        }
        Ok(Effect::Done)
    }
}

impl ReadHost for FakeHost {
    fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    fn entropy(&self, buffer: &mut [u8]) -> HostResult<()> {
        // A fixed sequence (xorshift64, Marsaglia 2003): runs must be repeatable.
        let mut world = self.world();
        for byte in buffer {
            world.seed ^= world.seed << 13;
            world.seed ^= world.seed >> 7;
            world.seed ^= world.seed << 17;
            *byte = world.seed.to_le_bytes()[0];
        }
        Ok(())
    }

    fn identity(&self) -> Identity {
        self.identity
    }

    fn stat(&self, path: &Utf8Path) -> HostResult<Option<Meta>> {
        Ok(self.world().files.get(path.as_str()).map(FakeFile::meta))
    }

    fn scan(
        &self,
        path: &Utf8Path,
        _: &mut Vec<u8>,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> HostResult<Option<Meta>> {
        let file = self.world().files.get(path.as_str()).cloned();
        if let Some(file) = &file
            && file.kind == FileKind::Regular
        {
            for piece in file.content.chunks(4096) {
                if sink(piece).is_break() {
                    break;
                }
            }
        }
        Ok(file.map(|file| file.meta()))
    }

    fn read_file(&self, path: &Utf8Path, limit: u64, buffer: &mut Vec<u8>) -> HostResult<Option<Meta>> {
        buffer.clear();
        let world = self.world();
        if path == "/var/lib/dpkg/status" && !world.files.contains_key(path.as_str()) {
            buffer.extend_from_slice(world.package_database().as_bytes());
            return Ok(Some(FakeFile::regular(buffer.as_slice()).meta()));
        }
        let mut at = path.to_owned();
        for _ in 0..8 {
            match world.files.get(at.as_str()) {
                Some(file) if file.kind == FileKind::Symlink => {
                    at = Utf8Path::new(parent(at.as_str()))
                        .join(String::from_utf8_lossy(&file.content).as_ref());
                }
                Some(file) if file.kind == FileKind::Regular => {
                    if file.meta().size > limit {
                        return Err(HostError::new(HostErrorKind::TooLarge, format!("{path} is too large")));
                    }
                    buffer.extend_from_slice(&file.content);
                    return Ok(Some(file.meta()));
                }
                Some(file) => {
                    return Err(HostError::new(
                        HostErrorKind::WrongType,
                        format!("{path} is {}", file.kind.article()),
                    ));
                }
                None => return Ok(None),
            }
        }
        Err(HostError::new(HostErrorKind::Link, format!("too many links at {path}")))
    }

    fn read_link(&self, path: &Utf8Path) -> HostResult<Option<String>> {
        self.world().need_kind(path.as_str(), FileKind::Symlink)?;
        Ok(self.text(path.as_str()))
    }

    fn list(&self, path: &Utf8Path) -> HostResult<Option<Vec<Entry>>> {
        let world = self.world();
        if !world.files.contains_key(path.as_str()) {
            return Ok(None);
        }
        world.need_kind(path.as_str(), FileKind::Directory)?;
        let entry = |(name, file): (&String, &FakeFile)| {
            let name = Utf8Path::new(name).file_name()?.to_owned();
            Some(Entry { name, kind: file.kind })
        };
        Ok(Some(
            world.files.iter().filter(|(name, _)| parent(name) == path.as_str()).filter_map(entry).collect(),
        ))
    }

    fn machine(&self) -> HostResult<Machine> {
        Ok(self.world().machine.clone())
    }

    fn units(&self, names: &[&str]) -> HostResult<Vec<Unit>> {
        let world = self.world();
        let missing =
            || Unit { load: "not-found".to_owned(), active: "inactive".to_owned(), ..Unit::default() };
        Ok(names.iter().map(|name| world.units.get(*name).cloned().unwrap_or_else(missing)).collect())
    }

    fn candidates(&self, names: &[&str]) -> HostResult<Vec<Candidate>> {
        let world = self.world();
        let candidate = |name: &&str| {
            let versions = world.available.get(*name).cloned().unwrap_or_default();
            Candidate { version: versions.last().cloned(), versions }
        };
        Ok(names.iter().map(candidate).collect())
    }

    fn ask(&self, process: &Process<'_>) -> HostResult<ProcessOutput> {
        let mut world = self.world();
        let output = world.run(process, &self.clock, None)?;
        world.asked.push(process.argv.join(" "));
        Ok(output)
    }
}

impl WriteHost for FakeHost {
    fn perform(&self, operations: &[Operation<'_>], deadline: Option<Duration>) -> Vec<HostResult<Effect>> {
        let mut results = Vec::with_capacity(operations.len());
        for operation in operations {
            let mut world = self.world();
            if world.dead.load(Ordering::SeqCst) {
                results.push(Err(killed()));
                continue;
            }
            world.performed += 1;
            let count = world.performed;
            let death = world.dies;
            if death == Some(Death::Before(count)) || death == Some(Death::During(count)) {
                world.dead.store(true, Ordering::SeqCst);
                if death == Some(Death::During(count)) {
                    world.stage(operation);
                }
                results.push(Err(killed()));
                continue;
            }
            let name = operation.describe();
            let fault = world.faults.iter_mut().find(|fault| fault.times > 0 && name.starts_with(&fault.on));
            let result = match fault {
                Some(fault) => {
                    fault.times -= 1;
                    Err(fault.error.clone())
                }
                None => world.act(operation, &self.clock, deadline),
            };
            let line = match &result {
                Ok(Effect::Done) => name,
                Ok(Effect::Ran(output)) => format!("{name}: {}", output.end),
                Err(error) => format!("{name}: error: {error}"),
            };
            world.transcript.push(line);
            if death == Some(Death::After(count)) {
                world.dead.store(true, Ordering::SeqCst);
                results.push(Err(killed()));
                continue;
            }
            results.push(result);
        }
        results
    }

    fn as_read(&self) -> &dyn ReadHost {
        self
    }
}
