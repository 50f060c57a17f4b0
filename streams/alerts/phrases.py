"""Lines of wording in one language; what is said again and again is put together once."""

from __future__ import annotations

from streams.customers.moment import DAY_MS
from streams.knowledge.model import Knowledge

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
_STEPS = (
    (HOUR_MS, MINUTE_MS, "minutes"),
    (2 * DAY_MS, HOUR_MS, "hours"),
    (14 * DAY_MS, DAY_MS, "days"),
    (60 * DAY_MS, 7 * DAY_MS, "weeks"),
    (730 * DAY_MS, 30 * DAY_MS, "months"),
)


class Phrases:
    """Says the lines of one version of knowledge in one language."""

    __slots__ = ("_counted", "_lines", "_plain", "knowledge", "language")

    def __init__(self, knowledge: Knowledge, language: str) -> None:
        self.knowledge = knowledge
        self.language = language
        self._lines = knowledge.wording.get(language) or knowledge.wording[knowledge.company.language]
        self._plain: dict[str, str] = {}
        self._counted: dict[tuple[str, int], str] = {}
        """Times and durations: a few hundred, for long ones have one line or are days."""

    def say(self, key: str, **values: object) -> str:
        if values:
            return self._lines[key].format_map(values)
        line = self._plain.get(key)
        if line is None:
            line = self._plain[key] = self._lines[key].format_map({})
        return line

    def kind(self, touchpoint_type: str) -> str:
        return self.say(f"touchpoint.{touchpoint_type}")

    def ago(self, ms: int) -> str:
        if ms < MINUTE_MS:
            return self.say("ago.now")
        for below, unit, name in _STEPS:
            if ms < below:
                return self._count(f"ago.{name}", ms // unit)
        return self.say("ago.long")

    def lasting(self, ms: int) -> str:
        if ms < 2 * HOUR_MS:
            return self._count("duration.minutes", max(1, round(ms / MINUTE_MS)))
        if ms < 2 * DAY_MS:
            return self._count("duration.hours", round(ms / HOUR_MS))
        return self.say("duration.days", n=round(ms / DAY_MS))

    def _count(self, key: str, number: int) -> str:
        line = self._counted.get((key, number))
        if line is None:
            line = self._counted[key, number] = self.say(key, n=number)
        return line


_spoken: dict[str, Phrases] = {}


def phrases(knowledge: Knowledge, language: str) -> Phrases:
    """The phrases of a language; those of the version of knowledge that was asked for last are kept."""
    known = _spoken.get(language)
    if known is None or known.knowledge is not knowledge:
        known = _spoken[language] = Phrases(knowledge, language)
    return known
