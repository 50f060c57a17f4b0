"""The parcel always comes when nobody is at home (S0-07)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Touchpoint, Value
from streams.alerts.cases import close_matter
from streams.customers.kept import gathered, in_order
from streams.customers.locally import local, zone_of
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless

FAILURES = 6
"""Failed deliveries that are remembered."""
PARTS: tuple[tuple[int, str], ...] = ((6, "night"), (11, "morning"), (14, "noon"), (18, "afternoon"), (24, "evening"))
"""Parts of the local day by the hour at which they end (signals.md, Rulings: Time)."""
ENDS = {"delivery.attempted": "delivered", "order.cancelled": "cancelled", "order.returned": "returned"}
"""How an order ends, and the word for it."""


class Underway(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An order whose delivery failed in a part of the day, last at `at`, and that has not ended; an empty name
    where the source gives none."""

    order: str
    part: str
    at: int


class Failures(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Part of day and time of each, and the orders among them that are still to come."""

    last: tuple[tuple[str, int], ...] = ()
    underway: tuple[Underway, ...] = ()


class DeliveryMisfit(Timeless[Failures]):
    """Fires at the `times`-th failed delivery in the same part of the customer's day within `days`. The case ends when
    all orders that failed in that part have: delivered, cancelled, returned, or not heard of for `order_open_days`.
    What is delivered without a name is all that was waited for."""

    name: ClassVar[str] = "delivery_misfit"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"delivery.attempted", "order.cancelled", "order.returned"})
    state = Failures

    def start(self) -> Failures:
        return Failures()

    def observe(self, state: Failures, moment: Moment) -> Failures:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.type != "delivery.attempted" or moment.properties.get("ok") is True:
            return _ended(state, moment, touchpoint) if state.underway else state
        if moment.properties.get("ok") is not False:
            return state
        rule = moment.knowledge.signals[self.name]
        part = part_of_day(moment)
        last = in_order((*state.last, (part, moment.at)), FAILURES)
        n = gathered(last, part, moment.at, rule.number("days") * DAY_MS)
        if n >= rule.number("times"):
            values: dict[str, Value] = {"n": n, "part": part}
            moment.signal(self.name, f"delivery:{part}", values, [because(moment, "delivery.attempted")])
        return Failures(last, _newest((*state.underway, Underway(touchpoint.order_id or "", part, moment.at))))

    def merge(self, state: Failures, older: Failures) -> Failures:
        underway = _newest((*older.underway, *state.underway))
        return Failures(in_order((*older.last, *state.last), FAILURES), underway)


def _newest(underway: tuple[Underway, ...]) -> tuple[Underway, ...]:
    """One an order and part, the latest of each."""
    ordered = sorted(underway, key=lambda each: (each.at, each.order, each.part))
    return tuple({(each.order, each.part): each for each in ordered}.values())[-FAILURES:]


def _ended(state: Failures, moment: Moment, touchpoint: Touchpoint) -> Failures:
    """The order has ended; the cases of parts of the day in which nothing else is still to come close with it."""
    order = touchpoint.order_id
    over = [each for each in state.underway if order in (None, each.order) and each.at <= moment.at]
    if not over:
        return state
    left = tuple(each for each in state.underway if each not in over)
    since = moment.at - round(moment.knowledge.contacts.order_open_days * DAY_MS)
    waited_for = {each.part for each in left if each.at > since}
    for part in sorted({each.part for each in over} - waited_for):
        close_matter(moment, f"delivery:{part}", ENDS[touchpoint.type])
    return Failures(state.last, left)


def part_of_day(moment: Moment) -> str:
    """Where in the customer's day the moment lies."""
    hour = local(moment.at, zone_of(moment)).hour
    return next(name for end, name in PARTS if hour < end)
