"""How much of each kind came when: stacked columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from console.charts.drawing import box, colour, picture, rule, text
from console.web.viewer import Viewer

WIDTH, HEIGHT, LEFT, BASE = 1100, 230, 44, 200


def columns(
    counts: Mapping[int, Mapping[str, int]], kinds: Sequence[str], span: tuple[int, int, int], named: Mapping[str, str],
    title: str, viewer: Viewer,
) -> Markup:  # fmt: skip
    """`counts` by the beginning of a step (ms) and kind; `span`: from, to, step, in ms."""
    begin, end, step = span
    highest = max((sum(each.values()) for each in counts.values()), default=0) or 1
    width = (WIDTH - LEFT) * step / max(step, end - begin)
    pieces = [rule(LEFT, BASE, WIDTH, BASE), rule(LEFT, 14, WIDTH, 14)]
    for place, amount in ((18, highest), (BASE + 4, 0)):
        pieces.append(text(LEFT - 6, place, f"{amount:,}", kind="axis", anchor="end"))
    for at, by_kind in sorted(counts.items()):
        x, y = LEFT + (at - begin) / max(1, end - begin) * (WIDTH - LEFT), float(BASE)
        for n, kind in enumerate(kinds):
            if count := by_kind.get(kind, 0):
                tall = count / highest * (BASE - 14)
                y -= tall
                told = f"{named.get(kind, kind)} {count:,} · {viewer.clock(at)}"
                pieces.append(box(max(x, LEFT), y, max(1.0, width - 1), tall, colour(n), told))
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        at = int(begin + share * (end - begin))
        pieces.append(text(LEFT + share * (WIDTH - LEFT), BASE + 18, viewer.clock(at), kind="axis", anchor=anchor))
    return picture(WIDTH, HEIGHT, title, pieces)
