from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, ProducerFenced

from streams.app import insisting
from streams.app.insisting import insist


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insisting, "PAUSE_SECONDS", 0.001)


def asked(*answers: KafkaError | str, seconds: float = 60.0) -> str:
    left = list(answers)

    async def question() -> str:
        answer = left.pop(0)
        if isinstance(answer, KafkaError):
            raise answer
        return answer

    return asyncio.run(insist(question, seconds))


def test_who_is_away_is_asked_again() -> None:
    assert asked(KafkaConnectionError(), KafkaError("closed"), "there") == "there"


def test_it_gives_up_in_the_end_and_at_once_where_it_is_of_no_use() -> None:
    with pytest.raises(KafkaConnectionError):
        asked(KafkaConnectionError(), "too late", seconds=-1.0)
    with pytest.raises(ProducerFenced):
        asked(ProducerFenced(), "never asked")
