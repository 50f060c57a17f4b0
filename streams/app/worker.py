"""A worker: the Faust app with its two stations, from start to exit status.

Faust runs the group, its rebalances and the agents. The agents only hand their
chunks to the lanes; whatever fails there ends the process without a commit, and
the supervisor that started it starts it again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final, cast

import uvloop
from aiokafka.errors import KafkaConnectionError, KafkaError, UnknownTopicOrPartitionError

from rapport import metrics, stacks
from rapport.cycles import look_seldom
from rapport.interrupts import on_end_of
from rapport.patches import patch_aiokafka
from rapport.reaching import refusal
from rapport.sending import DEAD_LETTER_BYTES
from rapport.settings import Settings
from schemas import topics
from streams.app import clock, library, pulse, recovery
from streams.app.breaker import Breaker, Limit, TooManyFaults
from streams.app.claims import Claim, Superseded
from streams.app.detect import Detect
from streams.app.health import Door, Health
from streams.app.identity import Identity
from streams.app.lanes import Lanes, Work, fault_of
from streams.app.line import GROUP, STATIONS, LineApp, build_app
from streams.app.metrics import HEARD, LINE_PARTITIONS, TRIPPED
from streams.app.outbox import Outbox, SharedWire, Wire
from streams.app.transport import ChunkConsumer
from streams.app.trends import Trends
from streams.engine import Engine, UnreadableState
from streams.identity.entry import Unwhole
from streams.knowledge.load import load
from streams.knowledge.model import Knowledge

log = logging.getLogger(__name__)

START_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 0.5
STOP_SECONDS: Final = 30.0
LAST_SECONDS: Final = 20.0
"""A worker that has failed and not ended by then is ended by force: a client that waits for a broker
which is away must not keep a dead worker's partitions from whoever comes after it."""
TOLD_SECONDS: Final = 15.0
"""A worker whose partition was stopped by its breaker may be asked so long why: more than one scrape (10 s)."""
LIMITS: Final = {topics.DLQ: DEAD_LETTER_BYTES}
"""Largest record of the topics that take more than `rapport.sending.RECORD_BYTES`."""


class NotReady(Exception):
    """Kafka cannot be used as it is."""


@dataclass(slots=True)
class Worker:
    """Everything that one worker process holds. Made and run once."""

    settings: Settings
    engine: Engine
    wire: SharedWire
    """What the lanes share that need none of their own."""
    over: asyncio.Future[None]
    """Done when the worker is to end: a result on a signal, an exception on a failure."""
    watch: asyncio.Task[None] | None = None
    pulse: asyncio.Task[None] | None = None

    def station(self, claim: Claim) -> Work:
        settings = self.settings
        limit = Limit(settings.breaker_window, settings.breaker_minimum, settings.breaker_share)
        breaker = Breaker(claim.topic, claim.partition, limit)
        if claim.topic == topics.RAW:
            # Nothing that identity sends late or twice does harm: who receives it knows it by its source.
            outbox = Outbox(self.wire, claim, LIMITS)
            return Identity(claim, outbox, breaker, settings.partitions, self.clockwork, self.recover_links)
        if claim.topic == topics.MEASURES:
            wire = Wire(settings.cluster, f"{GROUP}-trends-{claim.partition}")
            outbox = Outbox(wire, claim, LIMITS, own=True)
            return Trends(claim, outbox, self.engine, self.recover_trends, self.fetch, settings.partitions)
        own = Wire(settings.cluster, f"{GROUP}-{claim.partition}")
        outbox = Outbox(own, claim, LIMITS, own=True)
        return Detect(claim, outbox, breaker, self.engine, self.recover, self.fetch, settings.partitions)

    async def recover(self, partition: int, restore: recovery.Restore) -> int:
        return await recovery.recover(self.settings.cluster, topics.STATES, partition, restore)

    async def recover_links(self, partition: int, restore: recovery.Restore) -> int:
        return await recovery.recover(self.settings.cluster, topics.LINKS, partition, restore)

    async def recover_trends(self, partition: int, restore: recovery.Restore) -> int:
        return await recovery.recover(self.settings.cluster, topics.TRENDS, partition, restore)

    async def fetch(self, version: str) -> Knowledge:
        return await library.fetch(self.settings.cluster, topics.KNOWLEDGE, version)

    def clockwork(self, claim: Claim, outbox: Outbox) -> asyncio.Task[None] | None:
        if self.settings.clock != "leader" or claim.partition != clock.LEADER:
            return None
        task = asyncio.create_task(clock.keep_time(outbox, claim, self.settings.partitions), name="clock")
        task.add_done_callback(self.ended)
        return task

    def fail(self, error: BaseException) -> None:
        """The first failure decides; what follows from it is not told."""
        if not self.over.done():
            self.over.set_exception(error)

    def stop(self) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def ended(self, task: asyncio.Task[None]) -> None:
        """Clock or pulse is over: by a fault, unless it was cancelled or another worker is leader now."""
        error = fault_of(task)
        if error is not None and not isinstance(error, Superseded):
            self.fail(error)


