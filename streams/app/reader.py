"""Fetches the records of a worker's partitions, on the loop that folds them.

The group is another client's, on a thread of its own (`streams.app.member`): its heartbeats must go on while the
engine computes. Records must not take that way: a thread that fetches waits for the interpreter's lock at each of its
many small steps, for as long as the engine holds it, and made most of a touchpoint's way from producer to alert.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.types import TP

from streams.app.chunks import Fetched
from streams.app.fetched import use_slim_records

log = logging.getLogger(__name__)

FETCH_WAIT_MS: Final = 100
"""Longest wait of a fetch at the broker. A partition that still had unread records when the fetch
left is not in it and waits this long when the others are idle."""
STOP_SECONDS: Final = 5.0
"""How long a stop waits for the client, which has nothing left to do that matters by then."""


class Reader:
    """A Kafka client without a group: it reads what it is told to, from where it is told to.

    All of it belongs to one event loop.
    """

    def __init__(self, **client: Any) -> None:
        """`client` is what aiokafka's consumer takes: servers, credentials, sizes, times."""
        use_slim_records()
        self._consumer = AIOKafkaConsumer(
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            **client,
        )
        self.generation = -1
        """Of the group, in which it was last told from where to read; -1 before that."""

    async def start(self) -> None:
        """Connect. Raises KafkaConnectionError where no broker answers."""
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect; what was fetched and not handed over is dropped."""
        try:
            await asyncio.wait_for(self._consumer.stop(), STOP_SECONDS)
        except TimeoutError:
            log.warning("the client that fetches has not ended in %.0f s; it ends with the process", STOP_SECONDS)

    async def seek(self, offsets: Mapping[TopicPartition, int | None], generation: int) -> None:
        """Read on from `offsets`, of a partition without one from its beginning. Returns when those are known.

        What was fetched before is dropped. In another `generation` of the group, or of other partitions, all begins
        anew, also with none of them paused.
        """
        if generation != self.generation or self._consumer.assignment() != set(offsets):
            self._consumer.assign(list(offsets))
            self.generation = generation
        for tp, offset in offsets.items():
            if offset:
                self._consumer.seek(tp, offset)
        # They may have lost their first records by now: the broker knows where they begin.
        unread = [tp for tp, offset in offsets.items() if not offset]
        if unread:
            await self._consumer.seek_to_beginning(*unread)

    async def fetch(self, active: Iterable[TP] | None, timeout: float) -> Fetched:
        """What has come of the `active` partitions (None: of all) within `timeout` seconds, perhaps nothing."""
        # aiokafka's own `getmany` would look for its partitions once more.
        records = await self._consumer._fetcher.fetched_records(active, timeout=timeout)
        # No await between aiokafka's hand-over and here: the tag is that of the assignment.
        return Fetched(records, self.generation)

    def highwater(self, tp: TP) -> int | None:
        """The end of a partition as of its last fetch; None where nothing was fetched of it yet."""
        partition = TopicPartition(*tp)
        if partition not in self._consumer.assignment():
            return None
        end: int | None = self._consumer.highwater(partition)
        return end

    def pause(self, tp: TP) -> None:
        """Stop fetching a partition whose lane is full."""
        if (partition := TopicPartition(*tp)) in self._consumer.assignment():
            self._consumer.pause(partition)

    def resume(self, tp: TP) -> None:
        """Fetch it again."""
        if (partition := TopicPartition(*tp)) in self._consumer.assignment():
            self._consumer.resume(partition)
