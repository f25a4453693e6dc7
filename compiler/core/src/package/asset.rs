//! What a package has beside its modules: data, templates, and files that are taken as they are.
//!
//! Data and templates are texts that the compiler reads, so they are [`File`]s like modules: messages point into
//! them, and an editor may change them. What is in `files/` may be anything and is known by its digest.

use super::read::TEXT_LIMIT;
use super::tree::{LIMITS, SOURCE_LIMIT, inner_packages};
use super::{LoadError, MANIFEST, ModuleNameError, Package, SOURCES, module_of};
use crate::db::{Db, File, Origin};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::system::{Kind, System, SystemError};
use camino::{Utf8Path, Utf8PathBuf};
use mc_plan::value::Blob;
use mc_syntax::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The folder of data files.
pub const DATA: &str = "data";
/// The folder of templates.
pub const TEMPLATES: &str = "templates";
/// The folder of files that are taken as they are.
pub const FILES: &str = "files";
/// The extension of a template.
pub const TEMPLATE: &str = "mct";

pub use input::Static;

#[expect(missing_docs, reason = "the macro writes methods without documentation")]
mod input {
    use camino::Utf8PathBuf;
    use mc_plan::value::Blob;
    use std::sync::Arc;

    /// A file of `files/`.
    #[salsa::input(debug)]
    pub struct Static {
        /// Its path, seen from the root package.
        pub path: Utf8PathBuf,
        /// Its digest and length.
        #[returns(copy)]
        pub blob: Blob,
        /// What it holds.
        pub content: Arc<[u8]>,
    }
}

/// What a path of a package may be beside a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetKind {
    /// A data file.
    Data,
    /// A template.
    Template,
    /// A file that is taken as it is.
    Static,
}

/// What stands at a path inside of a package; none for what no build reads.
pub fn asset_kind(path: &Utf8Path) -> Option<AssetKind> {
    let mut parts = path.iter();
    let folder = parts.next()?;
    let mut inner = parts.peekable();
    inner.peek()?;
    let hidden = inner.any(|part| part.starts_with('.'));
    match (folder, path.extension()) {
        (FILES, _) => Some(AssetKind::Static),
        (DATA, Some("toml" | "yaml" | "yml" | "json")) if !hidden => Some(AssetKind::Data),
        (TEMPLATES, Some(TEMPLATE)) if !hidden => Some(AssetKind::Template),
        _ => None,
    }
}

/// Digest and length of a content.
pub(super) fn blob(content: &[u8]) -> Blob {
    Blob { digest: mc_plan::digest::sha256(content), size: content.len() as u64 }
}

/// Something under a package's folders that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedAsset {
    /// Its path in the package.
    pub path: Utf8PathBuf,
    /// Why.
    pub why: RefusedWhy,
}

/// Why something is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedWhy {
    /// It is a symbolic link.
    Link,
    /// It is neither a file nor a folder.
    Special,
    /// It is a folder where a file is looked for.
    Folder,
    /// Its name is not UTF-8.
    Name,
    /// It is a package of its own, by its manifest.
    Package,
    /// It is larger than a file may be.
    TooLarge,
    /// It is one file too many, or takes the package over what it may weigh.
    TooMuch,
}

/// What was found of a package.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The manifest, modules, data files and templates.
    pub(super) texts: Vec<(Utf8PathBuf, Option<String>)>,
    pub(super) statics: Vec<(Utf8PathBuf, Arc<[u8]>)>,
    pub(super) refused: Vec<RefusedAsset>,
}

impl Found {
    fn refuse(&mut self, path: Utf8PathBuf, why: RefusedWhy) {
        self.refused.push(RefusedAsset { path, why });
    }
}

