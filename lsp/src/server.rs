//! The handlers of the protocol's messages. Each sends an event before it waits for anything; nothing else is done
//! here.

use crate::answer;
use crate::capabilities::capabilities;
use crate::event::Event;
use crate::exit::{ExitWatch, Farewell};
use crate::extension;
use crate::log;
use crate::notice;
use crate::owner::Owner;
use crate::question::{Question, Snapshot, Subject};
use crate::settings::{Options, Settings};
use crate::tokens::TokenCache;
use crate::type_hierarchy::TypeHierarchy;
use crate::worker::{Pool, STACK};
use mc_compiler::File;
use std::collections::BTreeMap;
use std::io;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use tokio::sync::{mpsc, oneshot};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::request::{
    GotoImplementationParams, GotoImplementationResponse, GotoTypeDefinitionParams,
    GotoTypeDefinitionResponse,
};
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeAction,
    CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CompletionItem, CompletionParams,
    CompletionResponse, ConfigurationItem, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentChanges,
    DocumentDiagnosticParams, DocumentDiagnosticReportResult, DocumentFormattingParams, DocumentHighlight,
    DocumentHighlightParams, DocumentLink, DocumentLinkParams, DocumentOnTypeFormattingParams,
    DocumentRangeFormattingParams, DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandParams,
    FileSystemWatcher, FoldingRange, FoldingRangeParams, GlobPattern, GotoDefinitionParams,
    GotoDefinitionResponse, Hover, HoverParams, InitializeParams, InitializeResult, InitializedParams,
    InlayHint, InlayHintParams, LSPAny, LinkedEditingRangeParams, LinkedEditingRanges, Location,
    PrepareRenameResponse, ReferenceParams, Registration, RelatedFullDocumentDiagnosticReport,
    RenameFilesParams, RenameParams, SelectionRange, SelectionRangeParams, SemanticTokensDeltaParams,
    SemanticTokensFullDeltaResult, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, ServerInfo, SignatureHelp, SignatureHelpParams,
    TextDocumentIdentifier, TextDocumentPositionParams, TextEdit, TypeHierarchyItem,
    TypeHierarchyPrepareParams, TypeHierarchySubtypesParams, TypeHierarchySupertypesParams, Uri,
    WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult, WorkspaceEdit,
    WorkspaceFolder, WorkspaceSymbolParams, WorkspaceSymbolResponse,
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
    let (notices, to_tell) = mpsc::unbounded_channel();
    let workers = std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 4));
    let pool = Pool::start(workers, &events)?;
    let owner_events = events.clone();
    std::thread::Builder::new()
        .name("owner".to_owned())
        .stack_size(STACK)
        .spawn(move || Owner::new(notices, owner_events, pool).run(&inbox))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let farewell = Farewell::default();
    runtime.block_on(async {
        let (service, socket) = LspService::build(|client| {
            tokio::spawn(notice::tell(client.clone(), to_tell));
            Server { client, events, settings: OnceLock::new(), tokens: TokenCache::default() }
        })
        .custom_method(extension::PLAN_VIEW, Server::plan_view)
        .custom_method(extension::WHY, Server::why)
        .custom_method(extension::RUNS_BEFORE, Server::runs_before)
        .custom_method(extension::TESTS, Server::tests)
        .custom_method(extension::RUN_TESTS, Server::run_tests)
        .finish();
        Transport::new(tokio::io::stdin(), tokio::io::stdout(), socket)
            .concurrency_level(SLOTS)
            .serve(ExitWatch::new(TypeHierarchy::new(service), farewell.clone()))
            .await;
    });
    // The thread that reads the standard input may wait for ever.
    runtime.shutdown_background();
    Ok(if farewell.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Debug)]
pub(crate) struct Server {
    client: Client,
    events: Sender<Event>,
    settings: OnceLock<Settings>,
    tokens: TokenCache,
}

