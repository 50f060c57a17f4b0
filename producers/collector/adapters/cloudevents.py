"""CloudEvents 1.0 over HTTP: binary, structured, batched. `data` is a touchpoint without what stands outside."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from producers.collector.adapter import Refused, Request, Route, Source, Taken
from producers.collector.keys import Keys, WriteKey
from producers.collector.outcome import bad_json, not_too_many, outcome
from schemas.contract import read_object
from schemas.faults import Fault, FieldFault
from schemas.records import IDENTIFIERS, Touchpoint

NAME: Final = "cloudevents"
VERSION: Final = "1.0"
STRUCTURED: Final = "application/cloudevents+json"
BATCHED: Final = "application/cloudevents-batch+json"
REQUIRED: Final = ("id", "source", "specversion", "type")
OWN: Final = "io.rapport."
"""How `type` may begin; behind it, or without it, stands a type of the catalogue."""
_PREFIX: Final = "ce-"
_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_JSON: Final = msgspec.json.Encoder()

Json = dict[str, Any]


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys`: who may send. `subject`: the identifier that an event's subject is, where its data names none."""

    keys: tuple[WriteKey, ...]
    subject: str = "customer_id"


class CloudEvents:
    """`POST /v1/cloudevents`. An event is unique by source and id; so `event_id` is both."""

    name = NAME
    routes: Sequence[Route] = (Route("POST", "/v1/cloudevents"),)

    def __init__(self, config: Config) -> None:
        self._keys = Keys(config.keys)
        if config.subject not in IDENTIFIERS:
            raise ValueError(f"subject: {config.subject!r} is no identifier; use one of {', '.join(IDENTIFIERS)}")
        self._subject = config.subject

    def take(self, request: Request) -> Taken:
        quota = self._keys.caller(request.headers)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == BATCHED:
            read = [self._structured(bytes(raw)) for raw in _elements(request.body)]
        elif kind == STRUCTURED:
            try:
                msgspec.json.decode(request.body, type=dict)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                bad_json(request.body)
            read = [self._structured(request.body)]
        else:
            read = [self._binary(request, kind)]
        return Taken(read, outcome(read, many=kind == BATCHED), quota)

    def _structured(self, raw: bytes) -> Touchpoint | Fault:
        try:
            event = _OBJECT.decode(raw)
        except RecursionError:
            return _fault("bad_value", "", "is nested too deeply", "flatten it", raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _fault("not_an_object", "", str(error), "an event is an object", raw)
        data = event.get("data")
        packed = event.get("data_base64")
        if data is None and isinstance(packed, str):
            try:
                data = msgspec.json.decode(base64.b64decode(packed, validate=True))
            except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
                return _fault("not_json", "data_base64", str(error), "data is a touchpoint as JSON", raw)
        return self._touchpoint(event, data, raw)

    def _binary(self, request: Request, kind: str) -> Touchpoint | Fault:
        headers, body = request.headers, request.body
        event: Json = {
            name.removeprefix(_PREFIX): unquote(value) for name, value in headers.items() if name.startswith(_PREFIX)
        }
        if not event:
            what = f"content-type {kind or 'none'!r} and no ce- headers"
            raise Refused(415, "no_cloudevent", f"{what}: send {STRUCTURED}, {BATCHED}, or ce-id, ce-type and so on")
        data = None
        if body.strip():
            try:
                data = msgspec.json.decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                bad_json(body)
        return self._touchpoint(event, data, body or _JSON.encode(event))

    def _touchpoint(self, event: Json, data: Any, original: bytes) -> Touchpoint | Fault:
        missing = [name for name in REQUIRED if not isinstance(event.get(name), str) or not event[name]]
        if missing:
            return _fault("missing_field", missing[0], "is missing or no text", "every CloudEvent has it", original)
        if event["specversion"] != VERSION:
            what = f"{event['specversion']:.20} is not known"
            return _fault("bad_value", "specversion", what, f"send {VERSION}", original)
        if data is not None and not isinstance(data, dict):
            return _fault("not_an_object", "data", "is no object", "data is a touchpoint's fields", original)
        return read_object(self._content(event, data or {}), original)

    def _content(self, event: Mapping[str, Any], data: Json) -> Json:
        """What the event says of itself stands over what its data says of the same."""
        content = {**data, "event_id": f"{event['source']}#{event['id']}", "type": event["type"].removeprefix(OWN)}
        if event.get("time") is not None:
            content["occurred_at"] = event["time"]
        if event.get("recordedtime") is not None:
            content.setdefault("sent_at", event["recordedtime"])
        subject = event.get("subject")
        if subject and not content.get("identifiers"):
            content["identifiers"] = {self._subject: subject}
        return content


def _elements(body: bytes) -> Sequence[Any]:
    try:
        found = _ARRAY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        bad_json(body)
    not_too_many(len(found))
    return found


def _fault(reason: str, field: str, what: str, remedy: str, original: bytes) -> Fault:
    return Fault(reason, (FieldFault(field, what, remedy),), original)


SOURCE: Final = Source(NAME, Config, CloudEvents)
