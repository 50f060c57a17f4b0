"""It went wrong, was put right, and they are back (S1-25)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Shift
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless
from streams.signals.outgoing import heard_from
from streams.signals.tone import merely_thanks, praises

TEN = 10.0
"""A rating without a scale is out of ten where it is above five, else out of five."""


WORDS = frozenset({"chat.message", "message.replied", "social.posted", "social.mentioned", "social.shared"})
"""Touchpoints that praise by their words alone."""


SURE = 0.75
"""Share of 1 from which a feeling is beyond doubt."""


class Fixed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When a complaint was last fixed to their satisfaction; 0: none that is still waited upon."""

    at: int = 0


class Repaired(Timeless[Fixed]):
    """Fires at the first purchase, good rating or word of praise (texts.yaml: intents) within `days` of a complaint
    that was fixed and satisfied. Praise counts where it is meant: what mocks, says that it fails again or feels bad all
    the same (`streams.signals.tone.sincere`) is none."""

    name: ClassVar[str] = "repaired"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = WORDS | {
        "complaint.resolved", "purchase.made", "order.placed", "feedback.rated",
    }  # fmt: skip
    state = Fixed

    def start(self) -> Fixed:
        return Fixed()

    def observe(self, state: Fixed, moment: Moment) -> Fixed:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        facts = moment.properties
        if touchpoint.type == "complaint.resolved":
            good = facts.get("outcome") == "fixed" and facts.get("satisfied") is True
            return Fixed(max(state.at, moment.at)) if good else state
        rule = moment.knowledge.signals[self.name]
        if not state.at <= moment.at <= state.at + rule.number("days") * DAY_MS or not state.at:
            return state
        if touchpoint.type == "feedback.rated" and not rating(facts) >= rule.number("praise"):
            return state
        if touchpoint.type in WORDS and not _praises(moment):
            return state
        days = round((moment.at - state.at) / DAY_MS)
        moment.signal(self.name, "repaired", {"after_days": days}, [because(moment, touchpoint.type)])
        return Fixed()

    def merge(self, state: Fixed, older: Fixed) -> Fixed:
        return Fixed(max(state.at, older.at))


def _praises(moment: Moment) -> bool:
    """Praise that is meant, and no complaint with it; mere thanks are polite, unless they sound glad.

    Where the relationship turns to a damaged one at the same time it must say that it is mended, or be beyond doubt:
    the evidence of the complaint is fresh, and one kind word more may be what tips it.
    """
    heard = heard_from(moment)
    if heard is None or not praises(heard):
        return False
    feeling = heard.sentiment()
    if _turns_away(moment) and not ("mended" in heard.said("reply") or feeling.share >= SURE):
        return False
    polite = merely_thanks(moment.knowledge.texts, heard)
    return feeling.name == "positive" or (feeling.name != "negative" and not polite)


def _turns_away(moment: Moment) -> bool:
    """Whether the relationship turns to a damaged one at this touchpoint."""
    shifts = (found for found in moment.out if isinstance(found, Shift))
    return any(moment.knowledge.relationship(shift.to).state == "damaged" for shift in shifts)


def rating(facts: dict[str, object]) -> float:
    """The score as a share of its scale, 0..1; 0 where there is none."""
    score, scale = facts.get("score"), facts.get("scale")
    if not isinstance(score, int | float):
        return 0.0
    whole = float(scale) if isinstance(scale, int | float) and scale > 0 else (TEN if score > 5 else 5.0)
    return min(1.0, max(0.0, score / whole))
