"""Types × value × trend, with a strategy each (S0-17, S0-24): what a relationship is worth, and whither it goes."""

from __future__ import annotations

from typing import Any, Final

from console.charts.bubbles import Bubble, bubbles
from console.charts.drawing import legend
from console.pages.spending import BOUGHT, CONTACTED, WORTH, strategy_of, sum_of
from console.web.asking import Rows
from console.web.viewer import Viewer
from streams.knowledge.model import Knowledge

QUESTION: Final = (
    "SELECT relationship, count() AS n, sum(s.spent) AS spent, sum(s.lately) AS lately, stddevPop(s.spent) AS spread,"
    " sum(s.contacts) AS contacts FROM (SELECT customer_id, relationship FROM customers_now) AS c LEFT JOIN"
    f" (SELECT customer_id, sumIf({WORTH}, {BOUGHT}) AS spent,"
    f" sumIf({WORTH}, {BOUGHT} AND occurred_at > now() - INTERVAL 45 DAY) AS lately,"
    f" countIf({CONTACTED}) AS contacts FROM touchpoints_now"
    " WHERE occurred_at > now() - INTERVAL 90 DAY GROUP BY customer_id) AS s ON s.customer_id = c.customer_id"
    " GROUP BY relationship ORDER BY spent DESC, n DESC, relationship"
)
"""90 days; the trend is that of the last 45 against the 45 before them."""


def panel(rows: Rows, moved: dict[str, int], knowledge: Knowledge, viewer: Viewer) -> dict[str, Any]:
    """`moved`: customers gained in a week by type. A type with neither customer nor movement is left out."""
    strategies = list(knowledge.strategies)
    table, found = [], []
    for row in rows:
        type_id, n, spent, lately = row["relationship"], int(row["n"]), float(row["spent"]), float(row["lately"])
        if type_id not in knowledge.type_index:
            continue
        trend = (2 * lately - spent) / max(lately, spent - lately) if spent > 0 else 0.0
        name, each = viewer.voice.relationship(type_id), spent / n
        unsteady = float(row["spread"]) / each if each else 0.0
        table.append((
            name, n, moved.get(type_id, 0), sum_of(spent, knowledge), sum_of(each, knowledge), trend, unsteady,
            int(row["contacts"]) / n, strategy_of(type_id, knowledge, viewer),
        ))  # fmt: skip
        if type_id != knowledge.shifts.start:
            found.append(Bubble(name, trend, each, n, strategies.index(knowledge.strategy(type_id).id)))
    say = viewer.say
    across = say("value.falling"), say("value.even"), say("value.rising")
    return {
        "table": table,
        "picture": bubbles(found, say("value.title"), across, say("value.each"), lambda y: sum_of(y, knowledge))
        if any(each.y for each in found) else None,
        "legend": legend([viewer.voice.strategy(name) for name in strategies]),
    }  # fmt: skip
