"""By which channel and when to reach this customer (D15; S1-05, S1-20), as far as the card asks for it at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.records import Severity
from streams.customers.customer import WAYS, Customer, Glimpse
from streams.customers.locally import local, zone_of
from streams.customers.moment import Moment

REACHABLE: Final = ("email", "sms", "dm", "letter", "phone", "chat")
"""Channels by which a person of ours can begin; a face to face is the customer's to offer."""
PUSH: Final = "push"
"""A line on a lock screen: no place for a person's words, and for nobody who has not said yes to it."""
PUBLIC: Final = "social"
"""Where others read along: to answer there, and to begin only where nothing else is known."""
WRITTEN: Final = frozenset({"chat", "dm", "email", "sms", PUBLIC})
"""Channels in which an answer wakes nobody."""
LIVE: Final = frozenset({"chat", "dm"})
"""Channels in which somebody stays for the answer."""
WAITS_MS: Final = 30 * 60_000
GO_WITH: Final = (("email", "email"), ("phone", "phone"), ("letter", "address"))
"""Channels, and the slots in which the address or number for them stands. Not every telephone takes texts."""
PURPOSE: Final = "care"
"""Whose quiet hours hold: what staff write by hand is no promotion."""
SHOP: Final = "store"
ONLINE: Final = frozenset({"web", "app", "chat", "dm", PUBLIC})
"""Channels in which somebody is there at the moment of a touchpoint."""
HARASSED: Final = "harassed"
AT_THE_SHOP: Final = frozenset({SHOP, "camera", "pos", "qr"})
"""Channels of who stands before us."""


class Reach(NamedTuple):
    """`at` is a local time; None: now, for they are there, or nothing speaks against it.

    `line` is the line of wording that says it; `channel` is empty where none is known, or none is to be used.
    """

    line: str
    channel: str = ""
    at: datetime | None = None


def reach(moment: Moment, how: str, severity: Severity, asked: str = "") -> Reach | None:
    """How to reach them, by one of `streams.knowledge.model.REACHES`; None where nobody is to get in touch.

    `asked` is the type of the touchpoint that waits for an answer, where it is not the one of this moment. A channel
    of which they have given no sign is never named.
    """
    if how == "none":
        return None
    here = _with_us(moment) if how == "with_us" else None
    if here is not None:
        return here
    if how == "where_asked" or _came_by_themselves(moment):
        answer = _where_asked(moment, asked)
        if answer is not None:
            return answer
    elif _wants_quiet(moment):
        return Reach("reach.wait")
    if how in ("phone", "phone_on_time"):
        return _by_phone(moment, severity, on_time=how == "phone_on_time")
    hour = _hour(moment, severity)
    waits = None if hour is None else _waits(moment)
    return _begun(moment, _channel(moment, severity), hour) if waits is None else _told(waits, None)


def _begun(moment: Moment, channel: str | None, at: datetime | None) -> Reach:
    """Where we begin: in public only to ask them into private; by push only to ask them to write."""
    if channel is None:
        return Reach("reach.push" if moment.customer.granted(PUSH) else "reach.unknown")
    return Reach("reach.public") if channel == PUBLIC else _told(channel, at)


def _told(channel: str, at: datetime | None) -> Reach:
    return Reach("reach.now" if at is None else "reach.at", channel, at)


def _with_us(moment: Moment) -> Reach | None:
    """Where they are just now; None where they were, and have gone."""
    touchpoint = moment.touchpoint
    if touchpoint is None or touchpoint.channel in AT_THE_SHOP:
        return Reach("reach.here", SHOP)
    if touchpoint.channel in ONLINE:
        return Reach("reach.live", touchpoint.channel)
    return Reach("reach.line", "phone") if touchpoint.channel == "phone" and touchpoint.type != "call.ended" else None


def _wants_quiet(moment: Moment) -> bool:
    """Whether they are known as somebody who does, or have just told us so again and again."""
    if any(HARASSED in case.names for case in moment.customer.cases):
        return True
    declared = moment.customer.declared
    return declared >= 0 and moment.knowledge.wants_quiet(moment.knowledge.types[declared].id)


def _came_by_themselves(moment: Moment) -> bool:
    """Whether they want quiet, and have just turned to us: then they are answered, and no more."""
    touchpoint = moment.touchpoint
    return _wants_quiet(moment) and touchpoint is not None and touchpoint.initiator == "customer"


