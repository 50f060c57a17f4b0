"""What detectors share that read texts: the customer's words as they are heard, and our own as they go out."""

from __future__ import annotations

from typing import Final

from streams.customers.moment import Moment
from streams.texts.listening import Heard, listener
from streams.texts.quoting import own_words

THEIRS: Final = frozenset({
    "chat.message", "message.replied", "social.posted", "social.mentioned", "feedback.rated", "feedback.suggested",
    "complaint.opened", "complaint.updated", "complaint.reopened", "call.started", "call.ended", "order.cancelled",
    "order.returned",
})  # fmt: skip
"""Touchpoints in which customers speak in words of their own."""
OURS: Final = frozenset({"message.sent", "chat.message", "agent.answered", "agent.promised", "contact.planned"})
"""Touchpoints in which we write to them, or are about to."""
ANSWERS: Final = frozenset({"chat.message", "agent.answered", "agent.promised"})
"""Those of `OURS` that answer what somebody asked."""


def heard_from(moment: Moment) -> Heard | None:
    """The customer's own words, without mail of ours that they quote; None where these are not."""
    touchpoint = moment.touchpoint
    if touchpoint is None or touchpoint.initiator != "customer" or not touchpoint.text:
        return None
    words = own_words(touchpoint.text)
    return _hear(moment, words) if words else None


def written(moment: Moment) -> Heard | None:
    """Our own words; None where these are not."""
    touchpoint = moment.touchpoint
    if touchpoint is None or touchpoint.initiator != "company" or not touchpoint.text:
        return None
    return _hear(moment, touchpoint.text)


def lint_of(moment: Moment) -> str:
    """The matter of a flaw in our text: the text itself, which is the same when it is planned and when it is sent."""
    planned = moment.properties.get("contact_id")
    return f"lint:{planned if isinstance(planned, str) and planned else moment.event_id}"


def _hear(moment: Moment, text: str) -> Heard:
    knowledge = moment.knowledge
    return listener(knowledge.texts, knowledge.meanings).hear(text)
