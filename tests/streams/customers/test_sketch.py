"""Quantiles from counts by bin."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from streams.customers.sketch import ACCURACY, bin_of, quantile


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_quantile_is_right_to_within_the_accuracy(share: float) -> None:
    values = np.random.default_rng(3).lognormal(4, 1.5, 5_000)
    counts = Counter(number for value in values if (number := bin_of(float(value))) is not None)
    exact = float(np.quantile(values, share, method="lower"))
    assert quantile(counts, share) == pytest.approx(exact, rel=ACCURACY * 1.01)


def test_nobody_has_no_quantile_and_nothing_no_bin() -> None:
    assert quantile({}, 0.5) is None
    assert [bin_of(0), bin_of(-3.5)] == [None, None]


def test_counts_of_parts_add_up_to_those_of_the_whole() -> None:
    values = [1.5, 1.5, 20, 300, 300, 300]
    whole = Counter(bin_of(value) for value in values)
    assert whole == Counter(map(bin_of, values[:2])) + Counter(map(bin_of, values[2:]))
