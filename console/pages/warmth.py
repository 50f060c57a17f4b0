"""Is the shop warm? (S2-01) The sum of P · closeness over all customers, as their relationships were declared."""

from __future__ import annotations

from typing import Any, Final

from console.charts.bars import HALF
from console.charts.lines import Line, lines
from console.web.asking import Rows
from console.web.viewer import MANY, Viewer
from streams.knowledge.model import Knowledge

_BEFORE: Final = "lagInFrame(probability, 1, toFloat64(0)) OVER"
QUESTION: Final = (
    "SELECT greatest({a:Int64}, intDiv(toUnixTimestamp64Milli(at), {step:Int64}) * {step:Int64} + {step:Int64}) AS t,"
    " now_is, was, sum(probability) AS came, sum(before) AS went, uniqExact(customer_id) AS people FROM"
    f" (SELECT customer_id, at, `to` AS now_is, `from` AS was, probability, {_BEFORE} (PARTITION BY customer_id"
    " ORDER BY at, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before FROM shifts_now"
    " WHERE at <= fromUnixTimestamp64Milli({b:Int64})) GROUP BY t, now_is, was ORDER BY t"
)
"""What each step brought and took; all that was before the window stands at its beginning."""
PEOPLE: Final = "SELECT uniqExact(customer_id) AS n FROM shifts_now WHERE at <= fromUnixTimestamp64Milli({b:Int64})"


def course(rows: Rows, span: tuple[int, int, int], knowledge: Knowledge) -> list[tuple[float, float]]:
    """Warmth at the beginning and after each step that changed it, by time (ms)."""
    begin, end, _ = span

    def closeness(type_id: str) -> float:
        return knowledge.relationship(type_id).closeness if type_id in knowledge.type_index else 0.0

    total, found = 0.0, [(float(begin), 0.0)]
    for row in rows:
        total += closeness(row["now_is"]) * float(row["came"]) - closeness(row["was"]) * float(row["went"])
        at = max(float(begin), min(float(row["t"]), float(end)))
        if found[-1][0] == at:
            found[-1] = at, total
        else:
            found.append((at, total))
    return [*found, (float(end), total)]


def panel(
    rows: Rows, people: Rows, span: tuple[int, int, int], knowledge: Knowledge, viewer: Viewer, width: float = HALF
) -> dict[str, Any] | None:  # fmt: skip
    """None while nobody is anything to us. Figures are for one customer, in hundredths; how they moved only where
    there was somebody at the beginning."""
    many = int(people[0]["n"]) if people else 0
    if not many:
        return None
    found = [(at, 100 * total / many) for at, total in course(rows, span, knowledge)]
    began = any(int(row["t"]) <= span[0] for row in rows)
    labels = [(float(at), viewer.clock(at)) for at in (span[0], (span[0] + span[1]) // 2, span[1])]
    name = viewer.say("warmth.title")
    return {
        "now": found[-1][1], "moved": found[-1][1] - found[0][1] if began else None,
        "people": many, "many": many >= MANY,
        "picture": lines([Line(name, found, steps=True)], labels, name, width=width, said="{:.1f}".format),
    }  # fmt: skip
