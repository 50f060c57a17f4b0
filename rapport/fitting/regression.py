"""Multinomial logistic regression on what the detector reads of a customer, drawn towards the weights by hand.

The penalty pulls every weight towards the one that an expert gave, not towards nothing: what the histories
do not show keeps the expert's word.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from streams.knowledge.model import TYPE_IDS, Knowledge, Weights
from streams.relationships.features import Numbers
from streams.relationships.reading import UNIT, by_hand, numbers_of

RIDGE: Final = 1.0
"""How much a squared nat a number's unit is punished, beside one moment of one customer."""
LIGHTEST: Final = 8
"""Thousandths below which a weight is left out."""
ROUNDS: Final = 150
WHOLE: Final = 16.0


class Moments(NamedTuple):
    """Numbers read of customers, a row a moment; the true type's index; how much each moment counts."""

    numbers: Numbers
    truth: npt.NDArray[np.int64]
    counts: Numbers


def balanced(truth: npt.NDArray[np.int64], power: float = 0.5) -> Numbers:
    """Rare types count more, by the root of how rare they are; on average a moment counts once."""
    shares = np.bincount(truth, minlength=len(TYPE_IDS)) / len(truth)
    counts: Numbers = (1.0 / np.maximum(shares[truth], 1e-6)) ** power
    return np.asarray(counts / counts.mean())


def fit(knowledge: Knowledge, moments: Moments, ridge: float = RIDGE, begin: Numbers | None = None) -> Numbers:
    """Weights in thousandths, a row a number, as `Reading` uses them; `begin`: where to start, for speed."""
    names = numbers_of(knowledge)
    numbers = moments.numbers / WHOLE
    centre = by_hand(knowledge) / 1000.0
    used = np.array([name != "-" for name in names]) & (np.abs(numbers).sum(axis=0) > 0)
    columns = numbers[:, used]
    start = centre[used]
    rows = np.arange(len(moments.truth))
    penalty = np.full((columns.shape[1], 1), ridge)
    penalty[np.array(names)[used] == "always"] = 0.01

    def cost(flat: Numbers) -> tuple[float, Numbers]:
        delta = flat.reshape(start.shape)
        scores = columns @ (start + delta)
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        loss = -(moments.counts * np.log(np.maximum(shares[rows, moments.truth], 1e-12))).sum()
        shares[rows, moments.truth] -= 1.0
        slope = columns.T @ (shares * moments.counts[:, None]) + penalty * delta
        return float(loss + 0.5 * (penalty * delta * delta).sum()), slope.ravel()

    first = np.zeros(start.shape) if begin is None else begin[used] / 1000.0 - start
    found = minimize(cost, first.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    weights = np.zeros_like(centre)
    weights[used] = start + found.x.reshape(start.shape)
    weights[~used] = centre[~used]
    return np.rint(weights * 1000)


def softened(weights: Numbers, moments: Moments) -> float:
    """The factor on all weights that makes shares right as often as they say (temperature), by other customers."""
    scores = moments.numbers @ weights / UNIT
    rows = np.arange(len(moments.truth))

    def loss(factor: float) -> float:
        scaled = scores * factor
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        chosen = scaled[rows, moments.truth] - np.log(np.exp(scaled).sum(axis=1))
        return float(-chosen.mean())

    return min((0.3 + 0.05 * n for n in range(25)), key=loss)


def as_knowledge(knowledge: Knowledge, weights: Numbers) -> dict[str, Weights]:
    """Weights by the name of their number; those that say nothing are left out."""
    found: dict[str, Weights] = {}
    for name, row in zip(numbers_of(knowledge), weights, strict=True):
        if name != "-":
            found[name] = {t: float(w) for t, w in zip(TYPE_IDS, row.tolist(), strict=True) if abs(w) >= LIGHTEST}
    return found
