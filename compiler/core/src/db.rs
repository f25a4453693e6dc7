//! The incremental database: file texts go in, everything else is derived.

use crate::package::Dependency;
use camino::Utf8PathBuf;
use smol_str::SmolStr;
use std::sync::Arc;

/// Where a file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The standard library: never shown as the place of a user's mistake.
    Standard,
    /// The package that is compiled.
    Package,
    /// A package that it needs.
    Dependency(Dependency),
}

pub use input::{File, Program};

#[expect(missing_docs, reason = "the macro writes methods without documentation")]
mod input {
    use super::Origin;
    use camino::Utf8PathBuf;
    use smol_str::SmolStr;
    use std::sync::Arc;

    /// One source file.
    #[salsa::input(debug)]
    pub struct File {
        /// Its path in messages, relative to the package: `src/main.mc`.
        pub path: Utf8PathBuf,
        /// Its module: `web.nginx`; the root module is empty.
        pub module: SmolStr,
        /// Where it comes from.
        #[returns(copy)]
        pub origin: Origin,
        /// Its text.
        pub text: Arc<str>,
    }

    /// Everything that is compiled together: one package and the standard library.
    #[salsa::input(singleton, debug)]
    pub struct Program {
        /// The package's name.
        pub name: SmolStr,
        /// The package's files, sorted by path.
        pub files: Vec<File>,
        /// The standard library's files.
        pub standard: Vec<File>,
    }
}

/// The database as queries see it.
#[salsa::db]
pub trait Db: salsa::Database {
    /// A snapshot that shares what was computed, for a query that reads all of the package, outside of any other query.
    ///
    /// Salsa keeps the sets in which running queries note what they read, one for each depth, and clears all the room of
    /// a set after each use: behind a query that read much, every small one would pay for it. The sets of this snapshot go
    /// with it. Queries that read what they are asked about come in order of its size (`name::smallest_first`).
    fn snapshot(&self) -> Box<dyn Db>;
}

/// The database. Clones are snapshots that share what was computed.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {
    fn snapshot(&self) -> Box<dyn Db> {
        Box::new(self.clone())
    }
}

impl Database {
    /// An empty database with the standard library and a package without files.
    pub fn new() -> Self {
        Self::with_log(None)
    }

    /// The same; `log` receives an event for every query that runs, for tests of incrementality.
    pub fn with_log(log: Option<Box<dyn Fn(salsa::Event) + Send + Sync + 'static>>) -> Self {
        let db = Database { storage: salsa::Storage::new(log) };
        let standard = mc_stdlib::MODULES
            .iter()
            .map(|module| {
                File::builder(
                    Utf8PathBuf::from(module.file),
                    SmolStr::new(module.path),
                    Origin::Standard,
                    Arc::from(module.source),
                )
                .durability(salsa::Durability::HIGH)
                .new(&db)
            })
            .collect();
        let program = Program::builder(SmolStr::default(), Vec::new(), standard);
        // A singleton: queries find it without its handle.
        let _ = program.durability(salsa::Durability::HIGH).new(&db);
        db
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}
