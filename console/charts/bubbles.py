"""How much, whither, and how many: one circle a thing, its size how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import sqrt
from typing import Final, NamedTuple

from markupsafe import Markup

from console.charts.bars import WHOLE, short
from console.charts.drawing import colour, picture, rule, text

HEIGHT, LEFT, RIGHT, TOP, BASE = 380, 92, 30, 24, 330
LARGEST: Final = 34.0


class Bubble(NamedTuple):
    """`x`: from -1 to 1. `kind`: the n-th of the kinds in the legend."""

    name: str
    x: float
    y: float
    many: int
    kind: int


def bubbles(
    found: Sequence[Bubble], title: str, across: tuple[str, str, str], up: str, said: Callable[[float], str]
) -> Markup:
    """`across`: words under the left end, the middle and the right end; `up`: what the y axis is."""
    highest, most = max((each.y for each in found), default=0) or 1, max((each.many for each in found), default=0) or 1

    def place(x: float) -> float:
        return LEFT + LARGEST + (x + 1) / 2 * (WHOLE - LEFT - RIGHT - 2 * LARGEST)

    pieces = [rule(LEFT, BASE, WHOLE - RIGHT, BASE), rule(place(0), TOP, place(0), BASE)]
    pieces += [
        text(LEFT - 8, TOP + 12, said(highest), kind="axis", anchor="end"),
        text(LEFT - 8, BASE + 4, said(0), kind="axis", anchor="end"), text(LEFT, TOP - 8, up, kind="axis"),
    ]  # fmt: skip
    ends = zip((LEFT, place(0), WHOLE - RIGHT), across, ("start", "middle", "end"), strict=True)
    pieces += [text(x, BASE + 40, words, kind="axis", anchor=anchor) for x, words, anchor in ends]
    for each in sorted(found, key=lambda bubble: -bubble.many):
        x, y = place(max(-1.0, min(1.0, each.x))), BASE - each.y / highest * (BASE - TOP - LARGEST)
        radius = max(4.0, LARGEST * sqrt(each.many / most))
        told = escape(f"{each.name}: {each.many:,} · {said(each.y)} · {each.x:+.0%}")
        pieces.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="{colour(each.kind)} bubble">'
            f"<title>{told}</title></circle>"
        )
    return picture(WHOLE, HEIGHT, title, [*pieces, *_names(found, place, highest)])


def _names(found: Sequence[Bubble], place: Callable[[float], float], highest: float) -> list[str]:
    """Of those that have room: the larger are named first."""
    taken: list[tuple[float, float]] = []
    pieces = []
    for each in sorted(found, key=lambda bubble: -bubble.many):
        x, y = place(max(-1.0, min(1.0, each.x))), BASE - each.y / highest * (BASE - TOP - LARGEST)
        if all(abs(x - other) > 150 or abs(y - height) > 15 for other, height in taken):
            taken.append((x, y))
            anchor = "start" if x < LEFT + 90 else "end" if x > WHOLE - 110 else "middle"
            pieces.append(text(x, y + 4, short(each.name, 24), anchor=anchor))
    return pieces
