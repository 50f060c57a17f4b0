"""By which channel and when to reach this customer (D15; S1-05, S1-20)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.records import Severity
from streams.customers.customer import Glimpse
from streams.customers.locally import local, zone_of
from streams.customers.moment import Moment

REACHABLE: Final = ("email", "sms", "dm", "push", "letter", "phone", "chat")
"""Channels by which a person of ours can begin; a face to face is the customer's to offer."""
HERE: Final[dict[str, str]] = {"arrival": "store", "right_offer": "store", "uncomfortable_place": "store",
                               "incoming_call": "phone"}  # fmt: skip
"""Signals at which the customer is with us already, and by which channel."""
WRITTEN: Final = frozenset({"chat", "dm", "email", "sms"})
"""Channels in which an answer wakes nobody."""
LIVE: Final = frozenset({"chat", "dm"})
"""Channels in which somebody stays for the answer."""
WAITS_MS: Final = 30 * 60_000
ASKED: Final = frozenset({"unanswered"})
"""Signals of who has asked something: the answer goes where they asked, now."""
PURPOSE: Final = "care"
"""Whose quiet hours hold: what staff write by hand is no promotion."""


class Reach(NamedTuple):
    """`at` is a local time; None: now, for they are there, or nothing speaks against it."""

    channel: str
    at: datetime | None
    here: bool = False


def reach(moment: Moment, name: str, severity: Severity) -> Reach:
    """The channel that scores best, and the hour: at once where it presses, else when they are usually there."""
    here = HERE.get(name)
    if here is not None:
        return Reach(here, None, True)
    hour = _hour(moment, severity)
    waits = None if hour is None else _waits(moment, name)
    return Reach(_channel(moment, severity), hour) if waits is None else Reach(waits, None)


def _waits(moment: Moment, name: str) -> str | None:
    """The channel in which they have just written and wait; whoever does is awake, whatever the hour."""
    last = moment.customer.recent[-1] if moment.customer.recent else None
    if last is None or last.ours:
        return None
    asked = name in ASKED and last.channel in WRITTEN
    lives = last.channel in LIVE and moment.at - last.at <= WAITS_MS
    return last.channel if asked or lives else None


def _channel(moment: Moment, severity: Severity) -> str:
    """Richness need × richness + urgency × speed − cost + preference, of the channels they have not forbidden."""
    rules, customer = moment.knowledge.alerts, moment.customer
    wished = customer.slots.get("preferred_channel", "")
    used = {each.channel for each in customer.recent if not each.ours}
    best, most = REACHABLE[0], float("-inf")
    for channel in REACHABLE:
        consent = customer.consents.get(channel)
        if consent is not None and not consent.granted and (not consent.purposes or PURPOSE in consent.purposes):
            continue
        marks = moment.knowledge.channels[channel]
        score = rules.richness_need[severity] * marks.richness + rules.urgency[severity] * marks.speed - marks.cost
        score += rules.preference * (1.0 if channel == wished else 0.5 if channel in used else 0.0)
        if score > most:
            best, most = channel, score
    return best


def _hour(moment: Moment, severity: Severity) -> datetime | None:
    quiet = moment.knowledge.contacts.quiet[PURPOSE]
    zone = zone_of(moment)
    now = local(moment.at, zone)
    at = now
    usual = None if severity != "info" else _usual_hour([g for g in moment.customer.recent if not g.ours], moment)
    if usual is not None and usual != now.hour:
        at = now.replace(hour=usual, minute=0, second=0, microsecond=0)
        at += timedelta(days=1) if at < now else timedelta(0)
    if quiet.holds(at.hour * 60 + at.minute):
        ends = at.replace(hour=quiet.end // 60, minute=quiet.end % 60, second=0, microsecond=0)
        at = ends if ends > at else ends + timedelta(days=1)
    return None if at == now else at


def _usual_hour(theirs: list[Glimpse], moment: Moment) -> int | None:
    """The middle one of the hours at which they were last heard of; none where they were heard of but once."""
    hours = sorted(local(each.at, zone_of(moment)).hour for each in theirs)
    return hours[len(hours) // 2] if len(hours) > 1 else None
