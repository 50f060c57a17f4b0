"""Members of a real group: what no living leader stands for is asked for, and who stands by leaves the others alone."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Collection, Iterator

import pytest
from kafka import KafkaAdminClient, TopicPartition

from rapport.connection import Kafka
from sinks.membership import Membership
from tests.sinks.clickhouse.test_sink import until

pytestmark = pytest.mark.kafka

SESSION_S = 20
"""Longer than it takes to come back: the broker takes a successor for who was there before."""
PATIENCE_S = 1.0
POLL_MS = 100
ENOUGH = round(3 * PATIENCE_S * 1000 / POLL_MS)
"""Polls, each of which waits for its whole time where there is nothing to read: three patiences."""


class Member(Membership):
    """Polls on a thread of its own until it dies, and notes each word of the group."""

    def __init__(self, kafka: str, group: str, topics: Collection[str], name: str) -> None:
        self.words: list[set[TopicPartition]] = []
        self.polls = 0
        super().__init__(
            Kafka(kafka), group, list(topics), name=name, session_s=SESSION_S, patience_s=PATIENCE_S,
            metadata_max_age_ms=200,
        )  # fmt: skip
        self._dead = threading.Event()
        self._thread = threading.Thread(target=self._live)
        self._thread.start()

    def handed(self, places: Collection[TopicPartition]) -> None:
        self.words.append(set(places))

    @property
    def at_rest(self) -> bool:
        """The last word is believed."""
        return self._since is None

    def die(self) -> None:
        """A member with a name says no farewell."""
        self._dead.set()
        self._thread.join()

    def _live(self) -> None:
        while not self._dead.is_set():
            self.tend()
            self.consumer.poll(timeout_ms=POLL_MS)
            self.polls += 1
        self.consumer.close(autocommit=False)


Join = Callable[[Collection[str], str], Member]


@pytest.fixture
def join(kafka: str) -> Iterator[Join]:
    """A member under this name, of one group for each test."""
    members: list[Member] = []
    group = uuid.uuid4().hex

    def made(topics: Collection[str], name: str) -> Member:
        members.append(Member(kafka, group, topics, name))
        return members[-1]

    yield made
    for each in members:
        each.die()


@pytest.fixture
def make(kafka: str) -> Iterator[Callable[[Collection[str]], None]]:
    """Makes topics of one partition."""
    admin = KafkaAdminClient(bootstrap_servers=kafka)

    def made(topics: Collection[str]) -> None:
        if topics:
            admin.create_topics({topic: {"num_partitions": 1} for topic in topics}, wait_for_metadata=True)

    yield made
    admin.close()


def watched(members: Collection[Member]) -> None:
    """For so many polls of each."""
    before = {each: each.polls for each in members}
    until(lambda: all(each.polls - polls >= ENOUGH for each, polls in before.items()))


@pytest.fixture
def topics() -> list[str]:
    """Two that are not there yet."""
    return [f"{name}-{uuid.uuid4().hex[:8]}" for name in ("first", "second")]


@pytest.mark.parametrize(
    ("known", "there"),
    [
        pytest.param(0, 2, id="it knew no topic"),
        pytest.param(1, 2, id="it knew one of two"),
        pytest.param(0, 0, id="its successor knows none, either, when it comes"),
    ],
)
def test_what_a_predecessor_did_not_know_is_asked_for(
    join: Join, make: Callable[[Collection[str]], None], topics: list[str], known: int, there: int
) -> None:
    make(topics[:known])
    killed = join(topics, "a")
    until(lambda: bool(killed.words))
    killed.die()
    make(topics[known:there])
    successor = join(topics, "a")
    until(lambda: bool(successor.words))
    assert successor.words[0] == killed.words[-1], "the broker repeats what it said to who was killed"
    until(lambda: successor.at_rest)
    make(topics[there:])
    until(lambda: successor.words[-1] == {TopicPartition(topic, 0) for topic in topics})


@pytest.mark.parametrize("names", [pytest.param("ab", id="who has it leads"), pytest.param("ba", id="the other leads")])
def test_who_stands_by_does_not_disturb_who_has_it(
    join: Join, make: Callable[[Collection[str]], None], topics: list[str], names: str
) -> None:
    """Who came first leads, and who has the smaller name has it. Then one after the other comes back."""
    ledger = topics[:1]
    make(ledger)
    members: dict[str, Member] = {}
    for name in names:
        members[name] = join(ledger, name)
        until(lambda: all(each.at_rest for each in members.values()))
    until(lambda: bool(members["a"].words[-1]) and not members["b"].words[-1])
    for name in names:
        until(lambda: all(each.at_rest for each in members.values()))
        other = members["b" if name == "a" else "a"]
        said = len(other.words)
        members[name].die()
        members[name] = join(ledger, name)
        until(lambda: all(each.at_rest for each in members.values()))
        watched(members.values())
        assert (len(other.words), len(members[name].words)) == (said, 1), "no rebalance"
