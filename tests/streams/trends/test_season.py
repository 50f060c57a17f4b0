"""Hours of the week."""

from __future__ import annotations

import pytest

from streams.trends.season import HOUR_MS, HOURS, Season, hour_of_week

MONDAY = 4 * 24 * HOUR_MS
WEEK = HOURS * HOUR_MS


def test_the_week_begins_on_monday() -> None:
    assert [hour_of_week(MONDAY), hour_of_week(MONDAY - 1), hour_of_week(0)] == [0, 167, 72]


def busy_at_noon(weeks: int, events: int) -> Season:
    season = Season()
    for day in range(weeks * 7):
        season.learn(MONDAY + (day * 24 + 3) * HOUR_MS, 0)
        season.learn(MONDAY + (day * 24 + 12) * HOUR_MS, events)
    return season


@pytest.mark.parametrize(
    ("weeks", "events", "noon"),
    [
        pytest.param(3, 200, 1.0, id="too short a time: every hour is like every other"),
        pytest.param(6, 5, 1.0, id="too few events"),
        pytest.param(6, 200, 23.0, id="enough: nearly all of a day is expected at noon"),
    ],
)
def test_hours_weigh_what_they_have_once_there_is_enough(weeks: int, events: int, noon: float) -> None:
    at = MONDAY + weeks * WEEK + 12 * HOUR_MS
    assert busy_at_noon(weeks, events).weight(at, at + HOUR_MS, 4, 5) == pytest.approx(noon, rel=0.05)


def test_a_week_is_a_week_however_it_is_spread() -> None:
    season, begin = busy_at_noon(6, 200), MONDAY + 6 * WEEK
    hours = [season.weight(begin + h * HOUR_MS, begin + (h + 1) * HOUR_MS, 4, 5) for h in range(HOURS)]
    assert sum(hours) == pytest.approx(HOURS)
    assert min(hours) > 0, "what was never seen is not impossible"
