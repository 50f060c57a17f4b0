"""How something goes, over time or over anything else: one line a thing, and a level that matters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from console.charts.bars import HALF
from console.charts.drawing import PALETTE, picture, rule, text

HEIGHT, LEFT, RIGHT, TOP, BASE = 220, 62, 12, 26, 190
Points = Sequence[tuple[float, float]]


class Line(NamedTuple):
    """`points`: x and y, in the order of x. `steps`: a value holds until the next one."""

    name: str
    points: Points
    steps: bool = False


class Limit(NamedTuple):
    """A level that matters, drawn across."""

    value: float
    name: str


def lines(
    found: Sequence[Line], labels: Sequence[tuple[float, str]], title: str, *, width: float = HALF,
    said: Callable[[float], str] = "{:,.0f}".format, limit: Limit | None = None,
    marks: Sequence[tuple[float, str]] = (), on_line: bool = False,
) -> Markup:  # fmt: skip
    """`labels` stand under the x axis, the first and the last at its ends; `marks` are moments, told
    by their words, on the axis, or `on_line` on the first line.

    The y axis has 0 in it.
    """
    begin, end = labels[0][0], labels[-1][0]
    values = [y for line in found for _, y in line.points] + ([limit.value] if limit else [])
    low, high = min([0.0, *values]), max([0.0, *values])
    high = high if high > low else low + 1

    def across(x: float) -> float:
        return LEFT + (min(max(x, begin), end) - begin) / ((end - begin) or 1) * (width - LEFT - RIGHT)

    def up(y: float) -> float:
        return BASE - (y - low) / (high - low) * (BASE - TOP)

    pieces = []
    for level in dict.fromkeys((high, 0.0, low)):
        pieces += [rule(LEFT, up(level), width - RIGHT, up(level)),
                   text(LEFT - 6, up(level) + 4, said(level), kind="axis", anchor="end")]  # fmt: skip
    if limit is not None:
        y = up(limit.value)
        pieces.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{width - RIGHT:.1f}" y2="{y:.1f}" class="limit"/>')
        pieces.append(text(LEFT + 4, y - 5, limit.name, kind="axis"))
    for x, told in marks:
        y = up(_height(found[0].points, x)) if on_line else BASE
        pieces.append(
            f'<circle cx="{across(x):.1f}" cy="{y:.1f}" r="5" class="moment"><title>{escape(told)}</title></circle>'
        )
    for n, line in enumerate(found):
        path = _path([(across(x), up(y)) for x, y in line.points], line.steps)
        pieces.append(f'<path d="{path}" class="curve s{n % PALETTE + 1}"><title>{escape(line.name)}</title></path>')
    for n, (x, words) in enumerate(labels):
        anchor = "start" if n == 0 else "end" if n == len(labels) - 1 else "middle"
        pieces.append(text(across(x), BASE + 20, words, kind="axis", anchor=anchor))
    return picture(width, HEIGHT, title, pieces)


def _height(points: Points, x: float) -> float:
    """Of a line at `x`, between its points as it is drawn."""
    for (left, low), (right, high) in pairwise(points):
        if left <= x <= right:
            return low + (high - low) * ((x - left) / (right - left) if right > left else 0.0)
    return points[-1][1]


def _path(points: Points, steps: bool) -> str:
    said = ""
    for n, (x, y) in enumerate(points):
        said += f"M{x:.1f},{y:.1f}" if n == 0 else f"H{x:.1f}V{y:.1f}" if steps else f"L{x:.1f},{y:.1f}"
    return said
