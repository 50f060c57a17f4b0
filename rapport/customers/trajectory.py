"""The way that a relationship has taken, as data and as a small plot: a row a relationship, time from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from rich.text import Text

from rapport.layout import column
from rapport.voice import Voice
from schemas.records import Shift

CELLS: Final = 48
"""Of the plot, from the first touchpoint to the last."""
FEWEST: Final = 21
"""The two dates and a space."""
HELD, NOT = "█", "·"


class Step(msgspec.Struct, frozen=True):
    """From when on which type was declared, how likely it was then, and what the turn is called."""

    since: int
    type: str
    probability: float | None = None
    migration: str | None = None


def steps(first: int | None, shifts: Sequence[Shift]) -> tuple[Step, ...]:
    """In order of time; before the first shift, what that one came from. Nothing where there was none."""
    ordered = sorted(shifts, key=lambda shift: (shift.at, shift.offset))
    if not ordered:
        return ()
    begun = [] if first is None or first >= ordered[0].at else [Step(first, ordered[0].from_)]
    return (*begun, *(Step(each.at, each.to, each.probability, each.migration) for each in ordered))


def plot(found: Sequence[Step], until: int, voice: Voice, width: int | None = None) -> list[Text]:
    """A row for each relationship in the order in which they came, and the two dates; nothing for a single moment.
    No line is longer than `width` allows."""
    if not found or until <= found[0].since:
        return []
    margin = max(Text(voice.relationship(step.type)).cell_len for step in found) + 1
    cells = CELLS if width is None else max(FEWEST, min(CELLS, width - margin - 2))
    start, span = found[0].since, until - found[0].since
    rows: dict[str, list[str]] = {}
    for n, step in enumerate(found):
        end = found[n + 1].since if n + 1 < len(found) else until
        row = rows.setdefault(step.type, [NOT] * cells)
        first = min(cells - 1, (step.since - start) * cells // span)
        last = max(first + 1, min(cells, (end - start) * cells // span))
        row[first:last] = [HELD] * (last - first)
    lines = [
        Text.assemble("  ", column(Text(voice.relationship(type_id)), margin), ("".join(row), "cyan"))
        for type_id, row in rows.items()
    ]
    dates = f"{_day(start)}{_day(until):>{cells - len(_day(start))}}"
    return [*lines, Text.assemble("  ", " " * margin, (dates, "dim"))]


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")
