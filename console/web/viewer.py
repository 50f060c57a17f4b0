"""Who looks, and how: language, time zone and theme of one request."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from starlette.requests import Request

from console.accounts.masking import masked
from console.accounts.people import Person, csrf_of
from console.web.words import preferred, words
from rapport.voice import LANGUAGES, Voice
from streams.knowledge.model import Knowledge

NAMES: Final = {"zh": "中文", "en": "English"}
"""Of languages, as they call themselves."""
THEMES: Final = ("light", "dark")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEARS: Final = range(1971, 2200)
"""As far as anything can have happened, with room for a window."""
LONGEST_MS: Final = 13
"""Digits of a moment in ms within those years."""
MANY: Final = 20
"""Of fewer a share says less than the numbers themselves."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Says everything as this person reads it."""

    person: Person | None
    voice: Voice
    zone: ZoneInfo | None = None
    theme: str = ""
    csrf: str = ""
    now: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    @property
    def language(self) -> str:
        return self.voice.language

    @property
    def html(self) -> str:
        """The language as pages name it."""
        return "zh-CN" if self.language == "zh" else "en"

    def say(self, name: str, *values: object) -> str:
        """A line of the catalogue."""
        said = words(self.language)[name]
        return said.format(*values) if values else said

    def moment(self, at: int) -> datetime:
        return datetime.fromtimestamp(at / 1000, self.zone or UTC)

    def read(self, said: str) -> int:
        """The moment that somebody wrote as their clock has it (as a form's field does), or that a link has in ms.

        ValueError if it is none.
        """
        if said.isdecimal():
            moment = datetime.fromtimestamp(int(said[:LONGEST_MS]) / 1000, UTC)
        else:
            moment = datetime.fromisoformat(said[:19]).replace(tzinfo=self.zone or UTC)
        if moment.year not in YEARS:
            raise ValueError(said)
        return int(moment.timestamp() * 1000)

    def field(self, at: int) -> str:
        """The moment as a form's field has it."""
        return f"{self.moment(at):%Y-%m-%dT%H:%M}"

    def clock(self, at: int) -> str:
        """Of today the time, of this year day and time, else the day, in the viewer's zone."""
        moment, today = self.moment(at), self.moment(self.now)
        if moment.date() == today.date():
            return moment.strftime("%H:%M")
        if moment.year == today.year:
            return f"{self._day(moment)} {moment:%H:%M}"
        return self._date(moment)

    def whole(self, at: int) -> str:
        """Day and time to the second; the zone only where it is not the viewer's own."""
        moment = self.moment(at)
        return f"{self._date(moment)} {moment:%H:%M:%S}{'' if self.zone else ' UTC'}"

    def _day(self, moment: datetime) -> str:
        if self.language == "zh":
            return f"{moment.month}月{moment.day}日"
        return f"{moment.day} {MONTHS[moment.month - 1]}"

    def _date(self, moment: datetime) -> str:
        return f"{moment.year}年{self._day(moment)}" if self.language == "zh" else f"{self._day(moment)} {moment.year}"

    def machine(self, at: int) -> str:
        return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")

    def due(self, at: int) -> str:
        """How long there is until a deadline, or how long it is over."""
        return self.say("due.in" if at >= self.now else "due.over", self.voice.lasting(abs(at - self.now)))

    def ago(self, at: int) -> str:
        if self.now - at < 60_000:
            return self.say("just_now")
        return self.say("ago", self.voice.lasting(self.now - at))

    def tongue(self, code: str) -> str:
        """A language by its name; one that we do not speak by its code."""
        return NAMES.get(code.partition("-")[0].lower(), code)

    def over(self, reason: str) -> str:
        """By what a matter was over, where the line itself closed it; else the words of who did."""
        return words(self.language).get(f"over.{reason.replace(' ', '_')}", reason)

    def refusal(self, reason: str) -> str:
        """Why a record became a dead letter, in a word; a reason that is not in the catalogue by its name."""
        return words(self.language).get(f"dead.{reason}", reason)

    def station(self, stage: str) -> str:
        """Where it was refused."""
        return words(self.language).get(f"stage.{stage}", stage)

    def remedy(self, reason: str, told: str) -> str:
        """What to do about it; `told`, as the command line says it, where the catalogue has nothing."""
        return words(self.language).get(f"mend.{reason}", "").format() or told

    def slot(self, name: str) -> str:
        """A field of what a customer told of themselves; one of a company's own by its name."""
        return words(self.language).get(f"slot.{name}", name)

    def share(self, part: int, whole: int) -> str:
        """In percent; of few the numbers themselves."""
        return f"{100 * part / whole:.0f} %" if whole >= MANY else f"{part} / {whole}"

    def seen(self, text: str, clear: bool = False) -> str:
        """Somebody's words, contact data out of sight unless it was revealed."""
        return text if clear else masked(text)


def viewer_of(request: Request, person: Person | None, token: str, knowledge: Knowledge) -> Viewer:
    """By cookies that the page sets, else by what the browser says."""
    chosen = request.cookies.get("lang", "")
    language = chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language", ""))
    theme = request.cookies.get("theme", "")
    return Viewer(
        person, Voice(language, knowledge, asked=True), zone_of(request.cookies.get("tz", "")),
        theme if theme in THEMES else "", csrf_of(token) if token else "",
    )  # fmt: skip


def zone_of(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name and len(name) < 64 else None
    except (ValueError, KeyError, OSError):  # no such zone, or no name of one
        return None
