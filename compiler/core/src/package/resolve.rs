//! What is wrong with the packages of a build and how they fit together. It follows the manifests in the
//! database just as [`super::dependency`] followed them on the disk.

use super::Package;
use super::dependency::{Dependency, PlaceError, State, locate, root_source};
use super::folder::PathError;
use super::lock::{Lock, Locked, MOST_PACKAGES, ParsedLock, parse_lock};
use super::manifest::{Declared, ParsedManifest, is_importable, module_name, parse_manifest};
use super::source::Source;
use super::tree::{TreeError, TreeHash};
use crate::capability::{self, Listing};
use crate::db::{Db, File, Program};
use crate::diagnostic::{Diagnostic, Fix, Place, Severity, code, nearest};
use crate::name::{self, DeclId};
use mc_syntax::Span;
use mc_syntax::ast::ItemKind;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How the lock stands to the packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockState {
    /// There are no dependencies and no lock.
    Needless,
    /// There is none yet.
    Missing,
    /// It does not say what the packages are now, or cannot be read.
    Behind,
    /// It says what the packages are.
    Current,
}

/// How the lock stands to the packages. Only for a package without errors.
pub fn lock_state(db: &dyn Db) -> LockState {
    let Some(package) = Package::try_get(db) else { return LockState::Needless };
    let Some(lock) = current_lock(db) else { return LockState::Behind };
    if !package.has_lock(db) {
        return if lock.packages.is_empty() { LockState::Needless } else { LockState::Missing };
    }
    let parsed = parse_lock(db, *package.lock(db));
    let same = parsed.diagnostics.is_empty()
        && parsed.packages.len() == lock.packages.len()
        && parsed.packages.iter().zip(&lock.packages).all(|((old, _), new)| old == new);
    if same { LockState::Current } else { LockState::Behind }
}

/// The lock that the packages would have now. None if one of them could not be read.
pub fn current_lock(db: &dyn Db) -> Option<Lock> {
    let mut packages = super::dependencies(db)
        .iter()
        .map(|dependency| {
            let State::Loaded { hash } = dependency.state(db) else { return None };
            let capabilities = capability::capabilities(db, *dependency).listing();
            Some(Locked { capabilities, ..locked(db, *dependency, *hash)? })
        })
        .collect::<Option<Vec<Locked>>>()?;
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Some(Lock { packages })
}

/// What a lock says of a package, but for what its code can do.
fn locked(db: &dyn Db, dependency: Dependency, hash: TreeHash) -> Option<Locked> {
    let manifest = parse_manifest(db, (*dependency.manifest(db))?).manifest.as_ref()?;
    let (name, version) = (dependency.name(db).clone(), manifest.version.clone());
    let source = dependency.source(db).clone();
    Some(Locked { name, version, source, hash, capabilities: Listing::new() })
}

/// The guards of dependencies that hold in this build, because the root's manifest names them. In its order.
pub fn guards_in_use(db: &dyn Db) -> Vec<DeclId> {
    let Some(package) = Package::try_get(db) else { return Vec::new() };
    let wanted = &parse_manifest(db, *package.manifest(db)).guards;
    wanted.iter().filter_map(|used| guard(db, &used.name)).collect()
}

/// The guard of a dependency by its module and name, as a manifest names it.
pub fn guard(db: &dyn Db, name: &str) -> Option<DeclId> {
    find_guard(db, name).ok().flatten()
}

/// The guard of a dependency by its module and name. `Ok(None)` if the package is not there, which is reported;
/// else the names of the module's guards.
fn find_guard(db: &dyn Db, name: &str) -> Result<Option<DeclId>, Vec<SmolStr>> {
    let Some((module, name)) = name.rsplit_once('.') else { return Ok(None) };
    let package = module.split('.').next().unwrap_or_default();
    if !super::dependencies(db).iter().any(|d| d.is_loaded(db) && d.module_name(db) == package) {
        return Ok(None);
    }
    let file =
        name::modules(db).get(module).filter(|file| !name::is_root(db, **file)).ok_or_else(Vec::new)?;
    let items = name::tree(db, *file).items.iter().enumerate();
    let guards: Vec<(usize, &SmolStr)> = items
        .filter_map(|(at, item)| match &item.kind {
            ItemKind::Guard(guard) => Some((at, &guard.name.text)),
            _ => None,
        })
        .collect();
    match guards.iter().find(|(_, guard)| *guard == name) {
        Some((at, _)) => Ok(Some(DeclId { file: *file, index: *at as u32 })),
        None => Err(guards.into_iter().map(|(_, name)| name.clone()).collect()),
    }
}

