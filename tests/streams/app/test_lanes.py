"""Lanes: order within a partition, positions that never pass unfinished work, an end that is an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.app import lanes as lanes_module
from streams.app.claims import Claim, CutOff, Superseded
from streams.app.lanes import Astray, Lanes, Lost, Turns

A, B = TP("raw", 0), TP("raw", 1)


class At(NamedTuple):
    offset: int
    timestamp: int = 0


@dataclass
class Member:
    """A membership that a test changes; notes what is paused."""

    generation: int = 1
    silent: bool = False
    paused: list[tuple[str, TP]] = field(default_factory=list)

    def holds(self, generation: int) -> bool:
        return generation == self.generation

    def heard(self) -> bool:
        return not self.silent

    def pause(self, tp: TP) -> None:
        self.paused.append(("pause", tp))

    def resume(self, tp: TP) -> None:
        self.paused.append(("resume", tp))


@dataclass
class Bench:
    """Work that notes what it is given; `gate` holds partition 0, `fault` is raised at an offset."""

    appetite: int = 1
    handled: dict[int, list[int]] = field(default_factory=dict)
    ended: list[int] = field(default_factory=list)
    measured: list[int] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    fault: tuple[int, BaseException] | None = None
    later: list[asyncio.Future[None]] = field(default_factory=list)
    """What is done later than its chunk, of the first chunks."""
    chunks: int = 0
    failures: list[BaseException] = field(default_factory=list)
    member: Member = field(default_factory=Member)

    def lanes(self) -> Lanes:
        made = Lanes({"raw": self.station}, 10, self.failures.append)
        made.connect(self.member)
        return made

    def station(self, claim: Claim) -> Doing:
        return Doing(self, claim.partition)


class Doing:
    def __init__(self, bench: Bench, partition: int) -> None:
        self.appetite = bench.appetite
        self._bench = bench
        self._partition = partition

    async def begin(self) -> None:
        self._bench.handled.setdefault(self._partition, [])

    async def handle(self, records: Sequence[Any]) -> asyncio.Future[None] | None:
        if self._partition == 0:
            await self._bench.gate.wait()
        for record in records:
            if self._bench.fault is not None and record.offset == self._bench.fault[0]:
                raise self._bench.fault[1]
        self._bench.handled[self._partition] += [record.offset for record in records]
        chunks = self._bench.chunks
        self._bench.chunks += 1
        return self._bench.later[chunks] if chunks < len(self._bench.later) else None

    def measure(self) -> None:
        self._bench.measured.append(self._partition)

    async def end(self) -> None:
        self._bench.ended.append(self._partition)


def chunk(*offsets: int) -> list[At]:
    return [At(offset) for offset in offsets]


async def rest() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def run(scenario: Callable[[Bench], Any], **made: Any) -> Bench:
    async def whole() -> Bench:
        bench = Bench(**made)
        await scenario(bench)
        return bench

    return asyncio.run(whole())


async def ten_small_chunks(bench: Bench) -> None:
    bench.gate.set()
    lanes = bench.lanes()
    lanes.assigned([A], 1)
    for start in range(0, 30, 3):
        lanes.hand(A, 1, chunk(start, start + 1, start + 2))
    while lanes.positions() != {A: 30}:
        await rest()


def test_chunks_of_a_partition_are_done_in_order() -> None:
    assert run(ten_small_chunks).handled == {0: list(range(30))}


def test_what_waits_is_done_in_one_turn_up_to_the_appetite() -> None:
    assert run(ten_small_chunks).chunks == 4
    assert run(ten_small_chunks, appetite=2).chunks == 2


def test_a_partition_does_not_wait_for_another() -> None:
    async def scenario(bench: Bench) -> None:
        lanes = bench.lanes()
        lanes.assigned([A, B], 1)
        lanes.hand(A, 1, chunk(1))
        lanes.hand(B, 1, chunk(1))
        await rest()
        assert lanes.positions() == {B: 2}

    assert run(scenario).handled == {0: [], 1: [1]}


def test_the_position_stays_before_a_chunk_that_is_not_done() -> None:
    async def scenario(bench: Bench) -> None:
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        lanes.hand(A, 1, chunk(5, 6))
        lanes.hand(A, 1, chunk(7, 8))
        await rest()
        assert lanes.positions() == {}
        bench.gate.set()
        await rest()
        assert lanes.positions() == {A: 9}

    run(scenario)


def test_a_failure_is_reported_and_moves_nothing() -> None:
    async def scenario(bench: Bench) -> None:
        bench.gate.set()
        bench.fault = 7, RuntimeError("broken")
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        lanes.hand(A, 1, chunk(5, 6))
        await rest()
        lanes.hand(A, 1, chunk(7, 8))
        lanes.hand(A, 1, chunk(9))
        await rest()
        assert lanes.positions() == {A: 7}

    bench = run(scenario)
    assert [str(error) for error in bench.failures] == ["broken"]
    assert bench.handled == {0: [5, 6]}
    assert bench.ended == [0]


def test_a_lane_that_is_cancelled_by_what_it_waited_for_is_a_failure() -> None:
    async def scenario(bench: Bench) -> None:
        bench.gate.set()
        bench.fault = 7, asyncio.CancelledError()
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        lanes.hand(A, 1, chunk(5, 6))
        await rest()
        lanes.hand(A, 1, chunk(7, 8))
        await rest()
        assert lanes.positions() == {A: 7}

    bench = run(scenario)
    assert [type(error) for error in bench.failures] == [Lost]
    assert bench.ended == [0]


def test_what_was_to_be_acknowledged_later_and_is_cancelled_is_a_failure() -> None:
    async def scenario(bench: Bench) -> None:
        bench.gate.set()
        bench.later = [asyncio.Future()]
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        lanes.hand(A, 1, chunk(5, 6))
        await rest()
        bench.later[0].cancel()
        await rest()
        assert lanes.positions() == {}

    assert [type(error) for error in run(scenario).failures] == [Lost]


def test_what_is_acknowledged_later_moves_the_position_then_or_ends_the_lane() -> None:
    async def scenario(bench: Bench) -> None:
        bench.gate.set()
        bench.later = [asyncio.Future(), asyncio.Future()]
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        lanes.hand(A, 1, chunk(5, 6))
        await rest()
        lanes.hand(A, 1, chunk(7, 8))
        await rest()
        assert bench.handled == {0: [5, 6, 7, 8]}
        assert lanes.positions() == {}
        bench.later[0].set_result(None)
        await rest()
        assert lanes.positions() == {A: 7}
        bench.later[1].set_exception(RuntimeError("broken"))
        await rest()
        assert lanes.positions() == {A: 7}

    bench = run(scenario)
    assert [str(error) for error in bench.failures] == ["broken"]
    assert bench.ended == [0]


def test_an_end_waits_for_what_is_acknowledged_later() -> None:
    async def scenario(bench: Bench) -> None:
        bench.gate.set()
        bench.later = [asyncio.Future()]
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        lanes.hand(A, 1, chunk(5, 6))
        await rest()
        ending = asyncio.create_task(lanes.end())
        await rest()
        assert bench.ended == []
        bench.later[0].set_result(None)
        await ending
        assert lanes.positions() == {A: 7}

    assert run(scenario).ended == [0]


def test_a_lane_that_is_superseded_ends_without_a_failure() -> None:
    async def scenario(bench: Bench) -> None:
        bench.gate.set()
        bench.fault = 5, Superseded("generation 1 is over")
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        lanes.hand(A, 1, chunk(5))
        await rest()
        assert lanes.positions() == {}

    bench = run(scenario)
    assert bench.failures == []
    assert bench.ended == [0]


def test_a_revocation_finishes_the_chunk_in_work_and_drops_the_others() -> None:
    async def scenario(bench: Bench) -> None:
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        lanes.hand(A, 1, chunk(1))
        await rest()
        lanes.hand(A, 1, chunk(2))
        await rest()
        revoking = asyncio.create_task(lanes.revoked([A]))
        await rest()
        bench.gate.set()
        await revoking
        assert lanes.positions() == {A: 2}
        lanes.forget([A])
        assert lanes.positions() == {}

    bench = run(scenario)
    assert bench.handled == {0: [1]}
    assert bench.ended == [0]


def test_a_chunk_that_takes_too_long_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes_module, "GRACE", 0.05)

    async def scenario(bench: Bench) -> None:
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        lanes.hand(A, 1, chunk(1))
        await rest()
        await lanes.revoked([A])
        assert lanes.positions() == {}

    bench = run(scenario)
    assert bench.handled == {0: []}
    assert bench.ended == [0]
    assert bench.failures == []


def test_a_chunk_of_an_older_generation_is_dropped() -> None:
    async def scenario(bench: Bench) -> None:
        bench.gate.set()
        lanes = bench.lanes()
        lanes.assigned([A], 2)
        lanes.hand(A, 1, chunk(1))
        lanes.hand(B, 1, chunk(1))
        await rest()

    bench = run(scenario)
    assert bench.handled == {0: []}
    assert bench.failures == []


def test_a_chunk_without_a_lane_in_the_present_generation_stops_the_worker() -> None:
    async def scenario(bench: Bench) -> None:
        lanes = bench.lanes()
        lanes.assigned([A], 2)
        lanes.hand(B, 2, chunk(1))

    assert [type(error) for error in run(scenario).failures] == [Astray]


def test_a_full_lane_stops_the_fetching_of_its_partition_only_until_it_is_empty() -> None:
    async def scenario(bench: Bench) -> None:
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        for start in range(0, 100, 10):
            lanes.hand(A, 1, chunk(*range(start, start + 10)))
        assert bench.member.paused == [("pause", A)]
        bench.gate.set()
        for _ in range(10):
            await rest()
        assert bench.member.paused == [("pause", A), ("resume", A)]

    assert run(scenario).handled == {0: list(range(100))}


LENGTHS = st.lists(st.integers(1, 8), min_size=1, max_size=12)


@given(LENGTHS, st.lists(st.integers(0, 8), max_size=12), st.integers(1, 5))
def test_records_that_come_again_are_done_once(lengths: list[int], backs: list[int], appetite: int) -> None:
    async def scenario(bench: Bench) -> None:
        bench.gate.set()
        lanes = bench.lanes()
        lanes.assigned([A], 1)
        at = 0
        for number, length in enumerate(lengths):
            back = min(at, backs[number % len(backs)]) if backs else 0
            lanes.hand(A, 1, chunk(*range(at - back, at + length)))
            at += length
        while lanes.positions() != {A: at}:
            await rest()

    bench = run(scenario, appetite=appetite)
    assert bench.handled == {0: list(range(sum(lengths)))}


def test_a_claim_of_an_older_generation_is_refused() -> None:
    with pytest.raises(Superseded, match=r"resolved\[2\]: generation 4"):
        asyncio.run(Claim(Member(generation=5), "resolved", 2, 4).confirm())


def test_a_claim_waits_for_the_broker_to_answer_again() -> None:
    async def scenario() -> None:
        member = Member(silent=True)
        confirming = asyncio.create_task(Claim(member, "resolved", 2, 1).confirm())
        await asyncio.sleep(0.01)
        assert not confirming.done()
        member.silent = False
        await confirming

    asyncio.run(scenario())


def test_a_process_that_slept_through_its_session_learns_that_it_was_replaced() -> None:
    async def scenario() -> None:
        member = Member(silent=True)
        confirming = asyncio.create_task(Claim(member, "resolved", 2, 1).confirm())
        await asyncio.sleep(0.01)
        member.generation = -1
        with pytest.raises(Superseded):
            await confirming

    asyncio.run(scenario())


def test_a_claim_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.app.claims.PATIENCE", 0.1)
    with pytest.raises(CutOff, match="is Kafka up"):
        asyncio.run(Claim(Member(silent=True), "resolved", 2, 1).confirm())


def test_one_lane_works_a_turn_of_the_loop_in_the_order_of_asking_and_who_gives_up_passes_it_on() -> None:
    async def whole() -> None:
        turns, loop_turn, worked = Turns(), 0, list[tuple[int, int]]()

        async def count() -> None:
            nonlocal loop_turn
            while True:
                loop_turn += 1
                await asyncio.sleep(0)

        async def lane(number: int) -> None:
            await turns.mine()
            worked.append((number, loop_turn))

        counting = asyncio.create_task(count())
        lanes = [asyncio.create_task(lane(number)) for number in range(6)]
        await asyncio.sleep(0)
        lanes[2].cancel()  # while it waits
        while not lanes[3].done():
            await asyncio.sleep(0)
        lanes[4].cancel()  # when it may have got its turn and not yet begun
        await asyncio.wait(lanes)
        later = asyncio.create_task(lane(6))
        await asyncio.wait({later}, timeout=1)
        counting.cancel()
        order = [number for number, _ in worked]
        assert [number for number in order if number != 4] == [0, 1, 3, 5, 6], "nobody waits for ever"
        assert len({at for _, at in worked}) == len(worked), "no two in one turn"

    asyncio.run(whole())
