"""The chart of `warming` and `cooling`, against published run lengths and what it promises."""

from __future__ import annotations

import pytest

from bench.rhythm import alarms
from streams.signals.baseline import Chart, Track, chart, merge
from streams.signals.momentum import POWER, RANDOM
from tests.streams.lab import knowledge

CHART = Chart(side=1, least=8, allowance=0.5, limit=4, sigmas=1, memory=30, pseudo=4, usual_spread=0.5)


def after(*values: float) -> Track:
    track = Track()
    for value in values:
        track = CHART.take(track, value)
    return track


@pytest.mark.parametrize(("limit", "expected"), alarms.FALSE_ALARM.items())
def test_false_alarms_are_as_rare_as_published(limit: float, expected: float) -> None:
    assert alarms.run_length(limit, 0, 400, 1) == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize(
    ("limit", "shift", "expected"), [(h, shift, n) for h, row in alarms.DELAY.items() for shift, n in row.items()]
)
def test_true_alarms_come_as_soon_as_published(limit: float, shift: float, expected: float) -> None:
    assert alarms.run_length(limit, shift, 400, 3) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([0.0] * 8 + [1.0] * 3, True, id="a change that lasts"),
        pytest.param([0.0] * 7 + [1.0] * 3, False, id="before eight values nothing is usual"),
        pytest.param([0.0] * 8 + [1000.0], False, id="one value is no change, however far off"),
        pytest.param([0.0] * 8 + [-1.0] * 3, False, id="the other side"),
        pytest.param([0.0] * 8 + [0.1] * 9, False, id="small things are not looked at"),
    ],
)
def test_alarms(values: list[float], expected: bool) -> None:
    track, found = Track(), False
    for value in values:
        track = CHART.take(track, value)
        found = found or CHART.alarms(track)
    assert found is expected


def test_what_the_next_value_must_be_is_just_enough() -> None:
    track = after(*[0.0] * 8, 0.7)
    needed = track.mean / 1000 + CHART.missing(track) * CHART.spread(track)
    assert CHART.missing(track) < 3
    assert CHART.alarms(CHART.take(track, needed + 0.01))
    assert not CHART.alarms(CHART.take(track, needed - 0.01))


def test_what_is_usual_is_known_from_no_more_than_the_memory() -> None:
    """A spread that shrank for ever would make an alarm of every missed week."""
    long, longer = after(*[1.0] * 60), after(*[1.0] * 600)
    assert CHART.spread(longer) == pytest.approx(CHART.spread(long), rel=0.01)
    assert CHART.spread(long) < CHART.spread(after(*[1.0] * 15))


@pytest.mark.parametrize(("weeks", "silent"), [(8, 20), (10, 18), (30, 13)])
def test_a_weekly_customer_is_missed_after(weeks: int, silent: int) -> None:
    judged, track = chart(knowledge().signals["cooling"], 1, RANDOM, relative=True), Track()
    for _ in range(weeks):
        track = judged.take(track, 7**POWER)
    at_once = knowledge().signals["cooling"].number("at_once")
    days = (track.mean / 1000 + min(judged.missing(track), at_once) * judged.spread(track)) ** (1 / POWER)
    assert days == pytest.approx(silent, abs=1)


def test_a_merge_has_the_values_of_both() -> None:
    both = merge(after(0.0, 0.2, 0.4), after(1.0, 1.2))
    assert both.n == 5
    assert both.mean == pytest.approx(560, abs=2)


@pytest.mark.parametrize(("name", "side"), [("warming", -1), ("cooling", 1)])
def test_the_rules_are_those_of_the_domain_document(name: str, side: int) -> None:
    judged = chart(knowledge().signals[name], side, RANDOM, relative=True)
    assert (judged.least, judged.allowance, judged.limit) == (8, 0.5, 4)
