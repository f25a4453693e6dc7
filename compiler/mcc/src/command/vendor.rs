//! `mcc vendor`

mod listing;

use crate::env::Env;
use crate::failure::Failure;
use crate::fetch::{FetchError, Fetched, OsRunner, RunError, Staging, fetch, move_to, remove};
use crate::file;
use crate::package;
use camino::{Utf8Path, Utf8PathBuf};
use listing::ListFormat;
use mc_compiler::capability::{self, Listing};
use mc_compiler::diagnostic::render::Format;
use mc_compiler::diagnostic::{Place, code};
use mc_compiler::package::tree::TreeError;
use mc_compiler::package::{
    Dependency, LOCK, Lock, Locked, MANIFEST, MOST_PACKAGES, Package, Source, State, VENDOR, current_lock,
    declaration, dependencies, diagnostics, parse_lock, vendor_folder,
};
use mc_compiler::system::{Entry, Kind, OsSystem, System, SystemError};
use mc_compiler::{Database, Diagnostic, Severity};
use mc_syntax::Span;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Fetch what the package needs into `vendor/`, and lock it
///
/// Git repositories and archives are copied into `vendor/`, and `masterchef.lock` says what every package of the
/// build is, and what its code can do on hosts. Where that is new or different it is shown. What is there already and
/// as it was locked is not fetched again. This is the only command that reaches the network; it runs `git`, and `curl`
/// for archives.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The package's folder
    #[arg(default_value = ".")]
    package: Utf8PathBuf,
    /// Fetch what is missing, and fail where the lock would change
    #[arg(long)]
    locked: bool,
    /// Only list what the code of each package can do on hosts; nothing is fetched and nothing written
    #[arg(long, conflicts_with = "locked")]
    list: bool,
    /// With `--list`: how to write it
    #[arg(long, value_enum, default_value_t = ListFormat::Text, requires = "list")]
    format: ListFormat,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let mut db = Database::new();
    package::load(&mut db, &OsSystem, &args.package)?;
    if args.list {
        return list(&db, args.format, env);
    }
    let before = current_text(&db);
    let old = locked(&db);
    let mut lock = old.clone();
    let mut fetched: BTreeSet<SmolStr> = BTreeSet::new();
    // Each round finds the packages that those of the round before need.
    for _ in 0..=MOST_PACKAGES {
        stop_at_errors(&db, env)?;
        let needed: Vec<Dependency> =
            dependencies(&db).iter().copied().filter(|d| is_needed(&db, *d)).collect();
        if needed.is_empty() {
            break;
        }
        for dependency in needed {
            if !fetched.insert(dependency.name(&db).clone()) {
                return Err(Failure::internal("what was fetched cannot be read"));
            }
            let found = bring(&db, dependency, &old, args, env)?;
            lock.packages.retain(|other| other.name != found.name);
            lock.packages.push(found);
        }
        let root = file::absolute(&args.package);
        package::load(&mut db, &WithLock { path: root.join(LOCK), text: lock.text() }, &args.package)?;
    }
    finish(&db, &before, &old, args, env)
}

/// Writes the lock, and takes away what is not needed any more.
fn finish(db: &Database, before: &str, old: &Lock, args: &Args, env: &Env) -> Result<(), Failure> {
    let Some(lock) = current_lock(db) else {
        return Err(Failure::internal("a package was fetched and is not there"));
    };
    if lock.packages.is_empty() && before.is_empty() {
        env.say("the package has no dependencies\n");
        return Ok(());
    }
    let text = lock.text();
    let path = args.package.join(LOCK);
    if text != before {
        if args.locked {
            return Err(Failure::wrong(format!("`{path}` is not up to date"))
                .hint("`mcc vendor` without `--locked` brings it up to date"));
        }
        env.say(&listing::news(old, &lock));
        file::replace(&path, text.as_bytes())?;
        env.say(&format!("wrote `{path}`\n"));
    }
    for gone in &old.packages {
        let is_vendored = |package: &Locked| package.name == gone.name && package.source.is_fetched();
        if gone.source.is_fetched() && !args.locked && !lock.packages.iter().any(is_vendored) {
            let folder = args.package.join(vendor_folder(&gone.name));
            remove(&folder).map_err(|error| Failure::environment(error.to_string()))?;
            env.say(&format!("removed `{folder}`, which nothing needs\n"));
        }
    }
    let count = match lock.packages.len() {
        1 => "1 package".to_owned(),
        n => format!("{n} packages"),
    };
    env.say(&format!("{count} locked\n"));
    let beyond: Vec<Diagnostic> =
        capability::diagnostics(db).into_iter().filter(|found| found.code == code::NOT_ALLOWED).collect();
    if beyond.is_empty() {
        return Ok(());
    }
    env.say(&package::text(db, &beyond, env, Format::Full));
    Err(Failure::source())
}

