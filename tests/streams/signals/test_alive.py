"""P(alive) of `slipping_away`, against what was published and against the package lifetimes."""

from __future__ import annotations

import csv
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bench.rhythm.leaving import Customers, fit
from schemas.judging import LARGEST_AMOUNT
from schemas.records import Touchpoint
from streams.signals.alive import WEEK_MS, BuyTillYouDie
from tests.streams.lab import DAY, START, Lab, knowledge, signals, tick, touchpoint

PUBLISHED = BuyTillYouDie(0.243, 4.414, 0.793, 2.426)


def sample() -> Customers:
    """The customers of CDNOW that the paper looks at, as lifetimes carries them."""
    spec = find_spec("lifetimes")
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin).parent / "datasets" / "cdnow_customers_summary.csv"
    rows = list(csv.DictReader(file.read_text().splitlines()))
    repeats, recency, age = (np.array([float(row[name]) for row in rows]) for name in ("frequency", "recency", "T"))
    return Customers(repeats, recency, age, np.zeros(len(rows), bool))


def test_the_parameters_of_cdnow_are_those_published() -> None:
    assert fit(sample()) == pytest.approx(PUBLISHED, abs=0.001)
    rule = knowledge().signals["slipping_away"]
    assert tuple(rule.number(name) for name in BuyTillYouDie._fields) == PUBLISHED


@pytest.mark.parametrize(("repeats", "recency", "age"), [(1, 2, 30), (2, 30.43, 38.86), (7, 10, 11), (26, 30, 39)])
def test_says_what_lifetimes_says(repeats: int, recency: float, age: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes import BetaGeoFitter
    fitter = BetaGeoFitter()
    fitter.params_ = dict(zip(("r", "alpha", "a", "b"), PUBLISHED, strict=True))
    expected = float(np.ravel(fitter.conditional_probability_alive(repeats, recency, age))[0])
    assert PUBLISHED.alive(repeats, recency, age) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("repeats", "recency"), [(2, 8.0), (4, 4.0), (20, 30.0)])
def test_falls_to_a_half_when_it_says(repeats: int, recency: float) -> None:
    age = PUBLISHED.falls_to(0.5, repeats, recency)
    assert age is not None
    assert PUBLISHED.alive(repeats, recency, age) == pytest.approx(0.5)


def test_who_bought_once_is_never_given_up() -> None:
    assert PUBLISHED.alive(0, 0, 500) == 1
    assert PUBLISHED.falls_to(0.5, 0, 0) is None


def bought(day: int, amount: float = 20.0) -> Touchpoint:
    return touchpoint("purchase.made", day * DAY, channel="pos", item_id="book", amount=amount, currency="GBP")


def test_fires_at_the_moment_and_by_the_median_that_was_broadcast() -> None:
    def told(median: float) -> list[int]:
        lab = Lab()
        said = {"quantiles": {"slipping_away.median_value": median}}
        lab.fold(touchpoint("quantiles.updated", channel="system", initiator="company", properties=said))
        lab.fold(*(bought(day) for day in (0, 7, 14, 21)))
        return [each.at for each in signals(lab.fold(tick(200 * DAY)), "slipping_away")]

    age = PUBLISHED.falls_to(0.5, 3, 3.0)
    assert age is not None
    assert told(79) == [START + round(age * WEEK_MS)]
    assert told(80) == []


@pytest.mark.parametrize(
    ("amounts", "spent"),
    [
        pytest.param((200, 150, 80), 430.0, id="what was bought"),
        pytest.param((400, 150, -120), 430.0, id="a line below zero takes off"),
        pytest.param((200, -200, -200), None, id="who has taken all back has spent nothing"),
        pytest.param((LARGEST_AMOUNT,) * 3, 3 * LARGEST_AMOUNT, id="the largest amounts add up"),
        pytest.param((-LARGEST_AMOUNT,) * 3, None, id="and the smallest"),
    ],
)
def test_what_was_spent_is_what_was_bought_less_what_was_taken_back(
    amounts: tuple[float, ...], spent: float | None
) -> None:
    lab = Lab()
    bought = [touchpoint("purchase.made", n * 7 * DAY, amount=float(each)) for n, each in enumerate(amounts)]
    found = signals(lab.fold(*bought, tick(900 * DAY)), "slipping_away")
    assert [each.values["value"] for each in found] == ([] if spent is None else [spent])
