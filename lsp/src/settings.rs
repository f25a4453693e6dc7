//! What the client can do.

use mc_ide::Encoding;
use tower_lsp::ls_types::{ClientCapabilities, DiagnosticTag, MarkupKind, PositionEncodingKind};

/// What depends on the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// What columns count.
    pub(crate) encoding: Encoding,
    /// Whether other places of a diagnostic are shown.
    pub(crate) related: bool,
    /// Whether a code may have a link.
    pub(crate) links: bool,
    /// Whether code can be shown as unnecessary.
    pub(crate) unnecessary: bool,
    /// Whether code can be shown as deprecated.
    pub(crate) deprecated: bool,
    /// Whether Markdown is shown as such.
    pub(crate) markdown: bool,
    /// Whether an outline may have parts in parts.
    pub(crate) nested_symbols: bool,
    /// Whether what is completed may have places to fill in.
    pub(crate) snippets: bool,
    /// Whether changes may say which version of a document they are for.
    pub(crate) document_changes: bool,
    /// Whether the client tells of changed files when it is asked to.
    pub(crate) watches: bool,
}

impl Settings {
    pub(crate) fn of(client: &ClientCapabilities) -> Self {
        let encodings = client.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let utf8 = encodings.unwrap_or_default().contains(&PositionEncodingKind::UTF8);
        let text = client.text_document.as_ref();
        let publish = text.and_then(|text| text.publish_diagnostics.as_ref());
        let tags = publish.and_then(|publish| publish.tag_support.as_ref());
        let formats = text.and_then(|text| text.hover.as_ref()?.content_format.as_ref());
        let symbols = text.and_then(|text| text.document_symbol.as_ref());
        let items = text.and_then(|text| text.completion.as_ref()?.completion_item.as_ref());
        let edits = client.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
        let files = client.workspace.as_ref().and_then(|w| w.did_change_watched_files.as_ref());
        Settings {
            encoding: if utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            related: publish.and_then(|publish| publish.related_information) == Some(true),
            links: publish.and_then(|publish| publish.code_description_support) == Some(true),
            unnecessary: tags.is_some_and(|tags| tags.value_set.contains(&DiagnosticTag::UNNECESSARY)),
            deprecated: tags.is_some_and(|tags| tags.value_set.contains(&DiagnosticTag::DEPRECATED)),
            markdown: formats.is_none_or(|formats| formats.contains(&MarkupKind::Markdown)),
            nested_symbols: symbols.and_then(|symbols| symbols.hierarchical_document_symbol_support)
                == Some(true),
            snippets: items.and_then(|item| item.snippet_support) == Some(true),
            document_changes: edits.and_then(|edits| edits.document_changes) == Some(true),
            watches: files.and_then(|files| files.dynamic_registration) == Some(true),
        }
    }

    pub(crate) fn position_encoding(&self) -> PositionEncodingKind {
        match self.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(&ClientCapabilities::default())
    }
}
