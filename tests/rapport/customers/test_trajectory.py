from __future__ import annotations

from rapport.customers.trajectory import HELD, plot, steps
from rapport.voice import Voice
from schemas.records import Shift
from tests.streams.lab import DAY, START


def shift(day: int, from_: str, to: str) -> Shift:
    return Shift(
        id=f"s{day}", at=START + day * DAY, partition=0, offset=day, knowledge="k", because=(), customer_id="anna",
        history=None, from_=from_, to=to, probability=0.8, runner_up="buddy", migration="neglect", strategy="steer",
        advice="",
    )  # fmt: skip


LIFE = [shift(50, "complete_stranger", "buddy"), shift(75, "buddy", "enemy")]


def test_the_way_begins_with_what_was_before_the_first_shift() -> None:
    found = steps(START, LIFE[::-1])
    assert [step.type for step in found] == ["complete_stranger", "buddy", "enemy"]
    assert [step.since for step in found] == [START, START + 50 * DAY, START + 75 * DAY]
    assert [step.type for step in steps(None, LIFE)] == ["buddy", "enemy"]
    assert steps(START, []) == ()


def test_a_plot_has_a_row_a_relationship_and_every_moment_once() -> None:
    lines = [line.plain for line in plot(steps(START, LIFE), START + 100 * DAY, Voice("en"), width=44)]
    assert len(lines) == 4
    assert [line.count(HELD) for line in lines[:3]] == [12, 6, 6]
    assert "enemy" in lines[2]
    assert lines[3].split() == ["2026-05-28", "2026-09-05"]


def test_a_single_moment_is_no_way() -> None:
    assert plot(steps(START, LIFE[:1]), START + 50 * DAY, Voice("en")) != []
    assert plot((), START, Voice("en")) == []
