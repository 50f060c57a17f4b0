"""They keep telling us to leave them alone (S3-10)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar

import msgspec

from streams.customers.kept import gathered
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless
from streams.signals.outgoing import heard_from
from streams.signals.refusal import takes_back

ACTS = 8
"""Times they said no that are remembered."""
ONE_ACT_MS = 60_000
"""An unsubscription and the consent that goes with it are one act."""


NO = "no"


class Refusals(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When they said no."""

    at: tuple[int, ...] = ()


class Harassed(Timeless[Refusals]):
    """Fires at the `times`-th no within `days`: an unsubscription, by a reply, too, a call they rejected, a word to
    stop (`words` alone, or texts.yaml: wishes, leave_alone), a no to a channel, another consent that they take back.
    What they were asked and never gave is no harassment, nor is what they deny ("you never bother me"). What comes
    within a minute of another no is the same act: a reply, and the unsubscription that a provider makes of it."""

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
        n = gathered(tuple((NO, each) for each in at), NO, moment.at, rule.number("days") * DAY_MS)
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
            return facts.get("granted") is False and _taken_back(moment, str(facts.get("scope")))
        if takes_back(moment):
            return True
        heard = heard_from(moment)
        if heard is None:
            return False
        alone = _alone(moment.knowledge.signals[self.name].words("words")).search(heard.low)
        return alone is not None or "leave_alone" in heard.said("wish")

    def merge(self, state: Refusals, older: Refusals) -> Refusals:
        return Refusals(tuple(sorted([*state.at, *older.at]))[-ACTS:])


def _taken_back(moment: Moment, scope: str) -> bool:
    """A no to a way of reaching them says enough; one to anything else only where there was a yes before."""
    if scope in moment.knowledge.channels:
        return True
    before = moment.consents_before.get(scope)
    return before is not None and before.granted


@lru_cache(maxsize=16)
def _alone(words: tuple[str, ...]) -> re.Pattern[str]:
    """One of them as a whole text, or as a sentence of its own."""
    either = "|".join(re.escape(word.lower()) for word in words)
    return re.compile(
        rf"(?:^|[.!?。！？])\s*(?:please\s+|请)?(?:{either or r'(?!)'})\s*(?:please\s*)?(?:[.!?。！？]|$)"
    )
