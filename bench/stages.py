"""Where the microseconds of a touchpoint go in the worker: the pure path and the batches, without a broker."""

from __future__ import annotations

import asyncio
import cProfile
import pstats
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import thread_time
from typing import Any, Final

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.consumer.fetcher import READ_UNCOMMITTED
from aiokafka.record.memory_records import MemoryRecords

from bench.engine import CHUNK, KNOWLEDGE
from bench.rawlog import RawLog, raw_log
from bench.report import Report
from producers.tracing import Tracing
from rapport.connection import Kafka
from rapport.cycles import look_seldom
from rapport.sending import new_producer
from schemas import topics
from schemas.codec import decode_touchpoints
from schemas.records import Rejected, Touchpoint
from streams.app.detect import batched, records_of
from streams.app.fetched import SlimRecords
from streams.app.keeping import RECORDS
from streams.app.outbox import Entry
from streams.app.tracing import Traces
from streams.engine import Engine, Partition
from streams.identity.resolve import Derived, resolve
from streams.knowledge.load import load

APPETITE: Final = 8
"""Chunks of the raw topic that identity takes at once when it is behind."""
STAGES: Final = (
    ("read raw", "aiokafka: bytes of the raw topic to records"),
    ("resolve", "identity: key to partition, source header"),
    ("write resolved", "batches of the resolved topic, compressed"),
    ("read resolved", "aiokafka: bytes of the resolved topic to records"),
    ("decode", "Avro to touchpoints, a chunk at once"),
    ("records", "source headers and keys"),
    ("fold", "engine: relationships, detectors, alerts, cards"),
    ("pack", "engine: states to bytes"),
    ("encode outputs", "Avro of shifts, signals, alerts, cards, measures"),
    ("write outputs", "batches of the outputs' topics, compressed"),
    ("write states", "batches of the changelog, compressed"),
)


class Watch:
    """Processor seconds of this thread by stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        """Adds the time of the block to `stage`."""
        began = thread_time()
        try:
            yield
        finally:
            self.seconds[stage] += thread_time() - began


class Batches:
    """Batches as the worker's outbox has them made."""

    def __init__(self) -> None:
        self._producer = asyncio.run(_idle_producer())

    def of(self, entries: Sequence[Entry | Derived]) -> list[bytes]:
        """The records in order, compressed; as many batches as it takes."""
        batch, full = self._producer.create_batch(), []
        for key, value, headers, timestamp in entries:
            if batch.append(key=key, value=value, headers=headers, timestamp=timestamp) is None:
                full.append(batch)
                batch = self._producer.create_batch()
                batch.append(key=key, value=value, headers=headers, timestamp=timestamp)
        return [bytes(each._build()) for each in (*full, batch)]


async def _idle_producer() -> AIOKafkaProducer:
    producer = new_producer(Kafka("127.0.0.1:1"), "bench")
    await producer.stop()
    return producer


