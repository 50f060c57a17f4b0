"""A customer's own usual, and whether they have left it (D3).

Values are compared with the mean of all before them, the newest counting at least `1 / memory` (EWMA: Roberts,
Technometrics 1959), in standard deviations that allow for how few there are (self-starting: Hawkins, The
Statistician 1987). What exceeds `allowance` adds up, one-sided, and is an alarm at `limit` (CUSUM: Page,
Biometrika 1954), if the change that the sum tells of (Montgomery: allowance + sum / length) is large.
"""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

import msgspec

from streams.knowledge.model import SignalRule

MILLI: Final = 1000
MOST: Final = 3.0
"""Deviations that one value counts at most: a single one is no change, however far off."""


class Track(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Values seen, their mean and variance, and the sum of what was beyond the allowance, since `run` values. All are
    whole: thousandths, of the variance millionths."""

    n: int = 0
    mean: int = 0
    variance: int = 0
    sum: int = 0
    run: int = 0


class Chart(NamedTuple):
    """How a track is judged: `side` 1 for rises, -1 for falls. The spread is shrunk to `usual_spread`, as if that had
    been seen `pseudo` times, so that a few values that happen to be alike are no reason for an alarm."""

    side: int
    least: int
    allowance: float
    limit: float
    sigmas: float
    memory: float
    pseudo: float
    usual_spread: float
    relative: bool = False
    """Whether `usual_spread` is a share of the mean."""

    def spread(self, track: Track) -> float:
        """Of a new value around the mean."""
        usual = self.usual_spread * (track.mean / MILLI if self.relative else 1.0)
        seen = track.variance / MILLI**2
        known = min(track.n, self.memory)  # what is older is not in the variance any more
        variance = (known * seen + self.pseudo * usual * usual) / (known + self.pseudo)
        return sqrt(variance * (1 + 1 / track.n)) if track.n else usual

    def deviation(self, track: Track, value: float) -> float | None:
        """Standard deviations of a new value towards `side`; None while too little is known."""
        if track.n < self.least:
            return None
        spread = self.spread(track)
        return self.side * (value - track.mean / MILLI) / spread if spread > 0 else 0.0

    def alarms(self, track: Track) -> bool:
        """Whether the sum is an alarm, and the change that it tells of `sigmas` or more."""
        if track.sum < self.limit * MILLI:
            return False
        return self.allowance + track.sum / MILLI / track.run >= self.sigmas

    def missing(self, track: Track) -> float:
        """Deviations that the next value alone must have for an alarm."""
        needed = max(self.limit, (self.sigmas - self.allowance) * (track.run + 1))
        return needed - track.sum / MILLI + self.allowance

    def take(self, track: Track, value: float) -> Track:
        """The track with one value more."""
        deviation = self.deviation(track, value)
        counts = None if deviation is None else min(deviation, MOST)
        total = 0 if counts is None else round(page(track.sum / MILLI, counts, self.allowance) * MILLI)
        weight = max(1 / (track.n + 1), 1 / self.memory)
        apart = value - track.mean / MILLI
        variance = 0.0 if not track.n else (1 - weight) * (track.variance / MILLI**2 + weight * apart * apart)
        mean = track.mean / MILLI + weight * apart
        run = track.run + 1 if total else 0
        return Track(track.n + 1, round(mean * MILLI), round(variance * MILLI**2), total, run)


def page(total: float, deviation: float, allowance: float) -> float:
    """One step of a one-sided CUSUM."""
    return max(0.0, total + deviation - allowance)


def chart(rule: SignalRule, side: int, usual_spread: float, *, relative: bool = False) -> Chart:
    """By the numbers of a rule."""
    return Chart(
        side, round(rule.number("observations")), rule.number("allowance"), rule.number("limit"),
        rule.number("sigmas"), rule.number("memory"), rule.number("pseudo_count" if relative else "pseudo_tones"),
        usual_spread, relative,
    )  # fmt: skip


def merge(mine: Track, older: Track) -> Track:
    """Two parts of one history as one, as if all of it had counted alike; of the sums mine goes on."""
    n = mine.n + older.n
    if not mine.n or not older.n:
        return mine if mine.n else older
    mean = (mine.n * mine.mean + older.n * older.mean) / n
    apart = mine.mean - older.mean
    inside = mine.n * mine.variance + older.n * older.variance
    variance = (inside + mine.n * older.n * apart * apart / n) / n
    return Track(n, round(mean), round(variance), mine.sum, mine.run)
