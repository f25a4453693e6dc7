//! The handlers of the protocol's messages. Each sends an event before it waits for anything; nothing else is done
//! here.

use crate::answer::Answer;
use crate::event::{Ask, Event, Question};
use crate::exit::{ExitWatch, Farewell};
use crate::log;
use crate::owner::Owner;
use crate::settings::Settings;
use crate::worker::{Pool, STACK};
use std::io;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use tokio::sync::{mpsc, oneshot};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWatchedFilesRegistrationOptions,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentFormattingParams, FileSystemWatcher, GlobPattern, GotoDefinitionParams, GotoDefinitionResponse,
    Hover, HoverParams, HoverProviderCapability, InitializeParams, InitializeResult, InitializedParams,
    OneOf, Position, PublishDiagnosticsParams, Registration, SaveOptions, ServerCapabilities, ServerInfo,
    TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, TextEdit,
};
use tower_lsp::{Client, LanguageServer, LspService, Server as Transport};

/// How many messages are handled at once. Handlers only wait for workers; with few slots, slow answers
/// would hold up edits.
const SLOTS: usize = 256;

/// What is watched on the disk.
const WATCHED: [&str; 2] = ["**/*.mc", "**/masterchef.toml"];

/// Speaks with the client until it says goodbye.
pub(crate) fn run() -> io::Result<ExitCode> {
    let (events, inbox) = channel();
    let (publish, published) = mpsc::unbounded_channel();
    let workers = std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 4));
    let pool = Pool::start(workers, &events)?;
    std::thread::Builder::new()
        .name("owner".to_owned())
        .stack_size(STACK)
        .spawn(move || Owner::new(publish, pool).run(&inbox))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let farewell = Farewell::default();
    runtime.block_on(async {
        let (service, socket) = LspService::new(|client| {
            tokio::spawn(pass_on(client.clone(), published));
            Server { client, events, settings: OnceLock::new() }
        });
        Transport::new(tokio::io::stdin(), tokio::io::stdout(), socket)
            .concurrency_level(SLOTS)
            .serve(ExitWatch::new(service, farewell.clone()))
            .await;
    });
    // The thread that reads the standard input may wait for ever.
    runtime.shutdown_background();
    Ok(if farewell.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Sends diagnostics in the order in which they were found, so that the owner need not wait for the client.
async fn pass_on(client: Client, mut published: mpsc::UnboundedReceiver<PublishDiagnosticsParams>) {
    while let Some(PublishDiagnosticsParams { uri, diagnostics, version }) = published.recv().await {
        client.publish_diagnostics(uri, diagnostics, version).await;
    }
}

#[derive(Debug)]
struct Server {
    client: Client,
    events: Sender<Event>,
    settings: OnceLock<Settings>,
}

impl Server {
    fn tell(&self, event: Event) {
        if self.events.send(event).is_err() {
            log("the owner of the databases is gone");
        }
    }

    /// Asks the owner about a place. The question is sent when this is called, the answer awaited later.
    fn ask(&self, ask: Ask, at: TextDocumentPositionParams) -> impl Future<Output = Result<Answer>> + use<> {
        let (reply, answer) = oneshot::channel();
        let (uri, position) = (at.text_document.uri, at.position);
        self.tell(Event::Asked(Question { ask, uri, position, version: None, attempts: 0, reply }));
        async move { answer.await.unwrap_or_else(|_| Err(Error::internal_error())) }
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let settings = Settings::of(&params.capabilities);
        self.tell(Event::Started(settings));
        let _ = self.settings.set(settings);
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        };
        Ok(InitializeResult {
            capabilities: ServerCapabilities {
                position_encoding: Some(settings.position_encoding()),
                text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
                hover_provider: Some(HoverProviderCapability::Simple(true)),
                definition_provider: Some(OneOf::Left(true)),
                document_formatting_provider: Some(OneOf::Left(true)),
                ..ServerCapabilities::default()
            },
            server_info: Some(ServerInfo {
                name: "mc-lsp".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        if !self.settings.get().is_some_and(|settings| settings.watches) {
            return;
        }
        let watchers = WATCHED.map(|pattern| FileSystemWatcher {
            glob_pattern: GlobPattern::String(pattern.to_owned()),
            kind: None,
        });
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.to_vec() };
        let registration = Registration {
            id: "files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        // Not awaited here: the client may answer late, and this would keep one of the slots.
        let client = self.client.clone();
        tokio::spawn(async move {
            if let Err(error) = client.register_capability(vec![registration]).await {
                log(&format!("files are not watched: {error}"));
            }
        });
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.tell(Event::Opened { uri: document.uri, version: document.version, text: document.text });
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        let changes = params.content_changes;
        self.tell(Event::Changed { uri: document.uri, version: document.version, changes });
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tell(Event::Closed { uri: params.text_document.uri });
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.tell(Event::Saved { uri: params.text_document.uri });
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.tell(Event::FilesChanged(params.changes.into_iter().map(|change| change.uri).collect()));
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        match self.ask(Ask::Hover, params.text_document_position_params).await? {
            Answer::Hover(hover) => Ok(Some(hover)),
            _ => Ok(None),
        }
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        match self.ask(Ask::Definition, params.text_document_position_params).await? {
            Answer::Definition(found) => Ok(Some(found)),
            _ => Ok(None),
        }
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        // There is one style: what the client says about tabs is not asked for.
        let whole = TextDocumentPositionParams::new(params.text_document, Position::default());
        match self.ask(Ask::Formatting, whole).await? {
            Answer::Edits(edits) => Ok(Some(edits)),
            _ => Ok(None),
        }
    }
}
