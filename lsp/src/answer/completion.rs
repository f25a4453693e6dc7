//! What can stand at a place.

use super::disk;
use crate::question::Snapshot;
use crate::settings::Explained;
use mc_compiler::File;
use mc_ide::{Proposal, ProposalKind};
use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionResponse, CompletionTextEdit,
    Documentation, InsertTextFormat, MarkupContent, MarkupKind, Position, Range, TextEdit, Uri,
};

/// `textDocument/completion`
pub(crate) fn completion(at: Snapshot<'_>, file: File, position: Position) -> Option<CompletionResponse> {
    let found = mc_ide::completion_beside(at.db, file, at.offset(file, position), &|| disk::nearby(at))?;
    let range = at.range(file, found.replaced);
    let lazy = at.names.settings.lazy_docs.then(|| at.names.uri_of_file(at.db, file)).flatten();
    let place = lazy.and_then(|uri| serde_json::to_value(Asked { uri, position }).ok());
    let items = found.proposals.into_iter().map(|proposal| {
        let item = item(at, file, range, proposal);
        match &place {
            Some(place) if item.documentation.is_some() => {
                CompletionItem { documentation: None, data: Some(place.clone()), ..item }
            }
            _ => item,
        }
    });
    let items = items.collect();
    // Complete: what is typed on chooses among these.
    Some(CompletionResponse::List(CompletionList { is_incomplete: false, items }))
}

/// Where completion was asked for: what is left out of an item is found there again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) uri: Uri,
    pub(crate) position: Position,
}

/// `completionItem/resolve`: the documentation of an item.
pub(crate) fn resolve_completion(
    at: Snapshot<'_>,
    file: File,
    position: Position,
    label: &str,
    kind: Option<CompletionItemKind>,
) -> Option<Documentation> {
    let found = mc_ide::completion_beside(at.db, file, at.offset(file, position), &|| disk::nearby(at))?;
    let range = at.range(file, found.replaced);
    let proposals = found.proposals.into_iter().filter(|proposal| proposal.label == label);
    let mut items = proposals.map(|proposal| item(at, file, range, proposal));
    items.find(|item| item.kind == kind)?.documentation
}

fn item(at: Snapshot<'_>, file: File, range: Range, proposal: Proposal) -> CompletionItem {
    let settings = &at.names.settings;
    let with_holes = proposal.is_snippet && settings.snippets;
    let text = if proposal.is_snippet && !with_holes { proposal.label.clone() } else { proposal.text };
    let marked = |kind, value| Documentation::MarkupContent(MarkupContent { kind, value });
    let docs = |value: String| match settings.explained {
        Explained::Bare => Documentation::String(value),
        Explained::Plain => marked(MarkupKind::PlainText, value),
        Explained::Markdown => marked(MarkupKind::Markdown, value),
    };
    let edits: Vec<TextEdit> = proposal
        .edits
        .into_iter()
        .map(|(span, new_text)| TextEdit { range: at.range(file, span), new_text })
        .collect();
    CompletionItem {
        // Clients sort by text: the rank comes first.
        sort_text: Some(format!("{}{}", proposal.rank, proposal.label)),
        label: proposal.label,
        filter_text: proposal.filter,
        kind: Some(kind(proposal.kind)),
        detail: (!proposal.detail.is_empty()).then_some(proposal.detail),
        documentation: (!proposal.docs.is_empty()).then(|| docs(proposal.docs)),
        insert_text_format: Some(if with_holes {
            InsertTextFormat::SNIPPET
        } else {
            InsertTextFormat::PLAIN_TEXT
        }),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: text })),
        additional_text_edits: (!edits.is_empty()).then_some(edits),
        ..CompletionItem::default()
    }
}

fn kind(kind: ProposalKind) -> CompletionItemKind {
    match kind {
        ProposalKind::Attribute | ProposalKind::Field => CompletionItemKind::FIELD,
        ProposalKind::Clause | ProposalKind::Keyword => CompletionItemKind::KEYWORD,
        ProposalKind::Variant => CompletionItemKind::ENUM_MEMBER,
        ProposalKind::Method => CompletionItemKind::METHOD,
        ProposalKind::Local => CompletionItemKind::VARIABLE,
        ProposalKind::Value => CompletionItemKind::CONSTANT,
        ProposalKind::Function => CompletionItemKind::FUNCTION,
        ProposalKind::Type => CompletionItemKind::STRUCT,
        ProposalKind::Resource => CompletionItemKind::CLASS,
        ProposalKind::File => CompletionItemKind::FILE,
        ProposalKind::Key => CompletionItemKind::REFERENCE,
        ProposalKind::Component | ProposalKind::Module | ProposalKind::Policy => CompletionItemKind::MODULE,
    }
}
