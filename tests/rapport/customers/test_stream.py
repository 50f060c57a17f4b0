"""The state of one customer out of a real changelog, read backwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kafka import KafkaProducer

from deploy.local.broker import free_port
from rapport.connection import Kafka
from rapport.customers import stream
from rapport.customers.stream import StateDeep, StreamAway, read
from schemas import topics
from schemas.keys import partition_for
from streams.engine import UnreadableState
from streams.engine.partition import CUSTOMER
from tests.sinks.clickhouse.test_sink import PARTITIONS, make_anew
from tests.streams.lab import Lab, touchpoint

pytestmark = pytest.mark.kafka

PATIENT_S = 30.0


def states(who: str, *numbers: int) -> Iterator[tuple[bytes, bytes]]:
    """What the changelog gets of a customer: a record after each of so many touchpoints, the wanted ones."""
    lab = Lab()
    for number in range(1, max(numbers) + 1):
        done = lab.process(lab.records([touchpoint("store.visited", number, channel="store")], who))
        if number in numbers:
            key = CUSTOMER + who.encode()
            yield key, dict(done.changes)[key]


@pytest.fixture(scope="module")
def changelog(kafka: str) -> str:
    """Anna's state was written long ago, Berta's twice; Carl was erased, Dora's is of a program to come."""
    make_anew(kafka, (topics.STATES,))
    producer = KafkaProducer(bootstrap_servers=kafka)

    def write(who: str, key: bytes, value: bytes | None) -> None:
        producer.send(topics.STATES, value, key, partition=partition_for(who.encode(), PARTITIONS))

    def others(count: int) -> None:
        for number in range(count):
            write("anna", CUSTOMER + b"other-%d" % number, b"\x01nobody reads this")

    (key, value), *_ = states("anna", 2)
    write("anna", key, value)
    others(40)
    for key, value in states("berta", 1, 3):
        write("berta", key, value)
    for key, value in states("carl", 1):
        write("carl", key, value)
    write("carl", CUSTOMER + b"carl", None)
    write("dora", CUSTOMER + b"dora", b"\xfefrom the future")
    producer.close()
    return kafka


@pytest.mark.parametrize(
    ("who", "first", "expected"),
    [
        pytest.param("anna", 4_000, 2, id="found in one look"),
        pytest.param("anna", 3, 2, id="found after several looks, each a longer one"),
        pytest.param("berta", 4_000, 3, id="the last of several"),
        pytest.param("carl", 4_000, None, id="erased"),
        pytest.param("nobody", 3, None, id="never seen"),
    ],
)
def test_the_last_state(
    changelog: str, monkeypatch: pytest.MonkeyPatch, who: str, first: int, expected: int | None
) -> None:
    monkeypatch.setattr(stream, "FIRST", first)
    found = read(Kafka(changelog), who, PATIENT_S)
    assert (None if found is None else found.touchpoints) == expected


def test_what_lies_too_deep_is_not_waited_for(changelog: str) -> None:
    with pytest.raises(StateDeep):
        read(Kafka(changelog), "anna", 0.0)


def test_a_state_of_another_program_says_so(changelog: str) -> None:
    with pytest.raises(UnreadableState, match="codec version"):
        read(Kafka(changelog), "dora", PATIENT_S)


def test_a_broker_that_is_away() -> None:
    with pytest.raises(StreamAway, match="does not answer"):
        read(Kafka(f"127.0.0.1:{free_port()}"), "anna", PATIENT_S)
