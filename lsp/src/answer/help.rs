//! What helps with reading and typing: parameters of calls, hints between the lines, links.

use crate::question::Snapshot;
use mc_compiler::File;
use mc_ide::{Hint, HintKind, LinkTarget};
use mc_syntax::Span;
use tower_lsp::ls_types::{
    DocumentLink, Documentation, InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, MarkupContent,
    MarkupKind, ParameterInformation, ParameterLabel, Position, Range, SignatureHelp, SignatureInformation,
    TextEdit,
};

/// `textDocument/signatureHelp`
pub(crate) fn signature_help(at: Snapshot<'_>, file: File, position: Position) -> Option<SignatureHelp> {
    let found = mc_ide::call_help(at.db, file, at.offset(file, position))?;
    // These places count UTF-16 units, whatever was agreed on for documents.
    let units = |offset: u32| {
        found.label.get(..offset as usize).map_or(0, |before| before.encode_utf16().count()) as u32
    };
    let parameter = |(span, docs): &(Span, String)| ParameterInformation {
        label: ParameterLabel::LabelOffsets([units(span.start), units(span.end)]),
        documentation: documentation(at, docs),
    };
    let signature = SignatureInformation {
        label: found.label.clone(),
        documentation: documentation(at, &found.docs),
        parameters: Some(found.params.iter().map(parameter).collect()),
        active_parameter: None,
    };
    // Behind the last parameter no one is typed: the protocol says so with a number that is too large.
    let active = found.active.unwrap_or(found.params.len() as u32);
    Some(SignatureHelp {
        signatures: vec![signature],
        active_signature: Some(0),
        active_parameter: Some(active),
    })
}

fn documentation(at: Snapshot<'_>, docs: &str) -> Option<Documentation> {
    (!docs.is_empty()).then(|| Documentation::MarkupContent(markup(at, docs.to_owned())))
}

fn markup(at: Snapshot<'_>, value: String) -> MarkupContent {
    let kind = if at.names.settings.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    MarkupContent { kind, value }
}

/// `textDocument/inlayHint`
pub(crate) fn inlay_hints(at: Snapshot<'_>, file: File, range: Range) -> Vec<InlayHint> {
    let wanted = at.names.settings.hints;
    let found = mc_ide::hints(at.db, file, at.span(file, range), wanted);
    found.into_iter().map(|hint| inlay_hint(at, file, hint)).collect()
}

fn inlay_hint(at: Snapshot<'_>, file: File, hint: Hint) -> InlayHint {
    let range = at.range(file, Span::at(hint.offset));
    let spaced = matches!(hint.kind, HintKind::Phase | HintKind::Edge);
    let new_text = match hint.kind {
        HintKind::Parameter => format!("{} ", hint.label),
        _ => hint.label.clone(),
    };
    InlayHint {
        position: range.start,
        label: InlayHintLabel::String(hint.label),
        kind: match hint.kind {
            HintKind::Type => Some(InlayHintKind::TYPE),
            HintKind::Parameter => Some(InlayHintKind::PARAMETER),
            HintKind::Phase | HintKind::Edge => None,
        },
        text_edits: hint.is_code.then(|| vec![TextEdit { range, new_text }]),
        tooltip: (!hint.tooltip.is_empty())
            .then(|| InlayHintTooltip::MarkupContent(markup(at, hint.tooltip))),
        padding_left: spaced.then_some(true),
        padding_right: (hint.kind == HintKind::Parameter).then_some(true),
        data: None,
    }
}

/// `textDocument/documentLink`
pub(crate) fn document_links(at: Snapshot<'_>, file: File) -> Vec<DocumentLink> {
    let mut links = Vec::new();
    for link in mc_ide::links(at.db, file) {
        let target = match &link.target {
            LinkTarget::File(file) => at.names.uri_of_file(at.db, *file),
            LinkTarget::Path(path) => at.names.uri(path),
            LinkTarget::Page(code) => at.names.library.page(code.0),
        };
        if target.is_some() {
            links.push(DocumentLink { range: at.range(file, link.span), target, tooltip: None, data: None });
        }
    }
    links
}
