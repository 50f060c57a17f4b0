"""Finds the words of many lists in a text in one pass, and tells which of them the text denies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from streams.knowledge.marks import Negation
from streams.texts.denying import denied, stands_between
from streams.texts.script import simplified
from streams.texts.spelling import spelt
from streams.texts.trie import Trie

APART = " … "
"""`a … b` is an `a` with a `b` behind it in the same clause, and nothing between them that denies it."""
GAPS = {"zh": 10, "en": 28}
"""Letters that may stand between the two."""
OPEN = "*"
"""Ends a word that more letters may follow, as in `#boycott*`."""
CLAUSE = re.compile(r"[,.!?;:，。！？；：\n]")
"""Between two clauses."""


class Entry(NamedTuple):
    """A list of words of one language. `negation` None: these words cannot be denied.
    Of words that overlap the longest of a `family` wins; one with `rivals` competes with those families, too."""

    words: tuple[str, ...]
    language: str
    negation: Negation | None
    family: str = ""
    rivals: tuple[str, ...] = ()


class Hit(NamedTuple):
    start: int
    end: int
    entry: int


def lowered(text: str) -> str:
    """Small, simplified letters that keep their places; words are found in what is `spelt` of them."""
    low = text.lower().replace("’", "'")
    same = low if len(low) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    return simplified(same)


class Finder:
    """Entries compiled into one trie, spelt as the texts are in which they are looked for (`spelling.spelt`).

    The longest word of a family wins where two overlap. Latin letters and digits stand between boundaries of words,
    Chinese letters anywhere: 12315 is none in 13812315678. `#boycott*` is what a hashtag begins with.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = tuple(entries)
        self._families = tuple((entry.family, *entry.rivals) for entry in self._entries)
        words: dict[str, list[int]] = {}
        self._behind: dict[str, dict[str, list[int]]] = {}
        self._open: set[str] = set()
        for number, entry in enumerate(self._entries):
            for listed in dict.fromkeys(spelt(lowered(word)).text for word in entry.words):
                word = listed.removesuffix(OPEN)
                if word != listed:
                    self._open.add(word)
                first, apart, second = word.partition(APART)
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
        """What stands in a text that is `lowered` and spelt, in its order; of an entry as often as it is there."""
        return list(self._longest(text))

    def find(self, text: str) -> tuple[dict[int, Hit], dict[int, Hit]]:
        """The first hit of each entry that such a text means, and the first of each that it denies."""
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
            free = [family for family in self._families[hit.entry] if _free(last.get(family), hit)]
            if free:
                last |= dict.fromkeys(free, hit)
                yield hit

    def _raw(self, text: str) -> Iterator[Hit]:
        parts: dict[str, list[tuple[int, int]]] = {}
        whole: list[tuple[int, int]] = []
        for start, word in self._trie.find(text).tolist():
            length, numbers, part = self._words[word]
            end = start + length
            for number in numbers if _stands_alone(text, start, end) or text[start:end] in self._open else ():
                yield Hit(start, end, number)
                if self._entries[number].rivals:
                    whole.append((start, end))
            if part and not any(first < start < last < end for first, last in whole):
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
                if not left <= right <= left + GAPS[entry.language] or CLAUSE.search(text, left, right):
                    continue
                alone = _stands_alone(text, begin, left) and _stands_alone(text, right, end)
                if alone and not (entry.negation and stands_between(entry.negation, text[left:right])):
                    yield Hit(begin, end, number)


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words, as they are `lowered`, Latin ones between boundaries."""
    either = "|".join(sorted({re.escape(lowered(word)) for word in words}, key=len, reverse=True))
    return re.compile(rf"(?<![a-z])(?:{either})(?![a-z])") if either else re.compile("(?!)")


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause begins and ends in which this stands."""
    begins = max((mark.end() for mark in CLAUSE.finditer(text, 0, start)), default=0)
    after = CLAUSE.search(text, end)
    return begins, after.start() if after else len(text)


def _free(before: Hit | None, hit: Hit) -> bool:
    """Whether a word of the same family that stands before leaves this one its place."""
    return before is None or hit.start >= before.end or (hit.start, hit.end) == (before.start, before.end)


def _from_the_left(hit: Hit) -> tuple[int, int, int]:
    return hit.start, -hit.end, hit.entry


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = start == 0 or not latin(text[start - 1]) or not latin(text[start])
    after = end == len(text) or not latin(text[end]) or not latin(text[end - 1])
    return before and after


def latin(letter: str) -> bool:
    """Whether it is a Latin letter without an accent, or a digit: of such words are told apart by boundaries."""
    return letter.isascii() and letter.isalnum()
