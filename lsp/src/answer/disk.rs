//! What is read beside a package's sources: bundles to compare it with, stored plans of its tests, and packages near it.
//! Nothing there is part of the package, so it is read when it is asked for and not watched.

use crate::place::Home;
use crate::question::Snapshot;
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::Program;
use mc_compiler::package::{MANIFEST, VENDOR};
use mc_compiler::system::{Kind, OsSystem, System};
use mc_compiler::test::is_name;
use mc_ide::{Built, Nearby};
use std::collections::BTreeMap;

/// The ending of bundles.
const BUNDLE: &str = "mcb";

/// A larger bundle is not compared: it would be read at each keystroke.
const LARGEST_BUNDLE: u64 = 64 << 20;

/// The most bundles that are looked at.
const MOST_BUNDLES: usize = 16;

/// Where stored plans are, in the package.
const GOLDEN: &str = "tests/golden";

/// The largest stored plan.
const LARGEST_GOLDEN: u64 = 16 << 20;

/// The most stored plans that are read, and how much of them together.
const MOST_GOLDENS: usize = 1_000;
const ALL_GOLDENS: u64 = 64 << 20;

/// The last bundle of the package, beside its manifest or beside its folder: of those that name it the one with the highest
/// sequence.
pub(super) fn bundle(at: Snapshot<'_>) -> Option<(Utf8PathBuf, Built)> {
    let Home::Package(root) = &at.names.home else { return None };
    let name = Program::get(at.db).name(at.db);
    let folders = [Some(root.as_path()), root.parent()].into_iter().flatten();
    let mut best: Option<(Utf8PathBuf, Built)> = None;
    for path in folders.flat_map(bundles_in).take(MOST_BUNDLES) {
        let Ok(bytes) = OsSystem.read(&path, LARGEST_BUNDLE) else { continue };
        let Ok(built) = Built::read(&bytes) else { continue };
        let age = |built: &Built| (built.about.release.epoch, built.about.release.sequence);
        let is_newer = best.as_ref().is_none_or(|(_, known)| age(known) < age(&built));
        if built.about.build.package == name.as_str() && is_newer {
            best = Some((path, built));
        }
    }
    best
}

fn bundles_in(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let names = OsSystem.names(folder).unwrap_or_default().into_iter();
    let paths = names.map(|name| folder.join(name)).filter(|path| path.extension() == Some(BUNDLE));
    paths.filter(|path| OsSystem.kind(path) == Some(Kind::File)).collect()
}

/// The stored plans of the package's tests by name; a test that asks for one that cannot be read says so.
pub(super) fn goldens(at: Snapshot<'_>) -> BTreeMap<String, String> {
    let Home::Package(root) = &at.names.home else { return BTreeMap::new() };
    let folder = root.join(GOLDEN);
    let mut found = BTreeMap::new();
    let mut left = ALL_GOLDENS;
    for file in OsSystem.names(&folder).unwrap_or_default() {
        let Some(name) = file.strip_suffix(".txt").filter(|name| is_name(name)) else { continue };
        let path = folder.join(&file);
        if OsSystem.kind(&path) != Some(Kind::File) {
            continue;
        }
        if found.len() == MOST_GOLDENS {
            break;
        }
        let bytes = OsSystem.read(&path, LARGEST_GOLDEN.min(left));
        if let Some(text) = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            left = left.saturating_sub(text.len() as u64);
            found.insert(name.to_owned(), text);
        }
    }
    found
}

/// How many folders are looked into for packages near this one.
const MOST_FOLDERS: usize = 500;

/// The largest manifest that is read for its name.
const LARGEST_MANIFEST: u64 = 1 << 20;

/// The packages that this one could name by a path: those beside it, and those in it or in a folder of it.
pub(super) fn nearby(at: Snapshot<'_>) -> Vec<Nearby> {
    let Home::Package(root) = &at.names.home else { return Vec::new() };
    let mut folders: Vec<(Utf8PathBuf, String)> = Vec::new();
    for (folder, prefix) in [(Some(root.as_path()), ""), (root.parent(), "../")] {
        let Some(folder) = folder else { continue };
        for name in shown(folder) {
            let (path, written) = (folder.join(&name), format!("{prefix}{name}"));
            if path == *root || (prefix.is_empty() && name == VENDOR) {
                continue;
            }
            if prefix.is_empty() && !OsSystem.exists(&path.join(MANIFEST)) {
                let inner = shown(&path).into_iter();
                folders.extend(inner.map(|inner| (path.join(&inner), format!("{written}/{inner}"))));
            }
            folders.push((path, written));
        }
    }
    folders.truncate(MOST_FOLDERS);
    let name = |(folder, path): (Utf8PathBuf, String)| {
        let text = OsSystem.read(&folder.join(MANIFEST), LARGEST_MANIFEST).ok()?;
        Some(Nearby { name: mc_ide::manifest_name(std::str::from_utf8(&text).ok()?)?, path })
    };
    folders.into_iter().filter_map(name).collect()
}

/// What is in a folder and not hidden. What cannot be read has nothing in it for us.
fn shown(folder: &Utf8Path) -> Vec<String> {
    let mut names = OsSystem.names(folder).unwrap_or_default();
    names.retain(|name| !name.starts_with('.') && !matches!(name.as_str(), "node_modules" | "target"));
    names
}
