"""How much a caller may send: a second's worth at once, then as it is refilled."""

from __future__ import annotations

import pytest

from producers.collector.adapter import Quota
from producers.collector.limits import Limits


@pytest.mark.parametrize(
    ("asks", "expected"),
    [
        pytest.param([(10, 0.0)], [0], id="a second's worth"),
        pytest.param([(10, 0.0), (1, 0.0)], [0, 1], id="and no more"),
        pytest.param([(10, 0.0), (5, 0.5)], [0, 0], id="it is refilled"),
        pytest.param([(50, 0.0), (1, 0.1), (1, 4.2)], [0, 4, 0], id="a batch runs into debt and is waited for"),
        pytest.param([(10, 0.0), (10, 100.0), (1, 100.0)], [0, 0, 1], id="it never holds more than a second's worth"),
    ],
)
def test_a_bucket(asks: list[tuple[int, float]], expected: list[int]) -> None:
    limits, quota = Limits(), Quota("shop", 10.0)
    assert [limits.take("segment", quota, events, now) for events, now in asks] == expected


def test_callers_and_sources_have_buckets_of_their_own() -> None:
    limits = Limits()
    assert limits.take("segment", Quota("a", 1.0), 5, 0.0) == 0
    assert limits.take("segment", Quota("b", 1.0), 1, 0.0) == 0
    assert limits.take("touchpoints", Quota("a", 1.0), 1, 0.0) == 0
    assert limits.take("segment", Quota("a", 1.0), 1, 0.0) > 0
