//! A package on disk, loaded and checked.

use crate::command::explain;
use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use camino::Utf8Path;
use mc_compiler::diagnostic::render::{Format, RenderOptions, Tool, render, sarif};
use mc_compiler::package::{self, LoadError};
use mc_compiler::system::OsSystem;
use mc_compiler::{Database, Diagnostic, Severity};

/// A package in a database, with everything that is wrong with it.
pub(crate) struct Checked {
    /// The database.
    pub(crate) db: Database,
    /// Errors and warnings.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Loads and checks the package in `root`.
    pub(crate) fn load(root: &Utf8Path) -> Result<Self, Failure> {
        let mut db = Database::new();
        // The folder's name is used in messages, and `.` has none.
        package::load(&mut db, &OsSystem, &file::absolute(root)).map_err(|error| match error {
            LoadError::NoFolder { .. } => Failure::environment(format!("there is no folder `{root}`"))
                .hint(format!("make a package there with `mcc new {root}`")),
            error => Failure::environment(error.to_string()),
        })?;
        let diagnostics = mc_compiler::diagnostics(&db);
        Ok(Checked { db, diagnostics })
    }

    /// Whether the package cannot be built.
    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The diagnostics as one SARIF log.
    pub(crate) fn sarif(&self) -> String {
        let tool = Tool { name: "mcc", version: env!("CARGO_PKG_VERSION"), page: &explain::page };
        sarif(&self.db, &self.diagnostics, &tool, !self.has_errors())
    }

    /// The diagnostics as text.
    pub(crate) fn render(&self, env: &Env, format: Format) -> String {
        let color = env.color && format == Format::Full;
        let options = RenderOptions { format, color, ascii: env.ascii, width: env.width };
        render(&self.db, &self.diagnostics, &options)
    }
}
