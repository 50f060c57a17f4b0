"""Follows the outputs in Kafka with one plain consumer for all screens: no group, no commits, no effect on the line."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from console.live.item import Item
from console.live.refusals import Refusal, Refusals
from console.live.standing import Standing
from rapport.connection import Kafka
from schemas import topics
from schemas.codec import decode_outputs
from schemas.recorded import Headers
from schemas.records import Undecodable

AGAIN_S: Final = 1.0
PROBE_S: Final = 2.0
STALE_S: Final = 10.0
"""Ticks stand in the resolved topic once a second; so long without any and what is shown may be old."""
SIGNALS_MS: Final = 4 * 86_400_000
"""How far back signals are read: an alert older than that waits for nobody at a door."""
ALERTS: Final = tuple(topics.alert_topic(team) for team in topics.TEAMS)
BEHIND: Final = (topics.SIGNALS, topics.SHIFTS)
REFUSED_MS: Final = 60_000
"""How far back dead letters are read: nobody waits longer for the word on a tap."""
FOLLOWED: Final = (*ALERTS, *BEHIND, topics.DLQ)

log = logging.getLogger(__name__)


class Hub:
    """Alerts as they stand, and whoever waits for the next change. For one event loop."""

    def __init__(self, kafka: Kafka | None = None) -> None:
        self._kafka = kafka
        self.standing = Standing()
        self.refusals = Refusals()
        self.epoch = secrets.token_hex(4)
        """Numbers of changes hold within one process only."""
        self.ready = kafka is None
        """Whether everything that stood in the topics at the start has been read."""
        self.stale_since: float | None = None
        """Unix time since when nothing new can have come; None while the line is live."""
        self._woken = asyncio.Event()

    def take(self, outputs: Sequence[Any]) -> None:
        """More records; all who wait look again."""
        before = self.standing.number
        for output in outputs:
            self.standing.take(output)
        if self.standing.number != before:
            self._wake()

    async def changed(self, number: int, within_s: float) -> bool:
        """Once there is something after that number, or the line stalls or revives; False if nothing came in time."""
        if self.ready and self.standing.number != number:
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), within_s)
            return True
        return False

    def refuse(self, letters: Sequence[Headers]) -> None:
        """Dead letters, by their headers; who waits for the word on what they did looks again."""
        if sum(self.refusals.take(headers) for headers in letters):
            self._wake()

    async def until(self, before: Item, cause: str, within_s: float) -> Item | Refusal | None:
        """The alert once it shows what that touchpoint caused, or that somebody else was first; or why the engine
        refused it; None if neither came in time."""
        limit = time.monotonic() + within_s
        while (item := self.standing.get(before.id)) is not None:
            if item.cause == cause or (item.state, item.by) != (before.state, before.by):
                return item
            if (refusal := self.refusals.of(before.alert.customer_id, cause)) is not None:
                return refusal
            left = limit - time.monotonic()
            if left <= 0:
                return None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), left)
        return None

    async def run(self) -> None:
        """Read, and again whenever Kafka was away; until cancelled."""
        assert self._kafka is not None
        while True:
            consumer = AIOKafkaConsumer(
                *FOLLOWED, **self._kafka.client(), client_id="rapport-console", group_id=None,
                enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=100,
                max_partition_fetch_bytes=4 * 1024 * 1024,
            )  # fmt: skip
            try:
                await consumer.start()
                await self._read(consumer)
            except (KafkaError, OSError) as error:
                log.warning("no Kafka at %s (%s)", self._kafka, error)
                self.stall()
            finally:
                with suppress(KafkaError, OSError, TimeoutError):
                    await asyncio.wait_for(consumer.stop(), 2.0)
            await asyncio.sleep(AGAIN_S)

    def stall(self) -> None:
        """From now on nothing new comes."""
        if self.stale_since is None:
            self.stale_since = time.time()
            self._wake()

    def revive(self) -> None:
        if self.stale_since is not None:
            self.stale_since = None
            self._wake()

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        parts = _assigned(consumer, FOLLOWED)
        ends = await consumer.end_offsets(parts)
        await self._seek(consumer, parts)
        watch = asyncio.create_task(self._watch())
        try:
            while True:
                for tp, records in (await consumer.getmany(timeout_ms=200, max_records=2_000)).items():
                    if tp.topic == topics.DLQ:
                        self.refuse([record.headers for record in records])
                        continue
                    found = decode_outputs([record.value for record in records if record.value is not None])
                    self.take([each for each in found if not isinstance(each, Undecodable)])
                if not self.ready:
                    ends = {tp: end for tp, end in ends.items() if await consumer.position(tp) < end}
                    if not ends:
                        self.ready = True
                        self._wake()
                if watch.done():
                    watch.result()
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _seek(self, consumer: AIOKafkaConsumer, parts: Sequence[TopicPartition]) -> None:
        """Signals from a few days back, alerts from the beginning: what is still open may be weeks old."""
        now = int(time.time() * 1000)
        since = {**dict.fromkeys(BEHIND, now - SIGNALS_MS), topics.DLQ: now - REFUSED_MS}
        later = await consumer.offsets_for_times({tp: since[tp.topic] for tp in parts if tp.topic in since})
        begins, ends = await consumer.beginning_offsets(list(parts)), await consumer.end_offsets(list(parts))
        for tp in parts:
            found, none = later.get(tp), ends[tp] if tp.topic == topics.DLQ else begins[tp]
            consumer.seek(tp, none if found is None else found.offset)

    async def _watch(self) -> None:
        """Whether the line lives: the resolved topic grows by ticks, once a second."""
        assert self._kafka is not None
        probe = AIOKafkaConsumer(
            topics.RESOLVED, **self._kafka.client(), client_id="rapport-console-probe", group_id=None
        )
        last, since = -1, time.monotonic()
        try:
            await asyncio.wait_for(probe.start(), STALE_S)
            parts = _assigned(probe, (topics.RESOLVED,))
            while True:
                try:
                    ends = sum((await asyncio.wait_for(probe.end_offsets(parts), STALE_S)).values())
                except (KafkaError, TimeoutError, OSError):
                    ends = last
                if ends != last:
                    last, since = ends, time.monotonic()
                    self.revive()
                elif time.monotonic() - since > STALE_S:
                    self.stall()
                await asyncio.sleep(PROBE_S)
        except TimeoutError as error:
            raise KafkaError(f"the probe does not start: {error}") from error
        finally:
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(probe.stop(), 2.0)

    def look_again(self) -> None:
        """All who wait look whether it is still theirs to see."""
        self._wake()

    def _wake(self) -> None:
        woken, self._woken = self._woken, asyncio.Event()
        woken.set()


def _assigned(consumer: AIOKafkaConsumer, names: Sequence[str]) -> list[TopicPartition]:
    """All partitions: a consumer without a group is given every one of its topics."""
    parts = sorted(consumer.assignment())
    if missing := set(names) - {tp.topic for tp in parts}:
        raise KafkaError(f"there is no topic {min(missing)}; `rapport init` makes it")
    return parts
