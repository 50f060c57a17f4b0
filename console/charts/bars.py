"""Which is how much: one bar a line, the longest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from console.charts.drawing import box, picture, text
from console.web.viewer import MANY

HALF, WHOLE, LINE = 540, 1100, 26
_ROOM = 40
"""Letters that fit over a bar; Chinese ones count twice."""
_NARROW = 60
"""And over half a page's bar on a phone, where letters are larger, with its number."""


def bars(
    rows: Sequence[tuple[str, float]], title: str, kind: str = "f1", width: float = HALF,
    said: Callable[[float], str] = "{:,}".format,
) -> Markup:  # fmt: skip
    """`width`: of half a page, or of a whole one; letters are then of one size. `said`: how a number is written."""
    highest = max((count for _, count in rows), default=0) or 1
    pieces = []
    for n, (name, count) in enumerate(rows):
        y = n * LINE * 1.5
        pieces += [
            *_name(name, y + 15, len(said(count)) if width == HALF else 0),
            text(width, y + 15, said(count), anchor="end"),
            box(0, y + 22, width, 8, "track"),
            box(0, y + 22, width * count / highest, 8, kind, f"{name}: {said(count)}"),
        ]  # fmt: skip
    return picture(width, max(1, len(rows)) * LINE * 1.5, title, pieces)


def _name(name: str, y: float, number: int) -> list[str]:
    """On a phone a long one is shorter, to leave room for `number` letters (0: all of it as elsewhere)."""
    whole, narrow = short(name), short(name, _NARROW - 2 - number)
    if not number or narrow == whole:
        return [text(0, y, whole, whole=name)]
    return [text(0, y, whole, kind="large", whole=name), text(0, y, narrow, kind="small", whole=name)]


def stages(rows: Sequence[tuple[str, int]], title: str) -> Markup:
    """A funnel: how many came to each stage, and which share of those in the one before, where they are many."""
    told, before = [], 0
    for name, count in rows:
        told.append((f"{name} · {count / before:.0%}" if before >= MANY else name, count))
        before = count
    return bars(told, title, "f3")


def short(name: str, room: int = 2 * _ROOM) -> str:
    """Cut where it would run over."""
    used = 0
    for at, letter in enumerate(name):
        used += 2 if ord(letter) > 0x2E7F else 1
        if used > room:
            return name[:at] + "…"
    return name
