"""Times of simulated deeds: opening hours, and RFC 3339 text with the person's own offset."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
OPENS_HOUR = 8
CLOSES_HOUR = 22


@lru_cache(maxsize=512)
def _day(number: int) -> str:
    return datetime.fromtimestamp(number * 86_400, UTC).strftime("%Y-%m-%dT")


def _minutes_east(offset: int) -> str:
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


_OFFSETS = {offset: _minutes_east(offset) for offset in range(-720, 841, 15)}


def as_text(at: int, offset: int) -> str:
    """RFC 3339 with milliseconds; `offset` in minutes east, in quarters of an hour."""
    day, rest = divmod(at + offset * 60_000, DAY_MS)
    seconds, ms = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_day(day)}{hour:02d}:{minute:02d}:{second:02d}.{ms:03d}{_OFFSETS[offset]}"


def by_day(at: int, offset: int, fraction: float) -> int:
    """The time itself if people are up; else a moment of the next morning, `fraction` of two hours in."""
    day, rest = divmod(at + offset * 60_000, DAY_MS)
    if OPENS_HOUR * HOUR_MS <= rest < CLOSES_HOUR * HOUR_MS:
        return at
    morning = day * DAY_MS + OPENS_HOUR * HOUR_MS + int(fraction * 2 * HOUR_MS) - offset * 60_000
    return morning if rest < OPENS_HOUR * HOUR_MS else morning + DAY_MS


def by_night(at: int, offset: int, fraction: float) -> int:
    """A moment between 23:00 and 03:00 of the same local day."""
    day = (at + offset * 60_000) // DAY_MS
    return day * DAY_MS + 23 * HOUR_MS + int(fraction * 4 * HOUR_MS) - offset * 60_000
