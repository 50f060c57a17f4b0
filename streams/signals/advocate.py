"""They speak well of us, more than almost anybody, and more so lately (S2-04, S2-05, D17)."""

from __future__ import annotations

from math import log10
from typing import ClassVar

import msgspec

from schemas.records import Value
from streams.customers.moment import DAY_MS, Moment, because
from streams.relationships.words import in_return
from streams.signals.crowd import of_the_crowd
from streams.signals.detector import Timeless
from streams.signals.outgoing import heard_from
from streams.signals.tone import merely_thanks, praises, tone_of
from streams.texts.crying import cry

ACTS = 12
"""Acts whose times are remembered, to tell what the score was `rising_days` ago; earlier ones count as old."""
UNIT = 1000
REFERRAL = "referral.sent"
SHARED = "social.shared"
RATED = "feedback.rated"
SAID = frozenset({"social.posted", "social.mentioned"})
"""What may speak well of us, or say anything else."""


class Voice(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The score at `at` (ms), in thousandths, and the last acts: when, and thousandths that each added."""

    at: int = 0
    score: int = 0
    acts: tuple[tuple[int, int], ...] = ()


class Advocate(Timeless[Voice]):
    """Fires when their advocacy passes what 99 of 100 customers have, and is `rise` times what it was `rising_days` ago
    or more.

    Advocacy is a sum with a half-life of `half_life_days` (forward decay: Cormode et al., ICDE 2009): each act has a
    weight of `weights`, what others read more with its reach (decimal logarithm). A rating counts only where it is the
    top of its scale or near, a post or mention only where it recommends us, and what is shared not where its words are
    of displeasure: who shares "do not buy here" is no advocate. The quantile is the one last broadcast, else
    `quantile_99`, and never below `least`: where hardly anybody speaks of us, one kind word is more than 99 of 100
    have, and no advocacy. An act that arrives late counts what is left of it.
    """

    name: ClassVar[str] = "advocate"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "social.shared", "social.posted", "social.mentioned", "app.event", "feedback.rated", "feedback.suggested",
        "event.attended", "club.active",
    })  # fmt: skip
    state = Voice

    def start(self) -> Voice:
        return Voice()

    def observe(self, state: Voice, moment: Moment) -> Voice:
        weight = self._weight(moment)
        if not weight:
            return state
        rule = moment.knowledge.signals[self.name]
        half = rule.number("half_life_days") * DAY_MS
        before, state = state, _add(state, moment.at, round(UNIT * weight), half)
        score = state.score / UNIT
        moment.stand(f"{self.name}.quantile_99", before.score / UNIT, score)
        if score <= max(rule.number("least"), of_the_crowd(moment, self.name, "quantile_99")):
            return state
        ago = rule.number("rising_days") * DAY_MS
        recent = sum(each * _left(state.at - at, half) for at, each in state.acts if state.at - at <= ago)
        earlier = max(0.0, state.score - recent) / _left(ago, half) / UNIT
        if score >= rule.number("rise") * earlier:
            values: dict[str, Value] = {"score": round(score, 1), "before": round(earlier, 1)}
            what = moment.touchpoint.type if moment.touchpoint else ""
            moment.signal(self.name, "advocate", values, [because(moment, what)])
        return state

    def _weight(self, moment: Moment) -> float:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.initiator != "customer":
            return 0.0
        rule = moment.knowledge.signals[self.name]
        weight = rule.numbers("weights").get(touchpoint.type, 0.0)
        if touchpoint.type == "app.event" and moment.properties.get("name") != REFERRAL:
            return 0.0
        if touchpoint.type == SHARED and (tone_of(moment) or 0.0) < 0:
            return 0.0
        if touchpoint.type == RATED and (tone_of(moment) or 0.0) < rule.number("praise"):
            return 0.0
        if touchpoint.type in SAID and not _recommends(moment):
            return 0.0
        reach = moment.properties.get("reach")
        return weight * (1 + log10(max(1.0, float(reach)))) if isinstance(reach, int | float) else weight

    def merge(self, state: Voice, older: Voice) -> Voice:
        """Both scores as they stand at the later of the two moments, by the usual half-life."""
        if not state.at or not older.at:
            return state if state.at else older
        early, later = sorted((state, older), key=lambda each: each.at)
        score = later.score + round(early.score * _left(later.at - early.at, MERGING_MS))
        return Voice(later.at, score, tuple(sorted((*state.acts, *older.acts)))[-ACTS:])


def _recommends(moment: Moment) -> bool:
    """Praise that is felt and says more than thanks, asks nothing, and does not say that it wants something for it."""
    heard = heard_from(moment)
    if heard is None or not praises(heard) or merely_thanks(moment.knowledge.texts, heard) or cry(heard) is not None:
        return False
    return heard.sentiment().name == "positive" and not in_return(moment.knowledge, heard.text)


MERGING_MS = 90 * DAY_MS
"""The half-life that a merge goes by: there is no knowledge at hand."""


def _add(state: Voice, at: int, amount: int, half: float) -> Voice:
    acts = tuple(sorted((*state.acts, (at, amount))))[-ACTS:]
    if at >= state.at:
        return Voice(at, round(state.score * _left(at - state.at, half)) + amount, acts)
    return Voice(state.at, state.score + round(amount * _left(state.at - at, half)), acts)


def _left(ms: float, half: float) -> float:
    return float(2.0 ** (-ms / half))
