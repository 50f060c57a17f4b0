"""Large bodies in rounds: in order, none too many at once, small ones past them, and nobody for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from producers.collector.turns import ROUND, SMALL, Turns


async def rounds_of(sizes: Sequence[int]) -> list[list[int]]:
    """Which of them had their turn in the same round of the event loop, when all came at once."""
    turns, done, found = Turns(), asyncio.Event(), [[]]  # type: tuple[Turns, asyncio.Event, list[list[int]]]

    def next_round() -> None:
        if found[-1]:
            found.append([])
        if not done.is_set():
            asyncio.get_running_loop().call_soon(next_round)

    async def come(number: int) -> None:
        await turns.come(sizes[number])
        found[-1].append(number)

    next_round()
    await asyncio.gather(*(come(number) for number in range(len(sizes))))
    done.set()
    assert turns.waiting_bytes == 0
    return [each for each in found if each]


@pytest.mark.parametrize(
    ("sizes", "rounds"),
    [
        pytest.param([SMALL] * 100, [list(range(100))], id="small ones do not wait"),
        pytest.param([ROUND] * 3, [[0], [1], [2]], id="one that fills a round has it alone"),
        pytest.param([ROUND // 2] * 5, [[0, 1], [2, 3], [4]], id="as many as a round holds, in order"),
        pytest.param([ROUND - 1, ROUND * 9, 10_000], [[0, 1], [2]], id="the last of a round may be larger than it"),
        pytest.param([ROUND, ROUND, 1, ROUND], [[0, 2], [1], [3]], id="a small one goes past those that wait"),
    ],
)
def test_what_comes_at_once_is_worked_at_in_rounds(sizes: Sequence[int], rounds: list[list[int]]) -> None:
    assert asyncio.run(rounds_of(sizes)) == rounds


def test_a_loop_that_ended_holds_up_nobody() -> None:
    turns = Turns()
    for _ in range(3):
        asyncio.run(asyncio.wait_for(turns.come(ROUND), 1.0))


def test_who_leaves_while_waiting_takes_no_turn() -> None:
    async def run() -> None:
        turns = Turns()
        await turns.come(ROUND)
        leaving = asyncio.ensure_future(turns.come(ROUND))
        staying = asyncio.ensure_future(turns.come(ROUND))
        await asyncio.sleep(0)
        assert turns.waiting_bytes in (ROUND, 2 * ROUND)
        leaving.cancel()
        await asyncio.wait_for(staying, 1.0)
        assert turns.waiting_bytes == 0
        for _ in range(3):
            await asyncio.wait_for(turns.come(ROUND), 1.0)

    asyncio.run(run())
