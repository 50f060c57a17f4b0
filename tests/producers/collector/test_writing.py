"""Writing to Kafka: acknowledged when it returns; full, away or failed it says so, and comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from producers import kafka_reading
from producers.collector import writing
from producers.collector.writing import KafkaWriter, Unavailable
from producers.preparing import Ready
from rapport.connection import Kafka
from rapport.init import init
from rapport.settings import Settings
from schemas import topics

PATIENCE_S = 60.0


@asynccontextmanager
async def running(kafka: Kafka) -> AsyncIterator[KafkaWriter]:
    writer = KafkaWriter(kafka, (topics.RAW, topics.DLQ), trace_share=0.0)
    task = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until_it_runs(writer: KafkaWriter) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while writer.state != "running":
            await asyncio.sleep(0.02)


def record(number: int, size: int = 10) -> Ready:
    return Ready(topics.DLQ, 0, b"*", b"%d" % number + b"x" * size, [("n", b"%d" % number)])


@pytest.fixture
def cluster(kafka: str, tmp_path: Path) -> Kafka:
    settings = Settings(kafka=kafka, data=tmp_path, identity_key="a secret of this test")
    init(settings, print)
    return settings.cluster


def test_without_a_broker_it_says_so_at_once() -> None:
    async def run() -> None:
        async with running(Kafka("127.0.0.1:1")) as writer:
            with pytest.raises(Unavailable, match="connecting"):
                writer.put([record(1)])

    asyncio.run(run())


@pytest.mark.kafka
def test_what_was_put_is_there_when_it_returns_in_order(cluster: Kafka) -> None:
    before = kafka_reading.ends(cluster, topics.DLQ, 1)

    async def run() -> None:
        async with running(cluster) as writer:
            await until_it_runs(writer)
            await asyncio.gather(*(writer.put([record(2 * n), record(2 * n + 1, 200_000)]) for n in range(20)))
            await writer.put([])
            assert writer.waiting_bytes == 0

    asyncio.run(run())
    stored = list(kafka_reading.read(cluster, topics.DLQ, before))
    assert [int(dict(each.headers)["n"]) for each in stored] == list(range(40))


@pytest.mark.kafka
def test_what_waits_is_bounded(cluster: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MAX_WAITING_BYTES", 1_000)

    async def run() -> None:
        async with running(cluster) as writer:
            await until_it_runs(writer)
            first = asyncio.ensure_future(writer.put([record(1, 2_000)]))
            with pytest.raises(Unavailable, match="bytes wait for Kafka"):
                writer.put([record(2)])
            await first
            await writer.put([record(3)])

    asyncio.run(run())


@pytest.mark.kafka
def test_a_producer_that_died_is_replaced_and_nobody_waits_for_ever(
    cluster: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(writing, "ACKNOWLEDGE_S", 2.0)

    async def run() -> None:
        async with running(cluster) as writer:
            await until_it_runs(writer)
            assert writer._producer is not None
            writer._producer._sender._sender_task.cancel()
            with pytest.raises(Unavailable):
                await writer.put([record(1)])
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    await until_it_runs(writer)
                    with suppress(Unavailable):
                        await writer.put([record(2)])
                        break
            assert writer.waiting_bytes == 0

    asyncio.run(run())
