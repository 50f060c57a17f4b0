"""Growth, then standing still; what is over in a few days is neither."""

from __future__ import annotations

from itertools import accumulate

import pytest

from streams.signals.plateau import KEPT
from tests.streams.lab import DAY, START, Lab, signals, touchpoint


def plateaus(gaps: list[float]) -> list[float]:
    """The days on which it is said, of somebody who buys after these gaps."""
    lab = Lab()
    for day in accumulate(gaps, initial=0.0):
        lab.fold(touchpoint("purchase.made", round(day * DAY), event_id=f"p{day}", channel="store"))
    return [(each.at - START) / DAY for each in signals(lab.outputs, "plateau")]


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        pytest.param([40, 20, 20], [80], id="twice as often, for as long as the first cycle took"),
        pytest.param([40, 2, 2], [], id="a burst"),
        pytest.param([40, 10, 10], [], id="four times as often is not known to last after two"),
        pytest.param([40, 10, 10, 10, 10], [80], id="after four it is"),
        pytest.param([40, 10, 10, 20, 10, 10], [], id="it has to be the same all the while"),
        pytest.param([40, *[40 / KEPT] * KEPT], [80], id="what is the most"),
        pytest.param([40, *[1] * 30], [], id="what grew more than that was a burst"),
        pytest.param([40, 30, 30], [], id="too little growth"),
        pytest.param([40, 20, 25], [], id="it moved"),
    ],
)
def test_flat_for_two_cycles_and_as_long_as_the_first(gaps: list[float], expected: list[float]) -> None:
    assert plateaus(gaps) == expected
