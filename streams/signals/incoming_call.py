"""The telephone rings: who it is, and where we stopped (S4-03, S1-03, S0-30)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Value
from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless


class Nothing(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The card is made of what is known of the customer anyway."""


class IncomingCall(Timeless[Nothing]):
    """Fires each time a customer calls; `values.open` counts their open matters."""

    name: ClassVar[str] = "incoming_call"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"call.ringing"})
    state = Nothing

    def start(self) -> Nothing:
        return Nothing()

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        queue = moment.properties.get("queue")
        named = queue if isinstance(queue, str) else ""
        values: dict[str, Value] = {"queue": named, "open": len(moment.customer.cases)}
        moment.signal(self.name, "call", values, [because(moment, "call.ringing")])
        return state

    def merge(self, state: Nothing, older: Nothing) -> Nothing:
        return state
