"""The two shops that are compared have the same to do for a touchpoint."""

from __future__ import annotations

from typing import Any

import pytest

from bench.million import run


def test_a_touchpoint_causes_as_much_in_the_large_shop_as_in_the_small_one() -> None:
    facts: Any = run(500, 50, 20_000, 10, lambda text: None).facts
    assert facts["customers"][1] == 10 * facts["customers"][0] > 400
    small, large = facts["outputs"]
    assert small == pytest.approx(large, rel=0.05)
    assert large > 0.2