/// Where a dependency is named first.
pub fn declaration(db: &dyn Db, name: &str) -> Option<Place> {
    let root = *Package::try_get(db)?.manifest(db);
    let others = super::dependencies(db).iter().filter_map(|dependency| *dependency.manifest(db));
    let mut manifests = std::iter::once(root).chain(others);
    manifests.find_map(|file| {
        let mut declared = parse_manifest(db, file).dependencies.iter();
        declared.find(|declared| declared.name == name).map(|declared| declared.place)
    })
}

/// A package whose manifest is followed.
struct Node<'db> {
    name: SmolStr,
    source: Source,
    manifest: &'db ParsedManifest,
    /// The names from the root package to this one.
    chain: Vec<SmolStr>,
}

/// Where a package is named for the first time.
struct First {
    place: Place,
    chain: Vec<SmolStr>,
    source: Source,
}

struct Resolver<'db> {
    db: &'db dyn Db,
    package: Package,
    root: SmolStr,
    lock: &'db ParsedLock,
    first: BTreeMap<SmolStr, First>,
    /// What each package needs, with the places that say so.
    edges: BTreeMap<SmolStr, Vec<(SmolStr, Place)>>,
    found: Vec<Diagnostic>,
}

/// What is wrong with the dependencies and the lock.
pub(super) fn diagnostics(db: &dyn Db, package: Package) -> Vec<Diagnostic> {
    let manifest = parse_manifest(db, *package.manifest(db));
    let mut resolver = Resolver {
        db,
        package,
        root: manifest.name.clone().unwrap_or_else(|| package.folder(db).clone()),
        lock: parse_lock(db, *package.lock(db)),
        first: BTreeMap::new(),
        edges: BTreeMap::new(),
        found: Vec::new(),
    };
    resolver.found.extend(resolver.lock.diagnostics.iter().cloned());
    resolver.walk(manifest);
    resolver.cycles();
    resolver.clashes();
    resolver.guards(manifest);
    resolver.lock();
    resolver.found
}

impl<'db> Resolver<'db> {
    fn walk(&mut self, manifest: &'db ParsedManifest) {
        let root = self.root.clone();
        let node = Node { chain: vec![root.clone()], name: root, source: root_source(), manifest };
        let mut queue = VecDeque::from([node]);
        while let Some(node) = queue.pop_front() {
            for declared in &node.manifest.dependencies {
                queue.extend(self.declared(&node, declared));
            }
        }
    }

