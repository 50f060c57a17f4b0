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
from math import exp
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from streams.compiled import compiled
from streams.knowledge.model import Voice
from streams.texts.trie import Found, Letters, Trie, as_letters

if TYPE_CHECKING:  # what texts mean is judged by the same pieces, and words ask what they mean
    from streams.relationships.words import Term

CJK: Final = "\u4e00-\u9fff"
_HAN: Final = re.compile(rf"[{CJK}]+")
_FOREIGN: Final = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")
"""Letters of Greek, Cyrillic, Arabic, Indic scripts, kana, hangul: no language that we read."""
Weights = npt.NDArray[np.int16]
"""Hundredths of a nat."""
WHOLE: Final = 256
"""A share of 1 in the integers that a state keeps."""
LEAST: Final = 12
"""A smaller share (of 256) of a text says nothing."""
LETTERS: Final = 600
"""A longer text is judged by its beginning."""
PREFIX: Final = 5
MARKS: Final = ",.!?;:~\n，。！？；：、…"
"""What ends a clause."""
_MARK: Final = re.compile(f"[{MARKS}]")
QUOTED: Final = 40
QUOTED_HAN: Final = 16
"""Letters of a text, and Chinese characters, that are quoted around a piece."""


def plain(text: str) -> str:
    """Lower case, words between single spaces, nothing but letters, digits and Chinese characters."""
    return _plain_letters(text).tobytes().decode("utf-32-le")


def _plain_letters(text: str) -> Letters:
    lowered = text[:LETTERS].lower().replace("’", "'").replace("n't", " not").replace("'", "")
    return compiled(_plain)(as_letters(lowered))


def _plain(letters: Letters) -> Letters:
    """Compiled."""
    found = np.empty(len(letters) + 2, dtype=np.uint32)
    found[:] = 32
    end = 1
    for letter in letters:
        if 97 <= letter <= 122 or 48 <= letter <= 57 or 0x4E00 <= letter <= 0x9FFF:
            found[end] = letter
            end += 1
        elif found[end - 1] != 32:
            end += 1
    return found[: end + 1 if found[end - 1] != 32 else max(end, 2)]


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


class Ear:
    """A model made ready: weights in hundredths of a nat, a row for each piece and each cue."""

    def __init__(self, voice: Voice, types: int) -> None:
        self._pieces = Trie(voice.pieces)
        self._names = voice.pieces
        self._cues = {name: len(voice.pieces) + number for number, name in enumerate(voice.cues)}
        rows = [*voice.rows, *voice.cue_rows]
        self._weights: Weights = np.zeros((len(rows) + 1, types + 1), dtype=np.int16)
        for number, row in enumerate(rows):
            for column, weight in row:
                self._weights[number, column] = weight
        for column, weight in voice.bias:
            self._weights[-1, column] = weight
        self._scale = voice.sharpness / 100.0
        self._shares, self._strongest = compiled(_shares), compiled(_strongest)
        # What is compiled, is compiled now, and not while the first customer waits.
        self.telling(self.pieces(""), "", 0)
        self._heard(self.pieces(""), ())

    def pieces(self, text: str) -> Found:
        """Where in the text, as it is `plain`, which pieces stand that are known: for `listen` and `telling`."""
        return self._pieces.follow(_plain_letters(text))

    def listen(self, pieces: Found, terms: Iterable[Term]) -> list[tuple[int, int]]:
        """Every relationship, by index of type, that a text of these pieces and terms sounds like, and its share of
        256; what is negligible, not."""
        cues = {self._cues[term.key] for term in terms if term.key in self._cues}
        if not cues and not len(pieces):
            return []
        return self._heard(pieces, tuple(cues))

    def _heard(self, pieces: Found, cues: Sequence[int]) -> list[tuple[int, int]]:
        shares = self._shares(pieces, np.array(cues, np.int64), self._weights, self._scale, WHOLE, LEAST)
        return [(index, share) for index, share in shares.tolist()]

    def telling(self, pieces: Found, text: str, type_index: int) -> str:
        """What of the text, of which these are the pieces, speaks most for a type: the piece with the words that stand
        around it; empty where none does."""
        best = self._strongest(pieces, self._weights, type_index)
        return around(text, self._names[best].strip()) if best >= 0 else ""


def around(text: str, piece: str) -> str:
    """The clause in which a piece stands, of a long one what is nearest. A piece says nothing by itself to a reader:
    "me", the beginning of a word. Where it stands nowhere as it is spelt, the beginning of the text is quoted."""
    lowered = text[:LETTERS].lower()
    at = lowered.find(piece)
    if piece.isascii():
        while at > 0 and lowered[at - 1].isalnum() and lowered[at - 1].isascii():
            at = lowered.find(piece, at + 1)
    at = max(at, 0)
    begins = max(lowered.rfind(mark, 0, at) for mark in MARKS) + 1
    end = _MARK.search(lowered, at)
    ends = end.start() if end else len(lowered)
    room = QUOTED if piece.isascii() else QUOTED_HAN
    if ends - begins > room:
        begins, ends = _fitting(lowered, begins, ends, at, len(piece), room)
    return text[begins:ends].strip()


def _fitting(text: str, begins: int, ends: int, at: int, length: int, room: int) -> tuple[int, int]:
    """Of a clause that is too long the part around `at`, by whole words where words have spaces between them."""
    least = max(begins, min(at - (room - length) // 2, ends - room))
    most = min(ends, max(least + room, at + length))
    if least > begins:
        least = max(text.find(" ", least, at) + 1, least)
    if most < ends:
        space = text.rfind(" ", at + length, most)
        most = space if space > 0 else most
    return least, most


def _shares(
    pieces: Found, cues: npt.NDArray[np.int64], weights: Weights, scale: float, whole: int, least: int
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Compiled. Votes are whole: their sum is the same in any order, and each row votes once. The last column is of no
    type."""
    columns = weights.shape[1]
    votes, odds = np.zeros(columns, dtype=np.int32), np.zeros(columns)
    heard = np.zeros(len(weights), dtype=np.bool_)
    for column in range(columns):
        votes[column] = weights[-1, column]
    for n in range(len(pieces) + len(cues)):
        row = pieces[n, 1] if n < len(pieces) else cues[n - len(pieces)]
        if not heard[row]:
            heard[row] = True
            for column in range(columns):
                votes[column] += weights[row, column]
    top, total, count = votes[0], 0.0, 0
    for vote in votes:
        top = max(top, vote)
    for column in range(columns):
        odds[column] = exp((votes[column] - top) * scale)
        total += odds[column]
    found = np.empty((columns, 2), dtype=np.int64)
    for column in range(columns - 1):
        share = round(odds[column] * (whole / total))
        if share >= least:
            found[count, 0], found[count, 1] = column, share
            count += 1
    return found[:count]


def _strongest(pieces: Found, weights: Weights, column: int) -> int:
    """Compiled. The row of the largest weight above zero, of equals the first; -1 where there is none."""
    best = -1
    for n in range(len(pieces)):
        row = pieces[n, 1]
        weight = weights[row, column]
        if weight > 0 and (
            best < 0 or weight > weights[best, column] or (weight == weights[best, column] and row < best)
        ):
            best = row
    return best
