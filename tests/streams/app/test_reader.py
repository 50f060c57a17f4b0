"""The client that fetches, against a real broker: it reads what it is told to, from where it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from faust.types import TP
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from streams.app.reader import Reader

pytestmark = pytest.mark.kafka

WRITTEN: Final = 6
SOON_S: Final = 10.0
NOTHING_S: Final = 1.0


@pytest.fixture
def places(kafka: str) -> tuple[TopicPartition, TopicPartition]:
    """Two partitions of a topic, `WRITTEN` records in each."""
    topic = f"read-{uuid4().hex}"
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics([NewTopic(topic, 2, 1)])
    admin.close()
    found = TopicPartition(topic, 0), TopicPartition(topic, 1)
    asyncio.run(_write(kafka, found, range(WRITTEN)))
    return found


async def _write(kafka: str, places: Iterable[TopicPartition], numbers: Iterable[int]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for place in places:
        for number in numbers:
            await producer.send_and_wait(place.topic, str(number).encode(), partition=place.partition)
    await producer.stop()


@asynccontextmanager
async def _reading(kafka: str) -> AsyncIterator[Reader]:
    reader = Reader(bootstrap_servers=kafka)
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


async def _read(reader: Reader, wanted: int, active: set[TP] | None = None) -> dict[TP, list[int]]:
    """Offsets by partition, as soon as there are so many."""
    found: dict[TP, list[int]] = {}
    async with asyncio.timeout(SOON_S):
        while sum(map(len, found.values())) < wanted:
            for tp, records in (await reader.fetch(active, 0.1)).items():
                found.setdefault(TP(*tp), []).extend(record.offset for record in records)
    return found


def _with(kafka: str, scenario: Callable[[Reader], Awaitable[None]]) -> None:
    async def run() -> None:
        async with _reading(kafka) as reader:
            await scenario(reader)

    asyncio.run(run())


def test_it_reads_from_the_commit_and_without_one_from_the_beginning(
    kafka: str, places: tuple[TopicPartition, TopicPartition]
) -> None:
    async def scenario(reader: Reader) -> None:
        assert reader.highwater(TP(*places[0])) is None
        await reader.seek({places[0]: 4, places[1]: None}, 1)
        assert await _read(reader, 8) == {TP(*places[0]): [4, 5], TP(*places[1]): [0, 1, 2, 3, 4, 5]}
        assert [reader.highwater(TP(*place)) for place in places] == [WRITTEN, WRITTEN]

    _with(kafka, scenario)


def test_what_was_fetched_before_a_seek_is_not_handed_over(
    kafka: str, places: tuple[TopicPartition, TopicPartition]
) -> None:
    async def scenario(reader: Reader) -> None:
        await reader.seek({places[0]: 1, places[1]: 1}, 1)
        await _read(reader, 5, {TP(*places[0])})  # the other's records lie fetched by now
        await reader.seek({places[0]: 5, places[1]: 3}, 1)
        assert await _read(reader, 4) == {TP(*places[0]): [5], TP(*places[1]): [3, 4, 5]}

    _with(kafka, scenario)


def test_records_bear_the_generation_whose_commits_they_follow(
    kafka: str, places: tuple[TopicPartition, TopicPartition]
) -> None:
    async def scenario(reader: Reader) -> None:
        await reader.seek({places[0]: WRITTEN}, 1)
        waiting = asyncio.create_task(reader.fetch(None, SOON_S))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await reader.seek({places[1]: 2}, 2)
        late = await waiting
        # Asked for in the generation before; what it brings is of the new one, and says so.
        assert (late.generation, set(late)) == (2, {places[1]})
        assert [record.offset for record in late[TP(*places[1])]] == [2, 3, 4, 5]

    _with(kafka, scenario)


def test_a_paused_partition_rests_until_it_is_resumed_or_another_generation_begins(
    kafka: str, places: tuple[TopicPartition, TopicPartition]
) -> None:
    async def scenario(reader: Reader) -> None:
        await reader.seek(dict.fromkeys(places, WRITTEN), 1)
        reader.pause(TP(*places[0]))
        await _write(kafka, places, (6,))
        assert await _read(reader, 1) == {TP(*places[1]): [6]}
        assert not await reader.fetch(None, NOTHING_S)
        reader.resume(TP(*places[0]))
        assert await _read(reader, 1) == {TP(*places[0]): [6]}
        reader.pause(TP(*places[0]))
        await reader.seek(dict.fromkeys(places, 6), 1)
        assert await _read(reader, 1) == {TP(*places[1]): [6]}, "a seek in the same generation leaves it paused"
        assert not await reader.fetch(None, NOTHING_S)
        await reader.seek(dict.fromkeys(places, 6), 2)
        assert await _read(reader, 2) == {TP(*place): [6] for place in places}

    _with(kafka, scenario)


def test_what_it_does_not_read_cannot_be_paused_and_has_no_end(
    kafka: str, places: tuple[TopicPartition, TopicPartition]
) -> None:
    async def scenario(reader: Reader) -> None:
        await reader.seek({places[0]: None}, 1)
        other = TP(*places[1])
        reader.pause(other)
        reader.resume(other)
        assert reader.highwater(other) is None
        assert await _read(reader, WRITTEN) == {TP(*places[0]): list(range(WRITTEN))}

    _with(kafka, scenario)
