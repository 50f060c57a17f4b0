"""Asking before sending: the answer is the line's, or none."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from producers.collector.decisions import Waiting
from producers.collector.writing import Unavailable
from schemas.records import Because, Decision
from tests.producers.collector import payloads
from tests.producers.collector.collecting import BASIC, BEARER, KEY, Service, adapters, request
from tests.producers.world import decoded

(DECIDE,) = adapters(f"decide: {{keys: [{{name: shop, key: '{KEY}'}}]}}")
(ROUTE,) = DECIDE.routes
PLAN = b'{"contact_id": "c-1", "purpose": "promo", "channel": "email", "identifiers": {"customer_id": "anna"}}'


def decision(event_id: str) -> Decision:
    return Decision(
        id="d", at=1_780_000_000_000, partition=0, offset=1, knowledge="k", customer_id="anna", contact_id="c-1",
        because=(Because(event_id=event_id, what="contact.planned"),), permitted=False,
        reasons=("budget_empty", "quiet_hours"), retry_at=1_780_000_900_000,
    )  # fmt: skip


@pytest.mark.parametrize("payload", payloads.cases("decide"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    assert payloads.told(DECIDE, request(ROUTE, payload.read_bytes(), BEARER)) == payloads.expected(payload)


def asked(waiting: Waiting | None, answers: bool) -> tuple[int, dict[str, object], Service]:
    """A request to a collector behind which the line answers, or does not."""
    service = Service(options={"decisions": waiting})

    async def both() -> tuple[int, dict[str, object]]:
        asking = asyncio.ensure_future(service.asked("POST", "/v1/decide", PLAN, BASIC))
        while answers and not asking.done() and not service.touchpoints:
            await asyncio.sleep(0)
        for each in decoded([record.value for record in service.written.log.records("touchpoints.raw.v1")]):
            if answers and waiting is not None:
                waiting.hear(decision(each.event_id))
        reply = await asking
        return reply.status, json.loads(reply.body)

    status, body = asyncio.run(both())
    return status, body, service


def test_the_answer_is_the_decision_of_the_line() -> None:
    waiting = Waiting()
    waiting.heard = ""
    status, body, service = asked(waiting, True)
    assert status == 200
    assert (body["permitted"], body["reasons"]) == (False, ["budget_empty", "quiet_hours"])
    assert (body["contact_id"], body["retry_at"]) == ("c-1", "2026-05-28T20:41:40.000Z")
    assert [each.type for each in service.touchpoints] == ["contact.planned"]


@pytest.mark.parametrize(
    ("waiting", "written"),
    [
        pytest.param(None, 0, id="nobody hears decisions"),
        pytest.param(Waiting(), 0, id="they are not read yet: nothing is sent"),
        pytest.param(Waiting(within_s=0.05), 1, id="none comes back in time"),
    ],
)
def test_without_a_decision_there_is_no_guess(waiting: Waiting | None, written: int) -> None:
    if written and waiting is not None:
        waiting.heard = ""
    status, body, service = asked(waiting, False)
    assert (status, body["error"]) == (503, "unavailable")
    assert "permitted" not in body
    assert len(service.touchpoints) == written


def test_everybody_who_waits_for_it_is_told_and_nobody_else() -> None:
    async def told() -> tuple[str, str]:
        waiting = Waiting(within_s=5)
        waiting.heard = ""
        both = [asyncio.ensure_future(waiting.expect("e-1")) for _ in range(2)]
        other = asyncio.ensure_future(waiting.expect("e-2"))
        await asyncio.sleep(0)
        waiting.hear(decision("e-1"))
        first, second = await asyncio.gather(*both)
        assert not other.done()
        other.cancel()
        return first.contact_id, second.contact_id

    assert asyncio.run(told()) == ("c-1", "c-1")


def test_too_many_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("producers.collector.decisions.MOST_WAITING", 0)
    waiting = Waiting()
    waiting.heard = ""
    with pytest.raises(Unavailable, match="wait for a decision already"):
        waiting.expect("e-1")
