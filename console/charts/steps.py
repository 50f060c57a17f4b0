"""A relationship over time: one band a type, in the order in which they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from markupsafe import Markup

from console.charts.drawing import box, colour, picture, rule, text
from console.web.viewer import Viewer
from rapport.customers.known import Standing

WIDTH, BAND, LEFT = 1100, 26, 200


class Turn(Protocol):
    """Anything with a moment, a type and how sure it was."""

    @property
    def at(self) -> int: ...

    @property
    def to(self) -> str: ...

    @property
    def probability(self) -> float: ...


def steps(turns: Sequence[Turn], standing: Standing, viewer: Viewer, end_said: str) -> Markup | None:
    """Until the viewer's now, which is called `end_said`. None where there was no turn yet."""
    found = [(each.at, each.to, each.probability) for each in turns]
    if not found:
        return None
    kinds = list(dict.fromkeys([*(to for _, to, _ in found), standing.type]))
    begin, end = found[0][0], max(viewer.now, found[-1][0] + 1)
    scale = (WIDTH - LEFT - 10) / max(1, end - begin)
    pieces = []
    for n, kind in enumerate(kinds):
        pieces += [
            rule(LEFT, (n + 1) * BAND, WIDTH, (n + 1) * BAND),
            text(0, n * BAND + 17, viewer.voice.relationship(kind)),
        ]
    for n, (at, to, probability) in enumerate(found):
        until = found[n + 1][0] if n + 1 < len(found) else end
        row = kinds.index(to)
        told = f"{viewer.voice.relationship(to)} {probability:.0%}, {viewer.whole(at)}"
        width = max(3, (until - at) * scale)
        pieces.append(box(LEFT + (at - begin) * scale, row * BAND + 5, width, BAND - 10, colour(row), told))
    base = len(kinds) * BAND + 16
    pieces += [
        text(LEFT, base, viewer.clock(begin), kind="axis"),
        text(WIDTH - 2, base, end_said, kind="axis", anchor="end"),
    ]
    return picture(WIDTH, base + 6, viewer.say("picture.steps"), pieces)
