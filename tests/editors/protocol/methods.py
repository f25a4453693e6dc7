"""For each method, what a client may expect of it.

A check is given a session in which `src/main.mc` is open and without errors, and leaves it so.
"""

import asyncio

import package
from lsprotocol import types as t

MAIN, SITE, PAGE = "src/main.mc", "src/site.mc", "templates/page.mct"

# The checks by their methods, in the order in which they are run.
TABLE = {}


def check_of(method: str):
    def register(check):
        assert method not in TABLE, method
        TABLE[method] = check
        return check

    return register


# The conversation itself


@check_of(t.INITIALIZE)
async def initialize(s):
    assert s.can.get("hoverProvider"), "the server can nothing"
    assert s.answer["serverInfo"]["name"] == "mc-lsp"


@check_of(t.INITIALIZED)
async def initialized(s):
    if watches(s):
        await s.until(lambda: t.WORKSPACE_DID_CHANGE_WATCHED_FILES in s.registered, "a wish to know of files")


@check_of(t.CLIENT_REGISTER_CAPABILITY)
async def register_capability(s):
    await initialized(s)
    patterns = s.registered[t.WORKSPACE_DID_CHANGE_WATCHED_FILES].register_options["watchers"]
    assert any(watcher["globPattern"] == "**/*.mc" for watcher in patterns), patterns


def watches(s) -> bool:
    files = s.client_can.get("workspace", {}).get("didChangeWatchedFiles") or {}
    return bool(files.get("dynamicRegistration"))


@check_of(t.WINDOW_WORK_DONE_PROGRESS_CREATE)
async def work_done_progress_create(s):
    # Opening the package takes a while.
    await s.until(lambda: s.client.progress_reports, "a place for progress")


@check_of(t.PROGRESS)
async def progress(s):
    await s.until(lambda: any(len(reports) > 1 for reports in s.client.progress_reports.values()), "the end of it")
    for reports in s.client.progress_reports.values():
        kinds = [report.kind for report in reports]
        assert (kinds[0], kinds[-1]) == ("begin", "end"), reports


@check_of(t.WORKSPACE_DID_CHANGE_CONFIGURATION)
async def did_change_configuration(s):
    await with_types(s, False)
    await with_types(s, True)


@check_of(t.WORKSPACE_CONFIGURATION)
async def configuration(s):
    # Who can be asked is asked, and what it sends along does not count.
    await with_types(s, False, sent=True)
    await with_types(s, True, sent=False)


async def with_types(s, wanted: bool, sent: bool | None = None):
    """Turns hints about types on or off, and waits until they come or go."""

    def hints(types):
        return {"inlayHints": {"types": types}}

    s.client.set_configuration(hints(wanted), section="masterchef")
    told = {"masterchef": hints(wanted if sent is None else sent)}
    s.notify(t.WORKSPACE_DID_CHANGE_CONFIGURATION, settings=told)

    async def look():
        while True:
            found = await s.request(t.TEXT_DOCUMENT_INLAY_HINT, textDocument=s.document(MAIN), range=s.whole(MAIN))
            if any(label(hint) == ": Plan" for hint in found or []) == wanted:
                return
            await asyncio.sleep(0.02)

    await s.soon(look(), f"hints about types: {wanted}")


# Documents


@check_of(t.TEXT_DOCUMENT_DID_OPEN)
async def did_open(s):
    await s.until_errors(MAIN, [])
    # What is opened counts, and not what is on the disk.
    s.open(SITE)
    wrong = s.text(SITE).replace("port: Int", "prot: Int")
    s.change(SITE, wrong)
    await s.until(lambda: s.errors(MAIN), "errors where the field was used")
    s.close(SITE)
    await s.until_errors(MAIN, [])


@check_of(t.TEXT_DOCUMENT_DID_CHANGE)
async def did_change(s):
    text = s.text(MAIN)
    s.change(MAIN, text.replace("base + 80", "bäse + 80"))
    await s.until(lambda: s.errors(MAIN), "an error for a wrong name")
    s.change(MAIN, text)
    await s.until_errors(MAIN, [])


