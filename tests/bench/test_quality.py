"""Baselines on a small shop: they run, they are no better than they should be, and they say what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.quality import cues, product
from bench.quality.features import MARKS, histories, vector
from bench.quality.run import varied
from bench.quality.year import END, Shop, year
from producers.simulator.bank import COMMON, LANGUAGES, Family, Language, raw
from rapport.quality.judging import judge

SMALL = Shop("b", 150, 3)
KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


def test_a_bag_of_cues_is_far_from_enough() -> None:
    found = year(SMALL)
    figures = judge(cues.listen(found), found.lives, found.seen, END)
    assert figures.readings > 300
    assert 0.1 < figures.macro_f1 < 0.6
    history = max(histories(found).values(), key=lambda each: len(each.times))
    assert vector(history, END).sum() > 0
    assert vector(history, END).shape == (3 * len(MARKS) + 12,)


def test_the_engine_stays_above_the_floor_on_the_family_that_it_was_not_fitted_to() -> None:
    """A floor, not the figure (docs/quality.md): a small shop scatters, one of 150 customers too much for a floor."""
    found = year(SMALL._replace(customers=300))
    figures = judge(product.listen(found, KNOWLEDGE), found.lives, found.seen, END)
    assert figures.macro_f1 > 0.76
    assert figures.family_f1 > 0.85
    assert figures.tense_precision > 0.8
    assert figures.tense_recall > 0.78
    assert figures.shifts_found > 0.42
    assert figures.false_shifts < 80
    assert figures.flaps < 8
    assert figures.ece < 0.09


def test_the_engine_does_not_collapse_where_nobody_writes_a_word() -> None:
    found = year(varied(SMALL, "silent"))
    figures = judge(product.listen(found, KNOWLEDGE), found.lives, found.seen, END)
    assert figures.macro_f1 > 0.5


@pytest.mark.parametrize("family", ["a", "b"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_paraphrases_have_no_cue_and_the_other_half_has(family: Family, language: Language) -> None:
    words = cues.matcher()
    heard = {"telling": 0, "plain": 0}
    for kind, (telling, plain) in raw(family, language).items():
        if kind not in COMMON:
            heard["telling"] += sum(kind in cues.cues_of(each, words) for each in telling)
            heard["plain"] += sum(kind in cues.cues_of(each, words) for each in plain)
    assert heard["telling"] > 0.85 * 29 * 6
    assert heard["plain"] <= 3


def test_variants_change_one_thing() -> None:
    assert varied(SMALL, "noise").noise == 10
    assert varied(SMALL, "late").late
    assert varied(SMALL, "zh").only == "zh"
    assert not varied(SMALL, "silent").texts
    assert varied(SMALL, "plain") == SMALL
