//! The compiler's view of the outside world. Nothing else in the compiler reads files.

use camino::{Utf8Path, Utf8PathBuf};

/// What the compiler needs of a file system. All paths are absolute or relative to the caller's folder.
pub trait System {
    /// The text of a regular file. An error also when it is not UTF-8 or larger than [`TEXT_LIMIT`].
    fn read_to_string(&self, path: &Utf8Path) -> Result<String, SystemError>;
    /// The files below a folder, as paths relative to it, sorted. Links are not followed, and names that are not
    /// UTF-8 are left out.
    fn list_files(&self, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, SystemError>;
    /// Whether a file or folder is there.
    fn exists(&self, path: &Utf8Path) -> bool;
    /// The bytes of a regular file of at most `limit` bytes; no more than that is read. Never waits for somebody
    /// else: what stands there may be a pipe.
    fn read(&self, path: &Utf8Path, limit: u64) -> Result<Vec<u8>, SystemError>;
    /// What stands at a path. A link is a link, wherever it leads.
    fn kind(&self, path: &Utf8Path) -> Option<Kind>;
    /// The names of what stands directly in a folder, sorted.
    fn names(&self, folder: &Utf8Path) -> Result<Vec<String>, SystemError>;
    /// Everything below a folder that is no folder, links and devices too, with paths relative to it and sorted.
    /// Links are not followed. An error if there are more than `most` entries, folders included.
    fn walk(&self, folder: &Utf8Path, most: usize) -> Result<Vec<Entry>, SystemError>;
}

/// The most bytes that are read as one text where nothing says less.
pub const TEXT_LIMIT: u64 = 64 << 20;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a pipe, a socket.
    Special,
    /// Something whose name is not UTF-8, which [`System::walk`] writes as far as it is.
    Unnamed,
}

/// An entry of [`System::walk`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its path, relative to where the walk began.
    pub path: Utf8PathBuf,
    /// What it is; never a folder.
    pub kind: Kind,
}

/// A failure of the environment.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SystemError {
    /// The file or folder is not there.
    #[error("{path} does not exist")]
    NotFound {
        /// What was looked for.
        path: Utf8PathBuf,
    },
    /// The file is not text.
    #[error("{path} is not valid UTF-8")]
    NotText {
        /// The file.
        path: Utf8PathBuf,
    },
    /// It is a folder, a device, a pipe or a socket.
    #[error("{path} is not a regular file")]
    NotAFile {
        /// What was to be read.
        path: Utf8PathBuf,
    },
    /// The file is larger than it may be.
    #[error("{path} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: Utf8PathBuf,
        /// What was allowed.
        limit: u64,
    },
    /// The folder holds more than it may.
    #[error("{path} holds more than {limit} files")]
    TooMany {
        /// The folder.
        path: Utf8PathBuf,
        /// What was allowed.
        limit: usize,
    },
    /// Anything else the system says.
    #[error("cannot read {path}: {reason}")]
    Other {
        /// What was read.
        path: Utf8PathBuf,
        /// The system's words.
        reason: String,
    },
}

#[cfg(feature = "os")]
pub use os::OsSystem;

#[cfg(feature = "os")]
mod os {
    #![allow(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        reason = "the one real file system of the compiler"
    )]

    use super::{Entry, Kind, System, SystemError, TEXT_LIMIT};
    use camino::{Utf8Path, Utf8PathBuf};
    use std::fs::{File, OpenOptions};
    use std::io::{ErrorKind, Read};

    /// The real file system.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct OsSystem;

    fn error(path: &Utf8Path, error: &std::io::Error) -> SystemError {
        let path = path.to_owned();
        match error.kind() {
            ErrorKind::NotFound => SystemError::NotFound { path },
            ErrorKind::InvalidData => SystemError::NotText { path },
            _ => SystemError::Other { path, reason: error.to_string() },
        }
    }

    /// Opens a regular file. Opening a pipe waits until somebody writes, and opening a terminal may make it the
    /// process's own: neither is done, and what was opened is looked at, for it may have changed since.
    fn open(path: &Utf8Path) -> Result<File, SystemError> {
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(
            &mut options,
            (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY).bits().cast_signed(),
        );
        let file = options.open(path).map_err(|e| error(path, &e))?;
        match file.metadata().map_err(|e| error(path, &e))?.is_file() {
            true => Ok(file),
            false => Err(SystemError::NotAFile { path: path.to_owned() }),
        }
    }

    impl System for OsSystem {
        fn read_to_string(&self, path: &Utf8Path) -> Result<String, SystemError> {
            let content = self.read(path, TEXT_LIMIT)?;
            String::from_utf8(content).map_err(|_| SystemError::NotText { path: path.to_owned() })
        }

        fn list_files(&self, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, SystemError> {
            let mut found = Vec::new();
            let mut folders = vec![Utf8PathBuf::new()];
            while let Some(relative) = folders.pop() {
                let at = folder.join(&relative);
                for entry in at.as_std_path().read_dir().map_err(|e| error(&at, &e))? {
                    let entry = entry.map_err(|e| error(&at, &e))?;
                    let Ok(name) = entry.file_name().into_string() else { continue };
                    let path = relative.join(name);
                    let kind = entry.file_type().map_err(|e| error(&at, &e))?;
                    if kind.is_dir() {
                        folders.push(path);
                    } else if kind.is_file() {
                        found.push(path);
                    }
                }
            }
            found.sort();
            Ok(found)
        }

        fn exists(&self, path: &Utf8Path) -> bool {
            path.exists()
        }

        fn read(&self, path: &Utf8Path, limit: u64) -> Result<Vec<u8>, SystemError> {
            let file = open(path)?;
            let mut content = Vec::new();
            file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(|e| error(path, &e))?;
            if content.len() as u64 > limit {
                return Err(SystemError::TooLarge { path: path.to_owned(), limit });
            }
            Ok(content)
        }

        fn kind(&self, path: &Utf8Path) -> Option<Kind> {
            Some(kind(path.symlink_metadata().ok()?.file_type()))
        }

        fn names(&self, folder: &Utf8Path) -> Result<Vec<String>, SystemError> {
            let mut names = Vec::new();
            // By the standard library: a name that is not UTF-8 is none that anything looks for.
            for entry in folder.as_std_path().read_dir().map_err(|e| error(folder, &e))? {
                names.extend(entry.map_err(|e| error(folder, &e))?.file_name().into_string().ok());
            }
            names.sort();
            Ok(names)
        }

        fn walk(&self, folder: &Utf8Path, most: usize) -> Result<Vec<Entry>, SystemError> {
            let mut found = Vec::new();
            let mut folders = vec![Utf8PathBuf::new()];
            let mut count = 0;
            while let Some(relative) = folders.pop() {
                let at = folder.join(&relative);
                for entry in at.as_std_path().read_dir().map_err(|e| error(&at, &e))? {
                    let entry = entry.map_err(|e| error(&at, &e))?;
                    count += 1;
                    if count > most {
                        return Err(SystemError::TooMany { path: folder.to_owned(), limit: most });
                    }
                    let name = entry.file_name();
                    let Some(text) = name.to_str() else {
                        let path = relative.join(&*name.to_string_lossy());
                        found.push(Entry { path, kind: Kind::Unnamed });
                        continue;
                    };
                    let path = relative.join(text);
                    match kind(entry.file_type().map_err(|e| error(&at, &e))?) {
                        Kind::Folder => folders.push(path),
                        kind => found.push(Entry { path, kind }),
                    }
                }
            }
            found.sort();
            Ok(found)
        }
    }

    fn kind(found: std::fs::FileType) -> Kind {
        if found.is_symlink() {
            Kind::Link
        } else if found.is_dir() {
            Kind::Folder
        } else if found.is_file() {
            Kind::File
        } else {
            Kind::Special
        }
    }
}

