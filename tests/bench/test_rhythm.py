"""What running_out and slipping_away promise on real purchases."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from bench.rhythm import intervals, leaving
from bench.rhythm.run import purchases
from bench.states import RETAIL, history
from schemas.records import Touchpoint
from streams.signals.alive import WEEK_MS, BuyTillYouDie
from tests.streams.lab import knowledge

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def bought(shared_data: Path) -> list[Touchpoint]:
    return list(history(shared_data / RETAIL))


def test_running_out_is_calibrated_and_better_than_one_interval_for_all(bought: list[Touchpoint]) -> None:
    series = intervals.series(bought)
    for judged in (intervals.by_knowledge(knowledge(), series), intervals.walking_forward(knowledge(), series)):
        assert judged.purchases > 10_000
        assert 0.35 <= judged.inside <= 0.45
        assert judged.log_score > judged.fixed_log_score


def test_slipping_away_ranks_as_well_as_lifetimes(shared_data: Path) -> None:
    found = leaving.customers(purchases(shared_data))
    rule = knowledge().signals["slipping_away"]
    ours = leaving.judge(BuyTillYouDie(*(rule.number(name) for name in BuyTillYouDie._fields)), found)
    theirs = leaving.by_lifetimes(found)
    assert ours.auc == pytest.approx(theirs.auc, abs=0.01)
    assert ours.auc_of_repeaters == pytest.approx(theirs.auc_of_repeaters, abs=0.01)


@pytest.mark.parametrize("half", [0, 1], ids=["one half", "the other half"])
@pytest.mark.parametrize("by", ["customer_id", "item_id"])
def test_either_half_is_calibrated_as_well(by: str, half: int, bought: list[Touchpoint]) -> None:
    part = [each for each in bought if zlib.crc32(str(getattr(each, by)).encode()) % 2 == half]
    judged = intervals.by_knowledge(knowledge(), intervals.series(part))
    assert judged.purchases > 5_000
    assert 0.35 <= judged.inside <= 0.45
    assert judged.log_score > judged.fixed_log_score


def test_an_earlier_window_ranks_as_well_as_lifetimes(shared_data: Path) -> None:
    all_of_them = list(purchases(shared_data))
    end = max(each.occurred_at for each in all_of_them) - 16 * WEEK_MS
    found = leaving.customers(each for each in all_of_them if each.occurred_at <= end)
    rule = knowledge().signals["slipping_away"]
    ours = leaving.judge(BuyTillYouDie(*(rule.number(name) for name in BuyTillYouDie._fields)), found)
    theirs = leaving.by_lifetimes(found)
    assert ours.auc == pytest.approx(theirs.auc, abs=0.01)
    assert ours.auc_of_repeaters == pytest.approx(theirs.auc_of_repeaters, abs=0.01)
