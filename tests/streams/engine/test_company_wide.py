"""What the company does meets the customers by their detectors, and a bad record of it stops nobody."""

from __future__ import annotations

import msgspec
import pytest

from schemas.records import Rejected
from tests.streams.lab import DAY, HOUR, MINUTE, SECOND, Lab, of, signals, tick, touchpoint

ANSWERED = (
    touchpoint("agent.answered", 0, initiator="company", properties={"topic": "returns", "answer": "30 days"}),
    touchpoint("agent.answered", 2 * DAY, initiator="company", properties={"topic": "returns", "answer": "14 days"}),
)


@pytest.mark.parametrize(
    ("policy", "contradictions"),
    [
        pytest.param('{"policy_id": "returns", "kind": "service"}', 0, id="a policy that changed between them"),
        pytest.param("no json", 0, id="properties that are none: it changed all the same"),
        pytest.param("[1]", 0, id="properties that are no object"),
        pytest.param(None, 1, id="no change"),
    ],
)
def test_a_change_of_policy_is_met_whatever_its_properties(policy: str | None, contradictions: int) -> None:
    lab = Lab()
    before, after = ANSWERED
    changed = msgspec.structs.replace(touchpoint("policy.changed", DAY, channel="system"), properties=policy)
    out = [*lab.fold(before), *(lab.fold(changed) if policy else []), *lab.fold(after, tick(3 * DAY))]
    assert len(signals(out, "contradictory_answers")) == contradictions
    assert not of(out, Rejected)


def test_a_measurement_within_its_limits_is_met_by_nobody() -> None:
    lab = Lab()
    lab.fold(touchpoint("qr.scanned", 0, channel="qr", location_id="lon-01", properties={"code": "c"}))
    mild, hot = (
        touchpoint("env.measured", at, channel="system", location_id="lon-01",
                   properties={"kind": "temperature", "value": value})
        for at, value in ((MINUTE, 20), (2 * MINUTE, 31))
    )  # fmt: skip
    lab.fold(mild)
    assert not lab.states.world.pending
    out = lab.fold(hot, *(tick(HOUR + n * SECOND) for n in range(40)))
    assert [signal.at for signal in signals(out, "uncomfortable_place")] == [hot.occurred_at]
    assert not lab.states.world.pending
