"""A linear model over words, parts of words and lists: its votes add up as integers, and each can be shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.knowledge.marks import Votes
from streams.relationships.voice import plain
from streams.texts.trie import Trie

REASONS: Final = 5
"""Pieces that an opinion names."""
FAR: Final = 1_000_000
"""What puts a class out of the question."""
MARKED: Final = (".", ":")
"""What the name of a list or a language has in it, and no piece of a text: pieces are letters and digits alone."""


class Opinion(NamedTuple):
    """The likeliest class, its share of 1, and the pieces that spoke for it most, with their weights in nats."""

    name: str
    share: float
    because: tuple[tuple[str, float], ...]


class Judge:
    """A model made ready. The row `*` is what every text starts from."""

    def __init__(self, votes: Votes) -> None:
        self._classes = votes.classes
        rows = dict(votes.rows)
        listed = [name for name in rows if any(mark in name for mark in MARKED)]
        pieces = [name for name in rows if name != "*" and not any(mark in name for mark in MARKED)]
        self._names = [*pieces, *listed]
        self._lists = {name: n for n, name in enumerate(self._names) if n >= len(pieces)}
        self._pieces = Trie(pieces)
        self._weights: npt.NDArray[np.int64] = np.zeros((len(self._names) + 1, len(self._classes)), dtype=np.int64)
        for number, name in enumerate((*self._names, "*")):
            for column, weight in rows.get(name, ()):
                self._weights[number, column] = weight

    def opinion(self, text: str, lists: Iterable[str], among: Collection[str] = ()) -> Opinion:
        """What the text says; `lists` are the names of the lists found in it, `among` the classes to choose from."""
        found = self._pieces.standing(plain(text))
        found.update(self._lists[name] for name in lists if name in self._lists)
        rows = sorted(found)
        votes = self._weights[rows].sum(axis=0) + self._weights[-1]
        out = [n for n, name in enumerate(self._classes) if among and name not in among]
        votes[out] -= FAR
        best = int(votes.argmax())
        odds = np.exp((votes - votes.max()) / 100.0)
        spoke = sorted(
            (-weight, n) for weight, n in zip(self._weights[rows, best].tolist(), rows, strict=True) if weight > 0
        )
        because = tuple((self._names[n].strip(), -weight / 100) for weight, n in spoke[:REASONS])
        return Opinion(self._classes[best], round(float(1.0 / odds.sum()), 4), because)
