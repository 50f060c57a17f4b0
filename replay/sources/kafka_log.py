"""The resolved topic in Kafka, from its first offset to the end it has when the replay begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from rapport.connection import Kafka
from replay.kafka_reading import Topics
from replay.source import CHUNK, Chunk, Missing, Piece, ReplayError
from replay.sources.records import NO_SOURCE, records_of
from replay.sources.rounds import in_step
from schemas import topics
from schemas.records import Record, Source
from streams.identity.resolve import SOURCE, source_of


class KafkaLog:
    """One partition after the other, or all `in_step`: the order does not depend on what Kafka delivers first."""

    def __init__(self, kafka: Kafka, only: int | None = None, *, in_step: bool = False) -> None:
        self._in_step = in_step
        with Topics(kafka) as reader:
            spans = reader.spans(topics.RESOLVED)
        self.spans = {partition: span for partition, span in spans.items() if only in (None, partition)}
        if not self.spans:
            raise ReplayError(f"Kafka at {kafka} has no topic {topics.RESOLVED}; `rapport init` makes it")
        self._kafka = kafka

    @property
    def log_order(self) -> bool:
        return True

    @property
    def total(self) -> int | None:
        return sum(end - first for first, end in self.spans.values())

    @property
    def numbers(self) -> list[int]:
        """The partitions that there are."""
        return sorted(self.spans)

    @property
    def partitions(self) -> int:
        return 0

    @property
    def emptied(self) -> list[Missing]:
        """Partitions of which every record is gone."""
        return [Missing(number, 0, end - 1, None) for number, (first, end) in self.spans.items() if 0 < first == end]

    def close(self) -> None:
        """Nothing stays open between reads."""

    def pieces(self) -> Iterator[Piece]:
        lanes = {partition: self._lane(partition) for partition in self.spans}
        return in_step(lanes) if self._in_step else chain.from_iterable(lanes.values())

    def _lane(self, partition: int) -> Iterator[Chunk]:
        with Topics(self._kafka) as reader:
            for read in reader.read(topics.RESOLVED, {partition: self.spans[partition]}):
                for start in range(0, len(read), CHUNK):
                    some = read[start : start + CHUNK]
                    yield Chunk(partition, _records(some))


def _records(read: Sequence[Any]) -> list[Record]:
    return records_of(
        [record.offset for record in read], [record.key for record in read],
        [_source(record) for record in read], [record.value for record in read],
    )  # fmt: skip


def _source(record: Any) -> Source:
    headers = record.headers
    return source_of(headers[0][1]) if headers and headers[0][0] == SOURCE else Source(NO_SOURCE, record.offset, 0)
