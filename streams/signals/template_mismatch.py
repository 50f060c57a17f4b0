"""We talk to them as if they were somebody else (S0-03, S0-11)."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, Final

import msgspec

from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless
from streams.signals.outgoing import written

TONES = 3
"""Contacts that are looked back upon."""


TELLING: Final = ("apologetic", "promotional", "exclusive", "playful", "warm", "formal", "informative")
"""Of tones that have as many words in a text the first is meant."""


class Tones(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Tones of the last messages, the latest at the end."""

    last: tuple[str, ...] = ()


class TemplateMismatch(Timeless[Tones]):
    """Fires when `of_three` of the last three messages had a tone that the declared relationship does not bear
    (`tones` of relationships.yaml). The tone of one that names none is guessed from its words (texts.yaml: tones);
    a promotion is promotional as far as they do not say more. Nothing is said of strangers."""

    name: ClassVar[str] = "template_mismatch"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"message.sent"})
    state = Tones

    def start(self) -> Tones:
        return Tones()

    def observe(self, state: Tones, moment: Moment) -> Tones:
        facts = moment.properties
        tone = facts.get("tone") or _guessed(moment)
        if not isinstance(tone, str):
            return state
        last = (*state.last, tone[:16])[-TONES:]
        declared = moment.customer.declared
        if declared >= 0:
            type_ = moment.knowledge.types[declared]
            wrong = [each for each in last if each not in type_.tones]
            if len(wrong) >= moment.knowledge.signals[self.name].number("of_three") and tone in wrong:
                values = {"tones": " ".join(last), "relationship": type_.id}
                moment.signal(self.name, "tone", values, [because(moment, "message.sent")])
        return Tones(last)

    def merge(self, state: Tones, older: Tones) -> Tones:
        return Tones((*older.last, *state.last)[-TONES:])


def _guessed(moment: Moment) -> str | None:
    """The tone with most words in the text, the most telling of those that have as many; None where nothing says."""
    votes = Counter[str]()
    heard = written(moment)
    if heard is not None:
        for tone in heard.said("tone"):
            votes[tone] = len(heard.spans("tone", tone))
    if moment.properties.get("purpose") == "promo":
        votes["promotional"] += 1
    return max(votes, key=lambda tone: (votes[tone], -TELLING.index(tone)), default=None)
