"""Health, creed, opinion, schooling: not ours to write about (S4-05)."""

from __future__ import annotations

from typing import ClassVar

from schemas.records import Because
from streams.customers.moment import Moment
from streams.signals.detector import Nothing, Stateless
from streams.signals.outgoing import ANSWERS, OURS, lint_of, written
from streams.texts.linting import topic, topics
from streams.texts.listening import SHOWN, listener


class SensitiveTopic(Stateless):
    """Fires when a text of ours names a person's health, creed, opinion, schooling or private life (texts.yaml:
    topics, drugs; a feast of one creed that is wished to one person), whatever it is sent for. An answer may take up
    what the customer brought up themselves in their last words. A planned contact is read before it goes out. The card
    has the text without it. No state."""

    name: ClassVar[str] = "sensitive_topic"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = OURS

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        touchpoint, heard = moment.touchpoint, written(moment)
        flaw = topic(heard, moment.knowledge.texts) if heard is not None else None
        if flaw is None or touchpoint is None:
            return state
        if touchpoint.type not in ANSWERS or not _brought_up(moment, flaw.kind):
            reason = Because(event_id=moment.event_id, what=f"topic.{flaw.kind}: {flaw.words}")
            values = {"topic": flaw.kind, "found": flaw.words[:SHOWN]}
            moment.signal(self.name, lint_of(moment), values, [reason])
        return state


def _brought_up(moment: Moment, kind: str) -> bool:
    """Whether the customer has named the topic among their last touchpoints."""
    ear = listener(moment.knowledge.texts, moment.knowledge.meanings)
    theirs = (glimpse.words for glimpse in moment.customer.recent if glimpse.words and not glimpse.ours)
    return any(kind in topics(ear.hear(words), moment.knowledge.texts) for words in theirs)
