//! Changes of the sources that a client can make.

use crate::place::{Home, path_of};
use crate::question::Snapshot;
use camino::Utf8Path;
use mc_compiler::diagnostic::Trust;
use mc_compiler::{File, Origin};
use mc_ide::FileEdits;
use mc_syntax::Span;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, DocumentChanges, FileRename, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, PrepareRenameResponse, Range, TextDocumentEdit,
    TextEdit, WorkspaceEdit,
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

/// `textDocument/codeAction`
pub(crate) fn code_actions(
    at: Snapshot<'_>,
    file: File,
    range: Range,
    context: &CodeActionContext,
) -> Vec<CodeActionOrCommand> {
    let mut actions = Vec::new();
    let wanted = |kind: &CodeActionKind| {
        let is_part = |of: &CodeActionKind| {
            let rest = kind.as_str().strip_prefix(of.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        context.only.as_ref().is_none_or(|only| only.iter().any(is_part))
    };
    if wanted(&CodeActionKind::QUICKFIX) {
        let found = mc_ide::quick_fixes(at.db, file, at.span(file, range));
        // One that a client may take without asking, if it is the only one that can be trusted so far.
        let mut safe = found.iter().filter(|action| action.trust == Trust::Safe);
        let preferred = safe.next().map(|action| action.problem.primary.span);
        for action in found {
            let Some(edit) = workspace_edit(at, &action.edits) else { continue };
            let is_preferred = action.trust == Trust::Safe && preferred == Some(action.problem.primary.span);
            actions.push(CodeAction {
                title: capitalised(&action.title),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![super::problem::diagnostic(at.db, at.names, &action.problem)]),
                edit: Some(edit),
                is_preferred: is_preferred.then_some(true),
                ..CodeAction::default()
            });
        }
    }
    // Only on demand: an editor that fixes on saving asks for it by name.
    let by_name = context.only.as_ref().is_some_and(|only| only.contains(&CodeActionKind::SOURCE_FIX_ALL));
    if by_name {
        let edits = mc_ide::fix_all(at.db, file, None);
        actions.extend(source(at, file, "Repair all that is safe", CodeActionKind::SOURCE_FIX_ALL, edits));
    }
    let organize = CodeActionKind::SOURCE_ORGANIZE_IMPORTS;
    if context.only.as_ref().is_some_and(|only| only.contains(&organize)) {
        let edits = mc_ide::organize_imports(at.db, file);
        actions.extend(source(at, file, "Organize the imports", organize, edits));
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

fn source(
    at: Snapshot<'_>,
    file: File,
    title: &str,
    kind: CodeActionKind,
    edits: Vec<(Span, String)>,
) -> Option<CodeAction> {
    let edits = (!edits.is_empty()).then(|| vec![FileEdits { file, edits }])?;
    let edit = workspace_edit(at, &edits)?;
    Some(CodeAction { title: title.to_owned(), kind: Some(kind), edit: Some(edit), ..CodeAction::default() })
}

/// Titles of repairs are clauses; a menu has sentences.
fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The changes in the form that the client knows. None if a file is not the package's: nobody may change it.
fn workspace_edit(at: Snapshot<'_>, files: &[FileEdits]) -> Option<WorkspaceEdit> {
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
        all.push((*file, uri, edits.iter().map(edit).collect::<Vec<_>>()));
    }
    if !at.names.settings.document_changes {
        let changes = all.into_iter().map(|(_, uri, edits)| (uri, edits)).collect();
        return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
    }
    let documents = all.into_iter().map(|(file, uri, edits)| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            uri,
            version: at.names.version(file.path(at.db)),
        },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    });
    let changes = DocumentChanges::Edits(documents.collect());
    Some(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() })
}
