"""What a measurement says: a short table for people, one JSON object for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Lines of a table in order; `facts` is what a program reads."""

    title: str
    columns: tuple[str, ...]
    lines: Sequence[Sequence[Cell]]
    facts: Mapping[str, object]
    notes: Sequence[str] = field(default=())


def show(report: Report, as_json: bool) -> None:
    """Print it."""
    if as_json:
        print(json.dumps(report.facts))
        return
    rows = [report.columns, *([text(cell) for cell in line] for line in report.lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(report.columns))]
    print(f"\n{report.title}")
    for row in rows:
        first, *rest = (cell.ljust(width) if n == 0 else cell.rjust(width)
                        for n, (cell, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
        print("  ".join((first, *rest)).rstrip())
    for note in report.notes:
        print(note)


def text(cell: Cell) -> str:
    """A number with as many places as say something."""
    if cell is None:
        return "-"
    if isinstance(cell, str):
        return cell
    return f"{cell:,.0f}" if isinstance(cell, int) or abs(cell) >= 100 else f"{cell:,.2f}"


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value at or below which `share` of the sorted values lie; ValueError without any."""
    if not ordered:
        raise ValueError("no values, so no quantile")
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