    /// Looks at one entry of `[dependencies]`; gives the package if it is to be followed.
    fn declared(&mut self, node: &Node<'db>, declared: &Declared) -> Option<Node<'db>> {
        let Declared { name, place, .. } = declared;
        if !is_importable(name) {
            let word = module_name(name);
            let headline = format!("`{word}` is a word of the language, so the package cannot be imported");
            self.found.push(
                Diagnostic::error(code::NAME_CLASH, *place, headline)
                    .here("this package")
                    .help("the package has to take another name"),
            );
            return None;
        }
        let source = match locate(self.package.root(self.db), &node.source, &declared.source) {
            Ok(source) => source,
            Err(error) => {
                self.found.push(misplaced(node, declared, error));
                return None;
            }
        };
        if source == root_source() {
            self.edges.entry(node.name.clone()).or_default().push((self.root.clone(), *place));
            return None;
        }
        if *name == self.root {
            let headline = format!("`{name}` is the name of this package and of a dependency");
            self.found.push(
                Diagnostic::error(code::TWO_SOURCES, *place, headline)
                    .here(format!("comes from {source}"))
                    .note("a build has one package of each name"),
            );
            return None;
        }
        self.edges.entry(node.name.clone()).or_default().push((name.clone(), *place));
        let mut chain = node.chain.clone();
        chain.push(name.clone());
        if let Some(first) = self.first.get(name) {
            if first.source != source {
                let diagnostic =
                    two_sources(name, (&first.chain, first.place, &first.source), (&chain, *place, &source));
                self.found.push(diagnostic);
            }
            return None;
        }
        self.first
            .insert(name.clone(), First { place: *place, chain: chain.clone(), source: source.clone() });
        let dependency = super::dependencies(self.db).iter().find(|d| d.name(self.db) == name);
        let Some(dependency) = dependency.filter(|d| *d.source(self.db) == source) else {
            // Otherwise the manifest was changed in an editor, and the disk was not looked at yet.
            if super::dependencies(self.db).len() >= MOST_PACKAGES {
                let headline = format!("the build has more than {MOST_PACKAGES} packages");
                self.found.push(
                    Diagnostic::error(code::TOO_MANY_PACKAGES, *place, headline).here("one more package"),
                );
            }
            return None;
        };
        self.state(*dependency, *place);
        let file = (*dependency.manifest(self.db))?;
        let manifest = parse_manifest(self.db, file);
        self.found.extend(manifest.diagnostics.iter().cloned());
        self.found
            .extend(dependency.misnamed(self.db).iter().filter_map(|file| super::misnamed(self.db, *file)));
        self.found
            .extend(dependency.unreadable(self.db).iter().map(|file| super::unreadable(self.db, *file)));
        if let Some(actual) = manifest.name.as_ref().filter(|actual| *actual != name) {
            let headline =
                format!("the package in `{}` is `{actual}`, not `{name}`", dependency.folder(self.db));
            let mut diagnostic = Diagnostic::error(code::WRONG_PACKAGE, *place, headline)
                .here("a dependency is named as it names itself");
            diagnostic.fix =
                Some(Fix::new(format!("name it `{actual}`"), vec![(*place, actual.to_string())]).safe());
            self.found.push(diagnostic);
        }
        Some(Node { name: name.clone(), source, manifest, chain })
    }

    fn state(&mut self, dependency: Dependency, place: Place) {
        let db = self.db;
        let (name, folder) = (dependency.name(db), dependency.folder(db));
        let error = |code, headline: String| Diagnostic::error(code, place, headline);
        let vendor = "`mcc vendor` fetches it and locks what it got";
        let diagnostic = match dependency.state(db) {
            State::Loaded { .. } => return,
            State::Missing => error(code::MISSING_DEPENDENCY, format!("there is no package at `{folder}`"))
                .here("the path of this dependency leads nowhere")
                .help("the path begins at the folder of the manifest that names it"),
            State::Refused(TreeError::NoManifest) => {
                error(code::MISSING_DEPENDENCY, format!("`{folder}` has no `{}`", super::MANIFEST))
                    .here("the path of this dependency leads to no package")
                    .help("name the folder of the package itself")
            }
            State::Refused(problem) => {
                error(code::REFUSED_TREE, format!("`{name}` cannot be a dependency: {problem}"))
                    .here(format!("its files are in `{folder}`"))
                    .note(
                        "what is fetched has plain files only, with names that mean the same on every system",
                    )
            }
            State::NotVendored => error(code::NOT_VENDORED, format!("`{name}` was not fetched yet"))
                .here(format!("would be in `{folder}`"))
                .note("a build reads nothing but its package and its vendored dependencies")
                .help(vendor),
            // The lock has to be repaired first.
            State::NotLocked if !self.lock.diagnostics.is_empty() => return,
            State::NotLocked => match self.lock.get(name) {
                Some((locked, at)) => {
                    error(code::NOT_LOCKED, format!("`{name}` is locked from another place"))
                        .here(format!("now from {}", dependency.source(db)))
                        .label(*at, format!("locked from {}", locked.source))
                        .help(vendor)
                }
                None => error(
                    code::NOT_LOCKED,
                    format!("`{name}` is in `{folder}`, and no lock says what it has to be"),
                )
                .here("not locked")
                .help(vendor),
            },
            State::Changed { found } => {
                let headline = format!("the files in `{folder}` are not those that were locked");
                let mut diagnostic = error(code::CHANGED_DEPENDENCY, headline).here("this dependency");
                if let Some((locked, at)) = self.lock.get(name) {
                    diagnostic = diagnostic.label(*at, format!("locked as {}", locked.hash));
                }
                diagnostic
                    .note(format!("they are {found}"))
                    .help("`mcc vendor` brings the locked files back; to change a package, depend on a copy by its `path`")
            }
        };
        self.found.push(diagnostic);
    }

    /// Packages that need each other. Each loop is reported once.
    fn cycles(&mut self) {
        let mut done: BTreeSet<SmolStr> = BTreeSet::new();
        let mut path: Vec<(SmolStr, Place)> = Vec::new();
        let mut loops: Vec<Vec<(SmolStr, Place)>> = Vec::new();
        // By hand: a chain of packages may be long. Each entry is a package and how many of its edges were tried.
        let mut stack: Vec<(SmolStr, usize)> = vec![(self.root.clone(), 0)];
        while let Some((name, next)) = stack.last_mut() {
            let edge = self.edges.get(name).and_then(|edges| edges.get(*next));
            let Some((to, place)) = edge else {
                done.insert(name.clone());
                stack.pop();
                path.pop();
                continue;
            };
            *next += 1;
            let edge = (to.clone(), *place);
            if let Some(at) = stack.iter().position(|(on, _)| *on == edge.0) {
                loops.push(path[at..].iter().cloned().chain([edge]).collect());
            } else if !done.contains(to) {
                stack.push((to.clone(), 0));
                path.push(edge);
            }
        }
        for edges in loops {
            let Some(((last, primary), others)) = edges.split_last() else { continue };
            let names: Vec<&str> = std::iter::once(last)
                .chain(edges.iter().map(|(name, _)| name))
                .map(SmolStr::as_str)
                .collect();
            let headline = match names.as_slice() {
                [name, _] => format!("the package `{name}` depends on itself"),
                _ => format!("packages depend on each other: `{}`", names.join("` -> `")),
            };
            let mut diagnostic = Diagnostic::error(code::PACKAGE_CYCLE, *primary, headline)
                .here(format!("needs `{last}`"))
                .help("move what both need into a package of its own");
            for (name, place) in others {
                diagnostic = diagnostic.label(*place, format!("needs `{name}`"));
            }
            self.found.push(diagnostic);
        }
    }

    /// Packages that are called like another package or like a module.
    fn clashes(&mut self) {
        let db = self.db;
        let mut called: BTreeMap<SmolStr, (&SmolStr, Place)> = BTreeMap::new();
        let mut found = Vec::new();
        for (name, first) in &self.first {
            match called.get(&module_name(name)) {
                Some((other, place)) => found.push(
                    Diagnostic::error(
                        code::NAME_CLASH,
                        first.place,
                        format!(
                            "the packages `{other}` and `{name}` are both called `{}` in sources",
                            module_name(name)
                        ),
                    )
                    .here(format!("needed by {}", chain(&first.chain)))
                    .label(*place, "the other one"),
                ),
                None => drop(called.insert(module_name(name), (name, first.place))),
            }
        }
        // Names are the build's, so a module of the root package may be called like no package at all.
        found.extend(module_clashes(db, Program::get(db).files(db), "", &called));
        for dependency in super::dependencies(db) {
            let Some(file) = *dependency.manifest(db) else { continue };
            let own = parse_manifest(db, file).dependencies.iter();
            let own = own.map(|d| (module_name(&d.name), (&d.name, d.place))).collect();
            found.extend(module_clashes(db, dependency.files(db), &dependency.module_name(db), &own));
        }
        self.found.extend(found);
    }

    /// Guards of dependencies that are to hold here.
    fn guards(&mut self, manifest: &ParsedManifest) {
        for wanted in &manifest.guards {
            if let Err(known) = find_guard(self.db, &wanted.name) {
                let (module, name) = wanted.name.rsplit_once('.').unwrap_or_default();
                let headline = format!("`{module}` has no guard `{name}`");
                let diagnostic =
                    Diagnostic::error(code::UNKNOWN_GUARD, wanted.place, headline).here("not declared there");
                self.found.push(match nearest(name, known.iter().map(SmolStr::as_str)) {
                    Some(near) => {
                        let better = format!("{module}.{near}");
                        diagnostic.fix(
                            format!("did you mean `{better}`?"),
                            wanted.place,
                            format!("\"{better}\""),
                        )
                    }
                    None if known.is_empty() => diagnostic,
                    None => {
                        let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                        diagnostic.help(format!("it has {}", known.join(", ")))
                    }
                });
            }
        }
    }

    /// Where the lock does not say what the packages are now.
    fn lock(&mut self) {
        let db = self.db;
        let broken = self.found.iter().any(|found| found.severity == Severity::Error);
        if !self.package.has_lock(db) || broken {
            return;
        }
        let help = "`mcc vendor` brings the lock up to date; a bundle is not built before that";
        for dependency in super::dependencies(db) {
            let State::Loaded { hash } = dependency.state(db) else { continue };
            let (name, Some(now)) = (dependency.name(db), locked(db, *dependency, *hash)) else { continue };
            let Some(first) = self.first.get(name) else { continue };
            let behind =
                |headline: String| Diagnostic::warning(code::LOCK_BEHIND, first.place, headline).help(help);
            match self.lock.get(name) {
                None => {
                    self.found
                        .push(behind(format!("the lock does not know `{name}`")).here("not locked yet"));
                }
                Some((old, _)) if old.is_same_package(&now) => {}
                Some((old, at)) => {
                    let what =
                        if old.source == now.source { "has changed" } else { "comes from another place" };
                    let diagnostic = behind(format!("`{name}` {what} since it was locked"));
                    self.found.push(diagnostic.here("this dependency").label(*at, "locked here"));
                }
            }
        }
        for (old, at) in &self.lock.packages {
            if !self.first.contains_key(&old.name) {
                let headline = format!("`{}` is locked, and nothing needs it", old.name);
                self.found.push(
                    Diagnostic::warning(code::LOCK_BEHIND, *at, headline).here("in the lock").help(help),
                );
            }
        }
    }
}

/// Modules of a package whose first part is the name of a package that it could import. `prefix` is the
/// package's own name in front of its modules.
fn module_clashes(
    db: &dyn Db,
    files: &[File],
    prefix: &str,
    packages: &BTreeMap<SmolStr, (&SmolStr, Place)>,
) -> Vec<Diagnostic> {
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for file in files {
        let module = file.module(db).strip_prefix(prefix).unwrap_or_default().trim_start_matches('.');
        let first = module.split('.').next().unwrap_or_default();
        let Some((package, place)) = packages.get(first) else { continue };
        if reported.insert(first) {
            let headline = format!("the module `{module}` is called like the package `{package}`");
            found.push(
                Diagnostic::error(code::NAME_CLASH, Place::new(*file, Span::at(0)), headline)
                    .here("this module")
                    .label(*place, "this package")
                    .help("an import could mean both: rename the module's file or folder"),
            );
        }
    }
    found
}

fn misplaced(node: &Node<'_>, declared: &Declared, error: PlaceError) -> Diagnostic {
    let name = &declared.name;
    match error {
        PlaceError::Path(PathError::Escape) => Diagnostic::error(
            code::UNSAFE_SOURCE,
            declared.place,
            format!("the path of `{name}` leads out of what `{}` was fetched from", node.name),
        )
        .here(format!("`{}` comes from {}", node.name, node.source))
        .note("a package that was fetched reaches no files beside it"),
        PlaceError::Path(error @ PathError::Absolute) => {
            Diagnostic::error(code::UNSAFE_SOURCE, declared.place, error.to_string()).here("this dependency")
        }
        PlaceError::LocalFromFetched => Diagnostic::error(
            code::UNSAFE_SOURCE,
            declared.place,
            format!("`{}` was fetched, and names a dependency on this machine", node.name),
        )
        .here(format!("`{name}` has a `file` address"))
        .note("a package that was fetched reaches no files beside it"),
    }
}

fn two_sources(
    name: &str,
    (chain_a, place_a, a): (&[SmolStr], Place, &Source),
    (chain_b, place_b, b): (&[SmolStr], Place, &Source),
) -> Diagnostic {
    Diagnostic::error(code::TWO_SOURCES, place_b, format!("the package `{name}` comes from two places"))
        .here(format!("{} takes it from {b}", chain(chain_b)))
        .label(place_a, format!("{} takes it from {a}", chain(chain_a)))
        .note("a build has one package of each name, and one version of it")
        .help("name one source in both manifests")
}

/// Who needs the last package of a chain: `web`, or `web` through `nginx`.
fn chain(names: &[SmolStr]) -> String {
    match names {
        [root, through @ .., _] if !through.is_empty() => {
            let through: Vec<String> = through.iter().map(|name| format!("`{name}`")).collect();
            format!("`{root}` through {}", through.join(", "))
        }
        [root, ..] => format!("`{root}`"),
        [] => String::new(),
    }
}
