"""It is too loud, too full, too dirty or too hot where they are just now (S1-12)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Value
from streams.customers.moment import Moment, because
from streams.knowledge.model import Knowledge, SignalRule
from streams.signals.detector import News, Timeless

MINUTE_MS = 60_000


class Presence(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Where they were last, and when."""

    place: str = ""
    at: int = 0


class UncomfortablePlace(Timeless[Presence]):
    """Fires when a measurement of a place is outside its limits and the customer entered, scanned or visited there
    within `minutes` before. Someone known only by a device or a cookie is nobody whom staff could look after.
    What the place is like is told to the managers by `streams.trends.comfort`, whoever is there."""

    name: ClassVar[str] = "uncomfortable_place"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"store.entered", "store.visited", "qr.scanned"})
    meets: ClassVar[frozenset[str]] = frozenset({"env.measured"})
    state = Presence

    def start(self) -> Presence:
        return Presence()

    def observe(self, state: Presence, moment: Moment) -> Presence:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if not touchpoint.location_id or moment.at < state.at:
            return state
        return Presence(touchpoint.location_id, moment.at)

    def concerns(self, news: News, knowledge: Knowledge) -> bool:
        """Whether a measurement lies outside what `limits` allows for its kind; unknown kinds never do."""
        rule = knowledge.signals[self.name]
        return is_outside(rule, str(news.properties.get("kind")), news.properties.get("value")) is True

    def meet(self, state: Presence, news: News, moment: Moment) -> Presence:
        if not state.place or state.place != news.location_id or moment.customer_id.startswith(("device:", "cookie:")):
            return state
        minutes = moment.knowledge.signals[self.name].number("minutes")
        if 0 <= news.at - state.at <= minutes * MINUTE_MS and self.concerns(news, moment.knowledge):
            values: dict[str, Value] = {
                "kind": str(news.properties.get("kind")),
                "value": float(news.properties["value"]),
                "location_id": state.place,
            }
            moment.signal(self.name, f"comfort:{state.place}", values, [because(moment, "env.measured")])
        return state

    def merge(self, state: Presence, older: Presence) -> Presence:
        return state if state.at >= older.at else older


def is_outside(rule: SignalRule, kind: str, value: object) -> bool | None:
    """Whether a value lies outside the `limits` of its kind, which are fine themselves; None: that has no limits."""
    limits = rule.tables("limits").get(kind)
    if limits is None or not isinstance(value, int | float):
        return None
    return not limits["low"] <= value <= limits["high"]
