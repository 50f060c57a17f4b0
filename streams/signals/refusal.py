"""A reply that takes a channel back, as an unsubscription does (signals.md, Rulings: Consent; S3-10, S3-11)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from streams.customers.moment import Moment
from streams.knowledge.contacts import StopWords
from streams.signals.outgoing import heard_from
from streams.texts.finding import lowered
from streams.texts.listening import Heard
from streams.texts.spans import apart
from streams.texts.spelling import spelt

REPLY: Final = "message.replied"
SAID: Final = frozenset({
    REPLY, "chat.message", "call.started", "call.ended", "complaint.opened", "complaint.reopened", "social.mentioned",
    "feedback.rated",
})  # fmt: skip
"""Touchpoints in which they may tell us to leave them alone."""
_AND: Final = re.compile(r"(?: me| us)?(?:\s*(?:,|&|/|、|\band\b|\bor\b|和|或|跟|还有)\s*[\w-]+)*")
"""What a phrase goes on with: "calling me and texting me"."""
_SENTENCE: Final = re.compile(r"[.!?;\n。！？；…]+")
_BEFORE: Final = "please|kindly|just|ok|okay|hi|hello|i said|i told you to|请|麻烦|唔该|我要|我想|帮我|给我|说了|快"
_BEHIND: Final = "please|now|thanks|thank you|already|谢谢|谢了|吧|了|啦|唔该|喇"
"""What may stand beside a stop word without saying anything."""


def takes_back(moment: Moment) -> bool:
    """Whether they reply with a stop word (contacts.yaml: stop_words), whatever its case and what stands around it
    (`STOP!`, `请退订，谢谢`), or say in words of their own that they want no more (texts.yaml: wishes, leave_alone).

    What they deny ("you never bother me") takes nothing back. A reply on any other channel is one by itself.
    """
    touchpoint = moment.touchpoint
    if touchpoint is None or touchpoint.type != REPLY:
        return False
    heard = heard_from(moment)
    if heard is None:
        return False
    return "leave_alone" in heard.said("wish") or _stops(
        heard.spelt.text, touchpoint.channel, moment.knowledge.contacts.stop
    )


def taken_back(moment: Moment) -> tuple[str, ...]:
    """The channels that they take back, in order: that of a reply that does, and those that they name where they ask to
    be left alone (contacts.yaml: named), whatever the touchpoint. "Stop spamming me" in public names none."""
    touchpoint = moment.touchpoint
    if touchpoint is None or touchpoint.type not in SAID:
        return ()
    heard = heard_from(moment)
    if heard is None:
        return ()
    own = {touchpoint.channel} if takes_back(moment) else set()
    return tuple(sorted(own | _named(heard, moment.knowledge.contacts.named)))


def _named(heard: Heard, words: dict[str, tuple[str, ...]]) -> set[str]:
    said = heard.said("wish").get("leave_alone")
    if said is None:
        return set()
    end = heard.low.find(said) + len(said)
    more = _AND.match(heard.low, end)
    phrase = spelt(said + (more.group() if more is not None else "")).text
    return {channel for channel, each in words.items() if _any_of(each).search(phrase)}


def asks_nothing_more(moment: Moment) -> bool:
    """Whether a reply takes the channel back and that is all: it names no order or complaint, no worry, no question
    about one (texts.yaml: replies, matter), and wants nothing told or sent (requests) beside the words that take it
    back. How we came by their number is asked, and not for an answer."""
    touchpoint = moment.touchpoint
    if touchpoint is None or touchpoint.order_id or touchpoint.complaint_id or not takes_back(moment):
        return False
    heard = heard_from(moment)
    if heard is None:
        return False
    wants = heard.said("intent")
    about = heard.said("reply")
    return "worry" not in wants and not ("question" in wants and "matter" in about) and not _requests(heard)


def _requests(heard: Heard) -> bool:
    """Whether they want something told or sent, in other words than those by which they want no more."""
    stops = heard.spans("wish", "leave_alone")
    spans = heard.spans("reply", "requests")
    return any(apart(span, stops) for span in spans)


def _stops(text: str, channel: str, words: StopWords) -> bool:
    """One of the words as the whole text, or one of the plainer ones as a sentence of its own."""
    plain = unicodedata.normalize("NFKC", text)
    if _alone(words.whole_of(channel)).fullmatch(plain):
        return True
    sentence = _alone(words.sentence)
    return any(sentence.fullmatch(each) for each in _SENTENCE.split(plain))


@lru_cache(maxsize=16)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """One of them: letters of Latin words stand alone, and 打 is not that of 打扰."""
    either = "|".join(re.escape(word) for word in sorted(map(lowered, words), key=lambda word: (-len(word), word)))
    return re.compile(rf"(?<![a-z0-9])(?:{either or r'(?!)'})(?![a-z0-9扰搅])")


@lru_cache(maxsize=16)
def _alone(words: tuple[str, ...]) -> re.Pattern[str]:
    """One of them with nothing beside it but signs and politeness; said again and again, too, if it is no letter alone:
    `T.T` weeps."""
    once, often = ("|".join(map(re.escape, group)) or r"(?!)" for group in _by_length(words))
    said = rf"(?:{once}|(?:{often})(?:\W*(?:{often}))*)"
    return re.compile(rf"\W*(?:(?:{_BEFORE})\W*)?{said}\W*(?:(?:{_BEHIND})\W*)*")


def _by_length(words: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Single letters, and the others, the longest first, as they are spelt."""
    ordered = sorted((lowered(word) for word in words), key=lambda word: (-len(word), word))
    return [spelt(word).text for word in ordered if len(word) == 1], [spelt(w).text for w in ordered if len(w) > 1]
