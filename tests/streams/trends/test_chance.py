"""The second look of the chart, against scipy."""

from __future__ import annotations

import pytest
from scipy.stats import betabinom

from streams.trends.chance import at_least


@pytest.mark.parametrize(
    ("events", "exposed", "known_events", "known_exposed"),
    [
        pytest.param(0, 10, 2.0, 40.0, id="none or more is sure"),
        pytest.param(3, 11, 2.3, 48.0, id="a few rare ones"),
        pytest.param(8, 18, 4.2, 36.0, id="half, where one in nine is usual"),
        pytest.param(11, 11, 1.0, 4.0, id="all of them"),
        pytest.param(40, 300, 30.0, 400.0, id="many"),
    ],
)
def test_as_many_by_chance(events: int, exposed: int, known_events: float, known_exposed: float) -> None:
    expected = betabinom.sf(events - 1, exposed, known_events, known_exposed - known_events)
    assert at_least(events, exposed, known_events, known_exposed) == pytest.approx(expected, rel=1e-9)


def test_more_than_all_that_were_exposed_has_no_chance() -> None:
    assert at_least(5, 4, 1.0, 4.0) == 0
