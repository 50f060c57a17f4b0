"""What turns into what: types on the left before, on the right after, bands as wide as how many went that way."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from console.charts.bars import short
from console.charts.drawing import box, colour, picture, text

WIDTH, GAP, NODE = 1100, 10, 12
_SIDE = 230


def sankey(flows: Sequence[tuple[str, str, int]], title: str) -> Markup:
    """`flows`: before, after, how many; each pair once."""
    total = sum(count for _, _, count in flows) or 1
    left, right = _sums(flows, 0), _sums(flows, 1)
    tall = max(160.0, 26.0 * max(len(left), len(right)))
    unit = (tall - GAP * max(len(left), len(right))) / total
    tops = [_tops(left, unit), _tops(right, unit)]
    pieces, used = [], [dict.fromkeys(left, 0.0), dict.fromkeys(right, 0.0)]
    colours = {name: colour(n) for n, name in enumerate(left)}
    x1, x2 = _SIDE + NODE, WIDTH - _SIDE - NODE
    for before, after, count in sorted(flows, key=lambda flow: (list(left).index(flow[0]), list(right).index(flow[1]))):
        y1, y2, wide = tops[0][before] + used[0][before], tops[1][after] + used[1][after], count * unit
        used[0][before] += wide
        used[1][after] += wide
        half = (x1 + x2) / 2
        path = (
            f"M{x1},{y1:.1f}C{half},{y1:.1f} {half},{y2:.1f} {x2},{y2:.1f}"
            f"L{x2},{y2 + wide:.1f}C{half},{y2 + wide:.1f} {half},{y1 + wide:.1f} {x1},{y1 + wide:.1f}Z"
        )
        told = f"<title>{escape(f'{before} → {after}: {count:,}')}</title>"
        pieces.append(f'<path d="{path}" class="flow {colours[before]}">{told}</path>')
    for side, sums in enumerate((left, right)):
        for name, count in sums.items():
            y, high = tops[side][name], max(2.0, count * unit)
            x = _SIDE if side == 0 else x2
            pieces.append(box(x, y, NODE, high, colours.get(name, "f8"), f"{name}: {count:,}"))
            at = _SIDE - 8 if side == 0 else x2 + NODE + 8
            pieces.append(
                text(at, y + high / 2 + 4, f"{short(name, 24)} {count:,}", anchor="end" if side == 0 else "start")
            )
    return picture(WIDTH, tall + GAP, title, pieces)


def _sums(flows: Sequence[tuple[str, str, int]], side: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for before, after, count in flows:
        name = before if side == 0 else after
        found[name] = found.get(name, 0) + count
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _tops(sums: dict[str, int], unit: float) -> dict[str, float]:
    tops, y = {}, 4.0
    for name, count in sums.items():
        tops[name] = y
        y += count * unit + GAP
    return tops
