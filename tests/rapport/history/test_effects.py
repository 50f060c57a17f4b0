"""Shares and their differences: by known posteriors, symmetry and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from rapport.history import effect, rate
from rapport.history.effects import LEVEL


def test_a_share_of_which_nothing_was_seen_may_be_any() -> None:
    assert rate(0, 0).mean == pytest.approx(0.5)
    assert rate(0, 0)[1:] == pytest.approx(((1 - LEVEL) / 2, (1 + LEVEL) / 2))


def test_a_rate_is_that_of_its_posterior() -> None:
    assert rate(3, 10).mean == pytest.approx(4 / 12)
    assert rate(3, 10).low == pytest.approx(beta(4, 8).ppf(0.05))


def test_equal_arms_have_no_effect_and_turning_them_round_turns_the_effect_round() -> None:
    same = effect(20, 100, 20, 100)
    assert (same.mean, same.above) == pytest.approx((0.0, 0.5))
    assert same.low == pytest.approx(-same.high, abs=1e-3)
    one, other = effect(30, 100, 4, 20), effect(4, 20, 30, 100)
    assert (one.low, one.high, one.above) == pytest.approx((-other.high, -other.low, 1 - other.above), abs=1e-3)


def test_the_interval_is_that_of_many_draws_from_both_posteriors() -> None:
    draws = np.random.default_rng(7).beta(41, 61, 400_000) - np.random.default_rng(8).beta(6, 16, 400_000)
    found = effect(40, 100, 5, 20)
    assert (found.mean, found.low, found.high, found.above) == pytest.approx(
        (draws.mean(), *np.quantile(draws, [0.05, 0.95]), (draws > 0).mean()), abs=0.003
    )


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    chance = np.random.default_rng(1)
    truths = chance.random((60, 2))
    seen = chance.binomial([80, 20], truths)
    held = 0
    for (ours, others), (yes, held_yes) in zip(truths, seen.tolist(), strict=True):
        found = effect(yes, 80, held_yes, 20)
        held += found.low <= ours - others <= found.high
    assert held / len(truths) == pytest.approx(LEVEL, abs=0.08)


@pytest.mark.parametrize("counts", [(3, 2), (-1, 4)])
def test_counts_that_are_none(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="0 <= yes <= of"):
        rate(*counts)
