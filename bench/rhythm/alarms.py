"""The CUSUM of `warming` and `cooling`: values until a false alarm, and until a true one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from streams.knowledge.model import SignalRule
from streams.signals.baseline import Track, chart, page
from streams.signals.momentum import POWER, RANDOM

FALSE_ALARM: Final = {4.0: 322.0, 5.0: 930.0}
"""By limit, one-sided with an allowance of a half: values of the domain document."""
TWO_SIDED: Final = {4.0: 167.0, 5.0: 470.0}
DELAY: Final = {4.0: {1.0: 8.4, 2.0: 3.3}, 5.0: {1.0: 10.3, 2.0: 4.0}}
"""By limit and shift in standard deviations."""
MOST: Final = 50_000


def run_length(limit: float, shift: float, runs: int, seed: int, *, two_sided: bool = False) -> float:
    """The mean number of values, of which the mean is `shift` standard deviations off, until the alarm."""
    chance, total = np.random.default_rng(seed), 0
    for _ in range(runs):
        up = down = 0.0
        for n, value in enumerate(chance.standard_normal(MOST) + shift, 1):
            up = page(up, value, 0.5)
            down = page(down, -value, 0.5) if two_sided else 0.0
            if up >= limit or down >= limit:
                total += n
                break
    return total / runs


def occasions_to_alarm(rule: SignalRule, side: int, intervals: Callable[[int], np.ndarray], runs: int) -> float:
    """Occasions for each alarm of one customer after another, whose intervals in days `intervals` makes by seed."""
    judged, seen, alarms = chart(rule, side, RANDOM, relative=True), 0, 0
    for seed in range(runs):
        track = Track()
        for days in intervals(seed):
            track, seen = judged.take(track, max(0.5, days) ** POWER), seen + 1
            if judged.alarms(track):
                alarms, track = alarms + 1, Track()
    return seen / max(1, alarms)
