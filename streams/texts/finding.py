"""Finds the words of many lists in a text in one pass, and tells which of them the text denies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from streams.knowledge.marks import Negation
from streams.texts.script import simplified
from streams.texts.trie import Trie

_WORD = re.compile(r"[\w']+|[^\w\s]")
APART = " … "
"""`a … b` is an `a` with a `b` behind it in the same clause, and nothing between them that denies it."""
GAPS = {"zh": 10, "en": 28}
"""Letters that may stand between the two."""
_CLAUSE = re.compile(r"[,.!?;:，。！？；：\n]")
LOOKBACK = 80
"""Letters before an English word in which a negation is looked for."""


class Entry(NamedTuple):
    """A list of words of one language. `negation` None: these words cannot be denied.
    Of words that overlap the longest of a `family` wins."""

    words: tuple[str, ...]
    language: str
    negation: Negation | None
    family: str = ""


class Hit(NamedTuple):
    start: int
    end: int
    entry: int


def lowered(text: str) -> str:
    """The form in which words are found: small, simplified letters that keep their places."""
    low = text.lower().replace("’", "'")
    same = low if len(low) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    return simplified(same)


class Finder:
    """Entries compiled into one trie.

    The longest word of a family wins where two overlap; English ones stand between boundaries of words, Chinese ones
    anywhere.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = tuple(entries)
        words: dict[str, list[int]] = {}
        self._behind: dict[str, dict[str, list[int]]] = {}
        for number, entry in enumerate(self._entries):
            for word in entry.words:
                first, apart, second = lowered(word).partition(APART)
                if apart:
                    self._behind.setdefault(first, {}).setdefault(second, []).append(number)
                    words.setdefault(first, [])
                    words.setdefault(second, [])
                else:
                    words.setdefault(first, []).append(number)
        parts = {*self._behind, *(second for seconds in self._behind.values() for second in seconds)}
        self._trie = Trie(tuple(words))
        self._words = tuple((len(word), tuple(n), word if word in parts else "") for word, n in words.items())

    def hits(self, text: str) -> list[Hit]:
        """What stands in a `lowered` text, in its order; of an entry as often as it is there."""
        return list(self._longest(text))

    def find(self, text: str) -> tuple[dict[int, Hit], dict[int, Hit]]:
        """The first hit of each entry that a `lowered` text means, and the first of each that it denies."""
        return self.split(text, self.hits(text))

    def split(self, text: str, hits: Sequence[Hit]) -> tuple[dict[int, Hit], dict[int, Hit]]:
        """What `find` gives, for some of the hits."""
        spans = [(hit.start, hit.end) for hit in hits]
        plain: dict[int, Hit] = {}
        negated: dict[int, Hit] = {}
        for hit in hits:
            rule = self._entries[hit.entry].negation
            turned = rule is not None and denied(rule, text, hit.start, spans)
            (negated if turned else plain).setdefault(hit.entry, hit)
        return plain, negated

    def _longest(self, text: str) -> Iterator[Hit]:
        last: dict[str, Hit] = {}
        for hit in sorted(self._raw(text), key=_from_the_left):
            family = self._entries[hit.entry].family
            before = last.get(family)
            if before is None or hit.start >= before.end or (hit.start, hit.end) == (before.start, before.end):
                last[family] = hit
                yield hit

    def _raw(self, text: str) -> Iterator[Hit]:
        parts: dict[str, list[tuple[int, int]]] = {}
        for start, word in self._trie.find(text).tolist():
            length, numbers, part = self._words[word]
            end = start + length
            for number in numbers:
                if self._entries[number].language == "zh" or _stands_alone(text, start, end):
                    yield Hit(start, end, number)
            if part:
                parts.setdefault(part, []).append((start, end))
        for first in parts.keys() & self._behind.keys():
            behind = self._behind[first]
            for second in parts.keys() & behind.keys():
                for number in behind[second]:
                    yield from self._together(text, number, parts[first], parts[second])

    def _together(
        self, text: str, number: int, firsts: Sequence[tuple[int, int]], seconds: Sequence[tuple[int, int]]
    ) -> Iterator[Hit]:
        entry = self._entries[number]
        for begin, left in firsts:
            for right, end in seconds:
                if not left <= right <= left + GAPS[entry.language] or _CLAUSE.search(text, left, right):
                    continue
                alone = entry.language == "zh" or (_stands_alone(text, begin, left) and _stands_alone(text, right, end))
                if alone and not (entry.negation and _denies(entry.negation, text[left:right])):
                    yield Hit(begin, end, number)


def _denies(rule: Negation, between: str) -> bool:
    """Whether a negation stands in these letters."""
    if rule.language == "zh":
        found = ((word, between.find(word)) for word in rule.words)
        return any(at >= 0 and not _inside(between, at, at + len(word), rule.exceptions) for word, at in found)
    return any(token in rule.words or token.endswith("n't") for token in _WORD.findall(between))


def _from_the_left(hit: Hit) -> tuple[int, int, int]:
    return hit.start, -hit.end, hit.entry


def denied(rule: Negation, text: str, start: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a negation reaches what begins at `start`. One that is part of a word found (`spans`) denies nothing."""
    return _denied_zh(rule, text, start, spans) if rule.language == "zh" else _denied_en(rule, text, start)


def reach(rule: Negation, text: str, start: int) -> int:
    """Where the stretch begins in which a negation of what begins at `start` may stand."""
    if rule.language == "zh":
        floor = max(0, start - rule.window - _negations(rule.words)[1])
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


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = start == 0 or not _latin(text[start - 1]) or not _latin(text[start])
    after = end == len(text) or not _latin(text[end]) or not _latin(text[end - 1])
    return before and after


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


@lru_cache(maxsize=16)
def _negations(words: tuple[str, ...]) -> tuple[re.Pattern[str], int]:
    """Any of the words, and how long the longest is."""
    return re.compile("|".join(map(re.escape, words)) or "(?!)"), max(map(len, words), default=0)


def _denied_zh(rule: Negation, text: str, start: int, spans: Sequence[tuple[int, int]]) -> bool:
    some, longest = _negations(rule.words)
    if not some.search(text, max(0, start - rule.window - longest), start):
        return False
    for word in rule.words:
        floor = max(0, start - rule.window - len(word))
        at = text.rfind(word, floor, start)
        if at < 0:
            continue
        end = at + len(word)
        if any(mark in text[end:start] for mark in rule.breaks):
            continue
        if any(s <= at and end <= e for s, e in spans) or _inside(text, at, end, rule.exceptions):
            continue
        return True
    return False


def _inside(text: str, start: int, end: int, words: Sequence[str]) -> bool:
    for word in words:
        first = text.find(word, max(0, end - len(word)), start + len(word))
        if first >= 0 and first <= start and end <= first + len(word):
            return True
    return False


def _denied_en(rule: Negation, text: str, start: int) -> bool:
    breaks, words = rule.breaks, rule.words
    tokens = _WORD.findall(text[max(0, start - LOOKBACK) : start])
    near: list[str] = []
    for token in reversed(tokens):
        if token in breaks or len(near) == rule.window:
            break
        near.append(token)
    joined = " ".join(reversed(near))
    if any(exception in joined for exception in rule.exceptions):
        return False
    return any(token in words or ("n't" in words and token.endswith("n't")) for token in near)
