from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.relationships.counts import DAY_MS, ONE, Bank, add, factor, lessen, merge

H = 30 * DAY_MS
AT = 700 * H
times = st.integers(AT, AT + 400 * DAY_MS)
deeds = st.lists(st.tuples(times, st.integers(0, 5), st.integers(1, 200)), max_size=30)


def told(pieces: list[tuple[int, int, int]]) -> Bank:
    bank = Bank()
    for at, slot, amount in pieces:
        add(bank, H, at, ((slot, amount),))
    return bank


def worth(bank: Bank, at: int) -> list[float]:
    left = factor(bank, H, at)
    return [bank.sums.get(slot, 0) * left for slot in range(6)]


@pytest.mark.parametrize(
    ("after_days", "left"),
    [
        pytest.param(0, 1.0, id="whole at once"),
        pytest.param(30, 0.5, id="half after a half-life"),
        pytest.param(60, 0.25, id="a quarter after two"),
        pytest.param(900, 0.0, id="gone after thirty"),
    ],
)
def test_what_was_counted_fades_by_half_lives(after_days: int, left: float) -> None:
    assert worth(told([(AT, 0, ONE)]), AT + after_days * DAY_MS)[0] / ONE == pytest.approx(left, abs=1e-6)


@given(deeds)
def test_order_within_a_half_life_does_not_matter(pieces: list[tuple[int, int, int]]) -> None:
    near = [(AT + at % H, slot, amount) for at, slot, amount in pieces]
    assert told(near) == told(sorted(near, reverse=True))


@given(deeds)
def test_sums_stay_near_the_exact_ones(pieces: list[tuple[int, int, int]]) -> None:
    end = AT + 400 * DAY_MS
    exact = [0.0] * 6
    for at, slot, amount in pieces:
        exact[slot] += amount * 2 ** ((at - end) / H)
    # Each deed and each move of the landmark rounds by less than a unit.
    assert worth(told(sorted(pieces)), end) == pytest.approx(exact, abs=5)


@given(deeds)
def test_goes_through_its_codec(pieces: list[tuple[int, int, int]]) -> None:
    bank = told(pieces)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(bank), type=Bank) == bank


@given(deeds, deeds)
def test_two_histories_merged_are_one(mine: list[tuple[int, int, int]], other: list[tuple[int, int, int]]) -> None:
    end = AT + 400 * DAY_MS
    both = told(sorted(mine))
    merge(both, told(sorted(other)))
    assert worth(both, end) == pytest.approx(worth(told(sorted(mine + other)), end), abs=5)


def test_what_is_below_a_unit_is_forgotten() -> None:
    bank = told([(AT, 0, ONE), (AT + 40 * H, 1, ONE)])
    assert bank.sums == {1: ONE}


def test_a_share_of_some_slots_is_taken_away() -> None:
    bank = Bank(3, {1: 64, 2: 65, 4: 1})
    lessen(bank, (1, 2, 3, 4), 0.5)
    assert bank.sums == {1: 32, 2: 33, 4: 1}
    lessen(bank, (1, 4), 1.0)
    assert bank.sums == {2: 33}
