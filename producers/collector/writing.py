"""What a request brought, to Kafka: batches a partition, each acknowledged, memory bounded."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import Final, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from producers.preparing import Ready
from producers.tracing import USUAL_SHARE, Tracing
from rapport.connection import Kafka
from rapport.sending import new_producer

MAX_WAITING_BYTES: Final = 64 * 1024 * 1024
"""Of records that Kafka has not acknowledged yet; what comes above it is told to come again."""
ACKNOWLEDGE_S: Final = 25.0
"""How long a request waits for Kafka; a broker restarts in less, and the SDKs wait about as long."""
AGAIN_S: Final = 1.0

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """Kafka has not acknowledged: the request counts as not accepted, and comes again."""


class Log(Protocol):
    """Where the collector writes."""

    @property
    def waiting_bytes(self) -> int: ...

    @property
    def state(self) -> str:
        """`running`, or why nothing can be written now."""
        ...

    def partitions(self, topic: str) -> int: ...

    def put(self, records: Sequence[Ready]) -> Awaitable[None]:
        """Done when Kafka has all of them; `Unavailable` at once, or while it is awaited."""
        ...


class _Pending:
    """One request's records, in as many batches as `left` counts."""

    __slots__ = ("done", "left")

    def __init__(self, done: asyncio.Future[None]) -> None:
        self.done = done
        self.left = 0


class _Batch:
    __slots__ = ("builder", "payload", "waiting")

    def __init__(self, builder: BatchBuilder) -> None:
        self.builder = builder
        self.payload = 0
        self.waiting: list[_Pending] = []


class _Lane:
    """One partition: the batch being filled, full ones before it, and whether one is on its way.

    Never more than one is: what comes meanwhile makes the next batch, so that a flood forms large ones.
    """

    __slots__ = ("filling", "flying", "full")

    def __init__(self) -> None:
        self.filling: _Batch | None = None
        self.full: deque[_Batch] = deque()
        self.flying: asyncio.Task[None] | None = None


