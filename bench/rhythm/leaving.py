"""`slipping_away` on real purchases: does P(alive) tell who buys in the next half year?

Beside the fitter of the package `lifetimes`, which finds the parameters of BG/NBD on the same purchases.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaln, gammaln
from scipy.stats import rankdata

from schemas.records import Touchpoint
from streams.signals.alive import WEEK_MS, BuyTillYouDie
from streams.signals.occasion import OCCASION_MS

WEEKS: Final = 26
Numbers = npt.NDArray[np.float64]


class Customers(NamedTuple):
    """By customer, as of a moment: repeated purchases, weeks to the last and since the first, and who came back."""

    repeats: Numbers
    recency: Numbers
    age: Numbers
    came: npt.NDArray[np.bool_]


class Judged(NamedTuple):
    """Parameters, and how well P(alive) ranks who comes back: of all, and of those who had bought more than once."""

    model: BuyTillYouDie
    auc: float
    auc_of_repeaters: float


def customers(found: Iterable[Touchpoint]) -> Customers:
    """As they stood `WEEKS` weeks before the last purchase of all."""
    bought: dict[str, list[int]] = {}
    for each in found:
        if each.type == "purchase.made" and each.customer_id and (each.quantity or 1) > 0:
            bought.setdefault(each.customer_id, []).append(each.occurred_at)
    now = max(map(max, bought.values())) - WEEKS * WEEK_MS
    rows = [row for at in bought.values() if (row := _row(sorted(at), now)) is not None]
    repeats, recency, age, came = (np.array(column) for column in zip(*rows, strict=True))
    return Customers(repeats.astype(float), recency, age, came)


def _row(at: list[int], now: int) -> tuple[int, float, float, bool] | None:
    times, last = 0, -OCCASION_MS
    for each in at:
        if each <= now and each - last >= OCCASION_MS:
            times, last = times + 1, each
    if not times:
        return None
    return times - 1, (last - at[0]) / WEEK_MS, (now - at[0]) / WEEK_MS, at[-1] > now


def judge(model: BuyTillYouDie, found: Customers) -> Judged:
    """By the signal's own P(alive)."""
    each = zip(found.repeats.tolist(), found.recency.tolist(), found.age.tolist(), strict=True)
    alive = np.array([model.alive(round(repeats), recency, age) for repeats, recency, age in each])
    return _judged(model, alive, found)


def by_lifetimes(found: Customers) -> Judged:
    """Fitted, and told, by `lifetimes`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes import BetaGeoFitter

        fitter = BetaGeoFitter().fit(found.repeats, found.recency, found.age)
        alive = fitter.conditional_probability_alive(found.repeats, found.recency, found.age)
    return _judged(BuyTillYouDie(*(float(fitter.params_[name]) for name in BuyTillYouDie._fields)), alive, found)


def fit(found: Customers) -> BuyTillYouDie:
    """The most likely parameters: equation 6 of Fader, Hardie and Lee 2005, in logarithms."""
    exact = {"maxiter": 8000, "maxfev": 8000, "xatol": 1e-7, "fatol": 1e-11}
    best = minimize(_unlikely, np.zeros(4), args=(found,), method="Nelder-Mead", options=exact)
    return BuyTillYouDie(*(float(each) for each in np.exp(best.x)))


def _unlikely(logs: Numbers, found: Customers) -> float:
    r, alpha, a, b = np.exp(logs)
    x, gone = found.repeats, found.repeats > 0
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + found.age)
    leaves = betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + found.recency)
    return float(-(common + np.where(gone, np.logaddexp(stays, leaves), stays)).mean())


def _judged(model: BuyTillYouDie, alive: Numbers, found: Customers) -> Judged:
    again = found.repeats > 0
    return Judged(model, _auc(alive, found.came), _auc(alive[again], found.came[again]))


def _auc(score: Numbers, came: npt.NDArray[np.bool_]) -> float:
    """How often somebody who came back has the higher score (Mann and Whitney); equal ones count a half."""
    ranks, yes, no = rankdata(score), int(came.sum()), int((~came).sum())
    return float((ranks[came].sum() - yes * (yes + 1) / 2) / (yes * no))
