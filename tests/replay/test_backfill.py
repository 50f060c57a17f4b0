"""The past told first, the present live behind it, equals one life under one clock: Online Retail, cut in its midst."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.proof.backfill import backfilled, of_customers

pytestmark = pytest.mark.data

SHARE = 24
"""One customer in so many is folded; all of them are by `python -m bench backfill`."""


def test_backfill_and_then_live_is_one_life(shared_data: Path) -> None:
    (file,) = (shared_data / "online_retail").glob("*.csv.gz")
    found = backfilled(of_customers(file, SHARE))
    assert found.past > 5_000
    assert found.present > 1_000
    assert found.unlike == {}
    assert found.missed == []
    assert found.customers > 100
    assert found.shifts > 5
    assert found.signals > 50
