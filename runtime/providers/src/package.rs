//! `core.package`: packages of dpkg and apt.
//!
//! What is installed comes out of dpkg's own database, read once; everything that is ready goes into one
//! transaction.

use std::collections::BTreeMap;

use camino::Utf8Path;
use mc_engine::host::{
    Candidate, Effect, HostResult, Operation, PackageTransaction, Process, ReadHost, RunArgv,
};
use mc_engine::provider::{
    Applied, ApplyContext, Batch, Description, Diff, Item, Looks, Observed, PACKAGES, Provider,
    ProviderError, ReadContext, Work, Writes,
};

use crate::decode;
use crate::generated::pkg::Package;

/// dpkg's database.
const STATUS: &str = "/var/lib/dpkg/status";
/// More than this is no package database.
const LIMIT: u64 = 256 << 20;
/// How much of a failed transaction's output goes into a message, in lines.
const TAIL: usize = 20;
/// How many known versions a message lists.
const SHOWN: usize = 5;

pub(crate) struct PackageProvider(Description);

impl PackageProvider {
    pub(crate) fn new() -> Self {
        Self(Description {
            schema: Package::SCHEMA,
            schema_hash: Package::HASH,
            provider: Package::PROVIDER,
            protocols: 1..=Package::PROTOCOL,
            batch: Batch::Transaction,
            lock: Some("packages"),
            reads: &[],
            // Packages bring files, users and units.
            writes: Writes::Anything,
            settle: None,
            rooted: false,
            looks: Looks::Ahead,
        })
    }
}

/// A package as dpkg has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Installed {
    version: Box<str>,
    /// dpkg's word for its state, where it is not simply there: `half-configured`.
    broken: Option<Box<str>>,
}

/// All packages of the machine's own architecture that dpkg has files of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Database(BTreeMap<Box<str>, Installed>);

impl Database {
    fn read(host: &dyn ReadHost) -> HostResult<Self> {
        let mut buffer = Vec::new();
        host.read_file(Utf8Path::new(STATUS), LIMIT, &mut buffer)?;
        Ok(Self::parse(&buffer))
    }

    /// Parses the database (deb822 stanzas, `dpkg-query(1)` for the words of `Status`). What is no stanza is
    /// passed over.
    fn parse(bytes: &[u8]) -> Self {
        let mut all: Vec<(&str, &str, Installed)> = Vec::new();
        let mut native = None;
        let mut stanza = Stanza::default();
        let end: &[u8] = b"";
        for line in bytes.split(|byte| *byte == b'\n').chain(std::iter::once(end)) {
            if line.is_empty() {
                if let Some((name, arch, installed)) = std::mem::take(&mut stanza).finish() {
                    if name == "dpkg" {
                        native = Some(arch);
                    }
                    all.push((name, arch, installed));
                }
                continue;
            }
            // Continued lines start with a space; of the others only four matter.
            let field = |name: &[u8]| {
                line.strip_prefix(name).and_then(|v| std::str::from_utf8(v).ok()).map(str::trim)
            };
            match line.first() {
                Some(b'P') => stanza.name = field(b"Package:").or(stanza.name),
                Some(b'S') => stanza.status = field(b"Status:").or(stanza.status),
                Some(b'V') => stanza.version = field(b"Version:").or(stanza.version),
                Some(b'A') => stanza.arch = field(b"Architecture:").or(stanza.arch),
                _ => {}
            }
        }
        let mut known = BTreeMap::new();
        for (name, arch, installed) in all {
            if native.is_none_or(|native| arch == native || arch == "all") {
                known.insert(name.into(), installed);
            }
        }
        Self(known)
    }

    fn get(&self, name: &str) -> Option<&Installed> {
        self.0.get(name)
    }
}

#[derive(Default)]
struct Stanza<'a> {
    name: Option<&'a str>,
    status: Option<&'a str>,
    version: Option<&'a str>,
    arch: Option<&'a str>,
}

impl<'a> Stanza<'a> {
    fn finish(self) -> Option<(&'a str, &'a str, Installed)> {
        let state = self.status?.split_ascii_whitespace().nth(2)?;
        let broken = match state {
            "installed" | "triggers-awaited" | "triggers-pending" => None,
            "not-installed" | "config-files" => return None,
            other => Some(other.into()),
        };
        let version = self.version.unwrap_or_default().into();
        Some((self.name?, self.arch.unwrap_or_default(), Installed { version, broken }))
    }
}

struct Seen(Option<Installed>);

fn look(ctx: &ReadContext<'_>, database: &Database, item: &Item<'_>) -> Result<Observed, ProviderError> {
    let package = Package::decode(item.key, item.desired)?;
    if !package.installed && package.version.is_some() {
        return Err(ProviderError::failed(format!(
            "`{}` is to be removed, so it cannot have a version",
            package.name
        )));
    }
    if ctx.host().identity().uid != 0 {
        return Err(ProviderError::refused("only root can manage packages"));
    }
    let installed = database.get(package.name).cloned();
    let mut outputs = vec![None; Package::OUTPUTS];
    outputs[Package::VERSION] =
        decode::text(installed.as_ref().map(|installed| &*installed.version).unwrap_or_default());
    Ok(Observed::new(outputs, Seen(installed)))
}

/// Whether the package manager can install this, and what it says if not.
fn available(package: &Package<'_>, candidate: Option<&Candidate>) -> Result<(), ProviderError> {
    let name = package.name;
    let none = Candidate::default();
    let candidate = candidate.unwrap_or(&none);
    match package.version {
        None if candidate.version.is_some() => Ok(()),
        Some(version) if candidate.versions.iter().any(|known| known == version) => Ok(()),
        Some(version) if !candidate.versions.is_empty() => {
            let mut known: Vec<&str> = candidate.versions.iter().map(String::as_str).take(SHOWN).collect();
            if candidate.versions.len() > SHOWN {
                known.push("..");
            }
            Err(ProviderError::failed(format!(
                "the package sources have no version {version} of `{name}`, only {}",
                known.join(", ")
            )))
        }
        _ => Err(ProviderError::failed(format!("the package sources have no package `{name}`"))),
    }
}

