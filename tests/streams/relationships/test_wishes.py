from __future__ import annotations

import pytest

from streams.knowledge.terms import TYPE_IDS
from streams.relationships.consumers import CONSUMERS, SHARES, consumer
from streams.relationships.counts import DAY_MS, ONE
from streams.relationships.habits import LINES, NEW_ITEM, ORDER, REPEAT_ITEM, SESSION, SOCIAL, TEXTS, VOICES, Habits
from streams.relationships.wishes import distance, treated, wished
from tests.streams.lab import START, knowledge


def speaking(*said: tuple[int, str, float]) -> Habits:
    """Texts on days that sound like a type for so much of a text."""
    habits = Habits()
    for day, type_id, share in said:
        at = START + day * DAY_MS
        habits.count(at, [(TEXTS, ONE)])
        habits.count(at, [(VOICES + TYPE_IDS.index(type_id), round(ONE * share))])
    return habits


@pytest.mark.parametrize(
    ("said", "wants"),
    [
        pytest.param([], "basic_exchange", id="who says nothing wants what there is"),
        pytest.param([(200, "buddy", 0.9), (202, "buddy", 0.9)], "buddy", id="lately as a buddy"),
        pytest.param([(0, "buddy", 0.9), (100, "basic_exchange", 0.9)], "basic_exchange", id="long ago as a buddy"),
        pytest.param([(200, "enemy", 0.9)], "basic_exchange", id="nobody wishes for a quarrel"),
        pytest.param([(200, "buddy", 0.2), (201, "buddy", 0.2)], "basic_exchange", id="hardly a buddy"),
    ],
)
def test_what_is_wished(said: list[tuple[int, str, float]], wants: str) -> None:
    older = [(day, "basic_exchange", 0.9) for day in (10, 40, 70, 100)]
    found = speaking(*older, *said)
    assert wished(knowledge(), found, "basic_exchange", START + 203 * DAY_MS) == wants


def test_who_is_written_in_the_right_tone_is_treated_so() -> None:
    known = knowledge()
    for each in known.types:
        assert treated(known, each.id, each.tones[:1]) == each.id
        assert treated(known, each.id, ()) == each.id
    assert treated(known, "stalker_prey", ("promotional",) * 3) != "stalker_prey"


def test_the_distance_between_relationships_is_a_distance() -> None:
    types = knowledge().types
    for one in types:
        assert distance(one, one) == 0
        assert all(0 < distance(one, other) <= 1 for other in types if other is not one)
    assert distance(types[0], types[1]) < distance(types[0], knowledge().relationship("enemy"))


def buying(slots: dict[int, int]) -> Habits:
    habits = Habits()
    for slot, n in slots.items():
        habits.count(START, [(slot, n * ONE)])
    return habits


@pytest.mark.parametrize(
    ("slots", "kind"),
    [
        pytest.param({LINES: 10, NEW_ITEM: 10, ORDER: 10, SESSION: 10}, "adventurer", id="always something new"),
        pytest.param({LINES: 10, REPEAT_ITEM: 9, ORDER: 10, SESSION: 10}, "striver", id="back to what is good"),
        pytest.param({LINES: 10, NEW_ITEM: 6, SESSION: 10, SOCIAL: 9}, "trend_follower", id="with the others"),
    ],
)
def test_what_kind_of_consumer(slots: dict[int, int], kind: str) -> None:
    found = consumer(knowledge(), buying(slots), START)
    assert max(found, key=lambda name: found[name]) == kind
    assert sum(found.values()) == pytest.approx(1)


def test_before_anything_is_bought_the_city_speaks() -> None:
    anywhere = consumer(knowledge(), Habits(), START)
    assert anywhere == {name: pytest.approx(s / sum(SHARES)) for name, s in zip(CONSUMERS, SHARES, strict=True)}
    assert consumer(knowledge(), Habits(), START, "shanghai")["price_first"] > anywhere["price_first"]


def test_who_always_seeks_a_bargain_puts_price_first() -> None:
    slot = next(d.slot for d in knowledge().deeds if d.name == "coupon")
    found = consumer(knowledge(), buying({LINES: 8, REPEAT_ITEM: 4, ORDER: 8, slot: 8}), START)
    assert max(found, key=lambda name: found[name]) == "price_first"
