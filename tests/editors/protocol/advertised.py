"""From what a server says it can do to the methods that a client may use."""

from lsprotocol import types as t

# Of each capability, the method that it stands for. What has parts is taken apart below.
SIMPLE = {
    "hoverProvider": t.TEXT_DOCUMENT_HOVER,
    "declarationProvider": t.TEXT_DOCUMENT_DECLARATION,
    "definitionProvider": t.TEXT_DOCUMENT_DEFINITION,
    "typeDefinitionProvider": t.TEXT_DOCUMENT_TYPE_DEFINITION,
    "implementationProvider": t.TEXT_DOCUMENT_IMPLEMENTATION,
    "referencesProvider": t.TEXT_DOCUMENT_REFERENCES,
    "documentHighlightProvider": t.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT,
    "documentSymbolProvider": t.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
    "documentFormattingProvider": t.TEXT_DOCUMENT_FORMATTING,
    "documentRangeFormattingProvider": t.TEXT_DOCUMENT_RANGE_FORMATTING,
    "documentOnTypeFormattingProvider": t.TEXT_DOCUMENT_ON_TYPE_FORMATTING,
    "foldingRangeProvider": t.TEXT_DOCUMENT_FOLDING_RANGE,
    "selectionRangeProvider": t.TEXT_DOCUMENT_SELECTION_RANGE,
    "linkedEditingRangeProvider": t.TEXT_DOCUMENT_LINKED_EDITING_RANGE,
    "signatureHelpProvider": t.TEXT_DOCUMENT_SIGNATURE_HELP,
    "monikerProvider": t.TEXT_DOCUMENT_MONIKER,
    "inlineValueProvider": t.TEXT_DOCUMENT_INLINE_VALUE,
    "colorProvider": t.TEXT_DOCUMENT_DOCUMENT_COLOR,
    "executeCommandProvider": t.WORKSPACE_EXECUTE_COMMAND,
}

# Those with a second request that fills in what the first left out.
RESOLVED = {
    "completionProvider": (t.TEXT_DOCUMENT_COMPLETION, t.COMPLETION_ITEM_RESOLVE),
    "codeActionProvider": (t.TEXT_DOCUMENT_CODE_ACTION, t.CODE_ACTION_RESOLVE),
    "codeLensProvider": (t.TEXT_DOCUMENT_CODE_LENS, t.CODE_LENS_RESOLVE),
    "documentLinkProvider": (t.TEXT_DOCUMENT_DOCUMENT_LINK, t.DOCUMENT_LINK_RESOLVE),
    "inlayHintProvider": (t.TEXT_DOCUMENT_INLAY_HINT, t.INLAY_HINT_RESOLVE),
    "workspaceSymbolProvider": (t.WORKSPACE_SYMBOL, t.WORKSPACE_SYMBOL_RESOLVE),
}

# Those that come in groups.
GROUPS = {
    "callHierarchyProvider": (
        t.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY,
        t.CALL_HIERARCHY_INCOMING_CALLS,
        t.CALL_HIERARCHY_OUTGOING_CALLS,
    ),
    "typeHierarchyProvider": (
        t.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY,
        t.TYPE_HIERARCHY_SUPERTYPES,
        t.TYPE_HIERARCHY_SUBTYPES,
    ),
}

# What every server does.
ALWAYS = {t.INITIALIZE, t.INITIALIZED, t.SHUTDOWN, t.EXIT}

# What says how and not what.
MANNERS = {"positionEncoding"}


def methods(capabilities: dict) -> set[str]:
    """The methods. A capability that is not known here is an error: nobody would test it."""
    found = set(ALWAYS)
    for name, value in capabilities.items():
        options = value if isinstance(value, dict) else {}
        if value is None or value is False or name in MANNERS:
            continue
        if name in SIMPLE:
            found.add(SIMPLE[name])
        elif name in RESOLVED:
            first, second = RESOLVED[name]
            found |= {first, second} if options.get("resolveProvider") else {first}
        elif name in GROUPS:
            found |= set(GROUPS[name])
        elif name == "renameProvider":
            found.add(t.TEXT_DOCUMENT_RENAME)
            found |= {t.TEXT_DOCUMENT_PREPARE_RENAME} if options.get("prepareProvider") else set()
        elif name == "textDocumentSync":
            found |= synchronisation(options)
        elif name == "semanticTokensProvider":
            found |= semantic_tokens(options)
        elif name == "diagnosticProvider":
            found.add(t.TEXT_DOCUMENT_DIAGNOSTIC)
            found |= {t.WORKSPACE_DIAGNOSTIC} if options.get("workspaceDiagnostics") else set()
        elif name == "workspace":
            found |= workspace(options)
        elif name == "experimental":
            # Methods beyond the protocol, by their names.
            found |= set(options.get("masterchef", []))
        else:
            raise AssertionError(f"the server has `{name}`, of which this suite knows no method")
    return found


def synchronisation(options: dict) -> set[str]:
    found = set()
    if options.get("openClose"):
        # Whoever is told of documents tells of their problems.
        found |= {t.TEXT_DOCUMENT_DID_OPEN, t.TEXT_DOCUMENT_DID_CLOSE, t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS}
    if options.get("change"):
        found.add(t.TEXT_DOCUMENT_DID_CHANGE)
    for name, method in (
        ("save", t.TEXT_DOCUMENT_DID_SAVE),
        ("willSave", t.TEXT_DOCUMENT_WILL_SAVE),
        ("willSaveWaitUntil", t.TEXT_DOCUMENT_WILL_SAVE_WAIT_UNTIL),
    ):
        if options.get(name) not in (None, False):
            found.add(method)
    return found


def semantic_tokens(options: dict) -> set[str]:
    found = set()
    if full := options.get("full"):
        found.add(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL)
        if isinstance(full, dict) and full.get("delta"):
            found.add(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA)
    if options.get("range") not in (None, False):
        found.add(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE)
    return found


def workspace(options: dict) -> set[str]:
    found = set()
    for operation in options.get("fileOperations") or {}:
        found.add(f"workspace/{operation}Files")
    folders = options.get("workspaceFolders") or {}
    if folders.get("changeNotifications"):
        found.add(t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    return found