class Way:
    """The way of a raw log through one worker's two stations, all in this thread."""

    def __init__(self, watch: Watch, batches: Batches, partitions: int) -> None:
        self.outputs: Counter[str] = Counter()
        self._watch = watch
        self._batches = batches
        self._engine = Engine(load(KNOWLEDGE))
        self._states = [Partition(number) for number in range(partitions)]
        self._unwritten = [0] * partitions
        self._written = [0] * partitions

    def identity(self, partition: int, batches: Sequence[bytes], first: int) -> list[tuple[int, int, list[bytes]]]:
        """One bite of a raw partition, as batches of resolved ones: partition, first offset, bytes."""
        watch = self._watch
        with watch.on("read raw"):
            records = read(topics.RAW, partition, batches, first)
        with watch.on("resolve"):
            forwarded = resolve(records, topics.RAW, len(self._states)).forwarded
        made = []
        for target, derived in enumerate(forwarded):
            if derived:
                with watch.on("write resolved"):
                    made.append((target, self._written[target], self._batches.of(derived)))
                self._written[target] += len(derived)
        return made

    def detect(self, partition: int, first: int, batches: Sequence[bytes]) -> None:
        """What identity made of it, in chunks."""
        watch, states = self._watch, self._states[partition]
        with watch.on("read resolved"):
            records = read(topics.RESOLVED, partition, batches, first)
        for start in range(0, len(records), CHUNK):
            some = records[start : start + CHUNK]
            with watch.on("decode"):
                bodies = decode_touchpoints([record.value for record in some])
            with watch.on("records"):
                chunk = records_of(some, bodies)
            with watch.on("fold"):
                outcome = self._engine.fold(chunk, states)
            self.outputs.update(type(output).__name__ for output in outcome.outputs)
            sendable = [output for output in outcome.outputs if not isinstance(output, Rejected)]
            with watch.on("encode outputs"):
                outgoing = batched(sendable, outcome.besides, partition, 1, Traces(some, chunk).of)
            with watch.on("write outputs"):
                for entries in outgoing.values():
                    self._batches.of(entries)
            self._unwritten[partition] += len(chunk)
            if self._unwritten[partition] >= RECORDS:
                self._keep(partition)

    def _keep(self, partition: int) -> None:
        """States of several chunks at once, as a worker that is behind writes them."""
        self._unwritten[partition] = 0
        with self._watch.on("pack"):
            changes = self._states[partition].changes()
        with self._watch.on("write states"):
            self._batches.of([(key, value, [], None) for key, value in changes])

    def end(self) -> None:
        """Writes what is left."""
        for partition in range(len(self._states)):
            self._keep(partition)


def read(topic: str, partition: int, batches: Sequence[bytes], first: int) -> list[Any]:
    """Records as aiokafka's fetcher makes them of a fetch; `first` is the offset of the first one."""
    found: list[Any] = []
    for batch in batches:
        placed = bytearray(batch)
        placed[:8] = first.to_bytes(8, "big")
        tp, held = TopicPartition(topic, partition), MemoryRecords(bytes(placed))
        found += SlimRecords(tp, held, None, first, None, None, True, READ_UNCOMMITTED)
        first = found[-1].offset + 1
    return found


def run(found: Sequence[Touchpoint], partitions: int, profile: bool, traces: float) -> Report:
    """Sends the touchpoints down the way, the share `traces` with one; microseconds a touchpoint."""
    log = raw_log(found, partitions)
    batches, watch, profiler = Batches(), Watch(), cProfile.Profile()
    way = Way(watch, batches, partitions)
    bites = list(_bites(log, batches, Tracing(traces)))
    look_seldom()
    if profile:
        profiler.enable()
    for partition, first, bite in bites:
        for made in way.identity(partition, bite, first):
            way.detect(*made)
    way.end()
    profiler.disable()
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(45)
    return _report(watch, len(found), way.outputs)


def _bites(log: RawLog, batches: Batches, tracing: Tracing) -> Iterator[tuple[int, int, list[bytes]]]:
    """Partitions in turn, as the transport takes them: partition, first offset, batches."""
    size = APPETITE * CHUNK
    for start in range(0, max(map(len, log.partitions)), size):
        for partition, records in enumerate(log.partitions):
            entries: list[Entry] = [
                (key, value, list(tracing.of(())), None) for key, value in records[start : start + size]
            ]
            if entries:
                yield partition, start, batches.of(entries)


def _report(watch: Watch, count: int, outputs: Counter[str]) -> Report:
    each = {stage: watch.seconds[stage] / count * 1e6 for stage, _ in STAGES}
    total = sum(each.values())
    beside = total - each["fold"]
    lines: list[Sequence[str | float]] = [
        (stage, each[stage], each[stage] / total * 100, what) for stage, what in STAGES
    ]
    return Report(
        f"stages: {count:,} touchpoints through one thread",
        ("stage", "µs a touchpoint", "%", "what"),
        [*lines, ("all", total, 100.0, f"{1e6 / total:,.0f} a second at most")],
        {"touchpoints": count, "microseconds": each | {"all": total}, "outputs": outputs},
        [
            f"beside the fold {beside:.1f} µs: {1e6 / beside:,.0f} a second at most if it took no time",
            f"outputs: {', '.join(f'{n:,} {name}' for name, n in outputs.most_common())}",
        ],
    )
