"""Recovery: the whole partition, its own only, and only as far as it stood."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.connection import Kafka
from schemas import topics
from streams.app import recovery
from streams.app.recovery import Stalled, recover
from tests.streams.app.running import Line, line

pytestmark = pytest.mark.kafka


@pytest.fixture
def fresh(kafka: str, tmp_path: Path) -> Iterator[Line]:
    with line(kafka, tmp_path) as made:
        yield made


def recovered(fresh: Line, partition: int) -> list[tuple[bytes, bytes | None]]:
    found: list[tuple[bytes, bytes | None]] = []
    count = asyncio.run(
        recover(Kafka(fresh.bootstrap), topics.STATES, partition, lambda key, value: found.append((key, value)))
    )
    assert count >= len(found)
    return found


def test_every_record_of_the_partition_comes_in_order(fresh: Line) -> None:
    given = [(1, b"c%d" % number, b"%d" % number) for number in range(5_000)]
    asyncio.run(fresh.put(topics.STATES, [*given, (2, b"c-other", b"not ours")]))
    assert recovered(fresh, 1) == [(key, value) for _, key, value in given]


def test_an_empty_changelog_is_no_wait(fresh: Line) -> None:
    assert recovered(fresh, 0) == []


def test_marks_of_holders_are_passed_over_and_who_was_erased_is_told(fresh: Line) -> None:
    given = [(0, b"fence", None), (0, b"c-1", b"state"), (0, b"fence", None), (0, b"c-1", None)]
    asyncio.run(fresh.put(topics.STATES, given))
    assert recovered(fresh, 0) == [(b"c-1", b"state"), (b"c-1", None)]


def test_a_broker_that_is_away_fails_recovery_in_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "STALL_SECONDS", 0.5)
    with pytest.raises(Stalled, match="is Kafka up"):
        asyncio.run(recover(Kafka("127.0.0.1:1"), topics.STATES, 0, lambda key, value: None))
