//! Temporary folders with UTF-8 paths.

use camino::{Utf8Path, Utf8PathBuf};

/// A folder that is removed when the value is dropped, also by a panic.
#[derive(Debug)]
pub struct Scratch {
    _dir: tempfile::TempDir,
    path: Utf8PathBuf,
}

impl Scratch {
    /// A new, empty folder.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("masterchef-").tempdir().expect("a temporary folder");
        // Canonical, so that paths in outputs and traces are the ones a test compares with.
        let path = std::fs::canonicalize(dir.path()).expect("the folder exists");
        let path = Utf8PathBuf::from_path_buf(path).expect("temporary folders have UTF-8 names");
        Self { _dir: dir, path }
    }

    /// Where it is.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// The path of `name` in it.
    pub fn join(&self, name: &str) -> Utf8PathBuf {
        self.path.join(name)
    }

    /// Writes a file in it, with the folders above the file, and returns its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Utf8PathBuf {
        let path = self.path.join(name);
        let parent = path.parent().expect("a name below the folder");
        std::fs::create_dir_all(parent).unwrap_or_else(|e| panic!("cannot create {parent}: {e}"));
        std::fs::write(&path, content).unwrap_or_else(|e| panic!("cannot write {path}: {e}"));
        path
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}
