//! What the client can do.

use crate::command::Commands;
use mc_ide::{Encoding, Hints};
use serde::Deserialize;
use tower_lsp::ls_types::{
    ClientCapabilities, DiagnosticTag, MarkupKind, PositionEncodingKind, ResourceOperationKind,
};

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
    /// How the documentation of what is completed is shown.
    pub(crate) explained: Explained,
    /// Whether what is completed may have places to fill in.
    pub(crate) snippets: bool,
    /// Whether changes may say which version of a document they are for.
    pub(crate) document_changes: bool,
    /// Whether documentation of what is completed can come later.
    pub(crate) lazy_docs: bool,
    /// Whether changes may create files.
    pub(crate) creates_files: bool,
    /// Whether the change of an action may be asked for later.
    pub(crate) lazy_edits: bool,
    /// Whether the client tells of changed files when it is asked to.
    pub(crate) watches: bool,
    /// Whether the client can be asked for its configuration.
    pub(crate) has_configuration: bool,
    /// Whether the client shows how far long work is.
    pub(crate) progress: bool,
    /// Whether the client asks for problems, and is not sent them.
    pub(crate) pulls: bool,
    /// What the user wants between the lines.
    pub(crate) hints: Hints,
    /// Which commands the client has.
    pub(crate) commands: Commands,
}

/// How the documentation of what is completed is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Explained {
    /// A client that says nothing knows no kinds of text.
    Bare,
    Plain,
    Markdown,
}

impl Explained {
    fn of(formats: Option<&[MarkupKind]>) -> Self {
        match formats {
            Some(formats) if formats.contains(&MarkupKind::Markdown) => Explained::Markdown,
            Some(formats) if formats.contains(&MarkupKind::PlainText) => Explained::Plain,
            _ => Explained::Bare,
        }
    }
}

impl Settings {
    /// What a client can do, and what it was configured to do when it started.
    pub(crate) fn of(client: &ClientCapabilities, options: Option<&serde_json::Value>) -> Self {
        let commands = Commands::of(client, options);
        let encodings = client.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let utf8 = encodings.unwrap_or_default().contains(&PositionEncodingKind::UTF8);
        let text = client.text_document.as_ref();
        let publish = text.and_then(|text| text.publish_diagnostics.as_ref());
        let tags = publish.and_then(|publish| publish.tag_support.as_ref());
        let formats = text.and_then(|text| text.hover.as_ref()?.content_format.as_ref());
        let symbols = text.and_then(|text| text.document_symbol.as_ref());
        let items = text.and_then(|text| text.completion.as_ref()?.completion_item.as_ref());
        let edits = client.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
        let options = options.map(Options::of).unwrap_or_default();
        let lazy = items.and_then(|items| items.resolve_support.as_ref());
        let pulls = text.is_some_and(|text| text.diagnostic.is_some());
        let workspace = client.workspace.as_ref();
        let window = client.window.as_ref();
        let files = client.workspace.as_ref().and_then(|w| w.did_change_watched_files.as_ref());
        let creates = edits.and_then(|edits| edits.resource_operations.as_ref());
        let creates = creates.is_some_and(|kinds| kinds.contains(&ResourceOperationKind::Create));
        let document_changes = edits.and_then(|edits| edits.document_changes) == Some(true);
        let actions = text.and_then(|text| text.code_action.as_ref());
        let later = actions.and_then(|actions| actions.resolve_support.as_ref());
        Settings {
            encoding: if utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            related: publish.and_then(|publish| publish.related_information) == Some(true),
            links: publish.and_then(|publish| publish.code_description_support) == Some(true),
            unnecessary: tags.is_some_and(|tags| tags.value_set.contains(&DiagnosticTag::UNNECESSARY)),
            deprecated: tags.is_some_and(|tags| tags.value_set.contains(&DiagnosticTag::DEPRECATED)),
            markdown: formats.is_none_or(|formats| formats.contains(&MarkupKind::Markdown)),
            nested_symbols: symbols.and_then(|symbols| symbols.hierarchical_document_symbol_support)
                == Some(true),
            explained: Explained::of(items.and_then(|item| item.documentation_format.as_deref())),
            snippets: items.and_then(|item| item.snippet_support) == Some(true),
            document_changes,
            creates_files: creates && document_changes,
            lazy_edits: later.is_some_and(|later| later.properties.iter().any(|name| name == "edit"))
                && actions.and_then(|actions| actions.data_support) == Some(true),
            lazy_docs: lazy.is_some_and(|lazy| lazy.properties.iter().any(|name| name == "documentation")),
            has_configuration: workspace.and_then(|workspace| workspace.configuration) == Some(true),
            progress: window.and_then(|window| window.work_done_progress) == Some(true),
            // One that shows what it is sent as well would show everything twice: it has to say so.
            pulls: pulls && (options.diagnostics.pull || publish.is_none()),
            hints: options.inlay_hints.into(),
            watches: files.and_then(|files| files.dynamic_registration) == Some(true),
            commands,
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
        Self::of(&ClientCapabilities::default(), None)
    }
}

/// What the user can set, under `masterchef` in the editor's configuration.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Options {
    pub(crate) inlay_hints: HintOptions,
    pub(crate) diagnostics: DiagnosticOptions,
}

/// What is shown between the lines; all of it unless it is turned off.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct HintOptions {
    types: bool,
    phases: bool,
    parameters: bool,
    edges: bool,
}

/// How problems get to the client.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct DiagnosticOptions {
    /// The client asks for them.
    pub(crate) pull: bool,
}

impl Options {
    /// What is no configuration counts as none: an editor's settings may hold anything.
    pub(crate) fn of(value: &serde_json::Value) -> Self {
        let inner = value.get("masterchef").unwrap_or(value);
        Self::deserialize(inner).unwrap_or_default()
    }
}

impl Default for HintOptions {
    fn default() -> Self {
        HintOptions { types: true, phases: true, parameters: true, edges: true }
    }
}

impl From<HintOptions> for Hints {
    fn from(options: HintOptions) -> Self {
        let HintOptions { types, phases, parameters, edges } = options;
        Hints { types, phases, parameters, edges }
    }
}
