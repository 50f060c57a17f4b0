"""The customer's local time (signals.md, Rulings: Time)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from streams.customers.moment import Moment


def zone_of(moment: Moment) -> tzinfo:
    """By the profile, else the shop last visited, else the offset of their own last touchpoint, else the company's."""
    customer, knowledge = moment.customer, moment.knowledge
    told = _zone(customer.slots.get("time_zone", ""))
    if told is not None:
        return told
    place = knowledge.places.get(customer.place or "")
    shop = _zone(place.time_zone) if place is not None else None
    if shop is not None:
        return shop
    if customer.offset_minutes is not None:
        return timezone(timedelta(minutes=customer.offset_minutes))
    return _zone(knowledge.company.time_zone) or UTC


def local(at: int, zone: tzinfo) -> datetime:
    """The moment `at` (ms) on the clock of the zone."""
    return datetime.fromtimestamp(at / 1000, zone)


@lru_cache(maxsize=1024)
def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
