"""How a chart went, told again: it agrees with what was judged, and falls back when all is calm."""

from __future__ import annotations

import pytest

from schemas.records import Signal
from streams.trends.course import course
from tests.streams.lab import DAY, HOUR, MINUTE, knowledge
from tests.streams.trends.test_board import BEGIN, board, interleaved

SCOPE = {"cause": "late"}
Counts = list[tuple[int, dict[str, int]]]


def complaints() -> Counts:
    """As `test_board` measures them, of both partitions together, by the end of their minute."""
    days = [(BEGIN + day * DAY + 9 * HOUR + MINUTE, {"": 2}) for day in range(14)]
    return days + [(BEGIN + 14 * DAY + hour * HOUR - 9 * MINUTE, {"": 4}) for hour in range(1, 12)]


def sessions(failed: int, many: int, since: int) -> Counts:
    return [(BEGIN + (since + n) * HOUR, {"entered": 10, "failed": failed}) for n in range(many)]


def test_the_incident_begins_when_it_was_judged() -> None:
    (opened,) = [
        each for each in board().process(interleaved(1)).outputs
        if isinstance(each, Signal) and each.values.get("state") == "open"
    ]  # fmt: skip
    points = course("cause_rising", SCOPE, complaints(), BEGIN + 20 * DAY, knowledge())
    first = next(each for each in points if each.incident)
    assert first.at == opened.at
    assert first.level == pytest.approx(float(opened.values["cusum"]), abs=0.01)
    assert all(each.level < 5 for each in points if each.at < first.at)


def test_it_falls_back_when_all_is_calm() -> None:
    points = course("cause_rising", SCOPE, complaints(), BEGIN + 20 * DAY, knowledge())
    assert (points[-1].incident, points[-1].level) == (False, 0.0)
    assert [each.at for each in points] == sorted(each.at for each in points)


def test_a_step_that_begins_to_fail() -> None:
    usual = sessions(0, 60, 0)
    points = course("step_failing", {"step": "pay"}, usual, BEGIN, knowledge())
    assert {each.incident for each in points} == {False}
    points = course("step_failing", {"step": "pay"}, [*usual, *sessions(8, 6, 60)], BEGIN, knowledge())
    assert points[-1].incident
    assert points[-1].level > 5


@pytest.mark.parametrize(
    ("name", "counts"), [("cause_rising", []), ("nothing_of_the_kind", [(BEGIN, {"": 1})])], ids=["empty", "unknown"]
)
def test_where_there_is_nothing_to_tell(name: str, counts: Counts) -> None:
    assert course(name, SCOPE, counts, BEGIN, knowledge()) == []
