"""Finds the cues of a text in one pass, both languages at once (S0-12; domain document §1.3)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import ahocorasick

from streams.knowledge.model import HALF_LIVES, Combination, Cue, Knowledge, Negation, Weights

_WORD = re.compile(r"[\w']+|[^\w\s]")


class Term(NamedTuple):
    """A piece of evidence: thousandths of a nat by index of type, its half-life, and the words that carried it.

    `name` is that of the cue, combination or deed; `key` the line of wording that tells of it.
    """

    name: str
    key: str
    milli: tuple[tuple[int, int], ...]
    half_life: int
    transformational: bool
    words: str


class _Hit(NamedTuple):
    start: int
    end: int
    cue: int


def milli(weights: Weights, type_index: dict[str, int]) -> tuple[tuple[int, int], ...]:
    """Weights in nats by type id, as thousandths by index."""
    return tuple((type_index[name], round(weight * 1000)) for name, weight in weights.items())


class Lexicon:
    """The cues and combinations of one version of knowledge, compiled.

    The longest cue wins where two overlap; English cues stand between word boundaries.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._cues: tuple[Cue, ...] = knowledge.cues
        self._combinations: tuple[Combination, ...] = knowledge.combinations
        self._negations: dict[str, Negation] = knowledge.negations
        self._index = knowledge.type_index
        words: dict[str, list[int]] = {}
        for number, cue in enumerate(self._cues):
            for word in cue.words:
                words.setdefault(word.lower(), []).append(number)
        self._automaton = ahocorasick.Automaton()
        for word, cues in words.items():
            self._automaton.add_word(word, (len(word), tuple(cues)))
        self._automaton.make_automaton()

    def find(self, text: str) -> list[Term]:
        """Every cue once, negation and combinations applied, in the order of the text."""
        return self.read(text)[0]

    def read(self, text: str) -> tuple[list[Term], str]:
        """What `find` gives, and the text without the words that it denies."""
        lowered = text.lower().replace("’", "'")
        hits = list(self._longest(self._hits(lowered)))
        if not hits:
            return [], text
        spans = [(hit.start, hit.end) for hit in hits]
        plain: dict[int, _Hit] = {}
        negated: dict[int, _Hit] = {}
        for hit in hits:
            cue = self._cues[hit.cue]
            turned = cue.negatable and self._negated(lowered, hit.start, cue.language, spans)
            (negated if turned else plain).setdefault(hit.cue, hit)
        rest = lowered
        for hit in sorted(negated.values(), reverse=True):
            rest = f"{rest[: hit.start]}，{rest[hit.end :]}"
        return list(self._terms(lowered, plain, negated)), rest if negated else text

    def _hits(self, text: str) -> Iterator[_Hit]:
        for last, (length, cues) in self._automaton.iter(text):
            start, end = last - length + 1, last + 1
            for number in cues:
                if self._cues[number].language == "zh" or _stands_alone(text, start, end):
                    yield _Hit(start, end, number)

    @staticmethod
    def _longest(hits: Iterator[_Hit]) -> Iterator[_Hit]:
        end = -1
        kept: list[_Hit] = []
        for hit in sorted(hits, key=lambda h: (h.start, -h.end, h.cue)):
            same = bool(kept) and (hit.start, hit.end) == (kept[-1].start, kept[-1].end)
            if hit.start >= end or same:
                kept.append(hit)
                end = hit.end
        yield from kept

    def _negated(self, text: str, start: int, language: str, spans: Sequence[tuple[int, int]]) -> bool:
        rule = self._negations.get(language)
        if rule is None:
            return False
        return _negated_zh(rule, text, start, spans) if language == "zh" else _negated_en(rule, text, start)

    def _terms(self, text: str, plain: dict[int, _Hit], negated: dict[int, _Hit]) -> Iterator[Term]:
        groups = {self._cues[number].group: hit for number, hit in plain.items()}
        replaced: set[str] = set()
        for combination in self._combinations:
            together = _together(combination, groups)
            if together:
                replaced.update(combination.replaces)
                words = " + ".join(text[groups[g].start : groups[g].end] for g in together)
                yield self._term(combination, f"combination.{combination.name}", combination.weights, words)
        for number, hit in plain.items():
            cue = self._cues[number]
            if cue.group not in replaced:
                yield self._term(cue, f"group.{cue.group}", cue.weights, text[hit.start : hit.end])
        for number, hit in negated.items():
            cue = self._cues[number]
            if cue.negated_weights and number not in plain:
                yield self._term(cue, f"negated.{cue.group}", cue.negated_weights, f"not: {text[hit.start : hit.end]}")

    def _term(self, source: Cue | Combination, key: str, weights: Weights, words: str) -> Term:
        kind = HALF_LIVES.index(source.half_life)
        return Term(source.name, key, milli(weights, self._index), kind, source.transformational, words)


def _together(combination: Combination, found: Collection[str]) -> tuple[str, ...]:
    """The groups that make the combination; empty where it is not there."""
    if not all(group in found for group in combination.all_of):
        return ()
    other = next((group for group in combination.any_of if group in found), None)
    if other is None:
        return () if combination.any_of else combination.all_of
    return (*combination.all_of, other)


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = start == 0 or not _latin(text[start - 1]) or not _latin(text[start])
    after = end == len(text) or not _latin(text[end]) or not _latin(text[end - 1])
    return before and after


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _negated_zh(rule: Negation, text: str, start: int, spans: Sequence[tuple[int, int]]) -> bool:
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


def _negated_en(rule: Negation, text: str, start: int) -> bool:
    breaks, words = set(rule.breaks), set(rule.words)
    tokens = _WORD.findall(text[max(0, start - 80) : start])
    near: list[str] = []
    for token in reversed(tokens):
        if token in breaks or len(near) == rule.window:
            break
        near.append(token)
    joined = " ".join(reversed(near))
    if any(exception in joined for exception in rule.exceptions):
        return False
    return any(token in words or ("n't" in words and token.endswith("n't")) for token in near)
