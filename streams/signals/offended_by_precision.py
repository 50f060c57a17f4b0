"""We count them, and tell them so (S4-06 "an analogue, not a digit", S4-04)."""

from __future__ import annotations

from typing import ClassVar

from schemas.records import Because
from streams.customers.moment import Moment
from streams.signals.detector import Nothing, Stateless
from streams.signals.outgoing import ANSWERS, OURS, lint_of, written
from streams.texts.linting import recital
from streams.texts.listening import SHOWN


class OffendedByPrecision(Stateless):
    """Fires when a text of ours recites exact counts or dates of what the customer did or failed to do
    ("您已经6个月没有光顾"): a number with a unit, or a date, near such a deed in one sentence, or any deed and
    number that are told of them by structure (texts.yaml: precision; streams/texts/counting.py). How long they
    stayed away is never to be told; other counts and dates belong into service messages and answers, and are
    silent there. Numbers about goods (guarantee, delivery, discount), and what customers may have, get or owe,
    are silent everywhere. A planned contact is read before it goes out. The card has the text anew, vague and
    warm. No state."""

    name: ClassVar[str] = "offended_by_precision"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = OURS

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        touchpoint, heard = moment.touchpoint, written(moment)
        flaw = recital(heard, moment.knowledge.texts) if heard is not None else None
        if flaw is None or touchpoint is None:
            return state
        to_the_point = touchpoint.type in ANSWERS or moment.properties.get("purpose") == "service"
        if flaw.kind == "absence" or not to_the_point:
            words = flaw.words[:SHOWN]
            reason = Because(event_id=moment.event_id, what=f"recital.{flaw.kind}: {words}")
            moment.signal(self.name, lint_of(moment), {"recital": flaw.kind, "found": words}, [reason])
        return state
