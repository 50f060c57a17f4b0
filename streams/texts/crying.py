"""Whether a line cries for help or asks something, by its words, by what has happened to whom, and by its faces."""

from __future__ import annotations

import re
from typing import Final

from streams.texts.listening import Heard

_SENTENCE: Final = re.compile(r"[.!?~…。！？\n]")
_MARKS: Final = frozenset("?？")

Span = tuple[int, int]


def cry(heard: Heard) -> tuple[str, str] | None:
    """`worry` or `question`, and the words for it.

    They worry where they say so, or where something is wrong and it presses, and neither is over nor praised. They ask
    where the words of a question are no exclamation; beside praise, where these stand in a sentence of their own that
    ends in a question mark. Such a mark alone asks unless they praise, exclaim or are glad.
    """
    said = heard.said("intent")
    words = said.get("worry") or _distress(heard, praised="praise" in said)
    if words:
        return "worry", words
    asked = _asked(heard, said)
    return ("question", asked) if asked else None


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
    spans = heard.spans("intent", "question")
    exclaims = () if "complaint" in said else heard.spans("cry", "exclaims")
    worded = [span for span in spans if not _MARKS.issuperset(low[slice(*span)])]
    meant = [span for span in worded if not any(_overlap(span, each) for each in exclaims)]
    if praised:
        kind = heard.spans("intent", "praise")
        meant = [span for span in meant if _ends_asking(low, span) and not any(_beside(low, span, p) for p in kind)]
    if meant:
        return low[slice(*meant[0])]
    glad = praised or exclaims or ("happy" in heard.said("cry") and "complaint" not in said)
    return None if worded or glad else said["question"]


def _ends_asking(text: str, span: Span) -> bool:
    end = _SENTENCE.search(text, span[1])
    return end is not None and end.group() in _MARKS


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _beside(text: str, one: Span, other: Span) -> bool:
    """Whether two stand in one sentence."""
    first, second = sorted((one, other))
    return not _SENTENCE.search(text, first[1], second[0])
