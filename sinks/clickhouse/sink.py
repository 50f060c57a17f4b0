"""From Kafka into ClickHouse: what the line wrote is stored first and committed then.

A crash between the two stores some records twice, with the same keys, and
ClickHouse keeps one of each. While ClickHouse is away the sink holds one batch,
keeps its place in the group and reads nothing; stream and alerts do not notice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from typing import Final

from kafka import TopicPartition
from kafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)

from rapport import metrics as shared
from rapport.connection import Kafka
from schemas.topics import RESOLVED
from sinks import metrics
from sinks.clickhouse.batch import MOST_BYTES, MOST_RECORDS, Batch
from sinks.clickhouse.client import Store
from sinks.clickhouse.erasing import erasures
from sinks.clickhouse.rows import blocks, merged
from sinks.clickhouse.topic_ids import TopicIds
from sinks.clickhouse.writer import Stopped, Writer
from sinks.membership import Membership

GROUP: Final = "rapport-sink"
POLL_MS: Final = 200
PARTITION_BYTES: Final = 4 << 20
BROKER_PAUSE_S: Final = 1.0
MEASURE_S: Final = 1.0
STAGE: Final = "store"
METADATA_MS: Final = 10_000
"""How soon a partition or topic that was added is noticed."""

_NOT_OURS: Final = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)

log = logging.getLogger(__name__)


class _Member(Membership):
    """What is measured of a partition goes with it."""

    def taken(self, places: Collection[TopicPartition]) -> None:
        for topic, partition in places:
            metrics.LAG.remove(topic, partition)
            shared.NEWEST.remove(STAGE, partition)


class Sink:
    """One member of the group; `run` returns when `stop` is set. All of it on the thread that calls `run`."""

    def __init__(
        self,
        store: Store,
        kafka: Kafka,
        topics: tuple[str, ...],
        stop: threading.Event,
        *,
        member: str | None = None,
        session_timeout_s: int = 6,
        group: str = GROUP,
    ) -> None:
        """`member`: the name of its membership. KafkaError and Refused as `Membership` raises them."""
        self._topics = topics
        self._stop = stop
        self._batch = Batch()
        self._writer = Writer(store, self._pause)
        metrics.WAITING.set_function(lambda: self._writer.waiting_s)
        self._ids = TopicIds(kafka, topics)
        self._measured = 0.0
        self._member = _Member(
            kafka, group, topics, name=member, session_s=session_timeout_s, patience_s=session_timeout_s,
            metadata_max_age_ms=METADATA_MS, fetch_max_bytes=MOST_BYTES, max_partition_fetch_bytes=PARTITION_BYTES,
            fetch_max_wait_ms=POLL_MS, max_poll_records=MOST_RECORDS,
        )  # fmt: skip
        self._consumer = self._member.consumer

    @property
    def away(self) -> str:
        """What ClickHouse says to the insert that waits, also that it says nothing; empty while none waits."""
        return self._writer.away

    @property
    def cause(self) -> str:
        """The kind of it, as `client.cause_of` names it; empty while ClickHouse has refused nothing."""
        return self._writer.cause

    def run(self) -> None:
        """Raises what is a mistake of ours; a broker or store that is away is waited for."""
        try:
            while not self._stop.is_set():
                self._step()
        except Stopped:
            log.info("stopped with %d records read and not stored; they are read again", len(self._batch))
        finally:
            self._consumer.close(autocommit=False)
            self._ids.close()

    def _step(self) -> None:
        self._member.tend()
        if not self._batch.full:
            try:
                self._read()
            except KafkaError as error:
                log.warning("Kafka: %s: %s; trying again", type(error).__name__, error)
                self._wait(BROKER_PAUSE_S)
        if self._batch.due(time.monotonic()):
            self._flush()
        self._measure()

    def _read(self) -> None:
        if not self._ids.known:
            self._ids.refresh()
        polled = self._consumer.poll(timeout_ms=POLL_MS)
        self._batch.add(polled, time.monotonic())
        self._batch.keep(self._consumer.assignment())

    def _flush(self) -> None:
        try:
            recreated = self._ids.refresh()
        except KafkaError as error:
            log.warning("Kafka does not say its topics' ids: %s; the batch waits", error)
            self._pause(BROKER_PAUSE_S)
            return
        if recreated:
            self._start_again(recreated)
        if len(self._batch):
            rows = merged(blocks(self._batch.chunks(self._ids.by_name)))
            self._writer.write(rows)
            self._writer.count(rows)
            self._writer.erase(erasures(rows))
            self._commit()
        self._batch = Batch()

    def _start_again(self, topics: set[str]) -> None:
        """What was read of topics that were made anew may be old or new: read the new ones from their start."""
        log.warning("made anew, read from the start: %s", ", ".join(sorted(topics)))
        assigned: set[tuple[str, int]] = self._consumer.assignment()
        ours = [place for place in assigned if place[0] in topics]
        self._batch.keep([place for place in self._batch.places() if place.topic not in topics])
        if ours:
            self._consumer.seek_to_beginning(*ours)

    def _commit(self) -> None:
        offsets = self._batch.offsets()
        try:
            self._consumer.commit(offsets)
        except _NOT_OURS as error:
            log.info("not committed, the group has moved on: %s; what was stored collapses", error)
        except KafkaError as error:
            log.warning("not committed: %s: %s; the next batch commits it", type(error).__name__, error)
        else:
            metrics.COMMITTED.set_to_current_time()
        for place, newest in self._batch.newest(RESOLVED).items():
            shared.NEWEST.labels(STAGE, place.partition).set(newest / 1000)
        for place, committed in offsets.items():
            end = self._consumer.highwater(place)
            if end is not None:
                metrics.LAG.labels(place.topic, place.partition).set(max(0, end - committed.offset))

    def _pause(self, seconds: float) -> None:
        """Wait and remain a member of the group: polled, but with every partition paused."""
        if self._wait(seconds):
            raise Stopped

    def _wait(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not self._stop.is_set() and time.monotonic() < until:
            self._idle_poll()
            self._measure()
        paused = self._consumer.paused()
        if paused:
            self._consumer.resume(*paused)
        return self._stop.is_set()

    def _measure(self) -> None:
        """Also while the store is away: how old what waits for it becomes. At most once a second."""
        now = time.time()
        if now - self._measured < MEASURE_S:
            return
        self._measured = now
        oldest = self._batch.oldest()
        for topic in self._topics:
            waits_since = oldest.get(topic)
            metrics.LAG_SECONDS.labels(topic).set(0 if waits_since is None else max(0.0, now - waits_since / 1000))
        shared.HEARTBEAT.set(now)

    def _idle_poll(self) -> None:
        """A partition that a rebalance brings is paused after its first records: those are put back."""
        assigned = self._consumer.assignment()
        self._consumer.pause(*assigned)
        try:
            for place, records in self._consumer.poll(timeout_ms=100, max_records=1).items():
                self._consumer.seek(place, records[0].offset)
        except KafkaError:
            self._stop.wait(0.1)
