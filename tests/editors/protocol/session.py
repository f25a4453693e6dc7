"""One conversation with the server, as one of the clients."""

import asyncio
import json
import os
import pathlib
import sys
from importlib import resources

import package
from lsprotocol import types
from pytest_lsp import ClientServerConfig, client_capabilities

# A server that says nothing for so long hangs.
PATIENCE = 60

SERVER = json.loads(os.environ["MC_SERVER"])
FAULT = pathlib.Path(__file__).parent.parent / "fault.py"


def snapshots() -> list[str]:
    """Every client whose capabilities `pytest-lsp` has, as `client_capabilities` names it."""
    files = resources.files("pytest_lsp.clients").iterdir()
    stems = [file.name.removesuffix(".json") for file in files if file.name.endswith(".json")]
    return sorted("@v".join(stem.rsplit("_v", 1)) for stem in stems)


def can_pull(snapshot: str) -> bool:
    """Whether a client can ask for problems. It is sent them as well, so it does so only when it is told to."""
    document = client_capabilities(snapshot).text_document
    return document is not None and document.diagnostic is not None


def config(fault: str | None = None) -> ClientServerConfig:
    """How the server is started; with a fault, behind the proxy that plants it."""
    command = SERVER if fault is None else [sys.executable, str(FAULT), fault, "--", *SERVER]
    return ClientServerConfig(server_command=command, server_env=dict(os.environ))


