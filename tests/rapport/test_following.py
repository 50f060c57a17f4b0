"""Following outputs: each id once, from the end or the beginning; dead letters by their headers."""

from __future__ import annotations

import uuid
from typing import NamedTuple

import pytest
from kafka import KafkaAdminClient

from producers.delivery import Headers
from producers.kafka_log import KafkaLog
from rapport.failure import Failure
from rapport.following import ALERTS, USUAL, chosen, follow, outputs
from schemas import topics
from schemas.codec import encode_output
from schemas.records import Emitted, Measure, Rejected


class Consumed(NamedTuple):
    """A record as a consumer delivers it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    value: bytes | None
    headers: Headers = ()


def measure(output_id: str) -> Measure:
    return Measure(
        id=output_id, at=1, partition=0, offset=0, knowledge="k", scope={"store": "s1"}, bucket=0, total=1
    )  # fmt: skip


@pytest.mark.parametrize(
    ("names", "team", "expected"),
    [
        pytest.param((), None, USUAL, id="nothing asked"),
        pytest.param((), "store", ("alerts.store.v1",), id="a team"),
        pytest.param((topics.DLQ,), "store", (topics.DLQ, "alerts.store.v1"), id="a topic and a team"),
        pytest.param((topics.MEASURES,), None, (topics.MEASURES,), id="a topic"),
    ],
)
def test_what_is_followed(names: tuple[str, ...], team: str | None, expected: tuple[str, ...]) -> None:
    assert chosen(names, team) == expected


def test_every_team_has_its_alerts_in_the_usual_topics() -> None:
    assert set(ALERTS) <= set(USUAL)


def test_a_dead_letter_is_read_by_its_headers() -> None:
    headers = [("id", b"x"), ("stage", b"identity"), ("reason", b"empty_key"), ("detail", b"d"), ("at", b"5")]
    named = [*headers, ("partition", b"2"), ("offset", b"9")]
    (letter,) = outputs([Consumed(topics.DLQ, 0, 0, 7, b"original", named)])
    assert letter == Rejected(
        id="x", at=5, partition=2, offset=9, knowledge="", stage="identity", reason="empty_key", detail="d",
        original=b"original",
    )  # fmt: skip


def test_a_dead_letter_without_headers_is_read_all_the_same() -> None:
    (letter,) = outputs([Consumed(topics.DLQ, 3, 4, 7, None)])
    assert (letter.id, letter.at, letter.partition, letter.offset) == ("3:4", 7, 3, 4)


def test_what_is_no_output_is_left_out() -> None:
    values = [b"junk", encode_output(measure("a")), None]
    assert outputs([Consumed("t", 0, n, 0, value) for n, value in enumerate(values)]) == [measure("a")]


@pytest.mark.kafka
@pytest.mark.parametrize(("begin", "expected"), [(True, ["a", "b", "c"]), (False, ["c"])], ids=["begin", "end"])
def test_each_output_once_from_where_it_was_asked(kafka: str, begin: bool, expected: list[str]) -> None:
    topic = f"followed-{uuid.uuid4().hex}"
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    log = KafkaLog(kafka)

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

    for output in follow(kafka, (topic,), over, begin=begin):
        found.append(output)  # one by one: `over` looks at it meanwhile
    log.close()
    assert [output.id for output in found] == expected


@pytest.mark.kafka
def test_a_topic_that_is_not_there_is_named(kafka: str) -> None:
    with pytest.raises(Failure, match="there is no topic no-such-topic; `rapport init`"):
        next(follow(kafka, ("no-such-topic",), lambda: True))
