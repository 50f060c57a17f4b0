"""What is open when somebody calls: what they know of, and nothing else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.records import Touchpoint
from streams.signals.incoming_call import Complaints, IncomingCall
from tests.streams.lab import DAY, HOUR, Lab, signals, touchpoint

OPENED = touchpoint("complaint.opened", 0, channel="email", text="It is cracked", complaint_id="k")


def ours(kind: str, at: int, **fields: Any) -> Touchpoint:
    return touchpoint(kind, at, initiator="company", **fields)


def resolved(at: int, complaint: str | None = "k", **facts: Any) -> Touchpoint:
    return ours("complaint.resolved", at, complaint_id=complaint, properties={"outcome": "fixed", **facts})


@pytest.mark.parametrize(
    ("life", "found"),
    [
        pytest.param([], 0, id="nothing has happened"),
        pytest.param([OPENED, ours("agent.answered", HOUR, complaint_id="k")], 1, id="answered, and not settled"),
        pytest.param([OPENED, resolved(HOUR)], 0, id="settled"),
        pytest.param([OPENED, resolved(HOUR, satisfied=False)], 1, id="settled to nobody's satisfaction"),
        pytest.param([OPENED, resolved(HOUR, None)], 0, id="settled without a name"),
        pytest.param([resolved(HOUR), OPENED], 0, id="the complaint comes in late"),
        pytest.param(
            [OPENED, resolved(HOUR), touchpoint("complaint.reopened", 2 * HOUR, complaint_id="k")], 1, id="reopened"
        ),
        pytest.param(
            [ours("agent.promised", 0, properties={"promise_id": "p", "due_at": "2040-01-01T00:00:00Z"})],
            1,
            id="promised, and not yet due",
        ),
        pytest.param(
            [
                ours("agent.promised", 0, properties={"promise_id": "p", "due_at": "2040-01-01T00:00:00Z"}),
                ours("agent.fulfilled", HOUR, properties={"promise_id": "p"}),
            ],
            0,
            id="promised and kept",
        ),
        pytest.param(
            [ours("message.sent", 0, channel="sms", text="For your pregnancy", properties={"purpose": "promo"})],
            0,
            id="our own mistake is none of their matters",
        ),
    ],
)
def test_only_what_the_caller_knows_of_is_open(life: list[Touchpoint], found: int) -> None:
    call = touchpoint("call.ringing", DAY // 2, channel="phone")
    (signal,) = signals(Lab().fold(*life, call), "incoming_call")
    assert signal.values["open"] == found


def test_a_state_from_before_complaints_were_counted_is_read() -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode([]), type=Complaints) == Complaints()


def test_of_two_halves_of_one_life_what_one_has_settled_is_settled() -> None:
    assert not IncomingCall().merge(Complaints({}, {"a": 2}), Complaints({"a": 1}, {})).open
