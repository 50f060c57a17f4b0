"""The parcel always comes when nobody is at home (S0-07)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Value
from streams.customers.kept import gathered, in_order
from streams.customers.locally import local, zone_of
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless

FAILURES = 6
"""Failed deliveries that are remembered."""
PARTS: tuple[tuple[int, str], ...] = ((6, "night"), (11, "morning"), (14, "noon"), (18, "afternoon"), (24, "evening"))
"""Parts of the local day by the hour at which they end (signals.md, Rulings: Time)."""


class Failures(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Part of day and time of each."""

    last: tuple[tuple[str, int], ...] = ()


class DeliveryMisfit(Timeless[Failures]):
    """Fires at the `times`-th failed delivery in the same part of the customer's day within `days`."""

    name: ClassVar[str] = "delivery_misfit"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"delivery.attempted"})
    state = Failures

    def start(self) -> Failures:
        return Failures()

    def observe(self, state: Failures, moment: Moment) -> Failures:
        if moment.properties.get("ok") is not False:
            return state
        rule = moment.knowledge.signals[self.name]
        part = part_of_day(moment)
        last = in_order((*state.last, (part, moment.at)), FAILURES)
        n = gathered(last, part, moment.at, rule.number("days") * DAY_MS)
        if n >= rule.number("times"):
            values: dict[str, Value] = {"n": n, "part": part}
            moment.signal(self.name, f"delivery:{part}", values, [because(moment, "delivery.attempted")])
        return Failures(last)

    def merge(self, state: Failures, older: Failures) -> Failures:
        return Failures(in_order((*older.last, *state.last), FAILURES))


def part_of_day(moment: Moment) -> str:
    """Where in the customer's day the moment lies."""
    hour = local(moment.at, zone_of(moment)).hour
    return next(name for end, name in PARTS if hour < end)
