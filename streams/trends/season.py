"""How much of a week's events usually fall into each of its hours, once that is known well enough."""

from __future__ import annotations

import msgspec

HOURS = 168
HOUR_MS = 3_600_000
_MONDAY = 4 * 24
"""1970-01-01 was a Thursday; the week begins on Monday, UTC."""


class Season(msgspec.Struct, array_like=True):
    """Events by hour of the week since `begun` (the first hour seen; -1: none), and how many in all."""

    begun: int = -1
    total: int = 0
    hours: dict[int, int] = {}

    def learn(self, at: int, events: int) -> None:
        """Events of the hour in which `at` (ms) lies."""
        if self.begun < 0:
            self.begun = at // HOUR_MS
        self.total += events
        hour = hour_of_week(at)
        self.hours[hour] = self.hours.get(hour, 0) + events

    def weight(self, begin: int, end: int, least_weeks: float, least_events: float) -> float:
        """Exposure of the hours from `begin` to `end` (ms): 1 for each on average; exactly so until enough is known.

        Enough are `least_weeks` with `least_events` an hour of the week on average. Two events are assumed in
        each hour besides, in equal shares, so that an hour in which nothing was seen yet is not impossible.
        """
        hours = (end - begin) // HOUR_MS
        weeks = (begin // HOUR_MS - self.begun) / HOURS if self.begun >= 0 else 0.0
        if weeks < least_weeks or self.total < least_events * HOURS or hours % HOURS == 0:
            return float(hours)
        known = sum(self.hours.get(hour_of_week(begin + hour * HOUR_MS), 0) + 2 for hour in range(hours))
        return known * HOURS / (self.total + 2 * HOURS)


def hour_of_week(at: int) -> int:
    """0 is the first hour of Monday, UTC."""
    return (at // HOUR_MS + HOURS - _MONDAY) % HOURS
