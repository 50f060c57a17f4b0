"""CloudEvents in each of its modes become the same touchpoint; what lacks is named."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from producers.collector.adapter import Refused
from schemas import wire
from schemas.faults import Fault
from schemas.records import Touchpoint
from tests.producers.collector import payloads
from tests.producers.collector.collecting import BEARER, KEY, adapters, request

(EVENTS,) = adapters(f"cloudevents: {{keys: [{{name: shop, key: '{KEY}'}}]}}")
(ROUTE,) = EVENTS.routes
STRUCTURED, BATCHED = "application/cloudevents+json; charset=utf-8", "application/cloudevents-batch+json"
DATA = {"channel": "pos", "amount": 13.9, "currency": "EUR"}
EVENT = {
    "specversion": "1.0", "id": "17", "source": "/tills/4", "type": "purchase.made", "subject": "anna",
    "time": "2026-11-25T14:43:24+01:00", "data": DATA,
}  # fmt: skip


def take(body: bytes, kind: str, **headers: str) -> list[Touchpoint | Fault]:
    return list(EVENTS.take(request(ROUTE, body, {**BEARER, "content-type": kind, **headers})).touchpoints)


def structured(**changed: Any) -> Touchpoint | Fault:
    content = {name: value for name, value in {**EVENT, **changed}.items() if value is not None}
    (found,) = take(json.dumps(content).encode(), STRUCTURED)
    return found


@pytest.mark.parametrize("payload", payloads.cases("cloudevents"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    kind = BATCHED if payload.read_bytes().startswith(b"[") else STRUCTURED
    asked = request(ROUTE, payload.read_bytes(), {**BEARER, "content-type": kind})
    assert payloads.told(EVENTS, asked) == payloads.expected(payload)


def test_every_mode_makes_the_same_touchpoint() -> None:
    found = structured()
    assert isinstance(found, Touchpoint)
    assert (found.event_id, found.type, found.customer_id, found.amount) == (
        "/tills/4#17",
        "purchase.made",
        "anna",
        13.9,
    )
    named = {f"ce-{name}": str(value) for name, value in EVENT.items() if name != "data"}
    packed = base64.b64encode(json.dumps(DATA).encode()).decode()
    others = [
        *take(json.dumps([EVENT, EVENT]).encode(), BATCHED),
        *take(json.dumps(DATA).encode(), "application/json", **named),
        structured(data=None, data_base64=packed), structured(type="io.rapport.purchase.made"),
    ]  # fmt: skip
    assert others == [found] * 5


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        pytest.param({"id": None}, "missing_field", "id", id="no id"),
        pytest.param({"source": ""}, "missing_field", "source", id="an empty source"),
        pytest.param({"type": 7}, "missing_field", "type", id="a type that is no text"),
        pytest.param({"specversion": "0.3"}, "bad_value", "specversion", id="another version"),
        pytest.param({"time": None}, "missing_field", "occurred_at", id="no time"),
        pytest.param({"data": "x"}, "not_an_object", "data", id="data that is no object"),
        pytest.param({"data": None, "data_base64": "%"}, "not_json", "data_base64", id="data that is no base64"),
        pytest.param({"type": "clock.tick"}, "refused_type", "type", id="a type of the line"),
        pytest.param({"subject": "null"}, "sentinel_identifier", "identifiers.customer_id", id="a sentinel"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, Any], reason: str, field: str) -> None:
    found = structured(**changed)
    assert isinstance(found, Fault)
    assert (found.reason, found.faults[0].field) == (reason, field)


def test_data_names_who_where_it_does() -> None:
    found = structured(data={**DATA, "identifiers": {"email": "a@b.org"}}, recordedtime="2026-11-25T14:43:25Z")
    assert isinstance(found, Touchpoint)
    assert wire.touchpoint_to_json(found)["identifiers"] == {"email": "a@b.org"}
    assert wire.touchpoint_to_json(found)["sent_at"] == "2026-11-25T14:43:25.000Z"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"{}", "application/json", 415, id="nothing says that it is one"),
        pytest.param(b"{", STRUCTURED, 400, id="no JSON"),
        pytest.param(b"[]", STRUCTURED, 400, id="a list where one stands"),
        pytest.param(b"{}", BATCHED, 400, id="one where a list stands"),
    ],
)
def test_the_whole_is_refused(body: bytes, kind: str, status: int) -> None:
    with pytest.raises(Refused) as refused:
        take(body, kind)
    assert refused.value.status == status
