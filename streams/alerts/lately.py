"""The last facts that a card tells, each with whether staff may speak of it (S2-03, S4-04)."""

from __future__ import annotations

from itertools import islice
from typing import Final

import msgspec

from streams.alerts.speaking import Speaker
from streams.customers.customer import Glimpse
from streams.texts.linting import topic
from streams.texts.listening import listener

FACTS: Final = 3


def recent(speaker: Speaker) -> tuple[str, ...]:
    at = speaker.moment.at
    told = (_fact(speaker, g) for g in reversed(speaker.moment.customer.recent) if g.at <= at)
    return tuple(islice(told, FACTS)) or (speaker.say("recent.none"),)


def _fact(speaker: Speaker, glimpse: Glimpse) -> str:
    """The fact with whether staff may speak of it; of what they must never mention no words are shown. Words about
    health, faith or grief are known, and not brought up."""
    if never_mentioned(speaker, glimpse):
        hidden = msgspec.structs.replace(glimpse, words="")
        return speaker.say("fact.never", fact=_line(speaker, hidden))
    mark = "fact.say" if may_be_mentioned(speaker, glimpse) else "fact.silent"
    return speaker.say(mark, fact=_line(speaker, glimpse))


def never_mentioned(speaker: Speaker, glimpse: Glimpse) -> bool:
    return glimpse.private or glimpse.type in speaker.knowledge.alerts.never_said


def may_be_mentioned(speaker: Speaker, glimpse: Glimpse) -> bool:
    """Whether staff may bring it up: of a kind that may be, and not in words about health, faith or grief."""
    if never_mentioned(speaker, glimpse) or glimpse.type not in speaker.knowledge.alerts.said:
        return False
    knowledge = speaker.knowledge
    return not glimpse.words or topic(listener(knowledge.texts, knowledge.meanings).hear(glimpse.words)) is None


def _line(speaker: Speaker, glimpse: Glimpse) -> str:
    when, what = speaker.ago(speaker.moment.at - glimpse.at), speaker.kind(glimpse.type)
    if glimpse.words and glimpse.ours:
        return speaker.say("recent.ours", when=when, text=glimpse.words)
    if glimpse.words and glimpse.type == "purchase.made":
        return speaker.say("recent.item", when=when, what=what, item=glimpse.words)
    if glimpse.words:
        return speaker.say("recent.words", when=when, what=what, text=glimpse.words)
    return speaker.say("recent.plain", when=when, what=what)
