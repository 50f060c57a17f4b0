"""Multinomial logistic regression on what the detector reads of a customer, drawn towards the weights there are.

The penalty pulls every weight towards the present one (fitted before, else an expert's), not towards nothing: what
the histories do not show keeps its word. Rare types count no more than common ones, so that shares are right as often
as they say.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from streams.knowledge.model import Knowledge
from streams.knowledge.terms import TYPE_IDS, Weights
from streams.relationships.features import KINDS, SIZE, Numbers
from streams.relationships.habits import SLOTS
from streams.relationships.reading import WHERE_MOST, bounded, numbers_of, present, sobered

RIDGE: Final = 100.0
"""How much a squared nat a number's unit is punished, beside one moment of one customer."""
LIGHTEST: Final = 8
"""Thousandths below which a weight is left out."""
ROUNDS: Final = 200
WHOLE: Final = 16.0


class Moments(NamedTuple):
    """Numbers read of customers, a row a moment; the true type's index; how much each moment counts."""

    numbers: Numbers
    truth: npt.NDArray[np.int64]
    counts: Numbers


def fit(knowledge: Knowledge, moments: Moments, ridge: float = RIDGE) -> Numbers:
    """Weights in thousandths, a row a number, as `Reading` uses them: `sobered`, whatever the histories say."""
    names = np.array(numbers_of(knowledge))
    centre = present(knowledge) / 1000.0
    used = (names != "-") & ~_by_hand(knowledge) & (np.abs(moments.numbers).sum(axis=0) > 0)
    columns = moments.numbers[:, used].astype(np.float32) / np.float32(WHOLE)
    start, where = centre[used].astype(np.float32), bounded(knowledge)[used]
    habits_of, told_by = columns[:, where], columns[:, ~where]
    rows, counts = np.arange(len(moments.truth)), moments.counts.astype(np.float32)

    def cost(flat: Numbers) -> tuple[float, Numbers]:
        delta = flat.reshape(start.shape).astype(np.float32)
        held = start + delta
        habits = habits_of @ held[where]
        habits -= habits.mean(axis=1, keepdims=True)
        scores = told_by @ held[~where] + habits.clip(-WHERE_MOST, WHERE_MOST)
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        loss = -(counts * np.log(np.maximum(shares[rows, moments.truth], 1e-12))).sum()
        shares[rows, moments.truth] -= 1.0
        shares *= counts[:, None]
        slope = ridge * delta
        slope[~where] += told_by.T @ shares
        shares *= np.abs(habits) < WHERE_MOST  # at the bound nothing more is to be learnt
        slope[where] += habits_of.T @ (shares - shares.mean(axis=1, keepdims=True))
        return float(loss + 0.5 * ridge * (delta * delta).sum()), slope.ravel().astype(float)

    found = minimize(cost, np.zeros(start.size), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    weights = centre.copy()
    weights[used] += found.x.reshape(start.shape)
    return sobered(knowledge, np.rint(weights * 1000))


def as_knowledge(knowledge: Knowledge, weights: Numbers) -> dict[str, Weights]:
    """Weights by the name of their number; those that say nothing are left out."""
    found: dict[str, Weights] = {}
    for name, row, given in zip(numbers_of(knowledge), weights, _by_hand(knowledge), strict=True):
        if name != "-" and not given:
            found[name] = {t: float(w) for t, w in zip(TYPE_IDS, row.tolist(), strict=True) if abs(w) >= LIGHTEST}
    return found


def _by_hand(knowledge: Knowledge) -> npt.NDArray[np.bool_]:
    """Of every number, whether it is of a slot whose weights no fit may touch."""
    slots = {deed.slot for deed in knowledge.deeds if not deed.fitted}
    return np.array([n < len(KINDS) * SLOTS and n % SLOTS in slots for n in range(SIZE)])
