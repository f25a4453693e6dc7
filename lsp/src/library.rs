//! What the server carries inside and editors open as files: the standard library's sources and the pages of the
//! diagnostics.
//!
//! They are shown as read-only files in the user's cache folder: any editor opens those, which is not so
//! for documents that a server makes up. The folder's name is a digest of what is in it, so servers of
//! different versions do not disturb each other.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the server's own files in the user's cache folder"
)]

use crate::log;
use crate::place::uri_of;
use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use tower_lsp::ls_types::Uri;

/// Name and text of each page, sorted by name. Made by the build script.
const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The folder with what the server carries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Library {
    /// None when there is no cache folder, or none that can be written.
    folder: Option<Utf8PathBuf>,
}

impl Library {
    /// Writes what is missing or differs into the user's cache folder.
    pub(crate) fn open() -> Self {
        let Some(cache) = cache_folder() else {
            log("neither XDG_CACHE_HOME nor HOME is set: definitions in the standard library are not shown");
            return Library::default();
        };
        match Self::write(&cache.join("masterchef")) {
            Ok(library) => library,
            Err(error) => {
                log(&format!("cannot write to {cache}: {error}"));
                Library::default()
            }
        }
    }

    fn write(cache: &Utf8Path) -> io::Result<Self> {
        let folder = cache.join("lsp").join(digest());
        for (path, text) in files() {
            let path = folder.join(path);
            // Read and not only looked for: whoever opens it shall see what the compiler has.
            if fs::read(&path).is_ok_and(|found| found == text.as_bytes()) {
                continue;
            }
            let parent = path.parent().unwrap_or(&folder);
            fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
            let temporary = path.with_extension(format!("{}.new", std::process::id()));
            let result = (|| {
                let _ = fs::remove_file(&temporary);
                let mut options = OpenOptions::new();
                options.write(true).create_new(true).mode(0o444);
                options.open(&temporary)?.write_all(text.as_bytes())?;
                fs::rename(&temporary, &path)
            })();
            if result.is_err() {
                let _ = fs::remove_file(&temporary);
            }
            result?;
        }
        Ok(Library { folder: Some(folder) })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> Option<&Utf8Path> {
        self.folder.as_deref()
    }

    /// A file of the standard library, by its path in messages: `std/fs.mc`.
    pub(crate) fn standard(&self, path: &Utf8Path) -> Option<Uri> {
        uri_of(&self.folder.as_ref()?.join(path))
    }

    /// The page of a code.
    pub(crate) fn page(&self, code: &str) -> Option<Uri> {
        let name = format!("{code}.md");
        PAGES.binary_search_by_key(&name.as_str(), |(name, _)| name).ok()?;
        uri_of(&self.folder.as_ref()?.join("diagnostics").join(name))
    }
}

fn files() -> impl Iterator<Item = (Utf8PathBuf, &'static str)> {
    let standard = mc_stdlib::MODULES.iter().map(|module| (Utf8PathBuf::from(module.file), module.source));
    let pages = PAGES.iter().map(|(name, text)| (Utf8Path::new("diagnostics").join(name), *text));
    standard.chain(pages)
}

fn digest() -> String {
    let mut hasher = Sha256::new();
    for (path, text) in files() {
        for part in [path.as_str(), text] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().iter().take(8).fold(String::new(), |mut hex, byte| {
        // invariant: writing to a string does not fail
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The user's folder for what can be made again, by the XDG Base Directory Specification.
fn cache_folder() -> Option<Utf8PathBuf> {
    let absolute = |name: &str| {
        let path = Utf8PathBuf::from(std::env::var(name).ok()?);
        path.is_absolute().then_some(path)
    };
    absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mc_test_support::scratch::Scratch;

    #[test]
    fn every_file_is_there_and_repaired() {
        let scratch = Scratch::new();
        let library = Library::write(scratch.path()).expect("written");
        let path = library.folder().expect("a folder").join("std/fs.mc");
        let source = fs::read_to_string(&path).expect("written");
        assert!(source.contains("pub resource File"), "{source}");

        fs::remove_file(&path).expect("removed");
        fs::write(&path, "changed").expect("changed");
        Library::write(scratch.path()).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("written"), source);
        let names: Vec<_> = fs::read_dir(path.parent().expect("a folder")).expect("read").flatten().collect();
        assert_eq!(names.len(), mc_stdlib::MODULES.len(), "nothing is left behind");
    }

    #[test]
    fn pages_are_found_by_their_code() {
        let library = Library { folder: Some("/cache".into()) };
        let page = library.page("MC0101").expect("a page");
        assert_eq!(page.as_str(), "file:///cache/diagnostics/MC0101.md");
        assert_eq!(library.page("no code"), None);
        assert_eq!(Library::default().page("MC0101"), None);
    }
}
