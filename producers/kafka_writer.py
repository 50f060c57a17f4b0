"""Who a producer is to Kafka: its producer id, and the sequence number that each partition expects of it next.

A broker appends a batch only under the next sequence number of its producer. Kafka has
this against retries; here it guards against a process that was killed: its successor goes on
under the same id and numbers, so whatever comes second of the two is refused.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaTimeoutError
from kafka.producer.transaction_manager import ProducerIdAndEpoch
from kafka.record.memory_records import MemoryRecords

from producers.delivery import Writer

NUMBERS = 2**31
"""Sequence numbers begin anew after this many."""

_LOOK_S = 0.01


def writer_of(client: KafkaProducer, wait_s: float) -> Writer:
    """Raises a KafkaError where the cluster gives it no id."""
    manager = client._transaction_manager
    limit = time.monotonic() + wait_s
    while not manager.has_producer_id():
        if manager.has_fatal_error():
            raise manager.last_error
        if time.monotonic() > limit:
            raise KafkaTimeoutError("no producer id")
        time.sleep(_LOOK_S)
    with manager._lock:
        known = manager.producer_id_and_epoch
        found = Writer(known.producer_id, known.epoch, {})
        for tp, number in manager._sequence_numbers.items():
            found.next.setdefault(tp.topic, {})[tp.partition] = number
    return found


def go_on_as(client: KafkaProducer, writer: Writer, wait_s: float) -> None:
    """Makes a client that has sent nothing yet that writer."""
    writer_of(client, wait_s)
    manager = client._transaction_manager
    with manager._lock:
        manager.set_producer_id_and_epoch(ProducerIdAndEpoch(writer.id, writer.epoch))
        for topic, numbers in writer.next.items():
            for partition, number in numbers.items():
                manager.set_sequence_number(TopicPartition(topic, partition), number)


@dataclass(frozen=True, slots=True)
class _Batch:
    first: int
    last: int
    sequence: int


@dataclass(slots=True)
class Own:
    """Tells a writer's records from others', and counts it on with each one that `has` is asked about."""

    writer: Writer
    _batches: dict[TopicPartition, deque[_Batch]] = field(default_factory=dict)

    def watch(self, consumer: KafkaConsumer) -> None:
        """The consumer gives records without their batch, which is where the writer stands."""
        fetcher = consumer._fetcher
        unpack = fetcher.PartitionRecords

        def noting(offset: int, tp: TopicPartition, records: MemoryRecords, **options: Any) -> Any:
            self._note(tp, MemoryRecords(records._buffer))
            return unpack(offset, tp, records, **options)

        fetcher.PartitionRecords = noting

    def _note(self, tp: TopicPartition, records: MemoryRecords) -> None:
        mine = self._batches.setdefault(tp, deque())
        for batch in records:
            if batch.magic == 2 and (batch.producer_id, batch.producer_epoch) == (self.writer.id, self.writer.epoch):
                mine.append(_Batch(batch.base_offset, batch.last_offset, batch.base_sequence))

    def has(self, topic: str, partition: int, offset: int) -> bool:
        """Asked in the order of each partition."""
        batches = self._batches[TopicPartition(topic, partition)]
        while batches and batches[0].last < offset:
            batches.popleft()
        if not batches or offset < batches[0].first:
            return False
        number = batches[0].sequence + offset - batches[0].first + 1
        self.writer.next.setdefault(topic, {})[partition] = number % NUMBERS
        return True
