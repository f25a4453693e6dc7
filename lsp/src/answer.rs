//! Answers in the protocol's types. Everything here works on a snapshot, on a worker.

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
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    GotoDefinitionResponse, Hover, HoverContents, Location, MarkupContent, MarkupKind, NumberOrString,
    Position, Range, TextEdit, Uri,
};

/// What a question is answered with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Nothing,
    Hover(Hover),
    Definition(GotoDefinitionResponse),
    Edits(Vec<TextEdit>),
}

/// A file of a package, by its path in it, and what is wrong with it.
pub(crate) type FileDiagnostics = (Utf8PathBuf, Vec<Diagnostic>);

/// How the client names the files of a package.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) home: Home,
    /// What it names itself: documents that it shows, by their path in the package.
    pub(crate) open: BTreeMap<Utf8PathBuf, Uri>,
    pub(crate) library: Arc<Library>,
    pub(crate) settings: Settings,
}

impl Names {
    /// The name of a file of the package by its path. None for what is no file anywhere, such as the manifest
    /// of a document on its own.
    pub(crate) fn uri(&self, path: &camino::Utf8Path) -> Option<Uri> {
        if let Some(uri) = self.open.get(path) {
            return Some(uri.clone());
        }
        match &self.home {
            Home::Package(root) => uri_of(&root.join(path)),
            Home::Single(uri) => (path == SINGLE).then(|| uri.clone()),
            Home::Library => None,
        }
    }

    fn uri_of_file(&self, db: &Database, file: File) -> Option<Uri> {
        match file.origin(db) {
            Origin::Package | Origin::Dependency(_) => self.uri(file.path(db)),
            Origin::Standard => self.library.standard(file.path(db)),
        }
    }

    fn range(&self, db: &Database, file: File, span: Span) -> Range {
        let lines = mc_ide::line_index(db, file);
        let (start, end) = lines.range(file.text(db), span, self.settings.encoding);
        let position = |p: mc_ide::Position| Position::new(p.line, p.column);
        Range::new(position(start), position(end))
    }

    fn location(&self, db: &Database, file: File, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri_of_file(db, file)?, range: self.range(db, file, span) })
    }
}

/// `textDocument/hover`
pub(crate) fn hover(db: &Database, names: &Names, file: File, offset: u32) -> Answer {
    let Some(hover) = mc_ide::hover(db, file, offset) else { return Answer::Nothing };
    let kind = if names.settings.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    Answer::Hover(Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value: hover.markdown }),
        range: Some(names.range(db, file, hover.range)),
    })
}

/// `textDocument/definition`
pub(crate) fn definition(db: &Database, names: &Names, file: File, offset: u32) -> Answer {
    let found = mc_ide::definition(db, file, offset);
    let locations: Vec<Location> =
        found.into_iter().filter_map(|at| names.location(db, at.file, at.span)).collect();
    if locations.is_empty() {
        return Answer::Nothing;
    }
    Answer::Definition(GotoDefinitionResponse::Array(locations))
}

/// `textDocument/formatting`
pub(crate) fn formatting(db: &Database, names: &Names, file: File) -> Answer {
    let edit = mc_ide::format(db, file)
        .map(|found| TextEdit { range: names.range(db, file, found.range), new_text: found.text });
    Answer::Edits(edit.into_iter().collect())
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
    let unnecessary = names.settings.unnecessary && found.code == code::UNREACHABLE_ARM;
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
        tags: unnecessary.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}
