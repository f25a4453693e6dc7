//! The handlers of the protocol's messages. Each sends an event before it waits for anything; nothing else is done
//! here.

use crate::answer;
use crate::event::Event;
use crate::exit::{ExitWatch, Farewell};
use crate::log;
use crate::owner::Owner;
use crate::question::{Question, Snapshot, Subject};
use crate::settings::Settings;
use crate::worker::{Pool, STACK};
use mc_compiler::File;
use std::io;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use tokio::sync::{mpsc, oneshot};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability, CodeActionResponse,
    CompletionOptions, CompletionParams, CompletionResponse, DeclarationCapability,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWatchedFilesRegistrationOptions,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentFormattingParams, DocumentHighlight, DocumentHighlightParams, DocumentSymbolParams,
    DocumentSymbolResponse, FileSystemWatcher, FoldingRange, FoldingRangeParams,
    FoldingRangeProviderCapability, GlobPattern, GotoDefinitionParams, GotoDefinitionResponse, Hover,
    HoverParams, HoverProviderCapability, InitializeParams, InitializeResult, InitializedParams, Location,
    OneOf, PrepareRenameResponse, PublishDiagnosticsParams, ReferenceParams, Registration, RenameOptions,
    RenameParams, SaveOptions, SelectionRange, SelectionRangeParams, SelectionRangeProviderCapability,
    SemanticTokensFullOptions, SemanticTokensOptions, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, SemanticTokensServerCapabilities, ServerCapabilities,
    ServerInfo, TextDocumentIdentifier, TextDocumentPositionParams, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions, TextEdit,
    WorkDoneProgressOptions, WorkspaceEdit, WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use tower_lsp::{Client, LanguageServer, LspService, Server as Transport};

/// How many messages are handled at once. Handlers only wait for workers; with few slots, slow answers
/// would hold up edits.
const SLOTS: usize = 256;

/// What is watched on the disk.
const WATCHED: [&str; 6] = [
    "**/*.mc",
    "**/*.mct",
    "**/masterchef.toml",
    "**/masterchef.lock",
    "**/data/**/*.{toml,yaml,yml,json}",
    "**/files/**",
];

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

    /// Asks about a document. The question is sent when this is called, the answer awaited later.
    fn ask<T, W>(
        &self,
        document: TextDocumentIdentifier,
        work: W,
    ) -> impl Future<Output = Result<T>> + use<T, W>
    where
        T: Default + Send + 'static,
        W: Fn(Snapshot<'_>, File) -> T + Send + 'static,
    {
        let subject = Subject::Document(document.uri);
        let (question, reply) = Question::new(subject, move |snapshot, file| {
            file.map(|file| work(snapshot, file)).unwrap_or_default()
        });
        self.tell(Event::Asked(question));
        async move { reply.await.unwrap_or_else(|_| Err(Error::internal_error())) }
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
                completion_provider: Some(CompletionOptions {
                    trigger_characters: Some(vec![".".to_owned()]),
                    ..CompletionOptions::default()
                }),
                semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(
                    SemanticTokensOptions {
                        legend: answer::legend(),
                        range: Some(true),
                        full: Some(SemanticTokensFullOptions::Bool(true)),
                        ..SemanticTokensOptions::default()
                    },
                )),
                definition_provider: Some(OneOf::Left(true)),
                declaration_provider: Some(DeclarationCapability::Simple(true)),
                references_provider: Some(OneOf::Left(true)),
                document_highlight_provider: Some(OneOf::Left(true)),
                document_symbol_provider: Some(OneOf::Left(true)),
                workspace_symbol_provider: Some(OneOf::Left(true)),
                folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
                selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
                rename_provider: Some(OneOf::Right(RenameOptions {
                    prepare_provider: Some(true),
                    work_done_progress_options: WorkDoneProgressOptions::default(),
                })),
                code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                    code_action_kinds: Some(vec![
                        CodeActionKind::QUICKFIX,
                        CodeActionKind::SOURCE_FIX_ALL,
                        CodeActionKind::SOURCE_ORGANIZE_IMPORTS,
                    ]),
                    ..CodeActionOptions::default()
                })),
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
        let at = params.text_document_position_params;
        self.ask(at.text_document, move |snapshot, file| answer::hover(snapshot, file, at.position)).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let at = params.text_document_position;
        self.ask(at.text_document, move |snapshot, file| answer::completion(snapshot, file, at.position))
            .await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        self.ask(params.text_document, |snapshot, file| {
            Some(SemanticTokensResult::Tokens(answer::semantic_tokens(snapshot, file, None)))
        })
        .await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let range = params.range;
        self.ask(params.text_document, move |snapshot, file| {
            let tokens = answer::semantic_tokens(snapshot, file, Some(snapshot.span(file, range)));
            Some(SemanticTokensRangeResult::Tokens(tokens))
        })
        .await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.ask(at.text_document, move |snapshot, file| answer::definition(snapshot, file, at.position))
            .await
    }

    async fn goto_declaration(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.goto_definition(params).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let at = params.text_document_position;
        let all = params.context.include_declaration;
        self.ask(at.text_document, move |snapshot, file| answer::references(snapshot, file, at.position, all))
            .await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        self.ask(at.text_document, move |snapshot, file| answer::highlights(snapshot, file, at.position))
            .await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.ask(params.text_document, answer::document_symbols).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let (reply, packages) = oneshot::channel();
        self.tell(Event::Packages(reply));
        let packages = packages.await.map_err(|_| Error::internal_error())?;
        let mut replies = Vec::with_capacity(packages.len());
        for package in packages {
            let query = params.query.clone();
            let work = move |snapshot: Snapshot<'_>, _| answer::workspace_symbols(snapshot, &query);
            let (question, reply) = Question::new(Subject::Package(package), work);
            self.tell(Event::Asked(question));
            replies.push(reply);
        }
        let mut found = Vec::new();
        for reply in replies {
            found.extend(reply.await.unwrap_or_else(|_| Err(Error::internal_error()))?);
        }
        Ok(Some(WorkspaceSymbolResponse::Nested(found)))
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask(params.text_document, |snapshot, file| Some(answer::folds(snapshot, file))).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let positions = params.positions;
        self.ask(params.text_document, move |snapshot, file| {
            Some(answer::selections(snapshot, file, &positions))
        })
        .await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        let at = params.position;
        self.ask(params.text_document, move |snapshot, file| Some(answer::prepare_rename(snapshot, file, at)))
            .await?
            .unwrap_or(Ok(None))
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let (at, name) = (params.text_document_position, params.new_name);
        self.ask(at.text_document, move |snapshot, file| {
            Some(answer::rename(snapshot, file, at.position, &name))
        })
        .await?
        .unwrap_or(Ok(None))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let CodeActionParams { text_document, range, context, .. } = params;
        self.ask(text_document, move |snapshot, file| {
            Some(answer::code_actions(snapshot, file, range, &context))
        })
        .await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        // There is one style: what the client says about tabs is not asked for.
        self.ask(params.text_document, |snapshot, file| Some(answer::formatting(snapshot, file))).await
    }
}
