"""The moment to ask how it was: at once, one tap (S3-03)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.alerts.cases import close_matter
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless

MATTER = "feedback"


class Asked(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When they were last asked, and whether the call that goes on was handed over."""

    at: int = 0
    handed_over: bool = False


class AskedForFeedback(Timeless[Asked]):
    """Fires when a service, a failure or a hand-over has ended, at most once in `days`: a finished service, a failed
    payment or delivery, the end of a call that was handed over. The case ends when they have rated."""

    name: ClassVar[str] = "asked_for_feedback"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "service.completed", "payment.failed", "delivery.attempted", "call.transferred", "call.ended", "feedback.rated",
    })  # fmt: skip
    state = Asked

    def start(self) -> Asked:
        return Asked()

    def observe(self, state: Asked, moment: Moment) -> Asked:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        kind = touchpoint.type
        if kind == "feedback.rated":
            close_matter(moment, MATTER, "rated")
            return state
        if kind == "call.transferred":
            return Asked(state.at, True)
        if kind == "delivery.attempted" and moment.properties.get("ok") is not False:
            return state
        if kind == "call.ended" and not state.handed_over:
            return state
        days = moment.knowledge.signals[self.name].number("days")
        if state.at and abs(moment.at - state.at) < days * DAY_MS:
            return Asked(state.at) if kind == "call.ended" else state
        moment.signal(self.name, MATTER, {"after": kind}, [because(moment, kind)])
        return Asked(moment.at)

    def merge(self, state: Asked, older: Asked) -> Asked:
        return Asked(max(state.at, older.at), state.handed_over)
