"""The words of terminals in Chinese and English: our own few, and those of knowledge where it can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rapport.failure import WRONG_USAGE, Failure

if TYPE_CHECKING:
    from streams.knowledge.model import Knowledge

LANGUAGES: Final = ("zh", "en")
_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "do": ("做", "do"),
    "do_not": ("别做", "do not"),
    "due": ("期限", "due"),
    "overdue": ("已过期", "overdue"),
    "history": ("历史", "history"),
    "else": ("否则", "else"),
    "contact": ("联系", "contact"),
    "permitted": ("可以", "permitted"),
    "refused": ("不可以", "refused"),
    "by": ("由", "by"),
    "open_alerts": ("条未处理", "open alerts"),
    "in_the_hour": ("小时", "in the hour of"),
}
"""By name: Chinese, English."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things in one language. `asked`: the reader has chosen it, so that it is spoken on all cards.

    Without knowledge, ids stand for the words that only knowledge has.
    """

    language: str = "en"
    knowledge: Knowledge | None = None
    asked: bool = False

    def on(self, language: str) -> Voice:
        """For a card in `language`: that one, unless the reader has chosen another."""
        return self if self.asked or language not in LANGUAGES else replace(self, language=language)

    def say(self, name: str) -> str:
        """A word of our own."""
        return _WORDS[name][LANGUAGES.index(self.language)]

    def relationship(self, type_id: str) -> str:
        """The neutral label; never the working name, where knowledge is there."""
        if self.knowledge is None or type_id not in self.knowledge.type_index:
            return _plain(type_id)
        return self.knowledge.relationship(type_id).label[self.language]

    def severity(self, severity: str) -> str:
        return self._line(f"severity.{severity}", severity) if self.language == "zh" else severity

    def _line(self, key: str, otherwise: str) -> str:
        """A line of wording without blanks."""
        if self.knowledge is None:
            return otherwise
        return self.knowledge.wording[self.language].get(key, otherwise)


def spoken(language: str | None) -> str | None:
    """The language as it is; Failure for a language that nothing is written in."""
    if language is not None and language not in LANGUAGES:
        raise Failure(f"nothing is written in {language!r}; --language is {' or '.join(LANGUAGES)}", WRONG_USAGE)
    return language


def language_of(environment: Mapping[str, str]) -> str:
    """The language of a person's terminal by its locale: Chinese, else English."""
    named = next((environment[name] for name in _LOCALE if environment.get(name)), "")
    return "zh" if named.lower().startswith("zh") else "en"


def _plain(type_id: str) -> str:
    return type_id.replace("_", " ")
