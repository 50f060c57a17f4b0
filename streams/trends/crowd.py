"""Numbers of all customers together, from counts by bin, broadcast so that each can be held against them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from streams.customers.sketch import quantile
from streams.trends.season import HOUR_MS
from streams.trends.sitting import Sitting
from streams.trends.state import Place

CROWDS: Final[Mapping[str, float]] = {
    "slipping_away.median_value": 0.5,
    "advocate.quantile_99": 0.99,
}
"""The quantile that is broadcast of each crowd: of what customers have spent, of how they speak of us."""
LEAST: Final = 100
"""Customers in a crowd before anything is said of it."""
CROWD: Final = "crowd"


def hour_after(at: int) -> int:
    """Quantiles are broadcast on the hour, if anything changed."""
    return -(-at // HOUR_MS) * HOUR_MS


def broadcast(sitting: Sitting, place: Place) -> None:
    """Says the quantiles that are new or others than last said."""
    bins: dict[str, dict[int, int]] = defaultdict(dict)
    for leaf, totals in place.standing.items():
        measure, _, rest = leaf.partition("\x1f")
        if measure == CROWD:
            name, _, number = rest.partition("\x1f")
            bins[name][int(number)] = sum(totals.values())
    found = {}
    for name, share in CROWDS.items():
        if sum(bins[name].values()) >= LEAST and (value := quantile(bins[name], share)) is not None:
            found[name] = round(value, 6)
    news = {name: value for name, value in found.items() if place.said.get(name) != value}
    if news:
        place.said = place.said | news
        sitting.tell("quantiles.updated", ",".join(sorted(news)), {"quantiles": news})