/// Lists what the packages can do, as they are now.
fn list(db: &Database, format: ListFormat, env: &Env) -> Result<(), Failure> {
    let found: Vec<Diagnostic> =
        diagnostics(db).into_iter().filter(|found| found.code != code::NO_POLICY).collect();
    let (Some(lock), false) = (current_lock(db), found.iter().any(|d| d.severity == Severity::Error)) else {
        env.say(&package::text(db, &found, env, Format::Full));
        return Err(Failure::source());
    };
    match format {
        ListFormat::Text => env.answer(&listing::text(&lock)),
        ListFormat::Json => env.answer(&listing::json(&lock)),
    }
}

/// Fetches a dependency into its place.
fn bring(
    db: &Database,
    dependency: Dependency,
    old: &Lock,
    args: &Args,
    env: &Env,
) -> Result<Locked, Failure> {
    let (name, source) = (dependency.name(db), dependency.source(db));
    env.say(&format!("fetching `{name}` from {source}\n"));
    let environment = |error: FetchError| Failure::environment(error.to_string());
    let staging = Staging::new(&args.package.join(VENDOR)).map_err(environment)?;
    let fetched = fetch(&OsRunner::from_process(), &staging, source);
    let Fetched { folder, hash } = fetched.map_err(|error| failure(db, dependency, error, env))?;
    let before = old.packages.iter().find(|old| old.name == *name && old.source == *source);
    if let Some(old) = before
        && old.hash != hash
    {
        let place = place(db, dependency);
        let headline = format!("what was fetched for `{name}` is not what was locked");
        let found = Diagnostic::error(code::CHANGED_DEPENDENCY, place, headline)
            .here(format!("locked as {}", old.hash))
            .note(format!("it is {hash}, from the same place"))
            .help(format!("if that is right, take the package out of `{LOCK}` and run `mcc vendor` again"));
        return Err(shown(db, found, env));
    }
    let place = args.package.join(vendor_folder(name));
    move_to(&folder, &place).map_err(environment)?;
    let version = before.map_or("0.0.0".into(), |old| old.version.clone());
    // Of code that was not read yet nothing else is known.
    let capabilities = Listing::new();
    Ok(Locked { name: name.clone(), version, source: source.clone(), hash, capabilities })
}

/// Whether a dependency has to be fetched.
fn is_needed(db: &Database, dependency: Dependency) -> bool {
    let is_away =
        matches!(dependency.state(db), State::NotVendored | State::NotLocked | State::Changed { .. });
    is_away || (dependency.source(db).is_fetched() && matches!(dependency.state(db), State::Refused(_)))
}

/// What is wrong beside what this command repairs.
fn stop_at_errors(db: &Database, env: &Env) -> Result<(), Failure> {
    let repaired = [
        code::NOT_VENDORED,
        code::NOT_LOCKED,
        code::CHANGED_DEPENDENCY,
        code::REFUSED_TREE,
        code::BAD_LOCK,
        // A library without a policy has dependencies too.
        code::NO_POLICY,
    ];
    let found: Vec<Diagnostic> = diagnostics(db)
        .into_iter()
        .filter(|found| found.severity == Severity::Error && !repaired.contains(&found.code))
        .chain(refused_here(db))
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    env.say(&package::text(db, &found, env, Format::Full));
    Err(Failure::source())
}

/// Packages on this disk that are refused: fetching does not help.
fn refused_here(db: &Database) -> Vec<Diagnostic> {
    let refused = |d: &Dependency| !d.source(db).is_fetched() && matches!(d.state(db), State::Refused(_));
    let places: Vec<Place> = dependencies(db).iter().filter(|d| refused(d)).map(|d| place(db, *d)).collect();
    let all = diagnostics(db).into_iter();
    all.filter(|found| found.code == code::REFUSED_TREE && places.contains(&found.primary)).collect()
}

fn place(db: &Database, dependency: Dependency) -> Place {
    let root = Place::new(*Package::get(db).manifest(db), Span::at(0));
    declaration(db, dependency.name(db)).unwrap_or(root)
}

