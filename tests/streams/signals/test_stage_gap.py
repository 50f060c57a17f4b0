from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.records import Touchpoint
from streams.signals.stage_gap import Stage, StageGap
from tests.streams.lab import DAY, START, Lab, knowledge, signals, tick, touchpoint


def bought(*days: float, **fields: Any) -> list[Touchpoint]:
    return [touchpoint("purchase.made", round(day * DAY), channel="store", **fields) for day in days]


def cared(day: float) -> Touchpoint:
    return touchpoint("call.started", round(day * DAY), channel="phone", initiator="company")


def no(day: float, kind: str = "message.unsubscribed") -> Touchpoint:
    return touchpoint(kind, round(day * DAY), channel="email")


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
        pytest.param([no(0), no(1), *bought(2), tick(32 * DAY)], [], id="who told us twice to stop is left in peace"),
        pytest.param([no(0), *bought(2), tick(32 * DAY)], [("acquire", 9)], id="once is about one channel"),
        pytest.param([*bought(0), no(3), no(4), tick(99 * DAY)], [], id="also when the purchase came first, for good"),
        pytest.param([no(0), no(1), *bought(24), tick(32 * DAY)], [], id="thirty days, the last one included"),
        pytest.param([no(0), no(1), *bought(24.1), tick(32 * DAY)], [("acquire", 31.1)], id="and no longer"),
        pytest.param([*bought(0, 90, 180, 270), tick(600 * DAY)], [("acquire", 7), ("grow", 150)], id="four grow"),
        pytest.param([*bought(0, item_id="a"), *bought(0, item_id="b"), tick(8 * DAY)], [("acquire", 7)],
                     id="two lines at one instant are one purchase"),
        pytest.param([*bought(0, order_id="a"), *bought(0.2, order_id="b"), tick(8 * DAY)], [("acquire", 7)],
                     id="and two orders of one visit"),
        pytest.param([*bought(0, 0.3, 0.6), tick(8 * DAY)], [], id="half a day from the first line is another visit"),
        pytest.param([*bought(0, order_id="a"), *bought(3, order_id="a"), tick(8 * DAY)], [("acquire", 7)],
                     id="an order counts once, whenever it is paid"),
        pytest.param([*bought(1), *bought(0.8), tick(9 * DAY)], [("acquire", 8)], id="also what arrives late"),
    ],
)  # fmt: skip
def test_a_gap_of_a_stage_is_said_once(life: list[Touchpoint], expected: list[tuple[str, int]]) -> None:
    lab = Lab()
    for each in life:
        lab.fold(each)
    found = [(each.values["stage"], (each.at - START) / DAY) for each in signals(lab.outputs, "stage_gap")]
    assert found == expected


@pytest.mark.parametrize(("declared", "gaps"), [("stalker_prey", 0), ("basic_exchange", 1)])
def test_whoever_feels_pursued_is_left_in_peace(declared: str, gaps: int) -> None:
    lab = Lab()
    lab.fold(*bought(0))
    lab.live().customer.declared = knowledge().type_index[declared]
    assert len(signals(lab.fold(tick(8 * DAY)), "stage_gap")) == gaps


def test_a_state_of_before_is_read() -> None:
    state = Stage(purchases=1, first=START, began=START, order="o", cared=START, invited=START)
    older = msgspec.msgpack.encode(list(msgspec.structs.astuple(state))[:-2])
    assert msgspec.msgpack.decode(older, type=Stage) == state


@pytest.mark.parametrize(("order", "purchases"), [("o", 1), ("another", 2), ("", 2)])
def test_the_last_order_of_a_state_of_before_is_known(order: str, purchases: int) -> None:
    lab = Lab()
    lab.fold(*bought(0))
    lab.live().states["stage_gap.1"] = Stage(purchases=1, first=START, began=START, order=order)
    lab.fold(*bought(3, order_id="o"))
    assert lab.live().states["stage_gap.1"].purchases == purchases


def test_two_histories_keep_the_later_word() -> None:
    mine, older = Stage(harassed=START), Stage(harassed=START + DAY)
    assert StageGap().merge(mine, older).harassed == START + DAY
