"""Which records of a producer begin a trace."""

from __future__ import annotations

from random import Random

import pytest

from producers.tracing import Tracing
from schemas.traces import TRACEPARENT, is_sampled, is_traceparent


def test_all_of_them_each_its_own_and_recorded() -> None:
    tracing = Tracing(1.0, Random(1))
    values = [dict(tracing.of([("id", b"l")]))[TRACEPARENT] for _ in range(100)]
    assert len(set(values)) == 100
    assert all(is_traceparent(value) and is_sampled(value) for value in values)


def test_a_trace_that_is_there_stays() -> None:
    there = [(TRACEPARENT, b"somebody else's")]
    assert Tracing(1.0).of(there) == there


@pytest.mark.parametrize(("share", "least", "most"), [(0.0, 0, 0), (0.01, 60, 140), (1.0, 10_000, 10_000)])
def test_the_share_is_kept(share: float, least: int, most: int) -> None:
    tracing = Tracing(share, Random(7))
    assert least <= sum(bool(tracing.of(())) for _ in range(10_000)) <= most