fn shown(db: &Database, found: Diagnostic, env: &Env) -> Failure {
    env.say(&package::text(db, &[found], env, Format::Full));
    Failure::source()
}

/// Why a dependency was not fetched: a mistake in the manifest, or the world.
fn failure(db: &Database, dependency: Dependency, error: FetchError, env: &Env) -> Failure {
    let name = dependency.name(db);
    let place = place(db, dependency);
    let diagnostic =
        |code, headline: String| Diagnostic::error(code, place, headline).here("this dependency");
    let found = match error {
        FetchError::Run(error) => {
            let failure = Failure::environment(format!("cannot fetch `{name}`: {error}"));
            return match error {
                RunError::Failed { said, .. } if !said.is_empty() => failure.hint(said),
                _ => failure,
            };
        }
        FetchError::Disk { .. } => return Failure::environment(format!("cannot fetch `{name}`: {error}")),
        FetchError::Tree(TreeError::NoManifest) => {
            diagnostic(code::MISSING_DEPENDENCY, format!("what was fetched for `{name}` has no `{MANIFEST}`"))
                .help("add `folder` if the package is in a folder of it")
        }
        FetchError::Tree(problem) => {
            diagnostic(code::REFUSED_TREE, format!("`{name}` cannot be a dependency: {problem}"))
                .note("what is fetched has plain files only, with names that mean the same on every system")
        }
        FetchError::NotACommit { .. } => diagnostic(code::BAD_DEPENDENCY, error.to_string())
            .help("`git rev-parse \"ID^{commit}\"` gives the commit"),
        FetchError::NoFolder { folder, instead } => {
            let headline = if folder.as_str().is_empty() {
                format!("what was fetched for `{name}` has no `{MANIFEST}`")
            } else {
                format!("what was fetched for `{name}` has no package in `{folder}`")
            };
            let found = diagnostic(code::MISSING_DEPENDENCY, headline);
            match instead {
                Some(folder) if !folder.as_str().is_empty() => {
                    found.help(format!("add `folder = \"{folder}\"`"))
                }
                _ => found,
            }
        }
        FetchError::Digest { found } => {
            let headline = format!("the archive of `{name}` is not the one that the manifest names");
            let mut diagnostic =
                diagnostic(code::WRONG_ARCHIVE, headline).note(format!("its SHA-256 digest is {found}"));
            if let Source::Archive { sha256, .. } = dependency.source(db) {
                diagnostic = diagnostic.note(format!("the manifest says {sha256}"));
            }
            diagnostic
        }
        FetchError::BadArchive(_) => diagnostic(code::BAD_DEPENDENCY, format!("`{name}`: {error}"))
            .help("an archive is tar, plain or compressed with gzip"),
    };
    shown(db, found, env)
}

/// The packages that the lock on the disk names, as far as it can be read.
fn locked(db: &Database) -> Lock {
    let parsed = parse_lock(db, *Package::get(db).lock(db));
    Lock { packages: parsed.packages.iter().map(|(locked, _)| locked.clone()).collect() }
}

fn current_text(db: &Database) -> String {
    Package::get(db).lock(db).text(db).to_string()
}

/// The disk with a lock that is not written yet.
struct WithLock {
    path: Utf8PathBuf,
    text: String,
}

impl System for WithLock {
    fn read_to_string(&self, path: &Utf8Path) -> Result<String, SystemError> {
        OsSystem.read_to_string(path)
    }

    fn list_files(&self, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, SystemError> {
        OsSystem.list_files(folder)
    }

    fn exists(&self, path: &Utf8Path) -> bool {
        OsSystem.exists(path)
    }

    fn read(&self, path: &Utf8Path, limit: u64) -> Result<Vec<u8>, SystemError> {
        if path == self.path { Ok(self.text.clone().into_bytes()) } else { OsSystem.read(path, limit) }
    }

    fn kind(&self, path: &Utf8Path) -> Option<Kind> {
        if path == self.path { Some(Kind::File) } else { OsSystem.kind(path) }
    }

    fn names(&self, folder: &Utf8Path) -> Result<Vec<String>, SystemError> {
        OsSystem.names(folder)
    }

    fn walk(&self, folder: &Utf8Path, most: usize) -> Result<Vec<Entry>, SystemError> {
        OsSystem.walk(folder, most)
    }
}
