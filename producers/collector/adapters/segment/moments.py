"""Segment's four times: an event's own, corrected by how far its clock was off when it sent."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from schemas import times
from schemas.fields import Wrong, instant

_LOOSE: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(\.\d+)?\s*(?:([Zz])|([+-]\d\d):?(\d\d))?", re.ASCII
)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECONDS: Final = 100_000_000_000
"""A number below this is seconds since 1970, one above it milliseconds."""


def read(value: object) -> times.Instant | Wrong:
    """A time as SDKs write it: ISO 8601 with or without offset (then UTC), or a number since 1970."""
    if type(value) is str:
        return _text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        at = int(value * 1000 if abs(value) < _SECONDS else value) if abs(value) < 1e18 else -1  # of nan it is not
        if times.EARLIEST <= at < times.LATEST:
            return times.Instant(at, 0)
        return Wrong("bad_date", f"{value}: the year lies outside 1970..2200", "send an ISO 8601 time")
    return instant(value)


@lru_cache(maxsize=1024)
def _text(text: str) -> times.Instant | Wrong:
    """The calls of a batch were sent at the same time, and many happened at the same, too."""
    try:
        return times.read(text)
    except ValueError:
        return _loose(text)


def _loose(text: str) -> times.Instant | Wrong:
    text = text.strip()
    found = _LOOSE.fullmatch(text)
    if found is None:
        return instant(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)
    day, clock, seconds, fraction, _, hours, minutes = found.groups()
    offset = f"{hours}:{minutes}" if hours else "Z"
    return instant(f"{day}T{clock}{seconds or ':00'}{fraction or ''}{offset}")


def occurred(event: dict[str, Any], sent: times.Instant | None, received_at: int) -> times.Instant | Wrong:
    """receivedAt - (sentAt - originalTimestamp), in the offset of the original; without either, what there is."""
    given = event.get("originalTimestamp") or event.get("timestamp")
    if given is None:
        return times.Instant(received_at, 0)
    original = read(given)
    if isinstance(original, Wrong) or sent is None:
        return original
    at = received_at - (sent.at - original.at)
    if not times.EARLIEST <= at < times.LATEST:
        return Wrong("bad_date", f"{given!r} was sent at {times.write(sent.at)}: no such moment", "correct the clock")
    return tuple.__new__(times.Instant, (at, original.offset))  # its own way through Python takes three times as long
