"""What running_out and slipping_away promise on real purchases."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.rhythm import intervals, leaving
from bench.rhythm.run import purchases
from bench.states import RETAIL, history
from streams.signals.alive import BuyTillYouDie
from tests.streams.lab import knowledge

pytestmark = pytest.mark.data


def test_running_out_is_calibrated_and_better_than_one_interval_for_all(shared_data: Path) -> None:
    series = intervals.series(history(shared_data / RETAIL))
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
