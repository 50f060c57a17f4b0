"""Whether a text takes a word back: a negation reaches it, and no second one turns that round."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from streams.knowledge.marks import Negation
from streams.texts.spans import Span

_WORD: Final = re.compile(r"[\w']+|[^\w\s]")
LOOKBACK: Final = 80
"""Letters before an English word in which a negation is looked for."""
AHEAD: Final = 40
"""Letters between what somebody is not to think ("don't think that", 别以为) and the negation in it, at most."""
_SUBJECTS: Final = frozenset({"i", "i'm", "i'll", "i'd", "im", "ill", "we", "we're", "we'll", "we'd"})
"""They begin a clause of their own, but not one that stands free of what is said of it."""
_ADDRESSED: Final = frozenset({"you", "this", "that", "it", "they", "we", "i", "these", "those", "there"})
"""Whom a question has behind its first word: "isn't this a scam" and "didn't you lie" deny nothing."""
_TAGGED: Final = re.compile(r"[^,.!?;:，。！？；：\n]*?(?:吗|嘛|么|是什么|又是啥|是啥)(?=[,.!?;:，。！？；：~\s]|$)")
"""The end of a clause that makes a question of 不是, and what it says a claim: 这不是欺负人吗."""
_IF: Final = frozenset({"if", "unless", "since", "because", "when", "as", "where"})
CONDITION: Final = 5
"""Words between the beginning of a condition and its negation, at most."""


def denied(rule: Negation, text: str, start: int, spans: Sequence[Span]) -> bool:
    """Whether what begins at `start` is taken back: by a negation in reach, and not by two, which affirm ("don't think
    I won't", 别以为我不会). One that is part of a word found (`spans`) denies nothing, nor does that of a condition."""
    found = _in_chinese(rule, text, start, spans) if rule.language == "zh" else _in_english(rule, text, start)
    first = found[0] if found else start
    outer = _outer(rule.outer).search(text, max(0, first - AHEAD), first) if rule.outer and first else None
    told = outer is not None and not _ends(rule, text[outer.end(1) : first])
    if told and outer is not None and (found or stands_between(rule, outer.group(1))):
        return len(found) % 2 == 0
    return len(found) % 2 == 1


def stands_between(rule: Negation, between: str) -> bool:
    """Whether a negation stands in these letters."""
    if rule.language == "zh":
        found = ((word, between.find(word)) for word in (*rule.words, *rule.adjoining))
        return any(at >= 0 and not _inside(between, at, at + len(word), rule.exceptions) for word, at in found)
    return any(_negates(rule, token) for token in _WORD.findall(between))


def reach(rule: Negation, text: str, start: int) -> int:
    """Where the stretch begins in which a negation of what begins at `start` may stand."""
    if rule.language == "zh":
        floor = max(0, start - rule.window - _negations(rule)[1])
        return max(
            [floor, *(text.rfind(mark, floor, start) + len(mark) for mark in rule.breaks if mark in text[floor:start])]
        )
    tokens = list(_WORD.finditer(text, max(0, start - LOOKBACK), start))
    begin = start
    for token in reversed(tokens[-rule.window :]):
        if token.group() in rule.breaks:
            break
        begin = token.start()
    return begin


@lru_cache(maxsize=16)
def _negations(rule: Negation) -> tuple[re.Pattern[str], int]:
    """Any of the words, the longest first, and how long that is."""
    words = sorted((*rule.words, *rule.adjoining), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)) or "(?!)"), max(map(len, words), default=0)


