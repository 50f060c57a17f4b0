from __future__ import annotations

import pytest

from schemas.records import Signal, Touchpoint
from streams.engine.world import LEFT_BEHIND_MS, World
from tests.streams.lab import HOUR, MINUTE, SECOND, Lab, of, tick, touchpoint


@pytest.mark.parametrize(
    ("ticks", "time"),
    [
        pytest.param([(0, 10)], None, id="others have not ticked yet"),
        pytest.param([(0, 10), (1, 12)], 10, id="the smallest of all"),
        pytest.param([(0, 10), (1, 12), (0, 9)], 10, id="a tick that is not above the last is ignored"),
        pytest.param([(0, 10), (1, 12), (0, 20)], 12, id="the next one moves it"),
        pytest.param([(0, 10), (1, 12), (0, 12 + LEFT_BEHIND_MS)], 12, id="sixty seconds behind still holds it"),
        pytest.param([(0, 10), (1, 12), (0, 13 + LEFT_BEHIND_MS)], 13 + LEFT_BEHIND_MS, id="further is left out"),
        pytest.param(
            [(0, 10), (1, 12), (0, 13 + LEFT_BEHIND_MS), (1, 20)], 13 + LEFT_BEHIND_MS, id="time never goes back"
        ),
        pytest.param([(0, 10), (0, 11 + LEFT_BEHIND_MS)], 11 + LEFT_BEHIND_MS, id="waited for a minute"),
    ],
)
def test_engine_time_is_the_smallest_last_tick(ticks: list[tuple[int, int]], time: int | None) -> None:
    world = World()
    for partition, at in ticks:
        world.tick(partition, 2, at)
    assert world.time == time


def question(at: int) -> Touchpoint:
    return touchpoint("chat.message", at, event_id=f"q{at}")


@pytest.mark.parametrize(
    ("life", "fired"),
    [
        pytest.param([question(0), tick(2 * MINUTE)], 1, id="a tick at the due moment fires"),
        pytest.param([question(0), touchpoint("web.viewed", 2 * MINUTE)], 0, id="an own event at it does not"),
        pytest.param([question(0), touchpoint("web.viewed", 2 * MINUTE + 1)], 1, id="an own event after it does"),
        pytest.param([question(0), touchpoint("web.viewed", MINUTE), tick(SECOND)], 0, id="time has not come"),
        pytest.param([tick(HOUR), question(0)], 0, id="armed late: not on the spot"),
        pytest.param([tick(HOUR), question(0), tick(HOUR + SECOND)], 1, id="armed late: at the next tick"),
        pytest.param(
            [tick(HOUR), question(0), touchpoint("agent.answered", MINUTE, initiator="company"), tick(2 * HOUR)], 1,
            id="what came too late does not un-fire",
        ),
    ],
)  # fmt: skip
def test_a_timer_fires_as_soon_as_time_passes_it(life: list[Touchpoint], fired: int) -> None:
    assert len(of(Lab().fold(*life), Signal)) == fired


def test_a_customers_own_late_record_does_not_turn_time_back() -> None:
    lab = Lab()
    lab.fold(question(HOUR), touchpoint("web.viewed", HOUR + MINUTE))
    outcome = lab.process(lab.records([touchpoint("web.viewed", 0)]))
    assert outcome.counts["late"] == 1
    assert lab.live().customer.latest == touchpoint("x", HOUR + MINUTE).occurred_at


def test_as_if_time_gives_the_same_signals_as_ticks() -> None:
    ticked, as_if = Lab(), Lab()
    by_tick = of(ticked.fold(question(0), tick(5 * MINUTE)), Signal)
    as_if.fold(question(0))
    due = as_if.states.next_due()
    assert due is not None
    outcome = as_if.engine.advance(due, as_if.states, inclusive=True)
    assert [(s.id, s.at) for s in of(outcome.outputs, Signal)] == [(s.id, s.at) for s in by_tick]


def test_how_many_customers_wait_for_the_clock() -> None:
    lab = Lab()
    lab.fold(question(0), tick(0), who="anna")
    lab.fold(question(SECOND), who="ben")
    assert lab.states.waiting == 2
    lab.fold(touchpoint("web.viewed", 2 * SECOND, channel="web"), who="cai")
    assert lab.states.waiting == 2, "who has not let us look is not looked at again"
    timers = {who: [timer.name for timer in lab.live(who).customer.timers] for who in ("anna", "ben", "cai")}
    assert timers == {"anna": ["unanswered", "relationships"], "ben": ["unanswered", "relationships"], "cai": []}
