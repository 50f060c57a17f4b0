"""All stories at once through Kafka, Faust and the store, under a driven clock; then replayed from each.

They share a log: the customers of each story are its own, time moves for all together.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence

import msgspec
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from rapport.settings import Settings
from replay.run import Summary, run
from schemas import topics
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
from tests.scenarios.telling import InProcess, RawRecord, tell

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

OUTPUTS = (
    topics.SHIFTS, topics.SIGNALS, topics.DECISIONS, topics.HISTORY_ALERTS, topics.CUSTOMERS, topics.MEASURES,
    *map(topics.alert_topic, topics.TEAMS),
)  # fmt: skip
STORED = (topics.RESOLVED, *OUTPUTS)
PASSING_S = 120.0


class Driven:
    """The raw topic of a running line. What is written has passed identity before anything else is."""

    def __init__(self, bootstrap: str, partitions: int) -> None:
        self.partitions = partitions
        self._producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=0, metrics_enabled=False)
        self._reader = KafkaConsumer(bootstrap_servers=bootstrap, metrics_enabled=False)
        self._resolved = [TopicPartition(topics.RESOLVED, p) for p in range(partitions)]
        self._passed = self._end()
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
        before = self._mirror.length
        self._mirror.write(records)
        self._passed += self._mirror.length - before
        limit = time.monotonic() + PASSING_S
        while self._end() < self._passed:
            names = [each.touchpoint.event_id for each in records]
            assert time.monotonic() < limit, (
                f"not all of {names} passed identity: see {topics.DLQ} and the worker's log"
            )

    def close(self) -> None:
        self._producer.close()
        self._reader.close()

    def _end(self) -> int:
        return sum(self._reader.end_offsets(self._resolved).values())


@pytest.fixture(scope="module")
def told() -> list[Touchpoint]:
    """Everything that happens, by arrival; stories stay in their own order."""
    arrivals: list[tuple[int, Touchpoint]] = []
    for path in stories():
        at = 0
        for touchpoint in read(path).touchpoints:
            at = max(at, touchpoint.occurred_at) if touchpoint.history is None else at
            arrivals.append((at, touchpoint))
    return [touchpoint for _, touchpoint in sorted(arrivals, key=lambda each: each[0])]


@pytest.fixture(scope="module")
def expected(told: list[Touchpoint]) -> dict[str, bytes]:
    """What the engine says to it in this process."""
    line = InProcess(Engine(load(Settings().knowledge)))
    tell(told, line)
    return contents(line.outputs)


@pytest.fixture(scope="module")
def line(told: list[Touchpoint], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line to which all of it was told, and which has done it."""
    with Line(tmp_path_factory.mktemp("line"), clock="driven") as line:
        line.broker.start()
        line.init()
        line.start("worker", "store")
        line.wait("the line is ready", lambda: line.drained() and line.answers())
        driven = Driven(line.broker.bootstrap, line.settings.partitions)
        try:
            tell(told, driven)
        finally:
            driven.close()
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