#[cfg(any(test, feature = "testing"))]
pub use memory::MemorySystem;

#[cfg(any(test, feature = "testing"))]
mod memory {
    use super::{Entry, Kind, System, SystemError};
    use camino::{Utf8Path, Utf8PathBuf};
    use std::collections::BTreeMap;

    /// A file system in memory.
    #[derive(Clone, Debug, Default)]
    pub struct MemorySystem {
        /// Texts by path.
        pub files: BTreeMap<Utf8PathBuf, String>,
        /// What is neither a file nor a folder.
        pub others: BTreeMap<Utf8PathBuf, Kind>,
    }

    impl MemorySystem {
        /// A file system with these files.
        pub fn new(files: impl IntoIterator<Item = (Utf8PathBuf, String)>) -> Self {
            MemorySystem { files: files.into_iter().collect(), others: BTreeMap::new() }
        }
    }

    impl System for MemorySystem {
        fn read_to_string(&self, path: &Utf8Path) -> Result<String, SystemError> {
            self.files.get(path).cloned().ok_or_else(|| SystemError::NotFound { path: path.to_owned() })
        }

        fn list_files(&self, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, SystemError> {
            let below = self.files.keys().filter_map(|p| p.strip_prefix(folder).ok());
            Ok(below.map(Utf8Path::to_owned).collect())
        }

        fn exists(&self, path: &Utf8Path) -> bool {
            self.files.keys().chain(self.others.keys()).any(|p| p.starts_with(path))
        }

        fn read(&self, path: &Utf8Path, limit: u64) -> Result<Vec<u8>, SystemError> {
            let text = self.read_to_string(path)?;
            if text.len() as u64 > limit {
                return Err(SystemError::TooLarge { path: path.to_owned(), limit });
            }
            Ok(text.into_bytes())
        }

        fn kind(&self, path: &Utf8Path) -> Option<Kind> {
            if let Some(kind) = self.others.get(path) {
                return Some(*kind);
            }
            if self.files.contains_key(path) {
                return Some(Kind::File);
            }
            self.exists(path).then_some(Kind::Folder)
        }

        fn names(&self, folder: &Utf8Path) -> Result<Vec<String>, SystemError> {
            let all = self.files.keys().chain(self.others.keys());
            let first = |path: &Utf8PathBuf| Some(path.strip_prefix(folder).ok()?.iter().next()?.to_owned());
            let mut names: Vec<String> = all.filter_map(first).collect();
            names.sort();
            names.dedup();
            Ok(names)
        }

        fn walk(&self, folder: &Utf8Path, most: usize) -> Result<Vec<Entry>, SystemError> {
            let all = self.files.keys().map(|path| (path, Kind::File));
            let all = all.chain(self.others.iter().map(|(path, kind)| (path, *kind)));
            let mut found: Vec<Entry> = all
                .filter_map(|(path, kind)| {
                    Some(Entry { path: path.strip_prefix(folder).ok()?.to_owned(), kind })
                })
                .collect();
            if found.len() > most {
                return Err(SystemError::TooMany { path: folder.to_owned(), limit: most });
            }
            found.sort();
            Ok(found)
        }
    }
}
