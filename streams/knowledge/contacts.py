"""`contacts.yaml`: what the gate goes by."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from schemas.records import CHANNELS
from streams.knowledge.document import Section

PURPOSES: tuple[str, ...] = ("promo", "service", "care", "survey")
MAX_DAYS = 3650
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Quiet(msgspec.Struct, frozen=True):
    """Minutes of the local day, `begin` included, `end` not; over midnight where `end` is not above `begin`."""

    begin: int
    end: int

    def holds(self, minute: int) -> bool:
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end


class StopWords(msgspec.Struct, frozen=True):
    """What takes a channel back in a reply: `sentence` also as one sentence among others, `whole` as the whole text,
    and in text messages `sms`, too."""

    sentence: tuple[str, ...]
    whole: tuple[str, ...]
    sms: tuple[str, ...]

    def whole_of(self, channel: str) -> tuple[str, ...]:
        """The words that count on this channel where the text says nothing else."""
        return self.sentence + self.whole + (self.sms if channel == "sms" else ())


class ContactRules(msgspec.Struct, frozen=True):
    """The numbers of the gate; days, hours and shares as named in the file."""

    period_days: float
    reservation_hours: float
    undeclared: str
    quiet: dict[str, Quiet]
    yes_by_default: frozenset[str]
    stop: StopWords
    named: dict[str, tuple[str, ...]]
    due_share: float
    harm_type: str
    harm_probability: float
    order_open_days: float
    open_alerts: frozenset[str]
    severe_from_closeness: float


def read_contacts(root: Section, types: Collection[str]) -> ContactRules:
    budget, hours = root.section("budget"), root.section("quiet_hours")
    consent, harm = root.section("consent"), root.section("harm_guard")
    stop, named = consent.section("stop_words"), consent.section("named")
    for unknown in sorted(set(named.listed()) - set(CHANNELS)):
        named.fault(f"no channel is called {unknown!r}", unknown)
    rules = ContactRules(
        period_days=budget.number("period_days", 1, MAX_DAYS),
        reservation_hours=budget.number("reservation_hours", 0, 24 * MAX_DAYS),
        undeclared=budget.choice("undeclared", types),
        quiet={purpose: _quiet(hours.section(purpose)) for purpose in PURPOSES},
        yes_by_default=frozenset(consent.names("yes_by_default", CHANNELS)),
        named={channel: named.words(channel) for channel in sorted(named.listed())},
        stop=StopWords(*(stop.words(key) for key in ("sentence", "whole", "sms"))),
        due_share=root.number("due_share", 0, 10),
        harm_type=harm.choice("type", types),
        harm_probability=harm.number("probability", 0, 1),
        order_open_days=root.number("order_open_days", 0, MAX_DAYS),
        open_alerts=frozenset(root.words("open_alerts")),
        severe_from_closeness=root.number("severe_from_closeness", 0, 2),
    )
    for section in (budget, hours, stop, named, consent, harm, root):
        section.close()
    return rules


def _quiet(section: Section) -> Quiet:
    quiet = Quiet(_minute(section, "from"), _minute(section, "to"))
    section.close()
    return quiet


def _minute(section: Section, key: str) -> int:
    text = section.text(key)
    found = _CLOCK.fullmatch(text)
    if found is None:
        if text:
            section.fault(f'{key}: {text!r} is no time of day; write it as "21:00"', key)
        return 0
    return int(found[1]) * 60 + int(found[2])
