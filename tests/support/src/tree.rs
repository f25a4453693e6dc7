//! Pictures of file trees, and what differs between two of them.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::fs::MetadataExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest as _, Sha256};

/// What lies at one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// File, folder, link.
    pub kind: Kind,
    /// The permission bits, without those that give the file type.
    pub mode: u32,
    /// Owner's number.
    pub uid: u32,
    /// Group's number.
    pub gid: u32,
    /// Time of the last modification: seconds and nanoseconds since 1970.
    pub mtime: (i64, i64),
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File {
        /// SHA-256 of its content.
        sha256: [u8; 32],
    },
    /// A folder.
    Directory,
    /// A symbolic link.
    Symlink {
        /// Where it points, as written.
        target: String,
    },
    /// A device, socket or pipe.
    Other,
}

/// A file tree at one moment, by path relative to its root. The root itself is the empty path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The entries.
    pub entries: BTreeMap<Utf8PathBuf, Entry>,
}

/// One path at which two snapshots differ, and in what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The path, relative to the root.
    pub path: Utf8PathBuf,
    /// `created`, `removed`, or any of `kind`, `content`, `mode`, `owner`, `mtime`.
    pub what: Vec<&'static str>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.what.join(", "))
    }
}

impl Snapshot {
    /// Looks at everything below `root`. Links are not followed.
    pub fn take(root: &Utf8Path) -> Self {
        Self::take_except(root, &[])
    }

    /// The same, without the trees at `except`, which are relative to `root`.
    pub fn take_except(root: &Utf8Path, except: &[&str]) -> Self {
        let mut snapshot = Self::default();
        let mut pending = vec![Utf8PathBuf::new()];
        while let Some(relative) = pending.pop() {
            if except.iter().any(|path| relative == *path) {
                continue;
            }
            let path = if relative.as_str().is_empty() { root.to_owned() } else { root.join(&relative) };
            let entry = look(&path);
            if entry.kind == Kind::Directory {
                pending.extend(names(&path).into_iter().map(|name| relative.join(name)));
            }
            snapshot.entries.insert(relative, entry);
        }
        snapshot
    }

    /// The same tree with all modification times set to zero, to compare trees made at different times.
    #[must_use]
    pub fn without_times(mut self) -> Self {
        for entry in self.entries.values_mut() {
            entry.mtime = (0, 0);
        }
        self
    }

    /// What is different in `later`, in the order of paths. Folders whose only difference is the
    /// modification time are included: something in them was created, renamed or removed.
    pub fn differences(&self, later: &Self) -> Vec<Difference> {
        let mut paths: Vec<&Utf8PathBuf> = self.entries.keys().chain(later.entries.keys()).collect();
        paths.sort();
        paths.dedup();
        let differences = paths.into_iter().map(|path| {
            let what = match (self.entries.get(path), later.entries.get(path)) {
                (Some(before), Some(after)) => before.compare(after),
                (None, _) => vec!["created"],
                (_, None) => vec!["removed"],
            };
            Difference { path: path.clone(), what }
        });
        differences.filter(|difference| !difference.what.is_empty()).collect()
    }
}

impl Entry {
    fn compare(&self, after: &Self) -> Vec<&'static str> {
        let mut what = Vec::new();
        if self.kind != after.kind {
            let same_kind = std::mem::discriminant(&self.kind) == std::mem::discriminant(&after.kind);
            what.push(if same_kind { "content" } else { "kind" });
        }
        if self.mode != after.mode {
            what.push("mode");
        }
        if (self.uid, self.gid) != (after.uid, after.gid) {
            what.push("owner");
        }
        if self.mtime != after.mtime {
            what.push("mtime");
        }
        what
    }
}

fn look(path: &Utf8Path) -> Entry {
    let metadata = path.symlink_metadata().unwrap_or_else(|e| panic!("cannot look at {path}: {e}"));
    let kind = if metadata.is_symlink() {
        let target = std::fs::read_link(path).unwrap_or_else(|e| panic!("cannot read the link {path}: {e}"));
        Kind::Symlink { target: target.to_string_lossy().into_owned() }
    } else if metadata.is_dir() {
        Kind::Directory
    } else if metadata.is_file() {
        let content = std::fs::read(path).unwrap_or_else(|e| panic!("cannot read {path}: {e}"));
        Kind::File { sha256: Sha256::digest(content).into() }
    } else {
        Kind::Other
    };
    Entry {
        kind,
        mode: metadata.mode() & 0o7777,
        uid: metadata.uid(),
        gid: metadata.gid(),
        mtime: (metadata.mtime(), metadata.mtime_nsec()),
    }
}

fn names(path: &Utf8Path) -> Vec<String> {
    let entries = path.read_dir_utf8().unwrap_or_else(|e| panic!("cannot list {path}: {e}"));
    entries
        .map(|entry| entry.unwrap_or_else(|e| panic!("cannot list {path}: {e}")).file_name().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn every_kind_of_change_is_seen_and_nothing_else() {
        let scratch = Scratch::new();
        for name in ["same", "content", "mode", "removed", "kind", "state/log"] {
            scratch.write(name, "before");
        }
        let before = Snapshot::take_except(scratch.path(), &["state"]).without_times();
        scratch.write("content", "after!");
        scratch.write("state/log", "not looked at");
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(scratch.join("mode"), mode).expect("the file is ours");
        std::fs::remove_file(scratch.join("removed")).expect("the file is there");
        std::fs::remove_file(scratch.join("kind")).expect("the file is there");
        std::os::unix::fs::symlink("same", scratch.join("kind")).expect("the name is free");
        scratch.write("new/file", "");
        let after = Snapshot::take_except(scratch.path(), &["state"]).without_times();

        let found: Vec<String> = before.differences(&after).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "content: content",
                "kind: kind, mode",
                "mode: mode",
                "new: created",
                "new/file: created",
                "removed: removed"
            ]
        );
    }

    #[test]
    fn a_rewrite_with_the_same_content_shows_in_the_times() {
        let scratch = Scratch::new();
        scratch.write("file", "same");
        let before = Snapshot::take(scratch.path());
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        let file =
            std::fs::File::options().write(true).open(scratch.join("file")).expect("the file is there");
        file.set_modified(time).expect("the file is ours");
        let found = before.differences(&Snapshot::take(scratch.path()));
        assert_eq!(found, [Difference { path: "file".into(), what: vec!["mtime"] }]);
    }
}
