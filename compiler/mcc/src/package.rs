//! A package on disk, loaded and checked.
//!
//! A lock that is missing is written by the commands that check and build; one that is there is changed by `mcc
//! vendor` alone (`docs/decisions/0008-vendor-and-lock.md`).

use crate::command::explain;
use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use camino::Utf8Path;
use mc_compiler::diagnostic::fix::{self, Trust};
use mc_compiler::diagnostic::render::{Format, RenderOptions, Tool, render, sarif};
use mc_compiler::diagnostic::{Place, code};
use mc_compiler::package::{self, LOCK, LoadError, LockState, Package};
use mc_compiler::system::{OsSystem, System};
use mc_compiler::{Database, Diagnostic, Severity};
use mc_plan::digest::sha256;
use mc_syntax::Span;
use std::mem::ManuallyDrop;

/// A package in a database, with everything that is wrong with it.
pub(crate) struct Checked {
    /// The database.
    pub(crate) db: Database,
    /// Errors and warnings.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Loads and checks the package in `root`. It is never taken apart: that would cost as much as a twentieth of all the
    /// work, right before the process ends.
    pub(crate) fn load(root: &Utf8Path) -> Result<ManuallyDrop<Self>, Failure> {
        let mut db = Database::new();
        load(&mut db, &OsSystem, root)?;
        let diagnostics = mc_compiler::diagnostics(&db);
        Ok(ManuallyDrop::new(Checked { db, diagnostics }))
    }

    /// Applies the fixes of what `find` gives, again until there are none, writes the files that they change, and
    /// keeps what is left. Gives how many it applied.
    pub(crate) fn fix(
        &mut self,
        root: &Utf8Path,
        trust: Trust,
        find: &dyn Fn(&Database) -> Vec<Diagnostic>,
        env: &Env,
    ) -> Result<usize, Failure> {
        let applied = fix::apply(&mut self.db, trust, find);
        for (path, text) in &applied.texts {
            file::replace(&root.join(path), text.as_bytes())?;
        }
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        if applied.count > 0 {
            let (fixes, files) = (count(applied.count, "fix"), count(applied.texts.len(), "file"));
            let fixes = if applied.count == 1 { fixes } else { fixes.replace("fixs", "fixes") };
            env.say(&format!("applied {fixes} in {files}\n"));
        }
        if applied.taken_back {
            env.say("some fixes were taken back: the package would have become wrong, which is a mistake of mcc\n");
        }
        self.diagnostics = applied.left;
        Ok(applied.count)
    }

    /// Sees to the lock: writes one that is missing, if the package is right. `locked` says that it may not be
    /// missing, and `strict` that it may not be behind the packages.
    pub(crate) fn settle_lock(
        &mut self,
        root: &Utf8Path,
        locked: bool,
        strict: bool,
        env: &Env,
    ) -> Result<(), Failure> {
        if strict || locked {
            for found in self.diagnostics.iter_mut().filter(|found| found.code == code::LOCK_BEHIND) {
                found.severity = Severity::Error;
            }
        }
        // Before anything else is known, a wrong package needs no lock.
        if self.has_errors() || package::lock_state(&self.db) != LockState::Missing {
            return Ok(());
        }
        let Some(lock) = package::current_lock(&self.db) else { return Ok(()) };
        if locked {
            let manifest = *Package::get(&self.db).manifest(&self.db);
            let place = Place::new(manifest, Span::at(0));
            let headline = format!("the package has dependencies and no `{LOCK}`");
            let found = Diagnostic::error(code::NOT_LOCKED, place, headline).here("this package");
            self.diagnostics.push(found.help("`mcc vendor` writes it; keep it with your sources"));
            return Ok(());
        }
        let path = root.join(LOCK);
        let written = file::replace(&path, lock.text().as_bytes());
        match written {
            Ok(()) => env.say(&format!("wrote `{path}`: keep it with your sources\n")),
            Err(failure) if strict => return Err(failure),
            // A package that can only be read can be checked all the same.
            Err(failure) => env.say(&failure.text(env.color)),
        }
        Ok(())
    }

    /// Digest of the lock that the packages have, by its text as `mcc` writes it. None without dependencies.
    pub(crate) fn lock_digest(&self) -> Option<[u8; 32]> {
        let lock = package::current_lock(&self.db)?;
        (!lock.packages.is_empty()).then(|| sha256(lock.text().as_bytes()))
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
        text(&self.db, &self.diagnostics, env, format)
    }
}

/// Diagnostics as text.
pub(crate) fn text(db: &Database, diagnostics: &[Diagnostic], env: &Env, format: Format) -> String {
    let color = env.color && format == Format::Full;
    let options = RenderOptions { format, color, ascii: env.ascii, width: env.width };
    render(db, diagnostics, &options)
}

/// Loads the package in `root`.
pub(crate) fn load(db: &mut Database, system: &dyn System, root: &Utf8Path) -> Result<(), Failure> {
    // The folder's name is used in messages, and `.` has none.
    package::load(db, system, &file::absolute(root)).map(drop).map_err(|error| match error {
        LoadError::NoFolder { .. } => Failure::environment(format!("there is no folder `{root}`"))
            .hint(format!("make a package there with `mcc new {root}`")),
        error => Failure::environment(error.to_string()),
    })
}