@check_of(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
async def publish_diagnostics(s):
    text = s.text(MAIN)
    # Behind wide characters, so that the units of columns matter.
    s.change(MAIN, text.replace("/etc/é😀/${site.name}.conf\" {", "/etc/é😀/${size.name}.conf\" {"))
    await s.until_errors(MAIN, ["MC0201"])
    found = next(found for found in s.shown(MAIN) if found["severity"] == 1)
    assert s.slice(MAIN, found["range"]) == "size", found
    assert found["source"] == "masterchef", found
    s.change(MAIN, text)
    await s.until_errors(MAIN, [])


@check_of(t.TEXT_DOCUMENT_DID_SAVE)
async def did_save(s):
    # Another file was changed by somebody who tells nobody.
    file = s.folder / SITE
    await s.until_errors(MAIN, [])
    file.write_text(package.FILES[SITE].replace("port: Int", "prot: Int"))
    s.notify(t.TEXT_DOCUMENT_DID_SAVE, textDocument=s.document(MAIN))
    await s.until(lambda: s.errors(MAIN), "what is on the disk")
    file.write_text(package.FILES[SITE])
    s.notify(t.TEXT_DOCUMENT_DID_SAVE, textDocument=s.document(MAIN))
    await s.until_errors(MAIN, [])


@check_of(t.WORKSPACE_DID_CHANGE_WATCHED_FILES)
async def did_change_watched_files(s):
    file = s.folder / SITE
    event = {"uri": s.uri(SITE), "type": t.FileChangeType.Changed.value}
    await s.until_errors(MAIN, [])
    file.write_text(package.FILES[SITE].replace("port: Int", "prot: Int"))
    s.notify(t.WORKSPACE_DID_CHANGE_WATCHED_FILES, changes=[event])
    await s.until(lambda: s.errors(MAIN), "what is on the disk")
    file.write_text(package.FILES[SITE])
    s.notify(t.WORKSPACE_DID_CHANGE_WATCHED_FILES, changes=[event])
    await s.until_errors(MAIN, [])


@check_of(t.TEXT_DOCUMENT_DID_CLOSE)
async def did_close(s):
    s.open(SITE)
    s.change(SITE, s.text(SITE).replace("port: Int", "prot: Int"))
    await s.until(lambda: s.errors(MAIN), "errors where the field was used")
    # What was not saved is given up.
    s.close(SITE)
    await s.until_errors(MAIN, [])


# What is under the cursor


@check_of(t.TEXT_DOCUMENT_HOVER)
async def hover(s):
    found = await s.request(t.TEXT_DOCUMENT_HOVER, **s.place(MAIN, "/etc/é😀/${site.na‸me}.conf\" {"))
    assert "name: HostName" in found["contents"]["value"], found
    assert s.slice(MAIN, found["range"]) == "name", found
    found = await s.request(t.TEXT_DOCUMENT_HOVER, **s.place(MAIN, "port = ba‸se"))
    assert "Added to every port." in found["contents"]["value"], found


@check_of(t.TEXT_DOCUMENT_COMPLETION)
async def completion(s):
    assert "port" in await labels(s, MAIN, "${site.‸port}"), "fields behind a dot"
    assert "base" in await labels(s, MAIN, "port = ba‸se"), "names"


async def items(s, name: str, snippet: str) -> list[dict]:
    found = await s.request(t.TEXT_DOCUMENT_COMPLETION, **s.place(name, snippet))
    assert found, f"no completion at {snippet}"
    return found["items"] if isinstance(found, dict) else found


async def labels(s, name: str, snippet: str) -> list[str]:
    return [item["label"] for item in await items(s, name, snippet)]


@check_of(t.TEXT_DOCUMENT_DEFINITION)
async def definition(s):
    found = await s.request(t.TEXT_DOCUMENT_DEFINITION, **s.place(MAIN, "/etc/é😀/${site.na‸me}.conf\" {"))
    assert s.places(found) == ["site.mc:3"], found
    found = await s.request(t.TEXT_DOCUMENT_DEFINITION, **s.place(MAIN, "content = te‸xt("))
    assert s.places(found) == [f"main.mc:{line_of(s, 'fn text(')}"], found


@check_of(t.TEXT_DOCUMENT_DECLARATION)
async def declaration(s):
    found = await s.request(t.TEXT_DOCUMENT_DECLARATION, **s.place(MAIN, "{Si‸te, base}"))
    assert s.places(found) == ["site.mc:2"], found


def line_of(s, piece: str, name: str = MAIN) -> int:
    text = s.text(name)
    assert text.count(piece) == 1, piece
    return text.count("\n", 0, text.index(piece)) + 1


@check_of(t.TEXT_DOCUMENT_REFERENCES)
async def references(s):
    place = s.place(MAIN, "${site.name}:${site.po‸rt}")
    found = await s.request(t.TEXT_DOCUMENT_REFERENCES, **place, context={"includeDeclaration": True})
    uses = [f"main.mc:{line_of(s, ':${site.port}')}", f"main.mc:{line_of(s, 'port = base')}"]
    assert s.places(found) == [*uses, "site.mc:5"], found
    found = await s.request(t.TEXT_DOCUMENT_REFERENCES, **place, context={"includeDeclaration": False})
    assert s.places(found) == uses, found


@check_of(t.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
async def document_highlight(s):
    found = await s.request(t.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, **s.place(MAIN, "param wor‸kers"))
    assert [s.slice(MAIN, place["range"]) for place in found or []] == ["workers", "workers"], found


# The document as a whole


@check_of(t.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
async def document_symbol(s):
    found = await s.request(t.TEXT_DOCUMENT_DOCUMENT_SYMBOL, textDocument=s.document(MAIN))
    names = [symbol["name"] for symbol in found or []]
    assert {"Server", "text", "web"} <= set(names), names
    nested = s.client_can["textDocument"]["documentSymbol"].get("hierarchicalDocumentSymbolSupport")
    server = next(symbol for symbol in found if symbol["name"] == "Server")
    assert ("children" in server) == bool(nested), server


@check_of(t.WORKSPACE_SYMBOL)
async def workspace_symbol(s):
    found = await s.request(t.WORKSPACE_SYMBOL, query="base")
    assert [(f["name"], s.where(f["location"])) for f in found or []] == [("base", f"site.mc:{line_of(s, 'pub let base', SITE)}")], found


@check_of(t.TEXT_DOCUMENT_FOLDING_RANGE)
async def folding_range(s):
    found = await s.request(t.TEXT_DOCUMENT_FOLDING_RANGE, textDocument=s.document(MAIN))
    starts = [fold["startLine"] + 1 for fold in found or []]
    assert {line_of(s, "component Server"), line_of(s, "policy web")} <= set(starts), found


@check_of(t.TEXT_DOCUMENT_SELECTION_RANGE)
async def selection_range(s):
    place = s.place(MAIN, "ba‸se + 80")
    found = await s.request(
        t.TEXT_DOCUMENT_SELECTION_RANGE, textDocument=place["textDocument"], positions=[place["position"]]
    )
    sizes, step = [], (found or [None])[0]
    while step:
        sizes.append(s.slice(MAIN, step["range"]))
        step = step.get("parent")
    assert sizes[:2] == ["base", "base + 80"] and sizes[-1] == s.text(MAIN), sizes


@check_of(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL)
async def semantic_tokens_full(s):
    found = await s.request(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, textDocument=s.document(MAIN))
    coloured = tokens(s, (found or {}).get("data", []))
    assert {("Site", "struct"), ("Server", "interface"), ("port", "property")} <= set(coloured), coloured


@check_of(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE)
async def semantic_tokens_range(s):
    start = s.place(MAIN, "‸policy web")["position"]
    end = s.place(MAIN, "policy web {‸")["position"]
    span = {"start": start, "end": end}
    found = await s.request(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, textDocument=s.document(MAIN), range=span)
    assert tokens(s, (found or {}).get("data", [])) == [("web", "macro")], found


def tokens(s, data: list[int]) -> list[tuple[str, str]]:
    """The coloured pieces of the text with the names of their kinds."""
    legend = s.can["semanticTokensProvider"]["legend"]["tokenTypes"]
    out, line, start = [], 0, 0
    for at in range(0, len(data), 5):
        down, right, length, kind, _ = data[at : at + 5]
        line, start = line + down, right if down else start + right
        span = {"start": {"line": line, "character": start}, "end": {"line": line, "character": start + length}}
        out.append((s.slice(MAIN, span), legend[kind]))
    return out


# Changes


@check_of(t.TEXT_DOCUMENT_PREPARE_RENAME)
async def prepare_rename(s):
    found = await s.request(t.TEXT_DOCUMENT_PREPARE_RENAME, **s.place(MAIN, "param wor‸kers"))
    assert found and s.slice(MAIN, found.get("range", found)) == "workers", found


@check_of(t.TEXT_DOCUMENT_RENAME)
async def rename(s):
    found = await s.request(t.TEXT_DOCUMENT_RENAME, **s.place(MAIN, "/etc/é😀/${site.na‸me}.conf\" {"), newName="host")
    changed = s.changes(found or {})
    assert sorted(changed) == [MAIN, SITE, PAGE], sorted(changed)
    assert "/etc/é😀/${site.host}.conf\" {" in changed[MAIN], changed[MAIN]
    assert "<h1>${site.host}</h1>" in changed[PAGE], changed[PAGE]


@check_of(t.TEXT_DOCUMENT_CODE_ACTION)
async def code_action(s):
    action = await action_for(s)
    changed = s.changes(action["edit"]) if "edit" in action else None
    if changed is None:
        assert "data" in action, action
    else:
        assert changed == {MAIN: s.fixed}, changed
    await unwrong(s)


async def action_for(s) -> dict:
    """The repair of a misspelt name."""
    s.fixed = s.text(MAIN)
    s.change(MAIN, s.fixed.replace("base + 80", "bas + 80"))
    await s.until_errors(MAIN, ["MC0201"])
    found = next(found for found in s.shown(MAIN) if found["severity"] == 1)
    context = {"diagnostics": [found], "only": ["quickfix"]}
    actions = await s.request(
        t.TEXT_DOCUMENT_CODE_ACTION, textDocument=s.document(MAIN), range=found["range"], context=context
    )
    repairs = [action for action in actions or [] if "base" in action["title"]]
    assert repairs, f"no repair: {actions}"
    return repairs[0]


async def unwrong(s):
    s.change(MAIN, s.fixed)
    await s.until_errors(MAIN, [])


@check_of(t.TEXT_DOCUMENT_FORMATTING)
async def formatting(s):
    text = s.text(MAIN)
    s.change(MAIN, text.replace("let p = plan(web)", "let   p=plan( web )"))
    options = {"tabSize": 2, "insertSpaces": True}
    found = await s.request(t.TEXT_DOCUMENT_FORMATTING, textDocument=s.document(MAIN), options=options)
    assert s.edited(MAIN, found or []) == text, found
    s.change(MAIN, text)
    await s.until_errors(MAIN, [])


# What a call takes, and what is made of what


@check_of(t.TEXT_DOCUMENT_SIGNATURE_HELP)
async def signature_help(s):
    found = await s.request(t.TEXT_DOCUMENT_SIGNATURE_HELP, **s.place(MAIN, "content = text(site, ‸workers)"))
    signature = found["signatures"][found.get("activeSignature") or 0]
    assert "text(site: Site, workers: Int)" in signature["label"], found
    assert found.get("activeParameter", signature.get("activeParameter")) == 1, found


@check_of(t.TEXT_DOCUMENT_TYPE_DEFINITION)
async def type_definition(s):
    found = await s.request(t.TEXT_DOCUMENT_TYPE_DEFINITION, **s.place(MAIN, "{ site = si‸te }"))
    assert s.places(found) == ["site.mc:2"], found


@check_of(t.TEXT_DOCUMENT_IMPLEMENTATION)
async def implementation(s):
    found = await s.request(t.TEXT_DOCUMENT_IMPLEMENTATION, **s.place(MAIN, "let server = Ser‸ver"))
    # Where it is used: what a component does is said where it stands.
    assert s.places(found) == [f"main.mc:{line_of(s, 'let server = Server')}"], found


@check_of(t.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY)
async def prepare_call_hierarchy(s):
    found = await s.request(t.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY, **s.place(MAIN, "fn te‸xt("))
    assert [(item["name"], s.slice(MAIN, item["selectionRange"])) for item in found or []] == [("text", "text")], found


async def call_item(s, snippet: str) -> dict:
    found = await s.request(t.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY, **s.place(MAIN, snippet))
    assert found, f"nothing is called at {snippet}"
    return found[0]


@check_of(t.CALL_HIERARCHY_INCOMING_CALLS)
async def incoming_calls(s):
    found = await s.request(t.CALL_HIERARCHY_INCOMING_CALLS, item=await call_item(s, "fn te‸xt("))
    calls = [(call["from"]["name"], [s.slice(MAIN, place) for place in call["fromRanges"]]) for call in found or []]
    assert calls == [("Server", ["text"])], found


@check_of(t.CALL_HIERARCHY_OUTGOING_CALLS)
async def outgoing_calls(s):
    found = await s.request(t.CALL_HIERARCHY_OUTGOING_CALLS, item=await call_item(s, "component Ser‸ver"))
    assert "text" in [call["to"]["name"] for call in found or []], found


@check_of(t.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY)
async def prepare_type_hierarchy(s):
    assert (await type_item(s))["name"] == "Site"


async def type_item(s) -> dict:
    found = await s.request(t.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY, **s.place(MAIN, "param site: Si‸te\n"))
    assert found, "no type"
    return found[0]


@check_of(t.TYPE_HIERARCHY_SUPERTYPES)
async def supertypes(s):
    found = await s.request(t.TYPE_HIERARCHY_SUPERTYPES, item=await type_item(s))
    assert [item["name"] for item in found or []] == ["Role"], found


@check_of(t.TYPE_HIERARCHY_SUBTYPES)
async def subtypes(s):
    found = await s.request(t.TYPE_HIERARCHY_SUBTYPES, item=await type_item(s))
    assert [item["name"] for item in found or []] == ["Group"], found


# What stands between the lines, and what leads elsewhere


@check_of(t.TEXT_DOCUMENT_INLAY_HINT)
async def inlay_hint(s):
    found = await s.request(t.TEXT_DOCUMENT_INLAY_HINT, textDocument=s.document(MAIN), range=s.whole(MAIN))
    assert any(label(hint) == ": Plan" for hint in found or []), found


def label(hint: dict) -> str:
    text = hint["label"]
    return text if isinstance(text, str) else "".join(part["value"] for part in text)


@check_of(t.TEXT_DOCUMENT_DOCUMENT_LINK)
async def document_link(s):
    found = await s.request(t.TEXT_DOCUMENT_DOCUMENT_LINK, textDocument=s.document(MAIN))
    assert s.uri(PAGE) in [link.get("target") for link in found or []], found


@check_of(t.TEXT_DOCUMENT_LINKED_EDITING_RANGE)
async def linked_editing_range(s):
    found = await s.request(t.TEXT_DOCUMENT_LINKED_EDITING_RANGE, **s.place(MAIN, "let ser‸ver ="))
    assert [s.slice(MAIN, place) for place in (found or {}).get("ranges", [])] == ["server", "server"], found


# More changes


@check_of(t.TEXT_DOCUMENT_RANGE_FORMATTING)
async def range_formatting(s):
    text = s.text(MAIN)
    s.change(MAIN, text.replace("let p = plan(web)", "let   p=plan( web )").replace("mode = 0o644 }", "mode  = 0o644 }"))
    start, end = (s.place(MAIN, piece)["position"] for piece in ("‸test \"a page", "count(File) == 2‸"))
    found = await s.request(
        t.TEXT_DOCUMENT_RANGE_FORMATTING,
        textDocument=s.document(MAIN),
        range={"start": start, "end": end},
        options={"tabSize": 2, "insertSpaces": True},
    )
    # What is outside stays.
    assert s.edited(MAIN, found or []) == text.replace("mode = 0o644 }", "mode  = 0o644 }"), found
    s.change(MAIN, text)
    await s.until_errors(MAIN, [])


@check_of(t.TEXT_DOCUMENT_ON_TYPE_FORMATTING)
async def on_type_formatting(s):
    text = s.text(MAIN)
    s.change(MAIN, text.replace("  let p = plan(web)", "let   p=plan( web )"))
    place = s.place(MAIN, "count(File) == 2\n}‸")
    found = await s.request(
        t.TEXT_DOCUMENT_ON_TYPE_FORMATTING, **place, ch="}", options={"tabSize": 2, "insertSpaces": True}
    )
    assert s.edited(MAIN, found or []) == text, found
    s.change(MAIN, text)
    await s.until_errors(MAIN, [])


@check_of(t.WORKSPACE_WILL_RENAME_FILES)
async def will_rename_files(s):
    file = {"oldUri": s.uri(SITE), "newUri": s.uri("src/web/host.mc")}
    changed = s.changes(await s.request(t.WORKSPACE_WILL_RENAME_FILES, files=[file]) or {})
    assert "import web.host.{Site, base}\n" in changed.get(MAIN, ""), changed


@check_of(t.COMPLETION_ITEM_RESOLVE)
async def completion_item_resolve(s):
    item = next(item for item in await items(s, MAIN, "port = ba‸se") if item["label"] == "base")
    item = await s.request(t.COMPLETION_ITEM_RESOLVE, **item)
    documentation = (item or {}).get("documentation")
    text = documentation if isinstance(documentation, str) else (documentation or {}).get("value", "")
    assert "Added to every port." in text, item


@check_of(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA)
async def semantic_tokens_delta(s):
    document = s.document(MAIN)
    before = await s.request(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, textDocument=document)
    text = s.text(MAIN)
    s.change(MAIN, text.replace("policy web", "// more\n\npolicy web"))
    found = await s.request(
        t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, textDocument=document, previousResultId=before["resultId"]
    )
    data = list(before["data"])
    for edit in reversed(found["edits"]):
        data[edit["start"] : edit["start"] + edit["deleteCount"]] = edit.get("data") or []
    assert len(found["edits"]) == 1 and len(found["edits"][0].get("data") or []) < 15, found
    after = await s.request(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, textDocument=document)
    assert data == after["data"], found
    s.change(MAIN, text)
    await s.until_errors(MAIN, [])


@check_of(t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
async def did_change_workspace_folders(s):
    # Beside the folder that is open: what lies in it stays as long as it does.
    folder = s.folder.with_name(f"{s.folder.name}-other")
    main = str(folder / "src/main.mc")
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "masterchef.toml").write_text(package.FILES["masterchef.toml"].replace("shop", "other"))
    (folder / "src/main.mc").write_text('let a: Int = "x"\n')
    other = [{"uri": folder.as_uri(), "name": "other"}]
    s.notify(t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, event={"added": other, "removed": []})
    await s.until_errors(main, ["MC0301"])
    s.notify(t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, event={"added": [], "removed": other})
    await s.until_errors(main, [])


@check_of(t.TEXT_DOCUMENT_DIAGNOSTIC)
async def diagnostic(s):
    text = s.text(MAIN)
    s.change(MAIN, text.replace("base + 80", "bäse + 80"))
    document = s.document(MAIN)
    report = await s.request(t.TEXT_DOCUMENT_DIAGNOSTIC, textDocument=document)
    assert report["kind"] == "full" and report["items"], report
    known = report["resultId"]
    again = await s.request(t.TEXT_DOCUMENT_DIAGNOSTIC, textDocument=document, previousResultId=known)
    assert again == {"kind": "unchanged", "resultId": known}, again
    s.change(MAIN, text)
    report = await s.request(t.TEXT_DOCUMENT_DIAGNOSTIC, textDocument=document, previousResultId=known)
    assert report["kind"] == "full" and not [found for found in report["items"] if found["severity"] == 1], report


@check_of(t.WORKSPACE_DIAGNOSTIC)
async def workspace_diagnostic(s):
    report = await s.request(t.WORKSPACE_DIAGNOSTIC, previousResultIds=[])
    files = {item["uri"] for item in (report or {}).get("items", [])}
    assert {s.uri(MAIN), s.uri(SITE)} <= files, report


@check_of(t.CODE_ACTION_RESOLVE)
async def code_action_resolve(s):
    action = await action_for(s)
    resolved = await s.request(t.CODE_ACTION_RESOLVE, **action)
    assert s.changes((resolved or {}).get("edit") or {}) == {MAIN: s.fixed}, resolved
    await unwrong(s)


# Above declarations


async def lenses(s) -> list[dict]:
    found = await s.request(t.TEXT_DOCUMENT_CODE_LENS, textDocument=s.document(MAIN))
    assert found, "no lenses"
    return found


async def resolved_lenses(s) -> list[dict]:
    return [
        lens if lens.get("command") else await s.request(t.CODE_LENS_RESOLVE, **lens) for lens in await lenses(s)
    ]


@check_of(t.TEXT_DOCUMENT_CODE_LENS)
async def code_lens(s):
    lines = {lens["range"]["start"]["line"] + 1 for lens in await lenses(s)}
    assert {line_of(s, "policy web"), line_of(s, 'test "a page')} <= lines, lines


@check_of(t.CODE_LENS_RESOLVE)
async def code_lens_resolve(s):
    titles = [lens["command"]["title"] for lens in await resolved_lenses(s)]
    assert any("fixtures" in title for title in titles) and any("test" in title for title in titles), titles


@check_of(t.WORKSPACE_EXECUTE_COMMAND)
async def execute_command(s):
    # The ones that lenses name; others are the client's own.
    known = s.can["executeCommandProvider"]["commands"]
    commands = [lens["command"] for lens in await resolved_lenses(s) if lens["command"]["command"] in known]
    assert commands and {command["command"] for command in commands} == set(known), (commands, known)
    for command in commands:
        result = await s.request(
            t.WORKSPACE_EXECUTE_COMMAND, command=command["command"], arguments=command["arguments"]
        )
        assert [one["outcome"] for one in (result or {}).get("results", [])] == ["passed"], result


# Beyond the protocol


@check_of("masterchef/planView")
async def plan_view(s):
    view = await s.request("masterchef/planView", **s.place(MAIN, "policy we‸b"))
    steps = [node["id"] for node in (view or {}).get("nodes", []) if node["kind"] == "step"]
    assert steps == ['File["/etc/é😀/www.example.com.conf"]', 'File["/srv/page"]'], view
    assert any(edge["reasons"] for edge in view["edges"]), view


@check_of("masterchef/why")
async def why(s):
    found = await s.request("masterchef/why", **s.place(MAIN, "/srv/page\" { cont‸ent"))
    names = [attribute["name"] for resource in (found or {}).get("resources", []) for attribute in resource["attributes"]]
    assert names == ["content"], found


@check_of("masterchef/runsBefore")
async def runs_before(s):
    found = await s.request("masterchef/runsBefore", **s.place(MAIN, "Fi‸le \"/srv/page"))
    steps = [step["type"] for resource in (found or {}).get("resources", []) for step in resource["steps"]]
    assert steps == ["File"], found


@check_of("masterchef/tests")
async def tests(s):
    found = await s.request("masterchef/tests", textDocument=s.document(MAIN))
    assert [test["id"] for test in found or []] == ["src/main.mc::a page is served"], found


@check_of("masterchef/runTests")
async def run_tests(s):
    found = await s.request("masterchef/runTests", uri=s.uri(MAIN))
    assert [one["outcome"] for one in (found or {}).get("results", [])] == ["passed"], found


# The end: nothing can be asked any more.


@check_of(t.SHUTDOWN)
async def shutdown(s):
    s.is_shut_down = True
    await s.request(t.SHUTDOWN)


@check_of(t.EXIT)
async def leave(s):
    if not s.is_shut_down:
        await s.request(t.SHUTDOWN)
    s.client.exit(None)
    code = await s.soon(s.client._server.wait(), "the end of the server")
    assert code == 0, f"the server ended with {code}"
