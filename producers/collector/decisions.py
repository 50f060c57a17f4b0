"""The decisions that come back from the line, for those who wait for one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final, Protocol

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from producers.collector.writing import Unavailable
from rapport.connection import Kafka
from schemas import topics
from schemas.codec import decode_outputs
from schemas.records import Decision

DECIDE_S: Final = 2.0
"""How long an asker waits. The line answers within some 80 ms; who waits longer has no answer, and none is made up."""
MOST_WAITING: Final = 10_000
AGAIN_S: Final = 1.0
FETCH_MS: Final = 250

log = logging.getLogger(__name__)


class Decisions(Protocol):
    """Where decisions come from."""

    def expect(self, event_id: str) -> Awaitable[Decision]:
        """From now on: the decision on that planned contact. `Unavailable` at once where none can be heard, or when
        none has come in time."""
        ...


class Waiting:
    """Who waits for which decision; one that nobody waits for is not ours."""

    def __init__(self, within_s: float = DECIDE_S) -> None:
        self._within_s = within_s
        self._waiting: dict[str, list[asyncio.Future[Decision]]] = {}
        self.heard = "decisions are not read yet"
        """Empty while they are."""

    def expect(self, event_id: str) -> Awaitable[Decision]:
        if self.heard:
            raise Unavailable(self.heard)
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable(f"{MOST_WAITING} wait for a decision already")
        future: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(event_id, []).append(future)
        return self._came(event_id, future)

    def hear(self, decision: Decision) -> None:
        """Gives it to whoever asked."""
        for reason in decision.because:
            for future in self._waiting.pop(reason.event_id, ()):
                if not future.done():
                    future.set_result(decision)

    async def _came(self, event_id: str, future: asyncio.Future[Decision]) -> Decision:
        try:
            return await asyncio.wait_for(future, self._within_s)
        except TimeoutError as error:
            raise Unavailable(f"no decision has come back in {self._within_s:g} s") from error
        finally:
            left = [each for each in self._waiting.get(event_id, ()) if each is not future]
            if left:
                self._waiting[event_id] = left
            else:
                self._waiting.pop(event_id, None)


class KafkaDecisions(Waiting):
    """`Decisions` of a cluster: reads the topic from its present end, every partition, without a group."""

    def __init__(self, kafka: Kafka, within_s: float = DECIDE_S) -> None:
        super().__init__(within_s)
        self._kafka = kafka

    async def run(self) -> None:
        """Connect and read, and again whenever that fails; until cancelled."""
        while True:
            consumer = AIOKafkaConsumer(
                topics.DECISIONS, **self._kafka.client(), client_id="rapport-collector", enable_auto_commit=False,
                auto_offset_reset="latest", fetch_max_wait_ms=FETCH_MS,
            )  # fmt: skip
            try:
                await consumer.start()
                await self._read(consumer)
            except (KafkaError, OSError) as error:
                if self.heard == "":
                    log.warning("decisions are not heard: %s", error)
                self.heard = f"decisions cannot be read: {error}"
            finally:
                with suppress(KafkaError, OSError):
                    await consumer.stop()
            await asyncio.sleep(AGAIN_S)

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        held = sorted(consumer.assignment())
        await consumer.seek_to_end(*held)
        for each in held:
            await consumer.position(each)  # what is planned from now on lies behind it
        self.heard = ""
        while True:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for output in decode_outputs([record.value for record in records]):
                    if isinstance(output, Decision):
                        self.hear(output)
