from __future__ import annotations

from typing import Any

from schemas.records import Alert, AlertChange, Signal, Touchpoint
from tests.streams.lab import DAY, HOUR, MINUTE, Lab, of, signals, tick, touchpoint

RUN = "import-1"


def mark(kind: str, at: int, partition: int) -> Touchpoint:
    return touchpoint(kind, at, event_id=f"{kind}{partition}", properties={"run": RUN, "partition": partition})


def begun(at: int = 0, partition: int = 0) -> Touchpoint:
    return mark("history.begun", at, partition)


def ended(at: int, partition: int = 0) -> Touchpoint:
    return mark("history.ended", at, partition)


def old(at: int, **fields: Any) -> Touchpoint:
    return touchpoint("chat.message", at, history=RUN, text="hello", **fields)


def test_ticks_pass_over_customers_whose_history_is_being_told() -> None:
    lab = Lab()
    assert of(lab.fold(tick(90 * DAY), begun(), old(0), tick(90 * DAY + 1)), Signal) == []
    (signal,) = of(lab.fold(old(HOUR)), Signal)
    assert (signal.history, signal.at) == (RUN, old(2 * MINUTE).occurred_at)


def test_settling_fires_what_fell_due_and_expires_what_history_opened() -> None:
    lab = Lab()
    lab.fold(tick(90 * DAY), begun(), old(0), old(HOUR, session_id="s"))
    settled = lab.fold(ended(90 * DAY), *(tick(90 * DAY + n) for n in range(1, 40)))
    assert {s.history for s in of(settled, Signal)} == {RUN}
    changes = of(settled, AlertChange)
    assert {c.state for c in changes} == {"expired"}
    assert {c.history for c in changes} == {RUN}
    assert lab.live().customer.cases == ()
    assert lab.live().customer.run is None


def test_after_settling_a_customer_is_live() -> None:
    lab = Lab()
    lab.fold(tick(90 * DAY), begun(), old(0), ended(90 * DAY), *(tick(90 * DAY + n) for n in range(1, 40)))
    alerts = of(lab.fold(touchpoint("chat.message", 91 * DAY), tick(91 * DAY + HOUR)), Alert)
    assert {a.history for a in alerts} == {None}


def test_a_live_touchpoint_settles_a_customer_before_the_run_ends() -> None:
    lab = Lab()
    outputs = lab.fold(tick(90 * DAY), begun(), old(0), touchpoint("web.viewed", 90 * DAY + 5))
    assert {s.history for s in of(outputs, Signal)} == {RUN}
    assert lab.live().customer.run is None


def test_what_falls_due_after_settling_stays_armed() -> None:
    lab = Lab()
    history = [
        touchpoint("purchase.made", day * DAY, event_id=f"p{day}", item_id="tea", channel="pos", history=RUN)
        for day in (0, 30, 60)
    ]
    lab.fold(tick(61 * DAY), begun(), *history, ended(61 * DAY), *(tick(61 * DAY + n) for n in range(1, 40)))
    (signal,) = signals(lab.fold(tick(120 * DAY)), "running_out")
    assert (signal.name, signal.history) == ("running_out", None)


def test_the_end_counts_when_it_has_come_from_all_raw_partitions() -> None:
    lab = Lab()
    lab.fold(tick(90 * DAY, 0, 2), tick(90 * DAY, 1, 2), begun(0, 0), begun(0, 1), old(0), ended(90 * DAY, 0))
    assert not lab.states.world.runs[RUN].over
    lab.fold(ended(90 * DAY, 1))
    assert lab.states.world.runs[RUN].over


def test_a_run_that_is_silent_for_an_hour_of_ticks_ends_by_itself() -> None:
    lab = Lab()
    lab.fold(tick(90 * DAY), begun(), old(0), tick(90 * DAY + HOUR - 1))
    assert not lab.states.world.runs[RUN].over
    lab.fold(tick(90 * DAY + HOUR))
    assert lab.states.world.runs[RUN].over


def test_history_of_a_live_customer_is_late_and_flagged() -> None:
    lab = Lab()
    lab.fold(tick(90 * DAY), touchpoint("web.viewed", 90 * DAY), begun())
    lab.fold(old(0))
    assert lab.live().customer.run is None
    assert lab.live().customer.latest == touchpoint("x", 90 * DAY).occurred_at
