//! Answers in the protocol's types. Everything here works on a snapshot, on a worker.

mod action;
mod change;
mod completion;
mod disk;
mod help;
mod hierarchy;
mod lens;
mod navigation;
mod plan;
mod problem;
mod semantic;
mod structure;
mod test;

pub(crate) use action::{action_document, action_kinds, code_actions, resolve_action};
pub(crate) use change::{format_on_type, format_range, formatting, prepare_rename, rename, renamed_files};
pub(crate) use completion::{Asked, completion, resolve_completion};
pub(crate) use help::{document_links, inlay_hints, signature_help};
pub(crate) use hierarchy::{
    incoming_calls, outgoing_calls, prepare_calls, prepare_types, subtypes, supertypes,
};
pub(crate) use lens::{LensData, lenses, resolved};
pub(crate) use navigation::{
    definition, highlights, hover, implementations, linked, references, type_definition,
};
pub(crate) use plan::{plan_view, runs_before, why};
pub(crate) use problem::{
    document_report, package_reports, problems_beyond_files, problems_of_file, problems_of_files,
};
pub(crate) use semantic::{legend, semantic_tokens, token_edits};
pub(crate) use structure::{document_symbols, folds, selections, workspace_symbols};
pub(crate) use test::{run_tests, tests};

use crate::library::Library;
use crate::place::{Home, SINGLE, path_of, uri_of};
use crate::settings::Settings;
use camino::Utf8PathBuf;
use mc_compiler::{Database, File, Origin};
use mc_syntax::Span;
use std::collections::BTreeMap;
use std::sync::Arc;
use tower_lsp::ls_types::{Diagnostic, Location, Position, Range, Uri};

/// A file of a package, by its path in it, and what is wrong with it.
pub(crate) type FileDiagnostics = (Utf8PathBuf, Vec<Diagnostic>);

/// How the client names the files of a package.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) home: Home,
    /// What it names itself: documents that it shows with their versions, by their path in the package. Those of
    /// packages that are needed by their path too.
    pub(crate) open: BTreeMap<Utf8PathBuf, (Uri, i32)>,
    pub(crate) library: Arc<Library>,
    pub(crate) settings: Settings,
    /// Why the package could not be read last time.
    pub(crate) unreadable: Option<String>,
}

impl Names {
    /// The name of a file of the package by its path. None for what is no file anywhere, such as the manifest
    /// of a document on its own.
    pub(crate) fn uri(&self, path: &camino::Utf8Path) -> Option<Uri> {
        if let Some((uri, _)) = self.open.get(path) {
            return Some(uri.clone());
        }
        match &self.home {
            Home::Package(root) => uri_of(&root.join(path)),
            Home::Single(uri) => (path == SINGLE).then(|| uri.clone()),
            Home::Library => None,
        }
    }

    /// Whether a name is one of a file of this package.
    pub(crate) fn holds(&self, uri: &Uri) -> bool {
        match &self.home {
            Home::Package(root) => path_of(uri).is_some_and(|path| path.starts_with(root)),
            Home::Single(single) => single == uri,
            Home::Library => false,
        }
    }

    /// Whether a change may come with new files: the client creates them, and there is a folder for them.
    pub(crate) fn creates_files(&self) -> bool {
        self.settings.creates_files && matches!(self.home, Home::Package(_))
    }

    /// The version of a document that is shown.
    pub(crate) fn version(&self, path: &camino::Utf8Path) -> Option<i32> {
        self.open.get(path).map(|(_, version)| *version)
    }

    pub(crate) fn uri_of_file(&self, db: &Database, file: File) -> Option<Uri> {
        match file.origin(db) {
            Origin::Package | Origin::Dependency(_) => self.uri(file.path(db)),
            Origin::Standard => self.library.standard(file.path(db)),
        }
    }

    pub(crate) fn range(&self, db: &Database, file: File, span: Span) -> Range {
        let lines = mc_ide::line_index(db, file);
        let (start, end) = lines.range(file.text(db), span, self.settings.encoding);
        let position = |p: mc_ide::Position| Position::new(p.line, p.column);
        Range::new(position(start), position(end))
    }

    pub(crate) fn location(&self, db: &Database, file: File, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri_of_file(db, file)?, range: self.range(db, file, span) })
    }
}
