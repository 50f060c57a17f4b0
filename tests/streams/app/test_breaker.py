"""The breaker: single faults pass, systemic ones stop the partition."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.app.breaker import Breaker, Limit, TooManyFaults

LIMIT = Limit(window=100, minimum=20, share=0.5)


class At(NamedTuple):
    offset: int


def trips_at(faulty: list[bool], size: int = 1000, reason: str = "truncated", limit: Limit = LIMIT) -> int | None:
    """The offset at which the breaker trips on a log of records that fail or not."""
    breaker = Breaker("touchpoints.resolved.v1", 3, limit)
    log = [At(offset) for offset in range(len(faulty))]
    for start in range(0, len(log), size):
        chunk = log[start : start + size]
        try:
            breaker.count(chunk, [(record.offset, reason) for record in chunk if faulty[record.offset]])
        except TooManyFaults as error:
            return int(str(error).split("at offset ")[1].split()[0])
    return None


@pytest.mark.parametrize(
    ("faulty", "expected"),
    [
        pytest.param([True] * 19, None, id="below the minimum"),
        pytest.param([True] * 20, 19, id="at the minimum"),
        pytest.param([False, True] * 200, None, id="half of them is not more than half"),
        pytest.param([False] * 100 + [True] * 51, 150, id="one more than half of the window"),
        pytest.param([True] * 19 + [False] * 100 + [True] * 19, None, id="old faults leave the window"),
    ],
)
def test_it_trips_by_counts(faulty: list[bool], expected: int | None) -> None:
    assert trips_at(faulty) == expected


def test_single_producers_faults_do_not_count() -> None:
    assert trips_at([True] * 1000, reason="empty_key") is None


def test_a_share_of_one_never_trips() -> None:
    assert trips_at([True] * 1000, limit=Limit(100, 20, 1.0)) is None


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 50))
def test_the_cut_of_the_chunks_does_not_show(faulty: list[bool], size: int) -> None:
    assert trips_at(faulty, size) == trips_at(faulty)


def test_it_names_the_partition_the_reason_and_the_remedy() -> None:
    breaker = Breaker("touchpoints.resolved.v1", 3, LIMIT)
    with pytest.raises(TooManyFaults, match=r"resolved\.v1\[3\].*offset 19 with unknown_schema.*RAPPORT_BREAKER_SHARE"):
        breaker.count([At(offset) for offset in range(20)], [(offset, "unknown_schema") for offset in range(20)])
