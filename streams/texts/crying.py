"""Whether a line cries for help or asks something, by its words, by what has happened to whom, and by its faces."""

from __future__ import annotations

import re
from typing import Final

from streams.texts.finding import clause, latin
from streams.texts.listening import Heard
from streams.texts.spans import Span, apart

_SENTENCE: Final = re.compile(r"[.!?~…。！？\n]")
_MARKS: Final = frozenset("?？")
_WIDE: Final = re.compile("[，。！？；：～]")
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_TITLE: Final = re.compile(r"《[^《》]*》|[\"“'‘][^\"“”'‘’.!?]{2,60}[!?.]?[\"”'’],? by (?=[a-z])")
"""What a book, a film or a song is called."""
_OTHERWISE: Final = re.compile(
    r"结果|没想到|谁知|其实|后来|现在|但是?|不过|(?<![a-z])(?:but|turned out|in the end|now)(?![a-z])"
)
"""What they go on to tell of what they feared."""
_HEDGE: Final = re.compile(
    r"(?:怎么?样|如何)(?=[，。！；、,.!;\s]|$)|是不是(?![^，。！；,.!;\s]*(?:假|真|正|错|坏|新|修|退|换|漏|泄|破|裂|少|缺|问题))"
)
"""What somebody does not know, and does not ask, behind a word of `wonders`: how it will be, or whether it is so, but
not whether we deceived them."""

TALE: Final = 2
"""Different words of a book or a film, a title among them, from which on a text tells of one."""
LONG: Final = (60, 160)
"""Letters from which on a text tells rather than asks, in Chinese and in English."""
GLAD: Final = 0.9
"""Share of the good feeling from which on it plainly is glad."""


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
    if first and "complaint" not in said:
        spans = [span for span in spans if not any(_beside(low, span, f) and _unfounded(heard, f, span) for f in first)]
    return words if spans else None


def _unfounded(heard: Heard, first: Span, worry: Span) -> bool:
    """Whether what they feared first did not happen: they are glad, or go on to tell what came of it, and nothing went
    wrong."""
    if heard.sentiment().name == "positive":
        return True
    wrong = heard.said("cause") or "plight" in heard.said("cry") or "relapse" in heard.said("reply")
    told = _OTHERWISE.search(heard.low, first[1])
    return not wrong and told is not None and first[0] <= worry[0] and worry[1] <= told.start()


def _told_to_us(heard: Heard, spans: list[Span]) -> list[Span]:
    """Without titles, and without what a text that tells of a book or a film says in sentences that are not about us.
    Who asks about a book in one sentence tells nothing of it."""
    low, tale = heard.low, heard.spans("cry", "tale")
    titles = [title.span() for title in _TITLE.finditer(low)]
    spans = [span for span in spans if not any(start < span[0] and span[1] < end for start, end in titles)]
    if len({low[slice(*span)] for span in tale}) + bool(titles) < TALE:
        return spans
    ours = heard.spans("cry", "ours")
    return [
        span for span in spans
        if any(_beside(low, span, each) for each in ours)
        or ((_ends_asking(low, span) or _is_short(low)) and all(_beside(low, span, each) for each in tale))
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
    meant = [span for span in worded if apart(span, exclaims)]
    if praised:
        kind = heard.spans("intent", "praise")
        meant = [span for span in meant if _ends_asking(low, span) and not any(_beside(low, span, p) for p in kind)]
    if meant:
        return low[slice(*meant[0])]
    glad = praised or exclaims or ("happy" in heard.said("cry") and "complaint" not in said)
    return None if worded or glad or not spans else low[slice(*spans[0])]


def _idle(heard: Heard, span: Span) -> bool:
    """Whether a question mark is none, it is told in passing, or they wonder and do not ask: they are going to find out
    by themselves, or say no more than that they do not know."""
    low = heard.low
    bare = _MARKS.issuperset(low[slice(*span)])
    if bare and low[span[0]] == "?" and _is_left_of_a_face(heard, span[0]):
        return True
    if _in_passing(heard, span):
        return True
    if bare:
        return False
    begins, ends = clause(low, *span)
    if not any(begins <= start <= span[0] for start, _ in heard.spans("cry", "wonders")):
        return False
    return bool(heard.spans("cry", "untried")) or _hedges(heard, span, (begins, ends))


def _in_passing(heard: Heard, span: Span) -> bool:
    """Whether it stands in the middle of a long and plainly glad text, in a sentence that is not about us: so people
    tell, they do not ask. What ends a text with a question mark is asked."""
    low = heard.low
    if len(low) < (LONG[0] if heard.chinese else LONG[1]) or "complaint" in heard.said("intent"):
        return False
    end = _SENTENCE.search(low, span[1])
    if end is None or not low[end.end() :].strip("?？!！~。. \n"):
        return False
    feeling = heard.sentiment()
    if feeling.name != "positive" or feeling.share < GLAD:
        return False
    return not any(_beside(low, span, each) for each in heard.spans("cry", "ours"))


def _hedges(heard: Heard, span: Span, within: Span) -> bool:
    """Whether they only say that they do not know (不知道以后怎么样), no question mark behind it, and nothing is wrong
    or said of us."""
    low, ends = heard.low, within[1]
    if not _HEDGE.match(low, span[0]) or low[ends : ends + 1] in _MARKS or low[ends - 1] in "吗呢么":
        return False
    if "complaint" in heard.said("intent") or heard.sentiment().name == "negative":
        return False
    return apart(within, heard.spans("cry", "ours"))


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


def _is_short(low: str) -> bool:
    """Whether it is one sentence of a chat: people leave the mark of a question out there."""
    return len(low) < LONG[0] and _SENTENCE.search(low.rstrip(".!~…。！ ")) is None


def _beside(text: str, one: Span, other: Span) -> bool:
    """Whether two stand in one sentence."""
    first, second = sorted((one, other))
    return not _SENTENCE.search(text, first[1], second[0])
