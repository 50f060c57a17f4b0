"""`rapport collect`: the collector as a process, one event loop for HTTP and Kafka."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, Final, cast

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from producers.collector import openapi
from producers.collector.adapter import Adapter
from producers.collector.adapters import decide
from producers.collector.app import Collector
from producers.collector.config import load, parse
from producers.collector.decisions import KafkaDecisions
from producers.collector.sources import SOURCES
from producers.collector.writing import KafkaWriter
from rapport import metrics, stacks
from rapport.cycles import look_seldom
from rapport.patches import patch_aiokafka
from rapport.settings import Settings
from schemas import topics

HEADERS_S: Final = 10.0
"""How long a caller may take to send the head of a request."""
HEADERS_BYTES: Final = 32 * 1024
IDLE_S: Final = 60
"""After which an idle connection is closed."""
CONNECTIONS: Final = 4_000
STOP_S: Final = 10.0
"""How long requests under way may take once the process shall end."""

OPEN: Final = """\
segment: {keys: [{name: default, key: "${RAPPORT_WRITE_KEY}"}]}
cloudevents: {keys: [{name: default, key: "${RAPPORT_WRITE_KEY}"}]}
touchpoints: {keys: [{name: default, key: "${RAPPORT_WRITE_KEY}"}]}
decide: {keys: [{name: default, key: "${RAPPORT_WRITE_KEY}"}]}
"""
"""The sources without a sources file: those that need no other secret than the write key."""

log = logging.getLogger(__name__)


def adapters_of(settings: Settings) -> tuple[Adapter, ...]:
    """Those of the sources file, or the open ones; `SourcesError` names file and line of what cannot be."""
    environment = {**os.environ, "RAPPORT_WRITE_KEY": settings.write_key}
    if settings.sources is None:
        return parse(OPEN, "sources", SOURCES, environment)
    return load(settings.sources, SOURCES, environment)


def run(settings: Settings) -> int:
    """Until SIGTERM or SIGINT: 0. 1, with the reason logged, if it cannot serve."""
    patch_aiokafka()
    adapters = adapters_of(settings)
    where = (settings.listen, settings.collector_port)
    try:
        door = _door(*where)
    except OSError as error:
        log.error("the collector cannot listen at %s:%d: %s; set RAPPORT_COLLECTOR_PORT, RAPPORT_LISTEN", *where, error)
        return 1
    with door:
        uvloop.run(_serve(settings, adapters, door))
    return 0


async def _serve(settings: Settings, adapters: Sequence[Adapter], door: socket.socket) -> None:
    metrics.watch_surroundings(settings, ())
    writer = KafkaWriter(settings.cluster, (topics.RAW, topics.DLQ), settings.trace_share)
    decisions = KafkaDecisions(settings.cluster) if any(each.name == decide.NAME for each in adapters) else None
    app = Collector(
        adapters, writer, settings.identity, base_url=settings.collector_url, origins=settings.collector_origins,
        pages=openapi.pages(adapters, version("rapport")), decisions=decisions,
    )  # fmt: skip
    server = serving(app)
    look_seldom()  # else who asks meanwhile waits until all that is loaded has been gone through
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.end)
    stacks.show_tasks(loop)
    behind = [asyncio.create_task(writer.run()), asyncio.create_task(_beat())]
    if decisions is not None:
        behind.append(asyncio.create_task(decisions.run()))
    named = ", ".join(adapter.name for adapter in adapters)
    log.info("collecting %s at http://%s:%d", named, settings.listen, door.getsockname()[1])
    try:
        await server.serve([door])
        await writer.flush(STOP_S)
    finally:
        for task in behind:
            task.cancel()
        await asyncio.gather(*behind, return_exceptions=True)


def serving(app: Collector) -> Server:
    """A server of this application, with every bound that it needs to stand in the open."""
    return Server(uvicorn.Config(
        app, http=Guarded, ws="none", lifespan="off", loop="none", log_config=None, access_log=False,
        proxy_headers=False, server_header=False, timeout_keep_alive=IDLE_S, limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=int(STOP_S),
    ))  # fmt: skip


async def _beat() -> None:
    while True:
        metrics.HEARTBEAT.set_to_current_time()
        await asyncio.sleep(1.0)


def _door(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
    except OSError:
        door.close()
        raise
    return door


class Server(uvicorn.Server):
    """Ends when it is told to, and leaves the signals to us: uvicorn would raise them again at its end."""

    @contextmanager
    def capture_signals(self) -> Any:
        yield

    def end(self) -> None:
        self.should_exit = True


class Guarded(HttpToolsProtocol):
    """A connection that has to send the head of each request in time and in bounds.

    uvicorn itself waits for ever, and keeps whatever comes. The body is the application's matter.
    """

    _timer: asyncio.TimerHandle | None = None
    _heading = True
    _head = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._heading and not self.transport.is_closing():
            self._head += len(data)
            if self._head > HEADERS_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin()

    def on_headers_complete(self) -> None:
        self._ended()
        super().on_headers_complete()

    def _begin(self) -> None:
        self._ended()
        self._heading, self._head = True, 0
        self._timer = self.loop.call_later(HEADERS_S, self._refuse, b"408 Request Timeout")

    def _ended(self) -> None:
        self._heading = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            self.transport.close()