@lru_cache(maxsize=16)
def _outer(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One of the phrases, and nothing behind it that ends a sentence."""
    either = "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))
    return re.compile(rf"(?<![a-z])({either})(?![a-z])[^,.!?;:，。！？；：、]*$")


def _in_chinese(rule: Negation, text: str, start: int, spans: Sequence[Span]) -> list[int]:
    """Where negations that reach `start` begin; one that is said twice in a row (不用不用) counts once."""
    some, longest = _negations(rule)
    floor = max(0, start - rule.window - longest)
    if not some.search(text, floor, start):
        return []
    found = [each.span() for each in some.finditer(text, floor, start) if _reaches(rule, text, each.span(), start)]
    free = [
        (at, end) for at, end in found
        if not any(s <= at and end <= e for s, e in spans) and not _inside(text, at, end, rule.exceptions)
    ]  # fmt: skip
    again = {
        at for (before, till), (at, end) in pairwise(free) if till == at and text[at:end].startswith(text[before:till])
    }
    return [at for at, _ in free if at not in again]


def _reaches(rule: Negation, text: str, span: Span, start: int) -> bool:
    at, end = span
    if text.startswith("不是", at) and _TAGGED.match(text, start):
        return False
    near = start == end if text[at:end] in rule.adjoining else start - end <= rule.window
    return near and not any(mark in text[end:start] for mark in rule.breaks)


def _in_english(rule: Negation, text: str, start: int) -> list[int]:
    """Where negations that reach `start` begin; those of a `nor`, and one that is said twice, count as one."""
    near = _near(rule, text, start)
    words = [token.group() for token in near]
    if not any(_negates(rule, word) for word in words):
        return []
    joined = " ".join(words)
    if any(exception in joined for exception in rule.exceptions):
        return []
    found = [n for n, word in enumerate(words) if _negates(rule, word) and (n == 0 or words[n - 1] != word)]
    if not found or ("nor" in words and "nor" in rule.words):
        return [near[n].start() for n in found[:1]]
    if len(found) == 1 and (_of_a_condition(text, near, found[0]) or _of_a_question(rule, text, near, found[0])):
        return []
    return [near[n].start() for n in found]


def _of_a_question(rule: Negation, text: str, near: Sequence[re.Match[str]], at: int) -> bool:
    """Whether the negation begins a clause and asks: "isn't this …"."""
    behind = near[at + 1].group() if at + 1 < len(near) else ""
    before = _WORD.findall(text, max(0, near[at].start() - LOOKBACK), near[at].start())
    return (
        near[at].group().endswith("n't")
        and behind in _ADDRESSED
        and (not before or before[-1] in (*rule.breaks, "and"))
    )


def _near(rule: Negation, text: str, start: int) -> list[re.Match[str]]:
    """The words before `start` that belong to its clause, as far as a negation reaches."""
    tokens = list(_WORD.finditer(text, max(0, start - LOOKBACK), start))
    first = len(tokens)
    while first > 0 and len(tokens) - first < rule.window and tokens[first - 1].group() not in rule.breaks:
        first -= 1
    return tokens[first:]


def _of_a_condition(text: str, near: Sequence[re.Match[str]], negation: int) -> bool:
    """Whether it is a condition that is denied: "if it is not mended my lawyer will write" threatens. Of their own deed
    ("if I don't sue") only what is done to them is one ("if I'm not refunded my lawyer will write")."""
    behind = [token.group() for token in near[negation + 1 :]]
    before = _WORD.findall(text[max(0, near[negation].start() - LOOKBACK) : near[negation].start()])[-CONDITION:]
    opening = next((n for n in range(len(before) - 1, -1, -1) if before[n] in _IF or not before[n][0].isalpha()), None)
    if opening is None or before[opening] not in _IF or not behind:
        return False
    return behind[0].endswith("ed") or (len(behind) > 1 and not _SUBJECTS.intersection(before[opening:]))


def _negates(rule: Negation, token: str) -> bool:
    return token in rule.words or ("n't" in rule.words and token.endswith("n't"))


def _ends(rule: Negation, between: str) -> bool:
    """Whether one of the breaks stands there that a subject is not."""
    if rule.language == "zh":
        return " " in between
    return any(token in rule.breaks and token not in _SUBJECTS for token in _WORD.findall(between))


def _inside(text: str, start: int, end: int, words: Sequence[str]) -> bool:
    for word in words:
        first = text.find(word, max(0, end - len(word)), start + len(word))
        if first >= 0 and first <= start and end <= first + len(word):
            return True
    return False
