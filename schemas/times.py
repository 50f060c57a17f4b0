"""Instants as the program has them (milliseconds since 1970, UTC) and as JSON writes them (RFC 3339)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple

EARLIEST: Final = 0
LATEST: Final = 7_258_118_400_000
"""Times from 1970-01-01 to 2200-01-01 UTC, exclusive, in milliseconds; what is outside is a mistake."""
WIDEST_OFFSET: Final = 24 * 60
"""Minutes, exclusive; RFC 3339 can write no offset of a day."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_START: Final = datetime(1970, 1, 1)
_DAY: Final = 24 * 60 * 60 * 1000
_FORM: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)


class Instant(NamedTuple):
    """A moment and the offset, in minutes east of UTC, with which its source wrote it."""

    at: int
    offset: int


def read(text: str) -> Instant:
    """The instant of an RFC 3339 text; digits beyond the millisecond are dropped.

    `ValueError` says what is wrong: another form, no offset, a day or second that no calendar
    has (leap seconds included), a year outside 1970..2200.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError("not a time of RFC 3339 with an offset")
    day, clock, offset = form.groups()
    try:
        since = datetime.fromisoformat(f"{day}T{clock if len(clock) < 9 else clock.ljust(12, '0')}") - _START
    except ValueError as error:
        raise ValueError(f"no such moment: {error}") from error
    minutes = _minutes(offset)
    at = since.days * _DAY + since.seconds * 1000 + since.microseconds // 1000 - minutes * 60_000
    if not EARLIEST <= at < LATEST:
        raise ValueError("the year lies outside 1970..2200")
    return Instant(at, minutes)


def write(at: int, offset: int = 0) -> str:
    """RFC 3339 with milliseconds, in the given offset; `Z` for UTC."""
    text = (_EPOCH + timedelta(milliseconds=at)).astimezone(_zone(offset)).isoformat(timespec="milliseconds")
    return text if offset else text[:-6] + "Z"


@lru_cache(maxsize=256)
def _minutes(offset: str) -> int:
    if offset in "Zz":
        return 0
    size = int(offset[1:3]) * 60 + int(offset[4:])
    return -size if offset[0] == "-" else size


@lru_cache(maxsize=256)
def _zone(offset: int) -> timezone:
    return timezone(timedelta(minutes=offset))
