"""What is counted of somebody, and what a merge of two parts of a history keeps of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Touchpoint
from streams.relationships import habits as h
from streams.relationships import watching
from streams.relationships.counts import ONE, factor
from streams.relationships.habits import Habits, merge
from tests.streams.lab import DAY, HOUR, START, touchpoint

GAPS = {h.GAP_SHORT, h.GAP_WEEK, h.GAP_MONTH, h.GAP_LONG, h.GAP_LOG, h.GAP_SQUARE}
NEWS = {h.NEW_ITEM, h.NEW_KIND, h.REPEAT_ITEM, h.SAME_PLACE}
"""These ask what was before, of which each part of a history knows its own."""
MIDNIGHT = -(START % DAY)
KINDS = ("purchase.made", "web.viewed", "chat.message", "store.visited")
visits = st.lists(
    st.tuples(st.integers(0, 300), st.sampled_from(KINDS), st.integers(0, 5), st.booleans()), max_size=40,
    unique_by=lambda each: each[0],
)  # fmt: skip


def lived(*life: Touchpoint) -> Habits:
    found = Habits()
    for each in life:
        amounts: h.Amounts = []
        watching.theirs(found, each, each.occurred_at, each.occurred_at, {}, amounts)
        found.count(each.occurred_at, amounts)
    return found


def counted(found: Habits, at: int) -> dict[int, float]:
    left = factor(found.slow, h.SLOW_MS, at) / ONE
    return {slot: amount * left for slot, amount in found.slow.sums.items()}


@pytest.mark.parametrize(
    ("kind", "hour", "night"),
    [
        pytest.param("web.viewed", 23, 1, id="who looks around late comes at night"),
        pytest.param("purchase.made", 22, 1, id="who buys late, too"),
        pytest.param("purchase.made", 21, 0, id="nine is evening"),
        pytest.param("purchase.made", 5, 0, id="five is morning"),
        pytest.param("message.unsubscribed", 22, 0, id="a refusal is no session of craving"),
        pytest.param("message.opened", 23, 0, id="nor is a message of ours that is opened"),
        pytest.param("consent.changed", 2, 0, id="nor a consent"),
    ],
)
def test_only_who_comes_by_themselves_comes_at_night(kind: str, hour: int, night: int) -> None:
    found = lived(touchpoint(kind, MIDNIGHT + DAY + hour * HOUR, channel="email"))
    assert round(counted(found, START + 2 * DAY).get(h.NIGHT, 0)) == night
    assert h.SESSION in found.slow.sums


@given(visits)
def test_two_parts_of_a_history_are_one(life: list[tuple[int, str, int, bool]]) -> None:
    told = sorted(life, key=lambda each: each[0])
    whole = [(_visit(day, kind, item), other) for day, kind, item, other in told]
    mine, other = (lived(*(each for each, which in whole if which is part)) for part in (False, True))
    merge(mine, other)
    one, end = lived(*(each for each, _ in whole)), START + 301 * DAY
    exact, both = counted(one, end), counted(mine, end)
    for slot in (exact.keys() | both.keys()) - GAPS - NEWS:
        assert both.get(slot, 0) == pytest.approx(exact.get(slot, 0), abs=4 / ONE)
    assert (mine.first, mine.last, mine.kinds, mine.items) == (one.first, one.last, one.kinds, one.items)


def test_goes_through_its_codec() -> None:
    found = lived(*(_visit(day, KINDS[day % 4], day) for day in range(20)))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Habits) == found


def _visit(day: int, kind: str, item: int) -> Touchpoint:
    bought: dict[str, Any] = {"order_id": f"o{day}", "item_id": f"i{item}", "category": f"c{item % 3}", "amount": 12.0}
    text: dict[str, Any] = {"text": "how do I open this?"} if kind == "chat.message" else {}
    place: dict[str, Any] = {"location_id": "corner"} if kind == "store.visited" else {}
    return touchpoint(kind, day * DAY, channel="store", **(bought if kind == "purchase.made" else {}), **text, **place)


def test_an_occasion_counts_once_for_a_type_and_three_are_enough() -> None:
    found = Habits()
    for occasion, types in ((7, 0b01), (7, 0b11), (7, 0b10), (8, 0b10), (9, 0b10), (10, 0b10)):
        found.speak(occasion, types)
    assert [found.heard(index) for index in range(3)] == [1, 3, 0]
    found.forget(0b10)
    assert [found.heard(index) for index in range(3)] == [1, 0, 0]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Habits) == found


def test_occasions_of_every_type_fit_in_a_state() -> None:
    found = Habits()
    for occasion in range(4):
        found.speak(occasion, h.EVERY)
    assert {found.heard(index) for index in range(29)} == {3}
    assert found.occasions < 1 << 64 > found.occasion


def test_a_state_of_before_has_the_occasions_on_which_its_candidate_led() -> None:
    before = Habits(candidate=3, occasions=2, occasion=12)
    assert [before.heard(3), before.heard(4)] == [2, 0]
    before.speak(12, 0b10000)
    assert [before.heard(3), before.heard(4)] == [2, 1]
    assert Habits(candidate=-1).heard(0) == 0


def test_occasions_of_two_parts_of_a_history_add_up() -> None:
    mine, other = Habits(), Habits()
    mine.speak(1, 0b11)
    other.speak(2, 0b101)
    merge(mine, other)
    assert [mine.heard(index) for index in range(3)] == [2, 1, 1]