async def work(settings: Settings, engine: Engine, health: Health) -> int:
    """Run a worker until a signal or a failure; the exit status."""
    loop = asyncio.get_running_loop()
    beating = asyncio.create_task(health.beat(), name="health")
    over: asyncio.Future[None] = loop.create_future()
    worker = Worker(settings, engine, SharedWire(settings.cluster, GROUP), over)
    lanes = Lanes(dict.fromkeys(STATIONS.values(), worker.station), settings.chunk, worker.fail)
    on_end_of(loop, worker.stop)
    stacks.show_tasks(loop)
    app = build_app(settings, lanes)
    try:
        if not await _connected(worker):
            return 0
        async with asyncio.timeout(START_SECONDS):
            await app.start()
        worker.watch = asyncio.create_task(_watch(app, worker), name="watch")
        worker.pulse = asyncio.create_task(pulse.beat(cast(ChunkConsumer, app.consumer), lanes), name="pulse")
        worker.pulse.add_done_callback(worker.ended)
        health.is_now("running")
        log.info("worker runs: %d partitions, clock %s", settings.partitions, settings.clock)
        await over
        health.is_now("stopping")
        worker.pulse.cancel()
        await asyncio.wait_for(_end(app, lanes), STOP_SECONDS)
        await worker.wire.producer.stop()
        return 0
    except Exception as error:  # The one place where every failure ends: told, and turned into the exit status.
        foreseen = isinstance(error, NotReady | TooManyFaults | UnreadableState | Unwhole)  # their words are enough
        log.critical("the worker stops: %s: %s", type(error).__name__, error, exc_info=None if foreseen else error)
        _end_by_force_in(LAST_SECONDS + TOLD_SECONDS)
        health.is_now("stopping")
        await worker.wire.cut()
        await _abandon(app, lanes)
        if isinstance(error, TooManyFaults):
            await _tell(error)
        return 1
    finally:
        beating.cancel()


def _end_by_force_in(seconds: float) -> None:
    """From a thread of its own, for what hangs may be the event loop. What is not acknowledged is read again."""

    def end() -> None:
        log.critical("the worker has not ended in %.0f s after its failure and is ended by force", seconds)
        logging.shutdown()
        os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


async def _connected(worker: Worker) -> bool:
    """Wait until a broker answers, saying so, and check its topics.

    False if told to stop meanwhile; `NotReady` after `START_SECONDS`, when the topics are not those of the line,
    and where the broker does not let us in.
    """
    kafka = worker.settings.cluster
    where = f"Kafka at {kafka}"
    limit, told = monotonic() + START_SECONDS, False
    while True:
        try:
            async with asyncio.timeout(START_SECONDS):
                await worker.wire.producer.start()
                await _check_topics(worker.wire, worker.settings.partitions, where)
            return True
        except UnknownTopicOrPartitionError as error:
            raise NotReady(f"{where} lacks topics of the line: run `rapport init`") from error
        except (TimeoutError, KafkaConnectionError) as error:
            if (refused := await asyncio.to_thread(refusal, kafka)) is not None:
                raise NotReady(str(refused)) from error
            if monotonic() > limit:
                raise NotReady(f"{where} does not answer: start it, or set RAPPORT_KAFKA") from error
        if not told:
            log.warning("waiting for %s (up to %.0f s)", where, START_SECONDS)
            told = True
        await asyncio.wait({worker.over}, timeout=RETRY_SECONDS)
        if worker.over.done():
            await worker.wire.cut()
            return False


async def _check_topics(wire: Wire, partitions: int, where: str) -> None:
    for topic in (*STATIONS.values(), topics.STATES, topics.LINKS, topics.TRENDS):
        found = len(await wire.producer.partitions_for(topic))
        if found != partitions:
            raise NotReady(
                f"{where}: {topic} has {found} partitions, the settings say {partitions}: set"
                " RAPPORT_PARTITIONS to what `rapport init` made"
            )


async def _watch(app: LineApp, worker: Worker) -> None:
    """Faust ends by itself only when something in it has failed."""
    await app.wait_until_stopped()
    worker.fail(app.crash_reason or NotReady("Faust has stopped without saying why"))


async def _end(app: LineApp, lanes: Lanes) -> None:
    """Finish the chunks in work, commit them, leave the group."""
    await lanes.end()
    await cast(ChunkConsumer, app.consumer).force_commit()
    await app.stop()


async def _abandon(app: LineApp, lanes: Lanes) -> None:
    """Nothing more leaves this process; the group is told so that others take over at once."""
    await lanes.cancel()
    try:
        await asyncio.wait_for(app.stop(), STOP_SECONDS)
    except (TimeoutError, KafkaError, RuntimeError) as error:
        log.warning("the group was not left in good order, it learns of it by the end of the session: %r", error)


async def _tell(tripped: TooManyFaults) -> None:
    """To who measures; a signal ends it."""
    TRIPPED.labels(tripped.topic, tripped.partition).set(1)
    loop, enough = asyncio.get_running_loop(), asyncio.Event()
    on_end_of(loop, enough.set)
    with suppress(TimeoutError):
        await asyncio.wait_for(enough.wait(), TOLD_SECONDS)


def run(settings: Settings) -> int:
    """Run a worker in this process until SIGTERM, SIGINT (status 0) or a failure (status 1)."""
    patch_aiokafka()
    engine = Engine(load(settings.knowledge))
    metrics.watch_surroundings(settings, tuple(STATIONS.values()))
    HEARD.set_to_current_time()
    LINE_PARTITIONS.set(settings.partitions)
    health = Health()
    if settings.metrics_port:
        Door(settings.listen, settings.metrics_port, health)
    look_seldom()
    # Both loops of a worker, this one and that of its member of the group: most of what a small chunk costs is theirs.
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    # Heartbeats and answers to who measures are other threads': engine and they hand over sooner than each 5 ms.
    sys.setswitchinterval(0.0005)
    return asyncio.run(work(settings, engine, health))
