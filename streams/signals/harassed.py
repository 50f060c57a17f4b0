"""They keep telling us to leave them alone (S3-10)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar

import msgspec

from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless

ACTS = 8
"""Times they said no that are remembered."""
ONE_ACT_MS = 60_000
"""An unsubscription and the consent that goes with it are one act."""


class Refusals(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When they said no."""

    at: tuple[int, ...] = ()


class Harassed(Timeless[Refusals]):
    """Fires at the `times`-th no within `days`: an unsubscription, a call they rejected, a stop word, a consent that
    they take back."""

    name: ClassVar[str] = "harassed"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "message.unsubscribed", "call.ended", "message.replied", "chat.message", "consent.changed",
    })  # fmt: skip
    state = Refusals

    def start(self) -> Refusals:
        return Refusals()

    def observe(self, state: Refusals, moment: Moment) -> Refusals:
        if not self._refuses(moment):
            return state
        if any(abs(moment.at - at) <= ONE_ACT_MS for at in state.at):
            return state
        rule = moment.knowledge.signals[self.name]
        at = tuple(sorted((*state.at, moment.at)))[-ACTS:]
        since = moment.at - rule.number("days") * DAY_MS
        n = sum(since <= each <= moment.at for each in at)
        if n >= rule.number("times"):
            what = moment.touchpoint.type if moment.touchpoint else ""
            moment.signal(self.name, "harassed", {"n": n}, [because(moment, what)])
        return Refusals(at)

    def _refuses(self, moment: Moment) -> bool:
        touchpoint, facts = moment.touchpoint, moment.properties
        assert touchpoint is not None
        if touchpoint.type == "message.unsubscribed":
            return True
        if touchpoint.type == "call.ended":
            return facts.get("outcome") == "rejected"
        if touchpoint.type == "consent.changed":
            return facts.get("granted") is False
        if touchpoint.initiator != "customer" or not touchpoint.text:
            return False
        return _stops(moment.knowledge.signals[self.name].words("words")).search(touchpoint.text.lower()) is not None

    def merge(self, state: Refusals, older: Refusals) -> Refusals:
        return Refusals(tuple(sorted([*state.at, *older.at]))[-ACTS:])


@lru_cache(maxsize=16)
def _stops(words: tuple[str, ...]) -> re.Pattern[str]:
    """English ones as a whole text or sentence of their own, Chinese ones anywhere."""
    latin = "|".join(re.escape(word.lower()) for word in words if word.isascii())
    others = "|".join(re.escape(word) for word in words if not word.isascii())
    parts = [rf"(?:^|[.!?]\s*)(?:please\s+)?(?:{latin})\s*(?:[.!?]|$)"] if latin else []
    return re.compile("|".join([*parts, *([others] if others else [])]) or r"(?!)")
