//! Answers in the protocol's types. Everything here works on a snapshot, on a worker.

mod change;
mod completion;
mod navigation;
mod semantic;
mod structure;

pub(crate) use change::{code_actions, formatting, prepare_rename, rename};
pub(crate) use completion::completion;
pub(crate) use navigation::{definition, highlights, hover, references};
pub(crate) use semantic::{legend, semantic_tokens};
pub(crate) use structure::{document_symbols, folds, selections, workspace_symbols};

use crate::library::Library;
use crate::place::{Home, SINGLE, uri_of};
use crate::settings::Settings;
use camino::Utf8PathBuf;
use mc_compiler::diagnostic::{Place, code};
use mc_compiler::{Database, File, Origin, Severity};
use mc_syntax::Span;
use std::collections::BTreeMap;
use std::sync::Arc;
use tower_lsp::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Position, Range, Uri,
};

/// A file of a package, by its path in it, and what is wrong with it.
pub(crate) type FileDiagnostics = (Utf8PathBuf, Vec<Diagnostic>);

/// How the client names the files of a package.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) home: Home,
    /// What it names itself: documents that it shows with their versions, by their path in the package.
    pub(crate) open: BTreeMap<Utf8PathBuf, (Uri, i32)>,
    pub(crate) library: Arc<Library>,
    pub(crate) settings: Settings,
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

/// All problems of the package, by file and in the order of the sources.
pub(crate) fn diagnostics(db: &Database, names: &Names) -> Vec<FileDiagnostics> {
    let mut files: BTreeMap<Utf8PathBuf, Vec<Diagnostic>> = BTreeMap::new();
    for found in mc_ide::diagnostics(db) {
        let path = found.primary.file.path(db).clone();
        files.entry(path).or_default().push(diagnostic(db, names, &found));
    }
    files.into_iter().collect()
}

fn diagnostic(db: &Database, names: &Names, found: &mc_compiler::Diagnostic) -> Diagnostic {
    let code = found.code.to_string();
    let mut message = found.headline.clone();
    let mut add = |before: &str, text: &str| {
        if !text.is_empty() {
            message.push('\n');
            message.push_str(before);
            message.push_str(text);
        }
    };
    add("", &found.primary_label);
    if !names.settings.related {
        for (place, text) in &found.labels {
            let at = names.range(db, place.file, place.span).start.line + 1;
            add(&format!("{}:{at}: ", place.file.path(db)), text);
        }
    }
    for note in &found.notes {
        add("note: ", note);
    }
    add("help: ", found.help.as_deref().unwrap_or_default());
    let related = |(place, text): &(Place, String)| {
        let location = names.location(db, place.file, place.span)?;
        Some(DiagnosticRelatedInformation { location, message: text.clone() })
    };
    let related = found.labels.iter().filter(|_| names.settings.related).filter_map(related);
    let related: Vec<DiagnosticRelatedInformation> = related.collect();
    let page = names.settings.links.then(|| names.library.page(&code)).flatten();
    let tag = match found.code {
        code::UNREACHABLE_ARM
        | code::UNUSED_IMPORT
        | code::UNUSED_VALUE
        | code::UNUSED_PARAMETER
        | code::UNUSED_BINDING
        | code::UNUSED_DECLARATION => names.settings.unnecessary.then_some(DiagnosticTag::UNNECESSARY),
        code::DEPRECATED => names.settings.deprecated.then_some(DiagnosticTag::DEPRECATED),
        _ => None,
    };
    Diagnostic {
        range: names.range(db, found.primary.file, found.primary.span),
        severity: Some(match found.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(code)),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some("masterchef".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: tag.map(|tag| vec![tag]),
        data: None,
    }
}
