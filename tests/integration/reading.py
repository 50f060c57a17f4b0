"""Reads whole topics with a plain consumer: what stands on Kafka, seen by somebody who is no part of the line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition

SILENCE_S = 60
"""A broker that has more and gives nothing for so long is a failure."""


class Stored(NamedTuple):
    """A record as it lies on a topic; the names are those of Kafka's clients."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    def header(self, name: str) -> str:
        """The text of a header, empty if it has none of this name."""
        return next((value.decode() for each, value in self.headers if each == name), "")


def read(bootstrap: str, topics: Iterable[str]) -> dict[str, list[Stored]]:
    """All records of the topics up to their present ends, by topic, partition after partition in offset order."""
    found: dict[str, list[Stored]] = {topic: [] for topic in topics}
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        max_poll_records=20_000,
        max_partition_fetch_bytes=32 * 1024 * 1024,
        fetch_max_bytes=64 * 1024 * 1024,
    )
    try:
        waiting = _unread(consumer, found)
        if not waiting:
            return found
        consumer.assign(list(waiting))
        consumer.seek_to_beginning(*waiting)
        silent = 0
        while waiting:
            polled = consumer.poll(timeout_ms=1000)
            silent = 0 if polled else silent + 1
            if silent > SILENCE_S:
                raise TimeoutError(f"nothing more comes of {sorted(waiting)}")
            for tp, records in polled.items():
                for r in records:
                    place = (r.topic, r.partition, r.offset, r.timestamp)
                    found[tp.topic].append(Stored(*place, r.key, r.value, tuple(r.headers)))
            waiting = {tp: end for tp, end in waiting.items() if consumer.position(tp) < end}
    finally:
        consumer.close()
    for records in found.values():
        records.sort(key=lambda record: (record.partition, record.offset))
    return found


def by_partition(records: Iterable[Stored]) -> Mapping[int, list[Stored]]:
    """The records of one topic, each partition's in offset order."""
    found: defaultdict[int, list[Stored]] = defaultdict(list)
    for record in records:
        found[record.partition].append(record)
    return found


def _unread(consumer: KafkaConsumer, topics: Iterable[str]) -> dict[TopicPartition, int]:
    partitions = [TopicPartition(topic, p) for topic in topics for p in consumer.partitions_for_topic(topic) or ()]
    ends: dict[TopicPartition, int] = consumer.end_offsets(partitions)
    starts: dict[TopicPartition, int] = consumer.beginning_offsets(partitions)
    return {tp: end for tp, end in ends.items() if end > starts[tp]}
