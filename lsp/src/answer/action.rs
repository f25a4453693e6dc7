//! What can be done at a place: repairs, assists, and changes of a whole file.

use super::change;
use crate::question::Snapshot;
use mc_compiler::File;
use mc_compiler::diagnostic::Trust;
use mc_ide::{AssistKind, FileEdits, Wanted};
use mc_syntax::Span;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Range, TextDocumentIdentifier, Uri,
    WorkspaceEdit,
};

/// `ContentModified` of the protocol: what was asked about is not there any more.
const CONTENT_MODIFIED: i64 = -32801;

/// The assists of the whole file, by name in the protocol's data.
const FIX_ALL: &str = "fix_all";
const ORGANIZE_IMPORTS: &str = "organize_imports";

/// The kinds of all actions.
pub(crate) fn action_kinds() -> Vec<CodeActionKind> {
    vec![
        CodeActionKind::QUICKFIX,
        CodeActionKind::REFACTOR,
        CodeActionKind::REFACTOR_EXTRACT,
        CodeActionKind::REFACTOR_INLINE,
        CodeActionKind::REFACTOR_REWRITE,
        CodeActionKind::SOURCE_FIX_ALL,
        CodeActionKind::SOURCE_ORGANIZE_IMPORTS,
    ]
}

/// `textDocument/codeAction`
pub(crate) fn code_actions(
    at: Snapshot<'_>,
    file: File,
    document: &Uri,
    range: Range,
    context: &CodeActionContext,
) -> Vec<CodeActionOrCommand> {
    let wanted = |kind: &CodeActionKind| is_wanted(kind, context.only.as_deref());
    let span = at.span(file, range);
    let is_lazy = at.names.settings.lazy_edits;
    let data = |id: &str| json!({ "uri": document, "version": version(at, file), "range": range, "id": id });
    let mut actions = Vec::new();
    if wanted(&CodeActionKind::QUICKFIX) {
        actions.extend(repairs(at, file, span));
    }
    let assists = if mc_ide::is_manifest(at.db, file) {
        Vec::new()
    } else {
        mc_ide::assists(
            at.db,
            file,
            span,
            &|kind| wanted(&kind_of(kind)),
            at.names.creates_files(),
            if is_lazy { Wanted::Titles } else { Wanted::All },
        )
    };
    for offer in assists {
        let edit = offer.change.as_ref().and_then(|change| change::change(at, change));
        if edit.is_some() || is_lazy {
            actions.push(CodeAction {
                title: offer.title,
                kind: Some(kind_of(offer.assist.kind)),
                data: is_lazy.then(|| data(offer.assist.id)),
                edit,
                ..CodeAction::default()
            });
        }
    }
    for (title, kind, id) in [
        ("Repair all that is safe", CodeActionKind::SOURCE_FIX_ALL, FIX_ALL),
        ("Organize the imports", CodeActionKind::SOURCE_ORGANIZE_IMPORTS, ORGANIZE_IMPORTS),
    ] {
        if !wanted(&kind) {
            continue;
        }
        if let Some(edit) = of_file(at, file, id) {
            actions.push(CodeAction {
                title: title.to_owned(),
                kind: Some(kind),
                edit: Some(edit),
                ..CodeAction::default()
            });
        }
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Whether actions of a kind are asked for: of one of the kinds that are named, or of a kind below it. Without names, all
/// but what changes the whole file.
fn is_wanted(kind: &CodeActionKind, only: Option<&[CodeActionKind]>) -> bool {
    let is_part = |of: &CodeActionKind| {
        let rest = kind.as_str().strip_prefix(of.as_str());
        of.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    match only {
        Some(only) => only.iter().any(is_part),
        None => !is_part(&CodeActionKind::SOURCE),
    }
}

fn kind_of(kind: AssistKind) -> CodeActionKind {
    match kind {
        AssistKind::Repair => CodeActionKind::QUICKFIX,
        AssistKind::Generate => CodeActionKind::REFACTOR,
        AssistKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        AssistKind::Inline => CodeActionKind::REFACTOR_INLINE,
        AssistKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
    }
}

/// The repairs of the compiler. Their changes are known with the problems, so that they come at once.
fn repairs(at: Snapshot<'_>, file: File, span: Span) -> Vec<CodeAction> {
    let found = mc_ide::quick_fixes(at.db, file, span);
    // One that a client may take without asking, if it is the only one that can be trusted so far.
    let mut safe = found.iter().filter(|action| action.trust == Trust::Safe);
    let preferred = safe.next().map(|action| action.problem.primary.span);
    let mut actions = Vec::new();
    for action in found {
        let Some(edit) = change::workspace_edit(at, &action.edits) else { continue };
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
    actions
}

/// A change of the whole file, if there is one to make.
fn of_file(at: Snapshot<'_>, file: File, id: &str) -> Option<WorkspaceEdit> {
    let edits = match id {
        FIX_ALL => mc_ide::fix_all(at.db, file, None),
        _ => mc_ide::organize_imports(at.db, file),
    };
    let edits = (!edits.is_empty()).then(|| vec![FileEdits { file, edits }])?;
    change::workspace_edit(at, &edits)
}

/// Titles of repairs are clauses; a menu has sentences.
fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn version(at: Snapshot<'_>, file: File) -> Option<i32> {
    at.names.version(file.path(at.db))
}

/// The document that an action is about whose change is asked for.
pub(crate) fn action_document(action: &CodeAction) -> Option<TextDocumentIdentifier> {
    let uri = serde_json::from_value(action.data.as_ref()?.get("uri")?.clone()).ok()?;
    Some(TextDocumentIdentifier { uri })
}

/// `codeAction/resolve`
///
/// # Errors
/// If the document was changed since, so that the action may not be there any more.
pub(crate) fn resolve_action(at: Snapshot<'_>, file: File, action: CodeAction) -> Result<CodeAction> {
    let modified = || Error {
        code: ErrorCode::ServerError(CONTENT_MODIFIED),
        message: "the document is not what it was when this was offered".into(),
        data: None,
    };
    let data = action.data.as_ref().ok_or_else(modified)?;
    let part = |name: &str| data.get(name).cloned().unwrap_or(Value::Null);
    let range: Range = serde_json::from_value(part("range")).map_err(|_| modified())?;
    if part("version") != json!(version(at, file)) {
        return Err(modified());
    }
    let id = part("id");
    let wanted = Wanted::One { id: id.as_str().unwrap_or_default(), title: &action.title };
    let span = at.span(file, range);
    let offers = mc_ide::assists(at.db, file, span, &|_| true, at.names.creates_files(), wanted);
    let change = offers.into_iter().find(|offer| offer.title == action.title).and_then(|offer| offer.change);
    let edit = change.and_then(|change| change::change(at, &change)).ok_or_else(modified)?;
    Ok(CodeAction { edit: Some(edit), ..action })
}
