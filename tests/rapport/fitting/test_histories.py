"""Moments of histories, and a fit drawn towards the weights before."""

from __future__ import annotations

import numpy as np
import pytest

from producers.simulator.feeding import write_lines, write_truth
from producers.simulator.run import Simulation
from rapport.fitting.histories import TURN_MS, TURNED, Labelled, Unlabelled, moments, read, weight
from rapport.fitting.regression import as_knowledge, fit
from rapport.quality.truth import Life
from streams.knowledge.terms import TYPE_IDS
from streams.relationships.reading import numbers_of, present
from tests.producers.world import IDENTITY
from tests.streams.lab import knowledge


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    folder = tmp_path_factory.mktemp("shop")
    with (folder / "shop").open("wb") as out, (folder / "truth").open("wb") as said:
        write_truth(Simulation(25, 70, 4), said)
        write_lines(Simulation(25, 70, 4), out)
    return read(folder / "shop", folder / "truth", IDENTITY)


def test_the_silent_are_looked_at_too(shop: Labelled) -> None:
    found = moments([shop], knowledge())
    silent = {key for key in shop.lives if 0 < sum(who == key for who, _ in shop.log) < 6}
    assert silent
    assert len(found.truth) == len(found.numbers)
    assert TYPE_IDS.index("complete_stranger") in found.truth
    assert len(moments([shop, shop], knowledge()).truth) == 2 * len(found.truth)


def test_a_firm_hand_keeps_the_weights_before(shop: Labelled) -> None:
    found, before = moments([shop], knowledge()), present(knowledge())
    firm = np.abs(fit(knowledge(), found, 1e9) - before).max()
    loose = np.abs(fit(knowledge(), found, 1e4) - before).max()
    assert firm <= 1 < loose


def test_what_is_weighed_by_hand_no_fit_touches(shop: Labelled) -> None:
    weights = fit(knowledge(), moments([shop], knowledge()), 1.0)
    row = numbers_of(knowledge()).index("months.handed_on")
    assert (weights[row] == present(knowledge())[row]).all()
    written = as_knowledge(knowledge(), weights)
    assert "months.purchase" in written
    assert "months.handed_on" not in written


def test_histories_of_others_are_refused(shop: Labelled) -> None:
    with pytest.raises(Unlabelled, match="same id"):
        moments([Labelled(shop.log, {})], knowledge())


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        pytest.param(5, 1.0, id="somebody's first period is no turn"),
        pytest.param(1_000, TURNED, id="at the turn"),
        pytest.param(999 + TURN_MS, TURNED, id="soon after it"),
        pytest.param(1_000 + TURN_MS, 1.0, id="later"),
    ],
)
def test_a_turn_is_learnt_from_more_than_what_lasts(at: int, counts: float) -> None:
    assert weight(Life([0, 1_000], ["buddy", "best_friend"]), at) == counts
