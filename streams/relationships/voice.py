"""What a text sounds like: a linear model over words, parts of words and cues, both languages at once.

People paraphrase; no list of cues has all their words. Every piece of a text that the model knows
(a word, two words in a row, the beginning of a word; one to four Chinese characters in a row; a cue, a
negated cue, a combination) votes for and against each relationship and for `neutral`. The votes add up as
integers, so that the order of pieces and the machine change nothing, and each can be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import ahocorasick
import numpy as np
import numpy.typing as npt

from streams.knowledge.model import Voice
from streams.relationships.words import Term

CJK: Final = "\u4e00-\u9fff"
_CLEAN: Final = re.compile(rf"[^a-z0-9{CJK}]+")
_HAN: Final = re.compile(rf"[{CJK}]+")
_FOREIGN: Final = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")
"""Letters of Greek, Cyrillic, Arabic, Indic scripts, kana, hangul: no language that we read."""
WHOLE: Final = 256
"""A share of 1 in the integers that a state keeps."""
LEAST: Final = 12
"""A smaller share (of 256) of a text says nothing."""
LETTERS: Final = 600
"""A longer text is judged by its beginning."""
PREFIX: Final = 5


def plain(text: str) -> str:
    """Lower case, words between single spaces, nothing but letters, digits and Chinese characters."""
    lowered = text[:LETTERS].lower().replace("’", "'").replace("n't", " not").replace("'", "")
    return f" {_CLEAN.sub(' ', lowered).strip()} "


def pieces(text: str) -> Iterator[str]:
    """Every piece of a `plain` text that a model may know."""
    words = [word for word in text.split() if not _HAN.match(word[0])]
    yield from (f" {word} " for word in words)
    yield from (f" {word[:PREFIX]}" for word in words if len(word) > PREFIX)
    yield from (f" {first} {second} " for first, second in pairwise(words))
    for run in _HAN.findall(text):
        for length in range(1, 5):
            yield from (run[at : at + length] for at in range(len(run) - length + 1))


def readable(text: str, language: str | None) -> bool:
    """Whether a text is in a language that we read: as its touchpoint says, else by its letters."""
    if language:
        return language.lower().startswith(("zh", "en"))
    return not _FOREIGN.search(text)


class Pieces:
    """The pieces that are known, found in one pass."""

    def __init__(self, known: Sequence[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for number, piece in enumerate(known):
            self._automaton.add_word(piece, number)
        if known:
            self._automaton.make_automaton()
        self._any = bool(known)

    def find(self, text: str) -> set[int]:
        """Numbers of the pieces in a `plain` text."""
        return {number for _, number in self._automaton.iter(text)} if self._any else set()


class Ear:
    """A model made ready: weights in hundredths of a nat, a row for each piece and each cue."""

    def __init__(self, voice: Voice, types: int) -> None:
        self._types = types
        self._pieces = Pieces(voice.pieces)
        self._names = voice.pieces
        self._cues = {name: len(voice.pieces) + number for number, name in enumerate(voice.cues)}
        rows = [*voice.rows, *voice.cue_rows]
        self._weights: npt.NDArray[np.float64] = np.zeros((len(rows) + 1, types + 1))
        for number, row in enumerate(rows):
            for column, weight in row:
                self._weights[number, column] = weight
        for column, weight in voice.bias:
            self._weights[-1, column] = weight
        self._scale = voice.sharpness / 100.0

    def listen(self, text: str, terms: Iterable[Term]) -> tuple[tuple[int, int], ...]:
        """Share (of 256) of every relationship that the text sounds like, by index of type; what is negligible, not."""
        cues = self._cues
        rows = self._pieces.find(plain(text))
        rows.update(cues[term.key] for term in terms if term.key in cues)
        return self._shares(rows)

    def telling(self, text: str, type_index: int) -> str:
        """The piece of the text that speaks most for a type; empty where none does."""
        found = self._pieces.find(plain(text))
        best = max(found, key=lambda n: (self._weights[n, type_index], -n), default=None)
        return self._names[best].strip() if best is not None and self._weights[best, type_index] > 0 else ""

    def _shares(self, rows: set[int]) -> tuple[tuple[int, int], ...]:
        if not rows:
            return ()
        votes = np.add.reduce(self._weights.take(list(rows), axis=0), axis=0) + self._weights[-1]
        # Whole numbers below 2^53: the sum is exact whatever its order.
        odds = np.exp((votes - votes.max()) * self._scale)
        shares = np.rint(odds * (WHOLE / odds.sum())).astype(int).tolist()
        return tuple((n, share) for n, share in enumerate(shares[: self._types]) if share >= LEAST)
