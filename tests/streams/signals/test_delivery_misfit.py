"""When the parcel that never came is over."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.records import AlertChange, Touchpoint
from streams.signals.delivery_misfit import DeliveryMisfit, Failures, Underway
from tests.streams.lab import DAY, HOUR, Lab, of, touchpoint


def attempt(at: int, ok: bool = False, order: str | None = "o") -> Touchpoint:
    facts = {"ok": ok}
    return touchpoint(
        "delivery.attempted", at, channel="partner", initiator="company", order_id=order, properties=facts
    )


def ends(kind: str, at: int, order: str = "o", **fields: Any) -> Touchpoint:
    return touchpoint(kind, at, channel="web", order_id=order, **fields)


TWICE = [attempt(0), attempt(DAY)]


@pytest.mark.parametrize(
    ("life", "closed"),
    [
        pytest.param([*TWICE, attempt(2 * DAY, True)], "delivered", id="delivered"),
        pytest.param([*TWICE, attempt(2 * DAY + 8 * HOUR, True)], "delivered", id="in another part of the day"),
        pytest.param([*TWICE, ends("order.cancelled", 2 * DAY)], "cancelled", id="cancelled"),
        pytest.param([*TWICE, ends("order.returned", 2 * DAY)], "returned", id="returned"),
        pytest.param([*TWICE, attempt(2 * DAY, True, None)], "delivered", id="without a name it is all"),
        pytest.param([*TWICE, attempt(2 * DAY, True, "another")], None, id="another order"),
        pytest.param([attempt(0, order="p"), attempt(DAY), attempt(2 * DAY, True)], None, id="one of two"),
        pytest.param(
            [attempt(0, order="p"), attempt(DAY), attempt(2 * DAY, True), attempt(2 * DAY + HOUR, True, "p")],
            "delivered", id="both of two",
        ),
        pytest.param([*TWICE, ends("order.cancelled", HOUR)], None, id="it comes late, from before the last failure"),
    ],
)  # fmt: skip
def test_the_case_ends_with_the_orders_that_failed(life: list[Touchpoint], closed: str | None) -> None:
    changes = [each for each in of(Lab().fold(*life), AlertChange) if each.state == "closed"]
    assert {each.reason for each in changes} == ({closed} if closed else set())
    assert len(changes) in (0, 2)


def test_what_two_histories_wait_for_is_waited_for_by_both() -> None:
    mine, older = (
        Failures(underway=(Underway("o", "noon", 5),)),
        Failures(underway=(Underway("o", "noon", 2), Underway("p", "noon", 1))),
    )
    assert DeliveryMisfit().merge(mine, older).underway == (Underway("p", "noon", 1), Underway("o", "noon", 5))
