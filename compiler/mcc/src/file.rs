//! Writing files so that they are whole or not there, and reading with messages that name the file.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the files that the author names: what is read and written on the author's machine"
)]

use crate::failure::Failure;
use camino::{Utf8Path, Utf8PathBuf};
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};

/// `cannot WHAT PATH: why`
pub(crate) fn failure(what: &str, path: &Utf8Path, error: &std::io::Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::AlreadyExists => "it exists already".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "a part of the path is no folder".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => error.to_string(),
    };
    Failure::environment(format!("cannot {what} `{path}`: {why}"))
}

/// The content of a file of at most `limit` bytes.
pub(crate) fn read(path: &Utf8Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let file = File::open(path).map_err(|error| failure("read", path, &error))?;
    let mut content = Vec::new();
    file.take(limit + 1).read_to_end(&mut content).map_err(|error| failure("read", path, &error))?;
    if content.len() as u64 > limit {
        return Err(Failure::environment(format!("`{path}` is larger than {limit} bytes")));
    }
    Ok(content)
}

/// Whether a folder has nothing in it; one that is not there has not.
pub(crate) fn is_empty_folder(path: &Utf8Path) -> Result<bool, Failure> {
    match path.read_dir_utf8() {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(failure("look into", path, &error)),
    }
}

/// Whether something is there.
pub(crate) fn exists(path: &Utf8Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a path leads to a file, or to something else that can be read as one.
pub(crate) fn is_file(path: &Utf8Path) -> bool {
    path.metadata().is_ok_and(|found| !found.is_dir())
}

/// Whether others than the owner may read or write a file.
pub(crate) fn is_open_to_others(path: &Utf8Path) -> bool {
    path.metadata().is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// The path from the root, without links; as it was given where it leads nowhere.
pub(crate) fn absolute(path: &Utf8Path) -> Utf8PathBuf {
    // `.` has a name of its own only from the root.
    let path = if path.as_str().is_empty() { Utf8Path::new(".") } else { path };
    path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned())
}

/// Makes a folder and those above it.
pub(crate) fn create_folder(path: &Utf8Path) -> Result<(), Failure> {
    DirBuilder::new().recursive(true).mode(0o755).create(path).map_err(|error| failure("make", path, &error))
}

/// Writes a new file with these permission bits; one that is there already is a failure.
pub(crate) fn create(path: &Utf8Path, content: &[u8], mode: u32) -> Result<(), Failure> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|error| failure("write", path, &error))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(|error| {
        // Half a file helps nobody, and would be in the way of the next attempt.
        let _ = std::fs::remove_file(path);
        failure("write", path, &error)
    })
}

/// Writes a file as a whole: beside the old one, then in its place. A device or a pipe is written to.
pub(crate) fn replace(path: &Utf8Path, content: &[u8]) -> Result<(), Failure> {
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        let mut device =
            OpenOptions::new().write(true).open(path).map_err(|error| failure("write", path, &error))?;
        return device.write_all(content).map_err(|error| failure("write", path, &error));
    }
    put(path, content, None)
}

/// Writes a file that is there anew, as a whole: beside the old one, then in its place. It keeps its permission bits,
/// and a link stays a link to it.
pub(crate) fn rewrite(path: &Utf8Path, content: &[u8]) -> Result<(), Failure> {
    let found = std::fs::metadata(path).map_err(|error| failure("write", path, &error))?;
    put(&absolute(path), content, Some(found.permissions()))
}

/// The text of standard input.
pub(crate) fn read_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .read_to_string(&mut text)
        .map_err(|error| Failure::environment(format!("cannot read standard input: {error}")))?;
    Ok(text)
}

fn put(path: &Utf8Path, content: &[u8], keep: Option<Permissions>) -> Result<(), Failure> {
    let name = path.file_name().ok_or_else(|| Failure::environment(format!("`{path}` is no file's name")))?;
    let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = write_beside(&beside, content)
        .and_then(|()| keep.map_or(Ok(()), |keep| std::fs::set_permissions(&beside, keep)))
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|error| failure("write", path, &error));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Takes a file away; one that is gone already is no failure.
pub(crate) fn remove(path: &Utf8Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failure("remove", path, &error)),
        _ => Ok(()),
    }
}

fn write_beside(beside: &Utf8Path, content: &[u8]) -> std::io::Result<()> {
    // What an earlier process of the same number left behind.
    let _ = std::fs::remove_file(beside);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(beside)?;
    file.write_all(content)?;
    file.sync_all()
}
