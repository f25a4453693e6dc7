//! Fetching dependencies: the only place where `mcc` reaches the network, and only for `mcc vendor`.
//!
//! What is fetched is hostile until its digest is known. Programs (`git`, `curl`) are run without a shell, in an
//! environment of their own, with addresses that were checked and cannot be options. Nothing that was fetched is
//! checked out, unpacked by a program or run: files are read out of the repository or the archive one by one,
//! after their names, kinds and sizes were looked at, and are written by `mcc` itself.

mod archive;
mod git;
mod process;
mod staging;
mod tar;

pub(crate) use process::{OsRunner, RunError};
pub(crate) use staging::{Staging, move_to, remove};

use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::package::Source;
use mc_compiler::package::tree::{TreeError, TreeHash};
use process::Runner;
use std::io;

/// Why a dependency could not be fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// A program could not be run, or failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The disk does not play along.
    #[error("cannot {what} `{path}`: {error}")]
    Disk {
        /// What was done.
        what: &'static str,
        /// With what.
        path: Utf8PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The files are such that nobody may depend on them.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The id is not a commit's.
    #[error("`{rev}` is {found} and not a commit")]
    NotACommit {
        /// The id.
        rev: String,
        /// What it is.
        found: String,
    },
    /// The folder is not there.
    #[error("there is no folder `{folder}` in it")]
    NoFolder {
        /// The folder that the manifest names.
        folder: Utf8PathBuf,
        /// The folder that has a package, if there is one such.
        instead: Option<Utf8PathBuf>,
    },
    /// The archive is another one.
    #[error("the archive has the digest {found}")]
    Digest {
        /// The digest of what was fetched.
        found: String,
    },
    /// The archive is none, or one that nothing here reads.
    #[error("the archive cannot be read: {0}")]
    BadArchive(String),
}

/// Fetches the package at `source` into a new folder, which is returned with the digest of its files. The folder
/// goes away with the [`Staging`] unless it is moved.
pub(crate) fn fetch(runner: &dyn Runner, staging: &Staging, source: &Source) -> Result<Fetched, FetchError> {
    match source {
        Source::Git { url, rev, folder } => git::fetch(runner, staging, url, rev, folder),
        Source::Archive { url, sha256, folder } => archive::fetch(runner, staging, url, sha256, folder),
        // Only what is not on the disk is fetched.
        Source::Path(path) => Err(FetchError::NoFolder { folder: path.clone(), instead: None }),
    }
}

/// What was fetched.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// Where its files are.
    pub(crate) folder: Utf8PathBuf,
    /// Their digest.
    pub(crate) hash: TreeHash,
}

fn disk(what: &'static str, path: &Utf8Path) -> impl FnOnce(io::Error) -> FetchError {
    let path = path.to_owned();
    move |error| FetchError::Disk { what, path, error }
}
