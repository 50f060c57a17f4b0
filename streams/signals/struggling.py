"""Stuck on our pages (S1-21, S3-03)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Value
from streams.alerts.cases import close_all
from streams.customers.kept import gathered, in_order
from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless

STEPS = 12
"""Steps and failed payments of the present session that are remembered."""
MINUTE_MS = 60_000
PAYMENT = "payment.failed"
PREFIX = "checkout:"


class Session(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What was tried in it, and when."""

    id: str = ""
    tried: tuple[tuple[str, int], ...] = ()


class Struggling(Timeless[Session]):
    """Fires when the same step of a checkout is entered `loops` times within `minutes` of one session, or a payment
    fails `failures` times in it. Touchpoints without a session belong to the one that has none. The case ends with an
    order: they got through."""

    name: ClassVar[str] = "struggling"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"checkout.step", "payment.failed", "order.placed"})
    state = Session

    def start(self) -> Session:
        return Session()

    def observe(self, state: Session, moment: Moment) -> Session:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        session = touchpoint.session_id or ""
        if touchpoint.type == "order.placed":
            close_all(moment, PREFIX, "ordered")
            return state if state == Session() else Session()
        what = PAYMENT if touchpoint.type == PAYMENT else str(moment.properties.get("step"))[:32]
        tried = state.tried if session == state.id else ()
        tried = in_order((*tried, (what, moment.at)), STEPS)
        rule = moment.knowledge.signals[self.name]
        n = gathered(tried, what, moment.at, rule.number("minutes") * MINUTE_MS)
        if n >= rule.number("failures" if what == PAYMENT else "loops"):
            values: dict[str, Value] = {"step": what, "n": n}
            moment.signal(self.name, f"{PREFIX}{session or what}", values, [because(moment, touchpoint.type)])
        return Session(session, tried)

    def merge(self, state: Session, older: Session) -> Session:
        return state if state.tried else older
