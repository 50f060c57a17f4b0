"""Whether a line says thanks, ok, goodbye or a polite no, and nothing besides, or gladly that it is done: then nothing
is left to answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from streams.knowledge.marks import SPELT, Texts
from streams.texts.finding import latin, lowered
from streams.texts.spelling import spelt

LONGEST: Final = 200
"""Letters of a line that may be one; goodbyes are short."""
_ASKS: Final = re.compile("[?？❓❔⁉]")
_HANDLE: Final = re.compile(r"@\w+")
_SIGN: Final = re.compile(r"[^\w]+|_+")
_DRAWN: Final = re.compile(r"([a-z])\1{2,}")
_SMILES: Final = re.compile(r"(?<!\w)[:;=][-'^]?[)dDpP3*]+|<3|\^_?\^")
_SIGNED: Final = re.compile(
    r"(?<![a-z])"
    r"((?i:regards|best wishes|yours (?:sincerely|faithfully|truly)|sincerely|thanks|thank you|thx|cheers|best))"
    r"[ \t]*[,\n]\s*([A-Z][a-z'’-]+(?:[ \t]+(?:[A-Z][a-z'’-]+|[A-Z]\.?)){0,2})[.\s]*$"
    r"|(祝好|此致|敬上|顺颂商祺|順頌商祺)[，,\s]*([\u4e00-\u9fff]{2,3})\s*$"
)
"""A formula that ends a letter, and the name of its writer."""
SETTLED: Final = 90
"""The same of one that tells what is done."""
SOUR: Final = frozenset("🙄😒🙃😡😤😠🤬😾👎💩🖕😑💔")
"""Faces that turn kind words round."""


def closes(texts: Texts, text: str) -> bool:
    """`texts.yaml: replies`: the line can be spelt with closings and asides, signs between them, and one closing at
    least; the name that signs a letter says nothing. Of signs alone one with a kind or plain face does; a question mark
    or a sour face never."""
    if len(text) > LONGEST or _ASKS.search(text) or not SOUR.isdisjoint(text):
        return False
    lists = lists_of(texts)
    plain = _plain(_HANDLE.sub(" ", _unsigned(text, lists["more"])))
    return _spelt(plain, lists["closing"], lists["aside"]) if plain else _faces(text)


def _unsigned(text: str, more: Words) -> str:
    """The text without the name that stands behind "Kind regards," unless that is a word which wants more."""
    signed = _SIGNED.search(text)
    if signed is None:
        return text
    name = (signed.group(2) or signed.group(4)).lower()
    if any(word in more.get(word[0], ()) for word in name.split()):
        return text
    return text[: signed.start(2) if signed.group(2) else signed.start(4)]


def settles(texts: Texts, text: str) -> bool:
    """The line is glad, says that something is done, and has beside this no word that wants or tells more, and no
    number. Whether it asks, complains or threatens in words of the other lists is for the caller to see."""
    if len(text) > SETTLED or _ASKS.search(text) or not SOUR.isdisjoint(text):
        return False
    plain = _plain(_HANDLE.sub(" ", text))
    lists = lists_of(texts)
    found: set[str] = set()
    at, begins = 0, True
    while at < len(plain):
        here = {name: _ends(plain, at, words.get(plain[at], ())) for name, words in lists.items()} if begins else {}
        told = max((end for name, ends in here.items() if name != "more" for end in ends), default=at)
        if told <= max(here.get("more", ()), default=at):
            if here.get("more") or plain[at].isdigit():
                return False
            told = at + 1
        found.update(name for name, ends in here.items() if ends)
        begins = not (latin(plain[told - 1]) and told < len(plain) and latin(plain[told]))
        at = told
    return found.issuperset({"glad", "done"})


def _plain(text: str) -> str:
    """Its letters and digits, small, simplified and spelt, with one space where signs were. A letter that is drawn out
    ("thankssss") is said once."""
    drawn = _DRAWN.sub(r"\1", lowered(unicodedata.normalize("NFKC", _SMILES.sub(" ", text))))
    return _SIGN.sub(" ", spelt(drawn).text).strip()


def _faces(text: str) -> bool:
    return _SMILES.search(text) is not None or any(unicodedata.category(letter) == "So" for letter in text)


Words: TypeAlias = Mapping[str, tuple[str, ...]]
"""By their first letter."""


@lru_cache(maxsize=4)
def lists_of(texts: Texts) -> Mapping[str, Words]:
    """Of all languages together: people mix them. To put them together takes a while."""
    return {name: _of(texts, name) for name in sorted(SPELT)}


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
    if not plain.startswith(words, at):
        return []
    ends = [at + len(word) for word in words if plain.startswith(word, at)]
    return [end for end in ends if end == len(plain) or not (latin(plain[end - 1]) and latin(plain[end]))]
