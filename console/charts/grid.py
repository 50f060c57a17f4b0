"""What came how often where: a table whose cells are the darker the more there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from markupsafe import Markup

from console.charts.bars import WHOLE, short
from console.charts.drawing import picture, text

LEFT, LINE, HEAD = 400, 26, 28


def grid(
    counts: Mapping[tuple[str, str], int], rows: Sequence[tuple[str, str]], columns: Sequence[tuple[str, str]],
    title: str,
) -> Markup:  # fmt: skip
    """`rows` and `columns`: id and name, in order; `counts` by both ids."""
    highest = max(counts.values(), default=0) or 1
    width = (WHOLE - LEFT) / max(1, len(columns))
    letters = max(8, int(width / 8))
    pieces = [
        text(LEFT + (n + 0.5) * width, 16, short(name, letters), kind="axis", anchor="middle", whole=name)
        for n, (_, name) in enumerate(columns)
    ]
    for line, (row, told) in enumerate(rows):
        y = HEAD + line * LINE
        pieces.append(text(0, y + 17, short(told, 62), whole=told))
        for n, (column, where) in enumerate(columns):
            if count := counts.get((row, column), 0):
                x, dark = LEFT + n * width, 0.12 + 0.38 * count / highest
                pieces.append(
                    f'<rect x="{x + 1:.1f}" y="{y + 1}" width="{width - 2:.1f}" height="{LINE - 2}" class="f2"'
                    f' fill-opacity="{dark:.2f}"><title>{escape(f"{told} · {where}: {count:,}")}</title></rect>'
                )
                pieces.append(text(x + width / 2, y + 17, f"{count:,}", anchor="middle"))
    return picture(WHOLE, HEAD + len(rows) * LINE, title, pieces)
