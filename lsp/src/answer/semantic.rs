//! Colours of names.

use crate::question::Snapshot;
use mc_compiler::File;
use mc_ide::NameKind;
use mc_syntax::Span;
use tower_lsp::ls_types::{
    SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensEdit,
    SemanticTokensLegend,
};

/// What the numbers of kinds and modifiers mean.
pub(crate) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: KINDS.iter().map(|(_, kind)| kind.clone()).collect(),
        token_modifiers: vec![SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DEFAULT_LIBRARY],
    }
}

/// The kinds in the order of their numbers, each with the kind of names that are drawn so.
const KINDS: [(NameKind, SemanticTokenType); 14] = [
    (NameKind::Module, SemanticTokenType::NAMESPACE),
    (NameKind::Type, SemanticTokenType::STRUCT),
    (NameKind::Enum, SemanticTokenType::ENUM),
    (NameKind::Variant, SemanticTokenType::ENUM_MEMBER),
    (NameKind::Resource, SemanticTokenType::CLASS),
    (NameKind::Component, SemanticTokenType::INTERFACE),
    (NameKind::Policy, SemanticTokenType::MACRO),
    (NameKind::Function, SemanticTokenType::FUNCTION),
    (NameKind::Method, SemanticTokenType::METHOD),
    (NameKind::Value, SemanticTokenType::new("constant")),
    (NameKind::Local, SemanticTokenType::VARIABLE),
    (NameKind::Parameter, SemanticTokenType::PARAMETER),
    (NameKind::Field, SemanticTokenType::PROPERTY),
    (NameKind::Fact, SemanticTokenType::new("fact")),
];

/// `textDocument/semanticTokens/full`, `textDocument/semanticTokens/range`
pub(crate) fn semantic_tokens(at: Snapshot<'_>, file: File, range: Option<Span>) -> SemanticTokens {
    let range = range.unwrap_or(Span::new(0, file.text(at.db).len() as u32));
    let (mut line, mut start) = (0, 0);
    let mut data = Vec::new();
    for name in mc_ide::semantic_names(at.db, file, range) {
        let place = at.range(file, name.span);
        let Some(kind) = KINDS.iter().position(|(kind, _)| *kind == name.kind) else { continue };
        let delta_line = place.start.line.saturating_sub(line);
        if delta_line > 0 {
            start = 0;
        }
        data.push(SemanticToken {
            delta_line,
            delta_start: place.start.character.saturating_sub(start),
            length: place.end.character.saturating_sub(place.start.character),
            token_type: kind as u32,
            token_modifiers_bitset: u32::from(name.declares) | u32::from(name.is_standard) << 1,
        });
        (line, start) = (place.start.line, place.start.character);
    }
    SemanticTokens { result_id: None, data }
}

/// What makes one list of tokens of another: one part of it, between what both begin and end with.
pub(crate) fn token_edits(before: &[SemanticToken], after: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    if before == after {
        return Vec::new();
    }
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let rest = |all: &'_ [SemanticToken]| all.len() - head;
    let pairs = before.iter().rev().zip(after.iter().rev()).take(rest(before).min(rest(after)));
    let tail = pairs.take_while(|(a, b)| a == b).count();
    let new = after.get(head..after.len() - tail).unwrap_or_default();
    // The protocol counts numbers, five for each token.
    vec![SemanticTokensEdit {
        start: 5 * head as u32,
        delete_count: 5 * (before.len() - tail - head) as u32,
        data: Some(new.to_vec()),
    }]
}
