"""States are written together, in order, and only of chunks whose outputs are out or go before them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from streams.app import keeping
from streams.app.keeping import Changes, Keeper, Later
from streams.app.outbox import Target

TARGET: Target = ("cards", 0)


@dataclass
class Log:
    """Folds numbers; `sent` and `written` are what was appended at a time. The gate holds the appending."""

    folded: list[int] = field(default_factory=list)
    sent: list[list[int]] = field(default_factory=list)
    written: list[list[int]] = field(default_factory=list)
    working: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None

    def take(self) -> Changes:
        assert not self.working, "taken while a chunk is in work"
        taken, self.folded = self.folded, []
        return [(b"", bytes([each])) for each in taken]

    async def append(self, later: Later, changes: Changes) -> None:
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        self.sent.append([value[0] for _, value, _, _ in later.get(TARGET, ()) if value])
        self.written.append([value[0] for _, value in changes])


async def chunk(log: Log, keeper: Keeper, number: int, records: int = 1) -> asyncio.Future[None]:
    await keeper.begin()
    log.working = True
    log.folded.append(number)
    await asyncio.sleep(0)  # its outputs are on their way
    log.working = False
    return keeper.done(records, {TARGET: [(b"", bytes([number]), [], None)]})


def run(scenario: Callable[[Log, Keeper], Coroutine[Any, Any, None]]) -> Log:
    async def whole() -> Log:
        log = Log()
        await asyncio.wait_for(scenario(log, Keeper(log.take, log.append)), 30)
        return log

    return asyncio.run(whole())


def test_chunks_that_follow_each_other_are_written_at_once() -> None:
    async def scenario(log: Log, keeper: Keeper) -> None:
        log.gate.set()
        kept = [await chunk(log, keeper, number) for number in range(5)]
        await asyncio.gather(*kept)

    assert run(scenario).written == [[0, 1, 2, 3, 4]]


def test_what_comes_while_they_are_written_is_written_next() -> None:
    async def scenario(log: Log, keeper: Keeper) -> None:
        first = await chunk(log, keeper, 0, keeping.RECORDS)
        second = await chunk(log, keeper, 1)
        third = await chunk(log, keeper, 2)
        assert second is third
        assert not first.done()
        log.gate.set()
        await asyncio.gather(first, third)

    log = run(scenario)
    assert log.written == [[0], [1, 2]]
    assert log.sent == log.written, "the other outputs of the same chunks, no more and no less"


def test_a_lane_that_is_far_ahead_waits() -> None:
    async def scenario(log: Log, keeper: Keeper) -> None:
        await chunk(log, keeper, 0, keeping.RECORDS)
        await chunk(log, keeper, 1, keeping.RECORDS)
        ahead = asyncio.create_task(chunk(log, keeper, 2))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not log.working
        assert log.folded == [1]
        log.gate.set()
        await (await ahead)

    assert run(scenario).written == [[0], [1], [2]]


def test_a_failure_reaches_those_who_wait_and_nothing_is_written_behind_it() -> None:
    async def scenario(log: Log, keeper: Keeper) -> None:
        log.gate.set()
        log.fault = LookupError("no broker")
        first = await chunk(log, keeper, 0)
        with pytest.raises(LookupError, match="no broker"):
            await first
        log.fault = None
        second = await chunk(log, keeper, 1, keeping.RECORDS)
        await keeper.cancel()
        assert second.cancelled()

    assert run(scenario).written == []


def test_one_that_is_cancelled_is_not_written_later() -> None:
    async def scenario(log: Log, keeper: Keeper) -> None:
        first = await chunk(log, keeper, 0, keeping.RECORDS)
        second = await chunk(log, keeper, 1)
        await keeper.cancel()
        log.gate.set()
        await asyncio.wait({first, second})
        assert first.cancelled()
        assert second.cancelled()

    assert run(scenario).written == []
