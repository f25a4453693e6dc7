"""Every method of the server, as each of the clients that `pytest-lsp` knows.

Which methods there are is what the server itself says when a client greets it. One that it has and that no check
in `methods.py` uses is a failure, and so is a check that no client can use.
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
# What the methods are that each client was offered.
OFFERED = {}


@pytest_lsp.fixture(config=session.config(), params=SNAPSHOTS, ids=str)
async def client(lsp_client: LanguageClient, request, tmp_path):
    s = session.Session(lsp_client, package.write(tmp_path))
    lsp_client.session = s
    await s.start(request.param)
    s.open(methods.MAIN)
    yield
    if lsp_client._server.returncode is None:
        lsp_client._server.kill()


def offered(s) -> set[str]:
    """What the client can use: it was told of it, or asked to tell of it."""
    found = advertised(s.can) | set(s.registered)
    if s.registered:
        found.add(t.CLIENT_REGISTER_CAPABILITY)
    return found


@pytest.mark.asyncio
async def test_every_method_answers(client: LanguageClient):
    s = client.session
    await s.until_errors(methods.MAIN, [])
    await methods.initialized(s)
    OFFERED[s.snapshot] = offered(s)
    untested = sorted(OFFERED[s.snapshot] - set(methods.TABLE))
    assert not untested, f"the server has methods that nobody tests: {untested}"
    failures = []
    for method, check in methods.TABLE.items():
        if method not in OFFERED[s.snapshot]:
            continue
        try:
            await check(s)
        except Exception as failure:
            failures.append(f"{method}: {failure!r}")
    assert not failures, "\n".join(failures)


def test_every_check_was_used():
    assert sorted(OFFERED) == SNAPSHOTS, "all clients came first"
    unused = set(methods.TABLE) - set().union(*OFFERED.values())
    assert not unused, f"no client was offered {sorted(unused)}"


@pytest.mark.asyncio
async def test_a_fault_in_any_method_is_found(tmp_path):
    """Each check fails when the results of its method are spoiled, and its method alone."""
    rich = {method: next(name for name in reversed(SNAPSHOTS) if method in OFFERED[name]) for method in methods.TABLE}
    slots = asyncio.Semaphore(4)

    async def survives(number: int, method: str) -> bool:
        async with slots:
            client = await session.config(fault=method).start()
            s = session.Session(client, package.write(tmp_path / str(number)), patience=1.5)
            try:
                await s.start(rich[method])
                s.open(methods.MAIN)
                await methods.TABLE[method](s)
                return True
            except Exception:
                return False
            finally:
                if client._server.returncode is None:
                    client._server.kill()
                await client.stop()

    survived = await asyncio.gather(*(survives(n, m) for n, m in enumerate(methods.TABLE)))
    blind = [method for method, passed in zip(methods.TABLE, survived, strict=True) if passed]
    assert not blind, f"a fault was planted and not found in {blind}"
