"""Words of a list found in a text, wherever they stand, in one pass of machine code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import numpy as np
import numpy.typing as npt

from streams.compiled import compiled

Found = npt.NDArray[np.int64]
"""Where a word begins and which it is, a row each."""
_Numbers = npt.NDArray[np.int64]
Letters = npt.NDArray[np.uint32]
_LETTER_BITS: Final = 21
"""Of one letter of Unicode."""
_NODE_BITS: Final = 20


class Trie:
    """Which node follows a node by which letter stands in one table (open addressing), the three in one number: what
    costs is the memory that is touched. From each letter on the text is followed as far as words go; they are short, so
    that this takes fewer steps than the links of an automaton."""

    def __init__(self, words: Sequence[str]) -> None:
        """`words`, of at most a million letters together that do not begin others alike, are found by their place in
        the list; an empty one stands nowhere, of equal ones the last is found."""
        letters = as_letters("".join(words))
        ends = np.array([0, *accumulate(map(len, words))], dtype=np.int64)
        self._table = np.full(1 << max(3, (5 * len(letters) // 4).bit_length()), -1, dtype=np.int64)
        self._words = np.full(len(letters) + 1, -1, dtype=np.int32)
        if not compiled(_build)(letters, ends, self._table, self._words, _LETTER_BITS, _NODE_BITS):
            raise ValueError(
                f"a list of words has more beginnings than can be looked for: {1 << _NODE_BITS:,}; it has"
                f" {len(letters):,} letters"
            )
        all_words = frozenset(words)
        self._nested = max((sum(w[:n] in all_words for n in range(1, len(w) + 1)) for w in words), default=0)
        self._walk = compiled(_walk)

    def find(self, text: str) -> Found:
        """What stands in a text, in its order, of what begins at one place the shortest first."""
        return self.follow(as_letters(text))

    def follow(self, letters: Letters) -> Found:
        """What `find` gives, of a text as numbers."""
        return self._walk(letters, self._table, self._words, self._nested, _LETTER_BITS, _NODE_BITS)

    def standing(self, text: str) -> set[int]:
        """Which words stand in a text."""
        return set(self.find(text)[:, 1].tolist())


def as_letters(text: str) -> Letters:
    """A text as numbers, as compiled functions read it."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _build(
    letters: Letters, ends: _Numbers, table: _Numbers, words: npt.NDArray[np.int32], letter_bits: int, node_bits: int
) -> bool:  # fmt: skip
    """Compiled. Fills the table and tells which nodes end a word; false where there are more nodes than numbers."""
    nodes = 0
    for word in range(len(ends) - 1):
        node = 0
        for n in range(ends[word], ends[word + 1]):
            key = node << letter_bits | np.int64(letters[n])
            place = (key ^ key >> 13) * 0x9E3779B1 >> 7 & len(table) - 1
            while table[place] >= 0 and table[place] >> node_bits != key:
                place = place + 1 & len(table) - 1
            if table[place] < 0:
                nodes += 1
                if nodes >> node_bits:
                    return False
                table[place] = key << node_bits | nodes
            node = table[place] & (1 << node_bits) - 1
        if node:
            words[node] = word
    return True


def _walk(
    letters: Letters, table: _Numbers, words: npt.NDArray[np.int32], nested: int, letter_bits: int, node_bits: int
) -> Found:  # fmt: skip
    """Compiled. `nested` words at most begin at one letter."""
    found = np.empty((len(letters) * nested, 2), dtype=np.int64)
    count = 0
    for start in range(len(letters)):
        node = 0
        for n in range(start, len(letters)):
            key = node << letter_bits | np.int64(letters[n])
            place = (key ^ key >> 13) * 0x9E3779B1 >> 7 & len(table) - 1
            while table[place] >= 0 and table[place] >> node_bits != key:
                place = place + 1 & len(table) - 1
            if table[place] < 0:
                break
            node = table[place] & (1 << node_bits) - 1
            if words[node] >= 0:
                found[count, 0], found[count, 1] = start, words[node]
                count += 1
    return found[:count]