def _where_asked(moment: Moment, asked: str) -> Reach | None:
    """The channel in which they spoke; None where nobody can answer in it (a form, a till). In writing whatever the
    hour, by telephone outside quiet hours. Who has waited, not in public, and has told how they like to be reached, is
    reached so."""
    touchpoint = moment.touchpoint
    if touchpoint is not None and touchpoint.initiator == "customer" and not asked:
        channel: str | None = touchpoint.channel
    else:
        theirs = [each for each in moment.customer.recent if not each.ours and each.type == (asked or each.type)]
        channel = theirs[-1].channel if theirs else None
    if channel is None or channel not in (*REACHABLE, PUBLIC):
        return None
    wished = moment.customer.slots.get("preferred_channel", "")
    if asked and channel != PUBLIC and wished in REACHABLE and not _forbidden(moment.customer, wished):
        channel = wished if _allowed(moment) is None else channel
    return _told(channel, None if channel in WRITTEN else _allowed(moment))


def _by_phone(moment: Moment, severity: Severity, *, on_time: bool) -> Reach:
    """A call at once, outside quiet hours; `on_time`: at the very hour of this moment, for which the card was made.
    Who has forbidden calls, or of whom no number is known, is reached otherwise."""
    now = local(moment.at, zone_of(moment))
    at = now if on_time else _allowed(moment)
    if "phone" in known_ways(moment.customer) and not _forbidden(moment.customer, "phone"):
        return _told("phone", at)
    channel = _channel(moment, severity)
    if channel is None and on_time and not _forbidden(moment.customer, "phone"):
        return Reach("reach.number", "phone", at)
    return _begun(moment, channel, at)


def _waits(moment: Moment) -> str | None:
    """The channel in which they have just written and wait; whoever does is awake, whatever the hour."""
    last = moment.customer.recent[-1] if moment.customer.recent else None
    if last is None or last.ours or last.channel not in LIVE or moment.at - last.at > WAITS_MS:
        return None
    return last.channel


def known_ways(customer: Customer) -> frozenset[str]:
    """Channels by which somebody can be reached at all: those that they have used or were reached by, agreed to or
    asked for, and those that go with an address or a number of theirs."""
    slots = customer.slots
    found = set(slots.get(WAYS, "").split())
    found |= {scope for scope, consent in customer.consents.items() if consent.granted}
    found |= {channel for channel, slot in GO_WITH if slots.get(slot)}
    found.add(slots.get("preferred_channel", ""))
    return frozenset(found | {"phone"} if "sms" in found else found)


def _forbidden(customer: Customer, channel: str) -> bool:
    consent = customer.consents.get(channel)
    return consent is not None and not consent.granted and (not consent.purposes or PURPOSE in consent.purposes)


def _channel(moment: Moment, severity: Severity) -> str | None:
    """Richness need × richness + urgency × speed − cost + preference, of the known channels that they have not
    forbidden; in public where there is no other, None where there is none at all."""
    rules, customer = moment.knowledge.alerts, moment.customer
    known, wished = known_ways(customer), customer.slots.get("preferred_channel", "")
    used = {each.channel for each in customer.recent if not each.ours}
    best, most = PUBLIC if PUBLIC in known else None, float("-inf")
    for channel in REACHABLE:
        if channel not in known or _forbidden(customer, channel):
            continue
        marks = moment.knowledge.channels[channel]
        score = rules.richness_need[severity] * marks.richness + rules.urgency[severity] * marks.speed - marks.cost
        score += rules.preference * (1.0 if channel == wished else 0.5 if channel in used else 0.0)
        if score > most:
            best, most = channel, score
    return best


def _hour(moment: Moment, severity: Severity) -> datetime | None:
    """At once where it presses, else when they are usually there; never in quiet hours. None: now."""
    now = local(moment.at, zone_of(moment))
    at = now
    usual = None if severity != "info" else _usual_hour([g for g in moment.customer.recent if not g.ours], moment)
    if usual is not None and usual != now.hour:
        at = now.replace(hour=usual, minute=0, second=0, microsecond=0)
        at += timedelta(days=1) if at < now else timedelta(0)
    at = _after_quiet(moment, at)
    return None if at == now else at


def _allowed(moment: Moment) -> datetime | None:
    """The end of the quiet hours; None: there are none just now."""
    now = local(moment.at, zone_of(moment))
    at = _after_quiet(moment, now)
    return None if at == now else at


def _after_quiet(moment: Moment, at: datetime) -> datetime:
    quiet = moment.knowledge.contacts.quiet[PURPOSE]
    if not quiet.holds(at.hour * 60 + at.minute):
        return at
    ends = at.replace(hour=quiet.end // 60, minute=quiet.end % 60, second=0, microsecond=0)
    return ends if ends > at else ends + timedelta(days=1)


def _usual_hour(theirs: list[Glimpse], moment: Moment) -> int | None:
    """The middle one of the hours at which they were last heard of; none where they were heard of but once."""
    hours = sorted(local(each.at, zone_of(moment)).hour for each in theirs)
    return hours[len(hours) // 2] if len(hours) > 1 else None
