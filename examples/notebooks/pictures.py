"""Two kinds of pictures for notebooks, as SVG that every reader of notebooks shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, NamedTuple

WIDTH, HEIGHT, LEFT, LINE = 720, 260, 190, 26
_COLOURS: Final = ("#2563eb", "#d97706", "#059669", "#9333ea")


class Picture(NamedTuple):
    """Shown where it is the last line of a cell."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


def curves(series: Mapping[str, Sequence[float]], unit: str) -> Picture:
    """One curve a name, a value a step, from 0 to the largest of all; `unit` says what a step is."""
    most = max((max(values) for values in series.values()), default=0) or 1
    pieces = [_text(40, 12, f"{most:.1%}"), _text(40, HEIGHT - 8, "0"), _text(WIDTH - 80, HEIGHT - 8, unit)]
    for n, (name, values) in enumerate(series.items()):
        step = (WIDTH - 60) / max(1, len(values) - 1)
        points = " ".join(
            f"{50 + x * step:.1f},{HEIGHT - 25 - y / most * (HEIGHT - 45):.1f}" for x, y in enumerate(values)
        )
        pieces.append(f'<polyline points="{points}" fill="none" stroke="{_COLOURS[n % 4]}" stroke-width="2"/>')
        pieces.append(_text(90 + n * 130, 12, name, _COLOURS[n % 4]))
    return _picture(HEIGHT, pieces)


def intervals(rows: Mapping[str, tuple[float, float, float]]) -> Picture:
    """One line a name: middle, low and high, beside nought."""
    low, high = min(0.0, *(each[1] for each in rows.values())), max(0.0, *(each[2] for each in rows.values()))
    scale = (WIDTH - LEFT - 70) / ((high - low) or 1)

    def place(value: float) -> float:
        return LEFT + (value - low) * scale

    nought = f'<line x1="{place(0):.1f}" x2="{place(0):.1f}" y1="0" y2="{len(rows) * LINE}" stroke="#888"/>'
    pieces = [nought]
    for n, (name, (middle, least, most)) in enumerate(rows.items()):
        y = n * LINE + LINE / 2
        colour = _COLOURS[0] if least > 0 or most < 0 else "#888"
        ends = f'x1="{place(least):.1f}" x2="{place(most):.1f}" y1="{y}" y2="{y}"'
        bar = f'<line {ends} stroke="{colour}" stroke-width="3"/>'
        dot = f'<circle cx="{place(middle):.1f}" cy="{y}" r="5" fill="{colour}"/>'
        pieces += [_text(0, y + 4, name), bar, dot, _text(WIDTH - 60, y + 4, f"{middle:+.1%}")]
    return _picture(len(rows) * LINE, pieces)


def _text(x: float, y: float, words: str, colour: str = "#444") -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="12" font-family="sans-serif" fill="{colour}">{escape(words)}</text>'
    )


def _picture(height: float, pieces: Sequence[str]) -> Picture:
    drawn = "".join(pieces)
    return Picture(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}">{drawn}</svg>')
