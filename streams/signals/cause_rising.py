"""More complaints than usual about one thing (S1-23, S1-24, D3): counted here, judged by trends."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.customers.moment import Moment
from streams.signals.detector import Timeless

WORDS = 64


class Nothing(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Nothing need be known of the customer."""


class CauseRising(Timeless[Nothing]):
    """Fires when there are more complaints than usual of one cause, product, category, store or policy (EWMA + CUSUM).

    Here they are counted, `streams.trends.judge` judges. Each of these is a scope of its own. Nobody need be known to
    complain.
    """

    name: ClassVar[str] = "cause_rising"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"complaint.opened"})
    state = Nothing

    def start(self) -> Nothing:
        return Nothing()

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        named = {
            "cause": moment.properties.get("cause"), "policy_id": moment.properties.get("policy_id"),
            "item_id": touchpoint.item_id, "category": touchpoint.category, "location_id": touchpoint.location_id,
        }  # fmt: skip
        for name, value in named.items():
            if value:
                moment.count(self.name, (name, str(value)[:WORDS]))
        return state

    def merge(self, state: Nothing, older: Nothing) -> Nothing:
        return state
