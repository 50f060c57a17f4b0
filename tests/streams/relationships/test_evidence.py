from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.relationships.evidence import DAY_MS, Evidence, add, merge, read

H = 30 * DAY_MS
HALF_LIVES = (90 * DAY_MS, H, 365 * DAY_MS)
AT = 700 * H
times = st.integers(AT, AT + 400 * DAY_MS)
terms = st.lists(st.tuples(times, st.integers(0, 2), st.integers(-3000, 3000)), max_size=30)


def told(pieces: list[tuple[int, int, int]]) -> Evidence:
    evidence = Evidence()
    for at, index, milli in pieces:
        add(evidence, 1, H, at, [(index, milli)], 3)
    return evidence


@pytest.mark.parametrize(
    ("after_days", "left"),
    [
        pytest.param(0, 1.5, id="whole at once"),
        pytest.param(30, 0.75, id="half after a half-life"),
        pytest.param(60, 0.375, id="a quarter after two"),
        pytest.param(900, 0.0, id="gone after thirty"),
    ],
)
def test_evidence_fades_by_half_lives(after_days: int, left: float) -> None:
    evidence = told([(AT, 0, 1500)])
    assert read(evidence, HALF_LIVES, AT + after_days * DAY_MS, 3)[0] == pytest.approx(left, abs=1e-6)


@given(terms, st.randoms())
def test_order_within_a_half_life_does_not_matter(pieces: list[tuple[int, int, int]], random: object) -> None:
    near = [(AT + at % H, index, milli) for at, index, milli in pieces]
    assert told(near) == told(sorted(near, reverse=True))


@given(terms)
def test_sums_stay_near_the_exact_ones(pieces: list[tuple[int, int, int]]) -> None:
    end = AT + 400 * DAY_MS
    exact = [0.0] * 3
    for at, index, milli in pieces:
        exact[index] += milli / 1000 * 2 ** ((at - end) / H)
    # Each move of the landmark rounds by less than a thousandth.
    assert read(told(sorted(pieces)), HALF_LIVES, end, 3) == pytest.approx(exact, abs=0.02)


@given(terms)
def test_goes_through_its_codec(pieces: list[tuple[int, int, int]]) -> None:
    evidence = told(pieces)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(evidence), type=Evidence) == evidence


@given(terms, terms)
def test_merging_adds(mine: list[tuple[int, int, int]], older: list[tuple[int, int, int]]) -> None:
    end = AT + 400 * DAY_MS
    both, other = told(mine), told(older)
    alone, rest = read(both, HALF_LIVES, end, 3), read(other, HALF_LIVES, end, 3)
    expected = [a + b for a, b in zip(alone, rest, strict=True)]
    merge(both, other, 3)
    assert read(both, HALF_LIVES, end, 3) == pytest.approx(expected, abs=0.02)


def test_negative_evidence_fades_to_nothing() -> None:
    evidence = told([(AT, 0, -3), (AT + 40 * H, 1, 1)])
    assert read(evidence, HALF_LIVES, AT + 40 * H, 3)[0] == 0.0
