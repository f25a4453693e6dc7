//! Changes of the sources that a client can make.

use crate::place::{Home, path_of};
use crate::question::Snapshot;
use camino::Utf8Path;
use mc_compiler::{File, Origin};
use mc_ide::{FileEdits, SourceChange};
use mc_syntax::Span;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    CreateFile, DocumentChangeOperation, DocumentChanges, FileRename, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, PrepareRenameResponse, Range, ResourceOp,
    TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

/// `RequestFailed` of the protocol: well-formed, and not possible.
const REQUEST_FAILED: i64 = -32803;

/// `textDocument/formatting`
pub(crate) fn formatting(at: Snapshot<'_>, file: File) -> Vec<TextEdit> {
    text_edits(at, file, mc_ide::format(at.db, file).into_iter().collect())
}

/// `textDocument/rangeFormatting`
pub(crate) fn format_range(at: Snapshot<'_>, file: File, range: Range) -> Vec<TextEdit> {
    text_edits(at, file, mc_ide::format_range(at.db, file, at.span(file, range)))
}

/// `textDocument/onTypeFormatting`, after `}`
pub(crate) fn format_on_type(at: Snapshot<'_>, file: File, position: Position) -> Vec<TextEdit> {
    text_edits(at, file, mc_ide::format_closed(at.db, file, at.offset(file, position)))
}

fn text_edits(at: Snapshot<'_>, file: File, found: Vec<mc_ide::Formatting>) -> Vec<TextEdit> {
    let edit =
        |found: mc_ide::Formatting| TextEdit { range: at.range(file, found.range), new_text: found.text };
    found.into_iter().map(edit).collect()
}

/// `workspace/willRenameFiles`, of one package: what changes in its sources.
pub(crate) fn renamed_files(at: Snapshot<'_>, renames: &[FileRename]) -> Option<WorkspaceEdit> {
    let Home::Package(root) = &at.names.home else { return None };
    let inner = |uri: &str| {
        let path = path_of(&uri.parse().ok()?)?;
        path.strip_prefix(root).ok().map(Utf8Path::to_owned)
    };
    let moves = renames.iter().filter_map(|rename| Some((inner(&rename.old_uri)?, inner(&rename.new_uri)?)));
    let edits = mc_ide::moved(at.db, &moves.collect::<Vec<_>>());
    (!edits.is_empty()).then(|| workspace_edit(at, &edits))?
}

/// `textDocument/prepareRename`
pub(crate) fn prepare_rename(
    at: Snapshot<'_>,
    file: File,
    position: Position,
) -> Result<Option<PrepareRenameResponse>> {
    let (span, placeholder) =
        mc_ide::prepare_rename(at.db, file, at.offset(file, position)).map_err(refused)?;
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range: at.range(file, span), placeholder }))
}

/// `textDocument/rename`
pub(crate) fn rename(
    at: Snapshot<'_>,
    file: File,
    position: Position,
    name: &str,
) -> Result<Option<WorkspaceEdit>> {
    let edits = mc_ide::rename(at.db, file, at.offset(file, position), name).map_err(refused)?;
    Ok(workspace_edit(at, &edits))
}

fn refused(why: mc_ide::NotRenamed) -> Error {
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: why.to_string().into(), data: None }
}

/// The changes in the form that the client knows. None if a file is not the package's: nobody may change it.
pub(super) fn workspace_edit(at: Snapshot<'_>, files: &[FileEdits]) -> Option<WorkspaceEdit> {
    let all = edits_by_file(at, files)?;
    if !at.names.settings.document_changes {
        let changes = all.into_iter().map(|(_, uri, edits)| (uri, edits)).collect();
        return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
    }
    let changes = DocumentChanges::Edits(all.into_iter().map(|found| document_edit(at, found)).collect());
    Some(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() })
}

/// The same with new files. None if the client creates none.
pub(super) fn change(at: Snapshot<'_>, change: &SourceChange) -> Option<WorkspaceEdit> {
    if change.created.is_empty() {
        return workspace_edit(at, &change.files);
    }
    if !at.names.creates_files() {
        return None;
    }
    let mut operations = Vec::new();
    for (path, text) in &change.created {
        let uri = at.names.uri(path)?;
        let created = CreateFile { uri: uri.clone(), options: None, annotation_id: None };
        operations.push(DocumentChangeOperation::Op(ResourceOp::Create(created)));
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: None };
        let edits = vec![OneOf::Left(TextEdit { range: Range::default(), new_text: text.clone() })];
        operations.push(DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits }));
    }
    let edits = edits_by_file(at, &change.files)?.into_iter();
    operations.extend(edits.map(|found| DocumentChangeOperation::Edit(document_edit(at, found))));
    let changes = DocumentChanges::Operations(operations);
    Some(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() })
}

type Edits = (File, Uri, Vec<TextEdit>);

fn edits_by_file(at: Snapshot<'_>, files: &[FileEdits]) -> Option<Vec<Edits>> {
    let mut all = Vec::with_capacity(files.len());
    for FileEdits { file, edits } in files {
        if file.origin(at.db) != Origin::Package {
            return None;
        }
        let uri = at.names.uri_of_file(at.db, *file)?;
        let edit = |(span, text): &(Span, String)| TextEdit {
            range: at.range(*file, *span),
            new_text: text.clone(),
        };
        all.push((*file, uri, edits.iter().map(edit).collect()));
    }
    Some(all)
}

fn document_edit(at: Snapshot<'_>, (file, uri, edits): Edits) -> TextDocumentEdit {
    let version = at.names.version(file.path(at.db));
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    }
}
