"""`running_out` on real purchases, each judged by what came before it alone.

Of every customer and item with four purchases or more, each purchase that the signal could have foreseen: how
often it falls into the window, and what the density said of it. Numbers of the category are those of knowledge, or
estimated anew for each month from the intervals that had ended before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import gamma

from schemas.records import Touchpoint
from streams.knowledge.model import Knowledge
from streams.signals.running_out import OCCASION_MS, RunningOut

DAY_MS: Final = 86_400_000
MONTH_MS: Final = 30 * DAY_MS
LEAST: Final = 4
"""Purchases of the customers and items that are looked at."""
Numbers = npt.NDArray[np.float64]


class Foreseen(NamedTuple):
    """A purchase, `interval` days after the last of `times`, which lie `days` from the first to the last."""

    at: int
    interval: float
    times: int
    days: float


class Usual(NamedTuple):
    """What is believed of a category: the shape of its intervals and their mean in days."""

    k: float
    mean_days: float


class Judged(NamedTuple):
    """Shares below, in and above the window, and the mean log density: by the signal, and with one mean for all."""

    purchases: int
    below: float
    inside: float
    above: float
    log_score: float
    fixed_log_score: float


def series(found: Iterable[Touchpoint]) -> list[list[int]]:
    """When each item was bought by each customer, lines of one occasion being one purchase; long enough ones."""
    bought: dict[tuple[str, str], list[int]] = {}
    for each in found:
        if each.type == "purchase.made" and each.item_id and each.customer_id and (each.quantity or 1) > 0:
            bought.setdefault((each.customer_id, each.item_id), []).append(each.occurred_at)
    return [once for at in bought.values() if len(once := _occasions(sorted(at))) >= LEAST]


def _occasions(at: list[int]) -> list[int]:
    found = at[:1]
    for each in at[1:]:
        if each - found[-1] >= OCCASION_MS:
            found.append(each)
    return found


def foreseen(all_series: Iterable[list[int]], least: int) -> Iterator[Foreseen]:
    """The purchases before which `least` were known."""
    for at in all_series:
        for n in range(least, len(at)):
            yield Foreseen(at[n], (at[n] - at[n - 1]) / DAY_MS, n, (at[n - 1] - at[0]) / DAY_MS)


def by_knowledge(knowledge: Knowledge, all_series: list[list[int]]) -> Judged:
    """With the category's numbers as they are in knowledge."""
    usual = knowledge.signals[RunningOut.name].tables("categories")["default"]
    least = round(knowledge.signals[RunningOut.name].number("min_purchases"))
    purchases = list(foreseen(all_series, least))
    return judge(knowledge, purchases, [Usual(usual["k"], usual["mean_days"])] * len(purchases))


def walking_forward(knowledge: Knowledge, all_series: list[list[int]]) -> Judged:
    """With numbers estimated at the begin of each month; months before which nobody has bought thrice are left out."""
    least = round(knowledge.signals[RunningOut.name].number("min_purchases"))
    purchases = sorted(foreseen(all_series, least))
    known: dict[int, Usual | None] = {}
    usual: list[tuple[Foreseen, Usual]] = []
    for each in purchases:
        month = each.at // MONTH_MS
        if month not in known:
            known[month] = estimate(all_series, month * MONTH_MS)
        believed = known[month]
        if believed is not None:
            usual.append((each, believed))
    return judge(knowledge, [each for each, _ in usual], [believed for _, believed in usual])


def estimate(all_series: Iterable[list[int]], before: int) -> Usual | None:
    """Of the intervals that had ended: their mean, and k of Wheat and Morrison (Journal of Marketing Research 1990)
    from shares of neighbouring ones, which are Beta(k, k) whatever the mean of the customer."""
    shares, gaps = list[float](), list[int]()
    for at in all_series:
        known = [each for each in at if each < before]
        own = [b - a for a, b in pairwise(known)]
        gaps += own
        if len(own) >= 2:
            shares.append(own[0] / (own[0] + own[1]))
    if len(shares) < 30:
        return None
    variance = float(np.var(shares))
    return Usual((1 - 4 * variance) / (8 * variance), float(np.mean(gaps)) / DAY_MS)


def judge(knowledge: Knowledge, purchases: list[Foreseen], usual: list[Usual]) -> Judged:
    """Holds what was foreseen against what came."""
    rule = knowledge.signals[RunningOut.name]
    pseudo, begin, end = (rule.number(name) for name in ("pseudo_count", "from_quantile", "to_quantile"))
    interval = np.array([each.interval for each in purchases])
    k, mean = (np.array(column) for column in zip(*usual, strict=True))
    gaps = np.array([each.times - 1 for each in purchases])
    own = (np.array([each.days for each in purchases]) + pseudo * mean) / (gaps + pseudo)
    place = gamma.cdf(interval, k, scale=own / k)
    return Judged(
        len(purchases), float((place < begin).mean()), float(((place >= begin) & (place <= end)).mean()),
        float((place > end).mean()), _log(interval, k, own), _log(interval, k, mean),
    )  # fmt: skip


def _log(interval: Numbers, k: Numbers, mean: Numbers) -> float:
    return float(gamma.logpdf(interval, k, scale=mean / k).mean())
