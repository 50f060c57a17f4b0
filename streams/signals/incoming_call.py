"""The telephone rings: who it is, and where we stopped (S4-03, S1-03, S0-30)."""

from __future__ import annotations

from typing import ClassVar

from schemas.records import Value
from streams.customers.moment import Moment, because
from streams.signals.detector import Nothing, Stateless


class IncomingCall(Stateless):
    """Fires each time a customer calls; `values.open` counts their open matters, of those that they know of (`matters`:
    what we have found wrong with our own messages is none of theirs). Whom we ring is no caller."""

    name: ClassVar[str] = "incoming_call"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"call.ringing"})

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        if moment.touchpoint is None or moment.touchpoint.initiator != "customer":
            return state
        queue = moment.properties.get("queue")
        named = queue if isinstance(queue, str) else ""
        theirs = frozenset(moment.knowledge.signals[self.name].words("matters"))
        known = sum(not theirs.isdisjoint(case.names) for case in moment.customer.cases)
        values: dict[str, Value] = {"queue": named, "open": known}
        moment.signal(self.name, "call", values, [because(moment, "call.ringing")])
        return state