/// Asks the package manager about all of these at once; where something is unknown, its index is made fresh
/// and it is asked once more.
fn candidates(
    ctx: &ApplyContext<'_>,
    packages: &[&Package<'_>],
    item: usize,
) -> Result<(Vec<Candidate>, Option<String>), ProviderError> {
    let names: Vec<&str> = packages.iter().map(|package| package.name).collect();
    let host = ctx.read().host();
    let known = host.candidates(&names)?;
    if packages.iter().zip(&known).all(|(package, candidate)| available(package, Some(candidate)).is_ok()) {
        return Ok((known, None));
    }
    ctx.progress("refreshing the package index");
    let argv = ["apt-get", "-q", "update"].map(str::to_owned);
    let process = Process { env: &[("DEBIAN_FRONTEND", "noninteractive")], ..Process::new(&argv) };
    let refresh = Operation::RunArgv(RunArgv { process, writes: Some(&[]) });
    let problem = match ctx.perform_one(item, &refresh)? {
        Effect::Ran(output) if !output.success() => {
            Some(format!("the package index could not be refreshed: {}", output.tail(3)))
        }
        _ => None,
    };
    Ok((host.candidates(&names)?, problem))
}

impl Provider for PackageProvider {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Vec<Result<Observed, ProviderError>> {
        match ctx.cached(PACKAGES, || Database::read(ctx.host())) {
            Ok(database) => items.iter().map(|item| look(ctx, &database, item)).collect(),
            Err(error) => items.iter().map(|_| Err(error.clone().into())).collect(),
        }
    }

    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let package = Package::decode(item.key, item.desired)?;
        let Seen(installed) = observed.detail()?;
        let mut diff = Diff::none();
        match (package.installed, installed) {
            (true, None) => {
                diff.push("version", None, Some(package.version.unwrap_or("any").to_owned()));
            }
            (true, Some(installed)) => {
                if let Some(version) = package.version
                    && version != &*installed.version
                {
                    diff.push("version", Some(installed.version.to_string()), Some(version.to_owned()));
                }
                if let Some(state) = &installed.broken {
                    diff.push("state", Some(state.to_string()), Some("installed".to_owned()));
                }
            }
            (false, Some(installed)) => diff.push("version", Some(installed.version.to_string()), None),
            (false, None) => {}
        }
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Vec<Result<Applied, ProviderError>> {
        let mut results: Vec<Result<Applied, ProviderError>> =
            batch.iter().map(|_| Ok(Applied::default())).collect();
        let mut fail = |at: usize, error: ProviderError| {
            if let Some(slot) = results.get_mut(at) {
                *slot = Err(error);
            }
        };
        let mut wanted: Vec<(usize, Package<'_>)> = Vec::with_capacity(batch.len());
        for (at, work) in batch.iter().enumerate() {
            match Package::decode(work.item.key, work.item.desired) {
                Ok(package) => wanted.push((at, package)),
                Err(error) => fail(at, error),
            }
        }
        // Before the transaction, so that one name nobody knows does not stop the others.
        let new: Vec<&Package<'_>> =
            wanted.iter().map(|(_, package)| package).filter(|p| p.installed).collect();
        let mut refused = Vec::new();
        if let Some(first) = wanted.iter().find(|(_, package)| package.installed).map(|(at, _)| *at) {
            match candidates(ctx, &new, first) {
                Ok((known, problem)) => {
                    let installs = wanted.iter().filter(|(_, package)| package.installed);
                    for ((at, package), candidate) in
                        installs.zip(known.iter().map(Some).chain(std::iter::repeat(None)))
                    {
                        if let Err(mut error) = available(package, candidate) {
                            if let Some(problem) = &problem {
                                error.message = format!("{}\n{problem}", error.message);
                            }
                            refused.push(*at);
                            fail(*at, error);
                        }
                    }
                }
                Err(error) => {
                    for (at, _) in wanted.iter().filter(|(_, package)| package.installed) {
                        refused.push(*at);
                        fail(*at, error.clone());
                    }
                }
            }
        }
        wanted.retain(|(at, _)| !refused.contains(at));
        let install: Vec<(&str, Option<&str>)> = wanted
            .iter()
            .filter(|(_, package)| package.installed)
            .map(|(_, package)| (package.name, package.version))
            .collect();
        let remove: Vec<&str> = wanted
            .iter()
            .filter(|(_, package)| !package.installed)
            .map(|(_, package)| package.name)
            .collect();
        let Some((first, _)) = wanted.first() else { return results };
        let transaction = PackageTransaction {
            install: &install,
            remove: &remove,
            // A version that the policy names is meant, in whichever direction it lies.
            allow_downgrade: install.iter().any(|(_, version)| version.is_some()),
        };
        let problem = match ctx.perform_one(*first, &Operation::PackageTransaction(transaction)) {
            Ok(Effect::Ran(output)) if !output.success() => Some(ProviderError::failed(format!(
                "the package manager {}\n{}",
                output.end,
                output.tail(TAIL)
            ))),
            Ok(_) => None,
            Err(error) => Some(error.into()),
        };
        if let Some(error) = problem {
            for (at, _) in &wanted {
                if let Some(slot) = results.get_mut(*at) {
                    *slot = Err(error.clone());
                }
            }
        }
        results
    }
}
