"""Records read from Kafka that are not stored yet: bounded, a list a partition, in offset order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

from schemas.recorded import Recorded
from sinks.clickhouse.chunk import Chunk

MOST_RECORDS: Final = 50_000
MOST_BYTES: Final = 16 << 20
OLDEST_S: Final = 0.5
"""A record waits no longer than this for company, so that what is read of the store is fresh."""


class Batch:
    """`full` and `due` say when to store it. Bounds may be passed by what one poll brings."""

    def __init__(self) -> None:
        self._records: dict[TopicPartition, list[Recorded]] = {}
        self._next: dict[TopicPartition, int] = {}
        self._since: float | None = None
        self._count = 0
        self._bytes = 0

    def __len__(self) -> int:
        return self._count

    @property
    def full(self) -> bool:
        return self._count >= MOST_RECORDS or self._bytes >= MOST_BYTES

    def due(self, now: float) -> bool:
        return self.full or (self._since is not None and now - self._since >= OLDEST_S)

    def add(self, polled: Mapping[TopicPartition, Sequence[Recorded]], now: float) -> None:
        for place, records in polled.items():
            self._records.setdefault(place, []).extend(records)
            self._next[place] = records[-1].offset + 1
            self._count += len(records)
            self._bytes += sum(len(each.value or b"") for each in records)
            self._since = self._since or now

    def keep(self, places: Collection[TopicPartition]) -> None:
        """Forget partitions that are not ours any more: their next owner reads them again."""
        for place in self._records.keys() - set(places):
            gone = self._records.pop(place)
            del self._next[place]
            self._count -= len(gone)
            self._bytes -= sum(len(each.value or b"") for each in gone)
        if not self._count:
            self._since = None

    def topics(self) -> set[str]:
        return {place.topic for place in self._records}

    def places(self) -> set[TopicPartition]:
        return set(self._records)

    def oldest(self) -> dict[str, int]:
        """By topic the earliest broker time (ms) of what is held."""
        found: dict[str, int] = {}
        for place, records in self._records.items():
            found[place.topic] = min(records[0].timestamp, found.get(place.topic, records[0].timestamp))
        return found

    def newest(self, topic: str) -> dict[TopicPartition, int]:
        """By partition of the topic the broker time (ms) of the last record held."""
        return {place: held[-1].timestamp for place, held in self._records.items() if place.topic == topic}

    def chunks(self, topic_ids: Mapping[str, str]) -> list[Chunk]:
        """One chunk a topic, its partitions one after the other."""
        by_topic: dict[str, list[Recorded]] = {}
        for place in sorted(self._records):
            by_topic.setdefault(place.topic, []).extend(self._records[place])
        return [Chunk.of(topic_ids[topic], topic, records) for topic, records in by_topic.items()]

    def offsets(self) -> dict[TopicPartition, OffsetAndMetadata]:
        """What to commit when all of it is stored."""
        return {place: OffsetAndMetadata(offset, "", -1) for place, offset in self._next.items()}
