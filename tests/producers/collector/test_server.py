"""What a connection may do: it has to send a request's head in time and in bounds, and its body, too."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from producers.collector import app, server
from tests.producers.collector.collecting import BEARER, Service
from tests.producers.world import line

PATIENCE_S = 30.0
HEAD = f"POST /v1/touchpoints HTTP/1.1\r\nhost: x\r\nauthorization: {BEARER['authorization']}\r\n".encode()
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def talked(service: Service, talk: Talk) -> None:
    """A conversation with a server of this application over a real socket."""

    async def run() -> None:
        serving = server.serving(service.app)
        door = socket.create_server(("127.0.0.1", 0))
        task = asyncio.create_task(serving.serve([door]))
        reader, writer = await asyncio.open_connection(*door.getsockname())
        try:
            await asyncio.wait_for(talk(reader, writer), PATIENCE_S)
        finally:
            writer.close()
            serving.end()
            await task

    asyncio.run(run())


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """So short that a test need not wait."""
    monkeypatch.setattr(server, "HEADERS_S", 0.3)
    monkeypatch.setattr(app, "BODY_S", 0.3)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"", b"408", id="nothing"),
        pytest.param(HEAD, b"408", id="a head that does not end"),
        pytest.param(HEAD + b"content-length: 100\r\n\r\n{", b"408", id="a body that does not end"),
        pytest.param(HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n", b"408", id="chunks that do not end"),
        pytest.param(HEAD + b"x: " + b"a" * 40_000, b"431", id="a header without end"),
        pytest.param(b"\x16\x03\x01\x02\x00 rubbish \r\n\r\n", b"400", id="no HTTP"),
    ],
)
def test_who_is_slow_or_large_is_let_go(sent: bytes, status: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        found = await reader.read()  # until the server closes
        assert found.split(b" ")[1] == status

    talked(Service(), talk)


@pytest.mark.usefixtures("hasty")
def test_a_dribble_does_not_hold_a_connection() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        closed = asyncio.ensure_future(reader.read())
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n")
        while not closed.done():
            writer.write(b"x: y\r\n")
            await asyncio.sleep(0.05)
        with suppress(ConnectionError):  # it may be gone before its answer was read
            assert b" 408 " in await closed

    talked(Service(), talk)


def test_a_kept_connection_serves_one_request_after_the_other() -> None:
    service = Service()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(3):
            body = line(f"e-{number}")
            writer.write(HEAD + b"content-length: %d\r\n\r\n%s" % (len(body), body))
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 200 " in head
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]))

    talked(service, talk)
    assert sorted(each.event_id for each in service.touchpoints) == ["e-0", "e-1", "e-2"]
