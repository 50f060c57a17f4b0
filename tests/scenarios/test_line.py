"""All stories at once through Kafka, Faust and the store, under a driven clock; then replayed from each.

They share a log: the customers of each story are its own, time moves for all together.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from itertools import zip_longest

import msgspec
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from rapport.settings import Settings
from replay.run import Summary, run
from schemas import topics
from schemas.catalogue import standard
from schemas.codec import decode_outputs, encode_touchpoint
from schemas.records import CustomerCard, Emitted, Touchpoint, Undecodable
from schemas.wire import output_from_json
from sinks.clickhouse.sink import GROUP as SINK
from streams.engine import Engine
from streams.knowledge.load import load
from tests.integration.line import Line
from tests.integration.reading import read as read_topics
from tests.scenarios.sameness import contents
from tests.scenarios.story import read, stories
from tests.scenarios.telling import TO_ALL, InProcess, RawRecord, tell_together

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

OUTPUTS = (
    topics.SHIFTS, topics.SIGNALS, topics.DECISIONS, topics.HISTORY_ALERTS, topics.CUSTOMERS, topics.MEASURES,
    *map(topics.alert_topic, topics.TEAMS),
)  # fmt: skip
STORED = (topics.RESOLVED, *OUTPUTS)
PARTITIONS = 2
"""What moves between partitions needs two; each more makes every tick dearer."""
PASSING_S = 120.0


class Driven:
    """The raw topic of a running line. What is written has passed identity before anything else is."""

    def __init__(self, bootstrap: str, partitions: int) -> None:
        self.partitions = partitions
        self._producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=0, metrics_enabled=False)
        # Reading waits at the broker; asking for the ends of logs again and again would keep broker and test busy.
        self._reader = KafkaConsumer(
            bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False, metrics_enabled=False
        )
        resolved = [TopicPartition(topics.RESOLVED, p) for p in range(partitions)]
        self._reader.assign(resolved)
        self._before = sum(self._reader.end_offsets(resolved).values())
        self._passed = 0
        self._mirror = InProcess(Engine(load(Settings().knowledge)), partitions)

    def write(self, records: Sequence[RawRecord]) -> None:
        sent = [
            self._producer.send(
                topics.RAW, encode_touchpoint(each.touchpoint), each.key, list(each.headers), each.partition
            )
            for each in records
        ]
        for each in sent:
            each.get(PASSING_S)
        self._mirror.write(records)
        limit = time.monotonic() + PASSING_S
        while self._passed < self._before + self._mirror.length:
            self._passed += sum(map(len, self._reader.poll(timeout_ms=500).values()))
            names = [each.touchpoint.event_id for each in records]
            assert time.monotonic() < limit, (
                f"not all of {names} passed identity: see {topics.DLQ} and the worker's log"
            )

    def close(self) -> None:
        self._producer.close()
        self._reader.close()


@pytest.fixture(scope="module")
def told() -> list[list[Touchpoint]]:
    """Everything that happens, by arrival; stories stay in their own order, and what concerns all is told alone."""
    moments: dict[int, list[list[Touchpoint]]] = {}
    for path in stories():
        at = 0
        of_story: dict[int, list[Touchpoint]] = {}
        for touchpoint in read(path).touchpoints:
            at = max(at, touchpoint.occurred_at) if touchpoint.history is None else at
            of_story.setdefault(at, []).append(touchpoint)
        for at, said in of_story.items():
            moments.setdefault(at, []).append(said)
    alone = standard().company_wide() | TO_ALL | {"clock.tick"}
    rounds: list[list[Touchpoint]] = []
    for _, side_by_side in sorted(moments.items()):
        for each in zip_longest(*side_by_side):
            there = [touchpoint for touchpoint in each if touchpoint is not None]
            rounds += [[touchpoint] for touchpoint in there if touchpoint.type in alone]
            rounds += [[touchpoint for touchpoint in there if touchpoint.type not in alone]]
    return rounds


@pytest.fixture(scope="module")
def expected(told: list[list[Touchpoint]]) -> dict[str, bytes]:
    """What the engine says to it in this process."""
    line = InProcess(Engine(load(Settings().knowledge)), PARTITIONS)
    tell_together(told, line)
    return contents(line.outputs)


@pytest.fixture(scope="module")
def line(told: list[list[Touchpoint]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line to which all of it was told, and which has done it."""
    with Line(tmp_path_factory.mktemp("line"), PARTITIONS, clock="driven") as line:
        line.broker.start()
        line.init()
        line.start("worker")
        line.wait("the line is ready", line.drained)
        driven = Driven(line.broker.bootstrap, line.settings.partitions)
        try:
            tell_together(told, driven)
        finally:
            driven.close()
        # What the store reads by and by is of no matter here; all at once it costs a tenth of it.
        line.start("store")
        line.wait("the worker has done everything", line.drained)
        line.wait("the store has everything", lambda: line.lag(SINK, STORED) == 0)
        yield line


def test_the_line_says_what_the_engine_says(line: Line, expected: dict[str, bytes]) -> None:
    values = [record.value for records in read_topics(line.broker.bootstrap, OUTPUTS).values() for record in records]
    assert contents(_good(decode_outputs(values))) == expected


@pytest.mark.parametrize("source", ["kafka", "archive"])
def test_replay_says_what_the_line_has_said(source: str, line: Line, expected: dict[str, bytes]) -> None:
    summary, outputs = _replayed([source], line, compare="live")
    assert contents(outputs) == expected
    assert summary.differences is not None
    assert not summary.different, summary.to_json()
    compared = [output for output in outputs if source == "archive" or not isinstance(output, CustomerCard)]
    assert summary.differences.same == len(contents(compared))


def test_replays_from_kafka_and_archive_end_in_the_same_states(line: Line) -> None:
    of_kafka, _ = _replayed(["kafka"], line)
    of_archive, _ = _replayed(["archive"], line)
    assert of_kafka.fingerprint == of_archive.fingerprint
    assert of_kafka.records == of_archive.records


def _good(decoded: Sequence[Emitted | Undecodable]) -> list[Emitted]:
    assert not [each for each in decoded if isinstance(each, Undecodable)]
    return [each for each in decoded if not isinstance(each, Undecodable)]


def _replayed(names: list[str], line: Line, compare: str | None = None) -> tuple[Summary, list[Emitted]]:
    out = io.BytesIO()
    summary = run(names, line.settings, load(line.settings.knowledge), out=out, compare=compare)
    return summary, [output_from_json(msgspec.json.decode(each)) for each in out.getvalue().splitlines()]
