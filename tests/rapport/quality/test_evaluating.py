from __future__ import annotations

from pathlib import Path

import pytest

from producers.simulator.feeding import write_lines, write_truth
from producers.simulator.run import Simulation
from rapport.failure import Failure
from rapport.quality.evaluating import evaluate
from rapport.settings import PROJECT
from streams.knowledge.load import load
from tests.producers.world import IDENTITY


def test_a_simulated_shop_is_judged_by_its_truth(tmp_path: Path) -> None:
    shop, truth = tmp_path / "shop.jsonl", tmp_path / "truth.jsonl"
    with shop.open("wb") as out, truth.open("wb") as said:
        write_truth(Simulation(60, 150, 4), said)
        write_lines(Simulation(60, 150, 4), out)
    figures = evaluate(shop, truth, load(PROJECT / "knowledge"), IDENTITY)
    assert figures.readings > 60
    assert 0 < figures.macro_f1 < 1
    assert 0 <= figures.ece <= 1


def test_a_file_without_touchpoints_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    with pytest.raises(Failure, match=r"empty\.jsonl"):
        evaluate(empty, empty, load(PROJECT / "knowledge"), IDENTITY)
