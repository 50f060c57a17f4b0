"""Following outputs: each id once, from the end or the beginning; dead letters by their headers."""

from __future__ import annotations

import time
import uuid
from typing import NamedTuple

import pytest
from kafka import KafkaAdminClient, KafkaProducer

from producers.delivery import Headers
from producers.kafka_log import KafkaLog
from rapport.connection import Kafka
from rapport.failure import Failure
from rapport.following import BEGINNING, Span, follow, outputs
from rapport.readable import Page, line
from rapport.selecting import selection
from schemas import topics
from schemas.codec import encode_output
from schemas.letters import rejected_of
from schemas.records import Because, Emitted, Measure, Rejected
from schemas.wire import output_line


class Consumed(NamedTuple):
    """A record as a consumer delivers it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    value: bytes | None
    headers: Headers = ()
    key: bytes | None = None


def measure(output_id: str) -> Measure:
    return Measure(
        id=output_id, at=1, partition=0, offset=0, knowledge="k", scope={"store": "s1"}, bucket=0, total=1
    )  # fmt: skip


def test_a_dead_letter_is_read_by_its_headers() -> None:
    headers = [("id", b"x"), ("stage", b"identity"), ("reason", b"empty_key"), ("detail", b"d"), ("at", b"5")]
    named = [*headers, ("partition", b"2"), ("offset", b"9")]
    (letter,) = outputs([Consumed(topics.DLQ, 0, 0, 7, b"original", named)])
    assert letter == Rejected(
        id="x", at=5, partition=2, offset=9, knowledge="", stage="identity", reason="empty_key", detail="d",
        original=b"original",
    )  # fmt: skip


def test_a_dead_letter_says_of_whom_why_and_by_which_knowledge() -> None:
    said = {"id": b"x", "reason": b"detector_failed", "customer": b"anna", "knowledge": b"v7", "because": b"e-1"}
    (letter,) = outputs([Consumed(topics.DLQ, 0, 0, 7, b"", list(said.items()), b"anna")])
    assert isinstance(letter, Rejected)
    assert (letter.customer_id, letter.knowledge) == ("anna", "v7")
    assert letter.because == (Because("e-1", "detector_failed"),)
    assert b'"because":[{"event_id":"e-1","what":"detector_failed"}]' in output_line(letter)


@pytest.mark.parametrize(
    ("key", "value", "customer", "event_id"),
    [
        pytest.param(b"*", b'{"event_id":"e","identifiers":{"customer_id":"anna"}}', "anna", "e", id="in the line"),
        pytest.param(b"*", b'{"event_id":"e","identifiers":{"customer_id":"null"}}', None, "e", id="a placeholder"),
        pytest.param(b"anna", b"junk", "anna", None, id="by the key alone"),
        pytest.param(b"none:e", b"", None, None, id="nobody's"),
        pytest.param(b"*", b"{", None, None, id="nothing can be read"),
        pytest.param(b"\xff", b"", None, None, id="the key is no text"),
    ],
)
def test_an_older_dead_letter_says_it_as_far_as_it_can_be_read(
    key: bytes, value: bytes, customer: str | None, event_id: str | None
) -> None:
    (letter,) = outputs([Consumed(topics.DLQ, 0, 0, 7, value, [("reason", b"bad_date")], key)])
    assert letter.customer_id == customer
    assert letter.because == (() if event_id is None else (Because(event_id, "bad_date"),))
    assert selection(customer="anna", kinds=["rejected"]).holds(letter) == (customer == "anna")


def test_a_dead_letter_of_a_file_says_where_it_stood() -> None:
    headers = {"id": b"0123456789ab", "topic": b"", "partition": b"-1", "file": b"a.jsonl", "line": b"12"}
    (letter,) = outputs([Consumed(topics.DLQ, 3, 4, 7, b"{", list(headers.items()))])
    assert isinstance(letter, Rejected)
    assert (letter.file, letter.line, letter.partition) == ("a.jsonl", 12, -1)
    assert b'"file":"a.jsonl","line":12' in output_line(letter)
    assert line(letter, Page(None)).plain.endswith(" · a.jsonl:12 · 0123456789ab")
    assert line(letter, Page(120)).plain.endswith(" · a.jsonl:12 · 01234567")


def test_a_dead_letter_without_headers_is_read_all_the_same() -> None:
    (letter,) = outputs([Consumed(topics.DLQ, 3, 4, 7, None)])
    assert (letter.id, letter.at, letter.partition, letter.offset) == ("3:4", 7, 3, 4)


def test_a_dead_letter_from_before_the_first_tick_is_shown_at_the_brokers_time_and_compared_at_the_engines() -> None:
    record = Consumed(topics.DLQ, 3, 4, 7, b"", [("id", b"x"), ("at", b"0")])
    (letter,) = outputs([record])
    assert (letter.at, rejected_of(record).at) == (7, 0)


def test_a_mark_beside_the_dead_letters_is_no_output() -> None:
    assert outputs([Consumed(topics.DLQ, 0, 0, 7, b"", [("mark", b"replayed"), ("letter", b"x")])]) == []


def test_what_is_no_output_is_left_out() -> None:
    values = [b"junk", encode_output(measure("a")), None]
    assert outputs([Consumed("t", 0, n, 0, value) for n, value in enumerate(values)]) == [measure("a")]


def made(kafka: str, partitions: int) -> str:
    topic = f"followed-{uuid.uuid4().hex}"
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics({topic: {"num_partitions": partitions, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    return topic


@pytest.fixture(scope="module")
def spread(kafka: str) -> str:
    """A topic of three partitions whose ten outputs, a second apart, lie now here, now there."""
    topic = made(kafka, 3)
    producer = KafkaProducer(bootstrap_servers=kafka)
    for number in range(10):
        value = encode_output(measure(str(number)))
        producer.send(topic, value, b"k", partition=number * 7 % 3, timestamp_ms=1_700_000_000_000 + 1000 * number)
    producer.close()
    return topic


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(BEGINNING, "0123456789", id="from the beginning, in order of time over the partitions"),
        pytest.param(1_700_000_004_000, "456789", id="a moment is itself inside"),
        pytest.param(1_700_000_003_001, "456789", id="just behind the one before"),
        pytest.param(1_700_000_009_001, "", id="later than everything"),
        pytest.param(None, "", id="what comes from now on"),
    ],
)
def test_a_span_that_ends_begins_where_it_was_asked(kafka: str, spread: str, since: int | None, expected: str) -> None:
    found = follow(Kafka(kafka), (spread,), lambda: False, Span(since, ends=True))
    assert "".join(output.id for output in found) == expected


@pytest.mark.kafka
def test_a_partition_that_is_far_ahead_waits_for_the_others(
    kafka: str, spread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rapport.following._AHEAD", 1)
    found = follow(Kafka(kafka), (spread,), lambda: False, Span(BEGINNING, ends=True))
    assert "".join(output.id for output in found) == "0123456789"


@pytest.mark.kafka
def test_partitions_that_wait_in_turn_are_read_to_their_ends(kafka: str) -> None:
    """Thousands in each, now these earlier and now those: each waits for the others, half of a batch read."""
    topic, count = made(kafka, 3), 9_000
    producer = KafkaProducer(bootstrap_servers=kafka, linger_ms=50)
    for number in range(count):
        value = encode_output(measure(str(number)))
        at = 1_700_000_000_000 + number
        producer.send(topic, value, b"k", partition=number // 700 % 3, timestamp_ms=at)
    producer.close()
    ends = time.monotonic() + 60
    found = follow(Kafka(kafka), (topic,), lambda: time.monotonic() > ends, Span(BEGINNING, ends=True))
    assert [output.id for output in found] == [str(number) for number in range(count)]


@pytest.mark.kafka
@pytest.mark.parametrize(("begin", "expected"), [(True, ["a", "b", "c"]), (False, ["c"])], ids=["begin", "end"])
def test_each_output_once_from_where_it_was_asked(kafka: str, begin: bool, expected: list[str]) -> None:
    topic = made(kafka, 1)
    log = KafkaLog(Kafka(kafka))

    def write(*ids: str) -> None:
        for output_id in ids:
            log.send(topic, 0, b"k", encode_output(measure(output_id)))
        log.flush()

    write("a", "b")
    found: list[Emitted] = []
    polls = 0

    def over() -> bool:
        nonlocal polls
        polls += 1
        if polls == 1:  # it stands at its place now
            write(*(("b", "c") if begin else ("c",)))
        return len(found) == len(expected) or polls > 300

    for output in follow(Kafka(kafka), (topic,), over, Span(BEGINNING if begin else None)):
        found.append(output)  # one by one: `over` looks at it meanwhile
    log.close()
    assert [output.id for output in found] == expected


@pytest.mark.kafka
def test_a_topic_that_is_not_there_is_named(kafka: str) -> None:
    with pytest.raises(Failure, match="there is no topic no-such-topic; `rapport init`"):
        next(follow(Kafka(kafka), ("no-such-topic",), lambda: True))
