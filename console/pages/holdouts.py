"""What an alert brought about (S1-22, D16): those for whom it was opened against those held out, Beta-Binomial."""

from __future__ import annotations

from typing import Any, Final

from console.web.asking import Rows
from console.web.viewer import Viewer
from rapport.history.effects import effect

DAYS: Final = 30
"""Within which it is looked whether something went wrong again."""
QUESTION: Final = (
    "SELECT name, held, count() AS n, sum(again) AS again FROM (SELECT s.id AS id, any(s.name) AS name,"
    f" any(s.held) AS held, max(b.at > s.at AND b.at <= s.at + INTERVAL {DAYS} DAY) AS again FROM"
    " (SELECT id, customer_id, at, name, visitParamExtractString(`values`, 'alert') = 'held_out' AS held"
    f" FROM signals_now WHERE at > now() - INTERVAL 365 DAY AND at < now() - INTERVAL {DAYS} DAY AND history = ''"
    " AND severity IN ('info', 'warning') AND name IN (SELECT name FROM signals_now"
    " WHERE at > now() - INTERVAL 365 DAY AND visitParamExtractString(`values`, 'alert') = 'held_out')) AS s LEFT JOIN"
    " (SELECT customer_id, at FROM signals_now WHERE severity != 'info' AND at > now() - INTERVAL 365 DAY) AS b"
    " ON b.customer_id = s.customer_id GROUP BY s.id) GROUP BY name, held ORDER BY name, held"
)
"""Something of warning or worse, of the same customer, counts as wrong again. Only signals old enough to tell."""


def panel(rows: Rows, viewer: Viewer) -> list[dict[str, Any]]:
    """By signal, the surest first; none without hold-outs."""
    counted: dict[str, dict[bool, tuple[int, int]]] = {}
    for row in rows:
        counted.setdefault(row["name"], {})[bool(row["held"])] = int(row["again"]), int(row["n"])
    found = [
        {"name": viewer.voice.signal(name), "treated": each[False], "held": each[True],
         "effect": effect(*each[True], *each[False])}  # how much oftener something went wrong without the alert
        for name, each in counted.items() if len(each) == 2
    ]  # fmt: skip
    return sorted(found, key=lambda each: -abs(each["effect"].above - 0.5))
