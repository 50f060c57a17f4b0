"""Charts as SVG, drawn here: a report is one file that needs nothing from anywhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from replay.whatif.report import Pair

WIDTH, HEIGHT = 640, 180
SMALL = 320
"""Width of a chart that stands beside others: its letters are then as large as those of the rest."""
_LEFT, _BOTTOM, _TOP = 36, 20, 8


def by_day(spans: Sequence[str], pairs: Sequence[Pair], title: str, names: tuple[str, str], width: int = WIDTH) -> str:
    """Two bars a day, before and after, over a scale that begins at nothing."""
    top = _round(max((max(pair) for pair in pairs), default=1))
    room = (width - _LEFT) / max(len(spans), 1)
    bar = max(min(room * 0.42, 14.0), 0.6)
    drawn = [*_scale(top, width), *_bars(spans, pairs, top, room, bar), *_days(spans, room)]
    return _figure(title, names, (width, HEIGHT), drawn)


def _bars(spans: Sequence[str], pairs: Sequence[Pair], top: int, room: float, bar: float) -> Iterator[str]:
    for at, (span, pair) in enumerate(zip(spans, pairs, strict=True)):
        middle = _LEFT + room * (at + 0.5)
        yield f"<g><title>{escape(span)}: {pair.before:,} → {pair.after:,}</title>"
        for name, left, value in (("b", middle - bar, pair.before), ("a", middle, pair.after)):
            high = (HEIGHT - _TOP - _BOTTOM) * value / top
            place = f'x="{left:.1f}" y="{HEIGHT - _BOTTOM - high:.1f}" width="{bar:.1f}" height="{high:.1f}"'
            yield f'<rect class="{name}" {place}/>'
        yield "</g>"


def _days(spans: Sequence[str], room: float) -> Iterator[str]:
    step = max(1, math.ceil(64 / room))
    for at in range(0, len(spans), step):
        yield f'<text x="{_LEFT + room * (at + 0.5):.1f}" y="{HEIGHT - 5}" text-anchor="middle">{spans[at][2:]}</text>'


def _scale(top: int, width: int) -> Iterator[str]:
    for value in (0, top // 2, top) if top > 1 else (0, top):
        y = HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top
        yield f'<line x1="{_LEFT}" x2="{width}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 5}" y="{y + 3.5:.1f}" text-anchor="end">{value:,}</text>'


def flows(rows: Sequence[tuple[str, str, Pair]], title: str, names: tuple[str, str]) -> str:
    """A line a flow: from where to where, and two bars."""
    top = max((max(pair) for *_, pair in rows), default=1) or 1
    line, left = 34, 330
    drawn: list[str] = []
    for at, (from_, to, pair) in enumerate(rows):
        y = at * line
        drawn.append(f'<text x="{left - 8}" y="{y + 20}" text-anchor="end">{escape(from_)} → {escape(to)}</text>')
        for name, down, value in (("b", 6, pair.before), ("a", 18, pair.after)):
            wide = (WIDTH - left - 44) * value / top
            drawn.append(f'<rect class="{name}" x="{left}" y="{y + down}" width="{wide:.1f}" height="10"/>')
            drawn.append(f'<text x="{left + wide + 5:.1f}" y="{y + down + 9}">{value:,}</text>')
    return _figure(title, names, (WIDTH, line * len(rows)), drawn)


def _figure(title: str, names: tuple[str, str], size: tuple[int, int], drawn: Sequence[str]) -> str:
    legend = "".join(f'<span class="{key}">{escape(name)}</span>' for key, name in zip("ba", names, strict=True))
    return (
        f'<figure><figcaption>{escape(title)} <small class="key">{legend}</small></figcaption><div class="wide">'
        f'<svg viewBox="0 0 {size[0]} {size[1]}" role="img" aria-label="{escape(title)}">{"".join(drawn)}</svg>'
        "</div></figure>"
    )


def _round(value: int) -> int:
    """The next of 1, 2, 4, 10, 20, 40 …: a scale whose middle is a whole number."""
    step = 1
    while True:
        for first in (1, 2, 4):
            if first * step >= value:
                return first * step
        step *= 10
