"""How large a share is, and how much larger than another, with what is not known about it: Beta-Binomial.

Each share has the posterior Beta(1 + yes, 1 + no): before anything was seen, any
share is as likely as another (Laplace). Nothing is drawn, so the same counts give
the same figures everywhere.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.stats import beta

LEVEL: Final = 0.9
"""Credible intervals hold the truth with this probability."""
_GRID: Final = 250
"""Points of a posterior; more of them move an interval by less than a thousandth."""


class Rate(NamedTuple):
    """A share, its expectation, and the interval in which it lies with probability `LEVEL`."""

    mean: float
    low: float
    high: float


class Effect(NamedTuple):
    """By how much one share is above another: expectation, interval, and the probability that it is above at all."""

    mean: float
    low: float
    high: float
    above: float


def rate(yes: int, of: int) -> Rate:
    """The share behind `yes` of `of`. ValueError for counts that are none."""
    found = _posterior(yes, of)
    low, high = found.ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Rate(float(found.mean()), float(low), float(high))


def effect(yes: int, of: int, held_yes: int, held_of: int) -> Effect:
    """What being alerted brought: `yes` of `of` against `held_yes` of `held_of` who were held out.

    Right if chance alone decided who was held out. ValueError for counts that are none.
    """
    ours, held = _posterior(yes, of), _posterior(held_yes, held_of)
    middles = (np.arange(_GRID) + 0.5) / _GRID
    # Points of equal probability on both sides; the sorted differences are the posterior of the difference.
    differences = np.sort(np.subtract.outer(ours.ppf(middles), held.ppf(middles)), axis=None)
    low, high = np.quantile(differences, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    above = float(held.cdf(ours.ppf(middles)).mean())
    return Effect(float(ours.mean() - held.mean()), float(low), float(high), above)


def _posterior(yes: int, of: int) -> beta:
    if not 0 <= yes <= of:
        raise ValueError(f"{yes} of {of} is no share: it takes 0 <= yes <= of")
    return beta(1 + yes, 1 + of - yes)
