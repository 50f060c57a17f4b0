"""What simulated people write: a bank of sentences a family and language, and the forms in which they are typed.

The banks (`texts/FAMILY.LANGUAGE.txt`) were written for this simulator alone, from no list of cues: in a
section of a relationship `+` marks sentences with a word that would give it away, `-` paraphrases without one.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["zh", "en"]
Family: TypeAlias = Literal["a", "b"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")
COMMON: frozenset[str] = frozenset({"neutral", "misleading", "sarcasm", "answer", "promo", "failure"})
"""Sections that belong to no relationship."""

_HERE = Path(__file__).parent / "texts"
_FORMS = 6
_STAFF = {"zh": ("小林", "小周", "梅姐"), "en": ("Anna", "Tom", "Priya")}
_ITEMS = {
    "zh": ("面霜", "洗发水", "围巾", "咖啡", "杯子", "台灯"),
    "en": ("face cream", "shampoo", "scarf", "coffee", "mug", "lamp"),
}
_BEFORE = {
    "zh": ("", "", "", "你好，", "那个，", "在吗，", "嗯，"),
    "en": ("", "", "", "hi, ", "so ", "hello ", "well, "),
}
_AFTER = {
    "zh": ("", "", "。", "！", "～", "…", "，谢谢", "，就这样"),
    "en": ("", "", ".", "!", " :)", "...", ", thanks", ". that's it"),
}


class Sentences(NamedTuple):
    """`telling` have a word that gives the relationship away, `plain` say it without; ready as JSON strings."""

    telling: tuple[str, ...]
    plain: tuple[str, ...]


Bank: TypeAlias = dict[str, Sentences]


def raw(family: Family, language: Language) -> dict[str, tuple[list[str], list[str]]]:
    """Section to its sentences as written, (`+`, `-`)."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    section: tuple[list[str], list[str]] = ([], [])
    for line in (_HERE / f"{family}.{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line[1:-1], ([], []))
        elif line:
            section[line[0] == "-"].append(line[2:])
    return found


def bank(family: Family, language: Language) -> Bank:
    """Every sentence in several typed forms; the same at every call."""
    chance = Random(f"{family}.{language}")
    return {
        section: Sentences(*(tuple(_typed(each, language, chance) for each in half for _ in range(_FORMS))
                             for half in halves))
        for section, halves in raw(family, language).items()
    }  # fmt: skip


def _typed(sentence: str, language: Language, chance: Random) -> str:
    text = sentence.replace("{staff}", chance.choice(_STAFF[language]))
    text = text.replace("{item}", chance.choice(_ITEMS[language]))
    text = chance.choice(_BEFORE[language]) + text + chance.choice(_AFTER[language])
    if language == "en" and chance.random() < 0.5:
        text = text[0].upper() + text[1:]
    if len(text) > 12 and chance.random() < 0.12:  # a slip of the finger
        place = chance.randrange(4, len(text) - 2)
        text = text[:place] + text[place + 1 :]
    return json.dumps(text, ensure_ascii=False)
