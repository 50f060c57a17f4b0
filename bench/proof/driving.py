"""The raw topic of a running line, driven by its own clock: an interval is told when the one before has passed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from kafka import KafkaConsumer, TopicPartition

from bench.line import Stopped
from producers.kafka_log import KafkaLog
from producers.pipeline import Incoming, Pipeline
from rapport.settings import Settings
from schemas import topics
from schemas.codec import decode_touchpoints, encode_touchpoint
from schemas.records import EVERYONE, Touchpoint
from schemas.wire import properties
from streams.app.clock import tick

SWEEP: Final = 64
"""Ticks behind the last touchpoint: enough for every customer to meet what is company-wide."""
PATIENCE_S: Final = 240.0
_ALL: Final = EVERYONE.encode()
_TICK: Final = "clock.tick"


class Driven:
    """Touchpoints go the way of every producer; ticks to every raw partition, waiting until they are through."""

    def __init__(self, settings: Settings) -> None:
        self._kafka = KafkaLog(settings.cluster)
        self._pipeline = Pipeline(self._kafka, settings.identity)
        self._count = settings.partitions
        self._reader = KafkaConsumer(
            **settings.cluster.client(), enable_auto_commit=False, metrics_enabled=False, max_poll_records=20_000,
        )  # fmt: skip
        self._reader.assign([TopicPartition(topics.RESOLVED, number) for number in range(self._count)])
        self._reader.seek_to_beginning()
        self._seen: dict[tuple[int, int], int] = {}
        """The last tick of each raw partition in each resolved one."""

    def write(self, touchpoints: Iterable[Touchpoint]) -> int:
        """Sends them, each acknowledged; how many there were."""
        count = 0
        for count, touchpoint in enumerate(touchpoints, start=1):
            self._pipeline.take(Incoming(touchpoint.event_id, count, touchpoint))
        self._kafka.flush()
        return count

    def tick(self, at: int) -> None:
        """Every raw partition ticks."""
        for number in range(self._count):
            self._kafka.send(topics.RAW, number, _ALL, encode_touchpoint(tick(at, number, self._count)))
        self._kafka.flush()

    def through(self, at: int) -> None:
        """Until a tick for `at` or later has come from every raw partition to every resolved one; Stopped if not."""
        limit = time.monotonic() + PATIENCE_S
        while len(self._seen) < self._count**2 or min(self._seen.values()) < at:
            if time.monotonic() > limit:
                raise Stopped(f"the tick for {at} did not come through: {self._seen}")
            for place, records in self._reader.poll(timeout_ms=200).items():
                wide = [record.value for record in records if record.key == _ALL]
                for each in decode_touchpoints(wide):
                    if isinstance(each, Touchpoint) and each.type == _TICK:
                        lane = place.partition, int(properties(each)["partition"])
                        self._seen[lane] = max(self._seen.get(lane, 0), each.occurred_at)

    def close(self) -> None:
        self._kafka.close()
        self._reader.close()


def intervals(touchpoints: Iterable[Touchpoint], length_ms: int) -> Iterator[tuple[int, list[Touchpoint]]]:
    """Touchpoints in the order of time, by intervals that have any; with where the interval begins."""
    for number, found in groupby(touchpoints, lambda each: each.occurred_at // length_ms):
        yield number * length_ms, list(found)
