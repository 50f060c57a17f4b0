"""The second baseline: gradient boosting over aggregated marks, fitted to labelled customers of the same family."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from bench.quality.features import History, Vector, histories, vector
from bench.quality.year import DAYS, END, QUARTERS, Year
from producers.simulator.run import START
from rapport.quality.judging import DAY_MS, Declared, Reading, Said
from rapport.quality.truth import TYPES

EVERY_MS = 7 * DAY_MS
SURE = 0.5
SAMPLES = 3
"""Moments at which a labelled customer is learnt from."""


def fit(labelled: Year, say: Callable[[str], None]) -> HistGradientBoostingClassifier:
    """From random moments, and those after a change, of every labelled customer."""
    chance, found = Random(1), histories(labelled)
    rows: list[Vector] = []
    labels: list[int] = []
    for key, history in found.items():
        life = labelled.lives[key]
        for _ in range(SAMPLES if history.times else 0):
            at = START + chance.randrange(20, DAYS + 1) * DAY_MS
            truth = life.at(at) or life.types[0]
            if history.times[0] < at:
                rows.append(vector(history, at))
                labels.append(TYPES.index(truth))
    say(f"booster: {len(rows):,} moments of {len(found):,} labelled customers")
    booster = HistGradientBoostingClassifier(max_iter=70, learning_rate=0.12, max_leaf_nodes=15, max_bins=63,
                                             l2_regularization=1.0, early_stopping=False, random_state=1)  # fmt: skip
    with threadpool_limits(1):  # its threads wait for one another where others work, too
        return booster.fit(np.stack(rows), labels)


def listen(year: Year, booster: HistGradientBoostingClassifier, say: Callable[[str], None]) -> Said:
    """Weekly verdicts; a type is held from the first week on in which the booster is sure of it."""
    said, found = Said(), histories(year)
    rows: list[Vector] = []
    whose: list[tuple[str, int]] = []
    for key, history in found.items():
        for at in _moments(history):
            rows.append(vector(history, at))
            whose.append((key, at))
    say(f"booster: {len(rows):,} verdicts")
    with threadpool_limits(1):
        shares = booster.predict_proba(np.stack(rows))
    best = shares.argmax(axis=1)
    held: dict[str, str] = {}
    for (key, at), place, row in zip(whose, best, shares, strict=True):
        kind, share = TYPES[int(booster.classes_[place])], float(row[place])
        if at in QUARTERS:
            said.readings.append(Reading(key, at, kind, share))
        if share >= SURE and held.get(key) != kind:
            held[key] = kind
            said.declared.setdefault(key, []).append(Declared(at, kind))
    return said


def _moments(history: History) -> Sequence[int]:
    if not history.times:
        return ()
    weekly = range(START + EVERY_MS, END, EVERY_MS)
    return sorted({*(at for at in weekly if at > history.times[0]), *QUARTERS})
