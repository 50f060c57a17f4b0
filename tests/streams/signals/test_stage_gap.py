from __future__ import annotations

from typing import Any

import pytest

from schemas.records import Touchpoint
from tests.streams.lab import DAY, START, Lab, signals, tick, touchpoint


def bought(*days: float, **fields: Any) -> list[Touchpoint]:
    return [touchpoint("purchase.made", round(day * DAY), channel="store", **fields) for day in days]


def cared(day: float) -> Touchpoint:
    return touchpoint("call.started", round(day * DAY), channel="phone", initiator="company")


def invited(day: float) -> Touchpoint:
    return touchpoint("event.attended", round(day * DAY), channel="store")


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        pytest.param([*bought(0), tick(7 * DAY - 1)], [], id="the week is not over"),
        pytest.param([*bought(0), tick(7 * DAY)], [("acquire", 7)], id="a week without a word"),
        pytest.param([*bought(0), cared(7), tick(9 * DAY)], [], id="a word on the seventh day is in time"),
        pytest.param([*bought(0), *bought(0), tick(90 * DAY)], [("acquire", 7)], id="redelivered, it is one purchase"),
        pytest.param(
            [*bought(0, 30, 60, 90, 120), tick(130 * DAY)], [("acquire", 7), ("grow", 90)],
            id="the same gap is said once, however often they buy meanwhile",
        ),
        pytest.param(
            [*bought(0, 30), cared(89), tick(148 * DAY), *bought(148.5), tick(200 * DAY)],
            [("acquire", 7), ("grow", 149)], id="a contact moves it, a purchase does not",
        ),
        pytest.param(
            [*bought(0, 90, 180, 270, 360), tick(600 * DAY)], [("acquire", 7), ("grow", 150), ("mature", 545)],
            id="five purchases and a year: mature when the year is over",
        ),
        pytest.param(
            [*bought(0, 90, 180, 270, 360), invited(365.5), tick(545 * DAY)], [("acquire", 7), ("grow", 150)],
            id="an invitation moves it",
        ),
        pytest.param(
            [*bought(0, 90, 180, 270, 365), tick(600 * DAY)], [("acquire", 7), ("grow", 150), ("mature", 545)],
            id="the fifth when the year is over",
        ),
        pytest.param([*bought(0, 90, 180, 270), tick(600 * DAY)], [("acquire", 7), ("grow", 150)], id="four grow"),
    ],
)  # fmt: skip
def test_a_gap_of_a_stage_is_said_once(life: list[Touchpoint], expected: list[tuple[str, int]]) -> None:
    lab = Lab()
    for each in life:
        lab.fold(each)
    found = [(each.values["stage"], (each.at - START) / DAY) for each in signals(lab.outputs, "stage_gap")]
    assert found == expected
