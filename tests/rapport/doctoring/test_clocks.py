"""Clocks apart, and time that stands still."""

from __future__ import annotations

import pytest

from rapport.doctoring import clocks
from rapport.doctoring.clocks import ClocksSeen
from tests.rapport.doctoring.judging import every

NOW = 1_800_000_000_000


def at(seconds: float) -> int:
    return NOW + int(seconds * 1000)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        pytest.param(
            ClocksSeen(NOW, at(-0.5), True, at(-0.5), at(-0.49)),
            [("ok", "apart"), ("ok", "apart"), ("ok", "one a second")],
            id="well",
        ),
        pytest.param(
            ClocksSeen(NOW, at(5), True, at(5), at(5)),
            [("warning", "5.0 s behind Kafka's"), ("ok", "apart"), ("ok", "one a second")],
            id="ours is behind",
        ),
        pytest.param(
            ClocksSeen(NOW, at(-41), True, at(-41), at(-41)),
            [("action", "40 s ahead of Kafka's"), ("ok", "apart"), ("ok", "one a second")],
            id="ours is ahead",
        ),
        pytest.param(
            ClocksSeen(NOW, at(-7), True, at(-7), at(-7), begun_ms=at(-4)),
            [("warning", "6.0 s ahead of Kafka's"), ("ok", "apart"), ("ok", "one a second")],
            id="a record that came since is older than the first look: ours is ahead",
        ),
        pytest.param(
            ClocksSeen(NOW, at(-7), True, at(-9), at(-7), begun_ms=at(-8)),
            [
                ("warning", "not checked: the newest raw record is 7.0 s old"),
                ("warning", "or its ticks come that late"),
                ("ok", "one a second"),
            ],
            id="a machine so busy that records come late",
        ),
        pytest.param(
            ClocksSeen(NOW, at(-0.5), True, at(45), at(-0.5)),
            [("ok", "apart"), ("action", "ticks is 46 s ahead"), ("ok", "one a second")],
            id="the leader's jumped",
        ),
        pytest.param(
            ClocksSeen(NOW, at(-0.5), True, at(-8.5), at(-0.5)),
            [("ok", "apart"), ("warning", "8.0 s behind"), ("ok", "one a second")],
            id="the leader's is slow",
        ),
        pytest.param(
            ClocksSeen(NOW, at(-30), False, at(-30), at(-30)),
            [("warning", "not checked"), ("ok", "apart"), ("action", "30 s old: time stands still")],
            id="no ticks",
        ),
        pytest.param(
            ClocksSeen(NOW, at(-0.5), True, at(-20), at(-20)),
            [("ok", "apart"), ("ok", "apart"), ("action", "20 s old")],
            id="records, but no ticks",
        ),
        pytest.param(ClocksSeen(NOW), [("warning", "not checked"), ("action", "no tick")], id="nothing at all"),
        pytest.param(ClocksSeen(NOW, at(-0.5), True, driven=True), [("ok", "apart"), ("ok", "driven")], id="driven"),
        pytest.param(
            ClocksSeen(NOW, at(-0.5), True, at(0), at(0), store_ahead_ms=-900),
            [("ok", "apart"), ("ok", "apart"), ("ok", "apart"), ("ok", "one")],
            id="the store has whole seconds",
        ),
        pytest.param(
            ClocksSeen(NOW, at(-0.5), True, at(0), at(0), store_ahead_ms=-6000),
            [("ok", "apart"), ("ok", "apart"), ("warning", "store's clock is 5.0 s behind"), ("ok", "one")],
            id="the store is behind",
        ),
    ],
)
def test_clocks(seen: ClocksSeen, told: list[tuple[str, str]]) -> None:
    every(clocks.judge(seen), told)
