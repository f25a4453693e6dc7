//! Dependencies that can do more than was locked, or than a manifest allows.

use super::listing::{changes, compared, described};
use super::{Capabilities, capabilities};
use crate::compile::file_diagnostics;
use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Severity, code};
use crate::package::{Declared, Dependency, Package, declaration, dependencies, parse_lock, parse_manifest};

/// How many places one message shows.
const MOST_PLACES: usize = 5;

/// What is wrong with what the dependencies can do. Only for a package whose manifests are right.
pub fn diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let Some(package) = Package::try_get(db) else { return Vec::new() };
    let all = dependencies(db);
    // What code with mistakes in it can do is not known.
    let is_wrong = |dependency: &Dependency| {
        let mut found = dependency.files(db).iter().flat_map(|file| file_diagnostics(db, *file));
        found.any(|found| found.severity == Severity::Error)
    };
    if all.iter().any(is_wrong) {
        return Vec::new();
    }
    let mut found = Vec::new();
    if package.has_lock(db) {
        found.extend(all.iter().filter_map(|dependency| changed(db, *package.lock(db), *dependency)));
    }
    let manifests = all.iter().filter_map(|dependency| *dependency.manifest(db));
    for manifest in std::iter::once(*package.manifest(db)).chain(manifests) {
        for declared in &parse_manifest(db, manifest).dependencies {
            if let Some(dependency) = all.iter().find(|d| d.is_loaded(db) && *d.name(db) == declared.name) {
                found.extend(refused(declared, capabilities(db, *dependency)));
            }
        }
    }
    found
}

/// A dependency whose lock says something else.
fn changed(db: &dyn Db, lock: File, dependency: Dependency) -> Option<Diagnostic> {
    let name = dependency.name(db);
    let (locked, at) = parse_lock(db, lock).get(name)?;
    let now = capabilities(db, dependency);
    let changes = changes(&locked.capabilities, &now.listing());
    if changes.is_empty() {
        return None;
    }
    let (new, gone): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.is_new);
    let headline = format!("`{name}` {} than was locked", compared(&changes));
    let place = declaration(db, name).unwrap_or(*at);
    let mut found = Diagnostic::error(code::CHANGED_CAPABILITIES, place, headline)
        .here("this dependency")
        .label(*at, "locked here");
    for change in new.iter().take(MOST_PLACES) {
        let place = now.entries.get(&change.key).and_then(|all| all.get(&change.pattern));
        if let Some(place) = place {
            found = found.label(*place, format!("new: {}", described(&change.key, &change.pattern)));
        }
    }
    if let Some(more) = new.len().checked_sub(MOST_PLACES).filter(|more| *more > 0) {
        found = found.note(format!("{more} more are new"));
    }
    for change in gone.iter().take(MOST_PLACES) {
        found = found.note(format!("no longer: {}", described(&change.key, &change.pattern)));
    }
    Some(found.help("`mcc vendor` shows all that is different, and locks it"))
}

/// What a dependency does beyond what the manifest that names it allows: a message for each kind.
fn refused(declared: &Declared, can: &Capabilities) -> Vec<Diagnostic> {
    let Some(allow) = &declared.allow else { return Vec::new() };
    let name = &declared.name;
    let mut found = Vec::new();
    for (key, patterns) in &can.entries {
        let beyond: Vec<_> = patterns.iter().filter(|(pattern, _)| !allow.covers(key, pattern)).collect();
        let Some(((first, place), rest)) = beyond.split_first() else { continue };
        let headline = format!("`{name}` {}, which is not allowed", described(key, first));
        let mut diagnostic = Diagnostic::error(code::NOT_ALLOWED, **place, headline).here("done here");
        for (pattern, place) in rest.iter().take(MOST_PLACES) {
            diagnostic = diagnostic.label(**place, described(key, pattern));
        }
        if let Some(more) = rest.len().checked_sub(MOST_PLACES).filter(|more| *more > 0) {
            diagnostic = diagnostic.note(format!("{more} more of `{key}` are not allowed"));
        }
        let (at, said) = match allow.place_of(key) {
            Some(place) => (place, format!("bounds `{key}`")),
            None => (allow.place, format!("allows no `{key}`")),
        };
        let all: Vec<String> = beyond.iter().map(|(pattern, _)| format!("\"{pattern}\"")).collect();
        found.push(diagnostic.label(at, said).help(format!(
            "if it may, allow `{key} = [{}]` as well; if not, do without the package or take another commit",
            all.join(", ")
        )));
    }
    found
}
