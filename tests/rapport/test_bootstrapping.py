"""A client that starts with its broker waits until the broker has announced itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError

from rapport.bootstrapping import use_patient_bootstrap

pytestmark = pytest.mark.kafka


def _client(monkeypatch: pytest.MonkeyPatch, kafka: str, silent: int, **options: Any) -> Any:
    """One whose broker answers so many times that there is none."""
    # what is put back when the test ends
    monkeypatch.setattr(AIOKafkaClient, "bootstrap", AIOKafkaClient.bootstrap)
    use_patient_bootstrap()
    client: Any = AIOKafkaClient(bootstrap_servers=kafka, **options)
    update = client.cluster.update_metadata
    answers = iter(range(silent))

    def updated(metadata: Any) -> None:
        if next(answers, None) is None:
            update(metadata)

    client.cluster.update_metadata = updated
    return client


def test_it_is_asked_again(monkeypatch: pytest.MonkeyPatch, kafka: str) -> None:
    async def scenario() -> int:
        client = _client(monkeypatch, kafka, 3)
        try:
            await client.bootstrap()
            node: int = client.get_random_node()
            assert await client.ready(node)
            return len(client.cluster.brokers())
        finally:
            await client.close()

    assert asyncio.run(scenario()) == 1


def test_in_the_end_it_says_so(monkeypatch: pytest.MonkeyPatch, kafka: str) -> None:
    async def scenario() -> None:
        client = _client(monkeypatch, kafka, 1_000_000, request_timeout_ms=500)
        with pytest.raises(KafkaConnectionError, match="has announced itself"):
            await client.bootstrap()

    asyncio.run(scenario())
