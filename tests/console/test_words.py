"""Catalogues: the same names in each language, none that a page lacks, none that nobody says."""

from __future__ import annotations

import re
from string import Formatter

from console.web.site import TEMPLATES
from console.web.words import FOLDER, preferred, words
from rapport.voice import LANGUAGES

SAID = re.compile(r"""say\(\s*["']([\w.]+)["']\s*[,)]""")
SOURCES = [*TEMPLATES.glob("*"), *FOLDER.parent.rglob("*.py")]


def test_each_language_has_each_word() -> None:
    assert {
        name: words(name).keys() - words("en").keys() | words("en").keys() - words(name).keys() for name in LANGUAGES
    } == {name: set() for name in LANGUAGES}


def test_the_same_values_stand_in_each_language() -> None:
    def slots(text: str) -> int:
        return sum(field is not None for _, field, _, _ in Formatter().parse(text))

    assert [name for name, said in words("en").items() if slots(said) != slots(words("zh")[name])] == []


def test_whatever_a_page_says_is_there() -> None:
    from rapport.voice import _WORDS

    said = {name for file in SOURCES for name in SAID.findall(file.read_text(encoding="utf-8"))}
    assert sorted(said - words("en").keys() - _WORDS.keys()) == []


def test_browsers_languages() -> None:
    assert [preferred(header) for header in ("", "zh-TW", "de, en;q=0.5, zh;q=0.9", "zh;q=x, en", "*")] == [
        "en", "zh", "zh", "en", "en",
    ]  # fmt: skip
