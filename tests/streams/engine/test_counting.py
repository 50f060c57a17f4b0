"""What trends are fed with: once each, when its minute has passed, whatever crashes."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.records import Measure, Rejected, Touchpoint
from streams.engine import Outcome, Partition
from streams.engine.counting import MARK
from tests.streams.lab import DAY, HOUR, MINUTE, START, Lab, of, tick, touchpoint


def complaint(at: int, **fields: Any) -> Touchpoint:
    return touchpoint("complaint.opened", at, event_id=f"c{at}", properties={"cause": "late"}, **fields)


def measured(outputs: list[Any]) -> list[tuple[str, int, int]]:
    """Cause, bucket after the start, total."""
    found = [m for m in of(outputs, Measure) if m.scope.get("measure") == "cause_rising"]
    return [(m.scope.get("cause", ""), (m.bucket - START // MINUTE * MINUTE) // MINUTE, m.total) for m in found]


def marks(outputs: list[Any]) -> list[int]:
    return [m.bucket for m in of(outputs, Measure) if m.scope == dict(MARK)]


def test_a_minute_is_sent_once_when_time_has_passed_it_and_the_mark_behind_it() -> None:
    lab = Lab()
    assert measured(lab.fold(tick(0), complaint(1_000), complaint(2_000))) == []
    sent = lab.fold(tick(2 * MINUTE))
    assert measured(sent) == [("late", 0, 2)]
    assert isinstance(sent[-1], Measure)
    assert sent[-1].scope == dict(MARK)
    assert measured(lab.fold(tick(4 * MINUTE))) == []
    assert len(marks(lab.outputs)) == 3
    assert lab.states.counts.scopes == {}, "what was sent is forgotten"


def test_what_no_trend_measures_leaves_nothing() -> None:
    lab = Lab()
    lab.fold(tick(0), touchpoint("chat.message", 1_000, text="hello"), tick(HOUR))
    assert [m.scope for m in of(lab.outputs, Measure) if "measure" in m.scope] == [dict(MARK)] * 2


@pytest.mark.parametrize(
    "late",
    [
        pytest.param(complaint(3_000), id="of a minute that was sent"),
        pytest.param(complaint(3 * MINUTE, history="run"), id="of an import"),
    ],
)
def test_late_and_told_things_are_not_counted(late: Touchpoint) -> None:
    lab = Lab()
    lab.fold(tick(0), tick(2 * MINUTE), late)
    assert measured(lab.fold(tick(DAY))) == []


def test_nobody_need_be_known_to_complain() -> None:
    lab = Lab()
    lab.fold(tick(0), complaint(1_000), who="none:c1000")
    assert measured(lab.fold(tick(2 * MINUTE))) == [("late", 0, 1)]


def test_a_crash_that_left_the_counts_ahead_counts_nothing_twice() -> None:
    lab, again = Lab(), Partition(0)
    records = lab.records([tick(0), complaint(1_000), complaint(2_000), tick(2 * MINUTE), complaint(3 * MINUTE)])
    outcome = Outcome()
    for record in records:
        outcome = lab.process([record])
        for key, value in outcome.changes:
            if key[:1] == b"n":  # The batch was cut: customers and the world stayed where they were.
                again.restore(key, value)
    again.ready()
    found = lab.engine.process([*records, *lab.records([tick(5 * MINUTE)])], again)
    assert measured(found.outputs) == [("late", 3, 1)], "the first minute was sent before the crash"


def test_what_staff_do_with_the_alert_of_a_trend_goes_where_it_is_judged() -> None:
    lab = Lab()
    done = touchpoint(
        "alert.acknowledged", 1_000, channel="system", initiator="company", staff_id="kim",
        properties={"alert_id": "a1", "scope": {"cause": "late"}},
    )  # fmt: skip
    lab.fold(tick(0), done, who="none:x")
    (act,) = [m for m in of(lab.fold(tick(2 * MINUTE)), Measure) if m.scope.get("measure") == "act"]
    assert act.scope["cause"] == "late"
    assert '"state":"acknowledged"' in act.scope["act"]
    assert '"by":"kim"' in act.scope["act"]


def test_the_alert_of_a_trend_is_handed_to_a_team_that_there_is() -> None:
    lab = Lab()
    handed = [
        touchpoint(
            "alert.reassigned", 1_000 + n, channel="system", initiator="company",
            properties={"alert_id": "a1", "scope": {"cause": "late"}, "to": to},
        )
        for n, to in enumerate(("stroe", "store"))
    ]  # fmt: skip
    (refused,) = of(lab.fold(tick(0), *handed, who="none:x"), Rejected)
    assert (refused.reason, "did you mean store?" in refused.detail) == ("team_unknown", True)
    (act,) = [m for m in of(lab.fold(tick(2 * MINUTE)), Measure) if m.scope.get("measure") == "act"]
    assert '"to":"store"' in act.scope["act"]


def test_a_quantile_that_trends_say_twice_counts_once() -> None:
    lab = Lab()

    def said(value: float, n: int) -> Touchpoint:
        facts = {"quantiles": {"slipping_away.median_value": value}, "trend": [2, 7, n]}
        return touchpoint("quantiles.updated", n, event_id=f"q{n}", channel="system", properties=facts)

    lab.fold(said(80.0, 0))
    lab.fold(said(90.0, 1))
    lab.fold(said(80.0, 0))
    assert lab.states.world.crowd == {"slipping_away.median_value": 90.0}
