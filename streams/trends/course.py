"""How the control chart of one scope went: what was judged, told again from the measures, to be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from streams.knowledge.model import Knowledge
from streams.trends import judge
from streams.trends.chart import cusum
from streams.trends.season import HOUR_MS
from streams.trends.sitting import Sitting
from streams.trends.state import Watched


class Point(NamedTuple):
    """`level`: of the CUSUM, in sigmas above the baseline. `incident`: whether one was open then."""

    at: int
    level: float
    incident: bool


def course(
    name: str, scope: dict[str, str], counts: Sequence[tuple[int, Mapping[str, int]]], until: int, knowledge: Knowledge
) -> list[Point]:
    """`counts`: what was measured, by the end of each bucket (ms), in order. Tells nobody anything.

    Begins with nothing known: the longer before what matters the measures begin, the nearer it is to what was judged.
    While an incident is open the chart itself stands still; the sum then goes on as if it did not.
    """
    rule = knowledge.signals.get(name)
    if rule is None or not counts:
        return []
    watched, points, level, seen = Watched(), list[Point](), 0.0, 0
    numbers = judge.numbers_of(rule, share=name == judge.SHARES)

    def note(at: int, exposure: float, events: int) -> None:
        nonlocal level
        open_now = watched.incident is not None
        if open_now:
            level = cusum(level, watched.chart.z(exposure, events, numbers), numbers.slack)
        else:
            level = watched.chart.level
        points.append(Point(at, level, open_now))

    def pass_until(at: int) -> None:
        nonlocal seen
        length = judge.period(rule) if name == judge.COUNTS else 0
        while length and watched.begun and watched.begun + length <= at:
            end = watched.begun + length
            judge.roll(Sitting(end, scope, knowledge, (0, 0)), name, watched, end)
            note(end, length / HOUR_MS, seen)
            seen = 0

    for end, found in counts:
        pass_until(end - 1)
        before, sitting = watched.incident, Sitting(end, scope, knowledge, (0, 0))
        judge.observe(sitting, name, watched, dict(found))
        seen += found.get("", 0)
        if watched.incident is not None and before is None:
            level, seen = max([level, *_said(sitting)]), 0
            points.append(Point(end, level, True))
        elif name == judge.SHARES:
            note(end, float(found.get("entered", 0)), found.get("failed", 0))
    pass_until(until)
    return points


def _said(sitting: Sitting) -> list[float]:
    """The sum at which the alarm was raised."""
    values = [getattr(output, "values", {}) for output in sitting.outputs]
    return [float(each["cusum"]) for each in values if "cusum" in each]
