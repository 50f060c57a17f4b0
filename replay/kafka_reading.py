"""Reads topics of Kafka from their first offset to the end they have when it begins. No group, no commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from rapport.connection import Kafka
from rapport.reaching import Refused, opened, reach
from replay.source import ReplayError

WAIT_S: Final = 30.0
POLL_MS: Final = 500
PATIENCE: Final = 60
"""Empty polls in a row before a read gives up: half a minute of silence from a broker that has more."""
POLL_RECORDS: Final = 5_000
_FETCH_BYTES: Final = 24 << 20
"""A dead letter of the largest size must fit."""


class Topics:
    """A plain consumer. Used in a `with` block; `ReplayError` names the broker that does not answer."""

    def __init__(self, kafka: Kafka) -> None:
        if not kafka.servers:
            raise ReplayError("kafka: no broker is named; set RAPPORT_KAFKA to host:port, or replay from archive")
        self._where = f"Kafka at {kafka}"

        def consumer(timeout_ms: int) -> KafkaConsumer:
            return opened(
                KafkaConsumer, **kafka.client(), enable_auto_commit=False, auto_offset_reset="earliest",
                metrics_enabled=False, max_poll_records=POLL_RECORDS,
                max_partition_fetch_bytes=_FETCH_BYTES, bootstrap_timeout_ms=timeout_ms,
            )  # fmt: skip

        try:
            self._consumer = reach(kafka, consumer, WAIT_S)
        except Refused as error:
            raise ReplayError(str(error)) from error
        except KafkaError as error:
            raise self._failed(error) from error

    def __enter__(self) -> Topics:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._consumer.close()

    def partitions(self, topic: str) -> list[int]:
        """The partitions of a topic, none if it does not exist."""
        try:
            return sorted(self._consumer.partitions_for_topic(topic) or ())
        except KafkaError as error:
            raise self._failed(error) from error

    def spans(self, topic: str) -> dict[int, tuple[int, int]]:
        """First and end offset of each partition, as they are now."""
        places = [TopicPartition(topic, partition) for partition in self.partitions(topic)]
        try:
            first, end = self._consumer.beginning_offsets(places), self._consumer.end_offsets(places)
        except KafkaError as error:
            raise self._failed(error) from error
        return {place.partition: (first[place], end[place]) for place in places}

    def read(self, topic: str, spans: Mapping[int, tuple[int, int]]) -> Iterator[Sequence[Any]]:
        """All records of the spans, one partition after the other, as lists in offset order."""
        for partition, (first, end) in sorted(spans.items()):
            if first < end:
                yield from self._read(TopicPartition(topic, partition), first, end)

    def _read(self, place: TopicPartition, first: int, end: int) -> Iterator[Sequence[Any]]:
        silent = 0
        try:
            self._consumer.assign([place])
            self._consumer.seek(place, first)
            while self._consumer.position(place) < end:
                polled = self._consumer.poll(timeout_ms=POLL_MS).get(place, ())
                silent = 0 if polled else silent + 1
                if silent > PATIENCE:
                    where = f"{self._where}: {place.topic}[{place.partition}]"
                    raise ReplayError(f"{where} ends at {end} but gives nothing")
                records = [record for record in polled if record.offset < end]
                if records:
                    yield records
        except KafkaError as error:
            raise self._failed(error) from error

    def _failed(self, error: KafkaError) -> ReplayError:
        return ReplayError(f"{self._where} can't be read ({error}); start it (`rapport up`) or set RAPPORT_KAFKA")