impl Server {
    fn tell(&self, event: Event) {
        if self.events.send(event).is_err() {
            log("the owner of the databases is gone");
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Asks the client what the user has set.
    fn ask_for_configuration(&self) {
        let (client, events) = (self.client.clone(), self.events.clone());
        // Not awaited: the client may answer late, and this would keep one of the slots.
        tokio::spawn(async move {
            let section = ConfigurationItem { scope_uri: None, section: Some("masterchef".to_owned()) };
            match client.configuration(vec![section]).await {
                Ok(values) => {
                    let hints = values.first().map(Options::of).unwrap_or_default().inlay_hints.into();
                    // The owner may be gone when the process ends.
                    let _ = events.send(Event::Configured(hints));
                }
                Err(error) => log(&format!("the configuration is not known: {error}")),
            }
        });
    }

    /// Asks all packages the same, and puts their answers one behind the other.
    async fn ask_all<T: Send + 'static>(
        &self,
        work: impl Fn(Snapshot<'_>) -> Vec<T> + Clone + Send + 'static,
    ) -> Result<Vec<T>> {
        let (reply, packages) = oneshot::channel();
        self.tell(Event::Packages(reply));
        let packages = packages.await.map_err(|_| Error::internal_error())?;
        let mut replies = Vec::with_capacity(packages.len());
        for package in packages {
            let work = work.clone();
            let (question, reply) =
                Question::new(Subject::Package(package), move |snapshot, _| work(snapshot));
            self.tell(Event::Asked(question));
            replies.push(reply);
        }
        let mut found = Vec::new();
        for reply in replies {
            found.extend(reply.await.unwrap_or_else(|_| Err(Error::internal_error()))?);
        }
        Ok(found)
    }

    /// Asks about a module or a template. The question is sent when this is called, the answer awaited later. Of a manifest
    /// the answer is the default: it is written in another language.
    pub(crate) fn ask<T, W>(
        &self,
        document: TextDocumentIdentifier,
        work: W,
    ) -> impl Future<Output = Result<T>> + use<T, W>
    where
        T: Default + Send + 'static,
        W: Fn(Snapshot<'_>, File) -> T + Send + 'static,
    {
        self.ask_any(document, move |snapshot, file| {
            if mc_ide::is_manifest(snapshot.db, file) { T::default() } else { work(snapshot, file) }
        })
    }

    /// The same, also about a manifest.
    fn ask_any<T, W>(
        &self,
        document: TextDocumentIdentifier,
        work: W,
    ) -> impl Future<Output = Result<T>> + use<T, W>
    where
        T: Default + Send + 'static,
        W: Fn(Snapshot<'_>, File) -> T + Send + 'static,
    {
        self.send(document, move |snapshot, file| file.map(|file| work(snapshot, file)).unwrap_or_default())
    }

    fn send<T, W>(
        &self,
        document: TextDocumentIdentifier,
        work: W,
    ) -> impl Future<Output = Result<T>> + use<T, W>
    where
        T: Default + Send + 'static,
        W: Fn(Snapshot<'_>, Option<File>) -> T + Send + 'static,
    {
        let (question, reply) = Question::new(Subject::Document(document.uri), work);
        self.tell(Event::Asked(question));
        async move { reply.await.unwrap_or_else(|_| Err(Error::internal_error())) }
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let settings = Settings::of(&params.capabilities, params.initialization_options.as_ref());
        self.tell(Event::Started(settings));
        let _ = self.settings.set(settings);
        #[expect(deprecated, reason = "older clients have nothing else")]
        let folders = match params.workspace_folders {
            Some(folders) => folders.into_iter().map(|folder| folder.uri).collect(),
            None => Vec::from_iter(params.root_uri),
        };
        self.tell(Event::Folders { added: folders, removed: Vec::new() });
        Ok(InitializeResult {
            capabilities: capabilities(&settings),
            server_info: Some(ServerInfo {
                name: "mc-lsp".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        let settings = self.settings.get().copied().unwrap_or_default();
        if settings.has_configuration {
            self.ask_for_configuration();
        }
        if !settings.watches {
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

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let uris = |folders: Vec<WorkspaceFolder>| folders.into_iter().map(|folder| folder.uri).collect();
        let event = params.event;
        self.tell(Event::Folders { added: uris(event.added), removed: uris(event.removed) });
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        if self.settings.get().is_some_and(|settings| settings.has_configuration) {
            self.ask_for_configuration();
        } else {
            self.tell(Event::Configured(Options::of(&params.settings).inlay_hints.into()));
        }
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tokens.forget(&params.text_document.uri);
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
        self.ask_any(at.text_document, move |snapshot, file| answer::hover(snapshot, file, at.position)).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let at = params.text_document_position;
        self.ask_any(at.text_document, move |snapshot, file| answer::completion(snapshot, file, at.position))
            .await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        let uri = params.text_document.uri.clone();
        let found = self
            .ask(params.text_document, |snapshot, file| Some(answer::semantic_tokens(snapshot, file, None)))
            .await?;
        Ok(found.map(|tokens| SemanticTokensResult::Tokens(self.tokens.keep(uri, tokens))))
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let uri = params.text_document.uri.clone();
        let found = self
            .ask(params.text_document, |snapshot, file| Some(answer::semantic_tokens(snapshot, file, None)))
            .await?;
        Ok(found.map(|tokens| self.tokens.change(uri, &params.previous_result_id, tokens)))
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
        self.ask_any(at.text_document, move |snapshot, file| answer::definition(snapshot, file, at.position))
            .await
    }

    async fn goto_declaration(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.goto_definition(params).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let at = params.text_document_position;
        let all = params.context.include_declaration;
        self.ask_any(at.text_document, move |snapshot, file| {
            answer::references(snapshot, file, at.position, all)
        })
        .await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        self.ask_any(at.text_document, move |snapshot, file| answer::highlights(snapshot, file, at.position))
            .await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.ask_any(params.text_document, answer::document_symbols).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let query = params.query;
        let found = self.ask_all(move |snapshot| answer::workspace_symbols(snapshot, &query)).await?;
        Ok(Some(WorkspaceSymbolResponse::Nested(found)))
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask_any(params.text_document, |snapshot, file| Some(answer::folds(snapshot, file))).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let positions = params.positions;
        self.ask_any(params.text_document, move |snapshot, file| {
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
        let uri = text_document.uri.clone();
        self.ask_any(text_document, move |snapshot, file| {
            Some(answer::code_actions(snapshot, file, &uri, range, &context))
        })
        .await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        // One that has its change already comes back as it is.
        let Some(document) = answer::action_document(&action) else { return Ok(action) };
        let asked = action.clone();
        self.ask(document, move |snapshot, file| Some(answer::resolve_action(snapshot, file, asked.clone())))
            .await?
            .unwrap_or(Ok(action))
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        // There is one style: what the client says about tabs is not asked for.
        self.ask(params.text_document, |snapshot, file| Some(answer::formatting(snapshot, file))).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let range = params.range;
        self.ask(params.text_document, move |snapshot, file| {
            Some(answer::format_range(snapshot, file, range))
        })
        .await
    }

    async fn on_type_formatting(
        &self,
        params: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        let at = params.text_document_position;
        self.ask(at.text_document, move |snapshot, file| {
            Some(answer::format_on_type(snapshot, file, at.position))
        })
        .await
    }

    async fn will_rename_files(&self, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
        let renames = params.files;
        let edits = self.ask_all(move |snapshot| Vec::from_iter(answer::renamed_files(snapshot, &renames)));
        let mut all = WorkspaceEdit::default();
        for WorkspaceEdit { changes, document_changes, .. } in edits.await? {
            if let Some(changes) = changes {
                all.changes.get_or_insert_default().extend(changes);
            }
            if let Some(DocumentChanges::Edits(edits)) = document_changes {
                match all.document_changes.get_or_insert(DocumentChanges::Edits(Vec::new())) {
                    DocumentChanges::Edits(all) => all.extend(edits),
                    DocumentChanges::Operations(_) => {}
                }
            }
        }
        Ok((all != WorkspaceEdit::default()).then_some(all))
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        let asked = item.data.clone().and_then(|data| serde_json::from_value::<answer::Asked>(data).ok());
        let Some(answer::Asked { uri, position }) = asked else { return Ok(item) };
        let (label, kind) = (item.label.clone(), item.kind);
        let found = self.ask_any(TextDocumentIdentifier { uri }, move |snapshot, file| {
            answer::resolve_completion(snapshot, file, position, &label, kind)
        });
        let documentation = found.await?;
        Ok(CompletionItem { documentation, ..item })
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let at = params.text_document_position_params;
        self.ask(at.text_document, move |snapshot, file| answer::signature_help(snapshot, file, at.position))
            .await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let range = params.range;
        self.ask(params.text_document, move |snapshot, file| Some(answer::inlay_hints(snapshot, file, range)))
            .await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.ask_any(params.text_document, |snapshot, file| Some(answer::document_links(snapshot, file)))
            .await
    }

    async fn goto_type_definition(
        &self,
        params: GotoTypeDefinitionParams,
    ) -> Result<Option<GotoTypeDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.ask(at.text_document, move |snapshot, file| answer::type_definition(snapshot, file, at.position))
            .await
    }

    async fn goto_implementation(
        &self,
        params: GotoImplementationParams,
    ) -> Result<Option<GotoImplementationResponse>> {
        let at = params.text_document_position_params;
        self.ask(at.text_document, move |snapshot, file| answer::implementations(snapshot, file, at.position))
            .await
    }

    async fn linked_editing_range(
        &self,
        params: LinkedEditingRangeParams,
    ) -> Result<Option<LinkedEditingRanges>> {
        let at = params.text_document_position_params;
        self.ask(at.text_document, move |snapshot, file| answer::linked(snapshot, file, at.position)).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let at = params.text_document_position_params;
        self.ask(at.text_document, move |snapshot, file| answer::prepare_calls(snapshot, file, at.position))
            .await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let (uri, at) = (params.item.uri, params.item.selection_range.start);
        self.ask(TextDocumentIdentifier { uri }, move |snapshot, file| {
            answer::incoming_calls(snapshot, file, at)
        })
        .await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let (uri, at) = (params.item.uri, params.item.selection_range.start);
        self.ask(TextDocumentIdentifier { uri }, move |snapshot, file| {
            answer::outgoing_calls(snapshot, file, at)
        })
        .await
    }

    async fn prepare_type_hierarchy(
        &self,
        params: TypeHierarchyPrepareParams,
    ) -> Result<Option<Vec<TypeHierarchyItem>>> {
        let at = params.text_document_position_params;
        self.ask(at.text_document, move |snapshot, file| answer::prepare_types(snapshot, file, at.position))
            .await
    }

    async fn supertypes(
        &self,
        params: TypeHierarchySupertypesParams,
    ) -> Result<Option<Vec<TypeHierarchyItem>>> {
        let (uri, at) = (params.item.uri, params.item.selection_range.start);
        self.ask(TextDocumentIdentifier { uri }, move |snapshot, file| answer::supertypes(snapshot, file, at))
            .await
    }

    async fn subtypes(&self, params: TypeHierarchySubtypesParams) -> Result<Option<Vec<TypeHierarchyItem>>> {
        let (uri, at) = (params.item.uri, params.item.selection_range.start);
        self.ask(TextDocumentIdentifier { uri }, move |snapshot, file| answer::subtypes(snapshot, file, at))
            .await
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let known = params.previous_result_id;
        let found = self.ask_any(params.text_document, move |snapshot, file| {
            Some(answer::document_report(snapshot, file, known.as_deref()))
        });
        let report = found.await?.unwrap_or_else(|| RelatedFullDocumentDiagnosticReport::default().into());
        Ok(DocumentDiagnosticReportResult::Report(report))
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        let known: BTreeMap<Uri, String> =
            params.previous_result_ids.into_iter().map(|known| (known.uri, known.value)).collect();
        let items = self.ask_all(move |snapshot| answer::package_reports(snapshot, &known)).await?;
        Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(params.text_document, answer::lenses).await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        self.resolve_lens(lens).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        self.execute(params).await
    }
}
