"""`rapport console` as a process: one event loop for the pages, the stream to every screen, and Kafka."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence
from typing import Final

import uvicorn
import uvloop
from starlette.applications import Starlette

from console.accounts.people import People
from console.app import build
from console.desk.acting import Desk
from console.live.following import Hub
from console.web.asking import Answers
from console.web.patience import Patient
from console.web.site import Site
from producers.collector.server import CONNECTIONS, IDLE_S, Guarded, Server
from producers.collector.writing import KafkaWriter
from rapport import metrics
from rapport.init import read_knowledge
from rapport.interrupts import on_end_of
from rapport.patches import patch_aiokafka
from rapport.settings import Settings
from schemas import topics
from sinks.clickhouse.connect import reader

STOP_S: Final = 2
"""Open streams end when the process does; a form on its way gets so long."""

log = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Until SIGTERM or SIGINT: 0. 1, with the reason logged, if it cannot serve."""
    patch_aiokafka()
    knowledge = read_knowledge(settings)
    try:
        door = socket.create_server((settings.listen, settings.console_port))
    except OSError as error:
        where = (settings.listen, settings.console_port)
        log.error("the console cannot listen at %s:%d: %s; set RAPPORT_CONSOLE_PORT, RAPPORT_LISTEN", *where, error)
        return 1
    people, store = People(settings.data), Patient(reader(settings))

    async def serve() -> None:
        writer = KafkaWriter(settings.cluster, (topics.RAW,), settings.trace_share)
        hub = Hub(settings.cluster)
        secure = settings.console_url.startswith("https://")
        desk = Desk(writer, settings.identity, knowledge)
        site = Site(settings, knowledge, people, hub, desk, store, Answers(store), secure)
        server = serving(build(site), settings.console_proxies.split())
        on_end_of(asyncio.get_running_loop(), server.end)
        behind = [asyncio.create_task(each) for each in (writer.run(), hub.run(), _beat())]
        log.info("the console is at http://%s:%d", settings.listen, door.getsockname()[1])
        try:
            await server.serve([door])
        finally:
            for task in behind:
                task.cancel()
            await asyncio.gather(*behind, return_exceptions=True)

    metrics.watch_surroundings(settings, ())
    with door:
        uvloop.run(serve())
    people.close()
    return 0


def serving(app: Starlette, proxies: Sequence[str] = ()) -> Server:
    """A server of this application; the head of a request has to come in time and in bounds.

    From where somebody comes these proxies may say, and nobody else.
    """
    return Server(uvicorn.Config(
        app, http=Guarded, ws="none", lifespan="off", loop="none", log_config=None, access_log=False,
        proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies), server_header=False,
        timeout_keep_alive=IDLE_S, limit_concurrency=CONNECTIONS, timeout_graceful_shutdown=STOP_S,
    ))  # fmt: skip


async def _beat() -> None:
    while True:
        metrics.HEARTBEAT.set_to_current_time()
        await asyncio.sleep(1.0)
