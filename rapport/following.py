"""Follows output topics with a plain consumer: no group, no commits, no effect on the line."""

from __future__ import annotations

import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, Final

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from rapport.connection import Kafka
from rapport.failure import Failure, told
from rapport.reaching import Refused, opened, reach
from schemas import topics
from schemas.codec import decode_outputs
from schemas.letters import is_mark, rejected_of
from schemas.records import Emitted, Undecodable

KAFKA_WAIT_S: Final = 30.0
_POLL_MS: Final = 200
_REMEMBERED: Final = 10_000
_AHEAD: Final = 2_000
"""Records of one partition that may wait for slower ones while several are put in order."""

_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class Span:
    """What to read: from the moment `since` on (ms, as Kafka took the records in; 0: from the beginning; None:
    what comes from now on), with `ends` no further than what was there at the start."""

    since: int | None = None
    ends: bool = False


BEGINNING: Final = 0


def follow(kafka: Kafka, names: Sequence[str], over: Callable[[], bool], span: Span = Span()) -> Iterator[Emitted]:
    """Outputs as they come, each id once, until `over()`.

    What is there already comes in the order of time, over all topics. A broker that goes away is waited for.
    Failure when it, or a topic, is not there at the start.
    """
    consumer = _consumer(kafka)
    known: OrderedDict[str, None] = OrderedDict()
    try:
        ends = _assign(consumer, names, span.since)
        for record in _records(consumer, ends, over, span.ends):
            for output in outputs([record]):
                if output.id in known:
                    continue
                known[output.id] = None
                if len(known) > _REMEMBERED:
                    known.popitem(last=False)
                yield output
    finally:
        consumer.close()


def outputs(records: Sequence[Any]) -> list[Emitted]:
    """What lies in consumed records of one topic; what is no output is left out."""
    if records and records[0].topic == topics.DLQ:
        letters = ((rejected_of(record), record) for record in records if not is_mark(record.headers))
        # The engine knows no time before its first tick; the broker does.
        return [each if each.at else msgspec.structs.replace(each, at=record.timestamp) for each, record in letters]
    found = decode_outputs([record.value for record in records if record.value is not None])
    return [output for output in found if not isinstance(output, Undecodable)]


def _records(
    consumer: KafkaConsumer, ends: dict[TopicPartition, int], over: Callable[[], bool], enough: bool
) -> Iterator[Any]:
    """What lies before `ends` in order of time, then, unless that is `enough`, what comes."""
    past = _Past(consumer, ends)
    while not over() and (record := past.next()) is not _NOTHING:
        if record is not None:
            yield record
    if enough:
        return
    yield from past.beyond
    while not over():
        polled = consumer.poll(timeout_ms=_POLL_MS)
        yield from sorted((record for records in polled.values() for record in records), key=_time)


class _Past:
    """Merges the partitions by time. Holds at most about `_AHEAD` records of each, and what a fetch brings."""

    def __init__(self, consumer: KafkaConsumer, ends: dict[TopicPartition, int]) -> None:
        self._consumer = consumer
        self._ends = {tp: end for tp, end in ends.items() if consumer.position(tp) < end}
        """Of the partitions that are not read so far yet."""
        self._waiting: dict[TopicPartition, deque[Any]] = {tp: deque() for tp in self._ends}
        self._heads: list[tuple[int, int, TopicPartition]] = []
        """Time of the first waiting record of each partition that has one."""
        self.beyond: list[Any] = []
        """What came along and lies behind the ends."""

    def next(self) -> Any:
        """The earliest record; None: ask again; `_NOTHING`: there are no more."""
        if any(not self._waiting[tp] for tp in self._ends):
            self._fetch()
            return None
        if not self._heads:
            self._consumer.resume(*self._consumer.paused())
            return _NOTHING
        _, _, tp = heappop(self._heads)
        record = self._waiting[tp].popleft()
        self._push(tp)
        return record

    def _fetch(self) -> None:
        full = [tp for tp in self._ends if len(self._waiting[tp]) >= _AHEAD]
        self._consumer.resume(*self._consumer.paused())
        self._consumer.pause(*full)
        for tp, records in self._consumer.poll(timeout_ms=_POLL_MS).items():
            end = self._ends.get(tp, 0)
            empty = not self._waiting.get(tp)
            self._waiting.setdefault(tp, deque()).extend(record for record in records if record.offset < end)
            self.beyond += [record for record in records if record.offset >= end]
            if empty:
                self._push(tp)
        self._ends = {tp: end for tp, end in self._ends.items() if self._consumer.position(tp) < end}

    def _push(self, tp: TopicPartition) -> None:
        if self._waiting[tp]:
            first = self._waiting[tp][0]
            heappush(self._heads, (_time(first), first.offset, tp))


def _time(record: Any) -> int:
    return int(record.timestamp)


def _consumer(kafka: Kafka) -> KafkaConsumer:
    def consumer(timeout_ms: int) -> KafkaConsumer:
        return opened(
            KafkaConsumer, **kafka.client(), client_id="rapport-tail", enable_auto_commit=False,
            bootstrap_timeout_ms=timeout_ms, auto_offset_reset="earliest", fetch_max_wait_ms=100,
            # A poll takes whole what was fetched, of bounded size: kafka-python 3.0 never goes on with a paused
            # partition whose batch was half taken while another's has been taken whole (its Fetcher.fetched_records).
            max_poll_records=sys.maxsize, max_partition_fetch_bytes=1 << 20, fetch_max_bytes=8 << 20,
        )  # fmt: skip

    with told(Refused):
        try:
            return reach(kafka, consumer, KAFKA_WAIT_S)
        except KafkaError as error:
            raise Failure(f"Kafka at {kafka} does not answer ({error}); is `rapport up` running?") from error


def _assign(consumer: KafkaConsumer, names: Sequence[str], since: int | None) -> dict[TopicPartition, int]:
    """Stand at the beginning of what is wanted; where each partition ends now."""
    parts: list[TopicPartition] = []
    for name in names:
        found = consumer.partitions_for_topic(name)
        if not found:
            raise Failure(f"there is no topic {name}; `rapport init` makes all of them")
        parts += [TopicPartition(name, partition) for partition in sorted(found)]
    consumer.assign(parts)
    ends: dict[TopicPartition, int] = consumer.end_offsets(parts)
    if since is None:
        starts = ends
    elif since <= BEGINNING:
        starts = consumer.beginning_offsets(parts)
    else:
        later = consumer.offsets_for_times(dict.fromkeys(parts, since))
        starts = {tp: ends[tp] if later[tp] is None else later[tp].offset for tp in parts}
    for tp in parts:
        consumer.seek(tp, starts[tp])
    return ends
