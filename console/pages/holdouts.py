"""What an alert brought about (S1-22, D16): those for whom it was opened against those held out, Beta-Binomial."""

from __future__ import annotations

from math import exp, lgamma, log
from typing import Any, Final, NamedTuple

from console.web.asking import Rows
from console.web.viewer import Viewer

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
GRID: Final = 400
LEAST: Final = 1e-9


class Effect(NamedTuple):
    """What holds of the difference, held out less treated: its mean, what it is within with 90 %, and how probable it
    is that the alert helps at all."""

    mean: float
    low: float
    high: float
    helps: float


def effect(treated: tuple[int, int], held: tuple[int, int]) -> Effect:
    """Of (wrong again, all) of both; before anything is seen every share is as probable as another: Beta(1, 1)."""
    differences: dict[int, float] = {}
    kept = _posterior(*held)
    for n, mine in _posterior(*treated):
        for m, other in kept:
            differences[m - n] = differences.get(m - n, 0.0) + mine * other
    ranked = sorted(differences.items())
    low = high = ranked[0][0]
    total = 0.0
    for step, weight in ranked:
        if total < 0.05:
            low = step
        if total < 0.95:
            high = step
        total += weight
    helps = sum(weight for step, weight in ranked if step > 0) + differences.get(0, 0.0) / 2
    mean = (held[0] + 1) / (held[1] + 2) - (treated[0] + 1) / (treated[1] + 2)
    return Effect(mean, low / GRID, high / GRID, helps)


def _posterior(wrong: int, of: int) -> list[tuple[int, float]]:
    """Beta(1 + wrong, 1 + of - wrong) on a grid, adding up to 1, where it is anything."""
    a, b = wrong + 1, of - wrong + 1
    norm = lgamma(a + b) - lgamma(a) - lgamma(b)
    shares = [(n, (n + 0.5) / GRID) for n in range(GRID)]
    found = [(n, exp(norm + (a - 1) * log(x) + (b - 1) * log(1 - x))) for n, x in shares]
    total = sum(weight for _, weight in found)
    return [(n, weight / total) for n, weight in found if weight > LEAST * total]


def panel(rows: Rows, viewer: Viewer) -> list[dict[str, Any]]:
    """By signal, the surest first; none without hold-outs."""
    counted: dict[str, dict[bool, tuple[int, int]]] = {}
    for row in rows:
        counted.setdefault(row["name"], {})[bool(row["held"])] = int(row["again"]), int(row["n"])
    found = [
        {"name": viewer.voice.signal(name), "treated": each[False], "held": each[True],
         "effect": effect(each[False], each[True])}
        for name, each in counted.items() if len(each) == 2
    ]  # fmt: skip
    return sorted(found, key=lambda each: -abs(each["effect"].helps - 0.5))