class KafkaWriter:
    """`Log` over a cluster, for one event loop. A producer that has failed is replaced by a new one."""

    def __init__(self, kafka: Kafka, topics: Sequence[str], trace_share: float = USUAL_SHARE) -> None:
        self._kafka = kafka
        self._topics = topics
        self._tracing = Tracing(trace_share)
        self._producer: AIOKafkaProducer | None = None
        self._partitions: dict[str, int] = {}
        self._lanes: dict[tuple[str, int], _Lane] = {}
        self._state = "connecting"
        self._failed = asyncio.Event()
        self._settled = 0
        self.waiting_bytes = 0

    @property
    def state(self) -> str:
        return self._state

    def partitions(self, topic: str) -> int:
        return self._partitions[topic]

    async def run(self) -> None:
        """Connect, and again whenever the producer has failed; until cancelled."""
        said = ""
        while True:
            producer = new_producer(self._kafka, "rapport-collector")
            try:
                await producer.start()
                for topic in self._topics:
                    self._partitions[topic] = len(await producer.partitions_for(topic))
                self._failed.clear()
                self._producer, self._state, said = producer, "running", ""
                await self._failed.wait()
            except (KafkaError, OSError) as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("no Kafka at %s (%s); `rapport init` makes the topics", self._kafka, error)
                self._state = f"no Kafka: {error}"
            finally:
                self._producer = None
                self._drop()
                await _let_go(producer)
            await asyncio.sleep(AGAIN_S)

    def _drop(self) -> None:
        """What is under way with a producer that goes may never be answered: those who wait are told now."""
        lanes, self._lanes = self._lanes, {}
        for lane in lanes.values():
            if lane.flying is not None:
                lane.flying.cancel()

    async def flush(self, within_s: float) -> None:
        """Until nothing waits, at most so long."""
        limit = time.monotonic() + within_s
        while self.waiting_bytes and self._producer is not None and time.monotonic() < limit:
            await asyncio.sleep(0.02)

    def put(self, records: Sequence[Ready]) -> Awaitable[None]:
        producer = self._producer
        if producer is None:
            raise Unavailable(self._state)
        if self.waiting_bytes > MAX_WAITING_BYTES:
            raise Unavailable(f"{self.waiting_bytes:,} bytes wait for Kafka")
        loop = asyncio.get_running_loop()
        pending = _Pending(loop.create_future())
        now = time.time_ns() // 1_000_000
        for record in records:
            self._append(producer, pending, now, record)
        if not records:
            pending.done.set_result(None)
        return self._acknowledged(pending)

    async def _acknowledged(self, pending: _Pending) -> None:
        """A producer that acknowledges nothing at all for so long is given up: it may have died in silence."""
        before = self._settled
        try:
            await asyncio.wait_for(pending.done, ACKNOWLEDGE_S)
        except TimeoutError as error:
            why = f"no acknowledgement in {ACKNOWLEDGE_S:.0f} s"
            if self._settled == before:
                self._give_up(why)
            raise Unavailable(why) from error

    def _append(self, producer: AIOKafkaProducer, pending: _Pending, now: int, record: Ready) -> None:
        topic, partition, key, value, headers = record
        target = topic, partition
        lane = self._lanes.get(target)
        if lane is None:
            lane = self._lanes[target] = _Lane()
        headers = list(self._tracing.of(headers))  # no other sequence will do for the encoder
        batch = lane.filling
        if batch is None or batch.builder.append(timestamp=now, key=key, value=value, headers=headers) is None:
            if batch is not None:
                lane.full.append(batch)
            batch = lane.filling = _Batch(producer.create_batch())
            batch.builder.append(timestamp=now, key=key, value=value, headers=headers)  # the first always fits
        if not batch.waiting or batch.waiting[-1] is not pending:
            batch.waiting.append(pending)
            pending.left += 1
        size = len(value)
        batch.payload += size
        self.waiting_bytes += size
        if lane.flying is None:
            lane.flying = asyncio.get_running_loop().create_task(self._fly(producer, target, lane))

    async def _fly(self, producer: AIOKafkaProducer, target: tuple[str, int], lane: _Lane) -> None:
        """Batch after batch of a lane, until there is none. A failure fails all that wait there."""
        topic, partition = target
        batch: _Batch | None = None
        try:
            while batch := self._next(lane):
                batch.builder.close()
                await (await producer.send_batch(batch.builder, topic, partition=partition))
                self._settled += 1
                self._settle(batch, None)
        except asyncio.CancelledError:
            self._fail(lane, batch, "the connection was given up")
        except Exception as error:  # whatever it is, nobody shall wait for what does not come
            log.exception("%s[%d] is not acknowledged; connecting anew", topic, partition)
            self._fail(lane, batch, str(error))
        finally:
            lane.flying = None

    def _fail(self, lane: _Lane, batch: _Batch | None, why: str) -> None:
        self._give_up(why)
        while batch is not None:
            self._settle(batch, Unavailable(why))
            batch = self._next(lane)

    def _give_up(self, why: str) -> None:
        if self._producer is not None:
            self._state, self._producer = f"not acknowledged: {why}", None
            self._failed.set()

    @staticmethod
    def _next(lane: _Lane) -> _Batch | None:
        if lane.full:
            return lane.full.popleft()
        batch, lane.filling = lane.filling, None
        return batch

    def _settle(self, batch: _Batch, error: Exception | None) -> None:
        self.waiting_bytes -= batch.payload
        for pending in batch.waiting:
            pending.left -= 1
            if pending.done.done():
                continue
            if error is not None:
                pending.done.set_exception(error)
            elif pending.left == 0:
                pending.done.set_result(None)


async def _let_go(producer: AIOKafkaProducer) -> None:
    """Close it without waiting for what it cannot send."""
    with suppress(KafkaError, OSError, TimeoutError):
        await asyncio.wait_for(producer.stop(), 2.0)
