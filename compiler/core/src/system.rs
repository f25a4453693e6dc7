//! The compiler's view of the outside world. Nothing else in the compiler reads files.

use camino::{Utf8Path, Utf8PathBuf};

/// What the compiler needs of a file system. All paths are absolute or relative to the caller's folder.
pub trait System {
    /// The text of a file. An error also when it is not UTF-8 or larger than 4 GiB.
    fn read_to_string(&self, path: &Utf8Path) -> Result<String, SystemError>;
    /// The files below a folder, as paths relative to it, sorted. Links are not followed.
    fn list_files(&self, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, SystemError>;
    /// Whether a file or folder is there.
    fn exists(&self, path: &Utf8Path) -> bool;
}

/// A failure of the environment.
#[derive(Debug, thiserror::Error)]
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

    use super::{System, SystemError};
    use camino::{Utf8Path, Utf8PathBuf};
    use std::io::ErrorKind;

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

    impl System for OsSystem {
        fn read_to_string(&self, path: &Utf8Path) -> Result<String, SystemError> {
            std::fs::read_to_string(path).map_err(|e| error(path, &e))
        }

        fn list_files(&self, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, SystemError> {
            let mut found = Vec::new();
            let mut folders = vec![Utf8PathBuf::new()];
            while let Some(relative) = folders.pop() {
                let at = folder.join(&relative);
                for entry in at.read_dir_utf8().map_err(|e| error(&at, &e))? {
                    let entry = entry.map_err(|e| error(&at, &e))?;
                    let path = relative.join(entry.file_name());
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
    }
}

#[cfg(any(test, feature = "testing"))]
pub use memory::MemorySystem;

#[cfg(any(test, feature = "testing"))]
mod memory {
    use super::{System, SystemError};
    use camino::{Utf8Path, Utf8PathBuf};
    use std::collections::BTreeMap;

    /// A file system in memory.
    #[derive(Clone, Debug, Default)]
    pub struct MemorySystem {
        /// Texts by path.
        pub files: BTreeMap<Utf8PathBuf, String>,
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
            self.files.keys().any(|p| p.starts_with(path))
        }
    }
}
