//! What a place means, and where else that is.

use crate::question::Snapshot;
use mc_compiler::File;
use tower_lsp::ls_types::{
    DocumentHighlight, DocumentHighlightKind, GotoDefinitionResponse, Hover, HoverContents,
    LinkedEditingRanges, Location, MarkupContent, MarkupKind, Position, Range,
};

/// `textDocument/hover`
pub(crate) fn hover(at: Snapshot<'_>, file: File, position: Position) -> Option<Hover> {
    let hover = mc_ide::hover(at.db, file, at.offset(file, position))?;
    let kind = if at.names.settings.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value: hover.markdown }),
        range: Some(at.range(file, hover.range)),
    })
}

/// `textDocument/definition`, `textDocument/declaration`
pub(crate) fn definition(at: Snapshot<'_>, file: File, position: Position) -> Option<GotoDefinitionResponse> {
    locations(at, mc_ide::definition(at.db, file, at.offset(file, position)))
}

/// `textDocument/typeDefinition`
pub(crate) fn type_definition(
    at: Snapshot<'_>,
    file: File,
    position: Position,
) -> Option<GotoDefinitionResponse> {
    locations(at, mc_ide::type_definition(at.db, file, at.offset(file, position)))
}

/// `textDocument/implementation`
pub(crate) fn implementations(
    at: Snapshot<'_>,
    file: File,
    position: Position,
) -> Option<GotoDefinitionResponse> {
    locations(at, mc_ide::implementations(at.db, file, at.offset(file, position)))
}

fn locations(at: Snapshot<'_>, found: Vec<mc_ide::Location>) -> Option<GotoDefinitionResponse> {
    let locations: Vec<Location> = found.into_iter().filter_map(|found| at.location(found)).collect();
    (!locations.is_empty()).then_some(GotoDefinitionResponse::Array(locations))
}

/// `textDocument/linkedEditingRange`
pub(crate) fn linked(at: Snapshot<'_>, file: File, position: Position) -> Option<LinkedEditingRanges> {
    let found = mc_ide::linked(at.db, file, at.offset(file, position));
    let ranges: Vec<Range> = found.into_iter().map(|span| at.range(file, span)).collect();
    (ranges.len() > 1).then_some(LinkedEditingRanges { ranges, word_pattern: None })
}

/// `textDocument/references`
pub(crate) fn references(
    at: Snapshot<'_>,
    file: File,
    position: Position,
    with_declaration: bool,
) -> Option<Vec<Location>> {
    let mut locations = Vec::new();
    for (file, usages) in mc_ide::references(at.db, file, at.offset(file, position)) {
        for usage in usages.into_iter().filter(|usage| with_declaration || !usage.declares) {
            locations.extend(at.location(mc_ide::Location { file, span: usage.span }));
        }
    }
    (!locations.is_empty()).then_some(locations)
}

/// `textDocument/documentHighlight`
pub(crate) fn highlights(at: Snapshot<'_>, file: File, position: Position) -> Option<Vec<DocumentHighlight>> {
    let found = mc_ide::highlights(at.db, file, at.offset(file, position));
    let highlight = |usage: &mc_ide::Usage| DocumentHighlight {
        range: at.range(file, usage.span),
        kind: Some(if usage.declares { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    };
    (!found.is_empty()).then(|| found.iter().map(highlight).collect())
}
