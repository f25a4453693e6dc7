//! Problems in the protocol's types.

use super::{FileDiagnostics, Names};
use crate::question::Snapshot;
use camino::Utf8PathBuf;
use mc_compiler::diagnostic::{Place, code};
use mc_compiler::package::MANIFEST;
use mc_compiler::{Database, File, Severity};
use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use tower_lsp::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    DocumentDiagnosticReport, FullDocumentDiagnosticReport, NumberOrString,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, Uri, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

/// What is wrong in one file.
pub(crate) fn problems_of_file(db: &Database, names: &Names, file: File) -> Vec<Diagnostic> {
    let found = mc_ide::problems_of_file(db, file);
    found.iter().filter(|found| found.primary.file == file).map(|d| diagnostic(db, names, d)).collect()
}

/// What is wrong in each file of the package, in the order of the sources.
pub(crate) fn problems_of_files(db: &Database, names: &Names) -> Vec<FileDiagnostics> {
    by_file(db, names, mc_ide::problems_of_files(db))
}

/// What is wrong with the package as a whole, by file and in the order of the sources.
pub(crate) fn problems_beyond_files(db: &Database, names: &Names) -> Vec<FileDiagnostics> {
    with_unreadable(names, by_file(db, names, mc_ide::problems_beyond_files(db)))
}

/// Adds what is shown on the manifest of a package that could not be read: the rest is about what was read before,
/// or about nothing.
fn with_unreadable(names: &Names, mut all: Vec<FileDiagnostics>) -> Vec<FileDiagnostics> {
    let Some(reason) = &names.unreadable else { return all };
    let found = Diagnostic {
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String(code::REFUSED_ASSET.to_string())),
        source: Some("masterchef".to_owned()),
        message: format!("the package cannot be read: {reason}"),
        ..Diagnostic::default()
    };
    match all.iter_mut().find(|(path, _)| path == MANIFEST) {
        Some((_, of_manifest)) => of_manifest.push(found),
        None => all.push((MANIFEST.into(), vec![found])),
    }
    all
}

fn by_file(db: &Database, names: &Names, all: Vec<mc_compiler::Diagnostic>) -> Vec<FileDiagnostics> {
    let mut files: BTreeMap<Utf8PathBuf, Vec<Diagnostic>> = BTreeMap::new();
    for found in all {
        let path = found.primary.file.path(db).clone();
        files.entry(path).or_default().push(diagnostic(db, names, &found));
    }
    files.into_iter().collect()
}

pub(super) fn diagnostic(db: &Database, names: &Names, found: &mc_compiler::Diagnostic) -> Diagnostic {
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

/// `textDocument/diagnostic`
pub(crate) fn document_report(at: Snapshot<'_>, file: File, known: Option<&str>) -> DocumentDiagnosticReport {
    let all = mc_ide::diagnostics(at.db);
    let of_file = all.iter().filter(|found| found.primary.file == file);
    let items: Vec<Diagnostic> = of_file.map(|found| diagnostic(at.db, at.names, found)).collect();
    let result_id = result_id(&items);
    if known == Some(&result_id) {
        return DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
        });
    }
    DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(result_id), items },
    })
}

/// `workspace/diagnostic`, of one package. `known` is what the client has, by document.
pub(crate) fn package_reports(
    at: Snapshot<'_>,
    known: &BTreeMap<Uri, String>,
) -> Vec<WorkspaceDocumentDiagnosticReport> {
    let mut found: BTreeMap<Uri, (Option<i32>, Vec<Diagnostic>)> = BTreeMap::new();
    // What the client shows problems of may have none any more.
    for (uri, version) in at.names.open.values().filter(|(uri, _)| at.names.holds(uri)) {
        found.insert(uri.clone(), (Some(*version), Vec::new()));
    }
    for uri in known.keys().filter(|uri| at.names.holds(uri)) {
        found.entry(uri.clone()).or_default();
    }
    let all = with_unreadable(at.names, by_file(at.db, at.names, mc_ide::diagnostics(at.db)));
    for (path, diagnostics) in all {
        let Some(uri) = at.names.uri(&path) else { continue };
        found.entry(uri).or_default().1 = diagnostics;
    }
    let report = |(uri, (version, items)): (Uri, (Option<i32>, Vec<Diagnostic>))| {
        let (version, result_id) = (version.map(i64::from), result_id(&items));
        if known.get(&uri) == Some(&result_id) {
            return WorkspaceDocumentDiagnosticReport::Unchanged(
                WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
                },
            );
        }
        WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri,
            version,
            full_document_diagnostic_report: FullDocumentDiagnosticReport {
                result_id: Some(result_id),
                items,
            },
        })
    };
    found.into_iter().map(report).collect()
}

/// What tells one list of problems from another.
fn result_id(items: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(items).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
