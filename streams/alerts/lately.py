"""The last facts that a card tells, each with whether staff may speak of it (S2-03, S4-04)."""

from __future__ import annotations

from itertools import islice
from typing import Final

import msgspec

from streams.alerts.speaking import Speaker
from streams.customers.customer import Glimpse
from streams.customers.moment import Moment
from streams.texts.linting import confided
from streams.texts.listening import listener

FACTS: Final = 3


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