/// Reads a package, within the limits of every package. What a package names may lead anywhere and be anything, so
/// nothing is opened before it is known to be a file.
pub(super) fn read(system: &dyn System, root: &Utf8Path) -> Result<Found, LoadError> {
    let mut found = Found::default();
    read_manifest(system, root, &mut found)?;
    let mut entries: Vec<(Utf8PathBuf, Kind)> = Vec::new();
    for folder in [SOURCES, DATA, FILES, TEMPLATES] {
        match system.kind(&root.join(folder)) {
            Some(Kind::Folder) => {}
            Some(kind @ (Kind::Link | Kind::Special)) => {
                entries.push((folder.into(), kind));
                continue;
            }
            Some(Kind::File | Kind::Unnamed) | None => continue,
        }
        match system.walk(&root.join(folder), LIMITS.files.saturating_mul(2)) {
            Ok(inside) => {
                let path = |entry: crate::system::Entry| (Utf8Path::new(folder).join(entry.path), entry.kind);
                entries.extend(inside.into_iter().map(path));
            }
            Err(SystemError::TooMany { .. }) => found.refuse(folder.into(), RefusedWhy::TooMuch),
            Err(error) => return Err(error.into()),
        }
    }
    let inner = inner_packages(&entries);
    for path in &inner {
        found.refuse(path.clone(), RefusedWhy::Package);
    }
    let (mut count, mut total) = (0_usize, 0_u64);
    for (path, kind) in entries {
        if inner.iter().any(|inner| path.starts_with(inner)) {
            continue;
        }
        let is_module = module_of(&path) != Err(ModuleNameError::NotAModule);
        let asset = asset_kind(&path);
        // Editors mark the file that they edit with a hidden link beside it, and no build reads what is hidden in
        // `src/`.
        let is_hidden = path.starts_with(SOURCES) && path.iter().any(|part| part.starts_with('.'));
        let why = match kind {
            Kind::Link => Some(RefusedWhy::Link),
            Kind::Special => Some(RefusedWhy::Special),
            // Without an ending it may be a folder with anything in it.
            Kind::Unnamed if is_module || asset.is_some() || path.extension().is_none() => {
                Some(RefusedWhy::Name)
            }
            Kind::File | Kind::Folder | Kind::Unnamed => None,
        };
        if let Some(why) = why.filter(|_| !is_hidden) {
            found.refuse(path, why);
            continue;
        }
        if kind != Kind::File || !(is_module || asset.is_some()) {
            continue;
        }
        count += 1;
        if count > LIMITS.files {
            found.refuse(path, RefusedWhy::TooMuch);
            break;
        }
        let content = match system.read(&root.join(&path), limit_of(&path)) {
            Ok(content) => content,
            Err(SystemError::TooLarge { .. }) => {
                found.refuse(path, RefusedWhy::TooLarge);
                continue;
            }
            // It went while the folder was read.
            Err(SystemError::NotFound { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        total = total.saturating_add(content.len() as u64);
        if total > LIMITS.total {
            found.refuse(path, RefusedWhy::TooMuch);
            break;
        }
        match asset {
            Some(AssetKind::Static) => found.statics.push((path, content.into())),
            Some(AssetKind::Data | AssetKind::Template) | None => {
                found.texts.push((path, String::from_utf8(content).ok()));
            }
        }
    }
    Ok(found)
}

fn read_manifest(system: &dyn System, root: &Utf8Path, found: &mut Found) -> Result<(), LoadError> {
    let at = root.join(MANIFEST);
    match system.kind(&at) {
        None => {}
        Some(Kind::Link) => found.refuse(MANIFEST.into(), RefusedWhy::Link),
        Some(Kind::Special | Kind::Unnamed) => found.refuse(MANIFEST.into(), RefusedWhy::Special),
        Some(Kind::Folder) => found.refuse(MANIFEST.into(), RefusedWhy::Folder),
        Some(Kind::File) => match system.read(&at, TEXT_LIMIT as u64) {
            Ok(content) => found.texts.push((MANIFEST.into(), String::from_utf8(content).ok())),
            Err(SystemError::TooLarge { .. }) => found.refuse(MANIFEST.into(), RefusedWhy::TooLarge),
            Err(SystemError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        },
    }
    Ok(())
}

/// How many bytes a file may have, by its path in its package.
pub(super) fn limit_of(path: &Utf8Path) -> u64 {
    if path == MANIFEST {
        TEXT_LIMIT as u64
    } else if path.starts_with(SOURCES) {
        SOURCE_LIMIT
    } else {
        LIMITS.file
    }
}

/// Whether the package has a manifest that is not read.
pub(super) fn is_manifest_refused(db: &dyn Db, package: Package) -> bool {
    package.refused(db).iter().any(|refused| refused.path == MANIFEST)
}

/// What a package's sources name by `load`, `template`, `file` and `dir`, by the paths that they write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// Data files.
    pub data: BTreeMap<Utf8PathBuf, File>,
    /// Templates.
    pub templates: BTreeMap<Utf8PathBuf, File>,
    /// Files that are taken as they are, with digest and length.
    pub files: BTreeMap<Utf8PathBuf, Blob>,
}

/// The assets of the package that a file belongs to. The standard library has none.
pub fn assets(db: &dyn Db, of: File) -> Option<&Assets> {
    let manifest = match of.origin(db) {
        Origin::Standard => return None,
        Origin::Package => *Package::try_get(db)?.manifest(db),
        Origin::Dependency(dependency) => (*dependency.manifest(db))?,
    };
    Some(assets_query(db, manifest))
}

#[salsa::tracked(returns(ref))]
fn assets_query(db: &dyn Db, manifest: File) -> Assets {
    let (texts, statics) = match manifest.origin(db) {
        Origin::Dependency(dependency) => (dependency.texts(db), dependency.statics(db)),
        Origin::Package | Origin::Standard => match Package::try_get(db) {
            Some(package) => (package.texts(db), package.statics(db)),
            None => return Assets::default(),
        },
    };
    let mut assets = Assets::default();
    for file in texts {
        let path = super::inner_path(db, *file);
        let (folder, map) = match asset_kind(path) {
            Some(AssetKind::Data) => (DATA, &mut assets.data),
            Some(AssetKind::Template) => (TEMPLATES, &mut assets.templates),
            Some(AssetKind::Static) | None => continue,
        };
        if let Ok(inner) = path.strip_prefix(folder) {
            map.insert(inner.to_owned(), *file);
        }
    }
    let root = match manifest.origin(db) {
        Origin::Dependency(dependency) => dependency.folder(db).join(FILES),
        Origin::Package | Origin::Standard => FILES.into(),
    };
    for file in statics {
        if let Ok(inner) = file.path(db).strip_prefix(&root) {
            assets.files.insert(inner.to_owned(), file.blob(db));
        }
    }
    assets
}

/// Everything in the folders `files/` of the package and of those that it needs.
pub fn all_statics(db: &dyn Db) -> impl Iterator<Item = Static> {
    let own = Package::try_get(db).map(|package| package.statics(db)).into_iter().flatten();
    own.chain(super::dependencies(db).iter().flat_map(|dependency| dependency.statics(db))).copied()
}

/// The data files and templates of the package and of those that it needs.
pub fn all_texts(db: &dyn Db) -> impl Iterator<Item = File> {
    let own = Package::try_get(db).map(|package| package.texts(db)).into_iter().flatten();
    own.chain(super::dependencies(db).iter().flat_map(|dependency| dependency.texts(db))).copied()
}

/// What is wrong with the package's folders.
pub(super) fn diagnostics(db: &dyn Db, package: Package) -> Vec<Diagnostic> {
    let place = Place::new(*package.manifest(db), Span::at(0));
    let refused = package.refused(db).iter();
    refused
        .map(|RefusedAsset { path, why }| {
            let diagnostic = |headline: String, help: &str| {
                Diagnostic::error(code::REFUSED_ASSET, place, headline).here("this package").help(help)
            };
            match why {
                RefusedWhy::Link => diagnostic(
                    format!("`{path}` is a symbolic link"),
                    "put the file itself there: a build reads nothing outside of its package",
                ),
                RefusedWhy::Special => diagnostic(
                    format!("`{path}` is neither a file nor a folder"),
                    "take it out of the package",
                ),
                RefusedWhy::Folder => diagnostic(format!("`{path}` is a folder"), "put a file in its place"),
                RefusedWhy::Name => diagnostic(
                    format!("the name of `{path}` is not valid UTF-8"),
                    "rename it, or take it out of the package",
                ),
                RefusedWhy::Package => diagnostic(
                    format!("`{path}` is a package of its own: it has a `{MANIFEST}`"),
                    "move it out of this package, and name it by its path as a dependency",
                ),
                RefusedWhy::TooLarge if path == MANIFEST || path.starts_with(SOURCES) => diagnostic(
                    format!("`{path}` is larger than {} MiB", limit_of(path) >> 20),
                    "keep what is data in `data/` or `files/`",
                ),
                RefusedWhy::TooLarge => diagnostic(
                    format!("`{path}` is larger than {} MiB", LIMITS.file >> 20),
                    "let hosts fetch large files from where they are kept",
                ),
                RefusedWhy::TooMuch => diagnostic(
                    format!(
                        "`{path}` is too much: a package has {} files of {} MiB together at most",
                        LIMITS.files,
                        LIMITS.total >> 20
                    ),
                    "let hosts fetch large files from where they are kept",
                ),
            }
        })
        .collect()
}
