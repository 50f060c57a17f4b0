"""May this contact go out? For systems that must ask first: the plan goes down the line, the decision comes back."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

import msgspec

from producers.collector.adapter import Refused, Request, Route, Source, Taken
from producers.collector.keys import Keys, WriteKey
from producers.collector.outcome import bad_json, outcome
from schemas import times
from schemas.catalogue import standard
from schemas.contract import read_object
from schemas.faults import Fault
from schemas.records import Touchpoint

NAME: Final = "decide"
TYPE: Final = "contact.planned"
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys`: who may ask."""

    keys: tuple[WriteKey, ...]


class Decide:
    """`POST /v1/decide`. One planned contact; the answer is the decision of the line, never a guess.

    The body is a `contact.planned`: `channel`, `identifiers`, `contact_id`, `purpose`, and what else such a touchpoint
    may say; properties may stand beside the fields. 200 with `permitted`, all `reasons` and `retry_at`; 503 where no
    decision has come back in time: nothing is known then, so do not send. Asked again for a `contact_id`, the answer is
    the same and reserves nothing more.
    """

    name = NAME
    routes: Sequence[Route] = (Route("POST", "/v1/decide"),)

    def __init__(self, config: Config) -> None:
        self._keys = Keys(config.keys)
        self._properties = frozenset(standard().types[TYPE].properties)

    def take(self, request: Request) -> Taken:
        quota = self._keys.caller(request.headers)
        try:
            content = _OBJECT.decode(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            bad_json(request.body)
        if not content.get("identifiers"):
            raise Refused(400, "no_customer", "identifiers: name the customer whom the contact is meant for")
        if content.get("type", TYPE) != TYPE:
            raise Refused(400, "bad_value", f"type: only a {TYPE} is decided on")
        read = self._planned(content, request)
        if isinstance(read, Fault):
            return Taken([read], outcome([read], many=False), quota)
        return Taken([read], quota=quota, decision_for=read.event_id)

    def _planned(self, content: dict[str, Any], request: Request) -> Touchpoint | Fault:
        given = content.get("properties")
        facts = dict(given) if isinstance(given, dict) else {}
        fields = {}
        for name, value in content.items():
            if name in self._properties:
                facts[name] = value
            elif name != "properties":
                fields[name] = value
        fields |= {"type": TYPE, "properties": facts, "event_id": _event_id(request)}
        fields.setdefault("occurred_at", times.write(request.received_at, 0))
        return read_object(fields, request.body)


def _event_id(request: Request) -> str:
    """Of this asking: to be asked again is another one, which the line answers as it did the first."""
    seed = f"{request.received_at}\0".encode() + request.body
    return f"decide:{blake2b(seed, digest_size=12).hexdigest()}"


SOURCE: Final = Source(NAME, Config, Decide)