class Session:
    """What the checks of methods use. Messages are plain JSON here; `lsprotocol` checks their shape both ways."""

    def __init__(self, client, folder: pathlib.Path, patience: float = PATIENCE):
        self.client = client
        self.folder = folder
        self.patience = patience
        self.answer = {}
        self.registered = {}
        self.refreshed = set()
        self.texts = {}
        self.versions = {}
        self.is_shut_down = False
        self._listen()

    def _listen(self):
        """Requests of the server that `pytest-lsp` does not answer itself."""

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams):
            for registration in params.registrations:
                self.registered[registration.method] = registration

        for method in (
            types.WORKSPACE_SEMANTIC_TOKENS_REFRESH,
            types.WORKSPACE_INLAY_HINT_REFRESH,
            types.WORKSPACE_CODE_LENS_REFRESH,
            types.WORKSPACE_INLINE_VALUE_REFRESH,
        ):

            def refresh(_params=None, method=method):
                self.refreshed.add(method)

            self.client.feature(method)(refresh)

    async def start(self, snapshot: str, pulls: bool = False):
        """The handshake. Who pulls asks for problems and is not sent them."""
        folder = types.WorkspaceFolder(uri=self.folder.as_uri(), name="shop")
        params = types.InitializeParams(
            capabilities=client_capabilities(snapshot),
            root_uri=self.folder.as_uri(),
            workspace_folders=[folder],
            initialization_options={"diagnostics": {"pull": True}} if pulls else None,
        )
        result = await self.soon(self.client.initialize_session(params), "the answer to initialize")
        self.answer = self.plain(result)
        encoding = self.answer["capabilities"].get("positionEncoding", "utf-16")
        offered = (params.capabilities.general and params.capabilities.general.position_encodings) or ["utf-16"]
        assert encoding in offered, f"{encoding} was not offered"
        self.encoding = encoding

    @property
    def can(self) -> dict:
        """What the server says it can do."""
        return self.answer["capabilities"]

    @property
    def client_can(self) -> dict:
        return self.plain(self.client.capabilities)

    def plain(self, value):
        if hasattr(value, "_asdict"):
            # What `pygls` makes of answers to methods that it does not know.
            value = {name: self.plain(part) for name, part in value._asdict().items()}
        elif isinstance(value, (list, tuple)):
            value = [self.plain(part) for part in value]
        return json.loads(json.dumps(self.client.protocol._converter.unstructure(value)))

    async def soon(self, waited, what: str):
        """The result of something that must not take for ever."""
        try:
            # Not `wait_for`: before Python 3.12 one inside of another can lose the end of the outer one.
            async with asyncio.timeout(self.patience):
                return await waited
        except TimeoutError:
            raise AssertionError(f"never came: {what}") from None

    async def until(self, condition, what: str):
        """Waits for messages of the server until a condition holds."""

        async def look():
            while not (found := condition()):
                await asyncio.sleep(0.005)
            return found

        return await self.soon(look(), what)

    async def request(self, method: str, **params):
        """The result of a request."""
        known = types.METHOD_TO_TYPES.get(method)
        sent = self.client.protocol._converter.structure(params, known[2]) if known and params else params or None
        result = await self.soon(self.client.protocol.send_request_async(method, sent), f"an answer to {method}")
        return self.plain(result)

    def notify(self, method: str, **params):
        shape = types.METHOD_TO_TYPES[method][2]
        self.client.protocol.notify(method, self.client.protocol._converter.structure(params, shape))

    # Documents and places

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def document(self, name: str) -> dict:
        return {"uri": self.uri(name)}

    def text(self, name: str) -> str:
        return self.texts.get(name, package.FILES[name])

    def open(self, name: str):
        self.texts[name], self.versions[name] = package.FILES[name], 1
        language = "masterchef" if name.endswith(".mc") else "masterchef-template"
        item = {"uri": self.uri(name), "languageId": language, "version": 1, "text": self.texts[name]}
        self.notify(types.TEXT_DOCUMENT_DID_OPEN, textDocument=item)

    def close(self, name: str):
        del self.texts[name], self.versions[name]
        self.notify(types.TEXT_DOCUMENT_DID_CLOSE, textDocument=self.document(name))

    def change(self, name: str, text: str):
        """Replaces what differs, as an editor would."""
        old = self.texts[name]
        start = len(os.path.commonprefix([old, text]))
        rest = min(len(old), len(text)) - start
        end = next((i for i in range(rest) if old[-1 - i] != text[-1 - i]), rest)
        edit = {
            "range": {"start": self.position(old, start), "end": self.position(old, len(old) - end)},
            "text": text[start : len(text) - end],
        }
        self.texts[name] = text
        self.versions[name] += 1
        document = {**self.document(name), "version": self.versions[name]}
        self.notify(types.TEXT_DOCUMENT_DID_CHANGE, textDocument=document, contentChanges=[edit])

    def position(self, text: str, at: int) -> dict:
        line = text[:at].rpartition("\n")[2]
        return {"line": text.count("\n", 0, at), "character": package.units(line, self.encoding)}

    def place(self, name: str, snippet: str) -> dict:
        """The parameters that name a place: `‸` in a piece of the document."""
        text = self.text(name)
        return {
            "textDocument": self.document(name),
            "position": self.position(text, package.offset(text, snippet)),
        }

    def index(self, text: str, position: dict) -> int:
        """The character of `text` that a position of the server means."""
        lines = text.split("\n")
        line = lines[position["line"]]
        before = sum(len(line) + 1 for line in lines[: position["line"]])
        return before + package.cut(line, position["character"], self.encoding)

    def slice(self, name: str, span: dict) -> str:
        text = self.text(name)
        return text[self.index(text, span["start"]) : self.index(text, span["end"])]

    def whole(self, name: str) -> dict:
        text = self.text(name)
        return {"start": {"line": 0, "character": 0}, "end": self.position(text, len(text))}

    def edited(self, name: str, edits: list[dict]) -> str:
        """The text of a document after edits of the server."""
        text = self.text(name)
        spans = [(self.index(text, e["range"]["start"]), self.index(text, e["range"]["end"]), e) for e in edits]
        for start, end, edit in sorted(spans, key=lambda span: span[:2], reverse=True):
            text = text[:start] + edit["newText"] + text[end:]
        return text

    def where(self, location: dict) -> str:
        """`file:line` of a location or a link, with the file's last name."""
        uri = location.get("uri") or location["targetUri"]
        span = location.get("range") or location["targetSelectionRange"]
        return f"{uri.rpartition('/')[2]}:{span['start']['line'] + 1}"

    def places(self, result) -> list[str]:
        return sorted(self.where(location) for location in ([result] if isinstance(result, dict) else result or []))

    def changes(self, edit: dict) -> dict[str, str]:
        """The texts after a workspace edit, by the last name of the file."""
        changes = dict(edit.get("changes") or {})
        for change in edit.get("documentChanges") or []:
            if "textDocument" in change:
                changes.setdefault(change["textDocument"]["uri"], []).extend(change["edits"])
        names = {self.uri(name): name for name in package.FILES}
        return {names[uri]: self.edited(names[uri], edits) for uri, edits in changes.items()}

    # Diagnostics

    def shown(self, name: str) -> list[dict]:
        return [self.plain(found) for found in self.client.diagnostics.get(self.uri(name), [])]

    def errors(self, name: str) -> list[str] | None:
        """The codes of the errors that are shown; None before anything was."""
        if self.uri(name) not in self.client.diagnostics:
            return None
        return [found["code"] for found in self.shown(name) if found["severity"] == 1]

    async def until_errors(self, name: str, codes: list[str]):
        await self.until(lambda: self.errors(name) == codes, f"{codes} in {name}, and not {self.errors(name)}")
