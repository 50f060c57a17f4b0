"""What aiokafka does where it would stop a process without a word."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection, create_conn
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from rapport.patches import patch_aiokafka

pytestmark = pytest.mark.kafka


@pytest.fixture(autouse=True)
def _patched(monkeypatch: pytest.MonkeyPatch) -> None:
    # what is put back when the test ends
    monkeypatch.setattr(AIOKafkaClient, "bootstrap", AIOKafkaClient.bootstrap)
    monkeypatch.setattr(AIOKafkaClient, "_metadata_update", AIOKafkaClient._metadata_update)
    monkeypatch.setattr(Fetcher, "close", Fetcher.close)
    monkeypatch.setattr(AIOKafkaConnection, "send", AIOKafkaConnection.send)
    patch_aiokafka()


def _client(kafka: str, silent: int, **options: Any) -> Any:
    """One whose broker answers so many times that there is none."""
    client: Any = AIOKafkaClient(bootstrap_servers=kafka, **options)
    update = client.cluster.update_metadata
    answers = iter(range(silent))

    def updated(metadata: Any) -> None:
        if next(answers, None) is None:
            update(metadata)

    client.cluster.update_metadata = updated
    return client


def test_it_is_asked_again(kafka: str) -> None:
    async def scenario() -> int:
        client = _client(kafka, 3)
        try:
            await client.bootstrap()
            node: int = client.get_random_node()
            assert await client.ready(node)
            return len(client.cluster.brokers())
        finally:
            await client.close()

    assert asyncio.run(scenario()) == 1


def test_in_the_end_it_says_so(kafka: str) -> None:
    async def scenario() -> None:
        client = _client(kafka, 1_000_000, request_timeout_ms=500)
        with pytest.raises(KafkaConnectionError, match="has announced itself"):
            await client.bootstrap()

    asyncio.run(scenario())


async def _with_a_fetch_that_fails(kafka: str) -> AIOKafkaConsumer:
    """A consumer that waits to ask again, as while its broker is away."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, retry_backoff_ms=60_000)
    await consumer.start()
    consumer.assign([TopicPartition("nothing.v1", 0)])
    waiting = asyncio.create_task(asyncio.Event().wait())
    await asyncio.sleep(0)  # it has begun: otherwise it would be over at once
    consumer._fetcher._pending_tasks.add(waiting)
    return consumer


def test_closing_a_consumer_cancels_its_fetches_and_not_its_owner(kafka: str) -> None:
    async def scenario() -> str:
        consumer = await _with_a_fetch_that_fails(kafka)
        fetch = next(iter(consumer._fetcher._pending_tasks))
        await consumer.stop()
        assert fetch.cancelled()
        return "still here"

    assert asyncio.run(scenario()) == "still here"


def test_an_owner_that_is_cancelled_while_it_closes_is_cancelled(kafka: str) -> None:
    async def scenario() -> None:
        consumer = await _with_a_fetch_that_fails(kafka)
        closing = asyncio.create_task(consumer.stop())
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        await consumer.stop()

    asyncio.run(scenario())


def test_a_connection_that_has_just_broken_says_so_also_under_uvloop(kafka: str) -> None:
    async def scenario() -> None:
        host, port = kafka.split(":")
        connection: Any = await create_conn(host, int(port))
        connection._writer.transport.abort()
        await asyncio.sleep(0)
        with pytest.raises(KafkaConnectionError, match="broken"):
            await connection.send(MetadataRequest([]))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(scenario())


def test_a_broker_that_is_away_is_not_asked_without_a_pause(kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    async def refused(*where: Any, **options: Any) -> None:
        nonlocal asked
        asked += 1
        raise ConnectionRefusedError

    async def scenario() -> None:
        client = _client(kafka, 0)
        await client.bootstrap()
        monkeypatch.setattr("aiokafka.client.create_conn", refused)
        limit = asyncio.get_running_loop().time() + 1
        while asyncio.get_running_loop().time() < limit:
            await client.force_metadata_update()
        await client.close()

    asyncio.run(scenario())
    assert 1 < asked <= 1 / 0.1 + 1, "aiokafka's own pause between two tries"
