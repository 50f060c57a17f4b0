"""Whether a line says thanks, ok, goodbye or a polite no, and nothing besides: then nothing is left to answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from streams.knowledge.marks import Texts
from streams.texts.finding import latin, lowered

LONGEST: Final = 200
"""Letters of a line that may be one; goodbyes are short."""
_ASKS: Final = re.compile("[?？❓❔⁉]")
_HANDLE: Final = re.compile(r"@\w+")
_SIGN: Final = re.compile(r"[^\w]+|_+")
_SMILES: Final = re.compile(r"(?<!\w)[:;=][-'^]?[)dDpP3*]+|<3|\^_?\^")
SOUR: Final = frozenset("🙄😒🙃😡😤😠🤬😾👎💩🖕😑💔")
"""Faces that turn kind words round."""


def closes(texts: Texts, text: str) -> bool:
    """`texts.yaml: replies`: the line can be spelt with closings and asides, signs between them, and one closing at
    least. Of signs alone one with a kind or plain face does; a question mark or a sour face never."""
    if len(text) > LONGEST or _ASKS.search(text) or not SOUR.isdisjoint(text):
        return False
    plain = _plain(_HANDLE.sub(" ", text))
    return _spelt(plain, *_words(texts)) if plain else _faces(text)


def _plain(text: str) -> str:
    """Its letters and digits, small and simplified, with one space where signs were."""
    return _SIGN.sub(" ", lowered(unicodedata.normalize("NFKC", _SMILES.sub(" ", text)))).strip()


def _faces(text: str) -> bool:
    return _SMILES.search(text) is not None or any(unicodedata.category(letter) == "So" for letter in text)


Words: TypeAlias = Mapping[str, tuple[str, ...]]
"""By their first letter."""


@lru_cache(maxsize=4)
def _words(texts: Texts) -> tuple[Words, Words]:
    """Closings and asides of all languages: people mix them."""
    return _of(texts, "closing"), _of(texts, "aside")


def _of(texts: Texts, name: str) -> Words:
    found: dict[str, set[str]] = {}
    mark = texts.mark("reply", name)
    for _, words in mark.words if mark is not None else ():
        for word in filter(None, map(_plain, words)):
            found.setdefault(word[0], set()).add(word)
    return {letter: tuple(sorted(words)) for letter, words in found.items()}


def _spelt(plain: str, closings: Words, asides: Words) -> bool:
    """Goes through the line once, from each place that words can end at, with whether a closing led there."""
    reached = {(0, False)}
    for at in range(len(plain)):
        for closing in (False, True):
            if (at, closing) not in reached:
                continue
            if plain[at] == " ":
                reached.add((at + 1, closing))
                continue
            for words, closed in ((closings, True), (asides, closing)):
                reached |= {(end, closed) for end in _ends(plain, at, words.get(plain[at], ()))}
    return (len(plain), True) in reached


def _ends(plain: str, at: int, words: tuple[str, ...]) -> list[int]:
    """Where the words that stand here end; Latin ones end where letters do."""
    ends = [at + len(word) for word in words if plain.startswith(word, at)]
    return [end for end in ends if end == len(plain) or not (latin(plain[end - 1]) and latin(plain[end]))]
