//! How a file and a package are made up.

use crate::question::Snapshot;
use mc_compiler::File;
use mc_ide::{Fold, FoldKind, Symbol};
use tower_lsp::ls_types::{
    DocumentSymbol, DocumentSymbolResponse, FoldingRange, FoldingRangeKind, OneOf, Position, SelectionRange,
    SymbolInformation, SymbolKind, Uri, WorkspaceSymbol,
};

/// How many declarations a search finds; whoever looks for more types another letter.
const MOST: usize = 500;

/// `textDocument/documentSymbol`
pub(crate) fn document_symbols(at: Snapshot<'_>, file: File) -> Option<DocumentSymbolResponse> {
    let found = mc_ide::document_symbols(at.db, file);
    if at.names.settings.nested_symbols {
        let nested = found.into_iter().map(|symbol| nested(at, file, symbol)).collect();
        return Some(DocumentSymbolResponse::Nested(nested));
    }
    let mut all = Vec::new();
    let uri = at.names.uri_of_file(at.db, file)?;
    found.into_iter().for_each(|symbol| flatten(at, file, &uri, symbol, None, &mut all));
    Some(DocumentSymbolResponse::Flat(all))
}

fn nested(at: Snapshot<'_>, file: File, symbol: Symbol) -> DocumentSymbol {
    let children: Vec<_> = symbol.children.into_iter().map(|child| nested(at, file, child)).collect();
    #[expect(deprecated, reason = "a field of the protocol that must be written and is not used")]
    DocumentSymbol {
        name: symbol.name,
        detail: (!symbol.detail.is_empty()).then_some(symbol.detail),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: at.range(file, symbol.range),
        selection_range: at.range(file, symbol.selection),
        children: (!children.is_empty()).then_some(children),
    }
}

fn flatten(
    at: Snapshot<'_>,
    file: File,
    uri: &Uri,
    symbol: Symbol,
    container: Option<&str>,
    all: &mut Vec<SymbolInformation>,
) {
    let range = at.range(file, symbol.range);
    #[expect(deprecated, reason = "a field of the protocol that must be written and is not used")]
    all.push(SymbolInformation {
        name: symbol.name.clone(),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        location: tower_lsp::ls_types::Location { uri: uri.clone(), range },
        container_name: container.map(str::to_owned),
    });
    for child in symbol.children {
        flatten(at, file, uri, child, Some(&symbol.name), all);
    }
}

/// `workspace/symbol`, of one package
pub(crate) fn workspace_symbols(at: Snapshot<'_>, query: &str) -> Vec<WorkspaceSymbol> {
    let found = mc_ide::workspace_symbols(at.db, query, MOST).into_iter();
    let symbol = |declaration: mc_ide::Declaration| {
        let location = at.location(mc_ide::Location { file: declaration.file, span: declaration.span })?;
        Some(WorkspaceSymbol {
            name: declaration.name,
            kind: kind(declaration.kind),
            tags: None,
            container_name: (!declaration.module.is_empty()).then_some(declaration.module),
            location: OneOf::Left(location),
            data: None,
        })
    };
    found.filter_map(symbol).collect()
}

pub(super) fn kind(kind: mc_ide::SymbolKind) -> SymbolKind {
    use mc_ide::SymbolKind as Kind;
    match kind {
        Kind::Value => SymbolKind::CONSTANT,
        Kind::Function => SymbolKind::FUNCTION,
        Kind::Record | Kind::Type => SymbolKind::STRUCT,
        Kind::Field | Kind::Attribute | Kind::Output => SymbolKind::FIELD,
        Kind::Enum => SymbolKind::ENUM,
        Kind::Variant => SymbolKind::ENUM_MEMBER,
        Kind::ResourceType => SymbolKind::CLASS,
        Kind::Component | Kind::Labels => SymbolKind::MODULE,
        Kind::Parameter => SymbolKind::VARIABLE,
        Kind::Policy => SymbolKind::NAMESPACE,
        Kind::Fact => SymbolKind::PROPERTY,
        Kind::Guard | Kind::Rollout => SymbolKind::INTERFACE,
        Kind::Test => SymbolKind::EVENT,
        Kind::Declared | Kind::Table => SymbolKind::OBJECT,
        Kind::Key => SymbolKind::KEY,
        Kind::Tag => SymbolKind::OPERATOR,
        Kind::Template => SymbolKind::FILE,
    }
}

/// `textDocument/foldingRange`
pub(crate) fn folds(at: Snapshot<'_>, file: File) -> Vec<FoldingRange> {
    let fold = |fold: Fold| {
        let range = at.range(file, fold.range);
        FoldingRange {
            start_line: range.start.line,
            start_character: Some(range.start.character),
            end_line: range.end.line,
            end_character: Some(range.end.character),
            kind: match fold.kind {
                FoldKind::Code => None,
                FoldKind::Comment => Some(FoldingRangeKind::Comment),
                FoldKind::Imports => Some(FoldingRangeKind::Imports),
            },
            collapsed_text: None,
        }
    };
    mc_ide::folds(at.db, file).into_iter().map(fold).collect()
}

/// `textDocument/selectionRange`
pub(crate) fn selections(at: Snapshot<'_>, file: File, positions: &[Position]) -> Vec<SelectionRange> {
    let one = |position: &Position| {
        let spans = mc_ide::selections(at.db, file, at.offset(file, *position));
        let outermost_first = spans.into_iter().rev();
        outermost_first.fold(None, |parent: Option<SelectionRange>, span| {
            Some(SelectionRange { range: at.range(file, span), parent: parent.map(Box::new) })
        })
    };
    positions.iter().filter_map(one).collect()
}
