//! The folder in which a package takes shape before it is moved to its place.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "what is fetched is written beside its place and moved there whole"
)]

use super::{FetchError, disk};
use camino::{Utf8Path, Utf8PathBuf};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};

/// The end of the names of folders that are not finished.
const UNFINISHED: &str = ".part";

/// A folder of its own in `vendor/`. It goes away when this is dropped.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: Utf8PathBuf,
}

impl Staging {
    /// A new folder in `vendor`, which is made too. What a run that was killed left behind is taken away.
    pub(crate) fn new(vendor: &Utf8Path) -> Result<Self, FetchError> {
        if vendor.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
            return Err(disk("write to", vendor)(std::io::Error::other("it is no folder")));
        }
        make_folder(vendor)?;
        let names = vendor.read_dir_utf8().map_err(disk("look into", vendor))?;
        for name in names.flatten().map(|entry| entry.file_name().to_owned()) {
            if name.starts_with('.') && name.ends_with(UNFINISHED) {
                remove(&vendor.join(name))?;
            }
        }
        let folder = vendor.join(format!(".{}{UNFINISHED}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&folder).map_err(disk("make", &folder))?;
        Ok(Staging { folder })
    }

    /// A new folder in it.
    pub(crate) fn folder(&self, name: &str) -> Result<Utf8PathBuf, FetchError> {
        let folder = self.folder.join(name);
        remove(&folder)?;
        DirBuilder::new().mode(0o755).create(&folder).map_err(disk("make", &folder))?;
        Ok(folder)
    }

    /// A new file in it.
    pub(crate) fn file(&self, name: &str) -> Result<(File, Utf8PathBuf), FetchError> {
        let path = self.folder.join(name);
        remove(&path)?;
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).mode(0o600).open(&path);
        Ok((file.map_err(disk("write", &path))?, path))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Writes a file that is not there yet, and the folders above it, below `root`. At most `size` bytes are read.
pub(super) fn write(
    root: &Utf8Path,
    path: &Utf8Path,
    size: u64,
    from: &mut dyn Read,
) -> Result<(), FetchError> {
    let full = root.join(path);
    if let Some(parent) = full.parent() {
        make_folder(parent)?;
    }
    let mut options = OpenOptions::new();
    let mut file =
        options.write(true).create_new(true).mode(0o644).open(&full).map_err(disk("write", &full))?;
    let written = std::io::copy(&mut from.take(size), &mut file).map_err(disk("write", &full))?;
    if written != size {
        let error = std::io::Error::new(ErrorKind::UnexpectedEof, "its content ends too early");
        return Err(disk("write", &full)(error));
    }
    file.flush().map_err(disk("write", &full))
}

/// Moves a finished folder to its place; what was there goes away.
pub(crate) fn move_to(finished: &Utf8Path, place: &Utf8Path) -> Result<(), FetchError> {
    remove(place)?;
    std::fs::rename(finished, place).map_err(disk("move a folder to", place))
}

/// Takes away a file or a folder with what is in it; nothing if it is not there. Links are not followed.
pub(crate) fn remove(path: &Utf8Path) -> Result<(), FetchError> {
    let found = match path.symlink_metadata() {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(disk("look at", path)(error)),
    };
    let removed = if found.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    removed.map_err(disk("remove", path))
}

fn make_folder(path: &Utf8Path) -> Result<(), FetchError> {
    DirBuilder::new().recursive(true).mode(0o755).create(path).map_err(disk("make", path))
}

/// Opens a file that the author's manifest names, if it is one.
pub(super) fn open(path: &Utf8Path) -> Result<File, FetchError> {
    // Looked at first: opening a pipe would wait for somebody to write into it.
    if path.metadata().map_err(disk("read", path))?.is_file() {
        return File::open(path).map_err(disk("read", path));
    }
    Err(disk("read", path)(std::io::Error::other("it is no file")))
}
