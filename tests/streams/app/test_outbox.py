"""The way out of a lane on a real broker: order, splitting, limits, and who may not send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from rapport.connection import Kafka
from rapport.sending import BATCH_BYTES, DEAD_LETTER_BYTES, RECORD_BYTES
from schemas import topics
from streams.app.claims import Claim, Superseded
from streams.app.outbox import (
    FENCE,
    Entry,
    Outbox,
    Oversized,
    SharedWire,
    Unsent,
    Wire,
)
from tests.streams.app.running import Line, line

pytestmark = pytest.mark.kafka
CHANGELOG = (topics.STATES, 2)


@dataclass
class Member:
    """A member of the group that hears from the broker until a test says otherwise."""

    generation: int = 1

    def holds(self, generation: int) -> bool:
        return generation == self.generation

    def heard(self) -> bool:
        return True


@pytest.fixture(scope="module")
def fresh(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with line(kafka, tmp_path_factory.mktemp("outbox")) as made:
        yield made


def outbox(wire: Wire, member: Member | None = None, *, own: bool = False) -> Outbox:
    claim = Claim(member or Member(), topics.RESOLVED, 2, 1)
    return Outbox(wire, claim, {topics.DLQ: DEAD_LETTER_BYTES}, own=own)


def with_outbox(fresh: Line, scenario: Callable[[Outbox], Awaitable[None]], member: Member | None = None) -> None:
    async def whole() -> None:
        wire = SharedWire(Kafka(fresh.bootstrap), "test")
        await wire.producer.start()
        try:
            await scenario(outbox(wire, member))
        finally:
            await wire.producer.stop()

    asyncio.run(whole())


def entries(count: int, size: int = 100, first: int = 0) -> list[Entry]:
    return [(b"%d" % n, b"x" * size, [("n", b"%d" % n)], 1_000 + n) for n in range(first, first + count)]


async def on(fresh: Line, topic: str, partition: int = 2) -> Sequence[Any]:
    return (await fresh.read(topic))[partition]


def test_what_waits_behind_a_broker_that_is_away_is_sent_when_it_is_back(fresh: Line) -> None:
    """Longer than aiokafka lets a second batch of a partition wait for the first."""
    tp = TopicPartition(topics.MEASURES, 2)

    async def scenario(box: Outbox) -> None:
        producer = box._wire.producer
        await box.send({(topics.MEASURES, 1): entries(1)})
        producer._request_timeout_ms = 50
        producer._sender._muted_partitions.add(tp)
        sending = [asyncio.create_task(box.send({tp: entries(1, first=n)})) for n in range(3)]
        done, _ = await asyncio.wait(sending, timeout=1)
        producer._sender._muted_partitions.remove(tp)
        await producer.send_and_wait(topics.MEASURES, b"wakes the sender", partition=1)
        assert not done
        await asyncio.gather(*sending)
        assert [each.key for each in await on(fresh, topics.MEASURES)] == [b"0", b"1", b"2"]

    with_outbox(fresh, scenario)


def test_a_topic_that_the_broker_does_not_know_yet_is_waited_for(fresh: Line) -> None:
    """As after its start, when it has not read its own log to the end."""
    late = "known.late.v1"

    async def scenario(box: Outbox) -> None:
        producer = box._wire.producer
        producer.client._request_timeout_ms = 50
        sending = asyncio.create_task(box.send({(late, 0): entries(3)}))
        done, _ = await asyncio.wait({sending}, timeout=1)
        assert not done
        admin = AIOKafkaAdminClient(bootstrap_servers=fresh.bootstrap)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(late, 1, 1)])
            producer.client._request_timeout_ms = 40_000
            await sending
        finally:
            await admin.delete_topics([late])
            await admin.close()

    with_outbox(fresh, scenario)


def test_many_batches_keep_the_order_and_all_that_belongs_to_a_record(fresh: Line) -> None:
    async def scenario(box: Outbox) -> None:
        given = entries(3 * BATCH_BYTES // 1_000, size=1_000)
        await box.send({(topics.SHIFTS, 2): given})
        found = await on(fresh, topics.SHIFTS)
        assert [(each.key, each.value, list(each.headers), each.timestamp) for each in found] == given

    with_outbox(fresh, scenario)


def test_several_targets_go_at_once_and_all_are_there_on_return(fresh: Line) -> None:
    async def scenario(box: Outbox) -> None:
        await box.send({(topics.SIGNALS, 2): entries(10), (topics.DECISIONS, 2): entries(5), (topics.MEASURES, 2): []})
        assert len(await on(fresh, topics.SIGNALS)) == 10
        assert len(await on(fresh, topics.DECISIONS)) == 5

    with_outbox(fresh, scenario)


def test_a_record_that_is_larger_than_its_topic_takes_is_named_and_nothing_is_sent(fresh: Line) -> None:
    async def scenario(box: Outbox) -> None:
        with pytest.raises(Oversized, match=r"customers\.v1\[2\], which takes 1,000,000"):
            await box.send({(topics.CUSTOMERS, 2): [*entries(1), *entries(1, size=RECORD_BYTES)]})
        assert await on(fresh, topics.CUSTOMERS) == []

    with_outbox(fresh, scenario)


def test_a_large_dead_letter_passes(fresh: Line) -> None:
    async def scenario(box: Outbox) -> None:
        await box.send({(topics.DLQ, 2): entries(1, size=16_000_000)})
        (found,) = await on(fresh, topics.DLQ)
        assert len(found.value) == 16_000_000

    with_outbox(fresh, scenario)


def test_many_who_send_to_one_partition_over_one_wire_all_get_their_turn(fresh: Line) -> None:
    async def scenario(box: Outbox) -> None:
        target = (topics.alert_topic("store"), 2)
        await asyncio.gather(*(box.send({target: entries(5, first=5 * turn)}) for turn in range(60)))
        found = [int(each.key) for each in await on(fresh, target[0])]
        assert sorted(found) == list(range(300))
        assert [found[at : at + 5] for at in range(0, 300, 5)] == [
            list(range(first, first + 5)) for first in found[::5]
        ]

    with_outbox(fresh, scenario)


def test_what_several_send_at_a_time_goes_in_one_batch_a_partition(fresh: Line) -> None:
    async def scenario(box: Outbox) -> None:
        targets = [(topics.alert_topic("agent-desk"), 0), (topics.alert_topic("agent-desk"), 1)]
        sends = [box.send({target: entries(2, first=2 * turn) for target in targets}) for turn in range(9)]
        answers = await asyncio.gather(*sends)
        for answer in answers:
            assert [each.offset for each in answer] == [0, 0], "one batch holds them all, and all learn of it"
        for _, partition in targets:
            found = [int(each.key) for each in await on(fresh, targets[0][0], partition)]
            assert found == list(range(18)), "in the order in which they were sent"

    with_outbox(fresh, scenario)


def test_what_was_handed_over_arrives_though_its_sender_is_cancelled_and_the_others_learn_nothing_of_it(
    fresh: Line,
) -> None:
    async def scenario(box: Outbox) -> None:
        target = (topics.alert_topic("conflict"), 2)
        leaving = asyncio.create_task(box.send({target: entries(3)}))
        staying = asyncio.create_task(box.send({target: entries(3, first=3)}))
        await asyncio.sleep(0)
        leaving.cancel()
        assert [each.offset for each in await staying] == [0]
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert [int(each.key) for each in await on(fresh, target[0])] == list(range(6))

    with_outbox(fresh, scenario)


def test_large_sends_go_by_turns_and_every_batch_is_acknowledged(fresh: Line) -> None:
    async def scenario(box: Outbox) -> None:
        targets = [(topics.alert_topic("concierge"), 0), (topics.alert_topic("concierge"), 1)]
        answer = await box.send({target: entries(600, size=4_000) for target in targets})
        assert len(answer) > 2 * len(targets), "2.4 MB are several batches of each"
        for _, partition in targets:
            assert [int(each.key) for each in await on(fresh, targets[0][0], partition)] == list(range(600))

    with_outbox(fresh, scenario)


def test_a_stale_generation_sends_nothing(fresh: Line) -> None:
    member = Member()

    async def scenario(box: Outbox) -> None:
        member.generation = 2
        with pytest.raises(Superseded):
            await box.send({(topics.HISTORY_ALERTS, 2): entries(3)})
        assert await on(fresh, topics.HISTORY_ALERTS) == []

    with_outbox(fresh, scenario, member)


def test_a_predecessor_that_still_thinks_it_is_in_office_is_refused_by_the_broker(fresh: Line) -> None:
    async def scenario() -> None:
        before, after = (outbox(Wire(Kafka(fresh.bootstrap), "test"), own=True) for _ in range(2))
        await before.open_fenced("states-2", CHANGELOG)
        await before.send({CHANGELOG: entries(3)})
        await after.open_fenced("states-2", CHANGELOG)
        with pytest.raises(Superseded, match="taken the partition over"):
            await before.send({CHANGELOG: entries(3, first=3)})
        await after.send({CHANGELOG: entries(3, first=6)})
        await before.close()
        await after.close()
        found = [each.key for each in await on(fresh, topics.STATES)]
        assert found == [FENCE, b"0", b"1", b"2", FENCE, b"6", b"7", b"8"]

    asyncio.run(scenario())


def test_a_broker_that_is_away_for_too_long_fails_the_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.app.outbox.ACK_SECONDS", 2.0)

    async def scenario() -> None:
        box = outbox(Wire(Kafka("127.0.0.1:1"), "test"), own=True)
        with pytest.raises(Unsent, match="could not connect"):
            await box.open_fenced("states-2", CHANGELOG)
        await box.close()

    asyncio.run(scenario())
