"""How much the numbers that are read may say."""

from __future__ import annotations

import numpy as np
import pytest

from streams.relationships import habits as h
from streams.relationships.counts import ONE
from streams.relationships.features import SIZE
from streams.relationships.habits import VOICES
from streams.relationships.reading import WHERE_MOST, Reading, bounded, present, sobered
from tests.streams.lab import knowledge

READING = Reading(knowledge())
TYPES = {name: 1 << index for name, index in knowledge().type_index.items()}


def slot_of(deed: str) -> int:
    return next(each.slot for each in knowledge().deeds if each.name == deed)


@pytest.mark.parametrize("times", [1, 16, 6400])
def test_channels_of_speaking_say_little_together(times: int) -> None:
    numbers = np.where(bounded(knowledge()), float(times), 0.0)
    assert len(numbers) == SIZE
    scores = READING.scores(numbers)
    assert 0 < max(scores) - min(scores) <= 2 * WHERE_MOST + 1e-9


@pytest.mark.parametrize(
    ("slot", "worded", "speaks"),
    [
        pytest.param(VOICES + knowledge().type_index["enemy"], True, True, id="hostile words"),
        pytest.param(slot_of("chargeback"), False, True, id="a hostile deed"),
        pytest.param(slot_of("coupon"), False, False, id="a coupon"),
        pytest.param(slot_of("posted"), True, False, id="that it was said in public"),
        pytest.param(h.TEXTS, True, False, id="that something was said"),
        pytest.param(h.PHONE, True, False, id="that it was said by phone"),
        pytest.param(VOICES + knowledge().type_index["star_groupie"], True, False, id="praise"),
    ],
)
def test_what_is_an_occasion_for_an_enemy(slot: int, worded: bool, speaks: bool) -> None:
    assert bool(READING.spoken([(slot, ONE)], worded=worded) & TYPES["enemy"]) is speaks


def test_a_little_of_a_text_is_no_occasion() -> None:
    assert READING.spoken([(VOICES + knowledge().type_index["enemy"], ONE // 16)], worded=True) == 0


def test_who_is_silent_is_not_hostile() -> None:
    for silent in (0.0, 100.0, 400.0):
        quiet = READING.quiet(np.full(SIZE, silent))
        assert not quiet & (TYPES["enemy"] | TYPES["captive"] | TYPES["stalker_prey"])


def test_what_sounds_hurt_or_hostile_speaks_for_no_close_relationship() -> None:
    weights = present(knowledge())
    assert (sobered(knowledge(), weights) == weights).all()
    assert (sobered(knowledge(), abs(weights)) != abs(weights)).any()
