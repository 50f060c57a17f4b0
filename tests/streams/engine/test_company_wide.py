"""What the company does meets the customers by their detectors, and a bad record of it stops nobody."""

from __future__ import annotations

import msgspec
import pytest

from schemas.records import Rejected
from tests.streams.lab import DAY, HOUR, MINUTE, SECOND, Lab, knowledge, of, signals, tick, touchpoint

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


def test_what_the_company_did_is_met_once_though_its_producer_sends_it_again() -> None:
    """A client whose answer got lost posts its request again: another record, the same `event_id`."""
    raised = touchpoint(
        "policy.changed", 4 * DAY, initiator="company", properties={"policy_id": "fee", "kind": "price", "size": 0.25}
    )
    between = touchpoint("stock.out", 4 * DAY, initiator="company", item_id="tea")
    close = [
        touchpoint("chat.message", n * DAY, text="一辈子只用你们的，认准这个牌子", language="zh") for n in range(4)
    ]
    met = []
    for told in ([raised], [raised, raised], [raised, between, raised]):
        lab = Lab()
        lab.fold(*close, *told, touchpoint("purchase.made", 5 * DAY))
        met.append(lab.live().customer.habits.slow.sums)
    (deed,) = [each for each in knowledge().company_deeds if each.name == "price_raised"]
    assert met[0][deed.slot] > 0
    assert met[1:] == met[:1] * 2
