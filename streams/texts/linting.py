"""What we must not write: a customer's exact counts and dates (S4-06), and sensitive topics (S4-05); how to say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from streams.knowledge.marks import Texts
from streams.texts.listening import Heard, Listener

NEAR: Final = 32
"""Letters between a number and what the customer did within which one is about the other."""
FLAWS: Final = 8
"""Flaws of one text that are mended; a text with more is said anew as a whole."""
BEHIND: Final = 14
"""Letters behind a number within which a harmless word makes it one about the goods."""
_SENTENCE: Final = re.compile(r"[。！？!?；;\n]|\.(?=\s|$)")
_CLAUSE: Final = re.compile(r"[，,。！？!?；;\n]|\.(?=\s|$)|\s[-–—]\s")
_DIGITS: Final = (
    r"\d[\d,.]*|[一二两三四五六七八九十百千半]+"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a dozen)\b"
)
_SUM: Final = r"[£$€¥￥]\s?\d[\d,.]*"
_MONTHS: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_DATE: Final = re.compile(
    rf"\d{{4}}[-/.年]\d{{1,2}}(?:[-/.月]\d{{1,2}}日?|月)|\d{{1,2}}月\d{{1,2}}[日号]|\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTHS}\b"
    rf"|\b{_MONTHS}\s\d{{1,2}}(?:st|nd|rd|th)?\b|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b"
)  # fmt: skip
_LAST: Final = re.compile(r"上一?[次回]|\blast (?:time|visit|order|purchase)\b")
"""What looks back: an exact date beside it is one of theirs, whatever it says that they did."""


class Flaw(NamedTuple):
    """What is wrong, the words that show it, and which part of the text would have to go."""

    kind: str
    words: str
    start: int
    end: int


def recital(heard: Heard, texts: Texts) -> Flaw | None:
    """The first place that recites what the customer did: `absence`, `count` or `date`; None where there is none."""
    low = heard.low
    deeds = [("absence", *span) for span in heard.spans("precision", "absence")]
    deeds += [("deeds", *span) for span in heard.spans("precision", "deeds")]
    dates = [found.span() for found in _DATE.finditer(low)]
    looks_back = [("last", *found.span()) for found in _LAST.finditer(low)] if dates else []
    if not deeds and not looks_back:
        return None
    counts = [found.span() for found in _counts(texts).finditer(low)]
    numbers = [("date", *span) for span in dates]
    numbers += [("count", *span) for span in counts if not any(a < span[1] and span[0] < b for a, b in dates)]
    for how, start, end in sorted(numbers, key=lambda each: each[1:]):
        for deed, first, last in sorted([*deeds, *looks_back] if how == "date" else deeds, key=lambda each: each[1:]):
            left, right = min(start, first), max(end, last)
            apart = max(start - last, first - end)
            if apart <= NEAR and not _SENTENCE.search(low, left, right):
                return Flaw("absence" if deed == "absence" else how, heard.text[left:right], left, right)
    return None


def topic(heard: Heard) -> Flaw | None:
    """The first sensitive topic that is named; None where there is none."""
    found = [Flaw(name, words, *heard.spans("topic", name)[0]) for name, words in heard.said("topic").items()]
    return min(found, key=lambda flaw: flaw.start, default=None)


def rewritten(text: str, listener: Listener, texts: Texts, lines: Mapping[str, str]) -> str:
    """The text without any recital or sensitive topic: each is said once by the line `rewrite.*` of its kind, and what
    says the same again goes. Where that does not end, or nothing else is left, the first line alone."""
    anew, said = text, list[str]()
    for _ in range(FLAWS):
        heard = listener.hear(anew)
        named, recited = topic(heard), recital(heard, texts)
        flaw = recited if named is None else named
        if flaw is None:
            return anew or said[0]
        line = lines["rewrite.topic" if flaw is named else f"rewrite.{flaw.kind}"]
        anew = mended(anew, flaw, "" if line in said else line)
        said.append(line)
    return said[0]


def mended(text: str, flaw: Flaw, instead: str) -> str:
    """The text with `instead` in place of the clauses of the flaw; the rest of it is kept."""
    left = max((found.end() for found in _CLAUSE.finditer(text, 0, flaw.start)), default=0)
    behind = _CLAUSE.search(text, flaw.end)
    right = behind.end() if behind else len(text)
    before, after = text[:left].strip(), text[right:].strip()
    if instead.endswith(".") and after:
        after = after[0].upper() + after[1:]
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
    return ("" if chinese else " ").join(part for part in (before, instead, after) if part)


@lru_cache(maxsize=4)
def _counts(texts: Texts) -> re.Pattern[str]:
    """A number with a unit, and nothing harmless right behind."""
    units, harmless = texts.mark("precision", "units"), texts.mark("precision", "harmless")
    assert units is not None
    assert harmless is not None
    english = "|".join(sorted(map(re.escape, units.of("en")), key=len, reverse=True))
    chinese = "|".join(sorted(map(re.escape, units.of("zh")), key=len, reverse=True))
    safe_en, safe_zh = "|".join(map(re.escape, harmless.of("en"))), "|".join(map(re.escape, harmless.of("zh")))
    safe = rf"(?!\s?(?:{safe_zh})|[^.!?,;]{{0,{BEHIND}}}\b(?:{safe_en})\b)"
    counted = rf"(?:{_DIGITS})\s?(?:(?:more\s)?\b(?:{english})\b|[个多几余]{{0,2}}(?:{chinese}))"
    return re.compile(rf"(?:{counted}|{_SUM}|\b(?:twice|thrice)\b){safe}")
