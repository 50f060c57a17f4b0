"""Whole batches for kafka-python: what its `send` makes record by record, made once a batch.

`KafkaProducer.send` costs about 40 µs of Python a record: checks, locks, a future,
and a record encoded byte by byte (and, without the package `crc32c`, a checksum in
Python over every batch). Here aiokafka's C encoder writes the records, and the batch
takes the client's own way from its accumulator on: sequence numbers, idempotent
retries and acknowledgements are the client's.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from kafka import KafkaProducer, TopicPartition
from kafka.producer.producer_batch import ProducerBatch

from producers.delivery import Headers

BATCH_BYTES = 256 * 1024
LZ4 = 3
MAGIC = 2
NO_PRODUCER = -1
"""The client gives the batch its producer id, epoch and sequence when it takes it from the accumulator."""


class BatchRecords:
    """The records of one batch, with the face that the client's accumulator and sender look at."""

    def __init__(self) -> None:
        from aiokafka.record.default_records import DefaultRecordBatchBuilder  # its package is not there to read only

        self._builder = DefaultRecordBatchBuilder(
            magic=MAGIC, compression_type=LZ4, is_transactional=0, producer_id=NO_PRODUCER,
            producer_epoch=NO_PRODUCER, base_sequence=NO_PRODUCER, batch_size=BATCH_BYTES,
        )  # fmt: skip
        self._count = 0
        self.payload = 0
        self._built: bytearray | None = None

    def append(self, timestamp: int, key: bytes | None, value: bytes, headers: Headers) -> bool:
        """False, and nothing done, where the batch is full; the first record always fits."""
        if self._builder.append(self._count, timestamp, key, value, list(headers)) is None:
            return False
        self._count += 1
        self.payload += len(value)
        return True

    def next_offset(self) -> int:
        return self._count

    def is_full(self) -> bool:
        return True

    def set_producer_state(self, producer_id: int, epoch: int, base_sequence: int, is_transactional: bool) -> None:
        self._builder.set_producer_state(producer_id, epoch, base_sequence)

    @property
    def producer_id(self) -> int:
        return int(self._builder.producer_id)

    @property
    def producer_epoch(self) -> int:
        return int(self._builder.producer_epoch)

    @property
    def base_sequence(self) -> int:
        return int(self._builder.base_sequence)

    def close(self) -> None:
        if self._built is None:
            self._built = self._builder.build()

    def buffer(self) -> bytearray:
        self.close()
        assert self._built is not None
        return self._built

    def size_in_bytes(self) -> int:
        return len(self._built) if self._built is not None else int(self._builder.size())


Answer: TypeAlias = tuple[int, int, Callable[[int], Exception] | None]
"""Offset of the batch's first record (-1: not told), time of the log, and what went wrong with which record."""


@dataclass(slots=True)
class Lane:
    """One partition: the batch being filled, full ones behind it, and whether one is on its way.

    Never more than one is on its way, so a batch that fails has no successor in the log.
    """

    topic: str
    partition: int
    filling: BatchRecords = field(default_factory=BatchRecords)
    full: deque[BatchRecords] = field(default_factory=deque)
    flying: bool = False

    def take(self) -> BatchRecords | None:
        """The next batch to go, if there is one."""
        if self.full:
            return self.full.popleft()
        if self.filling.next_offset() == 0:
            return None
        records, self.filling = self.filling, BatchRecords()
        return records


class Lanes:
    """All partitions that this producer writes to. Nothing lingers: an idle lane sends what it gets at once."""

    def __init__(self, client: KafkaProducer, max_bytes: int, silence_s: float) -> None:
        self._client = client
        self._max_bytes = max_bytes
        self._silence_s = silence_s
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._changed = threading.Condition()
        self._waiting_bytes = 0
        self._waiting = 0
        self.acknowledged = 0
        self.positions: dict[tuple[str, int], int] = {}
        self.failure: tuple[str, Exception] | None = None

    def put(self, topic: str, partition: int, key: bytes | None, value: bytes, headers: Headers) -> None:
        with self._changed:
            lane = self._lanes.get((topic, partition))
            if lane is None:
                lane = self._lanes[topic, partition] = Lane(topic, partition)
            now = time.time_ns() // 1_000_000
            if not lane.filling.append(now, key, value, headers):
                lane.full.append(lane.filling)
                lane.filling = BatchRecords()
                lane.filling.append(now, key, value, headers)
            self._waiting += 1
            self._waiting_bytes += len(value)
            if not lane.flying:
                self._dispatch(lane)
            self._wait(lambda: self._waiting_bytes <= self._max_bytes)

    def flush(self) -> None:
        """Returns when nothing waits any more, or with `failure` set."""
        with self._changed:
            self._wait(lambda: self._waiting == 0)

    def _wait(self, enough: Callable[[], bool]) -> None:
        """Until it is enough or something failed; a client that is silent for too long has failed, too."""
        while self.failure is None and not enough():
            before = self.acknowledged
            if not self._changed.wait(self._silence_s) and self.acknowledged == before:
                self.failure = ("Kafka", TimeoutError(f"no acknowledgement for {self._silence_s:.0f} s"))

    def _dispatch(self, lane: Lane) -> None:
        """Hands the next batch of a lane to the client, unless something failed."""
        records = lane.take() if self.failure is None else None
        lane.flying = records is not None
        if records is None:
            return
        batch = ProducerBatch(TopicPartition(lane.topic, lane.partition), records)
        batch.produce_future.add_callback(self._answered, lane, records)
        batch.produce_future.add_errback(self._refused, lane)
        accumulator = self._client._accumulator
        with accumulator._tp_lock(batch.topic_partition):
            accumulator._batches[batch.topic_partition].append(batch)
            accumulator._incomplete.add(batch)
        self._client._sender.wakeup()

    def _answered(self, lane: Lane, records: BatchRecords, answer: Answer) -> None:
        """On the client's network thread: what the broker said to a batch; the next one of the lane follows."""
        base_offset, _, error_of = answer
        if error_of is not None:
            self._refused(lane, error_of(0))
            return
        count = records.next_offset()
        with self._changed:
            self.acknowledged += count
            self._waiting -= count
            self._waiting_bytes -= records.payload
            if base_offset >= 0:
                self.positions[lane.topic, lane.partition] = base_offset + count
            self._dispatch(lane)
            self._changed.notify_all()

    def _refused(self, lane: Lane, error: Exception) -> None:
        """Nothing more is sent: neither by other lanes, nor again under the new epoch that the client now asks for."""
        self._client._sender.force_close()
        with self._changed:
            self.failure = self.failure or (lane.topic, error)
            self._changed.notify_all()
