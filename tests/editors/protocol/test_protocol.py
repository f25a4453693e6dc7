"""Every method of the server, as each of the clients that `pytest-lsp` knows.

Which methods there are is what the server itself says when a client greets it. One that it has and that no check
in `methods.py` uses is a failure. One that it loses changes `docs/tool/editors.md`, which is compared elsewhere.
"""

import asyncio

import methods
import package
import pytest
import pytest_lsp
import session
from advertised import methods as advertised
from lsprotocol import types as t
from pytest_lsp import LanguageClient

SNAPSHOTS = session.snapshots()
# Each of them, and those that can ask for problems once more, doing so.
CLIENTS = [(name, False) for name in SNAPSHOTS] + [(name, True) for name in SNAPSHOTS if session.can_pull(name)]
# What a client is offered that asks for problems, and others are not.
PULLED = {t.TEXT_DOCUMENT_DIAGNOSTIC, t.WORKSPACE_DIAGNOSTIC}
# What the methods are that each client was offered.
OFFERED = {}


def name_of(client) -> str:
    return f"{client[0]}, asking" if client[1] else client[0]


@pytest_lsp.fixture(config=session.config(), params=CLIENTS, ids=name_of)
async def client(lsp_client: LanguageClient, request, tmp_path):
    s = session.Session(lsp_client, package.write(tmp_path))
    lsp_client.session = s
    s.identity = request.param
    await s.start(*request.param)
    s.open(methods.MAIN)
    yield
    if lsp_client._server.returncode is None:
        lsp_client._server.kill()


def offered(s) -> set[str]:
    """What the client can use: it was told of it, or asked to tell of it."""
    found = advertised(s.can) | set(s.registered)
    if s.registered:
        found.add(t.CLIENT_REGISTER_CAPABILITY)
    # What the server asks and tells, of whom it can.
    if s.client_can.get("window", {}).get("workDoneProgress"):
        found |= {t.WINDOW_WORK_DONE_PROGRESS_CREATE, t.PROGRESS}
    if t.TEXT_DOCUMENT_INLAY_HINT in found:
        found.add(t.WORKSPACE_DID_CHANGE_CONFIGURATION)
        if s.client_can.get("workspace", {}).get("configuration"):
            found.add(t.WORKSPACE_CONFIGURATION)
    return found


@pytest.mark.asyncio
async def test_every_method_answers(client: LanguageClient):
    s = client.session
    pulls = s.identity[1]
    if not pulls:
        await s.until_errors(methods.MAIN, [])
    await methods.initialized(s)
    OFFERED[s.identity] = offered(s)
    untested = sorted(OFFERED[s.identity] - set(methods.TABLE))
    assert not untested, f"the server has methods that nobody tests: {untested}"
    failures = []
    for method, check in methods.TABLE.items():
        if method not in OFFERED[s.identity] or pulls and method not in PULLED:
            continue
        try:
            await check(s)
        except Exception as failure:
            failures.append(f"{method}: {failure!r}")
    assert not failures, "\n".join(failures)


@pytest.mark.asyncio
async def test_a_fault_in_any_method_is_found(tmp_path):
    """Each check fails when the results of its method are spoiled, and its method alone."""
    assert sorted(OFFERED) == sorted(CLIENTS), "all clients came first"
    rich = {}
    for method in methods.TABLE:
        offered_to = [client for client in CLIENTS[::-1] if method in OFFERED[client]]
        rich.update((method, client) for client in offered_to if client[1] == (method in PULLED))
    slots = asyncio.Semaphore(4)

    async def survives(number: int, method: str) -> bool:
        async with slots:
            client = await session.config(fault=method).start()
            s = session.Session(client, package.write(tmp_path / str(number)), patience=1.5)
            try:
                await s.start(*rich[method])
                s.open(methods.MAIN)
                await methods.TABLE[method](s)
                return True
            except Exception:
                return False
            finally:
                if client._server.returncode is None:
                    client._server.kill()
                await client.stop()

    survived = await asyncio.gather(*(survives(n, m) for n, m in enumerate(rich)))
    blind = [method for method, passed in zip(rich, survived, strict=True) if passed]
    assert not blind, f"a fault was planted and not found in {blind}"
