"""They keep telling us to leave them alone (S3-10)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar

import msgspec

from streams.alerts.changing import end
from streams.customers.kept import gathered
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless
from streams.signals.outgoing import heard_from
from streams.signals.refusal import REPLY, SAID, takes_back

ACTS = 8
"""Times they said no that are remembered."""
ONE_ACT_MS = 60_000
"""An unsubscription and the consent that goes with it are one act."""


CURT = frozenset({"chat.message", REPLY})
"""Where a bare word may stand for a no to us. In a complaint "Enough." is said of what went wrong."""
UNASKED = frozenset({"any", "phone", "phone_on_time"})
"""How cards have somebody reached who has not asked for it (signals.yaml: reach)."""
NO = "no"


class Refusals(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When they said no."""

    at: tuple[int, ...] = ()


class Harassed(Timeless[Refusals]):
    """Fires at the `times`-th no within `days`: an unsubscription, by a reply, too, a call they rejected, a word to
    stop wherever they say it (texts.yaml: wishes, leave_alone; in chat or reply `words` alone are enough), a no to a
    channel, another consent that they take back.
    What they were asked and never gave is no harassment, nor is what they deny ("you never bother me"). What comes
    within a minute of another no is the same act: a reply, and the unsubscription that a provider makes of it.
    From then on nobody gets in touch unasked: open cases that only want that (info, reached by what suits) close."""

    name: ClassVar[str] = "harassed"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = SAID | {"message.unsubscribed", "consent.changed"}
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
            _leave_in_peace(moment)
        return Refusals(at)

    def _refuses(self, moment: Moment) -> bool:
        touchpoint, facts = moment.touchpoint, moment.properties
        assert touchpoint is not None
        if touchpoint.type == "message.unsubscribed":
            return True
        if touchpoint.type == "call.ended" and facts.get("outcome") == "rejected":
            return True
        if touchpoint.type == "consent.changed":
            return facts.get("granted") is False and _taken_back(moment, str(facts.get("scope")))
        if takes_back(moment):
            return True
        heard = heard_from(moment)
        if heard is None:
            return False
        if "leave_alone" in heard.said("wish"):
            return True
        alone = _alone(moment.knowledge.signals[self.name].words("words"))
        return touchpoint.type in CURT and alone.search(heard.low) is not None

    def merge(self, state: Refusals, older: Refusals) -> Refusals:
        return Refusals(tuple(sorted([*state.at, *older.at]))[-ACTS:])


def _leave_in_peace(moment: Moment) -> None:
    for case in moment.customer.cases:
        rules = [moment.knowledge.signals.get(name) for name in case.names]
        unasked = all(rule is not None and rule.severity == "info" and rule.reach in UNASKED for rule in rules)
        if rules and unasked:
            end(moment, case, "closed", "left in peace")


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
