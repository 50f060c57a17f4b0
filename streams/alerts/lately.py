"""What a customer has done and said lately, and whether staff may speak of it (S2-03, S4-04)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

import msgspec

from streams.alerts.speaking import Speaker
from streams.customers.customer import Glimpse
from streams.customers.moment import Moment
from streams.texts.linting import confided
from streams.texts.listening import listener

FACTS: Final = 3
WORDS: Final = 160
"""Letters of the customer's own words on a card."""
SPOKEN: Final = frozenset({
    "chat.message", "message.replied", "social.posted", "social.mentioned", "feedback.rated", "feedback.suggested",
    "complaint.opened", "complaint.reopened", "call.started", "call.ended",
})  # fmt: skip
"""Touchpoints in which customers speak."""


def recent(speaker: Speaker, in_sight: bool = False) -> tuple[str, ...]:
    """`in_sight`: the card is read beside the customer, so that no words of what is not to be mentioned stand on it.
    What the card itself is about, and has no words, is told by the card."""
    moment = speaker.moment
    known = [g for g in reversed(moment.customer.recent) if g.at <= moment.at]
    if len(known) > 1 and _is_this(moment, known[0]):
        del known[0]
    told = (_fact(speaker, g, in_sight) for g in known)
    return tuple(islice(told, FACTS)) or (speaker.say("recent.none"),)


def _is_this(moment: Moment, glimpse: Glimpse) -> bool:
    now = moment.touchpoint
    return now is not None and not glimpse.words and (glimpse.at, glimpse.type) == (moment.at, now.type)


def _fact(speaker: Speaker, glimpse: Glimpse, in_sight: bool) -> str:
    """The fact with whether staff may speak of it; of what they must never mention no words are shown. Words about
    health, faith, grief and the like are known, and not brought up."""
    mark = "never" if never_mentioned(speaker, glimpse) else "say" if may_be_mentioned(speaker, glimpse) else "silent"
    if mark == "never" or (mark == "silent" and in_sight):
        glimpse = msgspec.structs.replace(glimpse, words="")
    return speaker.say(f"fact.{mark}", fact=_line(speaker, glimpse))


def never_mentioned(speaker: Speaker, glimpse: Glimpse) -> bool:
    return glimpse.private or glimpse.type in speaker.knowledge.alerts.never_said


def may_be_mentioned(speaker: Speaker, glimpse: Glimpse) -> bool:
    """Whether staff may bring it up: of a kind that may be, and not in words that confide something."""
    if never_mentioned(speaker, glimpse) or glimpse.type not in speaker.knowledge.alerts.said:
        return False
    if not glimpse.words:
        return True
    knowledge = speaker.knowledge
    heard = listener(knowledge.texts, knowledge.meanings).hear(glimpse.words)
    return not confided(heard, knowledge.texts)


def _line(speaker: Speaker, glimpse: Glimpse) -> str:
    when, what = speaker.ago(speaker.moment.at - glimpse.at), speaker.kind(glimpse.type)
    if glimpse.words and glimpse.ours:
        return speaker.say("recent.ours", when=when, text=glimpse.words)
    if glimpse.words and glimpse.type == "purchase.made":
        return speaker.say("recent.item", when=when, what=what, item=glimpse.words)
    if glimpse.words:
        return speaker.say("recent.words", when=when, what=what, text=glimpse.words)
    return speaker.say("recent.plain", when=when, what=what)


def their_words(speaker: Speaker) -> str:
    """What the customer has just said, else the last that they are known to have said and that may be brought up."""
    if now := just_said(speaker):
        return now
    return next((g.words for g in _spoken(speaker) if may_be_mentioned(speaker, g)), "")


def last_words(speaker: Speaker) -> str:
    """What they have said last, unless it is not to be brought up."""
    last = next(_spoken(speaker), None)
    return last.words if last is not None and may_be_mentioned(speaker, last) else ""


def _spoken(speaker: Speaker) -> Iterator[Glimpse]:
    return (g for g in reversed(speaker.moment.customer.recent) if not g.ours and g.words and g.type in SPOKEN)


def just_said(speaker: Speaker) -> str:
    """Their words of this moment, as far as a card shows them."""
    touchpoint = speaker.moment.touchpoint
    if touchpoint is None or touchpoint.initiator != "customer" or not touchpoint.text:
        return ""
    return touchpoint.text if len(touchpoint.text) <= WORDS else f"{touchpoint.text[:WORDS]}…"
