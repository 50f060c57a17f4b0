"""Whether a line cries for help or asks something, by its words, by what has happened to whom, and by its faces."""

from __future__ import annotations

import re
from typing import Final

from streams.texts.finding import clause, latin
from streams.texts.listening import Heard

_SENTENCE: Final = re.compile(r"[.!?~…。！？\n]")
_MARKS: Final = frozenset("?？")
_WIDE: Final = re.compile("[，。！？；：～]")
_HAN: Final = re.compile("[\u4e00-\u9fff]")
TALE: Final = 2
"""Different words of a book or a film from which on a text tells of one."""

Span = tuple[int, int]


def cry(heard: Heard) -> tuple[str, str] | None:
    """`worry` or `question`, and the words for it.

    They worry where they say so, or where something is wrong and it presses, and neither is over nor praised. They ask
    where the words of a question are no exclamation; beside praise, where these stand in a sentence of their own that
    ends in a question mark. Such a mark alone asks unless they praise, exclaim or are glad. What a book tells or asks,
    what they will find out by themselves and what they feared before they knew better is neither.
    """
    said = heard.said("intent")
    words = _worried(heard, said) or _distress(heard, praised="praise" in said)
    if words:
        return "worry", words
    asked = _asked(heard, said)
    return ("question", asked) if asked else None


def _worried(heard: Heard, said: dict[str, str]) -> str | None:
    """The words of a worry that is theirs, and still is one."""
    words = said.get("worry")
    if words is None:
        return None
    low, spans = heard.low, _told_to_us(heard, heard.spans("intent", "worry"))
    first = heard.spans("cry", "first")
    if first and "complaint" not in said and heard.sentiment().name == "positive":
        spans = [span for span in spans if not any(_beside(low, span, each) for each in first)]
    return words if spans else None


def _told_to_us(heard: Heard, spans: list[Span]) -> list[Span]:
    """Without what a text that tells of a book or a film says in sentences that are not about us. Who asks about a
    book in one sentence tells nothing of it."""
    low, tale = heard.low, heard.spans("cry", "tale")
    if len({low[slice(*span)] for span in tale}) < TALE:
        return spans
    ours = heard.spans("cry", "ours")
    return [
        span for span in spans
        if any(_beside(low, span, each) for each in ours)
        or (_ends_asking(low, span) and all(_beside(low, span, each) for each in tale))
    ]  # fmt: skip


def _distress(heard: Heard, praised: bool) -> str | None:
    signs = heard.said("cry")
    if not signs or praised or not signs.keys().isdisjoint(("before", "happy", "exclaims")):
        return None
    plight, pressing, tears = (signs.get(name) for name in ("plight", "pressing", "tearful"))
    if plight and (pressing or tears or "fearful" in signs or _twice(heard)):
        return plight
    if tears and pressing and _feels_bad(heard):
        return pressing
    return signs.get("fearful")


def _twice(heard: Heard) -> bool:
    return len(heard.spans("cry", "plight")) > 1


def _feels_bad(heard: Heard) -> bool:
    return heard.sentiment().name == "negative"


def _asked(heard: Heard, said: dict[str, str]) -> str | None:
    """The words of a question that is one."""
    if "question" not in said:
        return None
    low, praised = heard.low, "praise" in said
    spans = [span for span in _told_to_us(heard, heard.spans("intent", "question")) if not _idle(heard, span)]
    exclaims = () if "complaint" in said else heard.spans("cry", "exclaims")
    worded = [span for span in spans if not _MARKS.issuperset(low[slice(*span)])]
    meant = [span for span in worded if not any(_overlap(span, each) for each in exclaims)]
    if praised:
        kind = heard.spans("intent", "praise")
        meant = [span for span in meant if _ends_asking(low, span) and not any(_beside(low, span, p) for p in kind)]
    if meant:
        return low[slice(*meant[0])]
    glad = praised or exclaims or ("happy" in heard.said("cry") and "complaint" not in said)
    return None if worded or glad or not spans else low[slice(*spans[0])]


def _idle(heard: Heard, span: Span) -> bool:
    """Whether a question mark is none, or they are going to find out by themselves what they wonder about."""
    low = heard.low
    if _MARKS.issuperset(low[slice(*span)]):
        return low[span[0]] == "?" and _is_left_of_a_face(heard, span[0])
    if not heard.spans("cry", "untried"):
        return False
    begins, _ = clause(low, *span)
    return any(begins <= start <= span[0] for start, _ in heard.spans("cry", "wonders"))


def _is_left_of_a_face(heard: Heard, mark: int) -> bool:
    """Whether a half-width mark in Chinese is what an encoding left of a face: nothing in its clause asks, and it does
    not end a text that is typed without full-width signs."""
    low = heard.low
    end = len(low[:mark].rstrip("? "))
    if not _HAN.search(low, 0, end) or latin(low[end - 1]):
        return False
    begins, _ = clause(low, end, end)
    if any(begins <= start < end for start, _ in heard.spans("cry", "asks")):
        return False
    return bool(low[mark:].strip("?!~ ") or _WIDE.search(low, 0, end))


def _ends_asking(text: str, span: Span) -> bool:
    end = _SENTENCE.search(text, span[0])
    return end is not None and end.group() in _MARKS


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _beside(text: str, one: Span, other: Span) -> bool:
    """Whether two stand in one sentence."""
    first, second = sorted((one, other))
    return not _SENTENCE.search(text, first[1], second[0])
