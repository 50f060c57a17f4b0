"""More complaints than usual about one thing (S1-23, S1-24, D3): counted here, judged by trends."""

from __future__ import annotations

from typing import ClassVar

from streams.customers.moment import Moment
from streams.signals.cause import named_cause, told_cause
from streams.signals.detector import Nothing, Stateless

WORDS = 64


class CauseRising(Stateless):
    """Fires when there are more complaints than usual of one cause, product, category, store or policy (EWMA + CUSUM).

    Here they are counted, `streams.trends.judge` judges. Each of these is a scope of its own. A complaint that names
    no cause counts for the one that its words tell. Nobody need be known to complain.
    """

    name: ClassVar[str] = "cause_rising"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"complaint.opened"})

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        named = {
            "cause": named_cause(moment) or told_cause(moment), "policy_id": moment.properties.get("policy_id"),
            "item_id": touchpoint.item_id, "category": touchpoint.category, "location_id": touchpoint.location_id,
        }  # fmt: skip
        for name, value in named.items():
            if value:
                moment.count(self.name, (name, str(value)[:WORDS]))
        return state
