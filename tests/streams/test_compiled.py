"""Machine code gives what the same lines of Python give, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.compiled import compiled
from streams.customers.customer import Customer
from streams.knowledge.terms import TYPE_IDS
from streams.relationships import features, reading
from streams.relationships.counts import DAY_MS
from streams.relationships.features import SIZE, Reader
from streams.relationships.habits import SLOTS, Habits
from streams.relationships.voice import Ear, plain
from tests.streams.lab import START, knowledge

WARMTH = tuple(t.valence * t.closeness for t in knowledge().types)
EAR = Ear(knowledge().voice, len(TYPE_IDS))
counted = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, SLOTS - 1), st.integers(1, 64 * 500)), max_size=40
)  # fmt: skip


def lived(what: list[tuple[int, int, int]]) -> Habits:
    found = Habits(kinds=sum(1 << n for n in range(len(what))), items=7)
    for day, slot, amount in sorted(what):
        at = START + day * DAY_MS
        found.count(at, [(slot, amount)])
        found.first, found.last = found.first or at, at
    return found


def in_python(numbers: object) -> object:
    """The lines themselves."""
    return numbers.py_func  # type: ignore[attr-defined]


@given(counted, st.integers(0, 1000), st.integers(0, 20))
def test_numbers_of_a_relationship(what: list[tuple[int, int, int]], days: int, years: int) -> None:
    machine, lines = Reader(WARMTH), Reader(WARMTH)
    lines._numbers = in_python(lines._numbers)  # type: ignore[assignment]
    habits, at = lived(what), START + 900 * DAY_MS + days * DAY_MS
    found = machine.read(habits, at, years)
    assert found.shape == (SIZE,)
    assert found.tolist() == lines.read(habits, at, years).tolist()


@given(counted)
def test_scores(what: list[tuple[int, int, int]]) -> None:
    read = reading.Reading(knowledge())
    numbers = read.numbers(Customer(habits=lived(what)), START + 900 * DAY_MS)
    whole, weights, where = numbers.astype(np.int64), read._weights.astype(np.int64), reading.bounded(knowledge())
    most, by_channel = reading.WHERE_MOST * reading.UNIT, whole[where] @ weights[where]
    bounded = np.clip(by_channel - by_channel.sum() / len(TYPE_IDS), -most, most)
    assert read.scores(numbers) == ((whole[~where] @ weights[~where] + bounded) / reading.UNIT).tolist()


@given(st.lists(st.tuples(st.integers(0, SLOTS - 1), st.integers(1, 64 * 500)), min_size=1), st.booleans())
def test_what_speaks_for_a_type(counted: list[tuple[int, int]], worded: bool) -> None:
    machine, lines = reading.Reading(knowledge()), reading.Reading(knowledge())
    lines._spoken = in_python(lines._spoken)  # type: ignore[assignment]
    assert machine.spoken(counted, worded=worded) == lines.spoken(counted, worded=worded)


@given(st.text(alphabet="ab Z09'’.,!快递很好。\nİß𝕏n't", max_size=40))
def test_plain_text_is_words_between_single_spaces(text: str) -> None:
    found = plain(text)
    assert found == f" {' '.join(found.split())} "
    assert plain(found) == found
    assert set(found) <= set("abinotz09 快递很好")


@pytest.mark.parametrize("text", ["the tea is as good as ever", "一如既往地好喝", "", "…"])
def test_shares_do_not_depend_on_the_order_of_pieces(text: str) -> None:
    pieces = EAR.pieces(text)
    assert EAR.listen(pieces[::-1].copy(), []) == EAR.listen(pieces, [])
    assert EAR.listen(np.concatenate((pieces, pieces)), []) == EAR.listen(pieces, [])


def test_a_place_outside_is_an_error_and_no_foreign_memory() -> None:
    with pytest.raises(IndexError):
        Reader(WARMTH).read(lived([(0, SLOTS, 64)]), START + DAY_MS)


def test_where_code_cannot_be_kept_it_is_made_anew() -> None:
    scope: dict[str, object] = {}
    exec("def double(n):\n    return 2 * n", scope)  # of no file, beside which it could be kept
    assert compiled(scope["double"])(21) == 42  # type: ignore[type-var, operator]


def test_what_is_kept_is_known_by_the_constants_of_other_modules() -> None:
    inside = in_python(features._machine())
    cells = [cell.cell_contents for cell in inside.__closure__]  # type: ignore[attr-defined]
    assert {SLOTS, SIZE, features.FIRST_EXTRA, features.TOP, features.EVER} <= set(cells)
