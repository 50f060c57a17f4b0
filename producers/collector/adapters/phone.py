"""Telephone systems and computer-telephony programs: one event a step of a call (docs/sources-desk.md has the form)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from producers.collector.adapter import Request, Route, Source, Taken
from producers.collector.faults import Event
from producers.collector.keys import WriteKey
from producers.collector.outcome import outcome
from producers.collector.webhooks import Door, pieces
from schemas.contract import read_line
from schemas.faults import Fault
from schemas.records import Touchpoint

NAME: Final = "phone"
STEPS: Final = ("ringing", "started", "transferred", "ended")
DIRECTIONS: Final = ("inbound", "outbound")
OUTCOMES: Final = ("answered", "rejected", "abandoned", "voicemail", "no_answer", "failed")
FIELDS: Final = (
    "event_id", "call_id", "event", "occurred_at", "direction", "from", "to", "customer_id", "loyalty_card",
    "queue", "agent_id", "location_id", "transferred_to", "duration_s", "outcome",
)  # fmt: skip
LONGEST_CALL_S: Final = 7 * 86_400

_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ()./-]{1,30}", re.ASCII)
_WITHHELD: Final = frozenset({"+266696687", "266696687", "+86282452253", "+7378742833", "+8656696", "+2562533"})
"""What carriers put for `anonymous`, `blocked` and the like, spelt on the keys of a telephone."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys` or `secrets`: who may send."""

    keys: tuple[WriteKey, ...] = ()
    secrets: tuple[str, ...] = ()


class Phone:
    """`POST /v1/calls`: one event, an array of them or `{"events": […]}`; each stands alone.

    A step that is sent twice has the same `event_id` and counts once, also where the sender names none.
    """

    name = NAME
    routes: Sequence[Route] = (Route("POST", "/v1/calls"),)

    def __init__(self, config: Config) -> None:
        self._door = Door(config.keys, config.secrets)

    def take(self, request: Request) -> Taken:
        quota = self._door.admit(request)
        bodies, many = pieces(request.body)
        read = [_read(body) for body in bodies]
        return Taken(read, outcome(read, many=many), quota)


def number_of(text: str) -> str | None:
    """A telephone number that can be somebody's; None for `anonymous`, a SIP address, a withheld number."""
    found = text.strip()
    return found if _NUMBER.fullmatch(found) and found not in _WITHHELD else None


def step_of(call: str, step: str, customers_number: str | None, *, inbound: bool) -> dict[str, Any]:
    """What every step of a call says, under the contract's names."""
    return {
        "type": f"call.{step}",
        "channel": NAME,
        "session_id": call,
        "initiator": "customer" if inbound and step != "transferred" else "company",
        "identifiers": {"phone": customers_number} if customers_number else {},
    }


def _read(body: bytes) -> Touchpoint | Fault:
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return read_line(body)  # says what it is instead of an object
    event = Event(content, body, FIELDS)
    call = event.text("call_id", required=True)
    step = event.word("event", STEPS, required=True)
    inbound = event.word("direction", DIRECTIONS) != "outbound"
    caller, called = event.text("from"), event.text("to")
    theirs = caller if inbound else called
    found = step_of(call or "", step or STEPS[0], number_of(theirs or ""), inbound=inbound)
    found["identifiers"] |= {name: event.text(name) for name in ("customer_id", "loyalty_card")}
    properties = {
        "queue": event.text("queue"),
        "to": event.text("transferred_to", required=step == "transferred"),
        "duration_s": event.number("duration_s", 0, LONGEST_CALL_S),
        "outcome": event.word("outcome", OUTCOMES, required=step == "ended"),
    }
    when = event.get("occurred_at")
    return event.judged(found | {
        "event_id": f"{NAME}:{event.text('event_id') or f'{call}:{step}:{when}'}"[:1024],
        "occurred_at": when,
        "staff_id": event.text("agent_id"),
        "location_id": event.text("location_id"),
        "properties": {name: value for name, value in properties.items() if value is not None} or None,
    })  # fmt: skip


SOURCE: Final = Source(NAME, Config, Phone)
