"""Moments as they are written on a command line."""

from __future__ import annotations

import re
from typing import Final

from rapport.failure import WRONG_USAGE, Failure

UNITS_MS: Final = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_AGO: Final = re.compile(r"(\d{1,9})\s*([smhd])", re.ASCII)


def moment(option: str, text: str | None) -> int | None:
    """The moment (ms) of an RFC 3339 text; Failure names the option."""
    from schemas import times

    if text is None:
        return None
    try:
        return times.read(text).at
    except ValueError as error:
        raise Failure(f"{option} {text}: {error}", WRONG_USAGE) from error


def since(option: str, text: str | None, now: int) -> int | None:
    """The moment (ms) of `10m` (s, m, h, d before `now`) or of an RFC 3339 text."""
    ago = _AGO.fullmatch(text.strip()) if text else None
    if ago is not None:
        return max(0, now - int(ago[1]) * UNITS_MS[ago[2]])
    try:
        return moment(option, text)
    except Failure as failure:
        remedy = "write how long ago (30s, 10m, 2h, 3d) or a time like 2026-03-02T09:00:00+08:00"
        raise Failure(f"{failure}; {remedy}", WRONG_USAGE) from failure
